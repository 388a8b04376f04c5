// Run records and fixtures as commands find them: a file, or a run of this project by what people type of its id. A run
// is read from its journal, so it is there also when its record file was pruned. Fixtures are executed by the engine.
import type { Json } from '../base/index.ts';
import { type CompiledProgram, Engine } from '../engine/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { RECORD_SECTIONS, RUNTIME_PROJECTIONS } from '../runtime/index.ts';
import {
  completeRecord,
  documentJson,
  documentOf,
  type EvalSources,
  factsOf,
  isFixture,
  loadRecordFile,
  parseJson,
  type ReplayReport,
  type RunDocument,
  type RunFixture,
  readDocument,
  readFixture,
  readRecordText,
  replayFixture,
} from '../runtime/records/index.ts';
import { loadRecord } from '../runtime/run/index.ts';
import { openStore, type Store } from '../store/index.ts';
import type { Project } from './project.ts';
import { findRunId } from './run-lookup.ts';

/** A record by its file or by its run. */
export async function findRecord(project: Project, typed: string): Promise<RunDocument> {
  const { host } = project;
  if (await isFile(host, typed)) return loadRecordFile(host.fs, typed);
  const store = await project.requireStore();
  return recordOfRun(project, store, await findRunId(store, typed));
}

/** The record of a run, from its journal, as its file has it. */
export async function recordOfRun(
  project: Project,
  store: Store,
  runId: string,
): Promise<RunDocument> {
  const record = await loadRecord(store, runId, RECORD_SECTIONS);
  const run = documentOf(record, await factsOf(store, runId));
  const whole = await completeRecord(project.host.fs, run, await project.recordPath(runId));
  const redactor = await project.redactor();
  return readDocument(redactor.redact(documentJson(whole)));
}

/** Whether what was typed names a file. */
export async function isFile(host: Host, typed: string): Promise<boolean> {
  if (!(await host.fs.exists(typed))) return false;
  return (await host.fs.stat(typed)).kind === 'file';
}

/** The JSON in a file. */
export async function readJson(host: Host, path: string): Promise<Json> {
  return parseJson(await readRecordText(host.fs, path), path);
}

/** Executes a fixture with its own code, or with other code; nothing outside is touched. */
export function replayProgram(
  host: Host,
  fixture: RunFixture,
  program?: CompiledProgram,
): Promise<ReplayReport> {
  return replayFixture(fixture, {
    host,
    otherCode: program !== undefined,
    openStore: () =>
      openStore({ url: 'memory:', clock: host.clock, projections: RUNTIME_PROJECTIONS }),
    resume: async ({ store, host: sealed, sink, runId }) => {
      const engine = new Engine({ host: sealed, openStore: async () => store, sink });
      const options = program === undefined ? {} : { with: program };
      const { run, done } = await engine.resume(runId, options);
      return { done, park: (reason) => run.park(reason) };
    },
  });
}

/** What evaluations read: records as they are, fixtures by executing them. */
export function evalSources(host: Host, program?: CompiledProgram): EvalSources {
  return {
    json: (path) => readJson(host, path),
    run: async (path) => {
      const value = await readJson(host, path);
      if (!isFixture(value)) return { run: await loadRecordFile(host.fs, path) };
      const fixture = readFixture(value, path);
      const { differences } = await replayProgram(host, fixture, program);
      const failures = differences.map(({ message }) => `replay: ${message}`);
      return { run: readDocument(fixture.record), failures };
    },
  };
}
