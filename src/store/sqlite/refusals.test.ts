// What a file may be, other than our store in good health: each case is named by its code, and nothing is overwritten.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnError } from '../../base/index.ts';
import { sto } from '../errors.ts';
import { openStore } from '../open.ts';
import { loadDriver, type SqlDatabase } from './driver.ts';

const driver = await loadDriver();
const directory = mkdtempSync(join(tmpdir(), 'harn-refusals-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

function newPath(): string {
  files += 1;
  const path = join(directory, `${files}`, 'harn.sqlite');
  mkdirSync(dirname(path));
  return path;
}

async function failureOf(promise: Promise<unknown>): Promise<HarnError> {
  try {
    await promise;
  } catch (error) {
    if (HarnError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

const coded = (name: Parameters<typeof sto.$code>[0]) => ({ code: sto.$code(name) });

/** Works on the file with a connection of its own. */
function edit(path: string, work: (db: SqlDatabase) => void): void {
  const db = driver(path, { readOnly: false });
  work(db);
  db.close();
}

/** A store with a few events in it, closed. */
async function filledStore(): Promise<string> {
  const path = newPath();
  const store = await openStore(path);
  await store.tx((tx) => {
    for (let n = 1; n <= 300; n += 1) {
      tx.append('a', { kind: 'k', payload: { n, text: 'x'.repeat(500) } });
    }
    tx.append('b', { kind: 'k', payload: 1, headers: { h: '1' } });
  });
  await store.close();
  return path;
}

/** Expects the refusal, with a hint, and that neither the file nor its directory changed. */
async function expectUntouched(path: string, name: Parameters<typeof sto.$code>[0]) {
  const bytes = readFileSync(path);
  const neighbours = readdirSync(dirname(path));
  const failure = await failureOf(openStore(path));
  expect(failure).toMatchObject(coded(name));
  expect(failure.hint).toBeTruthy();
  expect(failure.message).toContain(path);
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(readdirSync(dirname(path))).toEqual(neighbours);
}

describe('a file that is not our store is refused and left untouched', () => {
  it('when it is no database', async () => {
    const path = newPath();
    for (const content of ['hello', 'hello '.repeat(10_000), '\0'.repeat(4096)]) {
      writeFileSync(path, content);
      await expectUntouched(path, 'notADatabase');
    }
  });

  it('when it is the database of another program', async () => {
    for (const setup of [
      'PRAGMA application_id = 7; CREATE TABLE t (a)',
      'CREATE TABLE t (a); INSERT INTO t VALUES (1)',
      'PRAGMA user_version = 3; VACUUM',
      'PRAGMA journal_mode = WAL; CREATE TABLE t (a)',
    ]) {
      const path = newPath();
      edit(path, (db) => db.exec(setup));
      await expectUntouched(path, 'foreignDatabase');
    }
  });

  it('when another program is just making its first table in it', async () => {
    const path = newPath();
    const other = driver(path, { readOnly: false });
    other.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)');
    await expectUntouched(path, 'foreignDatabase');
    other.close();
  });

  it('when a newer version wrote it', async () => {
    const path = await filledStore();
    edit(path, (db) => db.exec('PRAGMA user_version = 99'));
    await expectUntouched(path, 'newerSchema');
  });

  it('when it is cut short, at any place', async () => {
    for (const keep of [0.9, 0.5, 0.1]) {
      const path = await filledStore();
      truncateSync(path, Math.floor(statSync(path).size * keep));
      await expectUntouched(path, 'truncated');
    }
    for (const keep of [4096, 200, 50, 9]) {
      const path = await filledStore();
      truncateSync(path, keep);
      await expectUntouched(path, 'truncated');
    }
  });

  it('but an empty file becomes a store', async () => {
    const path = newPath();
    writeFileSync(path, '');
    const store = await openStore(path);
    await store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 }));
    await store.close();
    const again = await openStore(`sqlite:${path}`);
    expect(await again.latest('a')).toBe(1);
    await again.close();
  });
});

describe('a place that cannot hold a store is refused', () => {
  it('when the directory cannot be made', async () => {
    const path = newPath();
    writeFileSync(path, 'a file');
    const failure = await failureOf(openStore(join(path, 'below', 'harn.sqlite')));
    expect(failure).toMatchObject(coded('cannotCreateDirectory'));
    expect(failure.data['path']).toBe(join(path, 'below'));
  });

  it('when the path is a directory', async () => {
    const path = newPath();
    mkdirSync(path);
    expect(await failureOf(openStore(path))).toMatchObject(coded('cannotOpen'));
  });

  it('when no backend has the url', async () => {
    for (const url of ['', 'oracle://x', 'https://example.com/x']) {
      expect(await failureOf(openStore(url))).toMatchObject(coded('unknownBackend'));
    }
  });

  it.skipIf(process.getuid?.() === 0)('when this user may not write there', async () => {
    const path = await filledStore();
    chmodSync(path, 0o400);
    await expectUntouched(path, 'permissionDenied');
    chmodSync(path, 0o600);
    chmodSync(dirname(path), 0o500);
    await expectUntouched(path, 'permissionDenied');
    chmodSync(dirname(path), 0o700);
  });
});

describe('files of a store', () => {
  it.skipIf(process.platform === 'win32')('are for their owner only', async () => {
    const path = join(directory, 'new', 'deeper', 'harn.sqlite');
    const store = await openStore(path);
    await store.tx((tx) => tx.append('a', { kind: 'k', payload: 1 }));
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(path + suffix).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'new')).mode & 0o777).toBe(0o700);
    await store.close();
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});

