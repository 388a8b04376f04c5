// Questions: what does a parked worker cost, and does that depend on how many there are? Sub-agents take a turn and are
// suspended, on SQLite, safe against power loss; stores of 100, 1,000 and 10,000 of them are measured beside each
// other. Parking: milliseconds beside a raw append + fdatasync of the bytes it added. At rest: bytes on disk each. A
// fresh process: what listing all of them, and resuming one, takes beyond a process that only opens the store, and
// the memory it needs. Warm: suspended -> answered -> result in one process.
// Aims: <= 2 kB each; <= 120 MB and the same time for any number; <= 20 ms beyond start-up; <= 2 ms warm.
// Usage: npm run bench -- parked-workers [most workers] [rounds]
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../src/base/index.ts';
import { type Harness, pipeline } from '../src/runtime/harness/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../src/runtime/index.ts';
import { listWorkers, workerTopic } from '../src/runtime/work/index.ts';
import { openStore, type Store } from '../src/store/index.ts';

const [mode = '10000', ...rest] = process.argv.slice(2);
const PER_RUN = 100;
const LANES = 20;
const SAMPLE = 30;

const quiet = { write: () => undefined };
/** Waits at its checkpoint and answers what it was told. */
const bodyOf = async (harness: Harness) => {
  const told = (await harness.agent.workerCheckpoint()) as { readonly input: Json };
  return told.input;
};

const open = (path: string) => openStore({ url: path, projections: RUNTIME_PROJECTIONS });

/** A sub-agent that has taken one turn and is suspended. */
async function park(harness: Harness, n: number): Promise<string> {
  const options = { background: true, persistent: true };
  const worker = (await harness.agent.subAgentRun(`Investigate ticket ${n}`, options)) as {
    readonly id: string;
  };
  await harness.agent.workerSuspend(worker.id, 'waiting for approval');
  const { status } = await harness.agent.workerWait(worker.id);
  if (status !== 'suspended') throw new Error(`worker ${n} is ${String(status)}`);
  return worker.id;
}

interface Range {
  readonly from: number;
  readonly count: number;
  readonly lanes: number;
}

/** Parks workers; its run lets go of them when it ends. */
const parkMany = pipeline('park', async (harness: Harness, { from, count, lanes }: Range) => {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  await harness.parallel(numbers, (lane, n) => park(lane, n), { maxConcurrent: lanes });
  return null;
});

const resumeOne = pipeline('resume', async (harness: Harness, id: string) => {
  // The turn that follows is its last: a session that is not persistent ends with the model's answer.
  await harness.agent.workerResume(id, 'approved');
  await harness.agent.workerSuspend(id, 'again');
  return (await harness.agent.workerWait(id))['status'] ?? null;
});

/** Milliseconds of: suspended (to the answer of the call that waits for it), and answered (to the result). */
const warm = pipeline('warm', async (harness: Harness, count: number) => {
  const times: number[][] = [];
  for (let n = 0; n < count; n += 1) {
    const config = { name: 'w', task: 'wait', mode: 'function' };
    const { id } = (await harness.agent.workerSpawn(config, bodyOf)) as { readonly id: string };
    const start = performance.now();
    await harness.agent.workerSuspend(id, 'approve?');
    await harness.agent.workerWait(id);
    const parked = performance.now();
    await harness.agent.workerResume(id, 'approved');
    const { result } = await harness.agent.workerWait(id);
    times.push([parked - start, performance.now() - parked]);
    if (result !== 'approved') throw new Error(`the answer was ${JSON.stringify(result)}`);
  }
  return times;
});

async function settle<I, O>(store: Store, p: unknown, input: I): Promise<O> {
  const one = p as Parameters<typeof createRuntime>[0]['pipelines'][number];
  const runtime = createRuntime({ store, pipelines: [one], sink: quiet });
  const result = await runtime.start(one as never, input as never).done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return result.returned as O;
}

function bytesIn(dir: string): { readonly store: number; readonly files: number } {
  const total = { store: 0, files: 0 };
  for (const name of readdirSync(dir, { recursive: true }) as string[]) {
    const stat = statSync(join(dir, name));
    if (!stat.isFile() || name.endsWith('-shm')) continue;
    if (name.startsWith('store')) total.store += stat.size;
    // What a small file takes is whole blocks.
    else total.files += stat.blocks * 512;
  }
  return total;
}

