// Units under every kill: bodies that replay skips, bodies that it enters again, beside each other, given up and timed out.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import {
  addNote,
  defineEffect,
  defineSyncEffect,
  emitRunEvent,
  type Finisher,
  journalTopic,
  notesKey,
  performUnit,
  Run,
  type RunBody,
  type RunContext,
  type RunDeps,
  type RunEvent,
  type RunResult,
  runIndex,
  type Suspending,
  type UnitScope,
} from './index.ts';
import { stoppingStore } from './stopping-store.fixture.ts';

/** What the outside saw, over all lives. */
interface World {
  readonly reads: Map<string, number>;
  readonly writes: Map<string, number>;
  readonly events: RunEvent[];
  /** Bodies entered, by life. */
  entered: string[];
}

const bump = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
const never = new Promise<never>(() => undefined);
const turns = async (n: number) => {
  for (let i = 0; i < n; i += 1) await new Promise((ok) => setImmediate(ok));
};

function kit(world: World, alive: () => boolean) {
  const read = defineEffect(
    { name: 'test.read', class: 'read', access: 'read' },
    async (_env, name: string, delay: number): Promise<string> => {
      if (alive()) bump(world.reads, name);
      await turns(delay);
      return alive() ? `read ${name}` : never;
    },
  );
  const write = defineEffect(
    { name: 'test.write', class: 'mutation', access: 'write', onUnknown: 'retry' },
    async (env, _name: string): Promise<null> => {
      if (alive()) bump(world.writes, env.idempotencyKey);
      await turns(1);
      return alive() ? null : never;
    },
  );
  const memory: string[] = [];
  const remember = defineSyncEffect(
    { name: 'test.remember', class: 'local', access: 'write' },
    (_env, text: string) => {
      memory.push(text);
      return memory.length;
    },
  );
  const unit = <T>(
    ctx: RunContext,
    name: string,
    body: (ctx: RunContext, unit: UnitScope) => Suspending<T>,
  ) =>
    performUnit(ctx, { name: 'test.unit', access: 'mutate' }, [name], function* (inner, scope) {
      world.entered.push(name);
      emitRunEvent(inner, { event_type: 'transcript', kind: 'began', payload: name });
      scope.inTx((tx) => tx.append('units', { kind: 'ended', payload: name }));
      const value = yield* body(inner, scope);
      emitRunEvent(inner, { event_type: 'transcript', kind: 'ended', payload: name });
      return value;
    });
  return { read, write, remember, memory, unit };
}

type Kit = ReturnType<typeof kit>;
type Scenario = (kit: Kit) => RunBody;

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};
const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

interface Life {
  readonly scenario: Scenario;
  readonly world: World;
  readonly store: Store;
  readonly host: MockHost;
  readonly killAfter?: number;
  readonly resume?: string;
}

async function live(life: Life) {
  const { scenario, world, host, killAfter = Number.POSITIVE_INFINITY, resume } = life;
  const { store, alive } = stoppingStore(life.store, killAfter);
  const deps: RunDeps = {
    host,
    openStore: async () => store,
    finish,
    sink: { write: () => undefined },
  };
  world.entered = [];
  const run =
    resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, store, resume, { force: true });
  run.listen((event) => {
    if (alive()) world.events.push(event);
  });
  const made = kit(world, alive);
  let result: RunResult | undefined;
  void run.begin(scenario(made)).then((r) => {
    result = r;
  });
  for (let i = 0; i < 3000 && result === undefined && alive(); i += 1) {
    await turns(1);
    if (i % 50 === 49) host.clock.advance(1000);
  }
  return { run, result, memory: made.memory };
}

async function newWorld(): Promise<Omit<Life, 'scenario'>> {
  const store = await openStore('memory:');
  await store.declare(runIndex);
  const world = { reads: new Map(), writes: new Map(), events: [], entered: [] };
  return { world, store, host: createMockHost() };
}

