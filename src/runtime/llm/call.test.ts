// llm.call inside of runs: mocks, results, envelopes, retries, the record, the events, and every kill.
import { beforeAll, describe, expect, it } from 'vitest';
import type { HarnError, Json, JsonObject } from '../../base/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { takeSnapshot } from '../lifecycle/index.ts';
import { loadJournal, type RunBody, recordOf } from '../run/index.ts';
import {
  type LlmResult,
  llmCall,
  llmCallSafe,
  llmCallsKey,
  llmEffects,
  llmMockEffects,
  llmUnsettledSource,
  llmUsageSection,
  requestLlmCall,
} from './index.ts';
import { completion, live, loadSdk, newStore, resultOf, until } from './llm-run.fixture.ts';

const OPENAI = 'https://api.openai.com/v1/chat/completions';

beforeAll(loadSdk);

/** A host with a key and a model that answers by number of the call, for as long as the process lives. */
function paidHost(bought: string[] = [], alive: () => boolean = () => true) {
  const host: MockHost = createMockHost({ env: { OPENAI_API_KEY: 'sk-secret' } });
  host.onRequest('POST', OPENAI, async (request) => {
    if (!alive()) return new Promise(() => undefined);
    const text = new TextDecoder().decode(request.body as Uint8Array);
    const body = JSON.parse(text) as { messages: { content: string }[] };
    bought.push(body.messages.at(-1)?.content ?? '');
    await new Promise((ok) => setImmediate(ok));
    return { json: completion(`answer ${bought.length}`) };
  });
  return { host, bought };
}

const mock = (options: JsonObject = {}) => ({ provider: 'mock', ...options });

