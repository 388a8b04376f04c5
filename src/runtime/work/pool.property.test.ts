// Laws of pools over generated submissions: never more at once than allowed, each task exactly once, order by strategy.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolCreate, poolSubmit, poolWaitAll } from './index.ts';
import { resultOf, task, type World, workEffect } from './pool-run.fixture.ts';
import { pickNext, type QueueStrategy } from './pool-strategy.ts';

const strategies = fc.constantFrom<QueueStrategy>(
  { kind: 'fifo' },
  { kind: 'lifo' },
  { kind: 'priority' },
  { kind: 'fair_round_robin', key: 'key' },
);
const jobs = fc.array(
  fc.record({
    turns: fc.integer({ min: 0, max: 4 }),
    priority: fc.integer({ min: -2, max: 2 }),
    key: fc.constantFrom('x', 'y', 'z'),
  }),
  { minLength: 1, maxLength: 8 },
);
const depths = fc.option(fc.integer({ min: 1, max: 3 }), { nil: null });

describe('pools', () => {
  it('never run more at once than allowed, and every task exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobs,
        strategies,
        fc.integer({ min: 1, max: 3 }),
        depths,
        async (submitted, queue, limit, depth) => {
          const world: World = { alive: true, done: [] };
          const work = workEffect(world);
          let active = 0;
          let most = 0;
          const ended = await resultOf(function* (ctx) {
            const backpressure = depth === null ? null : { kind: 'queue', max_depth: depth };
            const pool = poolCreate(ctx, { max_concurrent: limit, queue, backpressure });
            const handles = [];
            for (const [index, { turns, priority, key }] of submitted.entries()) {
              const job = task(function* (child) {
                active += 1;
                most = Math.max(most, active);
                const name = yield* child.perform(work, [String(index), turns]);
                active -= 1;
                return name;
              });
              handles.push(yield* poolSubmit(ctx, pool, job, { priority, key }));
            }
            return (yield* poolWaitAll(ctx, handles)).map((one) => one.result ?? null);
          });
          const names = submitted.map((_, index) => String(index));
          expect(ended).toEqual(names);
          expect([...world.done].sort()).toEqual([...names].sort());
          expect(most).toBeLessThanOrEqual(limit);
          expect(active).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with one slot run in the order of a queue that is sorted by hand', async () => {
    await fc.assert(
      fc.asyncProperty(jobs, strategies, async (submitted, queue) => {
        const world: World = { alive: true, done: [] };
        const work = workEffect(world);
        await resultOf(function* (ctx) {
          const pool = poolCreate(ctx, { queue });
          const handles = [];
          for (const [index, { priority, key }] of submitted.entries()) {
            const job = task((child) => child.perform(work, [String(index), 0]));
            handles.push(yield* poolSubmit(ctx, pool, job, { priority, key }));
          }
          yield* poolWaitAll(ctx, handles);
          return null;
        });
        expect(world.done).toEqual(expectedOrder(submitted, queue.kind));
      }),
      { numRuns: 60 },
    );
  });

  it('pick a place that exists, whatever is queued', () => {
    fc.assert(
      fc.property(
        jobs,
        strategies,
        fc.constantFrom(undefined, 'x', 'other'),
        (queue, how, last) => {
          const at = pickNext(how, queue, last);
          return at >= 0 && at < queue.length;
        },
      ),
    );
  });
});

/** The first starts at once; what then waits is ordered anew. */
function expectedOrder(
  submitted: readonly { readonly priority: number; readonly key: string }[],
  kind: QueueStrategy['kind'],
): string[] {
  const rest = submitted.map((job, index) => ({ ...job, index })).slice(1);
  const order = [0];
  if (kind === 'fifo') order.push(...rest.map(({ index }) => index));
  else if (kind === 'lifo') order.push(...rest.map(({ index }) => index).reverse());
  else if (kind === 'priority') {
    const sorted = [...rest].sort((a, b) => b.priority - a.priority || a.index - b.index);
    order.push(...sorted.map(({ index }) => index));
  } else {
    let last = submitted[0]?.key;
    while (rest.length > 0) {
      const keys = rest.map(({ key }) => key).filter((key, at, all) => all.indexOf(key) === at);
      last = keys[(keys.indexOf(last ?? '') + 1) % keys.length];
      const at = rest.findIndex(({ key }) => key === last);
      order.push(rest[at]?.index ?? -1);
      rest.splice(at, 1);
    }
  }
  return order.map(String);
}
