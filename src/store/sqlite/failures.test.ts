// The store while its driver fails: a wrapper around the real one stands for a full disk, a lock that stays, a cable
// that is pulled. What must hold: told by code, nothing half-written, usable afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnError } from '../../base/index.ts';
import { sto } from '../errors.ts';
import { defineProjection } from '../projection.ts';
import type { Store } from '../store.ts';
import { loadDriver, type SqlDatabase, type SqlDriver } from './driver.ts';
import { translateFailure } from './failures.ts';
import { openSqliteStore, type SqliteStoreOptions } from './open.ts';

const real = await loadDriver();
const directory = mkdtempSync(join(tmpdir(), 'harn-failures-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

/** Looks at each statement before it runs; may throw in its place. */
type Watch = (text: string, db: SqlDatabase) => void;

/** A driver whose every statement passes by `watch.now`. */
function watched(watch: { now: Watch }): SqlDriver {
  return (path, options) => {
    const db = real(path, options);
    return {
      close: () => db.close(),
      exec(text) {
        watch.now(text, db);
        db.exec(text);
      },
      prepare(text) {
        const statement = db.prepare(text);
        const guard = <T>(run: () => T): T => {
          watch.now(text, db);
          return run();
        };
        return {
          run: (...params) => guard(() => statement.run(...params)),
          get: (...params) => guard(() => statement.get(...params)),
          all: (...params) => guard(() => statement.all(...params)),
        };
      },
    };
  };
}

function sqliteError(errcode: number): Error {
  return Object.assign(new Error(`injected ${errcode}`), { code: 'ERR_SQLITE_ERROR', errcode });
}

const BUSY = 5;
const FULL = 13;
const IOERR_FSYNC = 1034;

type Total = { readonly sum: number };
const totals = defineProjection<Total>({
  name: 'failures.totals',
  version: 1,
  topics: ['a'],
  columns: { sum: 'number' },
  keyOf: () => 'all',
  fold: (row, event) => ({ sum: (row?.sum ?? 0) + Number(event.payload) }),
});

async function openWatched(options: Partial<SqliteStoreOptions> = {}) {
  files += 1;
  const watch: { now: Watch } = { now: () => undefined };
  const path = join(directory, `${files}.sqlite`);
  const store = await openSqliteStore({
    path,
    driver: watched(watch),
    projections: [totals],
    ...options,
  });
  return { store, watch, path };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (HarnError.is(error)) return error.code;
    throw error;
  }
  throw new Error('expected a refusal');
}

const append = (store: Store, n: number) =>
  store.tx((tx) => {
    tx.append('a', { kind: 'k', payload: n, key: `${n}` });
    tx.append(`b.${n}`, { kind: 'k', payload: n });
  });

/** One event per number in `a`, its topic beside it, and the sum kept: the store is whole. */
async function expectWhole(store: Store, numbers: readonly number[]) {
  const events = await store.read('a');
  expect(events.map((event) => event.payload)).toEqual(numbers);
  expect(events.map((event) => event.id)).toEqual(numbers.map((_, i) => i + 1));
  expect(await store.topics('b.')).toEqual(numbers.map((n) => `b.${n}`));
  const sum = numbers.reduce((total, n) => total + n, 0);
  expect(await store.row(totals, 'all')).toEqual(numbers.length === 0 ? undefined : { sum });
}

describe('a disk that is full', () => {
  const places: readonly (readonly [string, Watch])[] = [
    ['at the commit', (text) => failAt(text === 'COMMIT')],
    ['at an event', (text) => failAt(text.startsWith('INSERT INTO recent'))],
    ['at a row', (text) => failAt(text.includes('INSERT INTO "rows_'))],
    ['at the begin', (text) => failAt(text.startsWith('BEGIN'))],
    [
      'at an event, the transaction ended by SQLite',
      (text, db) => {
        if (!text.startsWith('INSERT INTO recent')) return;
        db.exec('ROLLBACK');
        failAt(true);
      },
    ],
  ];
  function failAt(here: boolean): void {
    if (here) throw sqliteError(FULL);
  }

  it.each(places)('fails the whole group %s and keeps nothing of it', async (_place, fail) => {
    const { store, watch } = await openWatched();
    await append(store, 1);
    watch.now = fail;
    const group = [append(store, 2), append(store, 3)];
    expect(await Promise.all(group.map(codeOf))).toEqual([
      sto.$code('diskFull'),
      sto.$code('diskFull'),
    ]);
    expect(await codeOf(append(store, 4))).toBe(sto.$code('diskFull'));
    watch.now = () => undefined;
    await expectWhole(store, [1]);
    // Space has returned.
    await Promise.all([append(store, 2), append(store, 3)]);
    await expectWhole(store, [1, 2, 3]);
    await store.close();
  });

  it('is what a file system limit really leads to, and goes away with it', async () => {
    const { store, watch, path } = await openWatched();
    await append(store, 1);
    const limit = (pages: number) => {
      watch.now = (text, db) => {
        if (text.startsWith('BEGIN')) db.exec(`PRAGMA max_page_count = ${pages}`);
      };
    };
    limit(1);
    const big = store.tx((tx) => {
      tx.append('a', { kind: 'k', payload: 5 });
      tx.putBlob(new Uint8Array(200_000));
    });
    const both = [codeOf(big), codeOf(append(store, 2))];
    expect(await Promise.all(both)).toEqual([sto.$code('diskFull'), sto.$code('diskFull')]);
    limit(1_000_000);
    await append(store, 3);
    await expectWhole(store, [1, 3]);
    await store.close();
    const again = await openSqliteStore({ path, projections: [totals] });
    await expectWhole(again, [1, 3]);
    await again.close();
  });

  it('while a projection is declared leaves it undeclared, and a second try builds it', async () => {
    const { store, watch } = await openWatched({ projections: [] });
    await append(store, 1);
    watch.now = (text) => failAt(text === 'COMMIT');
    expect(await codeOf(store.declare(totals))).toBe(sto.$code('diskFull'));
    watch.now = () => undefined;
    expect(await codeOf(store.rows(totals))).toBe(sto.$code('projectionUndeclared'));
    await append(store, 2);
    await store.declare(totals);
    await expectWhole(store, [1, 2]);
    await store.close();
  });

  it('while a projection is rebuilt keeps the rows it had', async () => {
    const { store, watch } = await openWatched();
    await append(store, 1);
    watch.now = (text) => failAt(text === 'COMMIT');
    expect(await codeOf(store.rebuild(totals))).toBe(sto.$code('diskFull'));
    watch.now = () => undefined;
    await append(store, 2);
    await expectWhole(store, [1, 2]);
    await store.close();
  });
});

describe('a store locked by another process', () => {
  it('is waited for', async () => {
    const { store, watch } = await openWatched();
    let refusals = 3;
    watch.now = (text) => {
      if (text.startsWith('BEGIN') && refusals-- > 0) throw sqliteError(BUSY);
    };
    await append(store, 1);
    expect(refusals).toBe(-1);
    await expectWhole(store, [1]);
    await store.close();
  });

  it('is given up after five seconds of waiting, told to every transaction in the queue', async () => {
    const { store, watch } = await openWatched();
    let attempts = 0;
    watch.now = (text) => {
      if (!text.startsWith('BEGIN')) return;
      attempts += 1;
      throw sqliteError(BUSY);
    };
    const both = [append(store, 1), append(store, 2)];
    expect(await Promise.all(both.map(codeOf))).toEqual([sto.$code('busy'), sto.$code('busy')]);
    // The driver waits 20 ms in each attempt.
    expect(attempts).toBe(250);
    let refusals = 3;
    watch.now = (text) => {
      if (text.startsWith('BEGIN') && refusals-- > 0) throw sqliteError(BUSY);
    };
    await append(store, 3);
    await expectWhole(store, [3]);
    await store.close();
  });

  it('goes on when a real lock is let go', async () => {
    const { store, path } = await openWatched();
    const other = real(path, { readOnly: false });
    other.exec('BEGIN IMMEDIATE');
    const waiting = append(store, 1);
    const reading = await store.read('a');
    expect(reading).toEqual([]);
    other.exec('COMMIT');
    other.close();
    await waiting;
    await expectWhole(store, [1]);
    await store.close();
  });
});

describe('reading rows', () => {
  it('takes no write lock while another process keeps them', async () => {
    const { store, watch, path } = await openWatched();
    const other = await openSqliteStore({ path, projections: [totals] });
    let begins = 0;
    watch.now = (text) => {
      if (text.startsWith('BEGIN')) begins += 1;
    };
    for (let n = 1; n <= 5; n += 1) {
      await append(other, n);
      await other.tx((tx) => tx.append('noise', { kind: 'k', payload: n }));
      expect(await store.row(totals, 'all')).toEqual({ sum: (n * (n + 1)) / 2 });
    }
    expect(begins).toBe(0);
    await other.close();
    await store.close();
  });

  it('takes one when another process appended without keeping them', async () => {
    const { store, watch, path } = await openWatched();
    const other = await openSqliteStore({ path });
    let begins = 0;
    watch.now = (text) => {
      if (text.startsWith('BEGIN')) begins += 1;
    };
    await append(other, 1);
    expect(await store.row(totals, 'all')).toEqual({ sum: 1 });
    expect(await store.row(totals, 'all')).toEqual({ sum: 1 });
    expect(begins).toBe(1);
    await other.close();
    await store.close();
  });
});

describe('a writer that does not wait', () => {
  it('leaves no hole when an earlier append fails and the disk recovers', async () => {
    const { store, watch } = await openWatched();
    const journal = (n: number) =>
      store.tx((tx) => tx.append('j', { kind: 'k', payload: n }, { expectedNext: n }));
    await journal(1);
    watch.now = (text) => {
      if (text === 'COMMIT') throw sqliteError(FULL);
    };
    const failed = codeOf(journal(2));
    await store.flush();
    watch.now = () => undefined;
    const later = codeOf(journal(3));
    expect(await failed).toBe(sto.$code('diskFull'));
    expect(await later).toBe(sto.$code('positionMismatch'));
    expect(await store.latest('j')).toBe(1);
    await store.close();
  });
});

describe('commits', () => {
  it('are one per turn of the event loop, however many transactions', async () => {
    const { store, watch } = await openWatched();
    let commits = 0;
    watch.now = (text) => {
      if (text === 'COMMIT') commits += 1;
    };
    await Promise.all(Array.from({ length: 64 }, (_, n) => append(store, n)));
    expect(commits).toBe(1);
    for (let n = 100; n < 110; n += 1) await append(store, n);
    expect(commits).toBe(11);
    await store.close();
  });

  it('reach the disk by default, and only the system when asked', async () => {
    for (const [durability, expected] of [
      [undefined, 2],
      ['power', 2],
      ['process', 1],
    ] as const) {
      let synchronous: unknown;
      const { store, watch } = await openWatched(durability === undefined ? {} : { durability });
      watch.now = (text, db) => {
        if (text === 'COMMIT') synchronous = db.prepare('PRAGMA synchronous').get();
      };
      await append(store, 1);
      expect(synchronous).toEqual({ synchronous: expected });
      expect((await store.describe()).durability).toBe(durability ?? 'power');
      await store.close();
    }
  });
});

describe('the meaning of failures', () => {
  it.each([
    [FULL, 'diskFull'],
    [BUSY, 'busy'],
    [261, 'busy'],
    [8, 'readOnly'],
    [11, 'corruptFile'],
    [267, 'corruptFile'],
    [26, 'notADatabase'],
    [14, 'cannotOpen'],
    [3, 'permissionDenied'],
    [IOERR_FSYNC, 'ioFailed'],
  ] as const)('of SQLite: %i is %s', (errcode, name) => {
    expect(translateFailure(sqliteError(errcode), '/x')?.code).toBe(sto.$code(name));
  });

  it.each([
    ['ENOSPC', 'diskFull'],
    ['EDQUOT', 'diskFull'],
    ['EACCES', 'permissionDenied'],
    ['EROFS', 'readOnly'],
    ['EIO', 'ioFailed'],
    ['EISDIR', 'cannotOpen'],
  ] as const)('of the file system: %s is %s', (code, name) => {
    const error = Object.assign(new Error('x'), { code, syscall: 'open' });
    expect(translateFailure(error, '/x')?.code).toBe(sto.$code(name));
  });

  it('of anything else is not ours to tell', () => {
    expect(translateFailure(new TypeError('x'), '/x')).toBeUndefined();
    expect(translateFailure('x', '/x')).toBeUndefined();
  });

  it('reaches readers too', async () => {
    const { store, watch } = await openWatched();
    await append(store, 1);
    watch.now = (text) => {
      if (text.startsWith('SELECT pos')) throw sqliteError(IOERR_FSYNC);
    };
    expect(await codeOf(store.read('a'))).toBe(sto.$code('ioFailed'));
    await store.close();
  });
});
