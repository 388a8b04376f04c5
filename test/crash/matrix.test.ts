// crash = pause, with real processes on SQLite: a run that is killed at a commit and resumed ends as if nothing had
// happened. Each commit is a place to be killed at twice: when it is durable and nobody has been told, and when it is
// asked for and everything since the commit before is known to nobody but the outside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/index.ts';
import { runLeaseName } from '../../src/runtime/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import {
  type Chapter,
  checkAsked,
  checkJournal,
  checkPrefixes,
  checkPrinted,
  checkWorld,
  comparable,
  cutShort,
  eventsOf,
  expectedText,
  textOf,
} from './compare.ts';
import { type Kill, type Scene, Stage } from './lives.ts';
import { type Outside, openOutside } from './outside.ts';
import { keptAndFolded, type RunPast, runsOf, withStore } from './past.ts';

type Form = 'harn' | 'ts';

/** How many scenes play at the same time. */
const AT_ONCE = 2;
/** More lives than kills mean that something does not get anywhere. */
const MOST_LIVES = 8;

let stage: Stage;
let outside: Outside;
beforeAll(async () => {
  stage = await Stage.open('matrix');
  outside = await openOutside();
});
afterAll(() => {
  outside.close();
  stage.close();
});

interface Played {
  readonly scene: Scene;
  readonly chapters: readonly Chapter[];
  readonly runs: readonly RunPast[];
}

/** Lives of one run until one is not killed. */
async function play(form: Form, kills: readonly Kill[]): Promise<Played> {
  const scene = stage.newScene();
  const chapters: Chapter[] = [];
  for (const kill of [...kills, undefined]) {
    const life = await stage.begin(scene, { form, url: outside.url(scene.name), kill }).ended;
    const left = await withStore(scene, runsOf);
    chapters.push({ life, left });
    const failed = life.reports.filter((report) => report.kind === 'failed');
    if (failed.length > 0 || life.stderr.includes('    at ')) {
      throw new Error(JSON.stringify([failed, life.stderr]));
    }
    if (life.signal === null) return { scene, chapters, runs: left };
    if (chapters.length > MOST_LIVES) break;
  }
  throw new Error('killed without being asked to');
}

/** The promise. */
async function check(
  { scene, chapters, runs }: Played,
  baseline: Played | undefined,
): Promise<void> {
  const asked = outside.asked(scene.name);
  const [main, child, ...others] = runs;
  expect(others).toEqual([]);
  if (main === undefined || child === undefined) {
    throw new Error(`a run is missing: ${JSON.stringify(main?.record.receipt)}`);
  }
  for (const run of runs) {
    checkJournal(run);
    checkLiveIsFolded(run, chapters);
  }
  checkPrefixes(chapters, runs);
  for (const { life } of chapters) checkPrinted(life);
  const value = main.record.returned as JsonObject;
  expect(main.record.final).toEqual(value);
  checkWorld(scene, asked, value);
  checkProcess(value, chapters);
  const events = eventsOf(main.id, chapters);
  const { stdout, stderr } = expectedText(value);
  expect(textOf(events, 'stdout')).toBe(stdout);
  expect(textOf(events, 'stderr')).toBe(stderr);
  // Told when it is durable; the life that made it so may have been killed in between.
  const last = chapters.find(({ left }) =>
    left.some(({ id, row }) => id === main.id && isOver(row)),
  );
  if (last?.life.signal === null) expect(events.at(-1)?.event_type).toBe('run_settled');
  expect(textOf(eventsOf(child.id, chapters), 'stdout')).toMatch(/^followed \/followed \d+\n$/);
  checkAsked(asked, runs);
  await withStore(scene, async (store) => {
    for (const [kept, folded] of await keptAndFolded(store)) expect(kept).toEqual(folded);
    for (const { id } of runs) {
      expect(await store.timersOf(id)).toEqual([]);
      // Killed between its last entry and its release, a run that is over leaves the lease of a dead process.
      const lease = await store.lease(runLeaseName(id));
      if (lease?.status !== 'released')
        expect(chapters.at(-1)?.life.pid).not.toBe(lease?.holder.pid);
    }
  });
  if (baseline === undefined) return;
  const ran = value['ran'] === 0 ? { ok: 2, unknown: 0 } : { ok: 1, unknown: 1 };
  for (const [i, run] of runs.entries()) {
    const expected = comparable((baseline.runs[i] as RunPast).record) as { effects: JsonObject };
    if (i === 0)
      expected.effects = { ...expected.effects, 'process.run': { dropped: 0, error: 0, ...ran } };
    expect(comparable(run.record)).toEqual(expected);
  }
}

const isOver = ({ status }: { readonly status: string }) => status === 'completed';

/** The record a finished run holds is the fold of its journal read back. */
function checkLiveIsFolded({ id, record }: RunPast, chapters: readonly Chapter[]): void {
  for (const { life } of chapters) {
    for (const report of life.reports) {
      if (report.kind === 'ended' && report.run === id) expect(report.record).toEqual(record);
    }
  }
}

/** The command that must not be repeated says so exactly when it was cut between intent and outcome. */
function checkProcess({ ran }: JsonObject, chapters: readonly Chapter[]): void {
  const cut = cutShort(chapters).filter(({ effect }) => effect === 'process.run');
  if (ran === 0) return;
  expect(ran).toMatch(/HARN-JRN-003|unknown/);
  expect(cut.length).toBeGreaterThan(0);
}

/** Plays n = 1, 2, 3, … until a run is not killed; answers with the number of kills. */
async function everyKill(form: Form, when: Kill['when'], baseline: Played): Promise<number> {
  let next = 1;
  let last = Number.POSITIVE_INFINITY;
  const troubles: unknown[] = [];
  const worker = async () => {
    while (next < last) {
      const n = next;
      next += 1;
      const played = await play(form, [{ when, n }]).catch((error: unknown) => {
        troubles.push(new Error(`${when} commit ${n}: ${String(error)}`));
      });
      if (played === undefined) continue;
      if (played.chapters.length === 1) last = Math.min(last, n);
      await check(played, baseline).catch((error: unknown) => {
        troubles.push(new Error(`killed ${when} commit ${n}: ${String(error)}`, { cause: error }));
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (troubles.length > 0) throw new AggregateError(troubles, troubles.map(String).join('\n\n'));
  return last - 1;
}

describe.each(['harn', 'ts'] as const)('a run of the %s scenario', (form) => {
  let baseline: Played;
  it('keeps its promises when nobody kills it', { timeout: 30_000 }, async () => {
    baseline = await play(form, []);
    await check(baseline, undefined);
    expect(baseline.chapters).toHaveLength(1);
  });

  it.each(['after', 'before'] as const)(
    'ends the same when it is killed %s any commit and resumed',
    { timeout: 300_000 },
    async (when) => {
      expect(await everyKill(form, when, baseline)).toBeGreaterThan(30);
    },
  );

  it('ends the same when its second life is killed, too', { timeout: 120_000 }, async () => {
    const random = seededRandom(11);
    const any = (most: number): Kill => ({
      when: random.next() < 0.5 ? 'before' : 'after',
      n: 1 + Math.floor(random.next() * most),
    });
    for (let i = 0; i < 6; i += 1) {
      const kills = [any(40), any(15), any(10)];
      const played = await play(form, kills);
      await check(played, baseline).catch((error: unknown) => {
        throw new Error(`killed at ${JSON.stringify(kills)}: ${String(error)}`, { cause: error });
      });
    }
  });
});
