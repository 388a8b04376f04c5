// Pools inside of runs: order, room, waiting, cancelling, the end of a run, and every kill.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createFinisher, takeSnapshot } from '../lifecycle/index.ts';
import type { RunBody, RunContext, Suspending } from '../run/index.ts';
import {
  type PoolOptions,
  poolCancel,
  poolCreate,
  poolGet,
  poolList,
  poolResult,
  poolSize,
  poolSnapshot,
  poolSubmit,
  poolUnsettledSource,
  poolWait,
  poolWaitAll,
  type SubmitOptions,
} from './index.ts';
import {
  live,
  newStore,
  resultOf,
  task,
  until,
  type World,
  workEffect,
} from './pool-run.fixture.ts';

const newWorld = (): World => ({ alive: true, done: [] });

/** Submits tasks that each note their name, and waits for all. */
function* runAll(
  ctx: RunContext,
  options: PoolOptions,
  jobs: readonly (readonly [string, SubmitOptions?])[],
): Suspending<readonly string[]> {
  const order: string[] = [];
  const pool = poolCreate(ctx, options);
  const handles = [];
  for (const [name, submit] of jobs) {
    const job = task(function* () {
      yield* [];
      order.push(name);
      return name;
    });
    handles.push(yield* poolSubmit(ctx, pool, job, submit));
  }
  yield* poolWaitAll(ctx, handles);
  return order;
}

