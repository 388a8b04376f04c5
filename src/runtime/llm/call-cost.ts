// What a call may cost, before it is made, and what it did cost, after.
import { HarnError } from '../../base/index.ts';
import { NOTHING_SPENT, nanoUsdOf, type Spent } from '../run/index.ts';
import type { Catalog } from './catalog/catalog.ts';
import { llmErrors } from './errors.ts';
import type { LlmRequest } from './request.ts';
import { requestSize } from './request-text.ts';
import type { LlmNumbers } from './result.ts';
import type { LlmRoute } from './route.ts';

/** Assumed of an answer whose call does not say how long it may get (`max_tokens`). */
export const ASSUMED_ANSWER_TOKENS = 32_768;

/** Of text of code or of European languages; others take up to one token for each character. */
const ASCII_CHARS_PER_TOKEN = 3;

/** More than providers count for an image of the size they accept without making it smaller. */
const IMAGE_TOKENS = 3000;

/** What a call may cost at most. */
export interface Projection {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; undefined when nobody knows the price. */
  readonly usd: number | undefined;
}

/** The text of a request, estimated on the high side, the longest answer it allows, and their price. */
export function projectionOf(
  request: LlmRequest,
  { kind, provider, model }: Pick<LlmRoute, 'kind' | 'provider' | 'model'>,
  catalog: Catalog,
): Projection {
  const inputTokens = inputTokensOf(request);
  const { thinking, max_tokens: answer = ASSUMED_ANSWER_TOKENS } = request;
  const thought = thinking?.mode === 'enabled' ? (thinking.budget_tokens ?? 0) : 0;
  const outputTokens = answer + thought;
  // The dearest way to read the request: all of it kept for later.
  const counts = { inputTokens, outputTokens, cacheWriteTokens: request.cache ? inputTokens : 0 };
  const priced = catalog.cost(model, counts, provider);
  const isFree = kind !== 'network' || catalog.provider(provider)?.isFree === true;
  return { inputTokens, outputTokens, usd: priced ?? (isFree ? 0 : undefined) };
}

/** Input tokens of a request, on the high side. */
export function inputTokensOf(request: LlmRequest): number {
  const { ascii, other, images } = requestSize(request);
  return Math.ceil(ascii / ASCII_CHARS_PER_TOKEN) + other + images * IMAGE_TOKENS;
}

/** What an answer has cost. Where nobody says how much it was, it counts with the most that was put aside. */
export function spentOn(
  answer: LlmNumbers,
  route: LlmRoute,
  most: Projection,
  catalog: Catalog,
): Spent {
  const { input_tokens: input, output_tokens: output, duration_ms: durationMs } = answer;
  const known = answer.cost_usd ?? costBy(route, answer, catalog);
  const inputTokens = input ?? 0;
  const outputTokens = output ?? 0;
  return {
    tokens: inputTokens + outputTokens,
    nanoUsd: nanoUsdOf(known ?? most.usd ?? 0),
    knownNanoUsd: nanoUsdOf(known ?? 0),
    inputTokens,
    outputTokens,
    calls: 1,
    durationMs,
  };
}

/** By the name that was asked for: a provider may answer with one that has no price. */
function costBy(
  { model, provider }: LlmRoute,
  answer: LlmNumbers,
  catalog: Catalog,
): number | undefined {
  if (answer.input_tokens === null || answer.output_tokens === null) return undefined;
  const counts = {
    inputTokens: answer.input_tokens,
    outputTokens: answer.output_tokens,
    cacheReadTokens: answer.cache_read_tokens,
    cacheWriteTokens: answer.cache_write_tokens,
  };
  return catalog.cost(model, counts, provider);
}

/** What a call has cost whose end nobody saw: the most it may have been, in tokens and in dollars. */
export function spentUnseen({ kind }: LlmRoute, most: Projection): Spent {
  if (kind !== 'network') return NOTHING_SPENT;
  const tokens = most.inputTokens + most.outputTokens;
  return { ...NOTHING_SPENT, tokens, nanoUsd: nanoUsdOf(most.usd ?? 0, 'up'), calls: 1 };
}

/** Whether a call that failed like this may have been answered, and paid for, all the same. */
export function mayHaveCost(error: unknown): boolean {
  if (!HarnError.is(error)) return true;
  const { code } = error;
  return (['timeout', 'cancelled', 'streamCut', 'badResponse', 'callLost'] as const).some(
    (name) => llmErrors.$code(name) === code,
  );
}
