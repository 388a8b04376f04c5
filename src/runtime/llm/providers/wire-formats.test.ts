// The three wire formats against a server of ours, through the packages that speak them: what is sent, what comes back
// whole and in pieces, and every way in which an exchange can end badly.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../base/index.ts';
import { createNodeHost, type Host } from '../../host/index.ts';
import { SHIPPED } from '../catalog/catalog.ts';
import type { LlmDelta } from '../delta.ts';
import { completion } from '../llm-run.fixture.ts';
import { type LlmOptions, parseCall } from '../options.ts';
import type { LlmAnswer } from '../result.ts';
import { askProvider } from './ask.ts';
import { knownProvider, type ProviderConfig } from './known.ts';
import {
  anthropicEnd,
  anthropicStart,
  anthropicText,
  googleText,
  type ModelServer,
  modelServer,
  openAiText,
  type Reply,
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
  readonly options?: LlmOptions;
  readonly model?: string;
  readonly system?: string;
  readonly deltas?: LlmDelta[];
  readonly signal?: AbortSignal;
  readonly onDelta?: (delta: LlmDelta) => void;
}

function ask(provider: string, asked: Asked = {}): Promise<LlmAnswer> {
  const { options = {}, system = null, deltas, signal = new AbortController().signal } = asked;
  const { request } = parseCall('hi', system, options);
  const onDelta = asked.onDelta ?? (deltas && ((delta: LlmDelta) => deltas.push(delta)));
  return askProvider({
    host,
    request,
    provider: knownProvider(provider) as ProviderConfig,
    model: asked.model ?? (MODELS[provider] as string),
    catalog: SHIPPED,
    signal,
    onDelta,
  });
}

const messagesOf = (request: number, field: string) =>
  (server.seen[request]?.body[field] ?? []) as readonly Json[];

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

const TOOLS = [{ name: 'read', description: 'Reads', parameters: { path: 'string' } }];
const IMAGE: LlmOptions = {
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        { type: 'image', base64: 'aGk=', media_type: 'image/png' },
      ],
    },
  ],
};

