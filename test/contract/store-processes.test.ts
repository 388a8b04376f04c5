// Several processes on one SQLite file: nothing is lost, doubled or reordered, whoever is killed and whenever.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Holder, openStore, type Store } from '../../src/store/index.ts';
import { codeOf, refused } from './contract-backend.ts';
import { countByWriter } from './process-projection.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
// Inside the repository, so that the child finds the SQLite driver.
const bundles = join(here, '../../node_modules/.cache/harn-test');
const bundle = join(bundles, `store-child-${process.pid}.mjs`);
const directory = mkdtempSync(join(tmpdir(), 'harn-processes-'));
const children: ChildProcess[] = [];
let files = 0;

beforeAll(async () => {
  mkdirSync(bundles, { recursive: true });
  await build({
    entryPoints: [join(here, 'process-child.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  rmSync(bundle, { force: true });
});

function newPath(): string {
  files += 1;
  return join(directory, `${files}`, 'harn.sqlite');
}

interface Running {
  readonly child: ChildProcess;
  /** What it has reported so far. */
  readonly lines: { n: number; ids: number[] }[];
  /** Resolves when it has reported so many lines. */
  reported(count: number): Promise<void>;
  /** Resolves at its end with what stopped it, and its complaints. */
  readonly ended: Promise<{ code: number | null; signal: string | null; stderr: string }>;
}

function start(path: string, ...args: string[]): Running {
  const child = spawn(process.execPath, [bundle, path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: Running['lines'] = [];
  const watchers = new Set<() => void>();
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    if (!line.endsWith('}')) return; // cut off by the kill
    lines.push(JSON.parse(line));
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  const reported = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => lines.length >= count && resolve();
      watchers.add(look);
      void ended.then(({ stderr: why }) => reject(new Error(`ended too early: ${why}`)));
      look();
    });
  return { child, lines, reported, ended };
}

async function wholeTopic(store: Store, topic: string) {
  return store.read(topic, { limit: 1_000_000 });
}

/** Per writer, the sequence numbers in the order of the topic. */
async function writtenBy(store: Store, topic: string): Promise<Map<string, number[]>> {
  const written = new Map<string, number[]>();
  for (const { payload } of await wholeTopic(store, topic)) {
    const { writer, n } = payload as { writer: string; n: number };
    written.set(writer, [...(written.get(writer) ?? []), n]);
  }
  return written;
}

const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('several processes on one store', () => {
  it('create it together and append without loss: ids dense and unique, order kept', async () => {
    const path = newPath();
    const writers = ['a', 'b', 'c'].map((name) => start(path, 'append', name, '200'));
    for (const { ended } of writers)
      expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
    const store = await openStore(path);
    const shared = await wholeTopic(store, 'shared.one');
    expect(shared.map((event) => event.id)).toEqual(oneTo(600));
    const written = await writtenBy(store, 'shared.one');
    for (const name of ['a', 'b', 'c']) {
      expect(written.get(name)).toEqual(oneTo(200));
      expect(await store.latest(`shared.${name}`)).toBe(200);
    }
    const reportedIds = writers.flatMap(({ lines }) => lines.map(({ ids }) => ids[0]));
    expect(new Set(reportedIds).size).toBe(600);
    // One key per number: the first writer of each wins, the others are told its id.
    expect((await wholeTopic(store, 'shared.two')).map((event) => event.id)).toEqual(oneTo(200));
    await store.close();
  });

  it('keep everything reported and a whole prefix of the rest when one is killed', async () => {
    const path = newPath();
    const victim = start(path, 'append', 'victim');
    await victim.reported(40);
    const survivor = start(path, 'append', 'survivor', '100');
    await survivor.reported(5);
    victim.child.kill('SIGKILL');
    expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL', stderr: '' });
    expect(await survivor.ended).toEqual({ code: 0, signal: null, stderr: '' });
    const store = await openStore(path);
    const written = await writtenBy(store, 'shared.one');
    const kept = written.get('victim') ?? [];
    expect(kept).toEqual(oneTo(kept.length));
    expect(kept.length).toBeGreaterThanOrEqual(victim.lines.length);
    expect(written.get('survivor')).toEqual(oneTo(100));
    expect(await store.latest('shared.victim')).toBe(kept.length);
    const { appends } = await store.tx((tx) =>
      tx.append('shared.one', { kind: 'written', payload: { writer: 'test', n: 1 } }),
    );
    expect(appends[0]?.id).toBe(kept.length + 101);
    await store.close();
  });

  it('follow each other: a subscription sees what another process appends', async () => {
    const path = newPath();
    const store = await openStore({ url: path, pollMs: 1 });
    const stop = new AbortController();
    const seen: number[] = [];
    const writer = start(path, 'append', 'w', '50');
    for await (const event of store.subscribe('shared.w', { signal: stop.signal })) {
      seen.push(event.id);
      if (event.id === 50) stop.abort();
    }
    expect(seen).toEqual(oneTo(50));
    expect((await writer.ended).code).toBe(0);
    await store.close();
  });

  it('keep projections right although some of them do not know them', async () => {
    const path = newPath();
    const writers = [
      start(path, 'append', 'knowing', '150', 'project'),
      start(path, 'append', 'ignorant', '150'),
      start(path, 'append', 'also-knowing', '150', 'project'),
    ];
    const store = await openStore({ url: path, projections: [countByWriter] });
    await writers[1]?.reported(10);
    await store.rows(countByWriter);
    for (const { ended } of writers) expect((await ended).stderr).toBe('');
    const rows = await store.rows(countByWriter, { orderBy: ['count'] });
    const sums = new Map<string, number>();
    for (const { id, payload } of await wholeTopic(store, 'shared.one')) {
      const { writer } = payload as { writer: string };
      sums.set(writer, (sums.get(writer) ?? 0) + id);
    }
    expect(rows.map(({ key, row }) => [key, row.count, row.ids])).toEqual(
      [...sums.keys()].sort().map((writer) => [writer, 150, sums.get(writer)]),
    );
    await store.close();
  });

  it('hand a lease over at once when its holder is killed, and fence its late writes', async () => {
    const path = newPath();
    const first = start(path, 'hold');
    await first.reported(1);
    const { holder } = first.lines[0] as unknown as { holder: Holder };
    const store = await openStore(path);
    const me: Holder = { ...holder, pid: process.pid };
    const isAlive = ({ pid }: Holder) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    const refusal = store.acquireLease('run', me, { isAlive });
    await expect(refusal).rejects.toMatchObject({
      code: refused('leaseHeld'),
      data: { pid: holder.pid },
    });
    first.child.kill('SIGKILL');
    await first.ended;
    const lease = await store.acquireLease('run', me, { isAlive });
    expect(lease.epoch).toBe(2);
    const late = store.tx((tx) => {
      tx.fence({ name: 'run', epoch: 1, holder, expiresAtMs: undefined });
      tx.append('runs.x', { kind: 'late', payload: null });
    });
    expect(await codeOf(late)).toBe(refused('fenced'));
    await store.close();
  });

  it('let exactly one of several takers have a dead lease', async () => {
    const path = newPath();
    const stores = await Promise.all(oneTo(4).map(() => openStore(path)));
    const results = await Promise.allSettled(
      stores.map((store, pid) =>
        store.acquireLease('run', { host: 'h', bootId: 'b', pid, startTime: '' }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const store of stores) await store.close();
  });
});
