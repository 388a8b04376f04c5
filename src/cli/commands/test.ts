// `harn test`: runs the tests of a project, each in a run of its own, and says what came of them.
import type { Json } from '../../base/index.ts';
import type { Instrument } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { debugging } from '../debugger.ts';
import { usageErrors } from '../errors.ts';
import { openProgramCache } from '../program-cache.ts';
import { skillDirsOf } from '../skill-dirs.ts';
import { editionOf } from '../source-files.ts';
import { CoverageRecorder, type FileCoverage, lcovOf } from '../testing/coverage.ts';
import { testErrors } from '../testing/errors.ts';
import { junitXml } from '../testing/junit.ts';
import { coverageJson, printCoverage, Reporter, resultJson } from '../testing/report.ts';
import { countOption, durationOption, nameFilter } from '../testing/select.ts';
import {
  type FoundTest,
  findTests,
  runSuite,
  type SuiteRun,
  selectTests,
  type TestResult,
  testFiles,
} from '../testing/suite.ts';
import { testHost } from '../testing/test-host.ts';
import { printTiming, type Timed, timingJson, timingOf } from '../testing/timing.ts';
import { watchPrograms } from '../watch.ts';

const TIMEOUT_MS = 30_000;

export const test: Command = {
  async run(args, ctx) {
    const host = await ctx.host();
    const settings = settingsOf(host, args);
    if (!args.has('watch')) return testOnce(host, args, ctx, settings);
    return watchPrograms(host, ctx.output, async () => {
      await testOnce(host, args, ctx, settings);
    });
  },
};

type Settings = ReturnType<typeof settingsOf>;

/** Everything that can be typed wrong is looked at before anything runs. */
function settingsOf(host: Host, args: Arguments) {
  return {
    filter: nameFilter(args.value('filter')),
    timeoutMs: durationOption('--timeout', args.value('timeout'), TIMEOUT_MS),
    parallel: countOption('--parallel', args.value('parallel'), args.has('parallel') ? 4 : 1),
    edition: editionOf(host, args.value('edition')),
    scenario: args.value('scenario'),
    answers: answersOf(args),
    determinism: args.has('determinism'),
  };
}

function answersOf(args: Arguments): 'record' | 'replay' | undefined {
  if (args.has('record') && args.has('replay')) {
    throw usageErrors.twoOptions({ one: '--record', other: '--replay' });
  }
  if (args.has('record')) return 'record';
  return args.has('replay') ? 'replay' : undefined;
}

async function testOnce(
  host: Host,
  args: Arguments,
  { output }: CommandContext,
  settings: Settings,
): Promise<number> {
  const found = await foundTests(host, args);
  const tests = chosenTests(found, args, settings);
  const isJson = args.has('json');
  const reporter = new Reporter(output, { isSilent: isJson, isVerbose: args.has('verbose') });
  const instrument = await debugging(args, output);
  const chosen = { found, tests, reporter, instrument };
  const { run, covered } = await runChosen(host, args, settings, chosen);
  const { results } = run;
  const junit = args.value('junit');
  if (junit !== undefined) {
    await host.fs.writeFile(
      junit,
      junitXml(
        results.map(({ file, name, ms, stdout, stderr, message, report }) => ({
          suite: file,
          name: name === '' ? 'compiles' : name,
          ms,
          stdout,
          stderr,
          failure: message === undefined ? undefined : { message, text: report ?? message },
        })),
      ),
    );
  }
  const lcov = args.value('lcov');
  if (lcov !== undefined) await host.fs.writeFile(lcov, lcovOf(covered ?? []));
  const timing = args.has('timing') ? timingOf(results.map(timed)) : undefined;
  const failed = results.filter(({ outcome }) => outcome !== 'passed').length;
  if (isJson) {
    const summary: Json = {
      tests: results.length,
      passed: results.length - failed,
      failed,
      ms: Math.round(reporter.ms(host)),
    };
    output.json({
      tests: results.map(resultJson),
      summary,
      unused: run.unused.map((each) => ({ ...each })),
      coverage: covered === undefined ? null : coverageJson(covered),
      ...(timing === undefined ? {} : { timing: timingJson(timing) }),
    });
  } else {
    if (covered !== undefined) printCoverage(output, covered);
    reporter.unused(run.unused);
    if (timing !== undefined) printTiming(output, timing);
    reporter.summary(host, results);
  }
  return failed === 0 ? 0 : 1;
}

function timed({ file, name, ms }: TestResult): Timed {
  return { name: name === '' ? file : `${file}::${name}`, ms };
}

async function foundTests(host: Host, args: Arguments): Promise<FoundTest[]> {
  const files = await testFiles(host, args.positionals);
  const found = await findTests(host, files);
  if (found.length > 0) return found;
  const where = args.positionals.length === 0 ? 'this directory' : args.positionals.join(', ');
  throw testErrors.noTests({ where });
}

function chosenTests(found: readonly FoundTest[], args: Arguments, settings: Settings) {
  const chosen = selectTests(found, settings.filter);
  if (chosen.length > 0) return chosen;
  throw testErrors.noneSelected({ filter: args.value('filter') ?? '', count: found.length });
}

interface Chosen {
  readonly found: readonly FoundTest[];
  readonly tests: readonly FoundTest[];
  readonly reporter: Reporter;
  readonly instrument: Instrument | undefined;
}

async function runChosen(
  host: Host,
  args: Arguments,
  { edition, ...settings }: Settings,
  { found, tests, reporter, instrument }: Chosen,
): Promise<{ readonly run: SuiteRun; readonly covered: FileCoverage[] | undefined }> {
  const recorder = args.has('coverage') || args.has('lcov') ? new CoverageRecorder() : undefined;
  await recorder?.start();
  reporter.start(host);
  const network = args.has('allow-net');
  const access =
    settings.answers === 'record'
      ? { network: true, models: true, provider: 'real' as const }
      : { network, models: network };
  const run = await runSuite(testHost(host, access), tests, {
    edition,
    ...settings,
    instrument,
    skillDirs: skillDirsOf(host, args),
    cache: openProgramCache(host, edition),
    onResult: (result) => reporter.result(result),
  });
  const leftOut = found.map(({ file, span }) => ({ file, spans: [span] }));
  return { run, covered: await recorder?.stop(run.programs, leftOut) };
}