describe('a mocked call', () => {
  it('answers from the prompt when nothing was prepared', async () => {
    const result = (await resultOf((ctx) =>
      llmCall(ctx, 'Hello wide world', null, mock()),
    )) as LlmResult;
    expect(result).toMatchObject({
      text: 'Mock response to 3-word prompt: Hello wide world',
      visible_text: 'Mock response to 3-word prompt: Hello wide world',
      provider: 'mock',
      model: 'mock',
      input_tokens: 16,
      output_tokens: 30,
      stop_reason: 'end_turn',
      cost_usd: 0,
      tool_calls: [],
      data: null,
    });
    expect(result.call_id).toMatch(/^llm_call_[0-9a-f-]{36}$/);
  });

  it('wraps its answer in the tags a system prompt asks for, and shows people the prose', async () => {
    const result = (await resultOf((ctx) =>
      llmCall(ctx, 'Do it', 'End with <done>', mock()),
    )) as LlmResult;
    expect(result.text).toContain('<done>##DONE##</done>');
    expect(result.visible_text).toBe('Mock response to 2-word prompt: Do it');
  });

  it('takes prepared answers in order, then those that match, then the default', async () => {
    const texts = await resultOf(function* (ctx) {
      const enqueue = (response: Json) => ctx.sync(llmMockEffects.mock_enqueue, [response]);
      enqueue({ text: 'any', match: '*hello*' });
      enqueue({ text: 'once', match: '*step*', consume_match: true });
      enqueue({ text: 'first' });
      enqueue({ tool_calls: [{ name: 'read', arguments: { path: 'a' } }] });
      const out: Json[] = [];
      for (const prompt of ['x', 'hello', 'say hello', 'hello', 'a step', 'a step']) {
        const result = yield* llmCall(ctx, prompt, null, mock());
        out.push([result.text, result.stop_reason, result.tool_calls.map((call) => call.name)]);
      }
      return out;
    });
    expect(texts).toEqual([
      ['first', 'end_turn', []],
      ['', 'tool_use', ['read']],
      ['any', 'end_turn', []],
      ['any', 'end_turn', []],
      ['once', 'end_turn', []],
      ['Mock response to 2-word prompt: a step', 'end_turn', []],
    ]);
  });

  it('is written down with what was asked, until that is cleared', async () => {
    const [calls, after] = (await resultOf(function* (ctx) {
      yield* llmCall(ctx, 'q', 'sys', mock());
      const seen = ctx.sync(llmMockEffects.mock_calls, []);
      ctx.sync(llmMockEffects.mock_clear, []);
      return [seen, ctx.sync(llmMockEffects.mock_calls, [])];
    })) as [unknown, unknown];
    expect(calls).toEqual([
      { messages: [{ role: 'user', content: 'q' }], system: 'sys', tools: null, thinking: null },
    ]);
    expect(after).toEqual([]);
  });

  it('keeps scopes of mocks apart', async () => {
    const texts = await resultOf(function* (ctx) {
      const { mock_enqueue, mock_push_scope, mock_pop_scope } = llmMockEffects;
      ctx.sync(mock_enqueue, [{ text: 'outer' }]);
      ctx.sync(mock_push_scope, []);
      const inner = yield* llmCall(ctx, 'a', null, mock());
      ctx.sync(mock_pop_scope, []);
      const outer = yield* llmCall(ctx, 'b', null, mock());
      return [inner.text, outer.text];
    });
    expect(texts).toEqual(['Mock response to 1-word prompt: a', 'outer']);
  });

  it('counts a prompt as cached when it comes again and caching is asked for', async () => {
    const usages = await resultOf(function* (ctx) {
      const options = mock({ model: 'claude-sonnet-4', cache: true });
      const first = yield* llmCall(ctx, 'a long prompt', null, options);
      const second = yield* llmCall(ctx, 'a long prompt', null, options);
      const third = yield* llmCall(ctx, 'a long prompt', null, mock());
      return [first.usage, second.usage, third.usage];
    });
    expect(usages).toMatchObject([
      { cache_read_tokens: 0, cache_write_tokens: 13, cache_creation_input_tokens: 13 },
      { cache_read_tokens: 13, cache_write_tokens: 0, cache_hit_ratio: 1 },
      { cache_read_tokens: 0, cache_write_tokens: 0, cache_hit_ratio: 0 },
    ]);
    expect((usages as { cache_savings_usd: number }[])[1]?.cache_savings_usd).toBeGreaterThan(0);
  });

  it('gives parsed data when JSON is asked for', async () => {
    const data = await resultOf(function* (ctx) {
      ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'Here:\n```json\n{"a": [1]}\n```' }]);
      ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'none' }]);
      const first = yield* llmCall(ctx, 'a', null, mock({ output: 'json' }));
      const second = yield* llmCall(ctx, 'a', null, mock({ output: 'json' }));
      return [first.data, second.data];
    });
    expect(data).toEqual([{ a: [1] }, null]);
  });

  it.each([
    ['rate_limit', 'transient', 'rate_limit', 'HARN-LLM-101'],
    ['overloaded', 'transient', 'server_error', 'HARN-LLM-103'],
    ['auth', 'terminal', 'auth_failure', 'HARN-LLM-106'],
    ['tool_rejected', 'terminal', 'unknown', 'HARN-LLM-114'],
  ])('can be told to fail: %s', async (category, kind, reason, code) => {
    const failed = resultOf(function* (ctx) {
      const error = { category, message: 'told to', retry_after_ms: 250 };
      ctx.sync(llmMockEffects.mock_enqueue, [{ error }]);
      return yield* llmCall(ctx, 'q', null, mock({ model: 'm' }));
    });
    await expect(failed).rejects.toMatchObject({
      code,
      data: {
        category,
        kind,
        reason,
        message: 'told to',
        retry_after_ms: 250,
        provider: 'mock',
        model: 'm',
      },
    });
  });

  it('refuses prepared answers that are none', async () => {
    const wrong = (response: Json) =>
      resultOf(function* (ctx) {
        yield* [];
        return ctx.sync(llmMockEffects.mock_enqueue, [response]);
      });
    await expect(wrong({ text: 1 })).rejects.toMatchObject({ code: 'HARN-LLM-160' });
    await expect(wrong({ error: { category: 'odd' } })).rejects.toMatchObject({
      code: 'HARN-LLM-160',
    });
  });

  it('is refused when the host prepared answers and none fits', async () => {
    const body: RunBody = (ctx) => llmCall(ctx, 'unheard of', null, { provider: 'openai' });
    const config = { mocks: [{ text: 'yes', match: '*known*' }] };
    await expect(resultOf(body, { config })).rejects.toMatchObject({ code: 'HARN-LLM-161' });
    const known: RunBody = (ctx) => llmCall(ctx, 'a known one', null, { provider: 'openai' });
    expect(await resultOf(known, { config })).toMatchObject({ text: 'yes' });
  });

  it('comes as an envelope where failures are data', async () => {
    const envelopes = await resultOf(function* (ctx) {
      const good = yield* llmCallSafe(ctx, 'q', null, mock());
      ctx.sync(llmMockEffects.mock_enqueue, [{ error: { category: 'timeout', message: 'slow' } }]);
      const bad = yield* llmCallSafe(ctx, 'q', null, mock());
      const wrong = yield* llmCallSafe(ctx, 'q', null, { oops: 1 } as never);
      return [good, bad, wrong];
    });
    expect(envelopes).toMatchObject([
      { ok: true, error: null },
      { ok: false, response: null, error: { category: 'timeout', message: 'slow' } },
      { ok: false, response: null, error: { category: 'generic', kind: 'terminal' } },
    ]);
  });

  it('is asked again only as often as its caller allows', async () => {
    const outcome = await resultOf(function* (ctx) {
      const fail = { error: { category: 'server_error', message: '503' } };
      const enqueue = (response: Json) => ctx.sync(llmMockEffects.mock_enqueue, [response]);
      enqueue(fail);
      const once = yield* llmCallSafe(ctx, 'q', null, mock());
      enqueue(fail);
      enqueue(fail);
      enqueue({ text: 'at last' });
      const thrice = yield* llmCall(ctx, 'q', null, mock({ llm_retries: 2, llm_backoff_ms: 0 }));
      enqueue({ error: { category: 'auth', message: 'no' } });
      const terminal = yield* llmCallSafe(ctx, 'q', null, mock({ llm_retries: 5 }));
      const calls = ctx.sync(llmMockEffects.mock_calls, []);
      return [once.ok, thrice.text, terminal.ok, calls.length];
    });
    expect(outcome).toEqual([false, 'at last', false, 5]);
  });

  it('that was counted and never delivered is a failure of its own, paid for and asked again', async () => {
    const choices = (content: string | null, reason: string): Json => [
      { index: 0, message: { role: 'assistant', content }, finish_reason: reason },
    ];
    const answers = [
      completion('', { choices: choices(null, 'stop') }),
      completion('', { choices: choices('', 'stop') }),
      completion('at last'),
      completion('', { choices: choices('', 'length') }),
    ];
    const next = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    next.onRequest('POST', OPENAI, async () => ({ json: answers.shift() as Json }));
    const outcome = await resultOf(
      function* (ctx) {
        const once = yield* llmCallSafe(ctx, 'q', null, { provider: 'openai', model: 'gpt-4o' });
        const more = { provider: 'openai', model: 'gpt-4o', llm_retries: 1, llm_backoff_ms: 0 };
        const told: string[] = [];
        const onRetry = ({ code }: HarnError) => void told.push(code);
        const twice = yield* llmCall(ctx, 'q', null, more, { onRetry });
        const cut = yield* llmCall(ctx, 'q', null, more, { onRetry });
        const { input_tokens } = ctx.sync(llmEffects.usage, []);
        const kinds = ctx.sync(llmEffects.trace, []).map(({ type }) => type);
        return {
          error: once.error,
          text: twice.text,
          cut: cut.stop_reason,
          told,
          input_tokens,
          kinds,
        };
      },
      { host: next },
    );
    expect(outcome).toMatchObject({
      error: { category: 'empty_completion', kind: 'transient', provider: 'openai' },
      text: 'at last',
      cut: 'max_tokens',
      told: ['HARN-LLM-119'],
      input_tokens: 48,
      kinds: ['llm_call', 'llm_call', 'llm_retry', 'llm_call', 'llm_call'],
    });
  });

  it('works from async functions', async () => {
    const text = await resultOf(function* (ctx) {
      const lane = ctx.startLane(`${ctx.task.id}:main`, async (inner) => {
        const both = await Promise.all([
          requestLlmCall(inner, 'one', null, mock()),
          requestLlmCall(inner, 'two', null, mock()),
        ]);
        return both.map((result) => result.text);
      });
      return yield* ctx.join(lane);
    });
    expect(text).toEqual([
      'Mock response to 1-word prompt: one',
      'Mock response to 1-word prompt: two',
    ]);
  });
});

