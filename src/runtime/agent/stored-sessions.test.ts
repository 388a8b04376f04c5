import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import { live, newStore } from './agent-run.fixture.ts';
import { agentLoop } from './loop.ts';
import { sessionCalls } from './session-calls.ts';
import {
  forkStoredSession,
  listSessions,
  loadStoredSession,
  storedSessionIds,
} from './stored-sessions.ts';
import { toTool } from './tools.ts';

const look = toTool(
  { name: 'look', description: 'looks', mutates: false },
  { kind: 'native', run: () => 'a lot', fn: () => 0 },
);

/** A run with one loop in a session; its id. */
async function talk(store: Store, session: string, task: string, seed = 1): Promise<string> {
  const { run } = await live({
    store,
    host: createMockHost({ seed }),
    mocks: [
      {
        tool_calls: [{ id: 'c1', name: 'look', arguments: {} }],
        input_tokens: 7,
        output_tokens: 2,
      },
      { text: 'It is a lot.', input_tokens: 9, output_tokens: 4 },
    ],
    *body(ctx) {
      sessionCalls.open(ctx, session);
      const options = { session_id: session, provider: 'mock' };
      const { text } = yield* agentLoop(ctx, task, 'You look.', options, { tools: [look] });
      return text as Json;
    },
  });
  return run.id;
}

describe('sessions in a store', () => {
  it('are listed with their run, their messages and tokens, the latest first', async () => {
    const store = await newStore();
    const first = await talk(store, 'one', 'look\n around');
    const second = await talk(store, 'two', 'look again', 2);
    expect(await listSessions(store)).toMatchObject([
      { id: 'two', run_id: second, messages: 4, turns: 2, title: 'look again', parent_id: null },
      { id: 'one', run_id: first, input_tokens: 16, output_tokens: 6, title: 'look around' },
    ]);
    expect(await listSessions(store, { limit: 1 })).toMatchObject([{ id: 'two' }]);
    expect(await listSessions(store, { runId: first })).toMatchObject([{ id: 'one' }]);
    expect(await storedSessionIds(store, 'o')).toEqual(['one']);
    expect((await loadStoredSession(store, 'one'))?.systemPrompt).toBe('You look.');
  });

  it('are forked whole or at a message, and the source stays as it is', async () => {
    const store = await newStore();
    const run = await talk(store, 'one', 'look');
    const fork = await forkStoredSession(store, 'one', { id: 'branch', keepFirst: 1 });
    expect(fork).toMatchObject({ id: 'branch', run_id: run, messages: 1, parent_id: 'one' });
    const whole = await forkStoredSession(store, 'branch', { id: 'leaf' });
    expect(whole).toMatchObject({ messages: 1, parent_id: 'branch', input_tokens: 0 });
    const loaded = await loadStoredSession(store, 'leaf');
    expect(loaded?.transcript.messages.toArray()).toEqual([{ role: 'user', content: 'look' }]);
    expect(loaded?.systemPrompt).toBe('You look.');
    expect((await loadStoredSession(store, 'one'))?.row.messages).toBe(4);
  });

  it.each([
    ['a session that nobody kept', 'none', { id: 'x' }, "no session 'none' has been kept"],
    ['an id that is taken', 'one', { id: 'one' }, "a session 'one' is kept already"],
    ['more than there is', 'one', { id: 'x', keepFirst: 5 }, 'it has 4'],
    ['between a call and its result', 'one', { id: 'x', keepFirst: 2 }, 'the middle of tool calls'],
  ])('a fork is refused for %s, and nothing is written', async (_, source, how, text) => {
    const store = await newStore();
    await talk(store, 'one', 'look');
    await expect(forkStoredSession(store, source, how)).rejects.toThrow(text);
    expect(await storedSessionIds(store)).toEqual(['one']);
  });
});
