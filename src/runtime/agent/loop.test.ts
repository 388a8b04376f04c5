// The loop with scripted models: how it ends, what the model is told, what sessions and events say afterwards.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { llmMockEffects } from '../llm/index.ts';
import type { Handler, RunBody, RunContext, Suspending } from '../run/index.ts';
import { live, newStore, resultOf, returnedBy } from './agent-run.fixture.ts';
import {
  agentLoop,
  type LoopOptions,
  type LoopParts,
  readAgentEvents,
  readSession,
  sessionCalls,
  type Tool,
  type ToolHandler,
  toTool,
} from './index.ts';

type Run = (args: JsonObject, site: { idempotencyKey: string; callId: string }) => Json;

function program(run: (ctx: RunContext, args: JsonObject) => Suspending<Json>): ToolHandler {
  return { kind: 'program', run };
}

function tool(name: string, run: Run, more: JsonObject = {}): Tool {
  const parameters = { x: { type: 'string', required: false } };
  return toTool(
    { name, description: `Does ${name}`, parameters, ...more },
    { kind: 'native', run },
  );
}

const calling = (name: string, args: Json = {}, id = `call_${name}`): JsonObject => ({
  text: '',
  tool_calls: [{ id, name, arguments: args }],
});

const looping =
  (options: LoopOptions = {}, parts: LoopParts = {}, task = 'do it'): RunBody =>
  (ctx) =>
    agentLoop(ctx, task, 'be good', options, parts) as Suspending<unknown>;

const loop = (mocks: readonly Json[], options: LoopOptions = {}, parts: LoopParts = {}) =>
  resultOf(looping(options, parts), { mocks });

describe('a loop ends', () => {
  it('with the first answer that asks for no tool', async () => {
    expect(await loop([{ text: 'Hello.' }])).toMatchObject({
      status: 'done',
      text: 'Hello.',
      visible_text: 'Hello.',
      llm: { iterations: 1, output_tokens: 30 },
      tools: { calls: [], successful: [], rejected: [], mode: 'none' },
      daemon_state: 'done',
      deferred_user_messages: [],
    });
  });

  it('when a persistent agent says that it is done, after being told to go on', async () => {
    const result = await loop([{ text: 'Working.' }, { text: 'Ready. ##DONE##' }], {
      persistent: true,
    });
    expect(result).toMatchObject({ status: 'done', llm: { iterations: 2 } });
    const { messages } = result['transcript'] as { messages: JsonObject[] };
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(String(messages[2]?.['content'])).toContain('##DONE##');
  });

  it('stuck after too many answers without a call', async () => {
    const answers = Array.from({ length: 4 }, (_, i) => ({ text: `Hm ${i}.` }));
    const options = { persistent: true, max_nudges: 2, nudge: 'Go on!' };
    const result = await loop(answers, options);
    expect(result).toMatchObject({ status: 'stuck', llm: { iterations: 3 } });
    expect(JSON.stringify(result['transcript']).match(/"content":"Go on!"/g)).toHaveLength(2);
  });

  it.each<[string, LoopOptions, number]>([
    ['turns', { max_iterations: 2 }, 2],
    ['tokens', { token_budget: 60 }, 2],
    ['the turns of its profile', { profile: 'completer', max_nudges: 3 }, 1],
  ])('with budget_exhausted when it has used up %s', async (_name, options, iterations) => {
    const answers = Array.from({ length: 8 }, () => ({
      text: 'Hm.',
      output_tokens: 30,
      input_tokens: 5,
    }));
    const result = await loop(answers, { persistent: true, ...options });
    expect(result).toMatchObject({ status: 'budget_exhausted', llm: { iterations } });
  });

  it('after a tool that was named as the last, and failed when no required one succeeded', async () => {
    const tools = [tool('submit', () => 'thanks'), tool('look', () => 'nothing')];
    const stop = { stop_after_successful_tools: ['submit'] };
    expect(await loop([calling('look'), calling('submit')], stop, { tools })).toMatchObject({
      status: 'done',
      llm: { iterations: 2 },
      tools: { calls: ['look', 'submit'], successful: ['look', 'submit'], mode: 'native' },
    });
    const needs = { require_successful_tools: ['submit'] };
    expect(await loop([calling('look'), { text: 'no' }], needs, { tools })).toMatchObject({
      status: 'failed',
    });
  });

  it('with the error of a model call that fails, keeping what was said', async () => {
    const store = await newStore();
    const mocks = [calling('look'), { error: { category: 'auth', message: 'no key' } }];
    const tools = [tool('look', () => 'seen')];
    const life = await live({ store, mocks, body: looping({ session_id: 's' }, { tools }) });
    expect(() => returnedBy(life.result)).toThrow('no key');
    const kept = await readSession(store, 's');
    expect(kept?.transcript.messages.toArray().map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
    ]);
  });

  it('suspended where its gate says so, and goes on in the same session later', async () => {
    const asked: number[] = [];
    const gate = {
      *next(_ctx: RunContext, { iteration }: { iteration: number }) {
        yield* [];
        asked.push(iteration);
        return iteration === 2
          ? ({ kind: 'suspend', reason: 'wait for Ada', initiator: 'operator' } as const)
          : ({ kind: 'continue' } as const);
      },
    };
    const tools = [tool('look', () => 'seen')];
    const result = await resultOf(
      function* (ctx) {
        const first = yield* agentLoop(ctx, 'do it', null, { session_id: 's' }, { tools, gate });
        const second = yield* agentLoop(ctx, 'Ada is here', null, { session_id: 's' }, { tools });
        return [first, second] as unknown as Json;
      },
      { mocks: [calling('look'), { text: 'Done.' }] },
    );
    expect(result).toMatchObject([
      {
        status: 'suspended',
        reason: 'wait for Ada',
        initiator: 'operator',
        iterations_completed: 1,
      },
      { status: 'done', transcript: { messages: { length: 5 } } },
    ]);
    expect(asked).toEqual([1, 2]);
  });
});

