// What every store backend must do. `storeContract(backend)` registers the cases; a backend passes by opening fresh
// stores and, when it is durable, opening the same place again.
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/base/index.ts';
import type { Store } from '../../src/store/index.ts';
import {
  alice,
  type ContractBackend,
  type ContractOptions,
  codeOf,
  type Open,
  refused,
} from './contract-backend.ts';
import { blobAndCursorCases, leaseCases, timerCases } from './contract-claims.ts';
import { deletionCases, lengths } from './contract-deletion.ts';
import { eventCases, subscriptionCases, transactionCases } from './contract-events.ts';
import {
  counters,
  foldByHand,
  history,
  keptRows,
  play,
  projectionCases,
  queryCases,
  shortRowCases,
} from './contract-rows.ts';

/** Registers the cases for one backend. */
export function storeContract(backend: ContractBackend): void {
  const opened: Store[] = [];
  async function open(options: ContractOptions = {}): Promise<Store> {
    const store = await backend.open(options);
    opened.push(store);
    return store;
  }
  describe(`store contract: ${backend.name}`, () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
    });
    eventCases(open);
    transactionCases(open);
    subscriptionCases(open);
    projectionCases(open);
    queryCases(open);
    shortRowCases(open);
    timerCases(open);
    leaseCases(open);
    blobAndCursorCases(open);
    deletionCases(open);
    closingCases(open);
    if (backend.reopen !== undefined) durableCases(backend, open, backend.reopen);
  });
}

function closingCases(open: Open): void {
  it('commits what is queued before it closes and refuses everything after', async () => {
    const store = await open({ projections: [counters] });
    const queued = store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 }));
    const closing = store.close();
    expect((await queued).appends[0]?.id).toBe(1);
    await closing;
    await store.close();
    const closed = refused('closed');
    expect(await codeOf(store.tx(() => undefined))).toBe(closed);
    expect(await codeOf(store.read('a'))).toBe(closed);
    expect(await codeOf(store.rows(counters))).toBe(closed);
    expect(await codeOf(store.acquireLease('a', alice))).toBe(closed);
    expect(await codeOf(store.describe())).toBe(closed);
    await store.flush();
    await store.waitForChange(store.changeMark());
  });
}

function durableCases(
  backend: ContractBackend,
  open: Open,
  reopen: NonNullable<ContractBackend['reopen']>,
): void {
  it('finds everything again after closing and opening', async () => {
    const clock = new ManualClock(5_000);
    const before = await open({ clock, projections: [counters] });
    let hash = '';
    await before.tx((tx) => {
      tx.append('n.a', { kind: 'add', payload: { key: 'x', n: 4, tag: 'é' }, key: 'once' });
      tx.putTimer({ id: 't', dueMs: 9, ref: 'r', payload: [1] });
      tx.setCursor('n.a', 'me', 1);
      hash = tx.putBlob(new Uint8Array([1, 2, 3]));
    });
    const lease = await before.acquireLease('run', alice, { ttlMs: 50 });
    const events = await before.read('n.a');
    const store = await reopen(before, { clock, projections: [counters] });
    try {
      expect(await store.read('n.a')).toEqual(events);
      expect(await store.row(counters, 'x')).toEqual({ count: 1, sum: 4, last: 'é' });
      expect(await store.timer('t')).toEqual({ id: 't', dueMs: 9, ref: 'r', payload: [1] });
      expect(await store.cursor('n.a', 'me')).toBe(1);
      expect(await store.getBlob(hash)).toEqual(new Uint8Array([1, 2, 3]));
      expect(await store.lease('run')).toEqual({ ...lease, status: 'held' });
      const again = await store.tx((tx) => {
        tx.append('n.a', { kind: 'add', payload: null, key: 'once' });
        tx.append('n.a', { kind: 'skip', payload: null });
      });
      expect(again.appends.map(({ id }) => id)).toEqual([1, 2]);
    } finally {
      await store.close();
    }
  });

  it('takes out of rows what was deleted while nobody kept the projection', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, history, async (known, unknown, after) => {
        const first = await backend.open({ projections: [counters, lengths] });
        await play(first, known);
        const second = await reopen(first, {});
        await play(second, unknown);
        await second.tx((tx) => tx.deleteTopics('n.a', 'unrelated'));
        await play(second, after);
        const third = await reopen(second, { projections: [counters, lengths] });
        try {
          expect(await keptRows(third)).toEqual(await foldByHand(third));
          const left = (await third.topics('n.')).map((topic) => topic.slice(2));
          expect((await third.rows(lengths)).map(({ key }) => key)).toEqual(left);
        } finally {
          await third.close();
        }
      }),
      { numRuns: 8 },
    );
  });

  it('folds what was appended while nobody kept the projection, once', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, history, async (known, unknown, after) => {
        const first = await backend.open({ projections: [counters] });
        await play(first, known);
        const second = await reopen(first, {});
        await play(second, unknown);
        const third = await reopen(second, { projections: [counters] });
        try {
          await play(third, after);
          expect(await keptRows(third)).toEqual(await foldByHand(third));
        } finally {
          await third.close();
        }
      }),
      { numRuns: 8 },
    );
  });
}
