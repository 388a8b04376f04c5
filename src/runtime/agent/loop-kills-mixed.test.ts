// A loop with everything at once: reads beside each other, a mutation, notes, and a conversation that is compacted. Killed
// after every commit, it comes to the same, asks the model nothing twice and changes nothing twice.
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import { journalTopic, loadJournal, type RunBody } from '../run/index.ts';
import {
  completion,
  type Lived,
  live,
  loadSdk,
  newStore,
  returnedBy,
  wireCall,
} from './agent-run.fixture.ts';
import { agentLoop, toTool } from './index.ts';

interface World {
  asked: number;
  reads: number;
  sent: string[];
}

const textOfBody = (body: unknown) =>
  typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);

const both = (...calls: readonly JsonObject[]) =>
  completion({ tool_calls: calls.flatMap(({ tool_calls }) => tool_calls as JsonObject[]) });

const ANSWERS: readonly JsonObject[] = [
  both(wireCall('a', 'look', { at: 'x' }), wireCall('b', 'look', { at: 'y' })),
  completion(wireCall('c', 'update_scratchpad', { set: { seen: 'x and y' } })),
  completion(wireCall('d', 'send', { to: 'Ada' })),
  both(wireCall('e', 'look', { at: 'z' }), wireCall('f', 'look', { at: 'w' })),
  completion({ content: 'Done.' }),
];

async function liveOnce(store: Store, world: World, resume?: string, killAfter?: number) {
  let life: Lived | undefined;
  const alive = () => life === undefined || life.alive();
  const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
  host.onRequest('POST', 'https://api.openai.com/*', (request) => {
    if (alive()) world.asked += 1;
    // What was called last says which answer is due, however much of the conversation is left.
    const calls = [...textOfBody(request.body).matchAll(/"tool_call_id":"(\w)"/g)].map(
      ([, id]) => id,
    );
    const last = calls.at(-1);
    const at = last === undefined ? 0 : { b: 1, c: 2, d: 3, f: 4 }[last as 'b'];
    return { json: ANSWERS[at ?? 0] as JsonObject };
  });
  const look = toTool(
    { name: 'look', parameters: { at: 'string' }, mutates: false, parallel: true },
    {
      kind: 'native',
      run: async ({ at }) => {
        if (alive()) world.reads += 1;
        await new Promise((ok) => setImmediate(ok));
        return `saw ${String(at)}`;
      },
    },
  );
  const send = toTool(
    { name: 'send', parameters: { to: 'string' } },
    {
      kind: 'native',
      run: async (_args, { idempotencyKey }) => {
        if (alive()) world.sent.push(idempotencyKey);
        await new Promise((ok) => setImmediate(ok));
        return 'sent';
      },
    },
  );
  const options = {
    session_id: 's',
    scratchpad: true,
    compaction: 'truncate',
    compact_threshold: 1,
    compact_keep_last: 2,
  };
  const body: RunBody = (ctx) =>
    agentLoop(ctx, 'look and tell', 'be good', options, { tools: [look, send] });
  life = await live({
    store,
    host,
    body,
    ...(resume === undefined ? {} : { resume }),
    ...(killAfter === undefined ? {} : { killAfter }),
  });
  return life;
}

const newWorld = (): World => ({ asked: 0, reads: 0, sent: [] });

/** What must not depend on kills; whether the mutation was told as unknown may. */
function traces({ result }: Lived) {
  const { status, llm, trace, transcript } = returnedBy<{
    status: string;
    llm: JsonObject;
    trace: JsonObject;
    transcript: { summary: string | null; messages: JsonObject[] };
  }>(result);
  const text = JSON.stringify([transcript.summary, transcript.messages]);
  return {
    status,
    turns: llm['iterations'],
    compactions: trace['compactions'],
    messages: transcript.messages.map(({ role }) => role),
    isUnknown: text.includes('unknown'),
  };
}

beforeAll(loadSdk, 30_000);

describe('a loop with reads, a mutation, notes and compaction', () => {
  it('that is killed after any commit comes to the same, and pays and changes nothing twice', async () => {
    const world = newWorld();
    const expected = traces(await liveOnce(await newStore(), world));
    expect(expected).toMatchObject({ status: 'done', turns: 5, isUnknown: false });
    expect(expected.compactions).toBeGreaterThan(0);
    expect(world).toMatchObject({ asked: 5, reads: 4 });
    expect(world.sent).toHaveLength(1);
    let kills = 0;
    for (let n = 0; n < 200; n += 1) {
      const store = await newStore();
      const own = newWorld();
      const first = await liveOnce(store, own, undefined, n);
      if (first.result !== undefined) break;
      if ((await store.latest(journalTopic(first.run.id))) === undefined) continue;
      const { entries } = await loadJournal(store, first.run.id);
      const paid = entries.filter((e) => e.kind === 'outcome' && e.effect === 'llm.call').length;
      own.asked = 0;
      const found = traces(await liveOnce(store, own, first.run.id));
      expect({ ...found, isUnknown: false }, `killed after ${n}`).toEqual(expected);
      expect(own.asked, `killed after ${n}`).toBe(5 - paid);
      // Begun twice it would have two entries; begun and not recorded, the model is told that its end is not known.
      expect(own.sent.length, `killed after ${n}`).toBeLessThanOrEqual(1);
      if (own.sent.length === 0) expect(found.isUnknown, `killed after ${n}`).toBe(true);
      kills += 1;
    }
    expect(kills).toBeGreaterThan(6);
  }, 60_000);
});
