// Tasks that compute or take one quick answer after the other: others get their turn all the same, a cancel reaches
// them, and a replay lets them see what they saw.
import { describe, expect, it } from 'vitest';
import { clockEffects, testClockEffects } from '../io/index.ts';
import {
  defineEffect,
  journalTopic,
  loadJournal,
  type Run,
  type RunBody,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { awaitSpawned, cancelSpawned, spawnTask } from './task.ts';
import {
  body,
  type LifeOptions,
  live,
  newHost,
  newStore,
  resultOf,
  returned,
  until,
} from './worker-run.fixture.ts';

const tellEffect = defineEffect(
  { name: 'test.tell', class: 'mutation', access: 'mutate', onUnknown: 'retry' },
  async (_env, _what: number) => {
    for (let k = 0; k < 4; k += 1) await new Promise((ok) => setImmediate(ok));
    return null;
  },
);

/** What a loop of the language does while it only computes. */
function* compute(ctx: RunContext, isOver: () => boolean, most = 200_000): Suspending<number> {
  for (let rounds = 1; ; rounds += 1) {
    const tick = ctx.tick();
    if (tick !== undefined) yield tick;
    if (isOver()) return rounds;
    if (rounds === most) throw new Error('nobody else got a turn');
  }
}

/** Looks in a tight loop at what another task does step by step, and tells after how many rounds it saw each step. */
const watching: RunBody = function* (ctx) {
  let steps = 0;
  spawnTask(
    ctx,
    body(function* (inner) {
      for (let k = 0; k < 3; k += 1) {
        yield* inner.perform(tellEffect, [-1]);
        steps += 1;
      }
      return null;
    }),
  );
  for (let k = 1; k <= 3; k += 1) {
    const rounds = yield* compute(ctx, () => steps >= k);
    // Recorded with the number: a replay that sees it at another time is refused.
    yield* ctx.perform(tellEffect, [rounds]);
  }
  return steps;
};

/** Computes for long before it starts anybody: of itself nothing is recorded then, only of who it started. */
const starting: RunBody = function* (ctx) {
  let rounds = 0;
  yield* compute(ctx, () => {
    rounds += 1;
    return rounds === 5000;
  });
  const child = spawnTask(
    ctx,
    body(function* (inner) {
      yield* inner.perform(tellEffect, [1]);
      yield* inner.perform(tellEffect, [2]);
      return 3;
    }),
  );
  return yield* awaitSpawned(ctx, child);
};

/** A life that ends at a commit; undefined: it came to its end before. */
async function killed(options: LifeOptions, main = watching): Promise<Run | undefined> {
  let isDead = false;
  let isOver = false;
  const onKill = () => {
    isDead = true;
  };
  const { run, result } = await live(main, { ...options, onKill });
  void result.then(() => {
    isOver = true;
  });
  await until(() => isOver || isDead);
  return isDead ? run : undefined;
}

describe('a task that only computes', () => {
  it('lets the others go on, so that what it looks at can change', async () => {
    expect(await resultOf(watching)).toBe(3);
  });

  it('sees the same at the same time in a replay, wherever the run was killed, and killed again', async () => {
    let kills = 0;
    let gaveWay = 0;
    for (let n = 0; n < 60; n += 1) {
      for (let again = 0; again < 12; again += 1) {
        const store = await newStore();
        const host = newHost();
        const first = await killed({ store, host, killAfter: n });
        if (first === undefined) {
          expect(kills).toBeGreaterThan(20);
          expect(gaveWay).toBeGreaterThan(20);
          return;
        }
        if ((await store.latest(journalTopic(first.id))) === undefined) break;
        const second = await killed({ store, host, resume: first.id, killAfter: again });
        if (second === undefined) break;
        kills += 1;
        const { entries } = await loadJournal(store, first.id);
        gaveWay += entries.filter((e) => e.kind === 'interrupt' && e.reason === 'turn').length;
        const last = await live(watching, { store, host, resume: first.id });
        expect(returned(await last.result), `killed after ${n} and ${again}`).toBe(3);
      }
    }
  }, 60_000);

  it('gives way in a replay only where it did, or where nothing more is known', async () => {
    let kills = 0;
    for (let n = 0; ; n += 1) {
      const store = await newStore();
      const host = newHost();
      const first = await killed({ store, host, killAfter: n }, starting);
      if (first === undefined) break;
      if ((await store.latest(journalTopic(first.id))) === undefined) continue;
      kills += 1;
      const last = await live(starting, { store, host, resume: first.id });
      expect(returned(await last.result), `killed after ${n}`).toBe(3);
    }
    expect(kills).toBe(2);
  }, 60_000);

  it('is reached by who cancels its run, and by who cancels it', async () => {
    const endless: RunBody = (ctx) => compute(ctx, () => false, 50_000_000);
    const { run, result } = await live(endless);
    for (let k = 0; k < 20; k += 1) await new Promise((ok) => setImmediate(ok));
    run.cancel('enough');
    const ended = await result;
    expect(ended).toMatchObject({ main: { ok: false, error: { code: 'HARN-RUN-011' } } });
    const cancelling: RunBody = function* (ctx) {
      const spawned = spawnTask(
        ctx,
        body((inner) => compute(inner, () => false, 50_000_000)),
      );
      yield* ctx.perform(tellEffect, [1]);
      cancelSpawned(ctx, spawned);
      return 'over';
    };
    expect(await resultOf(cancelling)).toBe('over');
  });
});

describe('a task that takes one quick answer after the other', () => {
  it('lets the others go on, also where sleeping takes no time', async () => {
    const polling: RunBody = function* (ctx) {
      ctx.sync(testClockEffects.clock_set, [1000]);
      let isDone = false;
      spawnTask(
        ctx,
        body(function* (inner) {
          yield* inner.perform(clockEffects.sleep_ms, [20]);
          isDone = true;
          return null;
        }),
      );
      for (let k = 0; k < 5000; k += 1) {
        if (isDone) return 'seen';
        yield* ctx.perform(clockEffects.sleep_ms, [1]);
      }
      return 'starved';
    };
    expect(await resultOf(polling)).toBe('seen');
  });
});
