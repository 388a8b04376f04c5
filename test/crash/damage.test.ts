// Journals that cannot be gone on with: each is refused by a coded error that names the run and the place, nothing is
// overwritten, and when the damage is undone the run ends as if it had never been.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sto } from '../../src/store/index.ts';
import { eventChecksum } from '../../src/store/sqlite/checksum.ts';
import { loadDriver, type SqlDatabase, type SqlRow } from '../../src/store/sqlite/driver.ts';
import type { Report } from './child.ts';
import type { Scene } from './lives.ts';
import { type Form, type Played, Theatre } from './theatre.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await Theatre.open('damage');
});
afterAll(() => theatre.close());

type Failure = Extract<Report, { kind: 'failed' }>;

/** Works on the file of a scene behind the back of the store. */
async function edit<T>(scene: Scene, work: (db: SqlDatabase) => T): Promise<T> {
  const db = (await loadDriver())(scene.database, { readOnly: false });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const EVENTS = `SELECT topics.name AS topic, id, kind, payload, headers, key, occurred_at_ms, crc
  FROM recent JOIN topics ON topics.ref = recent.topic ORDER BY pos`;

const allEvents = (scene: Scene) => edit(scene, (db) => db.prepare(EVENTS).all());

/** A run that was killed in the middle, and its id. */
async function killedRun(
  form: Form,
): Promise<{ scene: Scene; runId: string; first: Played['chapters'][number] }> {
  const scene = theatre.stage.newScene();
  const order = { ...theatre.order(scene, form), kill: { when: 'after' as const, n: 14 } };
  const first = await theatre.chapter(scene, theatre.stage.begin(scene, order).ended);
  const runId = first.left[0]?.id;
  if (runId === undefined) throw new Error('nothing was written');
  return { scene, runId, first };
}

/** Tries to resume; answers with what was said. */
async function refusal(scene: Scene, form: Form, file?: string): Promise<Failure> {
  const order = theatre.order(scene, form);
  const life = await theatre.stage.begin(scene, { ...order, with: file }).ended;
  expect(life.reports.filter(({ kind }) => kind === 'ended')).toEqual([]);
  const failed = life.reports.filter((report): report is Failure => report.kind === 'failed');
  expect(failed).toHaveLength(1);
  return failed[0] as Failure;
}

/** Resumes and checks everything that is promised. */
async function goesOn(scene: Scene, form: Form, first: Played['chapters'][number]): Promise<void> {
  const living = theatre.stage.begin(scene, theatre.order(scene, form));
  const last = await theatre.chapter(scene, living.ended);
  await theatre.check({ scene, chapters: [first, last], runs: last.left });
}

const PLACE = 'topic = (SELECT ref FROM topics WHERE name = ?) AND id = ?';

/** Replaces the text of one entry; with `sealed` its checksum fits, as if a newer version had written it. */
function rewrite(
  db: SqlDatabase,
  topic: string,
  id: number,
  change: (payload: string) => string,
  { sealed = false } = {},
): void {
  const row = db
    .prepare(`SELECT kind, payload, headers, key, occurred_at_ms, crc FROM recent WHERE ${PLACE}`)
    .get(topic, id) as SqlRow;
  const payload = change(row['payload'] as string);
  expect(payload).not.toBe(row['payload']);
  const record = {
    topic,
    kind: row['kind'] as string,
    payload,
    headers: row['headers'] as string,
    key: (row['key'] as string | null) ?? undefined,
    occurredAtMs: row['occurred_at_ms'] as number,
  };
  const crc = sealed ? eventChecksum(record, id) : (row['crc'] as number);
  db.prepare(`UPDATE recent SET payload = ?, crc = ? WHERE ${PLACE}`).run(payload, crc, topic, id);
}

describe.each(['harn', 'ts'] as const)('a killed run of the %s scenario', (form) => {
  it('with a flipped byte in its journal is refused by run and entry, and kept as it is', async () => {
    const { scene, runId, first } = await killedRun(form);
    const topic = `runs.${runId}`;
    const flip = (payload: string) =>
      payload.replace(/.(?="t":)/, (c) => String.fromCharCode(c.charCodeAt(0) ^ 1));
    await edit(scene, (db) => rewrite(db, topic, 5, flip));
    const before = await allEvents(scene);
    expect(await refusal(scene, form)).toMatchObject({
      code: sto.$code('corruptEvent'),
      data: { topic, id: 5 },
    });
    expect(await allEvents(scene)).toEqual(before);
    await edit(scene, (db) => rewrite(db, topic, 5, flip));
    await goesOn(scene, form, first);
  });

  it('with an entry of a newer version is refused by run and entry, and kept as it is', async () => {
    const { scene, runId, first } = await killedRun(form);
    const topic = `runs.${runId}`;
    const to = (from: number, version: number) => (payload: string) =>
      payload.replace(`"v":${from}`, `"v":${version}`);
    await edit(scene, (db) => rewrite(db, topic, 6, to(2, 3), { sealed: true }));
    const before = await allEvents(scene);
    const said = await refusal(scene, form);
    expect(said).toMatchObject({ code: 'HARN-JRN-004', data: { run: runId, seq: 6 } });
    expect(await allEvents(scene)).toEqual(before);
    await edit(scene, (db) => rewrite(db, topic, 6, to(3, 2), { sealed: true }));
    await goesOn(scene, form, first);
  });
});

describe('a killed run of a Harn program', () => {
  it('whose code is gone from the store says so, and can be resumed with code by name', async () => {
    const { scene, runId, first } = await killedRun('harn');
    const hash = first.left[0]?.record.program as string;
    await edit(scene, (db) => db.prepare('DELETE FROM blobs WHERE hash = ?').run(hash));
    expect(await refusal(scene, 'harn')).toMatchObject({
      code: 'HARN-RUN-004',
      data: { run: runId, hash },
    });
    const same = join(scene.directory, 'same.harn');
    writeFileSync(same, programText());
    const order = theatre.order(scene, 'harn');
    const last = await theatre.chapter(
      scene,
      theatre.stage.begin(scene, { ...order, with: same }).ended,
    );
    expect(last.left[0]?.row.status).toBe('completed');
  });

  it.each([
    [
      'asks for something else',
      (text: string) => text.replace('"input.txt"', '"other.txt"'),
      'HARN-JRN-001',
    ],
    [
      'asks for less',
      (text: string) => text.replace(/ {2}harness\.fs\.write_text.*/, ''),
      'HARN-JRN-00[12]',
    ],
    ['ends sooner', () => 'pipeline default(harness: Harness) {\n  nil\n}\n', 'HARN-JRN-002'],
  ])(
    'resumed with a program that %s names what was and what is, and does nothing',
    async (_, change, code) => {
      const { scene, runId, first } = await killedRun('harn');
      const file = join(scene.directory, 'changed.harn');
      writeFileSync(file, change(programText()));
      const counted = new Map(theatre.outside.asked(scene.name).counts);
      const said = await refusal(scene, 'harn', file);
      expect(said).toMatchObject({ code: expect.stringMatching(code) });
      // Where the recorded effect stood.
      expect(said.message).toMatch(/scenario\.harn:\d+/);
      expect(theatre.outside.asked(scene.name).counts).toEqual(counted);
      expect(runId).toBe(first.left[0]?.id);
      await goesOn(scene, 'harn', first);
    },
  );
});

describe('a program that asks for the same from other places', () => {
  it('goes on with a run that is moved to it by name', async () => {
    const { scene, first } = await killedRun('harn');
    const file = join(scene.directory, 'moved.harn');
    writeFileSync(file, programText().replaceAll('\n  const ', '\n\n  const '));
    const living = theatre.stage.begin(scene, { ...theatre.order(scene, 'harn'), with: file });
    const last = await theatre.chapter(scene, living.ended);
    await theatre.check({ scene, chapters: [first, last], runs: last.left });
  });
});

function programText(): string {
  return readFileSync(new URL('scenario.harn', import.meta.url), 'utf8');
}
