// What a project says of models: own providers, aliases, prices, defaults and fallbacks, kept with the run.
import { generateText } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/runtime/compose.ts';
import { type PipelineFn, pipeline } from '../../src/runtime/harness/index.ts';
import { createMockHost, createNodeHost, type MockHost } from '../../src/runtime/host/index.ts';
import { type LlmTables, loadLlmTables } from '../../src/runtime/llm/index.ts';
import { completion } from '../../src/runtime/llm/llm-run.fixture.ts';
import {
  anthropicText,
  type ModelServer,
  modelServer,
  says,
  streams,
} from '../../src/runtime/llm/providers/model-server.fixture.ts';
import { loadJournal } from '../../src/runtime/run/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { scriptedModel } from '../ai-sdk/scripted-model.ts';

let server: ModelServer;

beforeAll(async () => {
  server = await modelServer();
});
afterAll(() => server.close());
beforeEach(() => server.answers(says(200, completion('hello'))));

const KEY = 'sk-own-secret';

function hostWith(env: { readonly [name: string]: string } = {}, files = {}): MockHost {
  const real = createNodeHost();
  const mock = createMockHost({ env: { MY_KEY: KEY, ...env }, files });
  return Object.assign(Object.create(mock) as MockHost, { http: real.http, clock: real.clock });
}

const proxy = (): LlmTables => ({
  providers: {
    my_proxy: {
      base_url: server.origin,
      chat_endpoint: '/deep/chat',
      auth_style: 'header',
      auth_header: 'x-my-key',
      auth_env: 'MY_KEY',
      cost_per_1k_in: 1,
      cost_per_1k_out: 2,
    },
  },
  aliases: { fast: { id: 'vendor/model-fast', provider: 'my_proxy' } },
  model_defaults: { 'vendor/*': { temperature: 0.25 }, 'vendor/model-*': { temperature: 0.5 } },
  capabilities: { provider: { my_proxy: [{ model_match: '*', vision_supported: true }] } },
});

async function run(
  tables: LlmTables,
  fn: PipelineFn<null, unknown>,
  { host = hostWith(), store }: { host?: MockHost; store?: Store } = {},
): Promise<{ readonly returned: unknown; readonly id: string }> {
  const to = store ?? (await openStore('memory:'));
  const program = pipeline('p', fn);
  const handle = createRuntime({ store: to, pipelines: [program], host, llm: { tables } }).start(
    program,
    null,
  );
  const result = await handle.done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return { returned: result.returned, id: handle.id };
}

const codeOf = (error: unknown): string => (error as { code: string }).code;

