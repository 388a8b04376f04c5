// How exchanges over the wire formats end without streams: whole, wrong, refused, cut, given up; and answers that were counted
// and have nothing in them. A server of ours answers, through the packages that speak the formats.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../base/index.ts';
import { createNodeHost, type Host } from '../../host/index.ts';
import { SHIPPED } from '../catalog/catalog.ts';
import { completion } from '../llm-run.fixture.ts';
import { parseCall } from '../options.ts';
import type { LlmAnswer } from '../result.ts';
import { askProvider } from './ask.ts';
import { knownProvider, type ProviderConfig } from './known.ts';
import {
  type ModelServer,
  modelServer,
  openAiText,
  says,
  streams,
} from './model-server.fixture.ts';

let server: ModelServer;
let host: Host;

beforeAll(async () => {
  server = await modelServer();
  const env: { readonly [name: string]: string } = {
    ANTHROPIC_BASE_URL: server.origin,
    ANTHROPIC_API_KEY: 'sk-anthropic',
    OPENAI_BASE_URL: server.origin,
    OPENAI_API_KEY: 'sk-openai',
    GEMINI_BASE_URL: server.origin,
    GEMINI_API_KEY: 'sk-google',
    HARN_LLM_BASE_URL: server.origin,
  };
  host = {
    ...createNodeHost(),
    env: { get: (name) => env[name], names: () => Object.keys(env) },
  };
});

afterAll(() => server.close());

const MODELS: { readonly [provider: string]: string } = {
  anthropic: 'claude-sonnet-4-20250514',
  openai: 'gpt-4o',
  gemini: 'gemini-2.5-flash',
  local: 'some-model',
};

interface Asked {
  readonly streamed?: boolean;
  readonly signal?: AbortSignal;
}

function ask(provider: string, asked: Asked = {}): Promise<LlmAnswer> {
  const { streamed = false, signal = new AbortController().signal } = asked;
  const { request } = parseCall('hi', null, {});
  return askProvider({
    host,
    request,
    provider: knownProvider(provider) as ProviderConfig,
    model: MODELS[provider] as string,
    catalog: SHIPPED,
    signal,
    ...(streamed ? { onDelta: () => undefined } : {}),
  });
}

const failure = (
  promise: Promise<unknown>,
): Promise<{ code: string; data: JsonObject; message: string }> =>
  promise.then(
    () => ({ code: 'no error', data: {}, message: '' }),
    (error: unknown) => error as { code: string; data: JsonObject; message: string },
  );

const anthropicMessage = (content: Json, more: JsonObject = {}): Json => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-20250514',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 11, output_tokens: 7 },
  ...more,
});

const googleAnswer = (parts: Json, more: JsonObject = {}): Json => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 },
});

/** A whole answer of each format. */
const ANSWERS: readonly { readonly provider: string; readonly answer: Json }[] = [
  { provider: 'anthropic', answer: anthropicMessage([{ type: 'text', text: 'yes' }]) },
  { provider: 'openai', answer: completion('yes') },
  { provider: 'local', answer: completion('yes') },
  { provider: 'gemini', answer: googleAnswer([{ text: 'yes' }]) },
];

describe.each(ANSWERS)('a whole answer of $provider', ({ provider, answer }) => {
  const half = JSON.stringify(answer).slice(0, 40);

  it('is told once, with one request', async () => {
    server.answers(says(200, answer));
    expect(await ask(provider)).toMatchObject({ text: 'yes', stop_reason: 'end_turn' });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['is no JSON', half],
    ['is something else', '{"hello": "world"}'],
    ['is nothing', ''],
  ])('that %s is a coded error', async (_what, body) => {
    server.answers((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
    expect(await failure(ask(provider))).toMatchObject({
      code: 'HARN-LLM-111',
      data: { category: 'server_error', kind: 'transient', provider },
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [429, { 'retry-after': '7' }, 'HARN-LLM-101', { kind: 'transient', retry_after_ms: 7000 }],
    [429, { 'retry-after-ms': '120' }, 'HARN-LLM-101', { retry_after_ms: 120 }],
    [500, {}, 'HARN-LLM-104', { kind: 'transient' }],
    [503, {}, 'HARN-LLM-103', { kind: 'transient' }],
    [529, {}, 'HARN-LLM-103', { category: 'overloaded' }],
    [401, {}, 'HARN-LLM-106', { kind: 'terminal' }],
    [404, {}, 'HARN-LLM-107', { category: 'not_found' }],
  ])('with HTTP %d %j is categorised, and not asked for again', async (...row) => {
    const [status, headers, code, data] = row;
    server.answers(says(status, { error: { message: 'no', type: 'x' } }, headers));
    const failed = await failure(ask(provider));
    expect(failed).toMatchObject({ code, data: { ...data, status } });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['before it begins', undefined],
    ['in the middle', half],
  ])('whose connection is cut %s is a network failure', async (_when, text) => {
    server.answers((response) => {
      if (text === undefined) return void response.socket?.destroy();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write(text, () => response.socket?.destroy());
    });
    expect(await failure(ask(provider))).toMatchObject({
      code: 'HARN-LLM-105',
      data: { category: 'transient_network', kind: 'transient' },
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each(['before', 'while'])(
    'sees its connection close when it is given up %s it comes',
    async (when) => {
      const controller = new AbortController();
      server.answers((response) => {
        if (when === 'before') return controller.abort();
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write(half, () => controller.abort());
      });
      const failed = failure(ask(provider, { signal: controller.signal }));
      await expect.poll(() => server.cut.length).toBe(1);
      await server.cut[0];
      expect((await failed).code).toMatch(/^HARN-/);
    },
  );
});

describe('an answer that was counted and has nothing in it', () => {
  const empty = (reason: string) => ({
    choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: reason }],
  });

  it.each(['openai', 'local'])(
    'is known as such at %s, whole and as a stream',
    async (provider) => {
      server.answers(says(200, completion('', empty('stop'))));
      expect(await ask(provider)).toMatchObject({ text: '', is_empty: true, output_tokens: 5 });
      server.answers(streams(openAiText()));
      expect(await ask(provider, { streamed: true })).toMatchObject({ is_empty: true });
      server.answers(says(200, completion('', empty('length'))));
      expect((await ask(provider)).is_empty).toBeUndefined();
    },
  );

  it('may be all that models of the other formats have to say', async () => {
    server.answers(says(200, anthropicMessage([])));
    expect((await ask('anthropic')).is_empty).toBeUndefined();
    server.answers(says(200, googleAnswer([{ text: '' }])));
    expect((await ask('gemini')).is_empty).toBeUndefined();
  });
});
