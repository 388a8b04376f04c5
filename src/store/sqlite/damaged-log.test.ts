// One damaged event makes the rows that would hold it unreadable, by name, and nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { defineProjection, openStore, sto } from '../index.ts';
import { loadDriver } from './driver.ts';

const dir = mkdtempSync(join(tmpdir(), 'harn-damage-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

type Row = { readonly n: number };
const counts = defineProjection<Row>({
  name: 'test.counts',
  version: 1,
  topics: ['hurt', 'well'],
  columns: { n: 'number' },
  keyOf: (event) => event.topic,
  fold: (row) => ({ n: (row?.n ?? 0) + 1 }),
});

it('opens a store whose log is damaged, and refuses only what cannot be known', async () => {
  const path = join(dir, 'log.sqlite');
  const first = await openStore(path);
  for (const topic of ['well', 'hurt', 'well']) {
    await first.tx((tx) => tx.append(topic, { kind: 'k', payload: { text: 'abc' } }));
  }
  await first.close();
  const db = (await loadDriver())(path, { readOnly: false });
  db.exec(`UPDATE recent SET payload = '{"text":"abd"}'
    WHERE topic = (SELECT ref FROM topics WHERE name = 'hurt')`);
  db.close();

  const store = await openStore({ url: path, projections: [counts] });
  expect(await store.read('well')).toHaveLength(2);
  await expect(store.read('hurt')).rejects.toMatchObject({ code: sto.$code('corruptEvent') });
  await expect(store.rows(counts)).rejects.toMatchObject({
    code: sto.$code('corruptEvent'),
    data: { topic: 'hurt', id: 1 },
  });
  const { appends } = await store.tx((tx) => tx.append('well', { kind: 'k', payload: null }));
  expect(appends[0]?.id).toBe(3);
  await store.close();
});
