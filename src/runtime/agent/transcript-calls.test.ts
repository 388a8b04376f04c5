// Transcripts as documents: what is read off them, what is made of them, and what compaction keeps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import type { Handler, RunContext } from '../run/index.ts';
import { completion, live, loadSdk, newStore, resultOf, returnedBy } from './agent-run.fixture.ts';
import { llmCallWithTranscript, sessionCalls, transcriptCalls, transcripts } from './index.ts';

const say = (role: string, content: Json): JsonObject => ({ role, content });
const TALK: readonly JsonObject[] = [
  say('user', 'find the bug'),
  say('assistant', 'it is in the parser'),
  say('user', 'mend it'),
  say('assistant', 'done'),
];

const giving = (value: Json): Handler => ({
  kind: 'generator',
  name: 'giving',
  *run() {
    yield* [];
    return value;
  },
});

const messageArb = fc.record({
  role: fc.constantFrom('user', 'assistant', 'tool', 'system'),
  content: fc.oneof(fc.string(), fc.array(fc.record({ type: fc.string(), text: fc.string() }))),
});

describe('the views of a transcript', () => {
  it('count messages, calls and events by what they are', () => {
    const stats = transcripts.stats({
      messages: [
        say('user', 'a'),
        { ...say('assistant', ''), tool_calls: [{ id: '1' }, { id: '2' }] },
        say('tool', 'r'),
        say('system', 's'),
      ],
      events: [
        { kind: 'message', visibility: 'public' },
        { kind: 'note', visibility: 'internal' },
      ],
    });
    expect(stats).toMatchObject({
      message_count: 4,
      user_message_count: 1,
      assistant_message_count: 1,
      user_facing_message_count: 2,
      tool_result_message_count: 1,
      tool_call_count: 2,
      event_count: 2,
      visible_event_count: 1,
    });
  });

  it('take nothing for an empty transcript, and a list for its messages', () => {
    expect(transcripts.stats(null).message_count).toBe(0);
    expect(transcripts.renderFull(null)).toBe('');
    expect(transcripts.messages([...TALK])).toEqual(TALK);
  });

  it.each<[string, Json]>([
    ['a text', 'words'],
    ['a dict without messages', { id: 'x' }],
    ['a message without a role', [{ content: 'x' }]],
    ['messages that are no list', { _type: 'transcript', messages: 'x' }],
  ])('refuse %s', (_name, value) => {
    expect(() => transcripts.messages(value)).toThrow(/^transcript_messages: /);
  });

  it('show people only what is public, block by block', () => {
    const document = transcripts.add([say('system', 'be kind')], 'user', [
      { type: 'image', asset_id: 'a1', name: 'plan.png' },
      { type: 'text', text: 'look' },
      { type: 'text', text: 'secret', visibility: 'private' },
    ]);
    expect(transcripts.renderVisible(document)).toBe('user: <image:plan.png> look');
    const full = transcripts.renderFull(document).split('\n');
    expect(full).toEqual([
      '[internal] system: be kind',
      '[public] user: <image:plan.png> look secret',
    ]);
  });

  it('name a transcript without an id for what it says', () => {
    expect(transcripts.id([...TALK])).toBe(transcripts.id([...TALK]));
    expect(transcripts.id([...TALK])).not.toBe(transcripts.id([say('user', 'else')]));
  });
});

describe('a transcript document', () => {
  it('goes through text unchanged, and through every change of state with a line in its history', () => {
    const start = transcripts.from([...TALK]);
    const put = transcripts.resume(transcripts.archive(start));
    expect(transcripts.parse(transcripts.stringify(put))).toEqual(put);
    expect(put['state']).toBe('active');
    expect(transcripts.eventsByKind(put, 'lifecycle').map(({ text }) => text)).toEqual([
      'transcript archived',
      'transcript resumed',
    ]);
    expect(transcripts.abandon(put)['state']).toBe('abandoned');
  });

  it('gives its assets ids that differ', () => {
    const one = transcripts.addAsset(null, { kind: 'image' });
    const two = transcripts.addAsset(one, { kind: 'image' });
    const ids = transcripts.assets(two).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(() => transcripts.addAsset(null, 'x')).toThrow('must be a dict');
  });

  it.each(['{', 'null', '"words"'])('is not read from %s', (text) => {
    expect(() => transcripts.parse(text)).toThrow(/transcript_import/);
  });

  it('is copied under a new id, with or without what was said', async () => {
    const made = await resultOf<JsonObject[]>(function* (ctx) {
      yield* [];
      const document = transcripts.from([...TALK]);
      return [
        transcriptCalls.fork(ctx, document, null),
        transcriptCalls.fork(ctx, document, { messages: false }),
        transcriptCalls.reset(ctx, { metadata: { source: 'test' } }),
      ];
    });
    const [copy, bare, fresh] = made as [JsonObject, JsonObject, JsonObject];
    expect(copy).toMatchObject({ state: 'forked', messages: TALK });
    expect(copy['metadata']).toEqual({ parent_transcript_id: transcripts.id([...TALK]) });
    expect(bare['messages']).toEqual([]);
    expect(fresh).toMatchObject({ messages: [], metadata: { source: 'test' } });
    expect(new Set([copy['id'], bare['id'], fresh['id']]).size).toBe(3);
  });
});

