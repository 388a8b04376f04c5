// Model objects of the AI SDK as this room sees them: what is read of a call and of an answer, across versions of the
// interface. Everything else passes through untouched.
import { HarnError, isJsonObject, type Json } from '../../base/index.ts';
import type { EffectEnv } from '../run/index.ts';
import type { Catalog } from './catalog/catalog.ts';
import { toKept } from './durable-data.ts';
import { categorised, llmErrors } from './errors.ts';
import type { TokenCounts } from './prices.ts';
import type { LlmContentBlock, LlmRequest } from './request.ts';
import type { LlmNumbers, LlmStopReason } from './result.ts';
import type { LlmRoute } from './route.ts';

/** A language model of the AI SDK: `LanguageModelV2` or `LanguageModelV3` of `@ai-sdk/provider`. */
export interface DurableModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: never): PromiseLike<object>;
  doStream(options: never): PromiseLike<{ readonly stream: object }>;
}

/** The options of a call that are read here. */
export interface ModelOptions {
  readonly prompt: readonly { readonly role?: string }[];
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly tools?: readonly unknown[];
  readonly toolChoice?: unknown;
  readonly abortSignal?: AbortSignal;
  readonly headers?: object;
}

/** One call of a model object. */
export interface ModelCall {
  readonly model: DurableModel;
  readonly options: ModelOptions;
  /** What is asked, as the journal checks it. */
  readonly asked: Json;
}

/** What the two interfaces call a model with. */
type Callable = {
  doGenerate(options: ModelOptions): PromiseLike<object>;
  doStream(options: ModelOptions): PromiseLike<{ readonly stream: ReadableStream<object> }>;
};

const SPECIFICATIONS: readonly unknown[] = ['v2', 'v3'];

/** Refuses what is no model object. */
export function assertModel(model: DurableModel): void {
  const got: unknown = model;
  if (typeof got === 'string') throw llmErrors.notModel({ got: `the name "${got}"` });
  if (typeof got !== 'object' || got === null) throw llmErrors.notModel({ got: typeof got });
  const { specificationVersion: version, doGenerate, doStream } = model;
  if (typeof doGenerate !== 'function' || typeof doStream !== 'function') {
    throw llmErrors.notModel({ got: 'an object without doGenerate and doStream' });
  }
  if (!SPECIFICATIONS.includes(version)) {
    throw llmErrors.notModel({ got: `a model of specification ${String(version)}` });
  }
}

/** A call with what the journal checks of it: not its headers, which may hold secrets, and not what stops it. */
export function modelCall(model: DurableModel, options: ModelOptions): ModelCall {
  const { abortSignal: _signal, headers: _headers, ...asked } = options;
  return { model, options, asked: toKept(asked) };
}

/** The call with a longest answer, where budgets need one to be known. */
export function boundedCall(call: ModelCall, maxOutputTokens: number | undefined): ModelCall {
  if (maxOutputTokens === undefined || call.options.maxOutputTokens !== undefined) return call;
  return { ...call, options: { ...call.options, maxOutputTokens } };
}

/** The call as budgets see it: its words, its files as images, and the longest answer. */
export function budgetRequest({ options, asked }: ModelCall): LlmRequest {
  const images: LlmContentBlock[] = [];
  const text = JSON.stringify(asked, (key, value: unknown) => {
    if (key !== '$bytes') return value;
    images.push({ type: 'image', url: '', media_type: '' });
    return '';
  });
  const { maxOutputTokens: answer } = options;
  return {
    system: null,
    messages: [{ role: 'user', content: [{ type: 'text', text }, ...images] }],
    output: { kind: 'text' },
    timeout_ms: 0,
    ...(answer === undefined ? {} : { max_tokens: answer }),
  };
}

/** The role of the last message. */
export function callRole({ options }: ModelCall): string {
  return options.prompt.at(-1)?.role ?? 'user';
}