describe('a pool', () => {
  it('tells what it is when it is made', async () => {
    const shown = (await resultOf(function* (ctx) {
      yield* [];
      return poolCreate(ctx, {
        name: 'builds',
        max_concurrent: 2,
        backpressure: { kind: 'queue', max_depth: 3 },
      });
    })) as JsonObject;
    expect(shown).toMatchObject({
      _type: 'pool',
      name: 'builds',
      max_concurrent: 2,
      active: 0,
      queued: 0,
      total: 0,
      queue_strategy: 'priority',
      backpressure: {
        _type: 'backpressure',
        kind: 'queue',
        max_depth: 3,
        on_full: 'block_submitter',
      },
      scope: 'pipeline',
      tasks: [],
    });
    expect(shown['id']).toMatch(/^pool_[0-9a-f-]{36}$/);
  });

  it.each<[PoolOptions | JsonObject, string]>([
    [{ max_concurrent: 0 }, 'HARN-POL-102'],
    [{ max_concurrent: 1.5 }, 'HARN-POL-102'],
    [{ queue: 'random' }, 'HARN-POL-104'],
    [{ queue: {} }, 'HARN-POL-102'],
    [{ backpressure: 'push' }, 'HARN-POL-104'],
    [{ backpressure: { kind: 'queue' } }, 'HARN-POL-102'],
    [{ backpressure: { kind: 'queue', max_depth: 1, on_full: 'shrug' } }, 'HARN-POL-104'],
    [{ scope: 'galaxy' }, 'HARN-POL-104'],
    [{ scope: 'tenant' }, 'HARN-POL-105'],
    [{ max_concurent: 2 }, 'HARN-POL-103'],
  ])('refuses %j', async (options, code) => {
    const made = resultOf(function* (ctx) {
      yield* [];
      return poolCreate(ctx, options as PoolOptions);
    });
    await expect(made).rejects.toMatchObject({ code });
  });

  it('is found by name and by id, and its name is its own', async () => {
    const found = await resultOf(function* (ctx) {
      yield* [];
      const { id } = poolCreate(ctx, { name: 'a' });
      const byName = poolGet(ctx, 'a')?.id === id;
      const byId = poolGet(ctx, id)?.name;
      let code: unknown;
      try {
        poolCreate(ctx, { name: 'a' });
      } catch (error) {
        code = (error as { code: string }).code;
      }
      return [byName, byId, code, poolGet(ctx, 'b'), poolList(ctx).length];
    });
    expect(found).toEqual([true, 'a', 'HARN-POL-101', null, 1]);
  });

  it('begins tasks only when the submitter waits, and shows them queued and running', async () => {
    const seen = await resultOf(function* (ctx) {
      const pool = poolCreate(ctx, { name: 'p' });
      let began = 0;
      const job = task(function* () {
        yield* [];
        began += 1;
        return began;
      });
      const first = yield* poolSubmit(ctx, 'p', job);
      const second = yield* poolSubmit(ctx, pool, job, { priority: 3, key: 'k' });
      const before = [began, first.status, second.status, poolSize(ctx, 'p')];
      const ended = yield* poolWaitAll(ctx, [first, second]);
      return [before, ended.map(({ status, result }) => [status, result ?? null]), second.key];
    });
    expect(seen).toEqual([
      [0, 'running', 'queued', 2],
      [
        ['completed', 1],
        ['completed', 2],
      ],
      'k',
    ]);
  });

  it.each<[Json, string]>([
    ['fifo', 'a b c d e'],
    ['lifo', 'a e d c b'],
    [null, 'a d b e c'],
    [{ kind: 'fair_round_robin', key: 'user' }, 'a c b d e'],
  ])('runs tasks in the order of the strategy %j', async (queue, expected) => {
    const order = await resultOf((ctx) => {
      const fair = typeof queue === 'object' && queue !== null;
      const jobs: [string, number, string][] = [
        ['a', 0, 'x'],
        ['b', 2, 'x'],
        ['c', 0, 'y'],
        ['d', 5, 'x'],
        ['e', 2, 'x'],
      ];
      return runAll(
        ctx,
        { queue },
        jobs.map(([name, priority, user]) => [name, fair ? { user } : { priority }]),
      );
    });
    expect((order as string[]).join(' ')).toBe(expected);
  });

  it('reports a failed task as a result, and throws its error to who asks for the value', async () => {
    const seen = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      const boom = new Error('boom');
      const handle = yield* poolSubmit(
        ctx,
        'p',
        task(function* () {
          yield* [];
          throw boom;
        }),
      );
      const ended = yield* poolWait(ctx, handle);
      let thrown: unknown;
      try {
        yield* poolResult(ctx, handle);
      } catch (error) {
        thrown = error;
      }
      return [ended.status, ended.error, thrown === boom, poolSnapshot(ctx, 'p').failed] as never;
    });
    expect(seen).toEqual(['failed', 'boom', true, 1]);
  });

  it('gives the same task to a second submission with the same key', async () => {
    const seen = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      let runs = 0;
      const job = task(function* () {
        yield* [];
        runs += 1;
        return runs;
      });
      const first = yield* poolSubmit(ctx, 'p', job, { idempotency_key: 'one' });
      yield* poolWait(ctx, first);
      const again = yield* poolSubmit(ctx, 'p', job, { id: 'one' });
      return [first.id === again.id, again.status, runs];
    });
    expect(seen).toEqual([true, 'completed', 1]);
  });

  it('takes tasks that are async functions', async () => {
    const seen = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      const handle = yield* poolSubmit(ctx, 'p', {
        kind: 'async',
        name: 'job',
        run: async () => ({ ok: true }),
      });
      return yield* poolResult(ctx, handle);
    });
    expect(seen).toEqual({ ok: true });
  });

  it('fails a task whose result is not data', async () => {
    const seen = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      const job = task(function* () {
        yield* [];
        return () => 1;
      });
      return (yield* poolWait(ctx, yield* poolSubmit(ctx, 'p', job))).status;
    });
    expect(seen).toBe('failed');
  });

  it('refuses handles of tasks and pools it does not know', async () => {
    const waiting = resultOf((ctx) => poolWait(ctx, 'nothing'));
    await expect(waiting).rejects.toMatchObject({ code: 'HARN-POL-107' });
    const submitting = resultOf((ctx) =>
      poolSubmit(
        ctx,
        'nowhere',
        task(function* () {
          yield* [];
        }),
      ),
    );
    await expect(submitting).rejects.toMatchObject({ code: 'HARN-POL-106' });
  });
});