describe('the Anthropic format', () => {
  it('has the system text beside the messages, the key in its own header and a limit of tokens', async () => {
    server.answers(says(200, anthropicMessage([{ type: 'text', text: 'yes' }])));
    const answer = await ask('anthropic', {
      system: 'be brief',
      options: { tools: TOOLS, tool_choice: { name: 'read' }, temperature: 0.5, stop: ['END'] },
    });
    expect(server.seen).toHaveLength(1);
    const { url, headers, body } = server.seen[0] as (typeof server.seen)[number];
    expect(url).toBe('/v1/messages');
    expect(headers['x-api-key']).toBe('sk-anthropic');
    expect(headers['anthropic-version']).toBe('2023-06-01');
    expect(headers['authorization']).toBeUndefined();
    expect(body).toMatchObject({
      model: 'claude-sonnet-4-20250514',
      max_tokens: 16_384,
      system: [{ type: 'text', text: 'be brief' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      stop_sequences: ['END'],
      tools: [{ name: 'read', input_schema: { type: 'object', required: ['path'] } }],
      tool_choice: { type: 'tool', name: 'read' },
    });
    expect(answer).toMatchObject({
      text: 'yes',
      stop_reason: 'end_turn',
      input_tokens: 11,
      output_tokens: 7,
      cost_usd: (11 * 3 + 7 * 15) / 1e6,
    });
  });

  it('marks what may be cached, and counts what was read and written', async () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 2,
      cache_read_input_tokens: 90,
      cache_creation_input_tokens: 20,
    };
    server.answers(says(200, anthropicMessage([{ type: 'text', text: 'yes' }], { usage })));
    const answer = await ask('anthropic', { system: 'long', options: { cache: true } });
    expect(server.seen[0]?.body).toMatchObject({
      system: [{ cache_control: { type: 'ephemeral' } }],
      messages: [{ content: [{ cache_control: { type: 'ephemeral' } }] }],
    });
    expect(answer).toMatchObject({
      input_tokens: 120,
      cache_read_tokens: 90,
      cache_write_tokens: 20,
    });
    expect(answer.cost_usd).toBeCloseTo((10 * 3 + 90 * 0.3 + 20 * 3.75 + 2 * 15) / 1e6, 12);
    await ask('anthropic', { system: 'long' });
    expect(JSON.stringify(server.seen[1]?.body)).not.toContain('cache_control');
  });

  it('takes images as sources', async () => {
    server.answers(says(200, anthropicMessage([{ type: 'text', text: 'yes' }])));
    await ask('anthropic', { options: IMAGE });
    expect(server.seen[0]?.body['messages']).toMatchObject([
      {
        content: [
          { type: 'text', text: 'look' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
        ],
      },
    ]);
  });

  it.each([
    [
      { mode: 'enabled', budget_tokens: 2000 },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
    ],
    [true, { thinking: { type: 'enabled', budget_tokens: 8000 } }],
    [{ mode: 'adaptive' }, { thinking: { type: 'adaptive' } }],
    [{ mode: 'effort', level: 'low' }, { output_config: { effort: 'low' } }],
  ])('is told to think as in %j', async (thinking, body) => {
    server.answers(says(200, anthropicMessage([{ type: 'text', text: 'yes' }])));
    await ask('anthropic', { options: { thinking }, model: 'claude-opus-4-6' });
    expect(server.seen[0]?.body).toMatchObject(body);
  });

  it('is asked for features by name, and for interleaved thinking where the model has it', async () => {
    server.answers(says(200, anthropicMessage([{ type: 'text', text: 'yes' }])));
    const betas = async (options: LlmOptions, model?: string) => {
      await ask('anthropic', { options, ...(model === undefined ? {} : { model }) });
      return server.seen.at(-1)?.headers['anthropic-beta'] ?? '';
    };
    expect(await betas({})).toBe('');
    expect(await betas({ anthropic_beta_features: ['context-1m-2025-08-07'] })).toBe(
      'context-1m-2025-08-07',
    );
    const interleaved = 'interleaved-thinking-2025-05-14';
    expect(await betas({ interleaved_thinking: true })).toBe(interleaved);
    expect(await betas({ thinking: true }, 'claude-opus-4-6')).toBe(interleaved);
    expect(await betas({ thinking: true })).toBe('');
  });

  it('gives thoughts with their signatures, which go back unchanged', async () => {
    server.answers(
      says(
        200,
        anthropicMessage(
          [
            { type: 'thinking', thinking: 'hm', signature: 'sig-1' },
            { type: 'redacted_thinking', data: 'sealed' },
            { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a' } },
          ],
          { stop_reason: 'tool_use' },
        ),
      ),
    );
    const first = await ask('anthropic', { options: { tools: TOOLS, thinking: true } });
    expect(first).toMatchObject({
      thinking: 'hm',
      stop_reason: 'tool_use',
      reasoning: [
        { text: 'hm', signature: 'sig-1' },
        { text: '', redacted: 'sealed' },
      ],
      tool_calls: [{ id: 't1', name: 'read', arguments: { path: 'a' } }],
    });
    const { reasoning = [], tool_calls } = first;
    await ask('anthropic', {
      options: {
        tools: TOOLS,
        thinking: true,
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: '', reasoning, tool_calls },
          { role: 'tool', tool_call_id: 't1', content: 'text' },
        ] as unknown as readonly Json[],
      },
    });
    expect(messagesOf(1, 'messages')[1]).toMatchObject({
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig-1' },
        { type: 'redacted_thinking', data: 'sealed' },
        { type: 'tool_use', id: 't1' },
      ],
    });
  });

  it('streams thoughts, text and arguments of tools', async () => {
    const block = (index: number, start: JsonObject, ...deltas: readonly JsonObject[]): Json[] => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
    server.answers(
      streams([
        anthropicStart(),
        ...block(
          0,
          { type: 'thinking', thinking: '', signature: '' },
          { type: 'thinking_delta', thinking: 'h' },
          { type: 'thinking_delta', thinking: 'm' },
          { type: 'signature_delta', signature: 'sig-2' },
        ),
        ...block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'see' }),
        ...block(
          2,
          { type: 'tool_use', id: 't1', name: 'read', input: {} },
          { type: 'input_json_delta', partial_json: '{"pa' },
          { type: 'input_json_delta', partial_json: 'th":"a"}' },
        ),
        ...anthropicEnd('tool_use'),
      ]),
    );
    const deltas: LlmDelta[] = [];
    const answer = await ask('anthropic', { deltas, options: { tools: TOOLS } });
    expect(server.seen[0]?.body).toMatchObject({ stream: true });
    expect(answer).toMatchObject({
      text: 'see',
      thinking: 'hm',
      reasoning: [{ text: 'hm', signature: 'sig-2' }],
      tool_calls: [{ id: 't1', name: 'read', arguments: { path: 'a' } }],
      stop_reason: 'tool_use',
      input_tokens: 11,
      output_tokens: 7,
    });
    expect(deltas.filter(({ type }) => type === 'reasoning')).toHaveLength(2);
    const args = deltas.flatMap((delta) => (delta.type === 'tool_call' ? [delta] : []));
    expect(args.map((delta) => delta.arguments).join('')).toBe('{"path":"a"}');
    expect(args.every(({ id, name }) => id === 't1' && name === 'read')).toBe(true);
  });
});

