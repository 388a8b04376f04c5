// Options of a loop beyond the ordinary: earlier messages, limits that grow, progress, notes, and code around its calls.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { llmEffects, llmMockEffects } from '../llm/index.ts';
import type { Handler, RunBody, RunContext, Suspending } from '../run/index.ts';
import { live, newStore, resultOf, returnedBy } from './agent-run.fixture.ts';
import type { NextCall } from './callers.ts';
import {
  agentLoop,
  type LoopOptions,
  type LoopParts,
  readAgentEvents,
  registerToolHook,
  sessionCalls,
  type Tool,
  toTool,
} from './index.ts';

const tool = (name: string, run: (args: JsonObject) => Json): Tool =>
  toTool({ name, parameters: { x: { type: 'string', required: false } } }, { kind: 'native', run });

const calling = (name: string, args: Json = {}, id = `call_${name}`): JsonObject => ({
  text: '',
  tool_calls: [{ id, name, arguments: args }],
});

/** Runs a loop and gives its result with the requests that the model saw. */
async function looped(
  mocks: readonly Json[],
  options: LoopOptions = {},
  parts: LoopParts = {},
  host: MockHost = createMockHost(),
): Promise<{ result: JsonObject; calls: readonly JsonObject[]; kinds: readonly JsonObject[] }> {
  const store = await newStore();
  const body: RunBody = function* (ctx) {
    const given = { session_id: 's', ...options };
    const result = yield* agentLoop(ctx, 'do it', 'be good', given, parts);
    return { result, calls: ctx.sync(llmMockEffects.mock_calls, []) } as unknown as Json;
  };
  const { result } = await live({ store, body, mocks, host });
  const told = returnedBy<{ result: JsonObject; calls: readonly JsonObject[] }>(result);
  const events = await readAgentEvents(store, 's');
  return { ...told, kinds: events.map(({ event }) => event as unknown as JsonObject) };
}

const refused = (options: JsonObject) =>
  resultOf((ctx) => agentLoop(ctx, 'do it', null, options as LoopOptions) as Suspending<unknown>, {
    mocks: [{ text: 'x' }],
  });

describe('the options of a loop', () => {
  it('are refused by name before anything is paid for, with the name that may be meant', async () => {
    await expect(refused({ max_iteration: 3 })).rejects.toMatchObject({
      code: 'HARN-AGL-006',
      hint: 'did you mean "max_iterations"?',
    });
    await expect(refused({ temprature: 1 })).rejects.toMatchObject({
      hint: 'did you mean "temperature"?',
    });
    for (const wrong of [
      { iteration_budget: { mode: 'often' } },
      { iteration_budget: { initial: 5, max: 2 } },
      { progress_tool: 3 },
      { scratchpad: 'x' },
      { messages: [{ content: 'x' }] },
    ]) {
      await expect(refused(wrong as JsonObject)).rejects.toMatchObject({ code: 'HARN-AGL-001' });
    }
  });

  it('put earlier messages before the task', async () => {
    const messages = [
      { role: 'user', content: 'my name is Ada' },
      { role: 'assistant', content: 'noted' },
    ];
    const { calls } = await looped([{ text: 'Hello.' }], { messages });
    expect((calls[0] as { messages: JsonObject[] }).messages.map(({ content }) => content)).toEqual(
      ['my name is Ada', 'noted', 'do it'],
    );
  });
});

