// Stores that stop their program: in this process; being killed for real is proved in test/crash.
import { describe, expect, it } from 'vitest';
import { openMemoryStore, stopAfterCommits, watchCommits } from './index.ts';

const note = { kind: 'noted', payload: null };
const holder = { host: 'a', bootId: 'b', pid: 1, startTime: '1' };

/** Resolves with the word when the promise has not settled after a turn of the event loop. */
async function settledOrNot(promise: Promise<unknown>): Promise<string> {
  const silent = new Promise<string>((resolve) => setImmediate(() => resolve('silent')));
  return Promise.race([promise.then(() => 'answered'), silent]);
}

describe('a store whose commits are watched', () => {
  it('numbers every write, leases included, and leaves reads alone', async () => {
    const seen: string[] = [];
    const store = watchCommits(await openMemoryStore(), {
      before: (n) => seen.push(`before ${n}`) > 0,
      after: (n) => seen.push(`after ${n}`) > 0,
    });
    const lease = await store.acquireLease('run', holder);
    await store.tx((tx) => tx.append('a', note));
    expect(await store.latest('a')).toBe(1);
    expect(await store.releaseLease(lease)).toBe(true);
    expect(seen).toEqual([1, 2, 3].flatMap((n) => [`before ${n}`, `after ${n}`]));
    await store.close();
  });

  it('stopped after n commits, keeps those and answers none that come later', async () => {
    const inner = await openMemoryStore();
    let stops = 0;
    const store = stopAfterCommits(inner, 2, () => {
      stops += 1;
    });
    const writes = [1, 2, 3, 4].map(() => store.tx((tx) => tx.append('a', note)));
    expect(await Promise.all(writes.map(settledOrNot))).toEqual([
      'answered',
      'answered',
      'silent',
      'silent',
    ]);
    expect(stops).toBe(1);
    expect(await inner.latest('a')).toBe(2);
    await inner.close();
  });

  it('keeps the answer to a durable write when its caller must not learn of it', async () => {
    const inner = await openMemoryStore();
    const store = watchCommits(inner, { after: () => false });
    expect(await settledOrNot(store.tx((tx) => tx.append('a', note)))).toBe('silent');
    expect(await inner.latest('a')).toBe(1);
    await inner.close();
  });
});
