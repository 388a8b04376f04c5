// Loops compact by themselves: when, by which rule, with which words, and not again and again.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { Catalog, catalogKey } from '../llm/index.ts';
import { journalTopic, loadJournal } from '../run/index.ts';
import {
  completion,
  type Life,
  live,
  loadSdk,
  newStore,
  resultOf,
  returnedBy,
} from './agent-run.fixture.ts';
import { agentLoop } from './index.ts';
import type { LoopOptions } from './loop-options.ts';

interface Looped {
  readonly status: string;
  readonly trace: { readonly compactions: number };
  readonly transcript: {
    readonly summary: string | null;
    readonly messages: readonly { readonly content: string }[];
    readonly events: readonly { readonly kind: string; readonly metadata?: JsonObject }[];
  };
}

/** A conversation of so many messages of so many characters. */
const talk = (messages: number, chars: number): Json[] =>
  Array.from({ length: messages }, (_, k) => ({
    role: k % 2 === 0 ? 'user' : 'assistant',
    content: `${k} ${'x'.repeat(chars)}`,
  }));

const loop = (options: LoopOptions, life: Partial<Life> = {}) =>
  resultOf<Looped>((ctx) => agentLoop(ctx, 'go on', null, options), life);

const LONG = { messages: talk(24, 20_000) };

describe('a loop that says nothing about compaction', () => {
  it('asks its model for a summary when the conversation is too long, and keeps the last ten messages', async () => {
    const mocks = [{ text: 'They spoke of x.' }, { text: 'ok' }];
    const { trace, transcript } = await loop(LONG, { mocks });
    expect(trace.compactions).toBe(1);
    expect(transcript.summary).toContain('They spoke of x.');
    expect(transcript.events.find(({ kind }) => kind === 'compaction')?.metadata).toMatchObject({
      mode: 'auto',
      strategy: 'hybrid',
      engine_strategy: 'llm',
      estimated_tokens_before: expect.any(Number),
      estimated_tokens_after: expect.any(Number),
    });
    // Ten of the conversation, a few more so that a user speaks first, and the answer.
    expect(transcript.messages.length).toBeGreaterThanOrEqual(11);
    expect(transcript.messages.length).toBeLessThan(16);
  });

  it('leaves the conversation alone when it is told to, and when it is not long', async () => {
    const none = { trace: { compactions: 0 }, transcript: { summary: null } };
    const mocks = [{ text: 'ok' }];
    expect(await loop({ ...LONG, compaction: 'none' }, { mocks })).toMatchObject(none);
    expect(await loop({ ...LONG, compaction: false }, { mocks })).toMatchObject(none);
    expect(await loop({ ...LONG, auto_compact: false }, { mocks })).toMatchObject(none);
    expect(await loop({ messages: talk(24, 2000) }, { mocks })).toMatchObject(none);
  });

  it('begins earlier with a model that can take less', async () => {
    const catalog = new Catalog({ models: { tiny: { provider: 'mock', context: 8000 } } });
    const equip: Life['equip'] = (core) => core.provide(catalogKey, catalog);
    const options = { messages: talk(24, 2000), provider: 'mock', model: 'tiny' };
    const mocks = [{ text: 'in short' }, { text: 'ok' }];
    expect((await loop(options, { mocks, equip })).transcript.summary).toContain('in short');
    const stated = { ...options, compact_threshold: 50_000 };
    expect((await loop(stated, { mocks, equip })).transcript.summary).toBeNull();
  });

  it('truncates where its model fails or does not come below the limit', async () => {
    const failing = [{ error: { category: 'auth', message: 'no' } }, { text: 'ok' }];
    const failed = await loop(LONG, { mocks: failing });
    expect(failed.transcript.summary).toContain('left out');
    const wordy = [{ text: 'y'.repeat(400_000) }, { text: 'ok' }];
    expect((await loop(LONG, { mocks: wordy })).transcript.summary?.length).toBeLessThan(5000);
  });

  it('does not ask for a summary of next to nothing, turn by turn, when one of the last messages is too long', async () => {
    const messages = [...talk(12, 100), ...talk(1, 500_000)];
    const options = { messages, persistent: true, max_nudges: 5 };
    const mocks = Array.from({ length: 3 }, () => ({ text: 'working' }));
    const { trace } = await loop(options, { mocks: [...mocks, { text: '##DONE##' }] });
    expect(trace.compactions).toBe(0);
  });
});

describe('a compaction by a model', () => {
  beforeAll(loadSdk, 30_000);

  it('is paid for once, wherever the run is killed', async () => {
    const life = async (store: Life['store'], more: Partial<Life> = {}) => {
      let asked = 0;
      let lived: { alive: () => boolean } | undefined;
      const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
      host.onRequest('POST', 'https://api.openai.com/*', ({ body }) => {
        if (lived?.alive() !== false) asked += 1;
        const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
        const isSummary = text.includes('Write down what has to be known');
        return { json: completion({ content: isSummary ? 'THE GIST' : 'Done.' }) };
      });
      const options = { ...LONG, session_id: 's', llm_retries: 0 };
      const body: Life['body'] = (ctx) => agentLoop(ctx, 'go on', null, options);
      lived = await live({ store, host, body, ...more });
      return { lived: lived as Awaited<ReturnType<typeof live>>, asked };
    };
    const whole = await life(await newStore());
    expect(whole.asked).toBe(2);
    const expected = returnedBy<Looped>(whole.lived.result).transcript;
    expect(expected.summary).toContain('THE GIST');
    let kills = 0;
    for (let n = 0; n < 100; n += 1) {
      const store = await newStore();
      const first = await life(store, { killAfter: n });
      if (first.lived.result !== undefined) break;
      const { id } = first.lived.run;
      if ((await store.latest(journalTopic(id))) === undefined) continue;
      const { entries } = await loadJournal(store, id);
      const paid = entries.filter((e) => e.kind === 'outcome' && e.effect === 'llm.call').length;
      const second = await life(store, { resume: id });
      expect(returnedBy<Looped>(second.lived.result).transcript.summary).toBe(expected.summary);
      expect(second.asked, `killed after ${n}`).toBe(2 - paid);
      kills += 1;
    }
    expect(kills).toBeGreaterThan(1);
  }, 60_000);
});