describe('the Google format', () => {
  it('has the model in the address and the key in its own header', async () => {
    server.answers(says(200, googleAnswer([{ text: 'yes' }])));
    const answer = await ask('gemini', {
      system: 'be brief',
      options: { tools: TOOLS, max_tokens: 10 },
    });
    const { url, headers, body } = server.seen[0] as (typeof server.seen)[number];
    expect(url).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
    expect(headers['x-goog-api-key']).toBe('sk-google');
    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'be brief' }] },
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { maxOutputTokens: 10 },
      tools: [{ functionDeclarations: [{ name: 'read' }] }],
    });
    expect(answer).toMatchObject({
      text: 'yes',
      stop_reason: 'end_turn',
      input_tokens: 9,
      output_tokens: 4,
    });
  });

  it('takes images in line, and gives calls of tools with ids and signatures of ours to send back', async () => {
    const call = { functionCall: { name: 'read', args: { path: 'a' } }, thoughtSignature: 's1' };
    server.answers(says(200, googleAnswer([call])));
    const answer = await ask('gemini', { options: { ...IMAGE, tools: TOOLS } });
    expect(server.seen[0]?.body['contents']).toMatchObject([
      { parts: [{ text: 'look' }, { inlineData: { mimeType: 'image/png', data: 'aGk=' } }] },
    ]);
    expect(answer).toMatchObject({
      stop_reason: 'tool_use',
      tool_calls: [{ name: 'read', arguments: { path: 'a' }, signature: 's1' }],
    });
    const { tool_calls } = answer;
    await ask('gemini', {
      options: {
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: '', tool_calls },
          { role: 'tool', tool_call_id: tool_calls[0]?.id ?? '', content: 'text' },
        ] as unknown as readonly Json[],
      },
    });
    expect(messagesOf(1, 'contents')[1]).toMatchObject({
      parts: [{ functionCall: { name: 'read' }, thoughtSignature: 's1' }],
    });
  });

  it.each([
    [{ mode: 'disabled' }, 'gemini-2.5-flash', { thinkingBudget: 0 }],
    [{ mode: 'enabled', budget_tokens: 99 }, 'gemini-2.5-flash', { thinkingBudget: 99 }],
    [{ mode: 'effort', level: 'low' }, 'gemini-2.5-flash', { thinkingBudget: 1024 }],
    [{ mode: 'effort', level: 'low' }, 'gemini-3-pro', { thinkingLevel: 'low' }],
  ])('is told to think as in %j (%s)', async (thinking, model, thinkingConfig) => {
    server.answers(says(200, googleAnswer([{ text: 'yes' }])));
    await ask('gemini', { options: { thinking }, model });
    expect(server.seen[0]?.body).toMatchObject({ generationConfig: { thinkingConfig } });
  });

  it('says in the body how long to wait', async () => {
    const error = {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: 'slow down',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17.5s' }],
    };
    server.answers(says(429, { error }));
    expect(await failure(ask('gemini'))).toMatchObject({
      code: 'HARN-LLM-101',
      data: { retry_after_ms: 17_500, provider: 'gemini' },
    });
  });
});

describe('the OpenAI format', () => {
  it('lets schemas be as they are, unless they are meant to be strict', async () => {
    server.answers(says(200, completion('{}')));
    const schema = { type: 'object', properties: {} };
    await ask('openai', { options: { schema } });
    expect(server.seen[0]?.body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema, strict: false } },
    });
    expect(server.seen[0]?.headers['authorization']).toBe('Bearer sk-openai');
  });

  it('is told how hard to think', async () => {
    server.answers(says(200, completion('yes')));
    const options = { thinking: { mode: 'effort', level: 'high' }, max_tokens: 9 };
    await ask('openai', { options, model: 'o3' });
    expect(server.seen[0]?.body).toMatchObject({
      reasoning_effort: 'high',
      max_completion_tokens: 9,
    });
    await ask('local', { options });
    expect(server.seen[1]?.body).toMatchObject({ reasoning_effort: 'high', max_tokens: 9 });
    expect(server.seen[1]?.headers['authorization']).toBeUndefined();
  });
});