describe('a tool call', () => {
  const messagesOf = (result: JsonObject) =>
    (result['transcript'] as { messages: JsonObject[] }).messages;

  it('gets checked arguments with their defaults, and its result goes to the model', async () => {
    const seen: Json[] = [];
    const parameters = { path: 'string', depth: { type: 'int', default: 2 } };
    const list = toTool(
      { name: 'list', parameters },
      {
        kind: 'native',
        run: (args) => {
          seen.push(args);
          return ['a', 'b'];
        },
      },
    );
    const result = await loop(
      [calling('list', { path: '.' }), { text: 'ok' }],
      {},
      { tools: [list] },
    );
    expect(seen).toEqual([{ path: '.', depth: 2 }]);
    expect(messagesOf(result).slice(1, 3)).toEqual([
      expect.objectContaining({
        role: 'assistant',
        tool_calls: [expect.objectContaining({ name: 'list' })],
      }),
      { role: 'tool', tool_call_id: 'call_list', name: 'list', content: '["a","b"]' },
    ]);
  });

  it.each<[string, unknown]>([
    ['a Map', new Map([['a', 1]])],
    ['a Set below', { found: [new Set(['a'])] }],
  ])('whose handler gives %s is an error and not an empty result', async (_name, given) => {
    const tools = [tool('find', () => given as Json)];
    const result = await loop([calling('find'), { text: 'ok' }], {}, { tools });
    expect(messagesOf(result)[2]?.['content']).toMatch(/tool_error.*a (?:Map|Set)/);
  });

  it.each<[string, JsonObject, string]>([
    ['an unknown tool', calling('nothing'), 'schema_validation'],
    ['arguments that do not fit', calling('fails', { x: { y: 7 } }), 'schema_validation'],
    ['a handler that throws', calling('fails'), 'tool_error'],
    ['a handler that takes too long', calling('slow'), 'timeout'],
  ])('that cannot be done is told to the model: %s', async (_name, call, category) => {
    const tools = [
      tool('fails', () => {
        throw new Error('no luck');
      }),
      toTool(
        { name: 'slow', timeout_ms: 50, mutates: false },
        {
          kind: 'native',
          run: () => new Promise<Json>(() => undefined),
        },
      ),
    ];
    const result = await loop([call, { text: 'I see.' }], {}, { tools });
    expect(result).toMatchObject({ status: 'done', tools: { successful: [] } });
    expect(JSON.parse(String(messagesOf(result)[2]?.['content']))).toMatchObject({
      error: category,
    });
  });

  it('is tried again as often as it may be', async () => {
    let times = 0;
    const flaky = tool('flaky', () => {
      times += 1;
      if (times < 3) throw new Error('not yet');
      return 'now';
    });
    const result = await loop(
      [calling('flaky'), { text: 'ok' }],
      { tool_retries: 2 },
      { tools: [flaky] },
    );
    expect(times).toBe(3);
    expect(messagesOf(result)[2]).toMatchObject({ content: 'now' });
  });

  it('cuts a result that is too long', async () => {
    const long = tool('long', () => 'x'.repeat(100), { max_output_chars: 10 });
    const result = await loop([calling('long'), { text: 'ok' }], {}, { tools: [long] });
    expect(messagesOf(result)[2]?.['content']).toBe(
      `${'x'.repeat(10)}\n[90 more characters were left out]\n[all 100 characters: read_tool_output({"id":"output_1_call_long"})]`,
    );
  });

  it('runs beside others only when both say they may, and results keep their order', async () => {
    const log: string[] = [];
    const slow = (name: string, turns: number, more: JsonObject = {}) =>
      toTool(
        { name, mutates: false, ...more },
        {
          kind: 'native',
          run: async () => {
            log.push(`${name}+`);
            for (let i = 0; i < turns; i += 1) await new Promise((ok) => setImmediate(ok));
            log.push(`${name}-`);
            return name;
          },
        },
      );
    const tools = [
      slow('a', 6, { parallel: true }),
      slow('b', 1, { parallel: true }),
      slow('c', 1),
    ];
    const all = {
      text: '',
      tool_calls: ['a', 'b', 'c'].map((name) => ({ id: name, name, arguments: {} })),
    };
    const result = await loop([all, { text: 'ok' }], {}, { tools });
    expect(log).toEqual(['a+', 'b+', 'b-', 'a-', 'c+', 'c-']);
    expect(
      messagesOf(result)
        .slice(2, 5)
        .map(({ content }) => content),
    ).toEqual(['a', 'b', 'c']);
  });

  it('by text is understood, answered as text, and refused where it is not wanted', async () => {
    const tools = [tool('look', () => 'seen')];
    const written = { text: 'Let me. <tool_call>look({ x: "1" })</tool_call>' };
    const text = await loop([written, { text: 'ok' }], { tool_format: 'text' }, { tools });
    expect(messagesOf(text)[2]).toEqual({
      role: 'user',
      content: '<tool_result>{"name": "look", "result": "seen"}</tool_result>',
    });
    expect(text).toMatchObject({ tools: { mode: 'text', successful: ['look'] } });
    const options = { native_tool_fallback: 'allow_once', persistent: true, max_iterations: 2 };
    const native = await loop([written, written], options, { tools });
    expect(native).toMatchObject({
      trace: { native_text_tool_fallbacks: 2, native_text_tool_fallback_rejections: 1 },
    });
  });

  it('of the program sees the session it runs in', async () => {
    const who = toTool(
      { name: 'who' },
      program(function* (ctx) {
        yield* [];
        return sessionCalls.current_id(ctx);
      }),
    );
    const result = await loop(
      [calling('who'), { text: 'ok' }],
      { session_id: 'mine' },
      { tools: [who] },
    );
    expect(messagesOf(result)[2]).toMatchObject({ content: 'mine' });
  });
});