const asks =
  (options: object): PipelineFn<null, unknown> =>
  async ({ llm }) => {
    try {
      const { text, provider, model, cost_usd } = await llm.call('hi', options);
      return { text, provider, model, cost_usd };
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

describe('a provider of a project', () => {
  it('is asked by its alias, at its endpoint, with its key, its defaults and its prices', async () => {
    const { returned } = await run(proxy(), asks({ model: 'fast' }));
    expect(returned).toMatchObject({ text: 'hello', provider: 'my_proxy', cost_usd: 0.022 });
    expect(server.seen[0]).toMatchObject({
      url: '/deep/chat',
      body: { model: 'vendor/model-fast', temperature: 0.5 },
    });
    expect(server.seen[0]?.headers['x-my-key']).toBe(KEY);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('is in the catalog, and its key nowhere in what is kept', async () => {
    const store = await openStore('memory:');
    const { returned, id } = await run(
      proxy(),
      async ({ llm }) => {
        await llm.call('hi', { model: 'fast', my_proxy: { top_a: 3 } } as object);
        return [
          llm.resolveModel('fast'),
          llm.config('my_proxy'),
          llm.providers().includes('my_proxy'),
          llm.capabilities('my_proxy', 'x').vision_supported,
        ];
      },
      { store },
    );
    expect(returned).toMatchObject([
      { id: 'vendor/model-fast', provider: 'my_proxy', alias: 'fast' },
      { auth_env: ['MY_KEY'], auth_style: 'header' },
      true,
      true,
    ]);
    expect(server.seen[0]?.body).toMatchObject({ top_a: 3 });
    expect(JSON.stringify(await loadJournal(store, id))).not.toContain(KEY);
  });

  it('speaks the format of Anthropic when it is asked for messages', async () => {
    server.answers(streams(anthropicText('good ', 'day')));
    const tables = {
      providers: {
        claude_proxy: {
          base_url: server.origin,
          chat_endpoint: '/v1/messages',
          auth_env: 'MY_KEY',
        },
      },
    };
    const { returned } = await run(tables, async ({ llm }) => {
      const stream = llm.stream('hi', { provider: 'claude_proxy', model: 'claude-x' });
      let text = '';
      for await (const piece of stream) if (piece.type === 'text') text += piece.text;
      return text;
    });
    expect(returned).toBe('good day');
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('needs its key', async () => {
    const host = hostWith({ MY_KEY: '' });
    expect((await run(proxy(), asks({ model: 'fast' }), { host })).returned).toBe('HARN-LLM-131');
  });

  it.each([
    [{ provider: {} }, 'did you mean "providers"'],
    [{ providers: { a: { api_key: 'sk-1' } } }, 'auth_env'],
    [{ providers: { a: { wire: 'telepathy' } } }, 'wire must be'],
    [{ inference_rules: [{ pattern: 'x*' }] }, 'needs provider'],
    [{ fallbacks: { openai: 'local' } }, 'must be a list'],
    [{ tier_rules: {} }, '[[llm.tier_rules]]'],
  ])('is refused when it makes no sense: %j', async (tables, problem) => {
    await expect(run(tables as never, asks({}))).rejects.toMatchObject({ code: 'HARN-LLM-203' });
    await expect(run(tables as never, asks({}))).rejects.toThrow(problem);
    await expect(run(tables as never, asks({}))).rejects.not.toThrow('sk-1');
  });
});

describe('tables of a project', () => {
  it('let loops, too, have options that are named after its providers', async () => {
    const options = { model: 'fast', my_proxy: { top_a: 0.2 }, max_iterations: 1 };
    const { returned } = await run(proxy(), async ({ agent }) => {
      const { status } = await agent.loop({ task: 'hi', ...options });
      const refused = await agent
        .loop({ task: 'hi', ...options, your_proxy: {} } as never)
        .catch(codeOf);
      return { status, refused };
    });
    expect(returned).toEqual({ status: 'done', refused: 'HARN-AGL-006' });
    expect(server.seen.at(-1)?.body).toMatchObject({ model: 'vendor/model-fast', top_a: 0.2 });
  });

  it('have the prices of model objects of the AI SDK', async () => {
    const { model } = scriptedModel(['done']);
    const tables = {
      models: { 'gpt-4o': { provider: 'scripted', input_per_mtok: 1000, output_per_mtok: 100 } },
    };
    const { returned } = await run(tables, async ({ llm }) => {
      await generateText({ model: llm.durable(model), prompt: 'hi', maxRetries: 0 });
      return llm.sessionCost();
    });
    expect(returned).toMatchObject({ call_count: 1, input_tokens: 12, output_tokens: 5 });
    expect((returned as { total_cost: number }).total_cost).toBeCloseTo(
      (12 * 1000 + 5 * 100) / 1e6,
      2,
    );
  });
});

describe('a chain of fallbacks', () => {
  const two = (): LlmTables => ({
    providers: {
      first: { base_url: `${server.origin}/first`, auth_style: 'none', default_model: 'a' },
      second: { base_url: `${server.origin}/second`, auth_style: 'none', default_model: 'b' },
    },
    fallbacks: { first: ['second'] },
  });
  const busy = says(503, { error: { message: 'busy' } });

  it('goes on to the next when one cannot answer, by the project or by the call', async () => {
    server.answers(busy, says(200, completion('from the second', { model: 'b' })));
    expect((await run(two(), asks({ provider: 'first' }))).returned).toMatchObject({
      provider: 'second',
      model: 'b',
    });
    expect(server.seen.map(({ url }) => url)).toEqual([
      '/first/chat/completions',
      '/second/chat/completions',
    ]);
    const { fallbacks: _none, ...without } = two();
    const chain = { provider: 'first', fallback_chain: ['second:c', 'mock'] };
    server.answers(busy);
    expect((await run(without, asks(chain))).returned).toMatchObject({ provider: 'mock' });
    expect(server.seen.map(({ body }) => body['model'])).toEqual(['a', 'c']);
  });

  it('ends with the last failure, and does not go on from what is wrong with the request', async () => {
    server.answers(busy);
    expect((await run(two(), asks({ provider: 'first' }))).returned).toBe('HARN-LLM-103');
    server.answers(says(400, { error: { message: 'bad' } }));
    expect((await run(two(), asks({ provider: 'first' }))).returned).toBe('HARN-LLM-110');
    expect(server.seen).toHaveLength(1);
    server.answers(busy);
    await run(two(), asks({ provider: 'first', fallback_chain: [] }));
    expect(server.seen).toHaveLength(1);
  });

  it('takes the same path when it is killed after any commit, whatever the project says by then', async () => {
    const program = pipeline('p', async ({ llm, step }) => {
      const { provider, text } = await llm.call('hi', { provider: 'first' });
      const resolved = llm.resolveModel('second:x').provider;
      return await step('after', () => [provider, text, resolved]);
    });
    const host = hostWith();
    let kills = 0;
    for (let killAfter = 0; killAfter < 40; killAfter += 1) {
      server.answers((response, request) => {
        const isFirst = request.url?.startsWith('/first') === true;
        (isFirst ? busy : says(200, completion('from the second')))(response, request);
      });
      await using real = await openStore('memory:');
      const { store, alive } = stoppingStore(real, killAfter);
      const runtime = (to: Store, tables?: LlmTables) =>
        createRuntime({ store: to, pipelines: [program], host, llm: { tables } });
      const first = runtime(store, two()).start(program, null);
      const isDone = first.done.then(() => true);
      if (await Promise.race([isDone, stopped(alive)])) break;
      kills += 1;
      if ((await real.latest(`runs.${first.id}`)) === undefined) continue;
      const resumed = await runtime(real).resume(first.id, { force: true });
      expect(await resumed.done, `killed after ${killAfter}`).toMatchObject({
        returned: ['second', 'from the second', 'second'],
      });
    }
    expect(kills).toBeGreaterThan(2);
  });
});

describe('where a project says it', () => {
  it('is a file of providers, and after it harn.toml', async () => {
    const files = {
      '/etc/p.toml': '[aliases]\na = { id = "m1", provider = "openai" }\nb = { id = "m2" }\n',
      '/work/harn.toml':
        '[llm.aliases]\na = { id = "m3", provider = "local" }\n[[capabilities.provider.openai]]\nmodel_match = "m*"\nnative_tools = true\n',
    };
    const tables = await loadLlmTables(
      hostWith({ HARN_PROVIDERS_CONFIG: '/etc/p.toml' }, files),
      '/work/deep',
    );
    expect(tables).toEqual({
      aliases: { a: { id: 'm3', provider: 'local' }, b: { id: 'm2' } },
      capabilities: { provider: { openai: [{ model_match: 'm*', native_tools: true }] } },
    });
    expect(await loadLlmTables(hostWith({}, { '/work/harn.toml': '[package]\n' }), '/work')).toBe(
      undefined,
    );
  });
});

/** False once the store of a life has stopped and what was under way has come to rest. */
async function stopped(alive: () => boolean): Promise<false> {
  while (alive()) await new Promise((ok) => setImmediate(ok));
  for (let turn = 0; turn < 200; turn += 1) await new Promise((ok) => setImmediate(ok));
  return false;
}
