// Prepared answers for programs under test, and the answer of the mock provider when none was prepared. The queue is
// memory of the run and re-made by replay: taking from it is a local effect that runs again although the answer itself
// is recorded.
import { type HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineSyncEffect, type ServiceKey } from '../run/index.ts';
import type { Catalog } from './catalog/catalog.ts';
import { llmConfigKey } from './config.ts';
import { categorised, isLlmErrorCategory, type LlmErrorCategory, llmErrors } from './errors.ts';
import { toToolCall } from './messages.ts';
import { type LlmRequest, type LlmToolCall, promptOf, snippetOf, textOf } from './request.ts';
import type { LlmAnswer, LlmStopReason } from './result.ts';
import type { LlmRoute } from './route.ts';
import { sampleOf } from './sample.ts';
import { nativeTools } from './tool-search.ts';

/** One prepared answer. Without `match` it is used once, in order; with it, for every request that fits. */
export type LlmMock = {
  readonly text?: string;
  readonly tool_calls?: readonly LlmToolCall[];
  /** A glob (`*`) over the text of the messages. */
  readonly match?: string;
  readonly consume_match?: boolean;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly thinking?: string;
  readonly thinking_summary?: string;
  readonly stop_reason?: string;
  readonly model?: string;
  readonly error?: {
    readonly category: LlmErrorCategory;
    readonly message: string;
    readonly retry_after_ms?: number;
  };
};

/** One request that the mock provider saw. */
export type LlmMockCall = {
  readonly messages: Json;
  readonly system: string | null;
  readonly tools: Json;
  /** How much the model was told to think; null when nothing was said. */
  readonly thinking: Json;
};

interface Scope {
  mocks: LlmMock[];
  calls: LlmMockCall[];
  /** Set by the first mock: from then on calls without a provider are answered here. */
  active: boolean;
}

const newScope = (): Scope => ({ mocks: [], calls: [], active: false });

/** The prepared answers of one run, in nested scopes. */
export class LlmMocks {
  readonly #scopes: Scope[] = [newScope()];
  readonly #cached = new Set<string>();
  /** A request that nothing fits is refused instead of answered by default. */
  readonly #strict: boolean;
  readonly #prepared: readonly LlmMock[];
  readonly #used = new Set<LlmMock>();

