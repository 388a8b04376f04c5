// Question: what does a durable append cost beside the disk itself? Compares the SQLite store with a raw append +
// fdatasync on the same file system in the same run, interleaved, medians of several rounds.
// Aims: single append <= 2x raw; 64 concurrent >= 50,000 events/s; scan >= 300,000 rows/s.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineProjection, openStore, type Store } from '../src/store/index.ts';

const ROUNDS = 5;
const SINGLE = 400;
const CONCURRENT = 64;
const GROUPS = 150;
const SCANNED = 100_000;

/** Medians of one run. */
export interface StoreAppendResult {
  readonly rawMs: number;
  readonly singleMs: number;
  /** Single durable append over raw append + fdatasync. */
  readonly ratio: number;
  readonly groupedPerSecond: number;
  readonly groupedWithProjectionPerSecond: number;
  readonly scannedPerSecond: number;
}

const payload = { v: 1, text: 'x'.repeat(240), n: 42, list: [1, 2, 3], nested: { a: true } };

type Count = { readonly count: number };
const counts = defineProjection<Count>({
  name: 'bench.counts',
  version: 1,
  topics: ['bench'],
  columns: { count: 'number' },
  keyOf: (event) => event.kind,
  fold: (row) => ({ count: (row?.count ?? 0) + 1 }),
});

/** Milliseconds per raw append of the same bytes. */
function raw(path: string): number {
  const file = openSync(path, 'a');
  const line = JSON.stringify({ topic: 'bench', kind: 'k', payload });
  const start = performance.now();
  for (let n = 0; n < SINGLE; n += 1) {
    writeSync(file, line);
    fdatasyncSync(file);
  }
  const took = performance.now() - start;
  closeSync(file);
  return took / SINGLE;
}

/** Milliseconds per awaited append, the next id expected as a journal does. */
async function single(store: Store, topic: string): Promise<number> {
  const start = performance.now();
  for (let n = 1; n <= SINGLE; n += 1) {
    await store.tx((tx) => tx.append(topic, { kind: 'k', payload }, { expectedNext: n }));
  }
  return (performance.now() - start) / SINGLE;
}

/** Events per second with many appenders at once. */
async function grouped(store: Store, topic: string): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < GROUPS; n += 1) {
    const group = Array.from({ length: CONCURRENT }, () =>
      store.tx((tx) => tx.append(topic, { kind: 'k', payload })),
    );
    await Promise.all(group);
  }
  return (GROUPS * CONCURRENT) / ((performance.now() - start) / 1_000);
}

/** Events per second, read, verified and parsed. */
async function scanned(store: Store, topic: string): Promise<number> {
  let from = 0;
  const start = performance.now();
  for (;;) {
    const page = await store.read(topic, { from, limit: 500 });
    from = page.at(-1)?.id ?? from;
    if (page.length < 500) break;
  }
  return from / ((performance.now() - start) / 1_000);
}

async function fill(store: Store, topic: string): Promise<void> {
  for (let n = 0; n < SCANNED; n += 1_000) {
    await store.tx((tx) => {
      for (let i = 0; i < 1_000; i += 1) tx.append(topic, { kind: 'k', payload });
    });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

/** Measures everything once. */
export async function run(): Promise<StoreAppendResult> {
  const directory = mkdtempSync(join(tmpdir(), 'harn-bench-'));
  const plain = await openStore(join(directory, 'plain.sqlite'));
  const projected = await openStore({
    url: join(directory, 'projected.sqlite'),
    projections: [counts],
  });
  try {
    await fill(plain, 'scan');
    const samples: number[][] = [[], [], [], [], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const values = [
        raw(join(directory, 'raw')),
        await single(plain, `single.${round}`),
        await grouped(plain, 'grouped'),
        await grouped(projected, 'bench'),
        await scanned(plain, 'scan'),
      ];
      // The first round warms up.
      if (round > 0) for (const [i, value] of values.entries()) samples[i]?.push(value);
    }
    const [rawMs, singleMs, groupedPerSecond, groupedWithProjectionPerSecond, scannedPerSecond] =
      samples.map(median) as [number, number, number, number, number];
    return {
      rawMs,
      singleMs,
      ratio: singleMs / rawMs,
      groupedPerSecond,
      groupedWithProjectionPerSecond,
      scannedPerSecond,
    };
  } finally {
    await plain.close();
    await projected.close();
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await run();
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  console.log(`raw append + fdatasync      ${result.rawMs.toFixed(3)} ms`);
  console.log(`store, one durable append   ${result.singleMs.toFixed(3)} ms`);
  console.log(`ratio                       ${result.ratio.toFixed(2)}`);
  console.log(`store, 64 concurrent        ${whole(result.groupedPerSecond)} events/s`);
  console.log(
    `  the same with projection  ${whole(result.groupedWithProjectionPerSecond)} events/s`,
  );
  console.log(`store, scan                 ${whole(result.scannedPerSecond)} rows/s`);
}
