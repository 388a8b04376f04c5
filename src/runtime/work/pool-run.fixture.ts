// Runs for the tests of pools: work that takes turns of the event loop, and a store that stops after commit n.
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { equipLifecycle, handoffIndex } from '../lifecycle/index.ts';
import { llmUnsettledSource } from '../llm/index.ts';
import {
  defineEffect,
  type Finisher,
  type Handler,
  Run,
  type RunBody,
  type RunContext,
  type RunDeps,
  type RunResult,
  runIndex,
  type Suspending,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { poolUnsettledSource } from './index.ts';

const never = new Promise<never>(() => undefined);
const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

const justEnd: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};

/** The world outside of one life: counts what was done, and stops answering when the life ends. */
export interface World {
  alive: boolean;
  readonly done: string[];
}

/** A mutation that takes some turns of the event loop. */
export function workEffect(world: World) {
  return defineEffect(
    { name: 'test.work', class: 'mutation', access: 'mutate', onUnknown: 'retry' },
    async (_env, name: string, turns: number) => {
      for (let i = 0; i < turns; i += 1) await new Promise((ok) => setImmediate(ok));
      if (!world.alive) return never;
      world.done.push(name);
      return name;
    },
  );
}

export interface LifeOptions {
  readonly store?: Store;
  readonly finish?: Finisher;
  readonly killAfter?: number;
  readonly onKill?: () => void;
  readonly resume?: string;
  readonly host?: MockHost;
}

/** A memory store that knows runs. */
export async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex, handoffIndex);
  return store;
}

/** Starts a life of a run. */
export async function live(
  body: RunBody,
  options: LifeOptions = {},
): Promise<{ readonly run: Run; readonly result: Promise<RunResult> }> {
  const real = options.store ?? (await newStore());
  const { store } = stoppingStore(real, options.killAfter, options.onKill);
  const deps: RunDeps = {
    host: options.host ?? createMockHost(),
    openStore: async () => store,
    finish: options.finish ?? justEnd,
    sink: { write: () => undefined },
    equip: (core) => equipLifecycle(core, { sources: [llmUnsettledSource, poolUnsettledSource] }),
  };
  const run =
    options.resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, store, options.resume, { force: true });
  return { run, result: run.begin(body) };
}

/** Runs a body to its end and gives what it returned, or throws what it threw. */
export async function resultOf(body: RunBody, options: LifeOptions = {}): Promise<unknown> {
  const { result } = await live(body, options);
  const ended = await result;
  if (ended.status === 'broken') throw ended.error;
  if (ended.status === 'parked') throw new Error('parked');
  if (!ended.main.ok) throw ended.main.error;
  return ended.main.value;
}

/** A handler from a generator. */
export function task(run: (ctx: RunContext) => Suspending<unknown>): Handler {
  return { kind: 'generator', name: 'task', run };
}

/** Gives the event loop turns until the condition holds. */
export async function until(condition: () => boolean, turns = 3000): Promise<boolean> {
  for (let turn = 0; turn < turns && !condition(); turn += 1) {
    await new Promise((ok) => setImmediate(ok));
  }
  return condition();
}
