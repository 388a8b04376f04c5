// Waitpoints of running programs. Waiting is a durable wait of the run: whoever completes the last of its waitpoints, in
// whatever process, wakes it; a run that was parked or killed meanwhile finds what happened when it is resumed.
import { type Json, sha256 } from '../../base/index.ts';
import {
  awaitNews,
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type NewsSource,
  type RunContext,
  type Suspending,
  timestamp,
  type WaitFacts,
  watchNews,
} from '../run/index.ts';
import { waitpointErrors } from './errors.ts';
import { waitpointTopic } from './topics.ts';
import {
  cancelWaitpoint,
  completeWaitpoint,
  createWaitpoint,
  findWaitpoint,
  showWaitpoint,
  type Waitpoint,
  type WaitpointRow,
  waitpointIndex,
  waitpointView,
} from './waitpoint-record.ts';

/** The kind of wait that waiting for waitpoints is. */
export const WAITPOINT_WAIT = 'waitpoint';

/** A wait that ends so soon is no reason to park its run. */
const SOON_MS = 60_000;

/** What came of a wait. */
export type WaitpointWait = {
  readonly wait_id: string;
  readonly waitpoint_ids: readonly string[];
  /** `cancelled`: one of them was, and nobody can complete it any more. */
  readonly status: 'completed' | 'cancelled' | 'timed_out';
  /** RFC 3339. */
  readonly started_at: string;
  readonly resolved_at: string;
  readonly waitpoints: readonly Waitpoint[];
  readonly cancelled_waitpoint_id: string | null;
  readonly trace_id: string;
  readonly reason: string | null;
};

/** How long to wait, and what the wait is called. */
export interface WaitpointWaitOptions {
  /** Ms; for ever when left out. */
  readonly timeoutMs?: number | undefined;
  readonly waitId?: string | undefined;
}

const own = { class: 'mutation', access: 'write', onUnknown: 'retry' } as const;

/** Every resolution has a key in the log: issued again, it finds itself. */
export const waitpointEffects = {
  /** Makes a waitpoint; one of this id that is there stays as it is. Without an id it gets one. */
  create: defineEffect(
    { name: 'waitpoints.create', ...own },
    async (env, given: string | null = null): Promise<Waitpoint> => {
      const id = given ?? `waitpoint_${sha256(env.idempotencyKey).slice(0, 24)}`;
      checkId(id);
      return viewed(await createWaitpoint(await env.store(), id, doing(env)));
    },
  ),
  /** Completes a waitpoint with a value and wakes who waits; with `mustExist` an unknown one is an error. */
  complete: defineEffect(
    { name: 'waitpoints.complete', ...own },
    async (env, id: string, value: Json = null, mustExist: boolean = false): Promise<Waitpoint> => {
      checkId(id);
      const store = await env.store();
      if (mustExist) await showWaitpoint(store, id);
      return viewed(await completeWaitpoint(store, id, { value, ...doing(env) }));
    },
  ),
  /** Says that nobody will complete a waitpoint and wakes who waits. */
  cancel: defineEffect(
    { name: 'waitpoints.cancel', ...own },
    async (
      env,
      id: string,
      reason: string = 'cancelled',
      mustExist: boolean = false,
    ): Promise<Waitpoint> => {
      checkId(id);
      const store = await env.store();
      if (mustExist) await showWaitpoint(store, id);
      return viewed(await cancelWaitpoint(store, id, { reason, ...doing(env) }));
    },
  ),
  /** A waitpoint as it is now; null when nobody has made or resolved it. */
  get: defineEffect(
    { name: 'waitpoints.get', class: 'read', access: 'read' },
    async (env, id: string): Promise<Waitpoint | null> => {
      const row = await findWaitpoint(await env.store(), id);
      return row === undefined ? null : viewed(row);
    },
  ),
};

function doing(env: EffectEnv) {
  return { by: env.runId, nowMs: Math.floor(env.clock.nowMs()) };
}

function viewed(row: WaitpointRow): Waitpoint {
  return waitpointView(row, row.id, row.created_at_ms);
}

function checkId(id: string): void {
  if (id.trim() === '') throw waitpointErrors.badCall({ detail: 'the id must not be empty' });
}

const WAITPOINTS: NewsSource = {
  topics: [waitpointTopic.name],
  keyOf: (event) => waitpointIndex.keyOf(event),
};

type Ended = Pick<WaitpointWait, 'status' | 'waitpoints' | 'cancelled_waitpoint_id' | 'reason'> & {
  readonly started_at_ms: number;
  readonly resolved_at_ms: number;
  /** Under a mocked clock: the instant to which waiting moved it. */
  readonly virtual_ms?: number;
};

