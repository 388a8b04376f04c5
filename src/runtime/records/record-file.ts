// Run records in files: completing one, saving it all or nothing, and loading what any version has written. A file that
// cannot be read as a record is named and left alone, whether one loads it or saves over it.
import {
  HarnError,
  isJsonObject,
  type Json,
  type JsonObject,
  type Random,
  uuidV7,
} from '../../base/index.ts';
import type { EventLog, Store } from '../../store/index.ts';
import {
  dirName,
  type Host,
  type HostFs,
  isHostError,
  joinPath,
  resolvePath,
} from '../host/index.ts';
import { timestamp } from '../run/index.ts';
import { ACTION_GRAPH_UPDATE, actionGraphTopic, actionGraphUpdate } from './action-graph.ts';
import { recErrors } from './errors.ts';
import { withHandoffs } from './handoff-sync.ts';
import { questionsFromLog, withQuestions, withStageChildren } from './merge.ts';
import { withObservability } from './observability.ts';
import { type Redactor, redactorFor } from './redaction.ts';
import { withReplayFixture } from './replay-fixture.ts';
import { documentJson, type RunDocument, readDocument } from './run-document.ts';
import { daemonEventsOf, readSidecar, transcriptSidecarPath } from './sidecar.ts';

/** Where an id and a time for a new record come from. */
export interface RecordOrigin {
  readonly nowMs: number;
  readonly random: Random;
  /** Where questions to people are found; without it the record keeps those it has. */
  readonly log?: Pick<EventLog, 'read'> | undefined;
}

/** A complete record from whatever fields there are. An observability block that is given is kept as it is. */
export async function normalizeRecord(
  given: Json,
  { nowMs, random, log }: RecordOrigin,
): Promise<RunDocument> {
  const read = readDocument(given);
  const id = read.id === '' ? `run_${uuidV7(nowMs, random)}` : read.id;
  let run: RunDocument = {
    ...read,
    _type: read._type === '' ? 'run_record' : read._type,
    id,
    started_at: read.started_at === '' ? timestamp(nowMs) : read.started_at,
    status: read.status === '' ? 'running' : read.status,
    root_run_id: read.root_run_id ?? id,
  };
  run = withReplayFixture(run);
  if (log !== undefined) run = withQuestions(run, await questionsFromLog(log, id));
  run = withHandoffs(withStageChildren(run));
  if (run.observability !== null) return run;
  return withObservability(run, { daemonEvents: [], hasSidecar: false });
}

/** What saving and loading use of a host. */
export type RecordHost = Pick<Host, 'fs' | 'env' | 'system'>;

export interface SaveOptions {
  /** Where; `<run root>/<id>.json` by default. */
  readonly path?: string | undefined;
  /** Where questions to people are found. Records of our own journals have theirs already. */
  readonly log?: Pick<EventLog, 'read'> | undefined;
  /** Where to announce the action graph. */
  readonly announce?: Store | undefined;
  /** What keeps secrets out of the file and the announcement; by default that of this environment. */
  readonly redactor?: Redactor | undefined;
}

/** The folder of run records: `$HARN_RUN_DIR`, else `.harn-runs` in `base` (the working directory). */
export function runRoot(host: Pick<Host, 'env' | 'system'>, base?: string): string {
  const cwd = host.system.cwd();
  const given = host.env.get('HARN_RUN_DIR')?.trim();
  const asked = given !== undefined && given !== '';
  return asked ? resolvePath(cwd, given) : joinPath(base ?? cwd, '.harn-runs');
}

/**
 * Saves a record: on disk when this returns, the old content or the new, never half. Answers where, and what was
 * written, which is the record without its secrets.
 */
export async function saveRecord(
  host: RecordHost,
  given: RunDocument,
  { path: asked, log, announce, redactor = redactorFor(host.env) }: SaveOptions = {},
): Promise<{ readonly path: string; readonly run: RunDocument }> {
  const path = asked ?? joinPath(runRoot(host), `${given.id}.json`);
  let run = log === undefined ? given : withQuestions(given, await questionsFromLog(log, given.id));
  run = await completeRecord(host.fs, run, path);
  const whole = documentJson(run);
  const shown = redactor.redact(whole) as JsonObject;
  await write(host.fs, path, shown);
  if (shown !== whole) run = readDocument(shown);
  if (announce !== undefined) await publish(announce, run);
  return { path, run };
}

