// Workers as the store keeps them: every change is a fact with the snapshot after it (whole, or what has changed since
// the last whole one), in the transaction of its outcome, and one row per worker says where it stands and which run it
// belongs to.
//
// Belonging: the run that made or claimed a worker, until it lets go (`worker_released`) or has ended. Only a worker
// that belongs to nobody can be claimed, by a transaction that refuses when the row has changed: of two, one wins.
import { HarnError, isJsonObject, type Json, type JsonObject, uuidV7 } from '../../base/index.ts';
import { defineProjection, defineTopic, type Store, sto } from '../../store/index.ts';
import {
  accountOf,
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type RunContext,
  runIndex,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { blobsOf, packChanges, packSnapshot, unpackSnapshot } from './snapshot-packing.ts';
import { workerBudgetsKey } from './worker-budget.ts';
import { codeFrom, remakeCode } from './worker-code.ts';
import { objectOf } from './worker-config.ts';
import { susErrors, workerErrors } from './worker-errors.ts';
import { type LiveWorker, workersKey } from './worker-registry.ts';
import { isAtWork, type Stamp, type Worker } from './worker-state.ts';
import { snapshotOf } from './worker-view.ts';

/** What happened to each worker. */
export const workerTopic = defineTopic<{
  readonly worker_id: string;
  readonly run_id: string;
  readonly at_ms: number;
  readonly [k: string]: Json;
  // Version 1 had the snapshot spelt out in each fact.
}>({ name: 'agent.workers', version: 2, upgrade: (old) => old as never });

/** One line of a list of workers. The snapshot is the event `snapshot_event` of the topic. */
export type WorkerRow = {
  readonly id: string;
  /** Its end, read backwards. */
  readonly tail: string;
  readonly name: string;
  readonly mode: string;
  readonly status: string;
  readonly task: string;
  readonly session_id: string | null;
  /** The run it belongs to; null: whoever claims it. */
  readonly run_id: string | null;
  readonly claim: string | null;
  /** When its suspension times out; null: never by time. */
  readonly resume_due_ms: number | null;
  /** The topic whose next event wakes it. */
  readonly on_event: string | null;
  /** `inbox` when a trigger wakes it; what for is in its snapshot. */
  readonly wake_trigger: string | null;
  /** Where the logs of the events that wake it stood; null when none does. */
  readonly wake_from: { readonly event: number; readonly trigger: number } | null;
  /** The run whose program has its functions. */
  readonly made_by: string | null;
  readonly updated_ms: number;
  readonly snapshot_event: number;
  /** The last event that has a whole snapshot: `snapshot_event`, or what it says the changes to. */
  readonly base_event: number;
};

/** The rows behind the list. */
export const workerIndex = defineProjection<WorkerRow>({
  name: 'workers',
  version: 4,
  topics: [workerTopic.name],
  columns: {
    status: 'text',
    run_id: 'text',
    tail: 'text',
    resume_due_ms: 'number',
    on_event: 'text',
    wake_trigger: 'text',
    made_by: 'text',
    updated_ms: 'number',
  },
  indexes: [['status', 'updated_ms']],
  kept: { pack: keptOf, unpack: rowOfKept },
  keyOf: (event) => String(workerTopic.decode(event).worker_id),
  fold(row, event) {
    const facts = workerTopic.decode(event) as JsonObject;
    const updated_ms = Number(facts['at_ms']);
    if (event.kind === 'worker_released') {
      return row === undefined ? undefined : { ...row, run_id: null, updated_ms };
    }
    if (event.kind === 'worker_claimed') {
      if (row === undefined) return undefined;
      const { run_id, claim } = facts as { readonly run_id: string; readonly claim: string };
      return { ...row, run_id, claim, updated_ms };
    }
    const run_id = facts['run_id'] === NOBODY ? null : String(facts['run_id']);
    const changes = facts['diff'];
    if (isJsonObject(changes)) {
      if (row === undefined) return undefined;
      return { ...changedRow(row, changes), run_id, updated_ms, snapshot_event: event.id };
    }
    const snapshot = wholeOf(facts);
    if (snapshot === undefined) return row;
    return rowOf(snapshot, {
      run_id,
      claim: row?.claim ?? null,
      updated_ms,
      snapshot_event: event.id,
      base_event: event.id,
    });
  },
});

/** What most workers do not have. */
const NOTHING = {
  session_id: null,
  run_id: null,
  claim: null,
  resume_due_ms: null,
  on_event: null,
  wake_trigger: null,
  wake_from: null,
  made_by: null,
} satisfies Partial<WorkerRow>;

/** Without what the key says, and without what is not there. */
function keptOf({ id: _id, tail: _tail, ...row }: WorkerRow): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

function rowOfKept(kept: JsonObject, id: string): WorkerRow {
  return { id, tail: tailOf(id), ...NOTHING, ...kept } as WorkerRow;
}

function wakesByEvent(conditions: JsonObject): boolean {
  return typeof conditions['on_event'] === 'string' || isJsonObject(conditions['trigger']);
}

/** In whose name an operator writes. */
export const NOBODY = '';
/** A list shows the beginning of a task; the whole is in the snapshot. */
const TASK_CHARS = 200;

/** The whole snapshot of a fact, except for what blobs hold of it. */
function wholeOf(facts: JsonObject, blobs?: ReadonlyMap<string, Json>): JsonObject | undefined {
  const { snapshot, full } = facts;
  if (isJsonObject(snapshot)) return snapshot;
  if (!isJsonObject(full)) return undefined;
  return unpackSnapshot(full, { runId: String(facts['run_id']), ...(blobs ? { blobs } : {}) });
}

/** A row after a change. What a row shows of a worker besides these stays as it was. */
function changedRow(row: WorkerRow, changes: JsonObject): WorkerRow {
  const { id, status, task } = row;
  const after = unpackSnapshot(changes, { runId: '', before: { id, status, task } });
  const waits = 'suspension' in changes ? waitsOf(objectOf(after['suspension'])) : {};
  const text = (key: 'status' | 'task') => String(after[key]);
  return { ...row, status: text('status'), task: text('task').slice(0, TASK_CHARS), ...waits };
}

function rowOf(
  snapshot: JsonObject,
  rest: Pick<WorkerRow, 'run_id' | 'claim' | 'updated_ms' | 'snapshot_event' | 'base_event'>,
): WorkerRow {
  const text = (key: string) => String(snapshot[key] ?? '');
  const audit = objectOf(snapshot['audit']);
  const madeBy = objectOf(snapshot['code'])['run_id'];
  return {
    id: text('id'),
    tail: tailOf(text('id')),
    name: text('name'),
    mode: text('mode'),
    status: text('status'),
    task: text('task').slice(0, TASK_CHARS),
    session_id: typeof audit['session_id'] === 'string' ? audit['session_id'] : null,
    ...waitsOf(objectOf(snapshot['suspension'])),
    made_by: typeof madeBy === 'string' ? madeBy : null,
    ...rest,
  };
}

/** How an id ends, from behind: what is found by its end is found by an index. */
export function tailOf(id: string): string {
  return [...id.slice(-TAIL_CHARS)].reverse().join('');
}

const TAIL_CHARS = 12;

/** What a suspension waits for. */
function waitsOf(
  suspension: JsonObject,
): Pick<WorkerRow, 'resume_due_ms' | 'on_event' | 'wake_trigger' | 'wake_from'> {
  const conditions = objectOf(suspension['conditions']);
  const { timeout, trigger, on_event: topic } = conditions;
  const dueMs = isJsonObject(timeout)
    ? Number(suspension['suspended_at_ms']) + Number(timeout['duration_minutes']) * 60_000
    : null;
  return {
    resume_due_ms: dueMs,
    on_event: typeof topic === 'string' ? topic : null,
    wake_trigger: isJsonObject(trigger) ? 'inbox' : null,
    wake_from: wakesByEvent(conditions)
      ? {
          event: Number(suspension['event_from'] ?? 0),
          trigger: Number(suspension['trigger_from'] ?? 0),
        }
      : null,
  };
}

/** The store as workers of a run reach it; composition provides it. */
export const workerStoreKey: ServiceKey<() => Promise<Store>> = {
  name: 'work.worker_store',
  create: () => async () => {
    throw workerErrors.noStore({});
  },
};

/** An id and an instant, recorded: the same when the run is resumed. */
export const workerStamp = defineSyncEffect(
  { name: 'agent.worker_stamp', class: 'ambient', access: 'read' },
  (env): Stamp => {
    const atMs = Math.floor(env.clock.nowMs());
    return { uuid: uuidV7(atMs, env.host.random), at_ms: atMs };
  },
);

export type SnapshotDir = string | { readonly asked: string };

/**
 * Where snapshot files go: `$HARN_WORKER_STATE_DIR`, else `.harn/workers` of the working directory. Who names the place
 * (the answer is a dict then) wants them of every change.
 */
export const workerDir = defineSyncEffect(
  { name: 'agent.worker_dir', class: 'ambient', access: 'read' },
  (env): SnapshotDir => {
    const given = env.host.env.get('HARN_WORKER_STATE_DIR');
    if (given !== undefined && given !== '') return { asked: given };
    const cwd = env.host.system.cwd();
    return `${cwd === '/' ? '' : cwd}/.harn/workers`;
  },
);

export type WorkerFact =
  | 'worker_spawned'
  | 'worker_suspended'
  | 'worker_parked'
  | 'worker_resumed'
  | 'worker_restarted'
  | 'worker_completed'
  | 'worker_awaiting'
  | 'worker_failed'
  | 'worker_cancelled'
  | 'worker_stopped'
  | 'worker_interrupted'
  | 'worker_restored';

const noteFact = defineEffect(
  {
    name: 'agent.worker_note',
    class: 'store',
    access: 'write',
    identity: ([fact, id]: readonly [WorkerFact, string, JsonObject, Json]) => [fact, id],
  },
  // The answer says what was written, so that a replay knows it too: null for the whole, 1 for changes.
  (env, fact: WorkerFact, id: string, snapshot: JsonObject, before: Json): null | 1 => {
    const whole = packSnapshot(snapshot, env.runId);
    const changes = isJsonObject(before) ? packChanges(snapshot, before, env.runId) : undefined;
    const isLess =
      changes !== undefined &&
      JSON.stringify(changes.value).length < JSON.stringify(whole.value).length;
    const { value, blobs } = isLess ? changes : whole;
    for (const blob of blobs) {
      env.inTx((tx) => tx.putBlob(ENCODER.encode(blob), { topic: workerTopic.name }));
    }
    append(env, fact, id, isLess ? { diff: value } : { full: value });
    return isLess ? 1 : null;
  },
);

const ENCODER = new TextEncoder();

const noteRelease = defineEffect(
  { name: 'agent.worker_release', class: 'store', access: 'write' },
  (env, id: string, reason: string) => {
    append(env, 'worker_released', id, { reason });
    return null;
  },
);

function append(env: EffectEnv, kind: string, id: string, facts: JsonObject): void {
  const at_ms = Math.floor(env.clock.nowMs());
  const payload = workerTopic.encode({ ...facts, worker_id: id, run_id: env.runId, at_ms });
  env.inTx((tx) => tx.append(workerTopic.name, { kind, payload }));
}

const writeFile = defineEffect(
  {
    name: 'agent.worker_snapshot_file',
    class: 'mutation',
    access: 'write',
    // Written whole: once more does no harm.
    onUnknown: 'retry',
    identity: ([path]: readonly [string, string]) => [path],
  },
  async (env, path: string, text: string): Promise<string | null> => {
    try {
      await env.host.fs.mkdir(path.slice(0, path.lastIndexOf('/')));
      // What must survive a loss of power is the fact in the store; the file is a copy of it for other programs.
      await env.host.fs.writeFile(path, text, { mode: 0o600, sync: false });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },
);

/** The runtime's own bookkeeping is not subject to what was taken from the worker or its caller. */
export function bookkeeping(ctx: RunContext): RunContext {
  return ctx.withAuthority(ctx.run.authority);
}

/** What a program asks of workers: refused to whoever was not given it, before anything happens. */
export function assertMay(
  ctx: RunContext,
  verb: string,
  access: 'read' | 'mutate' = 'mutate',
): void {
  ctx.authority.check({ name: `agent.${verb}`, access });
}

/** Whether the store and the file are to know about a worker. A suspension always is. */
function mustKeep({ worker, isKept }: LiveWorker): boolean {
  return isKept || worker.carry.persist_state || worker.state.status === 'suspended';
}

/** Puts a worker's next state in place, writes it down, and the file beside it when asked to. */
export function* commitWorker(
  ctx: RunContext,
  live: LiveWorker,
  next: Worker,
  fact: WorkerFact,
  { file = true }: { readonly file?: boolean } = {},
): Suspending<void> {
  live.update(withSpending(ctx, next));
  if (!mustKeep(live)) return;
  live.isKept = true;
  const snapshot = snapshotOf(live.worker);
  const { base = null } = live;
  const isWhole = yield* bookkeeping(ctx).perform(noteFact, [fact, live.id, snapshot, base]);
  if (isWhole === null) live.base = snapshot;
  if (file) yield* writeSnapshotFile(ctx, live, next);
}

/** The worker with what it has spent so far; its account is open while it is at work. Refused before anything has changed. */
function withSpending(ctx: RunContext, next: Worker): Worker {
  const budgets = ctx.get(workerBudgetsKey);
  const { id, tokenBudget: limit, tokensSpent: spent } = next;
  const account = isAtWork(next)
    ? budgets.open(id, accountOf(ctx), { limit, spent })
    : budgets.find(id);
  if (!isAtWork(next)) budgets.close(id);
  return account === undefined || account.spent === spent
    ? next
    : { ...next, tokensSpent: account.spent };
}

/** Of a worker at rest, of one whose file is there already, and of one for which every change was asked for. */
function wantsFile(live: LiveWorker, { state, carry }: Worker): boolean {
  const isResting = state.status !== 'running' && state.status !== 'suspended';
  return isResting || live.hasFile || carry.snapshot_file === true;
}

/**
 * Writes the file that other programs read, when there is to be one; what goes wrong is the answer. The store does not
 * need it: going on with a suspended worker by the path of its file finds it there.
 */
export function* writeSnapshotFile(
  ctx: RunContext,
  live: LiveWorker,
  worker: Worker,
): Suspending<string | null> {
  if (!mustKeep(live) || worker.snapshotPath === '' || !wantsFile(live, worker)) return null;
  live.hasFile = true;
  const text = `${JSON.stringify(snapshotOf(worker), null, 2)}\n`;
  return yield* bookkeeping(ctx).perform(writeFile, [worker.snapshotPath, text]);
}

/** Lets go of a worker: from here on others may claim it. */
export function* releaseWorker(
  ctx: RunContext,
  live: LiveWorker,
  reason: string,
): Suspending<void> {
  live.isReleased = true;
  live.changed();
  if (!live.isKept) return;
  yield* bookkeeping(ctx).perform(noteRelease, [live.id, reason]);
}

/** Takes over a worker that belongs to nobody; its snapshot is the answer. */
export const claimWorker = defineEffect(
  {
    name: 'agent.worker_claim',
    class: 'mutation',
    access: 'write',
    onUnknown: 'probe',
    probe: async (env, [id]: readonly [string]) => {
      const store = await openWorkers(env);
      const row = await store.row(workerIndex, id);
      if (row?.claim !== env.idempotencyKey) return { status: 'not_done' };
      return { status: 'done', value: await snapshotAt(store, row) };
    },
  },
  async (env, id: string): Promise<Json> => {
    const store = await openWorkers(env);
    const row = await store.row(workerIndex, id);
    if (row === undefined) throw workerErrors.unknown({ id });
    await assertFree(store, row, env.runId);
    const snapshot = await snapshotAt(store, row);
    assertCode(env, id, snapshot);
    const claim = env.idempotencyKey;
    const at_ms = Math.floor(env.clock.nowMs());
    const payload = workerTopic.encode({ worker_id: id, run_id: env.runId, claim, at_ms });
    try {
      await store.tx((tx) => {
        tx.check(workerIndex, id, (now) => now?.claim === row.claim && now.run_id === row.run_id);
        tx.append(workerTopic.name, {
          kind: 'worker_claimed',
          payload,
          key: claim,
        });
      });
    } catch (error) {
      if (!HarnError.is(error) || error.code !== sto.$code('checkFailed')) throw error;
      throw susErrors.concurrentResume({ id, status: row.status }, { cause: error });
    }
    return snapshot;
  },
);

async function openWorkers(env: EffectEnv): Promise<Store> {
  const store = await env.get(workerStoreKey)();
  await store.declare(workerIndex, runIndex);
  return store;
}

/** Whether a worker in this state goes on with its functions. */
export function needsCode(status: string): boolean {
  return ['suspended', 'awaiting', 'running', 'interrupted'].includes(status);
}

/** What is to go on must be whole: without one of its functions it stays where it is. */
function assertCode(env: EffectEnv, id: string, snapshot: Json): void {
  const facts = isJsonObject(snapshot) ? snapshot : {};
  if (!needsCode(String(facts['status']))) return;
  // Let go by this very run: its functions are still here.
  if (env.get(workersKey).find(id) !== undefined) return;
  const { missing } = remakeCode(env, codeFrom(facts['code']));
  if (missing.length > 0) throw workerErrors.codeGone({ id, what: missing.join(', ') });
}

async function assertFree(store: Store, row: WorkerRow, runId: string): Promise<void> {
  if (row.run_id === runId) return;
  const holder = await holderOf(store, row);
  if (holder !== undefined) throw workerErrors.heldElsewhere({ id: row.id, run: holder });
}

/** The run that has it. One that has ended holds nothing, also when it was killed before it could say so. */
export async function holderOf(store: Store, row: WorkerRow): Promise<string | undefined> {
  if (row.run_id === null) return undefined;
  const owner = await store.row(runIndex, row.run_id);
  const isOver = owner === undefined || ['completed', 'failed', 'cancelled'].includes(owner.status);
  return isOver ? undefined : row.run_id;
}

export async function snapshotAt(
  store: Store,
  { snapshot_event, base_event }: WorkerRow,
): Promise<Json> {
  const facts = await factsAt(store, snapshot_event);
  if (facts === undefined) return null;
  const changes = facts['diff'];
  if (!isJsonObject(changes)) return (await wholeAt(store, facts)) ?? null;
  const base = await factsAt(store, base_event);
  const before = base === undefined ? undefined : await wholeAt(store, base);
  if (before === undefined) return null;
  const blobs = await blobsIn(store, changes);
  return unpackSnapshot(changes, { runId: String(facts['run_id']), before, blobs });
}

async function factsAt(store: Store, id: number): Promise<JsonObject | undefined> {
  const [event] = await store.read(workerTopic.name, { from: id - 1, limit: 1 });
  return event === undefined ? undefined : workerTopic.decode(event);
}

async function wholeAt(store: Store, facts: JsonObject): Promise<JsonObject | undefined> {
  return wholeOf(facts, await blobsIn(store, facts['full'] ?? null));
}

async function blobsIn(store: Store, packed: Json): Promise<ReadonlyMap<string, Json>> {
  const blobs = new Map<string, Json>();
  const decoder = new TextDecoder();
  for (const hash of blobsOf(packed)) {
    blobs.set(hash, JSON.parse(decoder.decode(await store.getBlob(hash))) as Json);
  }
  return blobs;
}

/** Which workers to list. */
export interface WorkerQuery {
  readonly status?: string | undefined;
  readonly runId?: string | undefined;
  /** Made by this run, whoever has it now. */
  readonly madeBy?: string | undefined;
  readonly limit?: number | undefined;
}

/** Workers of all runs, the latest change first. For operators and servers. */
export async function listWorkers(
  store: Store,
  { status, runId, madeBy, limit = 100 }: WorkerQuery = {},
): Promise<readonly WorkerRow[]> {
  await store.declare(workerIndex);
  const where: { [column: string]: string } = {};
  if (status !== undefined) where['status'] = status;
  if (runId !== undefined) where['run_id'] = runId;
  if (madeBy !== undefined) where['made_by'] = madeBy;
  const query = { where, orderBy: ['updated_ms'], descending: true, limit };
  return (await store.rows(workerIndex, query)).map(({ row }) => row);
}

/** One worker's snapshot; an unknown id is an error. */
export async function showWorker(store: Store, id: string): Promise<Json> {
  await store.declare(workerIndex);
  const row = await store.row(workerIndex, id);
  if (row === undefined) throw workerErrors.unknown({ id });
  return snapshotAt(store, row);
}