const waitEffect = defineEffect(
  {
    name: 'waitpoints.wait',
    class: 'read',
    access: 'observe',
    wait: (
      [ids, timeoutMs]: readonly [readonly string[], number | null, string],
      nowMs,
    ): WaitFacts => ({
      kind: WAITPOINT_WAIT,
      ...(timeoutMs === null ? {} : { due_ms: Math.floor(nowMs) + timeoutMs }),
      topic: ids.join(', '),
      waitpoint_ids: ids,
      started_at_ms: Math.floor(nowMs),
      answered_by: `whoever completes it: harn waitpoints complete ${ids[0]}`,
    }),
  },
  async (env, ids, timeoutMs, _waitId): Promise<Ended> => {
    const { due_ms: dueMs, started_at_ms } = env.wait as WaitFacts;
    const store = await env.store();
    const rowsNow = () => Promise.all(ids.map((id) => findWaitpoint(store, id)));
    const started = Number(started_at_ms);
    const end = (rows: Rows, nowMs: number) => ended(ids, rows, started, nowMs);
    return awaitNews<Ended>(env, {
      watch: () => watchNews(store, WAITPOINTS, ids),
      look: async () => end(await rowsNow(), env.clock.nowMs()),
      expire: async (nowMs): Promise<Ended> => {
        const rows = await rowsNow();
        const found = end(rows, nowMs);
        if (found !== undefined) return found;
        return {
          status: 'timed_out',
          waitpoints: views(ids, rows, started),
          cancelled_waitpoint_id: null,
          reason: `not completed within ${timeoutMs} ms`,
          started_at_ms: started,
          resolved_at_ms: nowMs,
          ...(env.clock.isMocked ? { virtual_ms: nowMs } : {}),
        };
      },
      dueMs,
      parks: dueMs === undefined || dueMs - env.clock.nowMs() > SOON_MS,
    });
  },
);

type Rows = readonly (WaitpointRow | undefined)[];

function views(ids: readonly string[], rows: Rows, nowMs: number): readonly Waitpoint[] {
  return ids.map((id, i) => waitpointView(rows[i], id, nowMs));
}

/** What a wait has come to; undefined while one of them is pending and none is cancelled. */
function ended(
  ids: readonly string[],
  rows: Rows,
  startedMs: number,
  nowMs: number,
): Ended | undefined {
  const cancelled = rows.find((row) => row?.status === 'cancelled');
  if (cancelled === undefined && !rows.every((row) => row?.status === 'completed'))
    return undefined;
  return {
    status: cancelled === undefined ? 'completed' : 'cancelled',
    waitpoints: views(ids, rows, startedMs),
    cancelled_waitpoint_id: cancelled?.id ?? null,
    reason: cancelled?.reason ?? null,
    started_at_ms: startedMs,
    resolved_at_ms: Math.floor(nowMs),
  };
}

/** Virtual time lives in memory: each life moves it anew. */
const passTime = defineSyncEffect(
  { name: 'waitpoints.pass_time', class: 'local', access: 'observe' },
  (env, untilMs: number) => {
    env.clock.advance(Math.max(0, untilMs - env.clock.nowMs()));
    return null;
  },
);

/** Waits until all waitpoints are completed, one is cancelled, or the time is up; durably, and it throws for none. */
export function* waitForWaitpoints(
  ctx: RunContext,
  ids: readonly string[],
  { timeoutMs, waitId }: WaitpointWaitOptions = {},
): Suspending<WaitpointWait> {
  for (const id of ids) checkId(id);
  if (ids.length === 0) throw waitpointErrors.badCall({ detail: 'there is nothing to wait for' });
  const wait_id =
    waitId ?? `wait_${sha256(`${ctx.runId}/${ctx.task.id}/${ctx.task.lastOrdinal}`).slice(0, 24)}`;
  const args = [ids, timeoutMs ?? null, wait_id] as const;
  const { virtual_ms, started_at_ms, resolved_at_ms, ...rest } = yield* ctx.perform(waitEffect, [
    ...args,
  ]);
  if (virtual_ms !== undefined) ctx.sync(passTime, [virtual_ms]);
  return {
    ...rest,
    wait_id,
    waitpoint_ids: ids,
    started_at: timestamp(started_at_ms),
    resolved_at: timestamp(resolved_at_ms),
    trace_id: ctx.run.start.root_run_id,
  };
}

/** The same for whoever needs the values: a wait that did not end well is thrown, by code. */
export function* waitForValues(
  ctx: RunContext,
  ids: readonly string[],
  options: WaitpointWaitOptions = {},
): Suspending<readonly Waitpoint[]> {
  const ended = yield* waitForWaitpoints(ctx, ids, options);
  const { wait_id, waitpoint_ids, status, waitpoints, cancelled_waitpoint_id } = ended;
  if (status === 'completed') return waitpoints;
  if (status === 'timed_out') throw waitpointErrors.timeout({ wait_id, waitpoint_ids });
  throw waitpointErrors.cancelled({
    wait_id,
    waitpoint_ids: [cancelled_waitpoint_id ?? ''],
    reason: ended.reason ?? 'no reason given',
  });
}
