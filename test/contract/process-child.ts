// A process of its own for store-processes.test.ts: does one thing with a store and reports each durable step as a line
// of JSON on stdout. Arguments: the database, the mode, then what the mode takes.
import { hostname } from 'node:os';
import type { Json } from '../../src/base/index.ts';
import { type Holder, openStore, type Store } from '../../src/store/index.ts';
import { countByWriter } from './process-projection.ts';

const [path, mode, ...args] = process.argv.slice(2) as [string, string, ...string[]];

function report(line: Json): void {
  // Not `writeSync`, which fails when the reader is slow and the pipe is full. What is still queued at a kill was durable
  // and goes unreported, which the tests allow.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Appends groups of concurrent transactions to shared topics; `count` 0 means until killed. */
async function append(store: Store, writer: string, count: number): Promise<void> {
  const last = count === 0 ? Number.POSITIVE_INFINITY : count;
  for (let n = 0; n < last; ) {
    const group = Array.from({ length: Math.min(1 + (n % 4), last - n) }, () => {
      n += 1;
      const payload = { writer, n };
      return store
        .tx((tx) => {
          tx.append('shared.one', { kind: 'written', payload });
          tx.append(`shared.${writer}`, { kind: 'written', payload });
          tx.append('shared.two', { kind: 'written', payload, key: `${n}` });
        })
        .then(({ appends }) => report({ n, ids: appends.map(({ id }) => id) }));
    });
    await Promise.all(group);
  }
}

/** Takes the lease and keeps it until killed. */
async function hold(store: Store): Promise<void> {
  const holder: Holder = { host: hostname(), bootId: 'test', pid: process.pid, startTime: '1' };
  const lease = await store.acquireLease('run', holder);
  report({ epoch: lease.epoch, holder });
  await store.waitForChange(Number.NaN);
  for await (const _event of store.subscribe('never')) break;
}

async function main(): Promise<void> {
  const projections = args.includes('project') ? [countByWriter] : [];
  const store = await openStore({ url: path, projections });
  if (mode === 'hold') await hold(store);
  else await append(store, args[0] ?? 'w', Number(args[1] ?? 0));
  await store.close();
}

await main();