/** Two prepared answers, two paid calls beside each other, and one more after. */
const busy: RunBody = function* (ctx) {
  ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'm1' }]);
  const first = yield* llmCall(ctx, 'a', null, mock());
  const ask = (prompt: string) =>
    ctx.startTask(ctx.task.nextGroup('spawn'), (child) =>
      llmCall(child, prompt, null, { provider: 'openai' }),
    );
  const tasks = [ask('p1'), ask('p2')];
  const texts: string[] = [];
  for (const task of tasks) texts.push(((yield* ctx.join(task)) as LlmResult).text);
  ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'm2' }]);
  const second = yield* llmCall(ctx, 'b', null, mock());
  const last = yield* llmCall(ctx, 'p3', null, { provider: 'openai' });
  return { first: first.text, texts: texts.sort(), second: second.text, last: last.text };
};

describe('a paid call', () => {
  it('is never bought again once its outcome is recorded, whatever commit the run is killed after', async () => {
    let kills = 0;
    for (let killAfter = 0; killAfter < 40; killAfter += 1) {
      const bought: string[] = [];
      let alive = () => true;
      const store = await newStore();
      const { host } = paidHost(bought, () => alive());
      const life = await live({ body: busy, store, host, killAfter });
      alive = life.alive;
      let result: unknown;
      void life.result.then((r) => {
        if (life.alive()) result = r;
      });
      await until(() => result !== undefined || !life.alive());
      if (!life.alive()) {
        kills += 1;
        await until(() => false, 50);
        const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
        const recorded = known ? await paidOutcomes(store, life.run.id) : 0;
        const before = bought.length;
        const again = await live({
          body: busy,
          store,
          host: paidHost(bought).host,
          ...(known ? { resume: life.run.id } : {}),
        });
        result = await again.result;
        expect(bought.length - before, `killed after ${killAfter}`).toBe(3 - recorded);
      }
      const { main, status } = result as { main: { value: JsonObject }; status: string };
      expect(status, `killed after ${killAfter}`).toBe('settled');
      expect(main.value).toMatchObject({ first: 'm1', second: 'm2' });
      if (life.alive()) break;
    }
    expect(kills).toBeGreaterThan(4);
  });

  it('shows in the journal while it is in flight, without the key', async () => {
    const host = createMockHost({ env: { OPENAI_API_KEY: 'sk-secret' } });
    let asked = false;
    host.onRequest('POST', OPENAI, () => {
      asked = true;
      return new Promise(() => undefined);
    });
    const store = await newStore();
    const life = await live({
      body: (ctx) => llmCall(ctx, 'q', null, { provider: 'openai' }),
      store,
      host,
    });
    expect(await until(() => asked)).toBe(true);
    const parked = await life.run.park('stop');
    expect(parked.status).toBe('parked');
    const { entries } = await loadJournal(store, life.run.id);
    const intent = entries.find((entry) => entry.kind === 'intent');
    expect(intent).toMatchObject({
      effect: 'llm.call',
      facts: { provider: 'openai', model: 'gpt-4o', role: 'user' },
    });
    expect(entries.some((entry) => entry.kind === 'outcome' && entry.effect === 'llm.call')).toBe(
      false,
    );
    expect(JSON.stringify(entries)).not.toContain('sk-secret');
    // Asked again under the same id when the run goes on.
    host.onRequest('POST', OPENAI, { json: completion('now') });
    const again = await live({
      body: (ctx) => llmCall(ctx, 'q', null, { provider: 'openai' }),
      store,
      host,
      resume: life.run.id,
    });
    const result = (await again.result) as { main: { value: LlmResult } };
    expect(result.main.value.text).toBe('now');
    expect((intent as { facts?: JsonObject }).facts?.['call_id']).toBe(result.main.value.call_id);
  });

  it('is unsettled work until it ends, and can be cut', async () => {
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    let cut = false;
    let asked = false;
    host.onRequest('POST', OPENAI, (request) => {
      asked = true;
      request.signal?.addEventListener('abort', () => {
        cut = true;
      });
      return new Promise(() => undefined);
    });
    const body: RunBody = function* (ctx) {
      const task = ctx.startTask(ctx.task.nextGroup('spawn'), (child) =>
        llmCallSafe(child, 'q', null, { provider: 'openai' }),
      );
      yield* ctx.block('the request', (resume) => {
        void until(() => asked).then(() => resume({ ok: true, value: null }));
        return undefined;
      });
      const before = yield* takeSnapshot(ctx);
      const item = before.items[0];
      if (item === undefined) return 'nothing open';
      const acted = yield* llmUnsettledSource.act(ctx, item, 'cancel', { reason: 'enough' });
      const after = yield* takeSnapshot(ctx);
      const envelope = yield* ctx.join(task);
      return { before: before.state, acted, after: after.items, envelope } as never;
    };
    const value = (await resultOf(body, { host })) as JsonObject;
    expect(cut).toBe(true);
    expect(value).toMatchObject({
      before: {
        in_flight_llm_calls: [{ model: 'gpt-4o', role: 'user', age_ms: 0 }],
      },
      acted: { status: 'done', disposition: 'cancelled' },
      after: [],
      envelope: { ok: false, error: { category: 'cancelled' } },
    });
  });

  it('leaves the list of open calls when its task is dropped, and its connection is cut', async () => {
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    let cut = false;
    host.onRequest('POST', OPENAI, (request) => {
      request.signal?.addEventListener('abort', () => {
        cut = true;
      });
      return new Promise(() => undefined);
    });
    const counts = await resultOf(
      function* (ctx) {
        const task = ctx.startTask(ctx.task.nextGroup('spawn'), (child) =>
          llmCall(child, 'q', null, { provider: 'openai' }),
        );
        yield* ctx.block('a turn', (resume) => {
          void until(() => false, 20).then(() => resume({ ok: true, value: null }));
          return undefined;
        });
        const open = ctx.get(llmCallsKey).list().length;
        ctx.run.scheduler.drop(task);
        return [open, ctx.get(llmCallsKey).list().length];
      },
      { host },
    );
    expect(counts).toEqual([1, 0]);
    expect(cut).toBe(true);
  });

  it('ends with a coded error when its time is up', async () => {
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    host.onRequest('POST', OPENAI, () => new Promise(() => undefined));
    const failed = resultOf((ctx) => llmCall(ctx, 'q', null, { provider: 'openai', timeout: 2 }), {
      host,
    });
    failed.catch(() => undefined);
    await until(() => host.clock.pendingTimers > 0);
    host.clock.advance(2000);
    await expect(failed).rejects.toMatchObject({
      code: 'HARN-LLM-102',
      data: { category: 'timeout', kind: 'transient' },
    });
  });

  it('is not made when calls are switched off, and nothing is written', async () => {
    const { host, bought } = paidHost();
    host.setEnv('HARN_LLM_CALLS_DISABLED', '1');
    const store = await newStore();
    const failed = resultOf((ctx) => llmCall(ctx, 'q', null, { provider: 'openai' }), {
      host,
      store,
    });
    await expect(failed).rejects.toMatchObject({ code: 'HARN-LLM-130' });
    expect(await failed.catch((error: HarnError) => error.message)).toContain(
      'HARN_LLM_CALLS_DISABLED',
    );
    expect(bought).toEqual([]);
    expect(await store.topics('runs.')).toEqual([]);
  });

  it('is refused without the authority for it', async () => {
    const { host, bought } = paidHost();
    const failed = resultOf(
      (ctx) =>
        llmCall(ctx.withAuthority(ctx.authority.without(['llm'], 'a test')), 'q', null, {
          provider: 'openai',
        }),
      { host },
    );
    await expect(failed).rejects.toMatchObject({ code: 'HARN-CAP-201' });
    expect(bought).toEqual([]);
  });
});