describe('a limit of turns', () => {
  const work = [0, 1, 2, 3, 4, 5, 6].map((n) => calling('step', { x: String(n) }, `c${n}`));
  const budget = { mode: 'adaptive', initial: 2, max: 5, extend_by: 2 };

  it('grows while tools succeed, and not beyond the most', async () => {
    const tools = [tool('step', ({ x }) => `did ${String(x)}`)];
    const { result, kinds } = await looped(work, { iteration_budget: budget }, { tools });
    expect(result).toMatchObject({ status: 'budget_exhausted', llm: { iterations: 5 } });
    const limits = kinds.filter(({ type }) => type === 'loop_control_decision');
    expect(limits).toMatchObject([
      { old_limit: 2, new_limit: 4, status: 'applied' },
      { old_limit: 4, new_limit: 5, status: 'applied' },
      { old_limit: 5, new_limit: 5, status: 'declined' },
    ]);
  });

  it('stays where nothing succeeds', async () => {
    const failing = tool('step', () => {
      throw new Error('no');
    });
    const { result } = await looped(work, { iteration_budget: budget }, { tools: [failing] });
    expect(result).toMatchObject({ status: 'budget_exhausted', llm: { iterations: 2 } });
  });

  it('may be a time: no turn begins after it', async () => {
    const host = createMockHost();
    const step = tool('step', () => {
      host.clock.advance(60);
      return 'did';
    });
    const parts = { tools: [step] };
    const { result, kinds } = await looped(work, { max_duration_ms: 100 }, parts, host);
    expect(result).toMatchObject({ status: 'budget_exhausted', llm: { iterations: 2 } });
    expect(kinds.at(-1)).toMatchObject({ kind: 'wall_clock', wall_clock_ms: 100 });
  });
});

describe('what a model tells and notes', () => {
  it('goes to those who watch, by the tool for progress', async () => {
    const entries = [{ content: 'read', status: 'completed' }];
    const { result, kinds } = await looped(
      [calling('report_progress', { message: 'half', entries }), { text: 'Done.' }],
      { progress_tool: true },
    );
    expect(result['status']).toBe('done');
    expect(result['task_ledger']).toMatchObject({
      deliverables: [{ id: 'd1', text: 'read', status: 'done' }],
      observations: ['half'],
    });
    expect(kinds.find(({ type }) => type === 'progress_reported')).toMatchObject({
      message: 'half',
      entries,
      replace: false,
    });
  });

  it('stands in every later prompt, and in the session', async () => {
    const { result, calls } = await looped(
      [
        calling('update_scratchpad', { set: { found: 'a.ts', todo: 'b.ts' } }, 'c1'),
        calling('update_scratchpad', { remove: ['todo'], set: { seen: 2 } }, 'c2'),
        { text: 'Done.' },
      ],
      { scratchpad: { goal: 'tidy' } },
    );
    expect(result['status']).toBe('done');
    const systems = calls.map(({ system }) => String(system));
    expect(systems[0]).toContain('"goal": "tidy"');
    expect(systems[1]).toContain('"todo": "b.ts"');
    expect(systems[2]).toContain('"seen": 2');
    expect(systems[2]).not.toContain('b.ts');
  });

  it('can be read and replaced by the program', async () => {
    const told = await resultOf((ctx) => {
      const id = sessionCalls.open(ctx, 's');
      const set = sessionCalls.set_scratchpad(ctx, id, { a: 1 });
      const read = sessionCalls.scratchpad(ctx, id);
      sessionCalls.clear_scratchpad(ctx, id);
      return (function* () {
        yield* [];
        return { set, read, after: sessionCalls.scratchpad(ctx, id) } as unknown as Json;
      })();
    });
    expect(told).toEqual({
      set: { ok: true, version: 1, scratchpad: { a: 1 } },
      read: { a: 1 },
      after: null,
    });
  });
});

const caller = (
  run: (ctx: RunContext, asked: JsonObject, next: NextCall) => Suspending<Json>,
): Handler => ({
  kind: 'generator',
  name: 'caller',
  run: (ctx: RunContext, [asked, next]) => run(ctx, asked as JsonObject, next as NextCall),
});

