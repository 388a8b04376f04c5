// Locks by name: order, weights, readers and writers, limits, what dropped tasks leave behind, circles.
import { describe, expect, it } from 'vitest';
import type { RunContext, Suspending } from '../../run/index.ts';
import { cancelSpawned, withDeadline } from '../task.ts';
import { acquire, type LockRequest, lockMetrics, release } from './acquire.ts';
import { makeChannel, receive, send } from './channel.ts';
import type { Permit } from './lock.ts';
import { all, go, outcomeOf } from './sync-run.fixture.ts';
import { pause } from './wait.ts';

const mutex = (key: string, timeoutMs?: number): LockRequest => ({ kind: 'mutex', key, timeoutMs });

/** Takes a lock, does something, gives it back. */
function* holding(
  ctx: RunContext,
  request: LockRequest,
  inside: () => Suspending<unknown>,
): Suspending<boolean> {
  const permit = yield* acquire(ctx, request);
  if (permit === null) return false;
  yield* inside();
  return release(ctx, permit);
}

describe('a mutex', () => {
  it('is given to those who wait in the order in which they came', async () => {
    const order: number[] = [];
    await outcomeOf(function* (ctx) {
      const tasks = [0, 1, 2, 3].map((n) =>
        go(ctx, (child) =>
          holding(child, mutex('m'), function* () {
            order.push(n);
            yield* pause(child, 5 - n);
          }),
        ),
      );
      return yield* all(ctx, tasks);
    });
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('is given back once; a second time is told apart', async () => {
    const got = await outcomeOf(function* (ctx) {
      const permit = (yield* acquire(ctx, mutex('m'))) as Permit;
      return [release(ctx, permit), release(ctx, permit)];
    });
    expect(got).toEqual([true, false]);
  });

  it('goes to the next when its holder is dropped, ends or throws', async () => {
    const got = await outcomeOf(function* (ctx) {
      const ready = makeChannel(ctx);
      const doomed = go(ctx, function* (child) {
        yield* acquire(child, mutex('m'));
        yield* send(child, ready, null);
        return yield* receive(child, makeChannel(child, 'never'));
      });
      yield* receive(ctx, ready);
      const next = go(ctx, function* (child) {
        // Never given back by hand.
        return (yield* acquire(child, mutex('m'))) !== null;
      });
      const last = go(ctx, (child) => holding(child, mutex('m'), () => pause(child, 1)));
      cancelSpawned(ctx, doomed);
      return yield* all(ctx, [next, last]);
    });
    expect(got).toEqual([true, true]);
  });

  it('is not kept by a task that was granted it and dropped before it went on', async () => {
    const got = await outcomeOf(function* (ctx) {
      const held = (yield* acquire(ctx, mutex('m'))) as Permit;
      const doomed = go(ctx, (child) => acquire(child, mutex('m')));
      const heir = go(ctx, (child) => holding(child, mutex('m'), () => pause(child, 1)));
      yield* pause(ctx, 1);
      release(ctx, held);
      cancelSpawned(ctx, doomed);
      return [yield* all(ctx, [heir]), lockMetrics(ctx, 'mutex', 'm')[0]?.current_held];
    });
    expect(got).toEqual([[true], 0]);
  });

  it('can be waited for with a limit, and 0 does not wait', async () => {
    const got = await outcomeOf(function* (ctx) {
      const held = (yield* acquire(ctx, mutex('m'))) as Permit;
      const tries = yield* all(ctx, [
        go(ctx, (child) => acquire(child, mutex('m', 0))),
        go(ctx, (child) => acquire(child, mutex('m', 30))),
      ]);
      release(ctx, held);
      const metrics = lockMetrics(ctx, 'mutex', 'm')[0];
      return [tries, ctx.clock.monotonicMs(), metrics];
    });
    expect(got).toEqual([
      [null, null],
      30,
      {
        kind: 'mutex',
        key: 'm',
        acquisition_count: 1,
        timeout_count: 2,
        cancellation_count: 0,
        release_count: 1,
        current_held: 0,
        current_queue_depth: 0,
        max_queue_depth: 1,
        total_wait_ms: 30,
        total_held_ms: 30,
      },
    ]);
  });

  it('counts a wait that a deadline ended as cancelled, and leaves the line', async () => {
    const got = await outcomeOf(function* (ctx) {
      const held = (yield* acquire(ctx, mutex('m'))) as Permit;
      const impatient = go(ctx, (child) =>
        withDeadline(child, 20, (inner) => acquire(inner, mutex('m', 60_000))),
      );
      let code: unknown;
      try {
        yield* all(ctx, [impatient]);
      } catch (error) {
        code = (error as { code: string }).code;
      }
      const metrics = lockMetrics(ctx, 'mutex')[0];
      release(ctx, held);
      return [code, metrics?.cancellation_count, metrics?.current_queue_depth];
    });
    expect(got).toEqual(['HARN-RUN-014', 1, 0]);
  });

  it('refuses its own holder, who would wait for ever', async () => {
    const waits = outcomeOf(function* (ctx) {
      yield* acquire(ctx, mutex('m'));
      return yield* acquire(ctx, mutex('m'));
    });
    await expect(waits).rejects.toMatchObject({ code: 'HARN-ORC-011' });
  });

  it('refuses the wait that closes a circle, and the others go on', async () => {
    const got = await outcomeOf(function* (ctx) {
      const both = (first: string, second: string) =>
        go(ctx, (child) =>
          holding(child, mutex(first), function* () {
            yield* pause(child, 5);
            yield* holding(child, mutex(second), () => pause(child, 1));
          }),
        );
      const outcomes: unknown[] = [];
      for (const each of [both('a', 'b'), both('b', 'c'), both('c', 'a')]) {
        try {
          outcomes.push(yield* all(ctx, [each]));
        } catch (error) {
          outcomes.push((error as { code: string }).code);
        }
      }
      return outcomes;
    });
    expect(got).toEqual([[true], [true], 'HARN-ORC-012']);
  });
});

describe('the other locks', () => {
  it('a semaphore counts permits, and a large request is not overtaken by small ones', async () => {
    const log: string[] = [];
    const part = (ctx: RunContext, name: string, permits: number, ms: number) =>
      go(ctx, (child) =>
        holding(child, { kind: 'semaphore', key: 's', capacity: 3, permits }, function* () {
          log.push(`+${name}`);
          yield* pause(child, ms);
          log.push(`-${name}`);
        }),
      );
    await outcomeOf(function* (ctx) {
      const parts = [part(ctx, 'one', 1, 10), part(ctx, 'all', 3, 10), part(ctx, 'two', 1, 1)];
      return yield* all(ctx, parts);
    });
    expect(log).toEqual(['+one', '-one', '+all', '-all', '+two', '-two']);
  });

  it('a reader-writer lock lets readers share and a writer be alone, and a waiting writer holds later readers off', async () => {
    const log: string[] = [];
    const part = (ctx: RunContext, name: string, mode: string) =>
      go(ctx, (child) =>
        holding(child, { kind: 'rwlock', key: 'doc', mode }, function* () {
          log.push(`+${name}`);
          yield* pause(child, 10);
          log.push(`-${name}`);
        }),
      );
    await outcomeOf(function* (ctx) {
      const readers = [part(ctx, 'r1', 'read'), part(ctx, 'r2', 'read')];
      const rest = [part(ctx, 'w', 'write'), part(ctx, 'r3', 'read')];
      return yield* all(ctx, [...readers, ...rest]);
    });
    expect(log).toEqual(['+r1', '+r2', '-r1', '-r2', '+w', '-w', '+r3', '-r3']);
  });

  it.each<[LockRequest, string]>([
    [{ kind: 'semaphore', key: 's', capacity: 0 }, 'HARN-SYN-001'],
    [{ kind: 'semaphore', key: 's', capacity: 2, permits: 3 }, 'HARN-SYN-001'],
    [{ kind: 'gate', key: 's', capacity: 1.5 }, 'HARN-SYN-001'],
    [{ kind: 'rwlock', key: 's', mode: 'peek' }, 'HARN-SYN-001'],
    [{ kind: 'gate', key: 'known', capacity: 3 }, 'HARN-SYN-002'],
  ])('refuse %j', async (request, code) => {
    const asked = outcomeOf(function* (ctx) {
      yield* acquire(ctx, { kind: 'gate', key: 'known', capacity: 2 });
      return yield* acquire(ctx, request);
    });
    await expect(asked).rejects.toMatchObject({ code });
  });

  it('are denied to a handle without them', async () => {
    const asked = outcomeOf(function* (ctx) {
      const less = ctx.withAuthority(ctx.authority.without(['runtime'], 'a test'));
      return yield* acquire(less, mutex('m'));
    });
    await expect(asked).rejects.toMatchObject({ code: 'HARN-CAP-201' });
  });
});