describe('the record of a run', () => {
  it('adds up tokens and cost, and folds the same from the journal', async () => {
    const { host } = paidHost();
    const store = await newStore();
    const life = await live({ body: busy, store, host });
    const result = await life.result;
    const usage = result.record['usage'] as JsonObject;
    expect(usage).toMatchObject({
      call_count: 5,
      input_tokens: 3 * 12 + 2,
      output_tokens: 3 * 5 + 2 * 30,
      unpriced_calls: 0,
      usage_unknown_calls: 0,
      models: ['mock', 'gpt-4o'],
    });
    expect(usage['total_cost']).toBeCloseTo((3 * (12 * 2.5 + 5 * 10)) / 1e6, 12);
    const { entries } = await loadJournal(store, life.run.id);
    expect(recordOf(life.run.id, entries, [llmUsageSection])).toEqual(result.record);
  });

  it('counts an answer that is too large for its journal entry', async () => {
    const store = await newStore();
    const long = 'x'.repeat(40_000);
    const host = createMockHost({ env: { HARN_LLM_BASE_URL: 'http://box' } });
    host.onRequest('POST', 'http://box/v1/chat/completions', {
      json: completion(long, { model: 'own-model', usage: null }),
    });
    const life = await live({
      body: (ctx) => llmCall(ctx, 'q', null, { model: 'own' }),
      store,
      host,
    });
    const result = (await life.result) as { main: { value: LlmResult }; record: JsonObject };
    expect(result.main.value.text).toBe(long);
    expect(result.record['usage']).toMatchObject({
      call_count: 1,
      input_tokens: 0,
      unpriced_calls: 1,
      usage_unknown_calls: 1,
      models: ['own-model'],
    });
    const { entries } = await loadJournal(store, life.run.id);
    expect(recordOf(life.run.id, entries, [llmUsageSection])).toEqual(result.record);
  });
});

