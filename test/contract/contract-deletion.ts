// Contract cases about deletion: whole topics go with everything that hangs on them, or nothing does.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../../src/base/index.ts';
import { defineProjection, type Projection, type Store } from '../../src/store/index.ts';
import { alice, bob, codeOf, type Open, refused } from './contract-backend.ts';
import { counters, foldByHand, history, keptRows, play } from './contract-rows.ts';

type Length = { events: number };
/** One row per topic: what a list of runs is made like. */
export const lengths: Projection<Length> = defineProjection<Length>({
  name: 'contract.lengths',
  version: 1,
  topics: ['n.*'],
  rowOfTopic: (topic) => topic.slice(2),
  keyOf: (event) => event.topic.slice(2),
  fold: (row) => ({ events: (row?.events ?? 0) + 1 }),
});

const add = (key: string, n = 1) => ({ kind: 'add', payload: { key, n, tag: null } });
const bytes = (n: number) => new Uint8Array([n, n, n]);

export function deletionCases(open: Open): void {
  topicCases(open);
  belongingsCases(open);
  rowCases(open);
  nameCases(open);
}

/** A name is a topic whose first event only one can write: what starts under an id of the caller's stand on. */
function nameCases(open: Open): void {
  it('gives a name to one of many who take it, with the rest of its transaction, until it is deleted', async () => {
    const store = await open();
    const take = (who: string) =>
      store.tx((tx) => {
        tx.append('names.n', { kind: 'taken', payload: who }, { expectedNext: 1 });
        tx.append(`works.${who}`, { kind: 'begun', payload: null }, { expectedNext: 1 });
      });
    const settled = await Promise.allSettled(['a', 'b', 'c'].map(take));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await store.topics('works.')).toEqual(['works.a']);
    await store.tx((tx) => tx.deleteTopics('names.n', 'works.a'));
    await take('d');
    expect(await store.read('names.n')).toMatchObject([{ id: 1, payload: 'd' }]);
    expect(await codeOf(take('e'))).toBe(refused('positionMismatch'));
    expect(await store.topics('works.')).toEqual(['works.d']);
  });
}

function topicCases(open: Open): void {
  it('deletes a topic with its events, keys and consumers, and leaves the others alone', async () => {
    const store = await open();
    await store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 1, key: 'once' });
      tx.append('b', { kind: 'k', payload: 2, key: 'once' });
      tx.append('a', { kind: 'k', payload: 3 });
      tx.setCursor('a', 'me', 2);
      tx.setCursor('b', 'me', 1);
    });
    const others = await store.read('b');
    await store.tx((tx) => tx.deleteTopics('a', 'never.there'));
    expect(await store.read('a')).toEqual([]);
    expect(await store.latest('a')).toBeUndefined();
    expect(await store.readByKey('a', 'once')).toBeUndefined();
    expect(await store.cursor('a', 'me')).toBe(0);
    expect(await store.read('b')).toEqual(others);
    expect(await store.cursor('b', 'me')).toBe(1);
    expect(await store.topics()).toEqual(['b', 'store.deletions']);
    expect((await store.readAll()).map(({ topic, pos }) => [topic, pos])).toEqual([
      ['b', 2],
      ['store.deletions', 4],
    ]);
  });

  it('never gives a position twice, also when the newest events were deleted', async () => {
    const store = await open();
    await store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 1 });
      tx.append('b', { kind: 'k', payload: 2 });
    });
    await store.tx((tx) => tx.deleteTopics('b'));
    await store.tx((tx) => tx.append('c', { kind: 'k', payload: 3 }));
    const [event] = await store.read('c');
    expect(event?.pos).toBe(4);
    expect((await store.readAll({ fromPos: 3 })).map(({ topic }) => topic)).toEqual(['c']);
  });

  it('says nothing when there was nothing to delete', async () => {
    const store = await open();
    await store.tx((tx) => tx.deleteTopics('a', 'b'));
    expect(await store.topics()).toEqual([]);
    expect(await codeOf(store.tx((tx) => tx.deleteTopics('a b')))).toBe(refused('invalidTopic'));
  });

  it('undoes a deletion with the transaction it stands in', async () => {
    const store = await open({ projections: [counters, lengths] });
    await store.tx((tx) => {
      tx.append('n.a', add('x'));
      tx.append('n.b', add('x'));
      tx.putTimer({ id: 't', dueMs: 1, ref: 'r', payload: null });
    });
    const lease = await store.acquireLease('l', alice);
    let hash = '';
    await store.tx((tx) => {
      hash = tx.putBlob(bytes(1), { topic: 'n.a' });
    });
    const before = [await store.readAll(), await keptRows(store), await store.rows(lengths)];
    const refusedTx = store.tx((tx) => {
      tx.fence(lease);
      tx.deleteTopics('n.a', 'n.b');
      tx.deleteTimersOf('r');
      tx.forgetLease(lease);
      tx.deleteTimer('no such timer', { mustExist: true });
    });
    const neighbour = store.tx((tx) => tx.append('other', { kind: 'k', payload: 1 }));
    expect(await codeOf(refusedTx)).toBe(refused('timerGone'));
    await neighbour;
    expect([
      (await store.readAll()).filter(({ topic }) => topic !== 'other'),
      await keptRows(store),
      await store.rows(lengths),
    ]).toEqual(before);
    expect(await store.timer('t')).toBeDefined();
    expect((await store.lease('l'))?.status).toBe('held');
    expect(await store.getBlob(hash)).toEqual(bytes(1));
  });
}