/** What a finished run left behind, in a form that kills must not change. */
async function traces(
  { world, store }: Omit<Life, 'scenario'>,
  ended: Awaited<ReturnType<typeof live>>,
) {
  const seqs = [...new Set(world.events.map((event) => event.seq))].sort((a, b) => a - b);
  return {
    main: (ended.result as Extract<RunResult, { status: 'settled' }>)?.main,
    // Calls that raced are asked again after a kill and may arrive in another order.
    units: (await store.read('units')).map((event) => String(event.payload)).sort(),
    memory: ended.memory,
    events: seqs.length,
    gapless: seqs.every((seq, i) => seq === i + 1),
    writes: world.writes.size,
  };
}

/** Kills after every commit in turn and compares with the run that nobody killed. */
async function holdsUnderKills(scenario: Scenario): Promise<void> {
  const whole = await newWorld();
  const expected = await traces(whole, await live({ ...whole, scenario }));
  expect(expected.main).toBeDefined();
  expect(expected.gapless).toBe(true);
  let lives = 0;
  for (let n = 0; n < 80; n += 1) {
    const scene = await newWorld();
    const first = await live({ ...scene, scenario, killAfter: n });
    if (first.result !== undefined) break;
    const known = (await scene.store.latest(journalTopic(first.run.id))) !== undefined;
    if (!known) continue;
    const second = await live({ ...scene, scenario, resume: first.run.id });
    expect(await traces(scene, second), `killed after ${n}`).toEqual(expected);
    for (const [key, times] of scene.world.writes) expect(times, key).toBeLessThanOrEqual(2);
    lives += 1;
  }
  expect(lives).toBeGreaterThan(1);
}