describe('the events of a run', () => {
  it('tell of a call when it is made and when it ends', async () => {
    const store = await newStore();
    const life = await live({
      body: function* (ctx) {
        yield* llmCall(ctx, 'q', null, mock());
        ctx.sync(llmMockEffects.mock_enqueue, [{ error: { category: 'auth', message: 'no' } }]);
        yield* llmCallSafe(ctx, 'q', null, mock());
        return null;
      },
      store,
    });
    await life.result;
    const told = life.events.filter((event) => event.event_type === 'transcript');
    expect(told).toMatchObject([
      { kind: 'provider_call_request', payload: { provider: 'mock', message_count: 1 } },
      { kind: 'provider_call_response', payload: { output_tokens: 30, response_ms: 0 } },
      { kind: 'provider_call_request', payload: {} },
      { kind: 'provider_call_response', payload: { error: { category: 'auth' } } },
    ]);
  });
});

async function paidOutcomes(store: Parameters<typeof loadJournal>[0], runId: string) {
  const { entries } = await loadJournal(store, runId);
  const intents = new Set<string>();
  let recorded = 0;
  for (const entry of entries) {
    if (entry.kind === 'intent') intents.add(`${entry.task}#${entry.ordinal}`);
    if (entry.kind === 'outcome' && entry.effect === 'llm.call') {
      if (intents.has(`${entry.task}#${entry.ordinal}`)) recorded += 1;
    }
  }
  return recorded;
}