describe('a full pool', () => {
  const slow = (world: World, name: string) =>
    task((ctx) => ctx.perform(workEffect(world), [name, 2]));

  /** Submits a, b, c, d to a pool with one slot and a queue of one; tells statuses and what ran. */
  function fill(backpressure: Json) {
    const world = newWorld();
    const body: RunBody = function* (ctx) {
      poolCreate(ctx, { name: 'p', queue: 'fifo', backpressure });
      const handles: { id: string }[] = [];
      const codes: Json[] = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        try {
          const handle = yield* poolSubmit(ctx, 'p', slow(world, name));
          handles.push(handle);
          codes.push(handle.status);
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      }
      const ended = yield* poolWaitAll(ctx, handles);
      return {
        submitted: codes,
        ended: ended.map((one) => one.rejection_reason ?? one.status),
        done: [...world.done],
      };
    };
    return resultOf(body);
  }

  it('makes its submitters wait, in order', async () => {
    expect(await fill({ kind: 'queue', max_depth: 1 })).toEqual({
      submitted: ['running', 'queued', 'queued', 'queued'],
      ended: ['completed', 'completed', 'completed', 'completed'],
      done: ['a', 'b', 'c', 'd'],
    });
  });

  it.each<[Json, Json[], Json[], string[]]>([
    [
      { kind: 'queue', max_depth: 1, on_full: 'fail_submitter' },
      ['running', 'queued', 'HARN-POL-001', 'HARN-POL-001'],
      ['completed', 'completed'],
      ['a', 'b'],
    ],
    [
      'fail_fast',
      ['running', 'HARN-POL-002', 'HARN-POL-002', 'HARN-POL-002'],
      ['completed'],
      ['a'],
    ],
    [
      { kind: 'queue', max_depth: 1, on_full: 'drop_oldest' },
      ['running', 'queued', 'queued', 'queued'],
      ['completed', 'drop_oldest_queue_full', 'drop_oldest_queue_full', 'completed'],
      ['a', 'd'],
    ],
    [
      { kind: 'queue', max_depth: 1, on_full: 'drop_newest' },
      ['running', 'queued', 'rejected', 'rejected'],
      ['completed', 'completed', 'drop_newest_queue_full', 'drop_newest_queue_full'],
      ['a', 'b'],
    ],
    [
      { kind: 'ring_buffer', capacity: 2 },
      ['running', 'queued', 'queued', 'queued'],
      ['completed', 'ring_buffer_drop_oldest', 'completed', 'completed'],
      ['a', 'c', 'd'],
    ],
  ])('obeys its policy %j', async (backpressure, submitted, ended, done) => {
    expect(await fill(backpressure)).toEqual({ submitted, ended, done });
  });
});

describe('a task that is cancelled', () => {
  it('never starts when it is queued, and stops when it runs; its slot is free again', async () => {
    const world = newWorld();
    const seen = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p', queue: 'fifo' });
      const work = workEffect(world);
      const job = (name: string, turns: number) =>
        task(function* (child) {
          yield* child.perform(work, [name, turns]);
          return yield* child.perform(work, [`${name}2`, 0]);
        });
      const running = yield* poolSubmit(ctx, 'p', job('running', 20));
      const queued = yield* poolSubmit(ctx, 'p', job('queued', 0));
      const last = yield* poolSubmit(ctx, 'p', job('last', 0));
      yield* ctx.perform(work, ['elsewhere', 3]);
      const cancelled = [
        poolCancel(ctx, queued),
        poolCancel(ctx, running, 'enough'),
        poolCancel(ctx, running),
      ];
      const ended = yield* poolWaitAll(ctx, [running, queued, last]);
      yield* ctx.perform(work, ['after', 30]);
      return [cancelled, ended.map(({ status, error }) => [status, error ?? null]), world.done];
    });
    expect(seen).toEqual([
      [true, true, false],
      [
        ['cancelled', 'enough'],
        ['cancelled', 'cancelled by its program'],
        ['completed', null],
      ],
      expect.not.arrayContaining(['running2', 'queued', 'queued2']),
    ]);
  });

  it('has no result to give', async () => {
    const asked = resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      const handle = yield* poolSubmit(
        ctx,
        'p',
        task(function* () {
          yield* [];
        }),
      );
      poolCancel(ctx, handle, 'no need');
      return yield* poolResult(ctx, handle);
    });
    await expect(asked).rejects.toMatchObject({
      code: 'HARN-POL-109',
      data: { status: 'cancelled', reason: 'no need' },
    });
  });

  it('is not the one whose submitter is cancelled: a task outlives who submitted it', async () => {
    const world = newWorld();
    const seen = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      const work = workEffect(world);
      const submitter = ctx.startTask(ctx.task.nextGroup('spawn'), function* (child) {
        yield* poolSubmit(
          child,
          'p',
          task((one) => one.perform(work, ['done', 9])),
          { idempotency_key: 'k' },
        );
        yield* child.perform(work, ['never', 1000]);
      });
      yield* ctx.perform(work, ['elsewhere', 3]);
      ctx.run.scheduler.drop(submitter);
      const [handle] = poolSnapshot(ctx, 'p').tasks;
      return handle === undefined ? 'gone' : (yield* poolWait(ctx, handle)).status;
    });
    expect(seen).toBe('completed');
    expect(world.done).not.toContain('never');
  });
});

