// Questions: what does a step that must be durable cost beside the disk itself, and how fast is a journal replayed?
// Compares a run's mutations in sequence (intent on disk before each call) with a raw append + fdatasync on the same
// file system, interleaved, medians of several rounds; then resumes a run of 10,000 recorded steps.
// Aims: <= 2x per step that must be durable; >= 100,000 steps replayed per second.
// Usage: npm run bench -- journal
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeHost } from '../src/runtime/host/index.ts';
import {
  defineEffect,
  type Finisher,
  Run,
  type RunBody,
  type RunDeps,
  runIndex,
} from '../src/runtime/run/index.ts';
import { openStore, type Store } from '../src/store/index.ts';

const ROUNDS = 7;
const STEPS = 300;
const REPLAYED = 10_000;

const finish: Finisher = function* (_ctx, main) {
  yield* [];
  return { final: main, receipt: { status: 'settled', items: [] } };
};

const mutate = defineEffect(
  { name: 'bench.mutate', class: 'mutation', access: 'mutate', onUnknown: 'retry' },
  async (_env, n: number) => n,
);
const read = defineEffect(
  { name: 'bench.read', class: 'read', access: 'read' },
  (_env, n: number) => n,
);

function depsOf(store: Store): RunDeps {
  return {
    host: createNodeHost(),
    openStore: async () => store,
    finish,
    sink: { write: () => undefined },
  };
}

const SPEC = { pipeline: 'bench', origin: 'bench', program: null, version: '1', input: null };

/** Milliseconds per raw append + fdatasync. */
function raw(path: string): number {
  const file = openSync(path, 'a');
  const line = JSON.stringify({
    v: 1,
    seq: 1,
    kind: 'intent',
    task: 'task_root',
    text: 'x'.repeat(160),
  });
  const start = performance.now();
  for (let n = 0; n < STEPS; n += 1) {
    writeSync(file, line);
    fdatasyncSync(file);
  }
  const took = performance.now() - start;
  closeSync(file);
  return took / STEPS;
}

/** Milliseconds per mutation of a run. */
async function steps(store: Store): Promise<number> {
  const body: RunBody = function* (ctx) {
    for (let n = 0; n < STEPS; n += 1) yield* ctx.perform(mutate, [n]);
    return null;
  };
  const run = Run.create(depsOf(store), SPEC);
  const start = performance.now();
  const result = await run.begin(body);
  if (result.status !== 'settled') throw new Error(`the run is ${result.status}`);
  return (performance.now() - start) / STEPS;
}

const recorded: RunBody = function* (ctx) {
  for (let n = 0; n < REPLAYED; n += 1) yield* ctx.perform(read, [n]);
  return null;
};

/** Steps per second of a resumed run whose steps are all in its journal; reading the journal included. */
async function replay(store: Store): Promise<number> {
  const first = Run.create(depsOf(store), SPEC);
  let reached = 0;
  const parkAtEnd: RunBody = function* (ctx) {
    yield* recorded(ctx);
    reached = REPLAYED;
    return yield* ctx.block('the end', () => undefined);
  };
  const done = first.begin(parkAtEnd);
  first.core.scheduler.expectExternal(1);
  while (reached < REPLAYED) await new Promise((ok) => setImmediate(ok));
  await first.park('bench');
  await done;
  const start = performance.now();
  const again = await Run.resume(depsOf(store), store, first.id);
  const result = await again.begin(recorded);
  const took = performance.now() - start;
  if (result.status !== 'settled') throw new Error(`the replayed run is ${result.status}`);
  return REPLAYED / (took / 1000);
}

const dir = mkdtempSync(join(tmpdir(), 'harn-bench-'));
try {
  const store = await openStore({ url: join(dir, 'bench.sqlite'), projections: [runIndex] });
  const raws: number[] = [];
  const durable: number[] = [];
  const replays: number[] = [];
  await steps(store);
  for (let round = 0; round < ROUNDS; round += 1) {
    raws.push(raw(join(dir, 'raw')));
    durable.push(await steps(store));
    replays.push(await replay(store));
  }
  const base = median(raws);
  const step = median(durable);
  console.log(`${ROUNDS} interleaved rounds, Node ${process.version}, medians`);
  console.log(`raw append + fdatasync        ${base.toFixed(3)} ms`);
  console.log(
    `durable step of a run         ${step.toFixed(3)} ms   ${(step / base).toFixed(2)}x   (aim <= 2x)`,
  );
  console.log(
    `replay of ${REPLAYED} steps       ${Math.round(median(replays)).toLocaleString('en')} steps/s   (aim >= 100,000)`,
  );
  await store.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
