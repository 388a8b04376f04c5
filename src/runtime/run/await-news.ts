// Waiting until a row says that it is over: looks at it, then for news of it (also from other processes), until it is
// over or the time is up. Under a mocked clock everything else gets its turns first, then time is up.
import type { EffectEnv } from './effect.ts';
import type { News } from './topic-news.ts';

/** How many turns of the event loop everything else gets before virtual time jumps. */
const VIRTUAL_TURNS = 64;
/** Timers of the host are not made for longer ones; looking again costs nothing. */
const LONGEST_LOOK_MS = 86_400_000;

/** What is waited for. */
export interface Awaited<R> {
  /** Follows the row; called before it is first looked at, so that nothing happens in between unnoticed. */
  readonly watch: () => Promise<News>;
  /** What it came to; undefined while it is not over. */
  readonly look: () => Promise<R | undefined>;
  /** What it came to when the time was up; it may have been over just before. */
  readonly expire: (nowMs: number) => Promise<R>;
  readonly dueMs: number | undefined;
  /** Whether a run in which nothing else goes on may park meanwhile. */
  readonly parks: boolean;
}

/** Resolves with what the row came to; rejects when the call is given up. */
export async function awaitNews<R>(env: EffectEnv, awaited: Awaited<R>): Promise<R> {
  const { watch, look, expire, dueMs, parks } = awaited;
  if (env.clock.isMocked) await letOthersRun();
  const news = await watch();
  try {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      const { clock } = env;
      const left = dueMs === undefined ? undefined : clock.isMocked ? 0 : dueMs - clock.nowMs();
      if (left !== undefined && left <= 0) {
        return await expire(Math.max(dueMs ?? 0, Math.floor(clock.nowMs())));
      }
      if (parks) env.awaitPeople();
      await changeOrTime(env, news, left);
    }
  } finally {
    news.stop();
  }
}

async function changeOrTime(env: EffectEnv, news: News, leftMs: number | undefined): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  env.signal.addEventListener('abort', stop);
  const look = Math.min(leftMs ?? LONGEST_LOOK_MS, LONGEST_LOOK_MS);
  const cancel = env.clock.after(look, stop);
  try {
    env.signal.throwIfAborted();
    await news.next(waiting.signal);
    env.signal.throwIfAborted();
  } finally {
    cancel();
    env.signal.removeEventListener('abort', stop);
  }
}

async function letOthersRun(): Promise<void> {
  for (let turn = 0; turn < VIRTUAL_TURNS; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