/** A record as it stands in its file at `path`, with everything that is derived from the rest. */
export function completeRecord(fs: HostFs, run: RunDocument, path: string): Promise<RunDocument> {
  const whole = withReplayFixture(withStageChildren(run));
  return observed(fs, withHandoffs({ ...whole, persisted_path: path }), path);
}

/** Loads a record of any version. */
export async function loadRecordFile(fs: HostFs, path: string): Promise<RunDocument> {
  const run = parseRecord(await readRecordText(fs, path), path);
  const complete = withReplayFixture(withStageChildren(run));
  const placed = { ...complete, persisted_path: complete.persisted_path ?? path };
  return observed(fs, withHandoffs(placed), path);
}

/** The text of a record's file; a file that cannot be read is a coded error. */
export async function readRecordText(fs: HostFs, path: string): Promise<string> {
  try {
    return await fs.readText(path);
  } catch (error) {
    throw recErrors.unreadable({ path, reason: reasonOf(error) }, { cause: error });
  }
}

/** Reads the text of a record; `path` is for errors. */
export function parseRecord(content: string, path: string): RunDocument {
  const value = parseJson(content, path);
  try {
    if (!isJsonObject(value)) throw recErrors.wrongField({ field: 'it', expected: 'an object' });
    return readDocument(value);
  } catch (error) {
    throw recErrors.unparsable({ path, reason: reasonOf(error) }, { cause: error });
  }
}

/** The JSON in a text; `path` is for errors. */
export function parseJson(content: string, path: string): Json {
  try {
    return JSON.parse(content) as Json;
  } catch (error) {
    throw recErrors.unparsable({ path, reason: reasonOf(error) }, { cause: error });
  }
}

/** Whether a value is a run record, as far as its type mark says; early writers set none. */
export function isRunRecord(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  if (value['_type'] === undefined) {
    return typeof value['workflow_id'] === 'string' && Array.isArray(value['stages']);
  }
  return value['_type'] === 'run_record' || value['_type'] === 'workflow_run';
}

async function observed(fs: HostFs, run: RunDocument, path: string): Promise<RunDocument> {
  const rows = await readSidecar(fs, transcriptSidecarPath(path));
  const daemonEvents = daemonEventsOf(rows ?? []);
  const known = daemonEvents.length > 0 ? daemonEvents : (run.observability?.daemon_events ?? []);
  return withObservability(run, { daemonEvents: known, hasSidecar: rows !== undefined });
}

async function write(fs: HostFs, path: string, run: JsonObject): Promise<void> {
  await refuseOtherFile(fs, path);
  try {
    await fs.mkdir(dirName(path));
    const content = `${JSON.stringify(run, null, 2)}\n`;
    await fs.writeFile(path, content, { mode: 0o600 });
  } catch (error) {
    throw recErrors.notSaved({ path, reason: reasonOf(error) }, { cause: error });
  }
}

const HEAD_BYTES = 400;

/** A file that is no run record, or a damaged one, is somebody's: it is not replaced. */
async function refuseOtherFile(fs: HostFs, path: string): Promise<void> {
  let head: string;
  try {
    head = new TextDecoder().decode(await fs.readBytes(path, { length: HEAD_BYTES }));
  } catch (error) {
    if (isHostError(error, 'notFound')) return;
    throw recErrors.notSaved({ path, reason: reasonOf(error) }, { cause: error });
  }
  // Our own files, and those of every other writer, begin with the mark; only odd ones need reading.
  const marked = /^\s*\{\s*"_type"\s*:\s*"(?:run_record|workflow_run)"/.test(head);
  if (marked) return;
  const value = parseJson(await readRecordText(fs, path), path);
  if (!isRunRecord(value)) throw recErrors.otherFile({ path });
}

/** Announces the graph of a saved record. A record is a copy: nobody fails because its announcement did. */
async function publish(store: Store, run: RunDocument): Promise<void> {
  const { headers, payload } = actionGraphUpdate(run);
  await store
    .tx((tx) => {
      tx.append(actionGraphTopic.name, {
        kind: ACTION_GRAPH_UPDATE,
        payload: actionGraphTopic.encode(payload),
        headers,
      });
    })
    .catch(() => undefined);
}

function reasonOf(error: unknown): string {
  if (HarnError.is(error)) return error.message;
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
