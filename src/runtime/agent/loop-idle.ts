// A daemon with nothing to do: its loop waits, durably, for a message, an event, a change of watched files or a time. The
// wait is one journaled call, so a process that dies in it has lost nothing, and one that goes on in it sees what happened
// meanwhile. Nothing is asked again and again: the store and the system say when there may be something.
import { createDeferred, type JsonObject } from '../../base/index.ts';
import {
  awaitNews,
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type News,
  type RunContext,
  type Suspending,
  type Task,
  type WaitFacts,
  watchNews,
} from '../run/index.ts';
import { messageNews, messagesOf, messagesTopic } from './host-messages.ts';
import { sessionsKey } from './session.ts';
import { changesBetween, lookAt, type WatchedChange, type WatchState } from './watch-state.ts';

/** The kind of wait that an idle daemon is. */
const IDLE_WAIT = 'agent_idle';

/** How often watched files are looked at where the system gives no hints. */
const BLIND_LOOK_MS = 5000;

/** What a daemon waits for. */
export type IdleFor = {
  readonly session_id: string;
  readonly iteration: number;
  /** Also for messages and events of other processes. */
  readonly listens: boolean;
  readonly wake_ms: number | null;
  readonly watchdog_ms: number | null;
  readonly watch: readonly string[];
  readonly except: readonly string[];
};

export type Woken = {
  readonly reason: 'message' | 'watch' | 'timer' | 'watchdog';
  readonly changed: readonly WatchedChange[];
  /** Under a mocked clock: the instant to which waiting moved it. */
  readonly virtual_ms?: number;
};

type IdleArgs = readonly [IdleFor, WatchState, (() => boolean) | undefined];

/** How much later than it is due a time may wake a daemon, and how often it is looked whether it may. */
const MOST_HELD_MS = 10_000;
const HELD_LOOK_MS = 1;

const idleEffect = defineEffect(
  {
    name: 'agent.idle',
    class: 'read',
    access: 'observe',
    identity: ([about]: IdleArgs) => [about.session_id, about.iteration],
    wait: ([about]: IdleArgs, nowMs): WaitFacts => {
      const due = soonest(about);
      return {
        kind: IDLE_WAIT,
        ...(due === undefined ? {} : { due_ms: Math.floor(nowMs) + due }),
        topic: about.session_id,
        session_id: about.session_id,
        answered_by: answeredBy(about),
      };
    },
  },
  async (env, about, before, isHeld): Promise<Woken> => {
    const { due_ms: dueMs } = env.wait as WaitFacts;
    const hasFiles = about.watch.length > 0;
    return awaitNews<Woken>(env, {
      watch: () => newsFor(env, about),
      look: () => found(env, about, before),
      expire: async (nowMs) => {
        await letGo(env, isHeld);
        const late = await found(env, about, before);
        if (late !== undefined) return late;
        const isTimer = about.wake_ms !== null && about.wake_ms === soonest(about);
        const reason = isTimer ? 'timer' : 'watchdog';
        return { reason, changed: [], ...(env.clock.isMocked ? { virtual_ms: nowMs } : {}) };
      },
      dueMs,
      // Files can only be seen from here, and times only be kept here: with either, this process stays.
      parks: !hasFiles && dueMs === undefined,
    });
  },
);

/**
 * Whether a task is in the middle of something short: it runs, or its call is over in a moment. What it says to a daemon
 * next, such as an event right after the start, comes before a time that is due meanwhile.
 */
export function isBetweenWaits(task: Task): boolean {
  if (!task.alive) return false;
  if ([...task.children].some((child) => child.isCall && isBetweenWaits(child))) return true;
  if (task.open.size === 0) return task.status !== 'blocked';
  return [...task.open.values()].every(({ effect, wait }) => {
    if (effect === undefined || wait !== undefined) return false;
    const { class: kind, name } = effect.effect.spec;
    return (
      kind === 'store' || kind === 'output' || name.startsWith('agent.') || name.startsWith('fs.')
    );
  });
}

/** Waits until time may wake the daemon. */
async function letGo(env: EffectEnv, isHeld: (() => boolean) | undefined): Promise<void> {
  if (env.clock.isMocked) return;
  for (let heldMs = 0; isHeld?.() === true && heldMs < MOST_HELD_MS; heldMs += HELD_LOOK_MS) {
    await env.clock.sleepUntil(env.clock.nowMs() + HELD_LOOK_MS, env.signal);
  }
}

function soonest({ wake_ms: wake, watchdog_ms: watchdog }: IdleFor): number | undefined {
  const times = [wake, watchdog].filter((ms): ms is number => ms !== null);
  return times.length === 0 ? undefined : Math.min(...times);
}