describe('pool tasks at the end of a run', () => {
  const leaving = (world: World, turns: number): RunBody =>
    function* (ctx) {
      poolCreate(ctx, { name: 'p', queue: 'fifo' });
      const work = workEffect(world);
      for (const name of ['a', 'b', 'c']) {
        yield* poolSubmit(
          ctx,
          'p',
          task((child) => child.perform(work, [name, turns])),
          { key: name },
        );
      }
      yield* ctx.perform(work, ['begun', 0]);
      return 'left';
    };

  it('are listed, queued ones first, and each can be ended', async () => {
    const world = newWorld();
    const seen = (await resultOf(function* (ctx) {
      yield* leaving(world, 1000)(ctx);
      const { items, state } = yield* takeSnapshot(ctx);
      const acted: Json[] = [];
      for (const item of items) {
        const refused = yield* poolUnsettledSource.act(ctx, item, 'resume', { reason: 'r' });
        const done = yield* poolUnsettledSource.act(ctx, item, 'cancel', { reason: 'r' });
        const gone = yield* poolUnsettledSource.act(ctx, item, 'cancel', { reason: 'r' });
        acted.push([refused.status, done.status, gone.status]);
      }
      const after = yield* takeSnapshot(ctx);
      return {
        state: state['pool_pending_tasks'] as Json,
        moves: items.map((item) => item.moves),
        acted,
        left: after.items.length,
      };
    })) as { state: JsonObject[]; moves: boolean[]; acted: Json; left: number };
    expect(seen.state.map(({ key, status }) => [key, status])).toEqual([
      ['b', 'queued'],
      ['c', 'queued'],
      ['a', 'running'],
    ]);
    expect(Object.keys(seen.state[2] ?? {})).toEqual([
      ...['id', 'task_id', 'pool_id', 'pool_name', 'status', 'priority', 'key'],
      ...['idempotency_key', 'submitted_at', 'submitted_at_ms', 'submitted_by', 'started_at'],
      'age_ms',
    ]);
    expect(seen.moves).toEqual([true, true, true]);
    expect(seen.acted).toEqual(Array.from({ length: 3 }, () => ['refused', 'done', 'gone']));
    expect(seen.left).toBe(0);
  });

  it('cannot move when they only wait for what nobody brings', async () => {
    const moves = await resultOf(function* (ctx) {
      poolCreate(ctx, { name: 'p' });
      yield* poolSubmit(
        ctx,
        'p',
        task((child) => child.block('a channel', () => undefined)),
      );
      yield* ctx.perform(workEffect(newWorld()), ['begun', 4]);
      return (yield* takeSnapshot(ctx)).items.map((item) => item.moves);
    });
    expect(moves).toEqual([false]);
  });

  it('are in the receipt of the run, one line each, and start nothing after it', async () => {
    const world = newWorld();
    const { result } = await live(leaving(world, 1000), { finish: createFinisher() });
    const ended = (await result) as unknown as { receipt: { status: string; items: JsonObject[] } };
    expect(ended.receipt.items.map(({ bucket, disposition }) => [bucket, disposition])).toEqual(
      Array.from({ length: 3 }, () => ['pool_pending_tasks', 'abandoned']),
    );
    await until(() => false, 50);
    expect(world.done).toEqual(['begun']);
  });
});

describe('a run with pools', () => {
  const busy = (world: World): RunBody =>
    function* (ctx) {
      const work = workEffect(world);
      poolCreate(ctx, { name: 'p', max_concurrent: 2, queue: 'fifo' });
      const handles = [];
      for (const [name, turns] of [
        ['slow', 6],
        ['quick', 1],
        ['mid', 3],
        ['last', 0],
      ] as const) {
        const job = task((child) => child.perform(work, [name, turns]));
        handles.push(yield* poolSubmit(ctx, 'p', job));
      }
      const results: Json[] = [];
      for (const handle of handles) results.push(yield* poolResult(ctx, handle));
      const { tasks, completed } = poolSnapshot(ctx, 'p');
      return { results, completed, ids: tasks.map((one) => one.id) };
    };

  it('ends the same after a kill at any commit', async () => {
    let kills = 0;
    for (let killAfter = 0; killAfter < 40; killAfter += 1) {
      const store = await newStore();
      const world = newWorld();
      const onKill = () => {
        world.alive = false;
      };
      const life = await live(busy(world), { store, killAfter, onKill });
      let ended: unknown;
      void life.result.then((result) => {
        ended = result;
      });
      await until(() => ended !== undefined || !world.alive);
      if (!world.alive) {
        kills += 1;
        const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
        const again = newWorld();
        const resumed = await live(busy(again), {
          store,
          ...(known ? { resume: life.run.id } : {}),
        });
        ended = await resumed.result;
      }
      const { main } = ended as { main: { ok: boolean; value: JsonObject } };
      expect(main, `killed after ${killAfter}`).toMatchObject({
        ok: true,
        value: { results: ['slow', 'quick', 'mid', 'last'], completed: 4 },
      });
      if (world.alive) break;
    }
    expect(kills).toBeGreaterThan(5);
  });
});