describe('damage inside a store is named, never read as something else', () => {
  const changes = [
    'UPDATE recent SET payload = replace(payload, \'"n":7\', \'"n":8\') WHERE id = 7',
    "UPDATE recent SET kind = 'other' WHERE id = 7",
    'UPDATE recent SET headers = \'{"a":"b"}\' WHERE id = 7',
    "UPDATE recent SET key = 'k' WHERE id = 7",
    'UPDATE recent SET occurred_at_ms = occurred_at_ms + 1 WHERE id = 7',
    'UPDATE recent SET crc = crc + 1 WHERE id = 7',
  ];
  it.each(changes)('an event that was changed: %s', async (change) => {
    const path = await filledStore();
    edit(path, (db) => db.exec(change));
    const store = await openStore(path);
    const failure = await failureOf(store.read('a'));
    expect(failure).toMatchObject({ ...coded('corruptEvent'), data: { topic: 'a', id: 7 } });
    expect(await store.read('a', { from: 7 })).toHaveLength(293);
    expect(await store.read('b')).toHaveLength(1);
    await store.close();
  });

  it('two events that changed places', async () => {
    const path = await filledStore();
    edit(path, (db) =>
      db.exec(
        'UPDATE recent SET id = -1 WHERE id = 7; UPDATE recent SET id = 7 WHERE id = 8; UPDATE recent SET id = 8 WHERE id = -1',
      ),
    );
    const store = await openStore(path);
    expect(await failureOf(store.read('a'))).toMatchObject(coded('corruptEvent'));
    await store.close();
  });

  it('an event that is gone', async () => {
    const path = await filledStore();
    edit(path, (db) => db.exec('DELETE FROM recent WHERE id = 7'));
    const store = await openStore(path);
    const failure = await failureOf(store.read('a'));
    expect(failure).toMatchObject({ ...coded('missingEvent'), data: { topic: 'a', id: 7 } });
    await store.close();
  });

  it('a blob that was changed', async () => {
    const path = newPath();
    const store = await openStore(path);
    let hash = '';
    await store.tx((tx) => {
      hash = tx.putBlob(new Uint8Array([1, 2, 3]));
    });
    edit(path, (db) => db.exec("UPDATE blobs SET bytes = x'010204'"));
    const failure = await failureOf(store.getBlob(hash));
    expect(failure).toMatchObject({ ...coded('blobCorrupt'), data: { hash } });
    await store.close();
  });

  it.each([
    ['everywhere', 0.1, 1],
    ['in the middle', 0.5, 0.6],
  ])('pages that are garbage %s', async (_where, from, to) => {
    const path = await filledStore();
    const bytes = readFileSync(path);
    const pages = bytes.length / 4096;
    bytes.fill(0xa5, 4096 * Math.ceil(pages * from), 4096 * Math.ceil(pages * to));
    writeFileSync(path, bytes);
    const failure = await failureOf(
      openStore(path).then(async (store) => {
        try {
          await store.read('a');
          await store.readAll();
        } finally {
          await store.close();
        }
      }),
    );
    expect(failure).toMatchObject(coded('corruptFile'));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});