/** The model as it is called, with the signal that ends the call. */
export function callable({ model, options }: ModelCall, signal: AbortSignal) {
  const target = model as unknown as Callable;
  const given: ModelOptions = { ...options, abortSignal: signal };
  return {
    generate: () => target.doGenerate(given),
    stream: () => target.doStream(given),
  };
}

/** `openai.chat` is served by `openai`. */
export function providerOf(model: DurableModel): string {
  return model.provider.split('.', 1)[0] ?? model.provider;
}

/** What is read of an answer, or of the parts of a stream that end it. */
export interface ModelEnd {
  readonly usage?: unknown;
  readonly finishReason?: unknown;
  readonly response?: { readonly modelId?: unknown };
}

const STOP_REASONS: { readonly [reason: string]: LlmStopReason } = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filter',
};

/** Tokens, cost and the rest of what records count. */
export function numbersOf(
  end: ModelEnd,
  { model }: ModelCall,
  durationMs: number,
  catalog: Catalog,
): LlmNumbers {
  const usage = toKept(end.usage);
  const said = end.response?.modelId;
  const name = typeof said === 'string' && said !== '' ? said : model.modelId;
  const input = countIn(usage, 'inputTokens', 'total');
  const output = countIn(usage, 'outputTokens', 'total');
  const read =
    countIn(usage, 'inputTokens', 'cacheRead') ?? countIn(usage, 'cachedInputTokens') ?? 0;
  const written = countIn(usage, 'inputTokens', 'cacheWrite') ?? 0;
  const cost = priced({ inputTokens: input, outputTokens: output, read, written }, (counts) => {
    const provider = providerOf(model);
    return catalog.cost(name, counts, provider) ?? catalog.cost(model.modelId, counts, provider);
  });
  return {
    model: name,
    stop_reason: stopReasonOf(end.finishReason),
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: read,
    cache_write_tokens: written,
    cost_usd: cost ?? null,
    duration_ms: durationMs,
  };
}

function priced(
  told: { inputTokens: number | null; outputTokens: number | null; read: number; written: number },
  price: (counts: TokenCounts) => number | undefined,
): number | undefined {
  const { inputTokens, outputTokens, read, written } = told;
  if (inputTokens === null || outputTokens === null) return undefined;
  return price({ inputTokens, outputTokens, cacheReadTokens: read, cacheWriteTokens: written });
}

/** A count by its name: a number (v2), or one of the parts that the counts of v3 have. */
function countIn(usage: Json, name: string, part?: string): number | null {
  const value = isJsonObject(usage) ? usage[name] : undefined;
  const found =
    value !== undefined && isJsonObject(value) && part !== undefined ? value[part] : value;
  // The total is what v2 says with one number; it does not say its parts.
  if (typeof value === 'number' && part !== undefined && part !== 'total') return null;
  return typeof found === 'number' && found >= 0 ? found : null;
}

function stopReasonOf(reason: unknown): LlmStopReason {
  const unified =
    typeof reason === 'object' && reason !== null && 'unified' in reason ? reason.unified : reason;
  return typeof unified === 'string' ? (STOP_REASONS[unified] ?? 'other') : 'other';
}

/** A coded error for whatever a model object ended with. */
export async function modelFailure(
  error: unknown,
  env: EffectEnv,
  { provider, model }: LlmRoute,
  signal: AbortSignal,
): Promise<HarnError> {
  if (signal.aborted) {
    const { reason } = signal;
    const why = typeof reason === 'string' ? reason : 'the program gave it up';
    const message = `the call was cancelled (${why})`;
    return categorised({ category: 'cancelled', message, provider, model }, { cause: error });
  }
  if (HarnError.is(error)) return error;
  if (isSdkError(error)) {
    const { toLlmError } = await import('./providers/sdk-errors.ts');
    const nowMs = env.clock.nowMs();
    return toLlmError(error, { provider, model, nowMs, apiKey: undefined });
  }
  const message = error instanceof Error ? error.message : String(error);
  return categorised({ category: 'generic', message, provider, model }, { cause: error });
}

function isSdkError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Symbol.for('vercel.ai.error') in error;
}
