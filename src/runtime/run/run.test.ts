// Runs under every kill: an in-memory world with counted side effects, a store that stops after commit n, and bodies
// that use every effect class. Resuming must end as if nothing had happened.
import { describe, expect, it } from 'vitest';
import { createDeferred, type Json, type JsonObject } from '../../base/index.ts';
import { openStore } from '../../store/index.ts';
import { hostErrors } from '../host/index.ts';
import {
  callHandler,
  defineEffect,
  foldRecord,
  type Handler,
  loadJournal,
  Run,
  type RunBody,
  type RunContext,
  type RunResult,
  recordOf,
  runIndex,
  type Suspending,
} from './index.ts';
import {
  depsOf,
  effectsOf,
  never,
  newWorld,
  type Scene,
  SPEC,
  settle,
} from './run-scene.fixture.ts';

/** Runs to the end, killing after commit n (in as many lives as it takes when `every`). */
async function runKilled(
  makeBody: (e: ReturnType<typeof effectsOf>) => RunBody,
  killAfter?: number,
) {
  const store = await openStore('memory:');
  await store.declare(runIndex);
  const scene: Scene = { world: newWorld(), store, stdout: [] };
  const effects = effectsOf(() => scene.world);
  const first = Run.create(depsOf(scene, killAfter), SPEC);
  let result: RunResult | undefined;
  void first.begin(makeBody(effects)).then((r) => {
    if (!scene.world.dead) result = r;
  });
  await settle();
  if (result === undefined && scene.world.dead) {
    scene.world.dead = false;
    // The first life is over: its run object lives on in this process, but its world no longer answers it.
    const second = { ...scene.world, dead: false };
    const again: Scene = { world: second, store, stdout: scene.stdout };
    scene.world.dead = true;
    const known = await store.latest(`runs.${first.id}`);
    const deps = depsOf(again, undefined);
    const body = makeBody(effectsOf(() => again.world));
    const run =
      known === undefined
        ? Run.create(deps, SPEC)
        : await Run.resume(deps, store, first.id, { force: true });
    result = await run.begin(body);
    return {
      result,
      world: second,
      store,
      stdout: scene.stdout.join(''),
      id: run.id,
      killed: true,
    };
  }
  return {
    result,
    world: scene.world,
    store,
    stdout: scene.stdout.join(''),
    id: first.id,
    killed: false,
  };
}

function handler(run: (ctx: RunContext, args: readonly unknown[]) => Suspending<unknown>): Handler {
  return { kind: 'generator', name: 'h', run };
}

/** Reads, mutations, own rows, output and parallel tasks whose order depends on the outside. */
const busy = (e: ReturnType<typeof effectsOf>): RunBody =>
  function* (ctx) {
    const order: string[] = [];
    ctx.sync(e.print, ['start\n']);
    const first = yield* ctx.perform(e.read, ['a', 0]);
    const worker = (name: string, delay: number) =>
      ctx.startTask(ctx.task.nextGroup('spawn'), function* (child) {
        const text = yield* child.perform(e.read, [name, delay]);
        order.push(name);
        yield* child.perform(e.write, [name, text]);
        order.push(`${name}!`);
        child.sync(e.now, []);
        return name;
      });
    const tasks = [worker('slow', 5), worker('fast', 1), worker('mid', 3)];
    for (const task of tasks) yield* ctx.join(task);
    ctx.sync(e.print, [`${order.join(' ')}\n`]);
    yield* ctx.perform(e.own, ['note']);
    const called = yield* callHandler(
      ctx,
      handler(function* (child) {
        return yield* child.perform(e.write, ['callback', 'x']);
      }),
      [],
    );
    ctx.sync(e.print, ['end\n']);
    return { first, order, called: called as Json };
  };

