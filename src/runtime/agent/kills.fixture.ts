// For the tests of loops that are killed: the same scene again and again, its process killed after the first commit, after
// the second, and so on until it comes to its end; what is left is gone on with and looked at.
import type { Store } from '../../store/index.ts';
import { type JournalEntry, journalTopic, loadJournal, runIndex } from '../run/index.ts';
import { type Life, type Lived, newStore } from './agent-run.fixture.ts';

/** How a life ends, or what it goes on with. */
export type Fate = Pick<Life, 'resume' | 'killAfter' | 'lastIsWritten'>;

/** What every life of one scene has in common: what is outside, and the store. */
export interface Scene<W> {
  readonly world: W;
  readonly store: Store;
}

/** A scene that was killed, and its second life. */
export interface Killed<W> extends Scene<W> {
  /** Where it was killed, for messages of failed tests. */
  readonly where: string;
  readonly first: Lived;
  /** What it had written by then. */
  readonly entries: readonly JournalEntry[];
  /** Goes on with it. */
  readonly resume: () => Promise<Lived>;
}

/** A scene that nothing has happened in. */
export async function newScene<W>(world: W): Promise<Scene<W>> {
  return { world, store: await newStore() };
}

/** Kills the scene after each of its commits; the number of kills that left a run to go on with. */
export async function killEverywhere<W>(
  newWorld: () => W,
  liveIn: (scene: Scene<W>, fate: Fate) => Promise<Lived>,
  look: (killed: Killed<W>) => Promise<void>,
  { lastIsWritten = false }: { readonly lastIsWritten?: boolean } = {},
): Promise<number> {
  let kills = 0;
  for (let killAfter = 0; killAfter < 300; killAfter += 1) {
    const scene = await newScene(newWorld());
    const first = await liveIn(scene, { killAfter, lastIsWritten });
    if (first.result !== undefined) return kills;
    const { store } = scene;
    const { id } = first.run;
    // Killed before it was durable it simply starts again; with its last commit it was over.
    if ((await store.latest(journalTopic(id))) === undefined) continue;
    if ((await store.row(runIndex, id))?.status === 'completed') return kills;
    const { entries } = await loadJournal(store, id);
    const resume = () => liveIn(scene, { resume: id });
    await look({ ...scene, where: `killed after ${killAfter}`, first, entries, resume });
    kills += 1;
  }
  throw new Error('the scene did not come to its end');
}