function belongingsCases(open: Open): void {
  it('keeps a blob until the last topic it belongs to is deleted', async () => {
    const store = await open();
    const hashes: string[] = [];
    await store.tx((tx) => {
      for (const topic of ['a', 'b', 'c']) tx.append(topic, { kind: 'k', payload: null });
      hashes.push(tx.putBlob(bytes(1), { topic: 'a' }));
      tx.putBlob(bytes(1), { topic: 'b' });
      hashes.push(tx.putBlob(bytes(2), { topic: 'a' }));
      tx.keepBlob(hashes[1] as string, 'c');
      hashes.push(tx.putBlob(bytes(3), { topic: 'a' }));
      hashes.push(tx.putBlob(bytes(4), { topic: 'a' }));
      tx.putBlob(bytes(4));
    });
    const there = () => Promise.all(hashes.map((hash) => store.hasBlob(hash)));
    await store.tx((tx) => tx.deleteTopics('a'));
    expect(await there()).toEqual([true, true, false, true]);
    await store.tx((tx) => tx.deleteTopics('b', 'c'));
    expect(await there()).toEqual([false, false, false, true]);
    await store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: null });
      tx.putBlob(bytes(3), { topic: 'a' });
    });
    expect(await there()).toEqual([false, false, true, true]);
  });

  it('removes the timers of a reference, and a lease of ours only', async () => {
    const store = await open();
    await store.tx((tx) => {
      tx.putTimer({ id: '1', dueMs: 1, ref: 'gone', payload: null });
      tx.putTimer({ id: '2', dueMs: 2, ref: 'stays', payload: null });
      tx.putTimer({ id: '3', dueMs: 3, ref: 'gone', payload: null });
    });
    await store.tx((tx) => tx.deleteTimersOf('gone'));
    expect((await store.dueTimers(10)).map(({ id }) => id)).toEqual(['2']);
    const old = await store.acquireLease('l', alice);
    const lease = await store.acquireLease('l', bob, { force: true });
    expect(await codeOf(store.tx((tx) => tx.forgetLease(old)))).toBe(refused('fenced'));
    await store.tx((tx) => tx.forgetLease(lease));
    expect(await store.lease('l')).toBeUndefined();
    expect(await codeOf(store.tx((tx) => tx.fence(lease)))).toBe(refused('fenced'));
  });
}

function rowCases(open: Open): void {
  it('keeps rows equal to the fold of what is left, after any history with deletions', async () => {
    const deletion = fc.subarray(['n.a', 'n.b', 'extra', 'unrelated'], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(history, deletion, history, async (before, topics, after) => {
        const store = await open({ projections: [counters, lengths] });
        await play(store, before);
        await Promise.all([
          store.tx((tx) => tx.append('n.c', add('k1'))),
          store.tx((tx) => tx.deleteTopics(...topics)),
          store.tx((tx) => tx.append('n.c', add('k2'))),
        ]);
        expect(await keptRows(store)).toEqual(await foldByHand(store));
        expect(await lengthsOf(store)).toEqual(await lengthsByHand(store));
        await play(store, after);
        expect(await keptRows(store)).toEqual(await foldByHand(store));
        expect(await lengthsOf(store)).toEqual(await lengthsByHand(store));
      }),
      { numRuns: 20 },
    );
  });

  it('gives space back, or has none to give', async () => {
    const store = await open();
    // Hashes: a backend may keep what repeats itself in less room.
    const payload = (n: number) =>
      Array.from({ length: 16 }, (_, i) => sha256(`${n} ${i}`)).join('');
    await store.tx((tx) => {
      for (let n = 0; n < 2_000; n += 1) tx.append('a', { kind: 'k', payload: payload(n) });
      tx.append('b', { kind: 'k', payload: 1 });
    });
    await store.compact();
    const full = (await store.describe()).sizeBytes;
    await store.tx((tx) => tx.deleteTopics('a'));
    const { freedBytes } = await store.compact();
    const { sizeBytes } = await store.describe();
    expect(full - sizeBytes).toBeGreaterThanOrEqual(Math.floor(full * 0.8));
    expect(freedBytes).toBeGreaterThanOrEqual(full - sizeBytes);
    expect((await store.read('b'))[0]?.payload).toBe(1);
    expect(await store.compact()).toEqual({ freedBytes: 0 });
  });
}

async function lengthsOf(store: Store): Promise<{ [topic: string]: number }> {
  const rows = await store.rows(lengths);
  return Object.fromEntries(rows.map(({ key, row }) => [key, row.events]));
}

async function lengthsByHand(store: Store): Promise<{ [topic: string]: number }> {
  const topics = await store.topics('n.');
  const all = await Promise.all(
    topics.map(async (t) => [t.slice(2), (await store.read(t)).length]),
  );
  return Object.fromEntries(all);
}