describe('a run', () => {
  it('writes nothing while it only computes and prints', async () => {
    const out = await runKilled(
      (e) =>
        function* (ctx) {
          ctx.sync(e.print, ['hello\n']);
          yield* [];
          return ctx.sync(e.now, []);
        },
    );
    expect(out.result?.status).toBe('settled');
    expect(out.stdout).toBe('hello\n');
    expect(await out.store.topics('runs.')).toEqual([]);
  });

  it('ends the same when it is killed after any commit and resumed', async () => {
    const whole = await runKilled(busy);
    expect(whole.result?.status).toBe('settled');
    const value = (whole.result as { main: { value: unknown } }).main.value;
    let killed = 0;
    for (let n = 0; n < 60; n += 1) {
      const out = await runKilled(busy, n);
      expect(out.result, `kill after ${n}`).not.toHaveProperty('error');
      expect((out.result as { main: { value: unknown } }).main, `kill after ${n}`).toEqual({
        ok: true,
        value: expect.anything(),
      });
      const seen = (out.result as { main: { value: { order: string[] } } }).main.value;
      expect([...seen.order].sort()).toEqual([...(value as { order: string[] }).order].sort());
      expect(new Set(out.world.log)).toEqual(new Set(whole.world.log));
      expect(out.world.log.length).toBe(4);
      expect((await out.store.read('notes')).length).toBe(1);
      expect(out.stdout.endsWith('end\n')).toBe(true);
      if (!out.killed) break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(5);
  });

  it('never asks again for what its journal holds, and gives the tasks the same order', async () => {
    const whole = await runKilled(busy);
    const { entries } = await loadJournal(whole.store, whole.id);
    const cut = entries.filter(
      (entry) => entry.kind !== 'settled' && entry.kind !== 'main_returned',
    );
    const store = await openStore('memory:');
    await store.tx((tx) => {
      for (const entry of cut)
        tx.append(`runs.${whole.id}`, { kind: entry.kind, payload: entry as never });
    });
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const run = await Run.resume(depsOf(scene, undefined), store, whole.id);
    const result = await run.begin(busy(effectsOf(() => scene.world)));
    expect((result as { main: unknown }).main).toEqual((whole.result as { main: unknown }).main);
    expect(scene.world.reads).toBe(0);
    expect(scene.world.calls.size).toBe(0);
    // The text after the last entry may repeat; nothing before it does.
    expect(scene.stdout.join('')).toBe('end\n');
  });

  it('keeps a record that equals the fold of its journal read back', async () => {
    const { result, store, id } = await runKilled(busy);
    const { entries } = await loadJournal(store, id);
    expect(recordOf(id, entries)).toEqual(result?.record);
    expect(entries.reduce((r, e) => foldRecord(r, e), recordOf(id, []))).toEqual(result?.record);
    expect((await store.row(runIndex, id))?.status).toBe('completed');
  });

  it('reports a mutation whose outcome is unknown as a coded error its program can catch', async () => {
    const body = (e: ReturnType<typeof effectsOf>): RunBody =>
      function* (ctx) {
        try {
          return yield* ctx.perform(e.fragile, ['deploy']);
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
    const seen = new Set<unknown>();
    for (let n = 0; n < 6; n += 1) {
      const out = await runKilled(body, n);
      seen.add((out.result as { main: { value: unknown } }).main.value);
      for (const times of out.world.calls.values()) expect(times).toBe(1);
    }
    expect(seen).toContain('ran deploy');
    expect(seen).toContain('HARN-JRN-003');
  });

  it('stops with both sites named when the program does something else than its journal says', async () => {
    const whole = await runKilled(busy);
    const { entries } = await loadJournal(whole.store, whole.id);
    const store = await openStore('memory:');
    await store.tx((tx) => {
      for (const entry of entries.slice(0, -2))
        tx.append(`runs.${whole.id}`, { kind: entry.kind, payload: entry as never });
    });
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const run = await Run.resume(depsOf(scene, undefined), store, whole.id);
    const e = effectsOf(() => scene.world);
    const result = await run.begin(function* (ctx) {
      return yield* ctx.perform(e.read, ['another file', 0]);
    });
    expect(result.status).toBe('broken');
    expect((result as { error: { code: string; data: JsonObject } }).error.code).toBe(
      'HARN-JRN-001',
    );
    expect(scene.world.reads).toBe(0);
  });

  it('parks: reads are given up, open mutations are awaited, and it can be resumed', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const e = effectsOf(() => scene.world);
    let release: (() => void) | undefined;
    const hold = defineEffect(
      { name: 'net.post', class: 'mutation', access: 'mutate', onUnknown: 'fail' },
      () =>
        new Promise<string>((ok) => {
          release = () => ok('posted');
        }),
    );
    const body: RunBody = function* (ctx) {
      const posting = ctx.startTask(ctx.task.nextGroup('spawn'), (c) => c.perform(hold, []));
      yield* ctx.perform(e.read, ['x', 1]);
      const other = ctx.startTask(ctx.task.nextGroup('spawn'), (c) =>
        c.perform(e.read, ['y', 1_000_000]),
      );
      const posted = yield* ctx.join(posting);
      ctx.run.scheduler.drop(other);
      return posted as string;
    };
    const run = Run.create(depsOf(scene, undefined), SPEC);
    void run.begin(body);
    for (let i = 0; i < 20; i += 1) await new Promise((ok) => setImmediate(ok));
    const waiting: string[] = [];
    const parked = run.park('interrupted', (names) => waiting.push(...names));
    await new Promise((ok) => setImmediate(ok));
    release?.();
    expect((await parked).status).toBe('parked');
    expect(waiting).toEqual(['net.post']);
    expect((await store.lease(`run:${run.id}`))?.status).toBe('released');
    const again = await Run.resume(depsOf(scene, undefined), store, run.id);
    const result = await again.begin(body);
    expect((result as { main: unknown }).main).toEqual({ ok: true, value: 'posted' });
  });

  it('is cancelled with its lifecycle still run', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const run = Run.create(depsOf(scene, undefined), SPEC);
    const done = run.begin(function* (ctx) {
      return yield* ctx.block('for ever', () => undefined);
    });
    run.core.scheduler.expectExternal(1);
    for (let i = 0; i < 5; i += 1) await new Promise((ok) => setImmediate(ok));
    run.cancel('operator');
    const result = await done;
    expect(result.status).toBe('settled');
    expect((result as { main: { error: { code: string } } }).main.error.code).toBe('HARN-RUN-011');
  });

  it('ends as it ended whatever a call that was given up still wants to note', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const goOn = createDeferred<void>();
    const refused = createDeferred<unknown>();
    const noting = defineEffect(
      { name: 'fs.append', class: 'mutation', access: 'write', onUnknown: 'retry' },
      async (env) => {
        await goOn.promise;
        await env.note({ late: true }).catch(refused.resolve);
        return null;
      },
    );
    const run = Run.create(depsOf(scene, undefined), SPEC);
    const result = await run.begin(function* (ctx) {
      ctx.startTask(ctx.task.nextGroup('spawn'), (c) => c.perform(noting, []));
      for (let i = 0; i < 3; i += 1)
        yield* ctx.perform(effectsOf(() => scene.world).read, ['x', 3]);
      throw new Error('boom');
    });
    goOn.resolve();
    expect(await refused.promise).toMatchObject({ code: hostErrors.$code('aborted') });
    expect(result).toMatchObject({ status: 'settled', main: { ok: false } });
    const { entries } = await loadJournal(store, run.id);
    expect(entries.filter(({ kind }) => kind === 'intent_noted')).toEqual([]);
  });

  it('takes the durable row of a wait with it when the wait is given up', async () => {
    const timer = defineEffect(
      {
        name: 'clock.sleep_ms',
        class: 'ambient',
        access: 'observe',
        wait: (_args: readonly [], nowMs) => ({ kind: 'timer', due_ms: nowMs + 5_000 }),
      },
      () => never,
    );
    const out = await runKilled(
      (e) =>
        function* (ctx) {
          const waiter = ctx.startTask(ctx.task.nextGroup('spawn'), (c) => c.perform(timer, []));
          yield* ctx.perform(e.write, ['a', 'b']);
          yield* ctx.perform(e.read, ['x', 5]);
          ctx.run.scheduler.drop(waiter);
          return 'done';
        },
    );
    expect(out.result?.status).toBe('settled');
    const { entries } = await loadJournal(out.store, out.id);
    expect(entries.filter(({ kind }) => kind === 'wait_opened')).toHaveLength(1);
    expect(await out.store.timersOf(out.id)).toEqual([]);
  });

  it('follows the policy of a mutation that was withdrawn by parking and then begun', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const body = (e: ReturnType<typeof effectsOf>): RunBody =>
      function* (ctx) {
        try {
          return yield* ctx.perform(e.fragile, ['deploy']);
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
    const first = Run.create(depsOf(scene, undefined), SPEC);
    void first.begin(body(effectsOf(() => scene.world)));
    // The intent is on its way and the call is not yet made.
    await Promise.resolve();
    expect((await first.park('interrupted')).status).toBe('parked');
    expect(scene.world.calls.size).toBe(0);
    // It is made in the second life, which is killed while the call is under way.
    const dying: Scene = { ...scene, world: newWorld() };
    const second = await Run.resume(depsOf(dying, undefined), store, first.id);
    const cut = effectsOf(() => dying.world);
    void second.begin(body({ ...cut, fragile: { ...cut.fragile, run: () => never } }));
    await settle();
    const third = await Run.resume(depsOf(scene, undefined), store, first.id, { force: true });
    const result = await third.begin(body(effectsOf(() => scene.world)));
    expect((result as { main: unknown }).main).toEqual({ ok: true, value: 'HARN-JRN-003' });
    expect(scene.world.calls.size).toBe(0);
  });

  it('asks again for a paid read without outcome under the same intent, and counts it', async () => {
    const store = await openStore('memory:');
    const scene: Scene = { world: newWorld(), store, stdout: [] };
    const bought: string[] = [];
    const buy = (answer: Promise<string>) =>
      defineEffect(
        { name: 'llm.call', class: 'read', access: 'mutate', paid: () => true },
        (env) => {
          bought.push(env.idempotencyKey);
          return answer;
        },
      );
    const body = (answer: Promise<string>): RunBody =>
      function* (ctx) {
        return yield* ctx.perform(buy(answer), []);
      };
    const first = Run.create(depsOf(scene, undefined), SPEC);
    void first.begin(body(never));
    await settle();
    const second = await Run.resume(depsOf(scene, undefined), store, first.id, { force: true });
    void second.begin(body(never));
    await settle();
    const third = await Run.resume(depsOf(scene, undefined), store, first.id, { force: true });
    const result = await third.begin(body(Promise.resolve('answer')));
    expect((result as { main: unknown }).main).toEqual({ ok: true, value: 'answer' });
    expect(new Set(bought).size).toBe(1);
    const { entries } = await loadJournal(store, first.id);
    expect(entries.filter(({ kind }) => kind === 'intent')).toHaveLength(1);
    expect(result.record.effects['llm.call']).toMatchObject({ ok: 1, reissued: 2 });
  });

  it('pays for nothing before the intent is durable', async () => {
    const bought: string[] = [];
    const buy = defineEffect(
      { name: 'llm.call', class: 'read', access: 'mutate', paid: () => true },
      (env) => {
        bought.push(env.idempotencyKey);
        return 'answer';
      },
    );
    for (let n = 0; n < 4; n += 1) {
      bought.length = 0;
      const store = await openStore('memory:');
      const scene: Scene = { world: newWorld(), store, stdout: [] };
      const run = Run.create(depsOf(scene, n), SPEC);
      void run.begin(function* (ctx) {
        return yield* ctx.perform(buy, []);
      });
      await settle();
      const known = (await store.latest(`runs.${run.id}`)) === undefined ? 0 : 1;
      expect(bought).toHaveLength(known);
    }
  });

  it('tells tasks that wait for each other for ever', async () => {
    const out = await runKilled(
      () =>
        function* (ctx) {
          return yield* ctx.block('a channel nobody writes', () => undefined);
        },
    );
    expect((out.result as { main: { error: { code: string } } }).main.error.code).toBe(
      'HARN-RUN-006',
    );
  });
});
