// Runs for the tests of workers: a kind with turns that can be suspended between them, and lives that end at a commit.
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type Host, type MockHost } from '../host/index.ts';
import { equipLifecycle, handoffIndex } from '../lifecycle/index.ts';
import {
  defineEffect,
  type Finisher,
  type Handler,
  Run,
  type RunBody,
  type RunContext,
  type RunCore,
  type RunDeps,
  type RunResult,
  runIndex,
  type Suspending,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import type { SpanExporter } from '../trace/index.ts';
import {
  spansSection,
  type WorkerKind,
  workerIndex,
  workerKindsKey,
  workerStoreKey,
  workerUnsettledSource,
} from './index.ts';

const never = new Promise<never>(() => undefined);

const justEnd: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};

/** What was done outside, over all lives. */
export interface World {
  alive: boolean;
  readonly done: string[];
}

export const newWorld = (): World => ({ alive: true, done: [] });

/** A mutation that takes some turns of the event loop; one per turn of a turn worker. */
export function workEffect(world: World) {
  return defineEffect(
    { name: 'test.work', class: 'mutation', access: 'mutate', onUnknown: 'retry' },
    async (_env, name: string) => {
      for (let i = 0; i < 3; i += 1) await new Promise((ok) => setImmediate(ok));
      if (!world.alive) return never;
      world.done.push(name);
      return name;
    },
  );
}

const pauseEffect = defineEffect(
  { name: 'test.pause', class: 'read', access: 'observe' },
  async () => {
    for (let i = 0; i < 3; i += 1) await new Promise((ok) => setImmediate(ok));
    return null;
  },
);

/** Lets other tasks run for a while; the same over all lives. */
export function* pauses(ctx: RunContext, count: number): Suspending<void> {
  for (let i = 0; i < count; i += 1) yield* ctx.perform(pauseEffect, []);
}

/** Lets other tasks run until the condition holds. */
export function* untilTrue(ctx: RunContext, condition: () => boolean): Suspending<void> {
  for (let i = 0; i < 500 && !condition(); i += 1) yield* ctx.perform(pauseEffect, []);
}

/**
 * A kind with turns, as an agent loop is one: a turn is one effect and one message; between turns it looks whether it
 * is asked to stop. `spec.turns` says how many turns a task takes.
 */
export function turnKind(world: World, mode = 'sub_agent'): WorkerKind {
  const work = workEffect(world);
  return {
    mode,
    *run(ctx, { task, config, transcript, resume, gate }) {
      const spec = config['spec'] as { readonly turns?: number };
      const before = (transcript as { readonly messages: readonly Json[] } | null)?.messages ?? [];
      const messages: Json[] = [...before];
      const say = (content: string) => messages.push({ role: 'user', content });
      if (resume === undefined) say(task);
      else say(`resumed: ${resume.input_rendered ?? 'nothing'}`);
      const first = resume?.suspended_at_turn ?? 0;
      const shown = () => ({ id: 't', messages: [...messages], events: [], metadata: {} });
      for (let turn = first + 1; turn <= (spec.turns ?? 2); turn += 1) {
        if (gate.requested() !== undefined) {
          const payload = { status: 'suspended', iterations_completed: turn - 1 };
          return { status: 'parked', turn: turn - 1, payload, transcript: shown() };
        }
        yield* ctx.perform(work, [`${task}#${turn}`]);
        say(`turn ${turn}`);
      }
      const payload = { ok: true, summary: `${task} done` };
      return { status: 'completed', payload, transcript: shown() };
    },
  };
}

export const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

export interface LifeOptions {
  readonly store?: Store;
  readonly finish?: Finisher;
  readonly killAfter?: number;
  readonly onKill?: () => void;
  readonly resume?: string;
  readonly host?: Host;
  readonly kinds?: readonly WorkerKind[];
  readonly equip?: (core: RunCore) => void;
  readonly exporter?: SpanExporter;
  /** Options of the run itself. */
  readonly options?: JsonObject;
}

export async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex, handoffIndex, workerIndex);
  return store;
}

let hosts = 0;

/** A host with chance of its own, so that two runs of one store have different ids. */
export function newHost(nowMs?: number): MockHost {
  hosts += 1;
  return createMockHost({ seed: hosts, nowMs });
}

/** Starts a life of a run. */
export async function live(
  body: RunBody,
  options: LifeOptions = {},
): Promise<{ readonly run: Run; readonly store: Store; readonly result: Promise<RunResult> }> {
  const real = options.store ?? (await newStore());
  const { store } = stoppingStore(real, options.killAfter, options.onKill);
  const deps: RunDeps = {
    host: options.host ?? newHost(),
    openStore: async () => store,
    finish: options.finish ?? justEnd,
    sink: { write: () => undefined },
    sections: [spansSection],
    exporter: options.exporter,
    equip: (core) => {
      equipLifecycle(core, { sources: [workerUnsettledSource] });
      core.provide(workerStoreKey, async () => store);
      for (const kind of options.kinds ?? []) core.get(workerKindsKey).add(kind);
      options.equip?.(core);
    },
  };
  const run =
    options.resume === undefined
      ? Run.create(deps, { ...SPEC, options: options.options ?? {} })
      : await Run.resume(deps, store, options.resume, { force: true });
  return { run, store: real, result: run.begin(body) };
}

/** Runs a body to its end and gives what it returned, or throws what it threw. */
export async function resultOf(body: RunBody, options: LifeOptions = {}): Promise<Json> {
  const { result } = await live(body, options);
  return returned(await result);
}

export function returned(ended: RunResult): Json {
  if (ended.status === 'broken') throw ended.error;
  if (ended.status === 'parked') throw new Error('parked');
  if (!ended.main.ok) throw ended.main.error;
  return (ended.main.value ?? null) as Json;
}

/** A handler from a generator. */
export function body(
  run: (ctx: RunContext, args: readonly unknown[]) => Suspending<unknown>,
): Handler {
  return { kind: 'generator', name: 'body', run };
}

/** Gives the event loop turns until the condition holds. So many that a loaded machine, where modules come late, has enough. */
export async function until(condition: () => boolean, turns = 400_000): Promise<boolean> {
  for (let turn = 0; turn < turns && !condition(); turn += 1) {
    await new Promise((ok) => setImmediate(ok));
  }
  return condition();
}

/** A `sub_agent` config for `startWorker`'s front, with so many turns. */
export function turnConfig(name: string, turns = 2, more: JsonObject = {}): JsonObject {
  return { name, task: name, mode: 'sub_agent', config: { spec: { turns } }, ...more };
}
