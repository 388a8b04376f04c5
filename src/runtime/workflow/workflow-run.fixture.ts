// Runs for the tests of this room: a world outside that counts what is done to it, and lives that end at a commit.
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { equipLifecycle, handoffIndex } from '../lifecycle/index.ts';
import { llmUnsettledSource } from '../llm/index.ts';
import {
  type Finisher,
  Run,
  type RunBody,
  type RunDeps,
  type RunResult,
  runIndex,
} from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import {
  workerIndex,
  workerKindsKey,
  workerStoreKey,
  workerUnsettledSource,
} from '../work/index.ts';
import { WORKFLOW_KINDS } from './index.ts';

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: main.ok ? 'settled' : 'failed', items: [] } };
};

const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };

/** A memory store that knows runs and workers. */
export async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex, handoffIndex, workerIndex);
  return store;
}

export interface LifeOptions {
  readonly store: Store;
  readonly host: MockHost;
  readonly killAfter?: number;
  readonly resume?: string;
}

export interface Life {
  readonly run: Run;
  readonly result: RunResult | undefined;
}

/** One life of a run: to its end, or until the store stops after commit n. */
export async function live(
  makeBody: (alive: () => boolean) => RunBody,
  { store: whole, host, killAfter = Number.POSITIVE_INFINITY, resume }: LifeOptions,
): Promise<Life> {
  const { store, alive } = stoppingStore(whole, killAfter);
  const deps: RunDeps = {
    host,
    openStore: async () => store,
    finish,
    sink: { write: () => undefined },
    equip: (core) => {
      core.provide(workerStoreKey, async () => store);
      equipLifecycle(core, { sources: [workerUnsettledSource, llmUnsettledSource] });
      for (const kind of WORKFLOW_KINDS) core.get(workerKindsKey).add(kind);
    },
  };
  const run =
    resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, store, resume, { force: true });
  let result: RunResult | undefined;
  void run.begin(makeBody(alive)).then((ended) => {
    result = ended;
  });
  for (let turn = 0; turn < 11_000 && result === undefined && alive(); turn += 1) {
    await new Promise((ok) => setImmediate(ok));
    if (turn % 100 === 99) host.clock.advance(1000);
  }
  return { run, result };
}

/** What a body returned, or throws what it threw. */
export function returnedBy({ result }: Life): unknown {
  if (result === undefined) throw new Error('the run did not end');
  if (result.status === 'broken') throw result.error;
  if (result.status === 'parked') throw new Error('parked');
  if (!result.main.ok) throw result.main.error;
  return result.main.value;
}

/** Runs a body once on a new host and gives what it returned. */
export async function resultOf(body: RunBody, host = createMockHost()): Promise<unknown> {
  return returnedBy(await live(() => body, { store: await newStore(), host }));
}
