// The provider against a real server that speaks the wire format: answers, failures, and connections that are cut.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../base/index.ts';
import { createNodeHost, type Host } from '../../host/index.ts';
import { SHIPPED } from '../catalog/catalog.ts';
import { completion } from '../llm-run.fixture.ts';
import { type LlmOptions, parseCall } from '../options.ts';
import type { LlmAnswer } from '../result.ts';
import { askProvider } from './ask.ts';
import { knownProvider, type ProviderConfig } from './known.ts';
import { retryAfter } from './sdk-errors.ts';

type Reply = (request: IncomingMessage, response: ServerResponse, body: JsonObject) => void;

const local = knownProvider('local') as ProviderConfig;
let server: Server;
let host: Host;
let reply: Reply;
let seen: { body: JsonObject; headers: IncomingMessage['headers']; url: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as JsonObject;
      seen.push({ body, headers: request.headers, url: request.url ?? '' });
      reply(request, response, body);
    });
  });
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  const { port } = server.address() as AddressInfo;
  const real = createNodeHost();
  const env: { readonly [name: string]: string } = {
    HARN_LLM_BASE_URL: `http://127.0.0.1:${port}`,
    HARN_LLM_API_KEY: 'sk-very-secret',
  };
  host = { ...real, env: { get: (name) => env[name], names: () => Object.keys(env) } };
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((ok) => server.close(ok));
});

beforeEach(() => {
  seen = [];
});

const json =
  (status: number, value: Json, headers: { [name: string]: string } = {}): Reply =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };

function ask(
  prompt = 'hi',
  options: LlmOptions = {},
  { system = null, model = 'gpt-4o', signal = new AbortController().signal } = {} as {
    system?: string | null;
    model?: string;
    signal?: AbortSignal;
  },
): Promise<LlmAnswer> {
  const { request } = parseCall(prompt, system, options);
  return askProvider({ host, request, provider: local, model, catalog: SHIPPED, signal });
}

const failure = (
  promise: Promise<unknown>,
): Promise<{ code: string; data: JsonObject; message: string }> =>
  promise.then(
    () => ({ code: 'no error', data: {}, message: '' }),
    (error: unknown) => error as { code: string; data: JsonObject; message: string },
  );

