// The promise itself: plays the lives of a run and checks what they came to.
import { expect } from 'vitest';
import type { JsonObject } from '../../src/base/index.ts';
import { runLeaseName } from '../../src/runtime/run/index.ts';
import type { Order } from './child.ts';
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
import { type Kill, type Life, type Scene, Stage } from './lives.ts';
import { type Outside, openOutside } from './outside.ts';
import { fileOf, keptAndFolded, lostCalls, type RunPast, runsOf, withStore } from './past.ts';

export type Form = Order['form'];

/** A run from its first life to its last. */
export interface Played {
  readonly scene: Scene;
  readonly chapters: readonly Chapter[];
  readonly runs: readonly RunPast[];
}

/** Where runs are played. */
export class Theatre {
  readonly stage: Stage;
  readonly outside: Outside;

  /** The program in Harn. */
  readonly #program: string;

  private constructor(stage: Stage, outside: Outside, program: string) {
    this.stage = stage;
    this.outside = outside;
    this.#program = program;
  }

  static async open(name: string, program = 'scenario.harn'): Promise<Theatre> {
    return new Theatre(await Stage.open(name), await openOutside(), program);
  }

  close(): void {
    this.outside.close();
    this.stage.close();
  }

  /** What a life of this scene has to be told. */
  order(
    scene: Scene,
    form: Form,
  ): { readonly form: Form; readonly url: string; readonly program: string } {
    return { form, url: this.outside.url(scene.name), program: this.#program };
  }

  /** The end of a life together with what it left behind. */
  async chapter(scene: Scene, ended: Promise<Life>): Promise<Chapter> {
    const life = await ended;
    return { life, left: await withStore(scene, runsOf) };
  }

  /** Lives of one run, each killed as told, then one that is not. */
  async play(form: Form, kills: readonly Kill[], scene = this.stage.newScene()): Promise<Played> {
    const chapters: Chapter[] = [];
    for (const kill of [...kills, undefined]) {
      const living = this.stage.begin(scene, { ...this.order(scene, form), kill, packed: true });
      const chapter = await this.chapter(scene, living.ended);
      chapters.push(chapter);
      const failed = chapter.life.reports.filter((report) => report.kind === 'failed');
      if (failed.length > 0) throw new Error(JSON.stringify(failed));
      if (chapter.life.signal === null) return { scene, chapters, runs: chapter.left };
    }
    throw new Error('killed without being asked to');
  }

  /** Everything that is promised of a run, whoever was killed; `baseline` is a run of the same form that was not. */
  async check(
    { scene, chapters, runs }: Played,
    baseline?: Played,
    { events: hasAllEvents = true }: { readonly events?: boolean } = {},
  ): Promise<void> {
    const asked = this.outside.asked(scene.name);
    const [main, child, ...others] = runs;
    expect(others).toEqual([]);
    if (main === undefined || child === undefined) {
      throw new Error(`a run is missing: ${JSON.stringify([main?.record, chapters[0]?.life])}`);
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
    checkProcesses(scene, value, { chapters, runs });
    if (hasAllEvents) checkHeard(value, main, child, chapters);
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
      const lost = lostCalls(run);
      if (lost > 0) {
        // A call that was lost is told as such, and was asked again.
        expect(lost).toBeLessThan(chapters.length);
        const calls = expected.effects['llm.call'] as JsonObject;
        expected.effects = { ...expected.effects, 'llm.call': { ...calls, error: lost } };
      }
      if (i === 0)
        expected.effects = { ...expected.effects, 'process.run': { dropped: 0, error: 0, ...ran } };
      expect(comparable(run.record)).toEqual(expected);
    }
  }
}

/** Text and events over all lives: nothing vanishes, and only what came after the last entry comes again. */
function checkHeard(
  value: JsonObject,
  main: RunPast,
  child: RunPast,
  chapters: readonly Chapter[],
): void {
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

/**
 * The command that must not be repeated says so exactly when it was cut between intent and outcome; the one that may
 * be was run again at most once for each cut.
 */
function checkProcesses(
  scene: Scene,
  value: JsonObject,
  { chapters, runs }: Pick<Played, 'chapters' | 'runs'>,
): void {
  const places = (runs[0]?.entries ?? []).flatMap((entry) =>
    entry.kind === 'intent' && entry.effect === 'process.run' ? [entry.ordinal] : [],
  );
  const cuts = places.map(
    (ordinal) =>
      cutShort(chapters).filter(
        (cut) => cut.effect === 'process.run' && cut.at.endsWith(`#${ordinal}`),
      ).length,
  );
  expect(cuts).toHaveLength(2);
  const [once = 0, often = 0] = cuts;
  if (once === 0) expect(value['ran']).toBe(0);
  else expect(value['ran']).toMatch(/HARN-JRN-003|unknown/);
  const again = (fileOf(scene, 'again.txt') ?? '').trim().split('\n');
  expect(again.length).toBeLessThanOrEqual(1 + often);
  expect(value['again']).toBe(0);
}
