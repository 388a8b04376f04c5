// llm.healthcheck: what is wrong with a provider, told as data, with a server of ours.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRuntime } from '../../src/runtime/compose.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import { createMockHost, createNodeHost, type MockHost } from '../../src/runtime/host/index.ts';
import {
  type ModelServer,
  modelServer,
  says,
} from '../../src/runtime/llm/providers/model-server.fixture.ts';
import { loadJournal } from '../../src/runtime/run/index.ts';
import { openStore } from '../../src/store/index.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await modelServer();
});
afterAll(() => server.close());

async function health(env: { readonly [name: string]: string }, ...args: readonly unknown[]) {
  const real = createNodeHost();
  const host = Object.assign(Object.create(createMockHost({ env })) as MockHost, {
    http: real.http,
    clock: real.clock,
  });
  await using store = await openStore('memory:');
  const program = pipeline('p', async ({ llm, step }) => {
    const found = await llm.healthcheck(...(args as ['openai']));
    await step('kept', () => 1);
    return found as never;
  });
  const run = createRuntime({ store, pipelines: [program], host }).start(program, null);
  const result = await run.done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  return { found: result.returned, journal: JSON.stringify(await loadJournal(store, run.id)) };
}

const at = () => ({ OPENAI_BASE_URL: server.origin, OPENAI_API_KEY: 'sk-env' });

it('says that a provider answers, and serves a model or does not', async () => {
  server.answers(says(200, { data: [{ id: 'gpt-4o' }] }));
  expect((await health(at(), 'openai')).found).toMatchObject({ valid: true, status: 'ok' });
  expect((await health(at(), 'openai', 'gpt-4o')).found).toMatchObject({ valid: true });
  expect((await health(at(), { provider: 'openai', model: 'gpt-9' })).found).toMatchObject({
    valid: false,
    metadata: { category: 'model_missing', model: 'gpt-9' },
  });
  expect(server.seen[0]).toMatchObject({ url: '/v1/models' });
  expect(server.seen[0]?.headers.authorization).toBe('Bearer sk-env');
});

it('tries a key that is neither kept nor told', async () => {
  server.answers(says(401, { error: { message: 'no sk-tried' } }));
  const { found, journal } = await health(at(), 'openai', { api_key: 'sk-tried' });
  expect(found).toMatchObject({ valid: false, status: 'auth', metadata: { status: 401 } });
  expect(server.seen[0]?.headers.authorization).toBe('Bearer sk-tried');
  expect(JSON.stringify(found) + journal).not.toContain('sk-tried');
});

it.each([
  ['bad_status', () => at(), says(500, {})],
  ['missing_key', () => ({}), undefined],
  [
    'unreachable',
    () => ({ OPENAI_BASE_URL: 'http://127.0.0.1:1', OPENAI_API_KEY: 'k' }),
    undefined,
  ],
  ['invalid_url', () => ({ OPENAI_BASE_URL: 'http://[', OPENAI_API_KEY: 'k' }), undefined],
  ['disabled', () => ({ ...at(), HARN_LLM_CALLS_DISABLED: '1' }), undefined],
])('tells %s', async (status, env, reply) => {
  if (reply !== undefined) server.answers(reply);
  expect((await health(env() as never, 'openai')).found).toMatchObject({ valid: false, status });
});
