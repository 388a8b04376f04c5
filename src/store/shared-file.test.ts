// Two stores on one file, as two processes have it, with different ideas of the projections: neither may spoil the
// other's rows, and who is behind says so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { sto } from './errors.ts';
import { openStore } from './open.ts';
import { defineProjection, type Projection } from './projection.ts';
import type { Store } from './store.ts';

const directory = mkdtempSync(join(tmpdir(), 'harn-shared-'));
afterAll(() => rmSync(directory, { recursive: true }));
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
let files = 0;

async function openTwo(left: readonly Projection[], right: readonly Projection[]) {
  files += 1;
  const url = join(directory, `${files}.sqlite`);
  const a = await openStore({ url, projections: left });
  const b = await openStore({ url, projections: right });
  opened.push(a, b);
  return { a, b, url };
}

type Sum = { readonly sum: number };
const sums = (version: number, factor = 1): Projection<Sum> =>
  defineProjection<Sum>({
    name: 'shared.sums',
    version,
    topics: ['n'],
    columns: { sum: 'number' },
    keyOf: () => 'all',
    fold(row, event) {
      if (event.kind === 'poison') throw new Error('cannot take this');
      return { sum: (row?.sum ?? 0) + factor * Number(event.payload) };
    },
  });

const add = (store: Store, n: number, kind = 'add') =>
  store.tx((tx) => tx.append('n', { kind, payload: n }));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (HarnError.is(error)) return error.code;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('two stores on one file', () => {
  it('both keep the same projection without folding anything twice', async () => {
    const { a, b } = await openTwo([sums(1)], [sums(1)]);
    for (let n = 1; n <= 20; n += 1) await add(n % 3 === 0 ? a : b, 1);
    await Promise.all([add(a, 1), add(b, 1), add(a, 1), add(b, 1)]);
    expect(await a.row(sums(1), 'all')).toEqual({ sum: 24 });
    expect(await b.row(sums(1), 'all')).toEqual({ sum: 24 });
  });

  it('the one that knows a projection folds what the other appended, before it reads', async () => {
    const { a, b } = await openTwo([sums(1)], []);
    await add(a, 1);
    await add(b, 10);
    expect(await a.row(sums(1), 'all')).toEqual({ sum: 11 });
    await add(b, 100);
    await add(a, 1_000);
    expect(await a.rows(sums(1), { where: { sum: 1_111 } })).toHaveLength(1);
  });

  it('folds what the other appended although the transaction that noticed it was refused', async () => {
    const { a, b } = await openTwo([sums(1)], []);
    await add(b, 10);
    const refused = a.tx((tx) => tx.deleteTimer('no such timer', { mustExist: true }));
    expect(await codeOf(refused)).toBe(sto.$code('timerGone'));
    expect(await a.row(sums(1), 'all')).toEqual({ sum: 10 });
  });

  it('does not fold again after thousands of events that no projection wanted', async () => {
    const { a, b, url } = await openTwo([sums(1)], []);
    await add(a, 1);
    const noise = (store: Store, count: number) =>
      store.tx((tx) => {
        for (let n = 0; n < count; n += 1) tx.append('noise', { kind: 'k', payload: null });
      });
    await noise(b, 2_500);
    await noise(a, 10);
    await noise(a, 1_500);
    await add(b, 2);
    await noise(a, 5);
    expect(await a.row(sums(1), 'all')).toEqual({ sum: 3 });
    const third = await openStore({ url, projections: [sums(1)] });
    opened.push(third);
    expect(await third.row(sums(1), 'all')).toEqual({ sum: 3 });
  });

  it('an older program is told when a newer one has rebuilt its rows, and can still append', async () => {
    const { a, b } = await openTwo([sums(1)], []);
    await add(a, 1);
    await b.declare(sums(2, 10));
    expect(await codeOf(a.rows(sums(1)))).toBe(sto.$code('projectionSuperseded'));
    await add(a, 2);
    expect(await b.row(sums(2, 10), 'all')).toEqual({ sum: 30 });
    expect(await codeOf(a.row(sums(1), 'all'))).toBe(sto.$code('projectionSuperseded'));
    await a.declare(sums(1));
    expect(await a.row(sums(1), 'all')).toEqual({ sum: 3 });
  });

  it("someone else's event that a fold cannot take stops the projection, not the store", async () => {
    const { a, b } = await openTwo([sums(1)], []);
    await add(a, 1);
    await add(b, 2);
    await add(b, 0, 'poison');
    await add(b, 4);
    expect(await codeOf(a.rows(sums(1)))).toBe(sto.$code('foldFailed'));
    await a.tx((tx) => tx.append('other', { kind: 'k', payload: null }));
    await add(a, 8);
    expect(await codeOf(a.rows(sums(1)))).toBe(sto.$code('foldFailed'));
    const corrected: Projection<Sum> = {
      ...sums(1),
      fold: (row, event) => ({ sum: (row?.sum ?? 0) + Number(event.payload) }),
    };
    await a.declare(corrected);
    expect(await a.row(corrected, 'all')).toEqual({ sum: 15 });
  });

  it('allocates positions expected by one only when the other has not taken them', async () => {
    const { a, b } = await openTwo([], []);
    const expecting = (store: Store, next: number) =>
      store.tx((tx) => tx.append('n', { kind: 'k', payload: null }, { expectedNext: next }));
    await expecting(a, 1);
    await expecting(b, 2);
    expect(await codeOf(expecting(a, 2))).toBe(sto.$code('positionMismatch'));
    await expecting(a, 3);
  });
});