describe('between turns', () => {
  it('messages for a busy session are taken up, and callbacks may speak or stop', async () => {
    const inject = toTool(
      { name: 'inject' },
      program(function* (ctx) {
        yield* [];
        sessionCalls.inject(ctx, 's', { role: 'user', content: 'by the way' });
        return sessionCalls.length(ctx, 's');
      }),
    );
    const postTurn: Handler = {
      kind: 'generator',
      name: 'post',
      run: function* (_ctx, [turn]) {
        yield* [];
        return (turn as { iteration: number }).iteration === 1 ? { stop: true } : 'again';
      },
    };
    const result = await loop(
      [calling('inject'), calling('inject')],
      { session_id: 's' },
      { tools: [inject], postTurn },
    );
    const { messages } = result['transcript'] as { messages: JsonObject[] };
    expect(result).toMatchObject({ status: 'done', llm: { iterations: 2 } });
    expect(messages.map(({ content }) => content)).toEqual([
      'do it',
      '',
      '1',
      'again',
      'by the way',
      '',
      '5',
      'by the way',
    ]);
  });

  it('a callback shows the model other messages than those recorded', async () => {
    const context: Handler = {
      kind: 'generator',
      name: 'context',
      run: function* () {
        yield* [];
        return { messages: [{ role: 'user', content: 'only this' }], system: 'be brief' };
      },
    };
    const calls = await resultOf(
      function* (ctx) {
        yield* agentLoop(ctx, 'do it', 'be good', {}, { context });
        return ctx.sync(llmMockEffects.mock_calls, []) as unknown as Json;
      },
      { mocks: [{ text: 'ok' }] },
    );
    expect(calls).toMatchObject([{ system: 'be brief', messages: [{ content: 'only this' }] }]);
  });

  it('a long conversation is shortened, and the model sees a summary of the rest', async () => {
    const tools = [tool('look', () => 'x'.repeat(400))];
    const mocks = [...Array.from({ length: 5 }, () => calling('look')), { text: 'ok' }];
    const options = { compaction: 'truncate', compact_threshold: 300, compact_keep_last: 2 };
    const result = await loop(mocks, options, { tools });
    const transcript = result['transcript'] as { summary: string; events: JsonObject[] };
    expect(transcript.summary).toContain('earlier messages');
    expect(transcript.events.some(({ kind }) => kind === 'compaction')).toBe(true);
  });
});

