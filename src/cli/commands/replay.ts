// `harn replay`: executes a run again from its journal or its fixture, with recorded outcomes, and says where it first
// comes out otherwise. A plain record has no outcomes; it is shown and checked against its own assertions.
import type { CompiledProgram } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { RECORD_SECTIONS } from '../../runtime/index.ts';
import {
  evaluateRun,
  isFixture,
  loadRecordFile,
  makeFixture,
  type ReplayReport,
  type RunDocument,
  type RunFixture,
  readFixture,
  replayFixtureOf,
} from '../../runtime/records/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { type Output, oneLine } from '../output.ts';
import { type Project, withProject } from '../project.ts';
import { findRunId } from '../run-lookup.ts';
import { isFile, readJson, replayProgram } from '../run-records.ts';
import { loadTarget, printDiagnostics } from '../source-files.ts';

export const replay: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    return withProject(host, async (project) => {
      const typed = args.at(0);
      const found = await findFixture(project, typed);
      if (found === undefined)
        return showRecord(args, output, await loadRecordFile(host.fs, typed));
      const program = await otherCode(host, output, args.value('with'));
      if (program === null) return 1;
      if (found.program === null && program === undefined) {
        throw cliErrors.noReplayCode({ run: found.run_id });
      }
      const report = await replayProgram(host, found, program);
      if (args.has('json')) output.json(report);
      else print(output, report, args.has('output'));
      return report.pass ? 0 : 1;
    });
  },
};

/** The fixture in a file, or made of a run; undefined for a file that is a plain record. */
async function findFixture(project: Project, typed: string): Promise<RunFixture | undefined> {
  if (await isFile(project.host, typed)) {
    const value = await readJson(project.host, typed);
    return isFixture(value) ? readFixture(value, typed) : undefined;
  }
  const store = await project.requireStore();
  return makeFixture(store, await findRunId(store, typed), RECORD_SECTIONS);
}

/** Code to replay with; null when it has mistakes, which are shown. */
export async function otherCode(
  host: Host,
  output: Output,
  file: string | undefined,
): Promise<CompiledProgram | undefined | null> {
  if (file === undefined) return undefined;
  const { program, diagnostics, sources } = await loadTarget(host, { path: file }, { hooks: true });
  printDiagnostics(output, diagnostics, sources);
  return program ?? null;
}

function print(output: Output, report: ReplayReport, withText: boolean): void {
  if (withText) output.line(report.stdout.trimEnd());
  const what = `${report.run_id}: ${report.outcomes} recorded outcomes`;
  output.line(`${report.pass ? 'PASS' : 'FAIL'} ${what}`);
  for (const { message, expected, actual } of report.differences) {
    output.line(`  ${message}`);
    if (expected === null && actual === null) continue;
    output.line(`    recorded: ${oneLine(JSON.stringify(expected), 200)}`);
    output.line(`    now:      ${oneLine(JSON.stringify(actual), 200)}`);
  }
}

function showRecord(args: Arguments, output: Output, run: RunDocument): number {
  const fixture = evaluateRun(run, run.replay_fixture ?? replayFixtureOf(run));
  if (args.has('json')) {
    const stages = run.stages.map(({ node_id, status, outcome, branch, visible_text }) => ({
      node_id,
      status,
      outcome,
      branch,
      visible_text,
    }));
    output.json({ run_id: run.id, status: run.status, stages, fixture });
    return fixture.pass ? 0 : 1;
  }
  output.line(`Replay: ${run.id}`);
  for (const { node_id, status, outcome, branch, visible_text } of run.stages) {
    output.line(`[${node_id}] status=${status} outcome=${outcome} branch=${branch ?? '-'}`);
    if (visible_text !== null) output.line(`  visible: ${oneLine(visible_text)}`);
  }
  for (const { from_node_id, to_node_id, branch } of run.transitions) {
    output.line(`transition ${from_node_id ?? 'start'} -> ${to_node_id} (${branch ?? 'default'})`);
  }
  output.line(`Embedded replay fixture: ${fixture.pass ? 'PASS' : 'FAIL'}`);
  for (const failure of fixture.failures) output.line(`  failure: ${failure}`);
  return fixture.pass ? 0 : 1;
}
