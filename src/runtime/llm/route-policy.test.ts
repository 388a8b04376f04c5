// Calls that say what they need: who is chosen, what is recorded of it, and what is refused.
import { beforeAll, describe, expect, it } from 'vitest';
import { createMockHost } from '../host/index.ts';
import { Catalog } from './catalog/catalog.ts';
import { llmCall, llmCallSafe, llmMockEffects } from './index.ts';
import { completion, live, loadSdk, newStore, resultOf } from './llm-run.fixture.ts';
import { parseRoutePolicy, type RoutePolicy, routeBy } from './route-policy.ts';

beforeAll(loadSdk);

const TABLES = {
  providers: {
    near: { base_url: 'http://near.test/v1', auth_style: 'none', latency_p50_ms: 50 },
    far: { base_url: 'http://far.test/v1', auth_style: 'none', latency_p50_ms: 900 },
    shut: { base_url: 'http://shut.test/v1', auth_env: 'NOBODY_HAS_IT' },
  },
  models: {
    'quick-1': { provider: 'near', tier: 'mid', input_per_mtok: 9, output_per_mtok: 9 },
    'cheap-1': { provider: 'far', tier: 'mid', input_per_mtok: 1, output_per_mtok: 1 },
    'weak-1': { provider: 'far', tier: 'small', input_per_mtok: 0.1, output_per_mtok: 0.1 },
    'shut-1': { provider: 'shut', tier: 'frontier', input_per_mtok: 0, output_per_mtok: 0 },
  },
};

const chosen = (policy: string, env: { readonly [name: string]: string } = {}) => {
  const catalog = new Catalog(TABLES);
  const { selected, alternatives } = routeBy(
    parseRoutePolicy(policy) as RoutePolicy,
    catalog,
    createMockHost({ env }).env,
  );
  const own = alternatives.filter(({ provider }) => provider in TABLES.providers);
  return { selected, own: own.map(({ model }) => model) };
};

describe('a route policy', () => {
  it('chooses among the models whose providers can be asked, and that are able enough', () => {
    expect(chosen('fastest_over_quality(mid)')).toEqual({
      selected: { provider: 'near', model: 'quick-1' },
      own: ['quick-1', 'cheap-1'],
    });
    expect(chosen('cheapest_over_quality(mid)').own).toEqual(['cheap-1', 'quick-1']);
    expect(chosen('cheapest_over_quality(small)').own).toEqual(['weak-1', 'cheap-1', 'quick-1']);
    const open = chosen('cheapest_over_quality(frontier)', { NOBODY_HAS_IT: 'k' });
    expect(open.selected).toEqual({ provider: 'shut', model: 'shut-1' });
    expect(chosen('always(anthropic:some-model)').selected).toEqual({
      provider: 'anthropic',
      model: 'some-model',
    });
  });

  it('is told in the events of the run, and goes before what the call names', async () => {
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    host.onRequest('POST', 'https://api.openai.com/*', { json: completion('yes') });
    const { events, result } = await live({
      store: await newStore(),
      host,
      *body(ctx) {
        const options = { provider: 'anthropic', route_policy: 'always(openai:gpt-4o)' };
        return (yield* llmCall(ctx, 'q', null, options)).text;
      },
    });
    expect(await result).toMatchObject({ status: 'settled', main: { ok: true, value: 'yes' } });
    const told = events.flatMap((event) =>
      event.event_type === 'transcript' && event.kind === 'routing_decision' ? [event.payload] : [],
    );
    expect(told).toMatchObject([
      { policy: 'always(openai:gpt-4o)', selected: { provider: 'openai', model: 'gpt-4o' } },
    ]);
  });

  it('leaves prepared answers alone, and is refused when it makes no sense', async () => {
    const outcome = await resultOf(function* (ctx) {
      ctx.sync(llmMockEffects.mock_enqueue, [{ text: 'prepared' }]);
      const policy = (route_policy: string) => llmCallSafe(ctx, 'q', null, { route_policy });
      const first = yield* policy('always(openai:gpt-4o)');
      const second = yield* policy('cheapest_over_quality(mid)');
      const wrong = yield* policy('cheapest_over_quality(best)');
      return [first.response?.text, second.response?.provider, wrong.error?.message];
    });
    expect(outcome).toEqual(['prepared', 'mock', expect.stringContaining('route_policy')]);
  });
});

describe('answers that do not fit their schema', () => {
  it('are told on stderr and given where the call only wants a warning', async () => {
    const schema = { type: 'object', required: ['b'] };
    const shown: string[] = [];
    const { result } = await live({
      store: await newStore(),
      sink: { write: (stream, text) => void shown.push(`${stream} ${text}`) },
      *body(ctx) {
        ctx.sync(llmMockEffects.mock_enqueue, [{ text: '{"a": 1}', match: '*' }]);
        const options = { provider: 'mock', schema, output_validation: 'warn', schema_retries: 1 };
        const { data } = yield* llmCall(ctx, 'q', null, options);
        return { data, asked: ctx.sync(llmMockEffects.mock_calls, []).length };
      },
    });
    expect(await result).toMatchObject({
      main: { ok: true, value: { data: { a: 1 }, asked: 2 } },
    });
    expect(shown).toEqual([
      expect.stringMatching(/^stderr \[llm_call\] mock\/mock: .*\$\.b is missing/),
    ]);
  });
});
