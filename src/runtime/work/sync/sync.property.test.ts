// Laws of channels and locks over generated programs whose tasks are woken in every order, with processes killed at any
// commit: first in first out, mutual exclusion, nothing lost, nobody forgotten, and the same order in every replay.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../base/index.ts';
import type { Store } from '../../../store/index.ts';
import {
  defineEffect,
  type Finisher,
  loadJournal,
  type RunBody,
  type RunContext,
  type Suspending,
} from '../../run/index.ts';
import { newStore, type World, workEffect } from '../pool-run.fixture.ts';
import { acquire, release } from './acquire.ts';
import { type Channel, closeChannel, makeChannel, receive, select, send } from './channel.ts';
import { all, go, liveOut } from './sync-run.fixture.ts';

type Step =
  | { readonly op: 'work'; readonly turns: number }
  | { readonly op: 'send'; readonly to: number }
  | { readonly op: 'take'; readonly ms: number }
  | { readonly op: 'lock'; readonly limit: number; readonly turns: number; readonly ms: number };

const turns = fc.integer({ min: 0, max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant('work' as const), turns }),
  fc.record({ op: fc.constant('send' as const), to: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ op: fc.constant('take' as const), ms: fc.integer({ min: 0, max: 8 }) }),
  fc.record({
    op: fc.constant('lock' as const),
    limit: fc.integer({ min: 1, max: 2 }),
    turns,
    ms: fc.integer({ min: 1, max: 50 }),
  }),
);
const programs = fc.array(fc.array(step, { maxLength: 6 }), { minLength: 1, maxLength: 4 });
const capacities = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));

/** What happened, in order: `S0 1.2` was sent to channel 0 by task 1 as its step 2, `R0 1.2 3` taken by task 3. */
type Log = string[];

function* perform(
  ctx: RunContext,
  parts: {
    readonly steps: readonly Step[];
    readonly who: number;
    readonly channels: readonly Channel[];
    readonly work: ReturnType<typeof workEffect>;
    readonly log: Log;
    readonly inside: Map<number, number>;
  },
): Suspending<null> {
  const { steps, who, channels, work, log, inside } = parts;
  for (const [at, each] of steps.entries()) {
    const name = `${who}.${at}`;
    if (each.op === 'work') yield* ctx.perform(work, [name, each.turns]);
    else if (each.op === 'send') {
      log.push(`S${each.to} ${name}`);
      yield* send(ctx, channels[each.to] as Channel, name);
    } else if (each.op === 'take') {
      const taken = yield* select(ctx, channels, each.ms);
      log.push(taken === undefined ? `- ${name}` : `R${taken.index} ${taken.value} ${who}`);
    } else {
      const { limit: capacity } = each;
      const request = {
        kind: 'gate',
        key: `gate ${capacity}`,
        capacity,
        timeoutMs: each.ms,
      } as const;
      const permit = yield* acquire(ctx, request);
      log.push(`${permit === null ? 'no' : 'in'} ${name}`);
      if (permit === null) continue;
      const now = (inside.get(capacity) ?? 0) + 1;
      if (now > capacity) throw new Error('more inside than allowed');
      inside.set(capacity, now);
      yield* ctx.perform(work, [name, each.turns]);
      inside.set(capacity, (inside.get(capacity) ?? 0) - 1);
      release(ctx, permit);
    }
  }
  return null;
}

/** The program: its tasks, somebody who takes what is left over, and the log as its value. */
function bodyOf(
  tasks: readonly (readonly Step[])[],
  sizes: readonly number[],
  world: World,
): RunBody {
  const work = workEffect(world);
  return function* (ctx) {
    const log: Log = [];
    const inside = new Map<number, number>();
    const channels = sizes.map((size, i) => makeChannel(ctx, `c${i}`, size));
    const doing = tasks.map((steps, who) =>
      go(ctx, (child) => perform(child, { steps, who, channels, work, log, inside })),
    );
    const draining = channels.map((channel, i) =>
      go(ctx, function* (child) {
        yield* child.perform(work, [`drain ${i}`, 8]);
        for (;;) {
          const taken = yield* receive(child, channel);
          if (taken === undefined) return null;
          log.push(`R${i} ${taken.value} drain`);
        }
      }),
    );
    yield* all(ctx, doing);
    for (const channel of channels) closeChannel(ctx, channel);
    yield* all(ctx, draining);
    return log as Json;
  };
}

const never = defineEffect({ name: 'test.never', class: 'read', access: 'read' }, () => {
  return new Promise<never>(() => undefined);
});

/** Whether a run is in the store and has not ended. */
async function isOpen(store: Store, runId: string): Promise<boolean> {
  if ((await store.latest(`runs.${runId}`)) === undefined) return false;
  const { entries } = await loadJournal(store, runId);
  return !entries.some((entry) => entry.kind === 'settled');
}

/**
 * Whatever was sent to a channel was taken from it, once, and by each taker in the order of sending. (Between takers the
 * order of going on is another matter: one that was woken with a value may go on after one that did not have to wait.)
 */
function assertOrder(log: Log, channel: number): void {
  const sent = log.filter((line) => line.startsWith(`S${channel} `)).map((line) => line.slice(3));
  const taken = log
    .filter((line) => line.startsWith(`R${channel} `))
    .map((line) => line.slice(3).split(' '));
  expect(taken.map(([value]) => value).sort()).toEqual([...sent].sort());
  for (const who of new Set(taken.map(([, by]) => by))) {
    const places = taken
      .filter(([, by]) => by === who)
      .map(([value]) => sent.indexOf(String(value)));
    expect(places).toEqual([...places].sort((x, y) => x - y));
  }
}

describe('channels and locks', () => {
  it('keep their laws under every schedule, and repeat it after a kill at any commit', async () => {
    await fc.assert(
      fc.asyncProperty(
        programs,
        capacities,
        fc.integer({ min: 0, max: 30 }),
        async (tasks, sizes, killAfter) => {
          const store = await newStore();
          const world: World = { alive: true, done: [] };
          const onKill = () => {
            world.alive = false;
          };
          const dead = () => !world.alive;
          const first = await liveOut(
            bodyOf(tasks, sizes, world),
            { store, killAfter, onKill },
            dead,
          );
          if (first.result !== undefined) expect(first.result.status).toBe('settled');
          const goesOn = await isOpen(store, first.runId);

          // A second life that stands still right before its end, so that a third replays all of it.
          let log: Log | undefined;
          const standStill: Finisher = function* (ctx, main) {
            log = main.ok ? (main.value as Log) : [String(main.error)];
            return yield* ctx.perform(never, []);
          };
          const home = goesOn ? store : await newStore();
          const resume = goesOn ? { resume: first.runId } : {};
          const fresh: World = { alive: true, done: [] };
          const body = bodyOf(tasks, sizes, fresh);
          const second = await liveOut(
            body,
            { store: home, finish: standStill, ...resume },
            () => log !== undefined,
          );
          for (const channel of [0, 1]) assertOrder(log ?? [], channel);
          if (!(await isOpen(home, second.runId))) return;

          const replayed: World = { alive: true, done: [] };
          const third = await liveOut(bodyOf(tasks, sizes, replayed), {
            store: home,
            resume: second.runId,
          });
          expect(third.result).toMatchObject({ status: 'settled', main: { ok: true, value: log } });
          expect(replayed.done).toEqual([]);
        },
      ),
      { numRuns: 120 },
    );
  });
});
