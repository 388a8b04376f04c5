// crash = pause, with real processes on SQLite: a run that is killed at a commit and resumed ends as if nothing had
// happened. Each commit is a place to be killed at twice: when it is durable and nobody has been told, and when it is
// asked for and everything since the commit before is known to nobody but the outside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/testing/index.ts';
import type { Kill } from './lives.ts';
import { type Form, type Played, Theatre } from './theatre.ts';

/** How many scenes play at the same time. */
const AT_ONCE = 2;
let theatre: Theatre;
beforeAll(async () => {
  theatre = await Theatre.open('matrix');
});
afterAll(() => theatre.close());

/** Plays n = 1, 2, 3, … until a run is not killed; answers with the number of kills. */
async function everyKill(form: Form, when: Kill['when'], baseline: Played): Promise<number> {
  let next = 1;
  let last = Number.POSITIVE_INFINITY;
  const troubles: unknown[] = [];
  const worker = async () => {
    while (next < last) {
      const n = next;
      next += 1;
      const played = await theatre.play(form, [{ when, n }]).catch((error: unknown) => {
        troubles.push(new Error(`${when} commit ${n}: ${String(error)}`));
      });
      if (played === undefined) continue;
      if (played.chapters.length === 1) last = Math.min(last, n);
      await theatre.check(played, baseline).catch((error: unknown) => {
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
    baseline = await theatre.play(form, []);
    await theatre.check(baseline);
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
      const played = await theatre.play(form, kills);
      await theatre.check(played, baseline).catch((error: unknown) => {
        throw new Error(`killed at ${JSON.stringify(kills)}: ${String(error)}`, { cause: error });
      });
    }
  });
});