function answeredBy({ session_id: id, listens, watch }: IdleFor): string {
  const by = [
    ...(listens ? [`whoever says something to the session ${id}`] : []),
    ...(watch.length > 0 ? ['a change of watched files'] : []),
  ];
  return by.length === 0 ? 'time' : by.join(', or ');
}

async function found(
  env: EffectEnv,
  about: IdleFor,
  before: WatchState,
): Promise<Woken | undefined> {
  const session = env.get(sessionsKey).find(about.session_id);
  if (session?.hasNews === true) return { reason: 'message', changed: [] };
  if (about.listens) {
    const { pending } = await messagesOf(await env.store(), about.session_id);
    if (pending.length > 0) return { reason: 'message', changed: [] };
  }
  if (about.watch.length === 0) return undefined;
  const changed = changesBetween(before, await lookAt(env, about.watch, about.except));
  return changed.length === 0 ? undefined : { reason: 'watch', changed };
}

/** News of the store, of this run's own tasks, and of the file system, as one. */
async function newsFor(env: EffectEnv, about: IdleFor): Promise<News> {
  const { session_id: id, listens, watch } = about;
  const ends: (() => void)[] = [];
  let fresh = createDeferred<void>();
  const wake = () => fresh.resolve();
  const session = env.get(sessionsKey).find(id);
  if (session !== undefined) ends.push(session.onNews(wake));
  const news = listens
    ? await watchNews(await env.store(), messageNews(id), [messagesTopic(id)])
    : undefined;
  if (news !== undefined) ends.push(() => news.stop());
  for (const path of watch) ends.push(await watchFiles(env, path, wake));
  return {
    stop: () => {
      for (const end of ends) end();
    },
    next: async (signal) => {
      const over = new AbortController();
      const heard = () => {
        if (!over.signal.aborted) wake();
      };
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
      void news?.next(over.signal).then(heard, heard);
      await fresh.promise;
      fresh = createDeferred<void>();
      signal.removeEventListener('abort', wake);
      over.abort();
    },
  };
}

async function watchFiles(env: EffectEnv, path: string, wake: () => void): Promise<() => void> {
  let cancel = () => {};
  const lookAgain = () => {
    cancel = env.host.clock.after(BLIND_LOOK_MS, () => {
      wake();
      lookAgain();
    });
  };
  const stop = await env.host.fs.watch(path, { onChange: wake, onLost: lookAgain });
  return () => {
    stop();
    cancel();
  };
}

/** Virtual time lives in memory: each life moves it anew. */
const passTime = defineSyncEffect(
  { name: 'agent.pass_time', class: 'local', access: 'observe' },
  (env, untilMs: number) => {
    env.clock.advance(Math.max(0, untilMs - env.clock.nowMs()));
    return null;
  },
);

/** Waits until there is something to do. */
export function* waitIdle(
  ctx: RunContext,
  about: IdleFor,
  before: WatchState,
  isHeld?: () => boolean,
): Suspending<Woken> {
  const woken = yield* ctx.perform(idleEffect, [about, before, isHeld]);
  if (woken.virtual_ms !== undefined) ctx.sync(passTime, [woken.virtual_ms]);
  return woken;
}

/** How long so many looks in vain take, at the published pace: 100 ms, 500 ms, 1 s, then every 2 s. */
export function watchdogMs(attempts: number): number {
  const paces = [100, 500, 1000];
  let ms = 0;
  for (let k = 0; k < attempts; k += 1) ms += paces[k] ?? 2000;
  return ms;
}

/** What the model is told when it was not a message that woke it. */
export function wakeWords({ reason, changed }: Woken): string | null {
  if (reason === 'timer')
    return 'The time you wait between looks is over: look whether there is something to do.';
  if (reason !== 'watch') return null;
  const lines = changed.slice(0, MOST_LINES).map(({ kind, path }) => `${kind} ${path}`);
  const more = changed.length - lines.length;
  return `Watched files changed:\n${lines.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`;
}

const MOST_LINES = 50;

/** The wait as the history of a session tells it. */
export function idleAudit(about: IdleFor): JsonObject {
  const { wake_ms: wake } = about;
  const minutes = wake === null ? null : wake / 60_000;
  return {
    status: 'daemon_idle',
    reason: 'daemon idle',
    initiator: 'self',
    conditions:
      minutes === null
        ? null
        : { timeout: { duration_minutes: minutes, on_timeout: 'resume_with_input' } },
  };
}