describe('a provider with the OpenAI wire format', () => {
  it('is sent what was asked, once, with the key in the header', async () => {
    reply = json(200, completion('yes'));
    await ask(
      'hi',
      {
        max_tokens: 10,
        temperature: 0.5,
        stop: ['END'],
        seed: 7,
        tools: [{ name: 'read', description: 'Reads', parameters: { path: 'string' } }],
        tool_choice: { name: 'read' },
      },
      { system: 'be brief' },
    );
    expect(seen).toHaveLength(1);
    expect(seen[0]?.url).toBe('/v1/chat/completions');
    expect(seen[0]?.headers.authorization).toBe('Bearer sk-very-secret');
    expect(seen[0]?.body).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 10,
      temperature: 0.5,
      stop: ['END'],
      seed: 7,
      tools: [
        {
          type: 'function',
          function: {
            name: 'read',
            description: 'Reads',
            parameters: {
              type: 'object',
              properties: { path: { type: 'string' } },
              required: ['path'],
            },
          },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'read' } },
    });
  });

  it('is sent whole conversations with tools and images', async () => {
    reply = json(200, completion('yes'));
    await ask('', {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image', base64: 'aGk=', media_type: 'image/png' },
          ],
        },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', name: 'read', arguments: { a: 1 } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'text of it' },
      ],
    });
    expect(seen[0]?.body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"a":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'text of it' },
    ]);
  });

  it('is asked for JSON by schema, and reasoning models get the limit by their own name', async () => {
    reply = json(200, completion('{}'));
    const schema = { type: 'object', properties: {} };
    await ask('hi', { schema, max_tokens: 9 }, { model: 'o3' });
    expect(seen[0]?.body).toMatchObject({
      max_completion_tokens: 9,
      response_format: { type: 'json_schema', json_schema: { schema } },
    });
    expect(seen[0]?.body).not.toHaveProperty('max_tokens');
  });

  it('gives text, tokens, price and why it stopped', async () => {
    reply = json(
      200,
      completion('yes', {
        usage: {
          prompt_tokens: 1000,
          completion_tokens: 100,
          prompt_tokens_details: { cached_tokens: 400 },
        },
      }),
    );
    const { duration_ms: durationMs, ...answer } = await ask();
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(answer).toEqual({
      text: 'yes',
      model: 'gpt-4o',
      stop_reason: 'end_turn',
      tool_calls: [],
      thinking: null,
      input_tokens: 1000,
      output_tokens: 100,
      cache_read_tokens: 400,
      cache_write_tokens: 0,
      cost_usd: (600 * 2.5 + 400 * 1.25 + 100 * 10) / 1e6,
    });
  });

  it('gives tool calls, thoughts and other reasons to stop', async () => {
    const choice = (message: JsonObject, reason: string): Json => ({
      ...(completion('') as JsonObject),
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, ...message },
          finish_reason: reason,
        },
      ],
    });
    reply = json(
      200,
      choice(
        {
          reasoning_content: 'hm',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
            { id: 'c2', type: 'function', function: { name: 'read', arguments: '{broken' } },
          ],
        },
        'tool_calls',
      ),
    );
    expect(await ask()).toMatchObject({
      stop_reason: 'tool_use',
      thinking: 'hm',
      tool_calls: [
        { id: 'c1', name: 'read', arguments: { path: 'a' } },
        { id: 'c2', name: 'read', arguments: '{broken' },
      ],
    });
    reply = json(200, choice({ content: 'cut' }, 'length'));
    expect(await ask()).toMatchObject({ text: 'cut', stop_reason: 'max_tokens' });
  });

  it('without usage leaves tokens and price unknown, not zero', async () => {
    reply = json(200, completion('yes', { usage: null }));
    expect(await ask()).toMatchObject({ input_tokens: null, output_tokens: null, cost_usd: null });
  });

  it.each([
    [400, {}, 'HARN-LLM-110', 'terminal', 'invalid_request'],
    [400, { code: 'context_length_exceeded' }, 'HARN-LLM-108', 'terminal', 'context_overflow'],
    [400, { code: 'content_filter' }, 'HARN-LLM-109', 'terminal', 'content_policy'],
    [401, {}, 'HARN-LLM-106', 'terminal', 'auth_failure'],
    [404, { code: 'model_not_found' }, 'HARN-LLM-107', 'terminal', 'model_unavailable'],
    [413, {}, 'HARN-LLM-108', 'terminal', 'context_overflow'],
    [429, {}, 'HARN-LLM-101', 'transient', 'rate_limit'],
    [429, { code: 'insufficient_quota' }, 'HARN-LLM-113', 'terminal', 'unknown'],
    [500, {}, 'HARN-LLM-104', 'transient', 'server_error'],
    [503, {}, 'HARN-LLM-103', 'transient', 'server_error'],
  ])('categorises HTTP %d %j and does not ask twice', async (status, error, code, kind, reason) => {
    reply = json(status, { error: { message: 'no: key sk-very-secret', type: 'x', ...error } });
    const failed = await failure(ask());
    expect(failed).toMatchObject({ code, data: { kind, reason, status, provider: 'local' } });
    expect(failed.message).toContain('no: key ***');
    expect(JSON.stringify(failed.data)).not.toContain('secret');
    expect(seen).toHaveLength(1);
  });

  it('tells how long to wait', async () => {
    reply = json(429, {}, { 'retry-after': '7' });
    expect((await failure(ask())).data['retry_after_ms']).toBe(7000);
    reply = json(429, {}, { 'retry-after-ms': '120' });
    expect((await failure(ask())).data['retry_after_ms']).toBe(120);
    expect(
      retryAfter({ 'retry-after': 'Fri, 20 Nov 2026 10:00:10 GMT' }, Date.UTC(2026, 10, 20, 10)),
    ).toBe(10_000);
    expect(retryAfter({ 'retry-after': 'soon' }, 0)).toBeUndefined();
  });

  it('that answers something else is a coded error', async () => {
    reply = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"choices": [');
    };
    expect(await failure(ask())).toMatchObject({
      code: 'HARN-LLM-111',
      data: { kind: 'transient' },
    });
    reply = json(200, { hello: 'world' });
    expect(await failure(ask())).toMatchObject({ code: 'HARN-LLM-111' });
    reply = json(200, { ...(completion('') as JsonObject), choices: [] });
    expect(await failure(ask())).toMatchObject({ code: 'HARN-LLM-111' });
    reply = (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<h1>bad gateway</h1>');
    };
    expect(await failure(ask())).toMatchObject({ code: 'HARN-LLM-104', data: { status: 502 } });
  });

  it('that cuts the connection is a network failure', async () => {
    reply = (request) => request.socket.destroy();
    expect(await failure(ask())).toMatchObject({
      code: 'HARN-LLM-105',
      data: { category: 'transient_network', reason: 'network_error' },
    });
    reply = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"choices": [', () => request.socket.destroy());
    };
    expect(await failure(ask())).toMatchObject({ code: 'HARN-LLM-105' });
  });

  it('that is not there is a network failure', async () => {
    const gone = {
      ...host,
      env: {
        get: (name: string) => (name === 'HARN_LLM_BASE_URL' ? 'http://127.0.0.1:1' : undefined),
        names: () => [],
      },
    };
    const { request } = parseCall('hi', null, {});
    const signal = new AbortController().signal;
    const failed = failure(
      askProvider({ host: gone, request, provider: local, model: 'm', catalog: SHIPPED, signal }),
    );
    expect(await failed).toMatchObject({ code: 'HARN-LLM-105' });
  });

  it.each(['before', 'while'])(
    'sees the connection close when the call is given up %s it answers',
    async (when) => {
      const controller = new AbortController();
      const closed = new Promise<void>((ok) => {
        reply = (request, response) => {
          request.socket.on('close', () => ok());
          if (when === 'before') {
            controller.abort();
            return;
          }
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write('{"choices": [', () => controller.abort());
        };
      });
      const failed = failure(ask('hi', {}, { signal: controller.signal }));
      await closed;
      expect((await failed).code).toMatch(/^HARN-/);
    },
  );
});
