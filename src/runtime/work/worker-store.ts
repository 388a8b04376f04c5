// Workers as operators and servers see them: found by what people type, ended without any code, and woken when what they
// wait for has come. Reads rows by index; what it writes is refused when somebody was faster.
import { HarnError, type Json, type JsonObject, type Random, uuidV7 } from '../../base/index.ts';
import { type Store, scanTopic, sto } from '../../store/index.ts';
import { loadStart, type RunStart, runIndex } from '../run/index.ts';
import { packSnapshot } from './snapshot-packing.ts';
import type { ResumeConditions } from './suspend-conditions.ts';
import { eventInput, type ResumeSource, resumptionBy, type Woken } from './suspend-wake.ts';
import { codeFrom } from './worker-code.ts';
import { susErrors, workerErrors } from './worker-errors.ts';
import {
  holderOf,
  NOBODY,
  snapshotAt,
  tailOf,
  type WorkerRow,
  workerIndex,
  workerTopic,
} from './worker-record.ts';
import type { WorkerRunRequest } from './worker-run.ts';
import { changeWorker, type Stamp, type Suspension, type Worker } from './worker-state.ts';
import { stopResult } from './worker-stop.ts';
import { snapshotOf, workerFromSnapshot } from './worker-view.ts';

const PREFIX = 'worker_';

/** More than anyone types apart. */
const MANY = 100_000;

/** The worker that somebody means by an id, its beginning or its end. */
export async function findWorker(store: Store, typed: string): Promise<WorkerRow> {
  await store.declare(workerIndex, runIndex);
  const exact = await store.row(workerIndex, typed);
  if (exact !== undefined) return exact;
  const beginning = typed.startsWith(PREFIX) ? typed : `${PREFIX}${typed}`;
  const begins = await rowsBeginningWith(store, beginning);
  const found = begins.length > 0 || typed === '' ? begins : await rowsEndingWith(store, typed);
  const [first] = found;
  if (first === undefined || found.length > 1 || typed === '') {
    const suggestion =
      found.length > 1
        ? found
            .slice(0, 4)
            .map(({ id }) => id)
            .join(', ')
        : undefined;
    throw workerErrors.noneSuch({ worker: typed, suggestion });
  }
  return first;
}

/** Ambiguous is ambiguous: no more than are named. */
const SUGGESTED = 5;

/** By the order of keys. */
async function rowsBeginningWith(store: Store, typed: string): Promise<readonly WorkerRow[]> {
  const after = { key: typed, row: {} as WorkerRow };
  const rows = await store.rows(workerIndex, { after, limit: SUGGESTED });
  return rows.flatMap(({ row }) => (row.id.startsWith(typed) ? [row] : []));
}

/** By the index of ends, which knows the last characters; of a longer text the rest is looked at. */
async function rowsEndingWith(store: Store, typed: string): Promise<readonly WorkerRow[]> {
  const tail = tailOf(typed);
  const where = { tail: { gte: tail, lt: `${tail}\u{10ffff}` } };
  const rows = await store.rows(workerIndex, { where, orderBy: ['tail'], limit: SUGGESTED });
  return rows.flatMap(({ row }) => (row.id.endsWith(typed) ? [row] : []));
}

/** A worker's row, its last snapshot, and the run that has it now. */
export interface StoredWorker {
  readonly row: WorkerRow;
  readonly snapshot: JsonObject;
  /** Undefined: whoever claims it. */
  readonly holder: string | undefined;
}

/** One worker; an unknown id is an error. */
export async function loadStoredWorker(store: Store, id: string): Promise<StoredWorker> {
  await store.declare(workerIndex, runIndex);
  const row = await store.row(workerIndex, id);
  if (row === undefined) throw workerErrors.unknown({ id });
  const snapshot = (await snapshotAt(store, row)) as JsonObject;
  return { row, snapshot, holder: await holderOf(store, row) };
}

/**
 * The run whose program goes on with a worker. Refuses what a run of its own could not go on with, so that none is made
 * for nothing: a worker that some run still has, one with functions that nothing makes again.
 */
