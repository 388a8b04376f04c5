// `harn test conformance`: runs a suite of programs that say beside them what they must come to.
import type { Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { skillDirsOf } from '../skill-dirs.ts';
import { editionOf } from '../source-files.ts';
import {
  type CaseResult,
  type ConformanceCase,
  findCases,
  runCase,
} from '../testing/conformance.ts';
import { testErrors } from '../testing/errors.ts';
import { junitXml } from '../testing/junit.ts';
import { timeOf } from '../testing/report.ts';
import { countOption, durationOption, inParallel, nameFilter } from '../testing/select.ts';
import { testHost } from '../testing/test-host.ts';
import { printTiming, timingJson, timingOf } from '../testing/timing.ts';

const TIMEOUT_MS = 30_000;

/** Set by a program that drives a suite: a file with the paths of the cases it wants; it gets a JSON line for each. */
const LIST = 'HARN_CONFORMANCE_LIST';
const LIST_TIMEOUT = 'HARN_CONFORMANCE_TIMEOUT_MS';

export const testConformance: Command = {
  async run(args, { host: getHost, output }) {
    const real = await getHost();
    const where = args.positionals[0] ?? 'conformance';
    const filter = nameFilter(args.value('filter'));
    const jobs = countOption('--jobs', args.value('jobs'), 1);
    const timeoutMs = durationOption(
      '--timeout',
      args.value('timeout') ?? real.env.get(LIST_TIMEOUT),
      TIMEOUT_MS,
    );
    const edition = editionOf(real, args.value('edition'));
    const skillDirs = skillDirsOf(real, args);
    const found = await findCases(real, where);
    if (found.length === 0) throw testErrors.noCases({ where });
    const listed = await listedCases(real);
    const cases = found.filter(({ path }) => filter(path) && (listed?.has(path) ?? true));
    if (cases.length === 0) {
      throw testErrors.noneSelected({ filter: args.value('filter') ?? LIST, count: found.length });
    }
    // Suites start servers of their own on this machine; only real models are out of reach.
    const host = testHost(real, { network: true, models: false });
    const startMs = real.clock.monotonicMs();
    const isJson = args.has('json');
    const results = await inParallel(cases, jobs, async (each) => {
      const result = await runCase(host, each, { edition, timeoutMs, skillDirs });
      if (isJson && listed !== undefined) output.line(JSON.stringify(caseJson(result)));
      else if (!isJson) printCase(output, result);
      return result;
    });
    const junit = args.value('junit');
    if (junit !== undefined) await real.fs.writeFile(junit, junitXml(results.map(junitCase)));
    const failed = results.filter(({ passed }) => !passed).length;
    const ms = Math.round(real.clock.monotonicMs() - startMs);
    const timing = args.has('timing')
      ? timingOf(results.map(({ path, ms }) => ({ name: path, ms })))
      : undefined;
    if (!isJson) {
      if (timing !== undefined) printTiming(output, timing);
      printSummary(output, cases, failed, ms);
    }
    if (isJson && listed === undefined) {
      const passed = results.length - failed;
      const summary: Json = { cases: results.length, passed, failed, ms };
      output.json({
        results: results.map(caseJson),
        summary,
        ...(timing === undefined ? {} : { timing: timingJson(timing) }),
      });
    }
    return failed === 0 ? 0 : 1;
  },
};

async function listedCases(host: Host): Promise<ReadonlySet<string> | undefined> {
  const list = host.env.get(LIST);
  if (list === undefined || list === '') return undefined;
  const lines = (await host.fs.readText(list)).split('\n').map((line) => line.trim());
  return new Set(lines.filter((line) => line !== ''));
}

function caseJson({ path, passed, reason, ok, output, error, ms, timedOut }: CaseResult): Json {
  return {
    path,
    passed,
    reason: reason ?? null,
    ok,
    output,
    error,
    timed_out: timedOut,
    ms: Math.round(ms),
  };
}

function junitCase({ path, ms, output, reason, error }: CaseResult) {
  const slash = path.lastIndexOf('/');
  return {
    suite: slash === -1 ? '.' : path.slice(0, slash),
    name: path.slice(slash + 1),
    ms,
    stdout: reason === undefined ? '' : output,
    stderr: reason === undefined ? '' : error,
    failure: reason === undefined ? undefined : { message: reason, text: reason },
  };
}

/** What passed is only counted: suites are large. */
function printCase(output: Output, { path, passed, reason, ms }: CaseResult): void {
  if (passed) return;
  output.line(`${output.style('red', 'FAIL')} ${path} ${output.style('dim', `(${timeOf(ms)})`)}`);
  for (const line of (reason ?? '').split('\n')) output.line(`       ${line}`.trimEnd());
}

function printSummary(
  output: Output,
  cases: readonly ConformanceCase[],
  failed: number,
  ms: number,
): void {
  const passed = cases.length - failed;
  const counts = failed === 0 ? `${passed} passed` : `${failed} failed, ${passed} passed`;
  output.line(`${output.style(failed === 0 ? 'green' : 'red', counts)} in ${timeOf(ms)}`);
}