/** Milliseconds of one raw append + fdatasync of so many bytes. */
function raw(path: string, bytes: number): number {
  const file = openSync(path, 'a');
  const data = Buffer.alloc(bytes, 'x');
  const start = performance.now();
  for (let n = 0; n < SAMPLE; n += 1) {
    writeSync(file, data);
    fdatasyncSync(file);
  }
  const took = performance.now() - start;
  closeSync(file);
  return took / SAMPLE;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** What a fresh process does; its answer goes to stdout. */
async function fresh(what: string, dir: string, argument: string | undefined): Promise<void> {
  process.chdir(dir);
  const store = await open(join(dir, 'store.sqlite'));
  const start = performance.now();
  let answer: Json = null;
  if (what === 'list') {
    answer = (await listWorkers(store, { status: 'suspended', limit: 100_000 })).length;
  } else if (what === 'page') answer = (await listWorkers(store, { status: 'suspended' })).length;
  else if (what === 'resume') answer = await settle(store, resumeOne, argument);
  const tookMs = performance.now() - start;
  const rss = process.memoryUsage().rss;
  await store.close();
  process.stdout.write(JSON.stringify({ answer, tookMs, rss }));
}

interface Fresh {
  readonly wallMs: number;
  /** Of this, what came after the store was open. */
  readonly tookMs: number;
  readonly rss: number;
  readonly answer: Json;
}

function inFreshProcess(what: string, dir: string, argument = ''): Fresh {
  const script = process.argv[1] ?? '';
  const start = performance.now();
  const child = spawnSync(process.execPath, [script, what, dir, argument], { encoding: 'utf8' });
  const wallMs = performance.now() - start;
  if (child.status !== 0) throw new Error(`${what}: ${child.stderr}`);
  return { ...(JSON.parse(child.stdout) as Omit<Fresh, 'wallMs'>), wallMs };
}

interface Place {
  readonly count: number;
  readonly dir: string;
  readonly ids: string[];
}

/** A store of so many parked workers, made by runs of a hundred. */
async function fill(root: string, count: number): Promise<Place> {
  const dir = join(root, String(count));
  const path = join(dir, 'store.sqlite');
  const store = await open(path);
  process.chdir(dir);
  for (let from = 0; from < count; from += PER_RUN) {
    const range: Range = { from, count: Math.min(PER_RUN, count - from), lanes: LANES };
    await settle(store, parkMany, range);
  }
  const ids = (await listWorkers(store, { limit: 400 })).map(({ id }) => id);
  await store.close();
  return { count, dir, ids };
}

const number = (value: number, digits = 1) => value.toFixed(digits).padStart(9);
const line = (name: string, cells: readonly string[]) =>
  process.stdout.write(`${name.padEnd(36)}${cells.join('')}\n`);

/** Parking and answering in this process, beside the disk. */
async function inThisProcess(root: string, rounds: number): Promise<void> {
  const dir = join(root, 'warm');
  const store = await open(join(dir, 'store.sqlite'));
  process.chdir(dir);
  const times: { [k in 'park' | 'raw' | 'suspend' | 'answer']: number[] } = {
    park: [],
    raw: [],
    suspend: [],
    answer: [],
  };
  const one: Range = { from: 0, count: SAMPLE, lanes: 1 };
  await settle(store, parkMany, one);
  for (let round = 0; round < rounds; round += 1) {
    times.raw.push(raw(join(dir, 'raw'), 8_192));
    const start = performance.now();
    await settle(store, parkMany, { ...one, from: round * SAMPLE });
    times.park.push((performance.now() - start) / SAMPLE);
    const pairs = await settle<number, number[][]>(store, warm, SAMPLE);
    times.suspend.push(median(pairs.map(([ms]) => ms ?? Number.NaN)));
    times.answer.push(median(pairs.map(([, ms]) => ms ?? Number.NaN)));
  }
  const sizes = await store.read(workerTopic.name, { limit: 3 });
  await store.close();
  const base = median(times.raw);
  const beside = (ms: number) => `${number(ms, 2)} ms ${number(ms / base)}x`;
  line('raw append + fdatasync of 8 KiB', [beside(base)]);
  line('spawn, one turn, park, in sequence', [beside(median(times.park))]);
  line('suspend -> parked', [beside(median(times.suspend))]);
  line('answer -> result', [beside(median(times.answer)), '   (aim <= 2 ms)']);
  const facts = sizes.map(({ kind, payload }) => `${kind} ${JSON.stringify(payload).length}`);
  process.stdout.write(`bytes of a worker's facts: ${facts.join(', ')}\n\n`);
}

async function measure(most: number, rounds: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'harn-bench-'));
  try {
    process.stdout.write(`${rounds} interleaved rounds, Node ${process.version}, medians\n`);
    await inThisProcess(root, rounds);
    const sizes = [100, 1_000, 10_000].filter((size) => size <= most);
    const places: Place[] = [];
    for (const size of sizes) places.push(await fill(root, size));
    const whats = ['open', 'page', 'list', 'resume'] as const;
    const walls = places.map(() => new Map<string, Fresh[]>());
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, { dir, ids }] of places.entries()) {
        for (const what of whats) {
          const known = walls[at]?.get(what) ?? [];
          known.push(inFreshProcess(what, dir, ids[round]));
          walls[at]?.set(what, known);
        }
      }
    }
    line(
      'parked workers',
      places.map(({ count }) => String(count).padStart(9)),
    );
    const disk = places.map(({ dir, count }) => {
      const { store, files } = bytesIn(dir);
      return [store / count, files / count];
    });
    line(
      'bytes each, store',
      disk.map(([store]) => number(store ?? 0, 0)),
    );
    line(
      'bytes each, snapshot files',
      disk.map(([, files]) => number(files ?? 0, 0)),
    );
    const ms = (at: number, what: string, which: 'wallMs' | 'tookMs') =>
      number(median((walls[at]?.get(what) ?? []).map((one) => one[which])));
    const row = (name: string, what: string, which: 'wallMs' | 'tookMs') =>
      line(
        name,
        places.map((_, at) => ms(at, what, which)),
      );
    row('process that opens the store, ms', 'open', 'wallMs');
    row('  then listing 100 of them, ms', 'page', 'tookMs');
    row('  then listing all of them, ms', 'list', 'tookMs');
    row('  then resuming one to its turn, ms', 'resume', 'tookMs');
    const memory = (what: string) =>
      places.map((_, at) =>
        number(median((walls[at]?.get(what) ?? []).map(({ rss }) => rss)) / 1e6, 0),
      );
    line('memory of the opening process, MB', memory('open'));
    line('memory of the listing process, MB', memory('list'));
  } finally {
    process.chdir('/');
    rmSync(root, { recursive: true, force: true });
  }
}

if (['open', 'page', 'list', 'resume'].includes(mode)) {
  await fresh(mode, rest[0] ?? '', rest[1]);
} else await measure(Number(mode), Number(rest[0] ?? '7'));