/** What a compaction of a document gives. */
async function compacted(options: JsonObject, mocks: readonly Json[] = [], document?: Json) {
  const of = document ?? transcripts.from([...TALK]);
  return resultOf<JsonObject>((ctx) => transcriptCalls.compact(ctx, of, options), { mocks });
}

describe('compaction', () => {
  it('keeps the end from where a user speaks, sums up the rest, and archives the whole', async () => {
    const document = await compacted({ strategy: 'truncate', keep_last: 1 });
    expect(document['messages']).toEqual(TALK.slice(2));
    expect(document['summary']).toContain('auto-compacted 2 messages');
    expect(document['summary']).toContain('user: find the bug');
    const [event] = transcripts.eventsByKind(document, 'compaction');
    const [asset] = transcripts.assets(document) as [JsonObject];
    expect(event).toMatchObject({
      metadata: { strategy: 'truncate', archived_messages: 2, snapshot_asset_id: asset['id'] },
    });
    expect(transcripts.messages(asset['data'] as Json)).toEqual(TALK);
  });

  it('does nothing to a conversation that is short enough', async () => {
    const document = transcripts.from([...TALK]);
    expect(await compacted({ strategy: 'truncate', keep_last: 1, target_tokens: 9999 })).toEqual(
      document,
    );
    expect(await compacted({ strategy: 'truncate', keep_last: 4 })).toEqual(document);
  });

  it('takes a summary that the caller has', async () => {
    expect((await compacted({ keep_last: 1, summary: 'mine' }))['summary']).toBe('mine');
  });

  it('asks a model, which sees the earlier summary too', async () => {
    const first = await compacted({ strategy: 'truncate', keep_last: 2, summary: 'EARLIER' });
    const body = function* (ctx: RunContext) {
      const document = yield* transcriptCalls.compact(
        ctx,
        first,
        { keep_last: 0 },
        {
          prompt: {
            kind: 'generator',
            name: 'prompt',
            *run(_ctx, [facts]) {
              yield* [];
              return `SUM ${JSON.stringify(facts)}`;
            },
          },
        },
      );
      return document;
    };
    const mocks = [{ match: '*EARLIER*', text: 'the model says' }];
    const document = await resultOf<JsonObject>(body, { mocks });
    expect(document['summary']).toBe('[auto-compacted 2 messages: llm]\nthe model says');
    expect(document['messages']).toEqual([]);
  });

  it('masks long output and keeps the lines that say what went wrong', async () => {
    const noise = Array.from({ length: 60 }, (_, i) => `building unit ${i}`).join('\n');
    const talk = [
      say('user', `${noise}\nerror: no such unit`),
      say('assistant', 'I see'),
      say('user', 'go'),
    ];
    const document = await compacted({ strategy: 'observation_mask', keep_last: 1 }, [], talk);
    expect(document['summary']).toContain('[masked: 61 lines');
    expect(document['summary']).toContain('error: no such unit');
    expect(document['summary']).not.toContain('building unit 40');
  });

  it('calls back for a summary, and refuses a callback that gives none', async () => {
    const by = (value: Json) =>
      resultOf<JsonObject>((ctx) =>
        transcriptCalls.compact(ctx, [...TALK], { keep_last: 2 }, { compact: giving(value) }),
      );
    expect((await by({ summary: 'called' }))['summary']).toContain('called');
    expect((await by('plain'))['summary']).toContain('plain');
    await expect(by(null)).rejects.toThrow('gave no summary');
  });

  it.each<[string, JsonObject]>([
    ['an option that nobody knows', { keep: 1 }],
    ['a strategy that nobody knows', { strategy: 'magic' }],
    ['a custom strategy without a callback', { strategy: 'custom' }],
    ['a count below zero', { keep_last: -1 }],
    ['a summary that is no text', { summary: 3 }],
  ])('refuses %s', async (_name, options) => {
    await expect(compacted(options)).rejects.toMatchObject({
      code: expect.stringMatching(/^HARN-TRS-/),
    });
  });

  it('makes one message of the older ones in a plain list', async () => {
    const messages = await resultOf<JsonObject[]>(function* (ctx) {
      return [
        ...(yield* transcriptCalls.autoCompact(ctx, [...TALK], {
          strategy: 'truncate',
          keep_last: 2,
        })),
      ];
    });
    expect(messages).toHaveLength(3);
    expect(messages[0]?.['content']).toContain('auto-compacted');
  });

  it('of any conversation keeps every message: shown, or in the archive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(messageArb, { maxLength: 14 }),
        fc.nat(6),
        fc.nat(3),
        async (messages, keep_last, keep_first) => {
          const given = messages as unknown as Json[];
          const document = await compacted(
            { strategy: 'truncate', keep_last, keep_first },
            [],
            given,
          );
          const shown = transcripts.messages(document);
          const [asset] = transcripts.assets(document);
          const all = asset === undefined ? shown : transcripts.messages(asset['data'] as Json);
          expect(all).toEqual(messages);
          expect(shown.length).toBeGreaterThanOrEqual(Math.min(keep_last, messages.length));
          expect(shown.slice(0, keep_first)).toEqual(messages.slice(0, keep_first));
          expect(document['summary'] === null).toBe(asset === undefined);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of a session tells its subscribers, and says how many messages stay', async () => {
    const heard: string[] = [];
    const kept = await resultOf<Json>(function* (ctx) {
      sessionCalls.open(ctx, 's');
      for (const message of TALK) sessionCalls.inject(ctx, 's', message);
      sessionCalls.subscribe(ctx, 's', {
        kind: 'generator',
        name: 'heard',
        *run(_ctx, [event]) {
          yield* [];
          heard.push((event as { type: string }).type);
          return null;
        },
      });
      // A document of the session is a copy: only the event is about the session.
      yield* transcriptCalls.compact(ctx, sessionCalls.snapshot(ctx, 's'), {
        strategy: 'truncate',
        keep_last: 1,
      });
      const before = sessionCalls.length(ctx, 's');
      const after = yield* sessionCalls.compact(ctx, 's', { strategy: 'truncate', keep_last: 1 });
      return [before, after];
    });
    expect(kept).toEqual([4, 2]);
    expect(heard).toEqual(['transcript_compacted', 'transcript_compacted']);
  });

  it('that a model writes comes out the same under every kill', { timeout: 60_000 }, async () => {
    await loadSdk();
    let bought = 0;
    const newHost = () => {
      const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
      host.onRequest('POST', 'https://api.openai.com/*', () => {
        bought += 1;
        return { json: completion({ content: `summary ${bought}` }) };
      });
      return host;
    };
    const body = function* (ctx: RunContext) {
      const options = { keep_last: 2, provider: 'openai', model: 'gpt-4o' };
      const document = yield* transcriptCalls.compact(ctx, [...TALK], options);
      const again = yield* transcriptCalls.compact(ctx, document, { ...options, keep_last: 0 });
      return [document['summary'] ?? null, again['summary'] ?? null];
    };
    let kills = 0;
    for (let killAfter = 1; ; killAfter += 1) {
      bought = 0;
      const store = await newStore();
      const host = newHost();
      const first = await live({ body, store, host, killAfter });
      if (first.alive()) break;
      kills += 1;
      const second = await live({ body, store, host, resume: first.run.id });
      const summaries = returnedBy<string[]>(second.result);
      // Each summary is the answer of one call; a recorded one was not asked for again.
      expect(summaries.map((text) => /summary \d/.test(text))).toEqual([true, true]);
      expect(bought).toBeLessThanOrEqual(3);
    }
    expect(kills).toBeGreaterThanOrEqual(2);
  });
});

describe('a model call', () => {
  it('gives the conversation it was part of, and goes on from one', async () => {
    const result = await resultOf<JsonObject>(
      function* (ctx) {
        const first = yield* llmCallWithTranscript(ctx, 'one', null, {});
        const { transcript } = first;
        return (yield* llmCallWithTranscript(ctx, 'two', null, { transcript })) as unknown as Json;
      },
      { mocks: [{ text: 'first' }, { text: 'second' }] },
    );
    const transcript = result['transcript'] as JsonObject;
    expect(transcripts.messages(transcript)).toEqual([
      say('user', 'one'),
      say('assistant', 'first'),
      say('user', 'two'),
      say('assistant', 'second'),
    ]);
    expect(transcripts.renderVisible(transcript)).toContain('assistant: second');
  });
});
