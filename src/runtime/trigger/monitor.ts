// Monitors: waiting until something outside is as it should be. A monitor looks (polls), asks its condition, and waits for
// the next look: a durable sleep, or news of the inbox, whichever comes first. What was seen is in the journal, so a
// replay looks at nothing again.
import { type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import {
  awaitNews,
  defineEffect,
  defineSyncEffect,
  isTruthy,
  type NewsSource,
  type RunContext,
  type Suspending,
  timestamp,
  type WaitFacts,
  watchNews,
} from '../run/index.ts';
import { triggerErrors } from './errors.ts';
import { inboxTopic } from './topics.ts';

/** How long between two looks when nobody says. */
export const POLL_INTERVAL_MS = 10_000;

/** What a look knows about itself. */
export type PollContext = {
  readonly wait_id: string;
  /** Looks before this one. */
  readonly poll_count: number;
  /** The event of the inbox that led to this look; null when it was time. */
  readonly last_push_event: Json;
};

/** What is looked at, and until when. `S` is what a look sees, `V` what the condition says about it. */
export interface MonitorSpec<S, V> {
  readonly poll: (ctx: RunContext, about: PollContext) => Suspending<S>;
  /** The wait is over when this is true (or anything else that is not null, false or 0). */
  readonly condition: (ctx: RunContext, state: S) => Suspending<V>;
  readonly isMet?: ((value: V) => boolean) | undefined;
  /** Ms; for ever when left out. The condition is asked once at least. */
  readonly timeoutMs?: number | undefined;
  readonly pollIntervalMs?: number | undefined;
  readonly label?: string | undefined;
  readonly waitId?: string | undefined;
  /** Whether an event of the inbox is reason to look at once; without it none is. */
  readonly pushFilter?: ((ctx: RunContext, entry: JsonObject) => Suspending<boolean>) | undefined;
}

/** What came of a monitor. */
export interface MonitorWait<S, V> {
  readonly wait_id: string;
  readonly status: 'matched' | 'timed_out';
  readonly source_label: string | null;
  /** RFC 3339. */
  readonly started_at: string;
  readonly resolved_at: string;
  readonly state: S;
  readonly condition_value: V;
  readonly poll_count: number;
  readonly push_wake_count: number;
  readonly trace_id: string;
  readonly reason: string | null;
}

/** Looks until the condition is met or the time is up. */
export function* waitForState<S, V>(
  ctx: RunContext,
  spec: MonitorSpec<S, V>,
): Suspending<MonitorWait<S, V>> {
  const { poll, condition, timeoutMs, label } = spec;
  const isMet = spec.isMet ?? ((value: V) => isTruthy(value as Json));
  const pollIntervalMs = spec.pollIntervalMs ?? POLL_INTERVAL_MS;
  if (!(pollIntervalMs > 0)) throw badInterval(pollIntervalMs);
  const startedMs = ctx.sync(clockEffects.now_ms, []);
  const seed = `${ctx.runId}/${ctx.task.id}/${ctx.task.lastOrdinal}`;
  const wait_id = spec.waitId ?? `monitor_${sha256(seed).slice(0, 24)}`;
  const dueMs = timeoutMs === undefined ? undefined : startedMs + timeoutMs;
  let position = spec.pushFilter === undefined ? 0 : yield* ctx.perform(inboxEnd, []);
  let pushed: JsonObject | null = null;
  let pushes = 0;
  for (let looks = 1; ; looks += 1) {
    const about = { wait_id, poll_count: looks - 1, last_push_event: pushed };
    const state = yield* poll(ctx, about);
    const value = yield* condition(ctx, state);
    const nowMs = ctx.sync(clockEffects.now_ms, []);
    const isOver = dueMs !== undefined && nowMs >= dueMs;
    if (isMet(value) || isOver) {
      return {
        wait_id,
        status: isMet(value) ? 'matched' : 'timed_out',
        source_label: label ?? null,
        started_at: timestamp(startedMs),
        resolved_at: timestamp(nowMs),
        state,
        condition_value: value,
        poll_count: looks,
        push_wake_count: pushes,
        trace_id: ctx.run.start.root_run_id,
        reason: isMet(value) ? null : `the condition was not met within ${timeoutMs} ms`,
      };
    }
    const untilMs = Math.min(nowMs + pollIntervalMs, dueMs ?? Number.POSITIVE_INFINITY);
    if (spec.pushFilter === undefined) {
      yield* ctx.perform(clockEffects.sleep_ms, [untilMs - nowMs]);
    } else {
      const woken = yield* pushOrTime(ctx, spec.pushFilter, { position, untilMs, label });
      ({ position, entry: pushed } = woken);
      if (pushed !== null) pushes += 1;
    }
  }
}

function badInterval(ms: number) {
  return triggerErrors.badMonitor({ detail: `the poll interval must be above 0 ms, got ${ms}` });
}

interface Listening {
  readonly position: number;
  readonly untilMs: number;
  readonly label: string | undefined;
}

/** The next event of the inbox that the filter lets through; null when it was time first. */
function* pushOrTime(
  ctx: RunContext,
  filter: (ctx: RunContext, entry: JsonObject) => Suspending<boolean>,
  { position, untilMs, label }: Listening,
): Suspending<{ readonly position: number; readonly entry: JsonObject | null }> {
  for (let from = position; ; ) {
    const next = yield* ctx.perform(nextPush, [from, untilMs, label ?? null]);
    if (next.virtual_ms !== undefined) ctx.sync(passTime, [next.virtual_ms]);
    const { entry } = next;
    if (entry === null) return { position: from, entry };
    from = Number(entry['id']);
    if (yield* filter(ctx, entry)) return { position: from, entry };
  }
}

/** Whoever listens hears of every event: the filter belongs to the program. */
const INBOX: NewsSource = { topics: [inboxTopic.name], keyOf: () => 'any' };

const inboxEnd = defineEffect(
  { name: 'monitors.inbox_end', class: 'read', access: 'observe' },
  async (env): Promise<number> => (await (await env.store()).latest(inboxTopic.name)) ?? 0,
);

type NextPush = { readonly entry: JsonObject | null; readonly virtual_ms?: number };

const nextPush = defineEffect(
  {
    name: 'monitors.next_push',
    class: 'read',
    access: 'observe',
    wait: ([, untilMs, label]: readonly [number, number, string | null]): WaitFacts => ({
      kind: 'monitor',
      due_ms: untilMs,
      topic: label ?? 'a monitor',
      answered_by: 'an event of the inbox, or time',
    }),
  },
  async (env, from: number, untilMs: number, _label: string | null): Promise<NextPush> => {
    const store = await env.store();
    const next = async (): Promise<NextPush | undefined> => {
      const [event] = await store.read(inboxTopic.name, { from, limit: 1 });
      if (event === undefined) return undefined;
      const { id, kind, payload, headers, occurredAtMs } = event;
      return {
        entry: { id, kind, payload, headers: { ...headers }, occurred_at_ms: occurredAtMs },
      };
    };
    return awaitNews<NextPush>(env, {
      watch: () => watchNews(store, INBOX, ['any']),
      look: next,
      expire: async (nowMs) =>
        (await next()) ?? { entry: null, ...(env.clock.isMocked ? { virtual_ms: nowMs } : {}) },
      dueMs: untilMs,
      parks: false,
    });
  },
);

/** Virtual time lives in memory: each life moves it anew. */
const passTime = defineSyncEffect(
  { name: 'monitors.pass_time', class: 'local', access: 'observe' },
  (env, untilMs: number) => {
    env.clock.advance(Math.max(0, untilMs - env.clock.nowMs()));
    return null;
  },
);
