// A loop whose answers come in pieces, with reads beside each other, a mutation and compaction. Killed before or after any
// commit, it comes to the same: every answer is recorded once, and nothing is changed twice.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { type Handler, journalTopic, loadJournal, type RunBody, runIndex } from '../run/index.ts';
import { type Lived, live, newStore, returnedBy } from './agent-run.fixture.ts';
import { agentLoop, toTool } from './index.ts';

interface World {
  readonly pieces: string[];
  readonly sent: string[];
}

interface Life {
  readonly resume?: string;
  readonly killAfter?: number;
  readonly lastIsWritten?: boolean;
}

const call = (id: string, name: string, args: JsonObject = {}) => ({ id, name, arguments: args });

const MOCKS = [
  {
    text: 'I look at both.',
    tool_calls: [call('a', 'look', { at: 'x' }), call('b', 'look', { at: 'y' })],
  },
  { text: 'Now I tell Ada.', tool_calls: [call('c', 'send', { to: 'Ada' })] },
  {
    text: 'Once more.',
    tool_calls: [call('d', 'look', { at: 'z' }), call('e', 'look', { at: 'w' })],
  },
  { text: 'All is told.' },
];

async function liveOnce(store: Store, world: World, more: Life = {}): Promise<Lived> {
  let life: Lived | undefined;
  const alive = () => life === undefined || life.alive();
  const onDelta: Handler = {
    kind: 'generator',
    name: 'hear',
    *run(_ctx, [delta]) {
      yield* [];
      const { type, text } = delta as { type: string; text?: string };
      if (alive() && type === 'text') world.pieces.push(text ?? '');
      return null;
    },
  };
  const look = toTool(
    { name: 'look', parameters: { at: 'string' }, mutates: false, parallel: true },
    {
      kind: 'native',
      run: async ({ at }) => {
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
    compaction: 'truncate',
    compact_threshold: 1,
    compact_keep_last: 2,
  };
  const parts = { tools: [look, send], onDelta };
  const body: RunBody = (ctx) => agentLoop(ctx, 'look and tell', 'be good', options, parts);
  life = await live({ store, body, mocks: MOCKS, ...more });
  return life;
}

const newWorld = (): World => ({ pieces: [], sent: [] });

function traces({ result }: Lived) {
  const { status, text, llm, trace, transcript } = returnedBy<{
    status: string;
    text: string;
    llm: JsonObject;
    trace: JsonObject;
    transcript: { summary: string | null; messages: JsonObject[] };
  }>(result);
  return {
    status,
    text,
    turns: llm['iterations'],
    compactions: trace['compactions'],
    roles: transcript.messages.map(({ role }) => role),
    isUnknown: JSON.stringify([transcript.summary, transcript.messages]).includes('unknown'),
  };
}

const answers = async (store: Store, runId: string) =>
  (await loadJournal(store, runId)).entries.filter(
    (entry) => entry.kind === 'outcome' && entry.effect === 'llm.stream',
  ).length;

describe('a loop whose answers come in pieces', () => {
  it.each([false, true])(
    'comes to the same wherever it is killed (last commit written: %s)',
    async (lastIsWritten) => {
      const world = newWorld();
      const expected = traces(await liveOnce(await newStore(), world));
      expect(expected).toMatchObject({ status: 'done', turns: 4, isUnknown: false });
      expect(expected.compactions).toBeGreaterThan(0);
      expect(world.pieces.join('')).toContain('Now I tell Ada.');
      expect(world.sent).toHaveLength(1);
      let kills = 0;
      for (let killAfter = 0; killAfter < 200; killAfter += 1) {
        const store = await newStore();
        const own = newWorld();
        const first = await liveOnce(store, own, { killAfter, lastIsWritten });
        if (first.result !== undefined) break;
        if ((await store.latest(journalTopic(first.run.id))) === undefined) continue;
        if ((await store.row(runIndex, first.run.id))?.status === 'completed') break;
        own.pieces.length = 0;
        const where = `killed after ${killAfter}`;
        const found = traces(await liveOnce(store, own, { resume: first.run.id }));
        expect({ ...found, isUnknown: false }, where).toEqual(expected);
        expect(await answers(store, first.run.id), where).toBe(4);
        // What was recorded is handed to the listener again, in the same portions: its code is part of the program.
        expect(own.pieces, where).toEqual(world.pieces);
        expect(own.sent.length, where).toBeLessThanOrEqual(1);
        if (own.sent.length === 0) expect(found.isUnknown, where).toBe(true);
        kills += 1;
      }
      expect(kills).toBeGreaterThan(3);
    },
    60_000,
  );
});
