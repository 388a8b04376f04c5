// One owner: whoever else is after a run, one process goes on with it, and nothing is done twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sto } from '../../src/store/index.ts';
import { loadDriver } from '../../src/store/sqlite/driver.ts';
import type { Report } from './child.ts';
import type { Living } from './lives.ts';
import { Theatre } from './theatre.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await Theatre.open('owners');
});
afterAll(() => theatre.close());

const hasBegun = (report: Report) => report.kind === 'began';
const hasFailed = (report: Report) => report.kind === 'failed';

/** Resolves when a question has been asked so often. */
async function asked(scene: string, question: string, times: number): Promise<void> {
  const { counts } = theatre.outside.asked(scene);
  while ((counts.get(question) ?? 0) < times) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Stops a process while it does not hold the write lock: one that is frozen in the middle of a commit keeps everyone
 * from the database, which is true and not what is asked here.
 */
async function stopBetweenCommits(living: Living, database: string): Promise<void> {
  const open = await loadDriver();
  for (;;) {
    living.child.kill('SIGSTOP');
    if (isFree(open, database)) return;
    living.child.kill('SIGCONT');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isFree(open: Awaited<ReturnType<typeof loadDriver>>, database: string): boolean {
  const db = open(database, { readOnly: false });
  try {
    db.exec('BEGIN IMMEDIATE');
    db.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  } finally {
    db.close();
  }
}

/**
 * What was asked for since, reads aside: an outcome is handed over without waiting for the disk, so the question that
 * follows it may be out before the refused write is known. It costs nothing and nobody hears its answer. Takes what was
 * asked since out of the counts again.
 */
function beyondReads(counts: Map<string, number>, before: ReadonlyMap<string, number>): string[] {
  const more = [...counts].filter(([question, count]) => count !== before.get(question));
  for (const [question] of more) counts.set(question, before.get(question) ?? 0);
  expect(more.length).toBeLessThanOrEqual(1);
  return more.map(([question]) => question).filter((q) => q.startsWith('model') || q === '/orders');
}

describe.each(['harn', 'ts'] as const)('a run of the %s scenario', (form) => {
  it('that two processes resume at once goes on in one of them; the other names its holder', async () => {
    const { stage, outside } = theatre;
    const scene = stage.newScene();
    const order = theatre.order(scene, form);
    const open = outside.hold(scene.name, '/slow/b');
    const first = stage.begin(scene, { ...order, kill: { when: 'after', n: 6 } });
    const killed = await theatre.chapter(scene, first.ended);
    expect(killed.life.signal).toBe('SIGKILL');
    const rivals = [stage.begin(scene, order), stage.begin(scene, order)];
    const loser = await Promise.race(
      rivals.map(async (rival) => {
        const report = await rival.saw(hasFailed);
        return { rival, report };
      }),
    );
    const winner = rivals.find((rival) => rival !== loser.rival) as Living;
    await winner.saw(hasBegun);
    expect(loser.report).toMatchObject({ code: 'HARN-RUN-002' });
    expect((loser.report as { message: string }).message).toContain(`process ${winner.child.pid} `);
    open();
    expect((await loser.rival.ended).reports.filter(hasBegun)).toEqual([]);
    const last = await theatre.chapter(scene, winner.ended);
    await theatre.check({ scene, chapters: [killed, last], runs: last.left });
  });

  it.each([
    ['its next write', '/slow/b'],
    ['the answer of a model it paid for', 'model: first question'],
    ['a question to a model', '/helper'],
  ])('taken over from a stopped process is not touched by it again: %s', async (_, question) => {
    const { stage, outside } = theatre;
    const scene = stage.newScene();
    const order = theatre.order(scene, form);
    const open = outside.hold(scene.name, question);
    const sleeper = stage.begin(scene, order);
    await asked(scene.name, question, 1);
    await stopBetweenCommits(sleeper, scene.database);
    const heir = stage.begin(scene, { ...order, force: true });
    await asked(scene.name, question, 2);
    open();
    const last = await theatre.chapter(scene, heir.ended);
    const counted = new Map(outside.asked(scene.name).counts);
    sleeper.child.kill('SIGCONT');
    const slept = await sleeper.ended;
    expect(slept.reports.filter(hasFailed)).toMatchObject([{ code: sto.$code('fenced') }]);
    expect(beyondReads(outside.asked(scene.name).counts, counted)).toEqual([]);
    const after = await theatre.chapter(scene, Promise.resolve(last.life));
    expect(after.left).toEqual(last.left);
    await theatre.check({ scene, chapters: [last], runs: last.left }, undefined, { events: false });
  });
});