/** What each format needs for the same story: the pieces `a` and `b`, and a stream that stops after the first. */
const STORIES: readonly {
  readonly provider: string;
  readonly events: readonly (Json | string)[];
  /** How many events come before the second piece. */
  readonly before: number;
  readonly tokens: readonly [number, number];
}[] = [
  { provider: 'anthropic', events: anthropicText('a', 'b'), before: 4, tokens: [11, 7] },
  { provider: 'openai', events: openAiText('a', 'b'), before: 1, tokens: [12, 5] },
  { provider: 'local', events: openAiText('a', 'b'), before: 1, tokens: [12, 5] },
  { provider: 'gemini', events: googleText('a', 'b'), before: 1, tokens: [9, 4] },
];

describe.each(STORIES)('a stream of $provider', ({ provider, events, before, tokens }) => {
  const start = events.slice(0, before);

  it('tells every piece in order and ends with the whole answer', async () => {
    server.answers(streams(events));
    const deltas: LlmDelta[] = [];
    const answer = await ask(provider, { deltas });
    expect(deltas).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
    expect(answer).toMatchObject({
      text: 'ab',
      stop_reason: 'end_turn',
      input_tokens: tokens[0],
      output_tokens: tokens[1],
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['is cut on the wire', streams(start, 'cut')],
    ['ends too early', streams(start, 'end')],
  ] as const)('that %s is a network failure, after what came', async (_how, reply: Reply) => {
    server.answers(reply);
    const deltas: LlmDelta[] = [];
    expect(await failure(ask(provider, { deltas }))).toMatchObject({
      code: 'HARN-LLM-105',
      data: { category: 'transient_network', kind: 'transient' },
    });
    expect(deltas).toEqual([{ type: 'text', text: 'a' }]);
    expect(server.seen).toHaveLength(1);
  });

  it('that says something else in the middle is a coded error, and its connection is closed', async () => {
    server.answers(streams([...start, '{"broken'], 'hang'));
    const deltas: LlmDelta[] = [];
    const failed = await failure(ask(provider, { deltas }));
    expect(failed).toMatchObject({ code: 'HARN-LLM-111', data: { kind: 'transient' } });
    await server.cut[0];
  });

  it('sees its connection close when the call is given up', async () => {
    server.answers(streams(start, 'hang'));
    const controller = new AbortController();
    const failed = failure(
      ask(provider, { signal: controller.signal, onDelta: () => controller.abort() }),
    );
    await server.cut[0];
    expect((await failed).code).toMatch(/^HARN-/);
  });

  it.each([
    [429, { 'retry-after': '7' }, 'HARN-LLM-101', { retry_after_ms: 7000 }],
    [500, {}, 'HARN-LLM-104', { kind: 'transient' }],
    [401, {}, 'HARN-LLM-106', { kind: 'terminal' }],
  ])('that begins with HTTP %d is categorised', async (status, headers, code, data) => {
    server.answers(says(status, { error: { message: 'no', type: 'x' } }, headers));
    expect(await failure(ask(provider, { deltas: [] }))).toMatchObject({ code, data });
    expect(server.seen).toHaveLength(1);
  });
});

it.each([
  ['overloaded_error', 'HARN-LLM-103', 'overloaded'],
  ['rate_limit_error', 'HARN-LLM-101', 'rate_limit'],
  ['api_error', 'HARN-LLM-104', 'server_error'],
  ['invalid_request_error', 'HARN-LLM-110', 'generic'],
])('a stream that says %s is categorised like the status', async (type, code, category) => {
  server.answers(
    streams([
      ...anthropicText('a', 'b').slice(0, 4),
      { type: 'error', error: { type, message: 'sorry' } },
    ]),
  );
  const failed = await failure(ask('anthropic', { deltas: [] }));
  expect(failed).toMatchObject({ code, data: { category } });
  expect(failed.message).toContain('sorry');
});
