// Packed events are the same events: read, deleted, found damaged and counted on like those that are rows.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, expect, it, vi } from 'vitest';
import { openStore, type Store, sto } from '../index.ts';
import { loadDriver, type SqlDatabase, type SqlDriver } from './driver.ts';
import { first } from './migrations/0001-first.ts';
import { blobOwners } from './migrations/0002-blob-owners.ts';
import { openSqliteStore } from './open.ts';
import { decodePack, encodePack } from './pack-format.ts';
import { APPLICATION_ID } from './sql.ts';

const dir = mkdtempSync(join(tmpdir(), 'harn-packs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(dir, `${++files}.sqlite`);

const raw = await loadDriver();
function inFile<T>(path: string, look: (db: SqlDatabase) => T): T {
  const db = raw(path, { readOnly: false });
  try {
    return look(db);
  } finally {
    db.close();
  }
}
const count = (path: string, table: string) =>
  inFile(path, (db) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']));

/** Three topics taking turns, with keys, headers and two kinds; ten to a transaction. */
async function fill(store: Store, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 10) {
    await store.tx((tx) => {
      for (let i = n; i < Math.min(n + 10, to); i += 1) {
        tx.append(`t.${i % 3}`, {
          kind: i % 5 === 0 ? 'rare' : 'usual',
          payload: { n: i, text: `line\nof ${i} – ü` },
          headers: i % 7 === 0 ? { by: `h${i}` } : undefined,
          key: i % 4 === 0 ? `key ${i}` : undefined,
          occurredAtMs: 1_700_000_000_000 + i * 1.5,
        });
      }
    });
  }
}

/** Everything a reader can see, page by page. */
async function seen(store: Store): Promise<unknown> {
  const topics = await store.topics();
  const all: unknown[] = [];
  for (let fromPos = 0; ; ) {
    const page = await store.readAll({ fromPos, limit: 97 });
    if (page.length === 0) break;
    all.push(...page.map(({ pos: _pos, ...event }) => event));
    fromPos = page.at(-1)?.pos ?? 0;
  }
  const perTopic = topics.map(async (topic) => [
    await store.latest(topic),
    (await store.read(topic, { limit: 10_000 })).map(({ id, payload }) => [id, payload]),
    (await store.read(topic, { from: 300, limit: 40 })).map(({ id }) => id),
    (await store.read(topic, { kinds: ['rare'], from: 7, limit: 50 })).map(({ id }) => id),
    (await store.read(topic, { kinds: ['never'] })).length,
  ]);
  const prefix = (await store.readAll({ prefix: 't.1', limit: 5_000 })).map(({ id }) => id);
  const keyed = [4, 8, 1_200, 1_996].map(async (n) => {
    const event = await store.readByKey(`t.${n % 3}`, `key ${n}`);
    return [event?.id, event?.payload];
  });
  return [topics, all, await Promise.all(perTopic), prefix, await Promise.all(keyed)];
}

it('shows readers of a packed log what an unpacked one shows', async () => {
  const path = newPath();
  const store = await openStore(path);
  const memory = await openStore('memory:');
  for (const one of [store, memory]) await fill(one, 0, 2_000);
  expect(await seen(store)).toEqual(await seen(memory));
  await store.close();
  expect(count(path, 'packs')).toBeGreaterThan(1);
  expect(count(path, 'recent')).toBeLessThan(1_000);
  const again = await openStore(path);
  expect(await seen(again)).toEqual(await seen(memory));
  await again.compact();
  expect(await seen(again)).toEqual(await seen(memory));
  await again.close();
  expect(count(path, 'recent')).toBe(1);
});

it('packs in no commit but when nobody commits, at the latest when it is closed', async () => {
  const path = newPath();
  const store = await openStore(path);
  await fill(store, 0, 1_500);
  expect(count(path, 'packs')).toBe(0);
  await store.close();
  expect(count(path, 'packs')).toBeGreaterThan(1);
  expect(count(path, 'recent')).toBeLessThan(700);
  const idle = await openStore(path);
  await fill(idle, 1_500, 2_500);
  const packs = count(path, 'packs');
  await vi.waitFor(() => expect(count(path, 'packs')).toBeGreaterThan(packs), 20_000);
  expect(await idle.read('t.1', { limit: 5_000 })).toHaveLength(833);
  await idle.close();
});

it('packs in a commit when far too many wait', async () => {
  const path = newPath();
  const store = await openStore(path);
  for (let n = 0; n < 8; n += 1) {
    await store.tx((tx) => {
      for (let i = 0; i < 1_000; i += 1) tx.append('t', { kind: 'k', payload: n });
    });
  }
  expect(count(path, 'packs')).toBeGreaterThan(0);
  expect(count(path, 'recent')).toBeLessThan(6_000);
  await store.close();
});

it('leaves everything as it is when packing fails or another process writes', async () => {
  const path = newPath();
  let fail = true;
  const driver: SqlDriver = (at, options) => {
    const db = raw(at, options);
    return {
      close: () => db.close(),
      exec: (text) => db.exec(text),
      prepare(text) {
        if (fail && text.startsWith('DELETE FROM recent')) throw new Error('pulled');
        return db.prepare(text);
      },
    };
  };
  const store = await openSqliteStore({ path, driver });
  await fill(store, 0, 800);
  const before = await seen(store);
  await store.close();
  expect(count(path, 'packs')).toBe(0);
  const again = await openStore(path);
  expect(await seen(again)).toEqual(before);
  await again.close();

  fail = false;
  const other = raw(path, { readOnly: false });
  const waiting = await openSqliteStore({ path, driver });
  await fill(waiting, 800, 830);
  other.exec('BEGIN IMMEDIATE');
  await waiting.close();
  other.exec('COMMIT');
  other.close();
  expect(count(path, 'packs')).toBe(0);
});

it('knows keys and ids of packed events when more is appended', async () => {
  const store = await openStore(newPath());
  await fill(store, 0, 100);
  await store.compact();
  const { appends } = await store.tx((tx) => {
    tx.append('t.1', { kind: 'usual', payload: null, key: 'key 4' });
    tx.append('t.1', { kind: 'usual', payload: null }, { expectedNext: 34 });
  });
  expect(appends).toMatchObject([
    { id: 2, duplicate: true },
    { id: 34, duplicate: false },
  ]);
  await store.close();
});

it('takes a deleted topic out of the packs, text and all, and gives its number to nobody', async () => {
  const path = newPath();
  const store = await openStore(path);
  await fill(store, 0, 30);
  await store.tx((tx) => tx.append('gone', { kind: 'k', payload: 'only here' }));
  await fill(store, 30, 60);
  await store.compact();
  await store.tx((tx) => {
    tx.deleteTopics('gone');
    tx.append('new', { kind: 'k', payload: 'fresh' });
  });
  expect(await store.read('gone')).toEqual([]);
  expect((await store.readAll({ limit: 500 })).map(({ topic }) => topic)).not.toContain('gone');
  await store.tx((tx) => tx.append('gone', { kind: 'k', payload: 'another' }));
  expect((await store.read('gone')).map(({ id, payload }) => [id, payload])).toEqual([
    [1, 'another'],
  ]);
  expect((await store.read('new')).map(({ payload }) => payload)).toEqual(['fresh']);
  expect(await store.read('t.0')).toHaveLength(20);
  await store.close();
  const texts = inFile(path, (db) =>
    db
      .prepare('SELECT bytes FROM packs')
      .all()
      .map((row) => brotliDecompressSync(row['bytes'] as Uint8Array).toString()),
  );
  expect(texts.join('')).toContain('line');
  expect(texts.join('')).not.toContain('only here');
});

it('keeps what a refused transaction deleted', async () => {
  const store = await openStore(newPath());
  await fill(store, 0, 60);
  await store.compact();
  const one = store.tx((tx) => tx.append('t.0', { kind: 'k', payload: 1 }));
  const refused = store.tx((tx) => {
    tx.deleteTopics('t.1');
    tx.append('t.0', { kind: 'k', payload: 2 }, { expectedNext: 99 });
  });
  await expect(refused).rejects.toThrow();
  await one;
  expect(await store.read('t.1')).toHaveLength(20);
  await store.close();
});

it('names a topic and an event when a pack is damaged, and reads the rest', async () => {
  const path = newPath();
  const store = await openStore(path);
  await fill(store, 0, 600);
  await store.compact();
  await store.tx((tx) => tx.append('well', { kind: 'k', payload: 1 }));
  await store.close();
  inFile(path, (db) => {
    const row = db.prepare('SELECT last_pos, bytes FROM packs ORDER BY last_pos LIMIT 1').get();
    const bytes = Uint8Array.from(row?.['bytes'] as Uint8Array);
    bytes[200] = (bytes[200] ?? 0) ^ 4;
    db.prepare('UPDATE packs SET bytes = ? WHERE last_pos = ?').run(bytes, row?.['last_pos'] ?? 0);
  });
  const hurt = await openStore(path);
  const code = sto.$code('corruptEvent');
  await expect(hurt.read('t.0')).rejects.toMatchObject({ code, data: { topic: 't.0', id: 1 } });
  await expect(hurt.readAll()).rejects.toMatchObject({ code });
  expect((await hurt.read('t.0', { from: 190 })).length).toBe(10);
  expect(await hurt.read('well')).toHaveLength(1);
  await hurt.tx((tx) => tx.deleteTopics('t.0'));
  expect(await hurt.read('t.0')).toEqual([]);
  expect(await hurt.read('t.1', { from: 190 })).toHaveLength(10);
  await hurt.close();
});

it('packs nothing that is damaged, nor what stands behind it', async () => {
  const path = newPath();
  const store = await openStore(path);
  await fill(store, 0, 60);
  await store.close();
  inFile(path, (db) => db.exec(`UPDATE recent SET kind = 'other' WHERE pos = 31`));
  const hurt = await openStore(path);
  await hurt.compact();
  await hurt.tx((tx) => tx.append('well', { kind: 'k', payload: 1 }));
  await hurt.compact();
  const code = sto.$code('corruptEvent');
  await expect(hurt.read('t.0')).rejects.toMatchObject({ code, data: { topic: 't.0', id: 11 } });
  expect(await hurt.read('t.1')).toHaveLength(20);
  await hurt.close();
  expect(
    inFile(path, (db) => db.prepare('SELECT min(pos) AS pos FROM recent').get()?.['pos']),
  ).toBe(31);
});

it('lets another open store read while this one packs', async () => {
  const path = newPath();
  const writer = await openStore(path);
  const reader = await openStore(path);
  for (let n = 0; n < 1_500; n += 250) {
    await fill(writer, n, n + 250);
    const events = await reader.readAll({ limit: 5_000 });
    expect(events.map(({ payload }) => (payload as { n: number }).n)).toEqual(
      Array.from({ length: n + 250 }, (_, i) => i),
    );
  }
  await reader.compact();
  await fill(writer, 1_500, 1_530);
  expect(await reader.read('t.2', { limit: 5_000 })).toHaveLength(510);
  await Promise.all([writer.close(), reader.close()]);
});

it('packs the events of a file that knew no packs', async () => {
  const path = newPath();
  const { size } = await (async () => {
    const store = await openStore(path);
    await fill(store, 0, 500);
    await store.close();
    inFile(path, (db) => {
      // The same file as the second schema had it.
      db.exec(
        'DROP TABLE packs; DROP TABLE pack_topics; DROP TABLE pack_keys; DROP TABLE pack_purges',
      );
      db.exec(`ALTER TABLE recent RENAME TO events;
        CREATE TABLE t (ref INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        INSERT INTO t SELECT ref, name FROM topics;
        DROP TABLE topics;
        ALTER TABLE t RENAME TO topics;
        PRAGMA user_version = 2`);
    });
    return statSync(path);
  })();
  const store = await openStore(path);
  expect((await store.describe()).schemaVersion).toBe(4);
  const before = await seen(store);
  await store.compact();
  expect(await seen(store)).toEqual(before);
  await store.close();
  expect(count(path, 'recent')).toBe(1);
  expect(statSync(path).size).toBeLessThan(size);
});

it('is written by nobody who knows no packs, also when they had the file open before', async () => {
  const path = newPath();
  await (await openStore(path)).close();
  inFile(path, (db) => {
    expect(() => db.prepare('SELECT max(id) FROM events WHERE topic = 1')).toThrow('no such table');
  });
});

it('opens an empty file of the second schema', async () => {
  const path = newPath();
  inFile(path, (db) => {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(first.sql);
    db.exec(blobOwners.sql);
    db.exec('PRAGMA user_version = 2');
  });
  const store = await openStore(path);
  await fill(store, 0, 30);
  expect(await store.read('t.0')).toHaveLength(10);
  await store.close();
});

it('tells topics apart whose names share a checksum', async () => {
  const store = await openStore(newPath());
  for (const topic of ['plumless', 'buckeroo', 'plumless']) {
    await store.tx((tx) => tx.append(topic, { kind: 'k', payload: topic }));
  }
  expect((await store.read('plumless')).map(({ payload }) => payload)).toEqual([
    'plumless',
    'plumless',
  ]);
  expect((await store.read('buckeroo')).map(({ id }) => id)).toEqual([1]);
  await store.close();
});

it('gives back from a pack exactly what went in', () => {
  const event = {
    pos: 5,
    topic: 1,
    id: 3,
    kind: 'k',
    payload: '"a"',
    headers: '',
    key: null,
    at: 1,
  };
  const events = [
    event,
    { ...event, pos: 9, topic: 7, id: 1, headers: '{"a":"b"}', key: 'k', at: -4 },
    { ...event, pos: 10, id: 4, payload: '{"u":"\u2028 \\n"}', at: 1_700_000_000_000.25 },
  ];
  expect(decodePack(encodePack(events))).toEqual(events);
  expect(decodePack(encodePack(events.slice(0, 2)))).toEqual(events.slice(0, 2));
});

it('packs at close also when the last transaction was refused', async () => {
  const path = newPath();
  const store = await openStore(path);
  await fill(store, 0, 800);
  const refused = store.tx((tx) =>
    tx.append('t.0', { kind: 'k', payload: 1 }, { expectedNext: 1 }),
  );
  await expect(refused).rejects.toThrow();
  await store.close();
  expect(count(path, 'packs')).toBe(1);
});