describe('code around the calls of a loop', () => {
  it('sees each model call, may change it, and may answer by itself', async () => {
    const seen: Json[] = [];
    const llmCaller = caller(function* (ctx, asked, next) {
      seen.push([asked['iteration'] ?? null, asked['system'] ?? null]);
      if (asked['iteration'] === 1) return { text: '', tool_calls: [{ name: 'look' }] };
      return yield* next(ctx, { ...asked, system: 'changed' });
    });
    const tools = [tool('look', () => 'a desk')];
    const { result, calls } = await looped([{ text: 'A desk.' }], {}, { tools, llmCaller });
    expect(result).toMatchObject({ status: 'done', visible_text: 'A desk.' });
    expect(seen).toEqual([
      [1, 'be good'],
      [2, 'be good'],
    ]);
    expect(calls.map(({ system }) => system)).toEqual(['changed']);
  });

  it('sees each tool call, with the checks of the loop behind it', async () => {
    const done: string[] = [];
    const tools = [tool('step', ({ x }) => done.push(String(x)))];
    const toolCaller = caller(function* (ctx, asked, next) {
      const { x } = asked['arguments'] as JsonObject;
      if (x === 'skip') return 'left out';
      const first = (yield* next(ctx, { arguments: { x: `${String(x)}!` } })) as JsonObject;
      return { ...first, text: `${String(first['text'])} (seen)` };
    });
    const mocks = [
      calling('step', { x: 'go' }, 'c1'),
      calling('step', { x: 'skip' }, 'c2'),
      calling('forbidden', {}, 'c3'),
      { text: 'Done.' },
    ];
    const permissions = { allow: ['step'] };
    const parts = { tools: [...tools, tool('forbidden', () => done.push('no'))], toolCaller };
    const { result } = await looped(mocks, { permissions }, parts);
    expect(done).toEqual(['go!']);
    const { messages } = result['transcript'] as { messages: readonly JsonObject[] };
    const texts = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
    expect(texts[0]).toBe('1 (seen)');
    expect(texts[1]).toBe('left out');
    expect(texts[2]).toContain('permission_denied');
  });

  it('fails like a tool when it throws', async () => {
    const toolCaller = caller(function* () {
      yield* [];
      throw new Error('broken seam');
    });
    const parts = { tools: [tool('step', () => 'did')], toolCaller };
    const { result } = await looped([calling('step'), { text: 'Then not.' }], {}, parts);
    expect(result['status']).toBe('done');
    expect(JSON.stringify(result['transcript'])).toContain('broken seam');
  });
});

describe('the trace of a run', () => {
  it('has the tools of its loops, what was refused, and answers that were asked for again', async () => {
    const store = await newStore();
    const body: RunBody = function* (ctx) {
      const tools = [tool('look', () => 'seen'), tool('leap', () => 'never')];
      registerToolHook(ctx, { pattern: "tool.name == 'leap'", deny: 'not here' });
      const options = { session_id: 's', llm_retries: 1, llm_backoff_ms: 0 };
      const result = yield* agentLoop(ctx, 'do it', null, options, { tools });
      const events = ctx.sync(llmEffects.trace, []);
      return { events, sums: ctx.sync(llmEffects.trace_summary, []), result } as unknown as Json;
    };
    const mocks = [
      { error: { category: 'empty_completion', message: 'nothing came' } },
      calling('look'),
      calling('leap'),
      { text: '##DONE##' },
    ];
    const { result } = await live({ store, body, mocks });
    const told = returnedBy<{ events: JsonObject[]; sums: JsonObject; result: JsonObject }>(result);
    expect(told.events.map(({ type, tool_name = '' }) => `${type} ${tool_name}`.trim())).toEqual([
      'llm_retry',
      'llm_call',
      'tool_execution look',
      'llm_call',
      'tool_rejected leap',
      'llm_call',
      'loop_complete',
    ]);
    expect(told.sums).toMatchObject({
      llm_retries: 1,
      tool_executions: 1,
      tool_rejections: 1,
      tools_used: ['look'],
      iterations: 3,
    });
    expect(told.result['trace']).toMatchObject({ empty_completion_retries: 1 });
  });
});