describe('the options of a loop', () => {
  it.each<[string, JsonObject, string]>([
    ['an unknown profile', { profile: 'hero' }, 'HARN-AGL-004'],
    ['a negative budget', { token_budget: -1 }, 'HARN-AGL-001'],
    ['what this version does not have', { prefetch_next_turn: true }, 'HARN-AGL-002'],
    ['a name that nobody knows', { max_iteration: 3 }, 'HARN-AGL-006'],
  ])('refuse %s', async (_name, options, code) => {
    const ended = loop([{ text: 'x' }], options as LoopOptions);
    await expect(ended).rejects.toMatchObject({ code });
  });

  it('refuse two loops in one session at a time', async () => {
    const again = toTool(
      { name: 'again' },
      program(function* (ctx) {
        return (yield* agentLoop(ctx, 'x', null, { session_id: 's' })) as unknown as Json;
      }),
    );
    const result = await loop(
      [calling('again'), { text: 'ok' }],
      { session_id: 's' },
      { tools: [again] },
    );
    expect(JSON.stringify(result['transcript'])).toContain('in the middle of a turn');
  });
});

describe('what a loop leaves behind', () => {
  const tools = [tool('look', () => 'seen')];
  const mocks = [calling('look'), { text: 'Done.', thinking: 'hm' }];

  it('is in the store: events in order and once, and the session', async () => {
    const store = await newStore();
    const life = await live({ store, mocks, body: looping({ session_id: 's' }, { tools }) });
    const events = await readAgentEvents(store, 's');
    expect(events.map(({ kind }) => kind)).toEqual([
      'turn_start',
      'tool_call',
      'tool_call_update',
      'turn_end',
      'turn_start',
      'agent_thought_chunk',
      'agent_message_chunk',
      'turn_end',
    ]);
    expect(events[2]).toMatchObject({
      execution_id: life.run.id,
      event: { session_id: 's', tool_name: 'look', status: 'completed', raw_output: 'seen' },
    });
    const kept = await readSession(store, 's');
    const returned = returnedBy(life.result)['transcript'] as { messages: Json };
    expect(kept?.transcript.messages.toArray()).toEqual(returned.messages);
  });

  it('is in the stream of the run: calls, results and messages', async () => {
    const life = await live({ store: await newStore(), mocks, body: looping({}, { tools }) });
    const shown = life.events.filter(({ event_type: type }) => type.startsWith('tool'));
    expect(shown).toMatchObject([
      { event_type: 'tool_call', call_id: 'call_look', name: 'look', args: {} },
      { event_type: 'tool_result', call_id: 'call_look', ok: true, result: 'seen' },
    ]);
  });

  it('is told to subscribers of the session, and read back by the program', async () => {
    const heard: string[] = [];
    const subscriber: Handler = {
      kind: 'generator',
      name: 'hear',
      run: function* (_ctx, [event]) {
        yield* [];
        heard.push((event as { type: string }).type);
        return null;
      },
    };
    const told = await resultOf<{ kind: string }[]>(
      function* (ctx) {
        sessionCalls.open(ctx, 's');
        sessionCalls.subscribe(ctx, 's', subscriber);
        yield* agentLoop(ctx, 'do it', null, { session_id: 's' }, { tools });
        return (yield* sessionCalls.replay_events(ctx, 's')) as unknown as Json;
      },
      { mocks },
    );
    expect(heard).toEqual(told.map(({ kind }) => kind));
  });
});
