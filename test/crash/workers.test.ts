// Delegated work in a process that is killed: a worker that is suspended and resumed, and a workflow with stages beside
// each other, a map, a check and a node that is a worker of its own. Places to be killed at are drawn, not all tried.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/index.ts';
import { listWorkers } from '../../src/runtime/work/index.ts';
import type { Store } from '../../src/store/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import { checkAsked, checkJournal, checkPrefixes, checkPrinted } from './compare.ts';
import type { Kill } from './lives.ts';
import { fileOf, keptAndFolded, lostCalls, withStore } from './past.ts';
import { type Played, Theatre } from './theatre.ts';

/** Tokens put aside for the call: its estimated prompt and its `max_tokens` of 50. */
const MOST = 101;

let theatre: Theatre;
beforeAll(async () => {
  theatre = await Theatre.open('workers', 'workers.harn');
});
afterAll(() => theatre.close());

/** What is promised of it, wherever it was killed. */
async function check({ scene, chapters, runs }: Played): Promise<void> {
  const [run, ...others] = runs;
  expect(others).toEqual([]);
  if (run === undefined) throw new Error('there is no run');
  checkJournal(run);
  checkPrefixes(chapters, runs);
  for (const { life } of chapters) checkPrinted(life);
  const asked = theatre.outside.asked(scene.name);
  checkAsked(asked, runs);
  const value = run.record.returned as JsonObject;
  const { got } = value['clerk'] as { readonly got: string };
  expect(value).toMatchObject({
    flow: 'completed',
    stages: [
      'split completed',
      'look completed',
      'ask completed',
      'meet completed',
      'items completed',
      'check completed',
      'sub completed',
    ],
    // One answer of the model, and the most that each call could have cost whose process was killed.
    spent: 8 + MOST * lostCalls(run),
    clerk: { told: 'go on', got },
    history: ['file it', 'go on'],
    workers: ['clerk completed', 'sub completed'],
  });
  expect(fileOf(scene, 'clerk.txt')).toBe('begun file it\ntold go on\n');
  expect(fileOf(scene, 'look.txt')).toMatch(/^\/slow\/a \d+\n$/);
  for (const item of ['x', 'y', 'z']) {
    expect(fileOf(scene, `item-${item}.txt`)).toMatch(RegExp(`^/item/${item} \\d+\n$`));
  }
  expect(fileOf(scene, 'finish.txt')).toBe('finished\n');
  expect([...asked.posts.values()].map((bodies) => [...new Set(bodies)])).toEqual([['fine']]);
  await withStore(scene, async (store) => {
    for (const [kept, folded] of await keptAndFolded(store)) expect(kept).toEqual(folded);
    expect(await statuses(store)).toEqual(['completed', 'completed']);
  });
}

async function statuses(store: Store): Promise<readonly unknown[]> {
  return (await listWorkers(store)).map(({ status }) => status);
}

describe('a run with workers and a workflow', () => {
  it('keeps its promises when nobody kills it', { timeout: 60_000 }, async () => {
    const played = await theatre.play('harn', []);
    await check(played);
    expect(played.chapters).toHaveLength(1);
  });

  it('ends the same when its process is killed, once or twice', { timeout: 300_000 }, async () => {
    const random = seededRandom(23);
    const any = (most: number): Kill => ({
      when: random.next() < 0.5 ? 'before' : 'after',
      n: 1 + Math.floor(random.next() * most),
    });
    let kills = 0;
    for (let i = 0; i < 10; i += 1) {
      const plan = i % 3 === 0 ? [any(40), any(20)] : [any(60)];
      const played = await theatre.play('harn', plan);
      kills += played.chapters.length - 1;
      await check(played).catch((error: unknown) => {
        throw new Error(`killed at ${JSON.stringify(plan)}: ${String(error)}`, { cause: error });
      });
    }
    expect(kills).toBeGreaterThan(7);
  });
});
