// The budget that a call brings (`budget`), and those around it: checked with what the call may cost, before it is made.
import { type HarnError, isJsonObject, type Json } from '../../base/index.ts';
import {
  accountOf,
  nanoUsdOf,
  type RunContext,
  reserveSpend,
  type SpendReservation,
  type Suspending,
  usdOf,
} from '../run/index.ts';
import { type Projection, projectionOf, spentUnseen } from './call-cost.ts';
import { catalogKey } from './catalog/catalog.ts';
import { llmErrors } from './errors.ts';
import type { LlmRequest } from './request.ts';
import type { LlmRoute } from './route.ts';

/** What one call may cost. */
export interface CallBudget {
  /** Of each attempt. */
  readonly maxCostUsd: number | undefined;
  readonly maxInputTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Of all attempts together. */
  readonly totalUsd: number | undefined;
}

/** Sent as `max_tokens` where dollars are limited and the call does not say how long its answer may get. */
const BOUND_ANSWER_TOKENS = 16_384;

const FIELDS = ['max_cost_usd', 'max_input_tokens', 'max_output_tokens', 'total_budget_usd'];

/** Reads `budget`; undefined when there is none. */
export function callBudget(
  given: Json | undefined,
  bad: (expected: string) => Error,
): CallBudget | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isJsonObject(given)) throw bad(`a dict of ${FIELDS.join(', ')}`);
  const unknown = Object.keys(given).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw bad(`a dict of ${FIELDS.join(', ')}, without "${unknown}"`);
  const read = (field: string): number | undefined => {
    const value = given[field] ?? undefined;
    if (value === undefined || (typeof value === 'number' && value >= 0)) return value;
    throw bad(`a dict in which ${field} is a number from 0`);
  };
  return {
    maxCostUsd: read('max_cost_usd'),
    maxInputTokens: read('max_input_tokens'),
    maxOutputTokens: read('max_output_tokens'),
    totalUsd: read('total_budget_usd'),
  };
}

/**
 * The request with a longest answer, where that has to be known: a bound that is only assumed would not be kept. Prepared
 * and recorded answers are as long as they are.
 */
export function boundedRequest(
  ctx: RunContext,
  request: LlmRequest,
  route: LlmRoute,
  budget: CallBudget | undefined,
): LlmRequest {
  const isInDollars = budget?.maxCostUsd !== undefined || accountOf(ctx).dollars.left !== undefined;
  const longest = ctx.get(catalogKey).row(route.model)?.max_output ?? BOUND_ANSWER_TOKENS;
  const bound = isInDollars ? Math.min(BOUND_ANSWER_TOKENS, longest) : undefined;
  const most = budget?.maxOutputTokens ?? bound;
  if (request.max_tokens !== undefined || most === undefined || most < 1) return request;
  return route.kind === 'network' || budget?.maxOutputTokens !== undefined
    ? { ...request, max_tokens: Math.floor(most) }
    : request;
}

/** Puts aside what a call may cost, in every budget around it; throws when that is too much. */
export function* reserveCall(
  ctx: RunContext,
  request: LlmRequest,
  route: LlmRoute,
  budget: CallBudget | undefined,
): Suspending<{ readonly reservation: SpendReservation; readonly most: Projection }> {
  const most = projectionOf(request, route, ctx.get(catalogKey));
  checkOwn(budget, most, route);
  const { dollars } = accountOf(ctx);
  if (dollars.left !== undefined && most.usd === undefined) throw unpriced(route, most);
  const aside = {
    tokens: most.inputTokens + most.outputTokens,
    nanoUsd: nanoUsdOf(most.usd ?? 0, 'up'),
  };
  const reservation = yield* reserveSpend(ctx, aside, () => spentUnseen(route, most));
  if (reservation === 'held') {
    throw refused(route, most, {
      limit: 'held',
      message: 'what is left of the budget is put aside for the call that waits for this one',
    });
  }
  if (reservation !== 'spent') return { reservation, most };
  if (dollars.verdict(aside.nanoUsd) === 'never') {
    const left = Math.max(0, usdOf(dollars.left ?? 0));
    throw refused(route, most, {
      limit: 'total_budget_usd',
      message: `the call may cost ${money(most.usd ?? 0)}, and ${money(left)} of the budget are left`,
      remaining_usd: left,
    });
  }
  throw llmErrors.budgetSpent({
    category: 'budget_exceeded',
    kind: 'terminal',
    reason: 'token_budget',
    message: 'no tokens are left for this call',
    provider: route.provider,
    model: route.model,
  });
}

function checkOwn(budget: CallBudget | undefined, most: Projection, route: LlmRoute): void {
  if (budget === undefined) return;
  const { maxCostUsd, maxInputTokens, maxOutputTokens } = budget;
  if (maxInputTokens !== undefined && most.inputTokens > maxInputTokens) {
    const message = `the request may have ${most.inputTokens} tokens, and ${maxInputTokens} are allowed`;
    throw refused(route, most, { limit: 'max_input_tokens', message });
  }
  if (maxOutputTokens !== undefined && most.outputTokens > maxOutputTokens) {
    const message = `the answer may have ${most.outputTokens} tokens, and ${maxOutputTokens} are allowed`;
    throw refused(route, most, { limit: 'max_output_tokens', message });
  }
  if (maxCostUsd === undefined) return;
  if (most.usd === undefined) throw unpriced(route, most);
  if (most.usd <= maxCostUsd) return;
  const message = `the call may cost ${money(most.usd)}, and ${money(maxCostUsd)} are allowed`;
  throw refused(route, most, { limit: 'max_cost_usd', message });
}

function unpriced(route: LlmRoute, most: Projection): HarnError {
  return refused(route, most, {
    limit: 'unknown_price',
    message: 'its price is not known, so a budget in dollars cannot be kept',
  });
}

function refused(
  { provider, model }: LlmRoute,
  { usd, inputTokens, outputTokens }: Projection,
  why: { readonly limit: string; readonly message: string; readonly remaining_usd?: number },
): HarnError {
  return llmErrors.budgetSpent({
    category: 'budget_exceeded',
    kind: 'terminal',
    reason: 'budget_exceeded',
    provider,
    model,
    ...why,
    projected_cost_usd: usd ?? null,
    projected_input_tokens: inputTokens,
    projected_output_tokens: outputTokens,
  });
}

function money(usd: number): string {
  return `$${Number(usd.toPrecision(3))}`;
}