  constructor(prepared: readonly Json[] | undefined) {
    this.#strict = prepared !== undefined;
    this.#prepared = (prepared ?? []).map(parseMock);
    for (const mock of this.#prepared) this.enqueue(mock);
  }

  get active(): boolean {
    return this.#scopes.some((scope) => scope.active);
  }

  /** Something is prepared now: it answers whatever provider a call names. */
  get isQueued(): boolean {
    return this.#top.mocks.length > 0;
  }

  get calls(): readonly LlmMockCall[] {
    return this.#top.calls;
  }

  /** Which of the answers that the run began with were never given, by their places. */
  get unused(): readonly number[] {
    return this.#prepared.flatMap((mock, i) => (this.#used.has(mock) ? [] : [i]));
  }

  enqueue(mock: LlmMock): void {
    this.#top.mocks.push(mock);
    this.#top.active = true;
  }

  clear(): void {
    this.#scopes[this.#scopes.length - 1] = newScope();
  }

  push(): void {
    this.#scopes.push(newScope());
  }

  pop(): void {
    if (this.#scopes.length === 1) throw llmErrors.noMockScope({});
    this.#scopes.pop();
  }

  /** Whether this prompt was cached before; it is from now on, when caching is asked for. */
  cached(request: LlmRequest): boolean {
    if (request.cache !== true) return false;
    const prompt = JSON.stringify([request.system, request.messages]);
    const known = this.#cached.has(prompt);
    this.#cached.add(prompt);
    return known;
  }

  /** The answer for a request, taken out of the queue where it is for one use. */
  take(request: LlmRequest): LlmMock | null {
    const scope = this.#top;
    const { messages, system } = request;
    const tools = request.tool_search === undefined ? plainTools(request) : nativeTools(request);
    scope.calls.push({
      messages,
      system,
      tools: (tools ?? null) as Json,
      thinking: request.thinking ?? null,
    });
    const next = scope.mocks.findIndex((mock) => mock.match === undefined);
    if (next !== -1) return this.#given(scope.mocks.splice(next, 1)[0]);
    const text = messages.map(textOf).join('\n');
    const at = scope.mocks.findIndex((mock) => fits(mock.match as string, text));
    const found = scope.mocks[at];
    if (found?.consume_match === true) scope.mocks.splice(at, 1);
    if (found === undefined && this.#strict) throw llmErrors.noMock({ asked: snippetOf(request) });
    return this.#given(found);
  }

  #given(mock: LlmMock | undefined): LlmMock | null {
    if (mock === undefined) return null;
    this.#used.add(mock);
    return mock;
  }

  get #top(): Scope {
    return this.#scopes[this.#scopes.length - 1] as Scope;
  }
}

/** The prepared answers of this run. */
export const llmMocksKey: ServiceKey<LlmMocks> = {
  name: 'llm.mocks',
  create: (services) => new LlmMocks(services.get(llmConfigKey).mocks),
};

const local = { class: 'local', access: 'write' } as const;

/** What programs under test do with mocks. */
export const llmMockEffects = {
  mock_enqueue: defineSyncEffect({ name: 'llm.mock_enqueue', ...local }, (env, mock: Json) => {
    env.get(llmMocksKey).enqueue(parseMock(mock));
    return null;
  }),
  mock_calls: defineSyncEffect(
    { name: 'llm.mock_calls', class: 'local', access: 'read' },
    (env): readonly LlmMockCall[] => [...env.get(llmMocksKey).calls],
  ),
  mock_clear: defineSyncEffect({ name: 'llm.mock_clear', ...local }, (env) => {
    env.get(llmMocksKey).clear();
    return null;
  }),
  mock_push_scope: defineSyncEffect({ name: 'llm.mock_push_scope', ...local }, (env) => {
    env.get(llmMocksKey).push();
    return null;
  }),
  mock_pop_scope: defineSyncEffect({ name: 'llm.mock_pop_scope', ...local }, (env) => {
    env.get(llmMocksKey).pop();
    return null;
  }),
};

/** What the mock provider has for a request. */
export type LlmMockTaken = {
  readonly mock: LlmMock | null;
  /** The prompt counts as read from a cache. */
  readonly cached: boolean;
};

/** Takes the prepared answer for a request: again on every replay, in the same order. */
export const llmMockTake = defineSyncEffect(
  { name: 'llm.mock_take', class: 'local', access: 'read' },
  (env, request: LlmRequest): LlmMockTaken => {
    const mocks = env.get(llmMocksKey);
    return { mock: mocks.take(request), cached: mocks.cached(request) };
  },
);

/** The answer of the mock provider, or the error it was told to end with. */
export function mockAnswer(
  request: LlmRequest,
  route: LlmRoute,
  { mock, cached }: LlmMockTaken,
  catalog: Catalog,
): LlmAnswer {
  if (mock?.error !== undefined) throw mockError(mock.error, route);
  const prompt = promptOf(request);
  const calls = mock === null ? defaultCalls(request) : (mock.tool_calls ?? []);
  const outputTokens = mock?.output_tokens ?? 30;
  const inputTokens = mock?.input_tokens ?? new TextEncoder().encode(prompt).length;
  return {
    text: answerText(mock, calls.length > 0, request),
    model: mock?.model ?? route.model,
    stop_reason: (mock?.stop_reason ??
      (calls.length > 0 ? 'tool_use' : 'end_turn')) as LlmStopReason,
    tool_calls: calls,
    thinking: mock?.thinking ?? null,
    ...(mock?.thinking_summary === undefined ? {} : { thinking_summary: mock.thinking_summary }),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cache_read_tokens: cached ? inputTokens : 0,
    cache_write_tokens: request.cache === true && !cached ? inputTokens : 0,
    cost_usd: catalog.cost(mock?.model ?? route.model, { inputTokens, outputTokens }) ?? 0,
    duration_ms: 0,
  };
}

function mockError(error: NonNullable<LlmMock['error']>, route: LlmRoute): HarnError {
  const { provider, model } = route;
  return categorised({ ...error, provider, model });
}

function answerText(mock: LlmMock | null, hasCalls: boolean, request: LlmRequest): string {
  if (mock !== null) return mock.text ?? '';
  const { completion } = request;
  if (completion !== undefined) {
    const [before, after] = [completion.prefix, completion.suffix].map((text) => [...text].length);
    return `Mock completion after ${before} chars before ${after} chars`;
  }
  return hasCalls ? '' : defaultText(promptOf(request), request.system);
}

/** Tools as most providers get them. */
function plainTools({ tools }: LlmRequest): readonly JsonObject[] | undefined {
  return tools?.map((tool) => ({ type: 'function', function: tool as JsonObject }));
}

/** What nobody prepared when there are tools: a call of the first one, so that a loop has something to do. */
function defaultCalls(request: LlmRequest): readonly LlmToolCall[] {
  const [tool] = request.tool_choice === 'none' ? [] : (request.tools ?? []);
  if (tool === undefined) return [];
  const turn = request.messages.filter(({ role }) => role === 'assistant').length;
  const args = sampleOf(tool.parameters) as JsonObject | null;
  return [{ id: `mock_call_${turn + 1}`, name: tool.name, arguments: args ?? {} }];
}

/** The text of an answer nobody prepared: repeatable, and recognisably not a model's. */
function defaultText(prompt: string, system: string | null): string {
  const words = prompt.split(/\s+/).filter((word) => word !== '').length;
  const text = `Mock response to ${words}-word prompt: ${[...prompt].slice(0, 100).join('')}`;
  if (system?.includes('<done>') !== true) return text;
  return `<assistant_prose>${text}</assistant_prose>\n<done>##DONE##</done>`;
}

/** Whether a text fits a glob in which `*` stands for anything. */
function fits(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  if (rest.length === 0) return text === glob;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() as string;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Reads a prepared answer; what does not belong there is a coded error. */
export function parseMock(value: Json): LlmMock {
  if (!isJsonObject(value)) throw llmErrors.badMock({ field: 'response', expected: 'a dict' });
  const calls = value['tool_calls'];
  if (calls !== undefined && calls !== null && !Array.isArray(calls)) {
    throw llmErrors.badMock({ field: 'tool_calls', expected: 'a list of {name, arguments}' });
  }
  const fields: { [name: string]: unknown } = {
    text: typed(value, 'text', 'string'),
    match: typed(value, 'match', 'string'),
    consume_match: typed(value, 'consume_match', 'boolean'),
    input_tokens: typed(value, 'input_tokens', 'number'),
    output_tokens: typed(value, 'output_tokens', 'number'),
    thinking: typed(value, 'thinking', 'string'),
    thinking_summary: typed(value, 'thinking_summary', 'string'),
    stop_reason: typed(value, 'stop_reason', 'string'),
    model: typed(value, 'model', 'string'),
    tool_calls: calls?.map((call: Json, k: number) =>
      toToolCall(withId(call, `mock_call_${k + 1}`), k, 'mock'),
    ),
    error: parseError(value['error']),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, field]) => field !== undefined),
  ) as LlmMock;
}

function withId(call: Json, id: string): Json {
  return isJsonObject(call) ? { id, ...call } : call;
}

function typed(value: JsonObject, field: string, type: string): Json | undefined {
  const found = value[field];
  if (found === undefined || found === null) return undefined;
  if (typeof found === type) return found;
  throw llmErrors.badMock({ field, expected: `a ${type}` });
}

function parseError(error: Json | undefined): LlmMock['error'] {
  if (error === undefined || error === null) return undefined;
  const category = isJsonObject(error) ? error['category'] : undefined;
  if (!isJsonObject(error) || typeof category !== 'string' || !isLlmErrorCategory(category)) {
    throw llmErrors.badMock({ field: 'error', expected: 'a dict with a known category' });
  }
  const retryAfterMs = typed(error, 'retry_after_ms', 'number') as number | undefined;
  return {
    category,
    message: (typed(error, 'message', 'string') as string | undefined) ?? category,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  };
}
