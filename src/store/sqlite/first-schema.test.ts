// A file of the first schema: brought up to date with nothing lost, nothing in it deleted by mistake, and its space given
// back once something is deleted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { sha256 } from '../../base/index.ts';
import { openStore } from '../index.ts';
import { loadDriver } from './driver.ts';
import { first } from './migrations/0001-first.ts';
import { APPLICATION_ID } from './sql.ts';

const dir = mkdtempSync(join(tmpdir(), 'harn-schema-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('keeps blobs whose owners nobody wrote down, and can be compacted', async () => {
  const path = join(dir, 'log.sqlite');
  const bytes = new Uint8Array([1, 2, 3]);
  const db = (await loadDriver())(path, { readOnly: false });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(first.sql);
  db.prepare('INSERT INTO blobs (hash, bytes) VALUES (?, ?)').run(sha256(bytes), bytes);
  db.exec('PRAGMA user_version = 1');
  db.close();

  const store = await openStore(path);
  await store.tx((tx) => {
    // Hashes, because what repeats itself takes little room in a pack.
    const text = (n: number) => Array.from({ length: 32 }, (_, i) => sha256(`${n} ${i}`)).join('');
    for (let n = 0; n < 1_000; n += 1) tx.append('a', { kind: 'k', payload: text(n) });
    tx.append('b', { kind: 'k', payload: 1 });
    tx.putBlob(bytes, { topic: 'a' });
  });
  await store.compact();
  await store.tx((tx) => tx.deleteTopics('a'));
  expect((await store.compact()).freedBytes).toBeGreaterThan(500_000);
  expect(await store.getBlob(sha256(bytes))).toEqual(bytes);
  expect(await store.read('b')).toHaveLength(1);
  await store.close();
});
