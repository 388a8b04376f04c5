// `harn eval`: gates a change. Takes a run, a fixture, a record, a folder of them, a suite or a pack; exit code 1 when
// something does not come out as expected.
import type { Json } from '../../base/index.ts';
import type { CompiledProgram } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import {
  type CaseReport,
  type EvalSources,
  evalSuiteShape,
  evaluateCase,
  isFixture,
  isRunRecord,
  type PackReport,
  readPack,
  runFolder,
  runPack,
  runSuite,
  type SuiteReport,
} from '../../runtime/records/index.ts';
import { parseToml } from '../../text/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { cliErrors, usageErrors } from '../errors.ts';
import { wholeOption } from '../number-option.ts';
import type { Output } from '../output.ts';
import { withProject } from '../project.ts';
import { evalSources, findRecord, isFile, readJson } from '../run-records.ts';
import { otherCode } from './replay.ts';

export const evaluate: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const program = await otherCode(host, output, args.value('with'));
    if (program === null) return 1;
    return withProject(host, async (project) => {
      const typed = args.at(0);
      const manifest = await readManifest(host, typed);
      if (manifest !== undefined)
        return runManifest(args, { host, output, program }, typed, manifest);
      const sources = evalSources(host, program);
      if (await isFolder(host, typed)) {
        const names = (await host.fs.listDir(typed))
          .map(({ name }) => name)
          .filter((name) => name.endsWith('.json'));
        return show(args, output, await runFolder(typed, names, sources));
      }
      const found = (await isFile(host, typed))
        ? await sources.run(typed)
        : { run: await findRecord(project, typed) };
      const compare = args.value('compare');
      const baseline =
        compare === undefined
          ? undefined
          : { run: await findRecord(project, compare), path: compare };
      const report = evaluateCase({ ...found, baseline, sourcePath: typed });
      return show(args, output, oneCase(report));
    });
  },
};

interface Around {
  readonly host: Host;
  readonly output: Output;
  readonly program: CompiledProgram | undefined;
}

async function runManifest(
  args: Arguments,
  { host, output, program }: Around,
  path: string,
  manifest: Manifest,
): Promise<number> {
  if (args.has('compare')) throw usageErrors.compareManifest({ kind: manifest.kind });
  const sources: EvalSources = evalSources(host, program);
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '.';
  if (manifest.kind === 'suite') {
    return show(args, output, await runSuite(evalSuiteShape(manifest.value, ''), sources, folder));
  }
  const report = await runPack(readPack(manifest.value), sources, {
    folder,
    trials: wholeOption(args, 'trials'),
    isRepeatable: async (file) => isFixture(await readJson(host, file)),
  });
  return show(args, output, report);
}

interface Manifest {
  readonly kind: 'suite' | 'pack';
  readonly value: Json;
}

/** A suite or pack in a file; undefined when the file is something else. */
async function readManifest(host: Host, path: string): Promise<Manifest | undefined> {
  if (!(await isFile(host, path))) return undefined;
  const isToml = path.endsWith('.toml');
  const value = isToml ? await readToml(host, path) : await readJson(host, path);
  if (isRunRecord(value) || isFixture(value)) return undefined;
  const { _type: type, version, cases } = value as { readonly [name: string]: Json };
  if (type === 'eval_suite_manifest') return { kind: 'suite', value };
  if (isToml) return { kind: 'pack', value };
  if (cases === undefined) return undefined;
  return { kind: version === undefined ? 'suite' : 'pack', value };
}

async function readToml(host: Host, path: string): Promise<Json> {
  const text = await host.fs.readText(path);
  try {
    return await parseToml(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw cliErrors.badToml({ path, reason }, { cause: error });
  }
}

async function isFolder(host: Host, path: string): Promise<boolean> {
  return (await host.fs.exists(path)) && (await host.fs.stat(path)).kind === 'directory';
}

function oneCase(report: CaseReport): SuiteReport {
  const passed = report.pass ? 1 : 0;
  return { pass: report.pass, total: 1, passed, failed: 1 - passed, cases: [report] };
}

function show(args: Arguments, output: Output, report: SuiteReport | PackReport): number {
  if (args.has('json')) output.json(report as unknown as Json);
  else print(output, report);
  return report.pass ? 0 : 1;
}

function print(output: Output, report: SuiteReport | PackReport): void {
  for (const each of report.cases) {
    const name = each.label ?? each.source_path ?? each.run_id;
    output.line(`${each.pass ? 'PASS' : 'FAIL'} ${name}`);
    for (const failure of each.failures) output.line(`  ${failure}`);
    if (!('warnings' in each)) continue;
    for (const warning of each.warnings) output.line(`  warning: ${warning}`);
    for (const note of each.informational) output.line(`  note: ${note}`);
  }
  for (const [name, { count, mean, min, max }] of Object.entries(report.metrics ?? {})) {
    const spread = count === 1 ? '' : ` (${count} values from ${min} to ${max})`;
    output.line(`metric ${name}: ${mean}${spread}`);
  }
  output.line(`${report.passed} passed, ${report.failed} failed, ${report.total} total`);
}
