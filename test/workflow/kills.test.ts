// crash = pause for workflows: killed before or after any commit and resumed, a run ends with the record it would have
// had, has bought no answer twice that was recorded, and has changed nothing outside twice.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { World } from './scene.ts';

/** Ids and times differ from run to run; who is who does not. */
function shapeOf(value: unknown): Json {
  const known = new Map<string, string>();
  const text = JSON.stringify(value, (key, field: unknown) => {
    if (/(?:_at|_ms|timestamp)$/.test(key) && field !== null) return 'TIME';
    return field;
  });
  const named = text.replace(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
    (id) => {
      if (!known.has(id)) known.set(id, `ID${known.size + 1}`);
      return known.get(id) as string;
    },
  );
  return JSON.parse(named) as Json;
}

const stagesOf = (record: JsonObject) =>
  (record['stages'] as unknown as readonly { node_id: string; status: string }[]).map(
    ({ node_id, status }) => `${node_id} ${status}`,
  );

describe.each(['harn', 'ts'] as const)('a workflow in %s', (form) => {
  it('runs to its end, with a pause and a person in it', async () => {
    const world = await World.open();
    const { value } = await world.play(form);
    expect(value).toMatchObject({ paused: 'paused', status: 'completed' });
    expect(stagesOf(await world.record())).toEqual([
      'plan completed',
      'fan completed',
      'draft completed',
      'gather completed',
      'help completed',
      'both completed',
      'gate completed',
      'check failed',
      'mend completed',
      'check completed',
      'race completed',
      'quick completed',
      'slow cancelled',
      'won completed',
      'sign completed',
      'tell completed',
      'sum completed',
    ]);
    // The delegated stage that lost is not left behind.
    expect(await world.workers()).toEqual(['help completed', 'slow cancelled']);
  });

  it.each(['before', 'after'] as const)(
    'ends the same when it is killed %s any commit and resumed',
    { timeout: 300_000 },
    async (when) => {
      const whole = await World.open();
      const { value: expected } = await whole.play(form);
      const record = shapeOf(await whole.record());
      let kills = 0;
      for (let n = 1; ; n += 1) {
        const world = await World.open();
        const { value, wasKilled, lost } = await world.play(form, { when, n });
        if (!wasKilled) break;
        kills += 1;
        expect(value, `killed ${when} commit ${n}`).toEqual(expected);
        expect(shapeOf(await world.record()), `killed ${when} commit ${n}`).toEqual(record);
        // What was answered and not yet kept is asked again, and nothing else.
        expect(world.answers, `killed ${when} commit ${n}`).toBe(whole.answers + lost);
        expect(await world.handedOver(), `killed ${when} commit ${n}`).toEqual(['operations']);
        for (const [url, keys] of world.posts) expect([url, keys.size]).toEqual([url, 1]);
      }
      expect(kills).toBeGreaterThan(20);
    },
  );
});