export async function workerOrigin(
  store: Store,
  { worker_id: id, input }: WorkerRunRequest,
): Promise<{ readonly id: string; readonly start: RunStart }> {
  const { row, snapshot, holder } = await loadStoredWorker(store, id);
  const { status } = row;
  const goesOn = ['suspended', 'running', 'interrupted'].includes(status);
  if (!goesOn && input === null) throw workerErrors.ended({ id, status });
  if (holder !== undefined) throw workerErrors.heldElsewhere({ id, run: holder });
  const { missing } = codeFrom(snapshot['code']);
  if (missing.length > 0) throw workerErrors.codeGone({ id, what: missing.join(', ') });
  const { made_by: run } = row;
  if (run === null) throw workerErrors.noProgram({ id });
  return { id: run, start: await loadStart(store, run) };
}

/** How an operator ends a worker: `close` at once, `stop` handing over what it has, `expire` because its time is up. */
export type OperatorEnd =
  | { readonly kind: 'close' }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'expire' };

const FACTS = { close: 'worker_cancelled', stop: 'worker_stopped', expire: 'worker_failed' };

/** Ends a worker that no run has; needs none of its code. The answer is its snapshot. */
export async function endStoredWorker(
  store: Store,
  id: string,
  end: OperatorEnd,
  { nowMs, random }: { readonly nowMs: number; readonly random: Random },
): Promise<JsonObject> {
  const { row, snapshot, holder } = await loadStoredWorker(store, id);
  if (holder !== undefined) throw workerErrors.heldElsewhere({ id, run: holder });
  const at: Stamp = { uuid: uuidV7(nowMs, random), at_ms: nowMs };
  const next = snapshotOf(ended(workerFromSnapshot(snapshot), end, at));
  const { value: full, blobs } = packSnapshot(next, NOBODY);
  const encoder = new TextEncoder();
  const payload = workerTopic.encode({
    full,
    worker_id: id,
    run_id: NOBODY,
    at_ms: nowMs,
  });
  try {
    await store.tx((tx) => {
      tx.check(
        workerIndex,
        id,
        (now) =>
          now?.claim === row.claim &&
          now.run_id === row.run_id &&
          now.snapshot_event === row.snapshot_event,
      );
      for (const blob of blobs) tx.putBlob(encoder.encode(blob), { topic: workerTopic.name });
      tx.append(workerTopic.name, { kind: FACTS[end.kind], payload });
    });
  } catch (error) {
    if (!HarnError.is(error) || error.code !== sto.$code('checkFailed')) throw error;
    throw susErrors.concurrentResume({ id, status: row.status }, { cause: error });
  }
  return next;
}

function ended(worker: Worker, end: OperatorEnd, at: Stamp): Worker {
  switch (end.kind) {
    case 'close':
      return changeWorker(worker, { change: 'cancel', at });
    case 'expire':
      return changeWorker(worker, { change: 'expire', at });
    case 'stop': {
      const result = stopResult(worker, { reason: end.reason, uuid: at.uuid, children: [] });
      return changeWorker(worker, { change: 'stop', at, result });
    }
  }
}

/** A worker whose wait is over. */
export interface DueWorker {
  readonly row: WorkerRow;
  readonly by: Woken['by'];
  /** How it goes on; undefined: its time is up and it is to fail. */
  readonly request: WorkerRunRequest | undefined;
  /** The run that has it: going on with that run wakes it. */
  readonly holder: string | undefined;
}