describe('a unit', () => {
  it('is one outcome that replay takes without entering its body', async () => {
    const scene = await newWorld();
    const scenario: Scenario = ({ unit, read, write }) =>
      function* (ctx) {
        const first = yield* unit(ctx, 'one', function* (inner) {
          return yield* inner.perform(read, ['a', 1]);
        });
        yield* ctx.perform(write, ['pause']);
        yield* ctx.perform(write, ['again']);
        return first as Json;
      };
    // Late enough that the unit is recorded.
    let first = await live({ ...scene, scenario, killAfter: 1 });
    expect(first.result).toBeUndefined();
    expect(await scene.store.read('units')).toHaveLength(1);
    first = await live({ ...scene, scenario, resume: first.run.id });
    expect(first.result).toMatchObject({ main: { ok: true, value: 'read a' } });
    expect(scene.world.entered).toEqual([]);
    expect(scene.world.reads.get('a')).toBe(1);
  });

  it('is entered again when memory of the run was changed in it', async () => {
    const scene = await newWorld();
    const scenario: Scenario = ({ unit, read, write, remember }) =>
      function* (ctx) {
        yield* unit(ctx, 'one', function* (inner) {
          const text = yield* inner.perform(read, ['a', 1]);
          inner.sync(remember, [text]);
          return text;
        });
        yield* ctx.perform(write, ['pause']);
        yield* ctx.perform(write, ['again']);
        return null;
      };
    const first = await live({ ...scene, scenario, killAfter: 1 });
    expect(await scene.store.read('units')).toHaveLength(1);
    const second = await live({ ...scene, scenario, resume: first.run.id });
    expect(second.memory).toEqual(['read a']);
    expect(scene.world.entered).toEqual(['one']);
    expect(scene.world.reads.get('a')).toBe(1);
    expect(await scene.store.read('units')).toHaveLength(1);
  });

  it('hands on what was noted in it, nested too, when it is not entered', async () => {
    const scene = await newWorld();
    const scenario: Scenario = ({ unit, write }) =>
      function* (ctx) {
        yield* unit(ctx, 'outer', function* (inner) {
          addNote(inner, 'seen', { n: 1 });
          yield* unit(inner, 'inner', function* (innermost) {
            addNote(innermost, 'seen', { n: 2 });
            return yield* innermost.perform(write, ['one']);
          });
          return null;
        });
        yield* ctx.perform(write, ['pause']);
        addNote(ctx, 'seen', { n: 3 });
        yield* ctx.perform(write, ['again']);
        return [...(ctx.run.get(notesKey).get('seen') ?? [])];
      };
    const seen = [{ n: 1 }, { n: 2 }, { n: 3 }];
    const first = await live({ ...scene, scenario, killAfter: 2 });
    expect(first.result).toBeUndefined();
    const second = await live({ ...scene, scenario, resume: first.run.id });
    expect(second.result).toMatchObject({ main: { ok: true, value: seen } });
    expect(scene.world.entered).toEqual([]);
    await holdsUnderKills(scenario);
  });

  it('ends the same whenever it is killed, beside others and within others', async () => {
    await holdsUnderKills(
      ({ unit, read, write, remember }) =>
        function* (ctx) {
          const order: string[] = [];
          const branch = (name: string, delay: number) =>
            ctx.startTask(ctx.task.nextGroup('spawn'), function* (child) {
              const plain = yield* unit(child, `${name}-plain`, function* (inner) {
                const text = yield* inner.perform(read, [`${name}-1`, delay]);
                yield* inner.perform(write, [`${name}-2`]);
                return text;
              });
              order.push(`${name}: ${String(plain)}`);
              yield* unit(child, `${name}-outer`, function* (inner) {
                const deep = yield* unit(inner, `${name}-inner`, (deeper) =>
                  deeper.perform(read, [`${name}-3`, delay]),
                );
                if (name === 'b') inner.sync(remember, [String(deep)]);
                return deep;
              });
              order.push(name);
              return name;
            });
          const tasks = [branch('a', 4), branch('b', 2), branch('c', 3)];
          for (const task of tasks) yield* ctx.join(task);
          return [...order].sort();
        },
    );
  });

  it('that is given up with its task leaves nothing that a resumed run would miss', async () => {
    await holdsUnderKills(
      ({ unit, read, write }) =>
        function* (ctx) {
          const slow = ctx.startTask(ctx.task.nextGroup('spawn'), function* (child) {
            return yield* unit(child, 'slow', function* (inner) {
              yield* inner.perform(read, ['x', 1]);
              yield* inner.perform(read, ['y', 2000]);
              return 'never';
            });
          });
          yield* ctx.perform(read, ['z', 8]);
          yield* ctx.perform(write, ['before']);
          ctx.run.scheduler.drop(slow);
          yield* ctx.perform(write, ['after']);
          return slow.status;
        },
    );
  });

  it('is ended by a deadline of the task that asks', async () => {
    await holdsUnderKills(
      ({ unit, read, write }) =>
        function* (ctx) {
          const deadline = ctx.run.interrupts.push(ctx.task, 1500, 0);
          let said = 'nothing';
          try {
            yield* unit(ctx, 'slow', function* (inner) {
              yield* inner.perform(write, ['x']);
              yield* inner.perform(read, ['y', 2500]);
              return 'never';
            });
          } catch (error) {
            said = (error as { code: string }).code;
          }
          ctx.run.interrupts.pop(ctx.task, deadline);
          yield* ctx.perform(write, ['after']);
          return said;
        },
    );
  });

  it('that fails is recorded as a failure, with its rows', async () => {
    await holdsUnderKills(
      ({ unit, read, write }) =>
        function* (ctx) {
          let said = '';
          try {
            yield* unit(ctx, 'bad', function* (inner) {
              yield* inner.perform(read, ['x', 1]);
              throw new Error('no luck');
            });
          } catch (error) {
            said = (error as Error).message;
          }
          yield* ctx.perform(write, ['after']);
          yield* ctx.perform(write, ['after']);
          return said;
        },
    );
  });
});