/** The suspended workers whose time has come, or for which an event has arrived. */
export async function dueWorkers(
  store: Store,
  {
    nowMs,
    source,
    limit = 1000,
  }: {
    readonly nowMs: number;
    readonly source: ResumeSource | undefined;
    readonly limit?: number;
  },
): Promise<readonly DueWorker[]> {
  await store.declare(workerIndex, runIndex);
  // By the index of what they wait for: asked for the status, or in another order, SQLite looks at everyone.
  const queries = [
    { where: { on_event: { gte: '' } }, orderBy: ['on_event'] },
    { where: { wake_trigger: { gte: '' } }, orderBy: ['wake_trigger'] },
    { where: { resume_due_ms: { lte: nowMs } }, orderBy: ['resume_due_ms'] },
  ];
  const latest = latestOnce(store);
  const due = new Map<string, DueWorker>();
  for (const query of queries) {
    for (const { row } of await store.rows(workerIndex, { ...query, limit: MANY })) {
      if (row.status !== 'suspended' || due.has(row.id) || due.size >= limit) continue;
      const isDue = await hasMoved(row, { nowMs, source, latest });
      const one = isDue ? await dueOf(store, row, { nowMs, source }) : undefined;
      if (one !== undefined) due.set(row.id, one);
    }
  }
  return [...due.values()];
}

async function dueOf(
  store: Store,
  row: WorkerRow,
  { nowMs, source }: { readonly nowMs: number; readonly source: ResumeSource | undefined },
): Promise<DueWorker | undefined> {
  const { state } = workerFromSnapshot(await snapshotAt(store, row));
  if (state.status !== 'suspended') return undefined;
  const woken = await whatWoke(store, state.suspension, { nowMs, source });
  if (woken === undefined) return undefined;
  const holder = await holderOf(store, row);
  const fails = woken.by === 'timeout' && woken.action === 'fail';
  return { row, by: woken.by, request: fails ? undefined : requestBy(row.id, woken), holder };
}

/** Where a log stands, asked once. */
function latestOnce(store: Store): (topic: string) => Promise<number> {
  const known = new Map<string, Promise<number>>();
  return (topic) => {
    const found = known.get(topic) ?? store.latest(topic).then((id) => id ?? 0);
    known.set(topic, found);
    return found;
  };
}

/** From the row alone: most of those who wait need not be looked at. */
async function hasMoved(
  { resume_due_ms: due, on_event: topic, wake_trigger, wake_from }: WorkerRow,
  {
    nowMs,
    source,
    latest,
  }: {
    readonly nowMs: number;
    readonly source: ResumeSource | undefined;
    readonly latest: (topic: string) => Promise<number>;
  },
): Promise<boolean> {
  if (due !== null && due <= nowMs) return true;
  if (topic !== null && (await latest(topic)) > (wake_from?.event ?? 0)) return true;
  if (wake_trigger === null || source === undefined) return false;
  return (await latest(source.topic)) > (wake_from?.trigger ?? 0);
}

/** What came first wins, as it would have in a run; an event that came in time wins over a time that has passed since. */
async function whatWoke(
  store: Store,
  { conditions, at, eventFrom, triggerFrom }: Suspension,
  { nowMs, source }: { readonly nowMs: number; readonly source: ResumeSource | undefined },
): Promise<Woken | undefined> {
  const { timeout, on_event: topic, trigger } = (conditions ?? {}) as ResumeConditions;
  const dueMs = timeout === undefined ? undefined : at.at_ms + timeout.duration_minutes * 60_000;
  const isLate = (occurredAtMs: number) => dueMs !== undefined && occurredAtMs > dueMs;
  if (topic !== undefined) {
    const [event] = await store.read(topic, { from: eventFrom, limit: 1 });
    if (event !== undefined && !isLate(event.occurredAtMs)) {
      return { by: 'event', payload: eventInput(event) };
    }
  }
  if (trigger !== undefined && source !== undefined) {
    for await (const event of scanTopic(store, source.topic, { from: triggerFrom })) {
      const found = source.match(trigger, event);
      if (found === undefined) continue;
      if (!isLate(event.occurredAtMs)) return { by: 'trigger', ...found };
      break;
    }
  }
  if (timeout === undefined || dueMs === undefined || dueMs > nowMs) return undefined;
  return { by: 'timeout', action: timeout.on_timeout };
}

function requestBy(id: string, woken: Woken): WorkerRunRequest {
  const { input, continueTranscript, initiator, trigger = null } = resumptionBy(id, woken);
  return {
    worker_id: id,
    input,
    continue_transcript: continueTranscript,
    initiator,
    trigger: trigger as Json,
  };
}
