// What the model calls of a run have cost, and the most they may: read from and set on the account of the run, which
// replay makes anew from recorded outcomes.
import { defineSyncEffect, nanoUsdOf, spendKey, usdOf } from '../run/index.ts';
import { llmErrors } from './errors.ts';

/** All model calls of a run so far. */
export type LlmSessionCost = {
  /** US dollars of the calls whose price is known. */
  readonly total_cost: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly call_count: number;
};

/** Tokens and time of all model calls of a run so far. */
export type LlmSessionUsage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_duration_ms: number;
  readonly call_count: number;
  /** The same as `call_count`, by its older name. */
  readonly total_calls: number;
};

const read = { class: 'local', access: 'read' } as const;

export const llmSpendEffects = {
  budget: defineSyncEffect(
    { name: 'llm.budget', class: 'local', access: 'write' },
    (env, maxCostUsd: number | null) => {
      if (maxCostUsd !== null && !(typeof maxCostUsd === 'number' && maxCostUsd >= 0)) {
        throw llmErrors.badBudget({});
      }
      const account = env.get(spendKey);
      account.limitDollars(maxCostUsd === null ? undefined : nanoUsdOf(maxCostUsd, 'down'));
      return null;
    },
  ),
  budget_remaining: defineSyncEffect(
    { name: 'llm.budget_remaining', ...read },
    (env): number | null => {
      const { left } = env.get(spendKey).dollars;
      return left === undefined ? null : usdOf(left);
    },
  ),
  session_cost: defineSyncEffect({ name: 'llm.session_cost', ...read }, (env): LlmSessionCost => {
    const { totals } = env.get(spendKey);
    return {
      total_cost: usdOf(totals.knownNanoUsd),
      input_tokens: totals.inputTokens,
      output_tokens: totals.outputTokens,
      call_count: totals.calls,
    };
  }),
  usage: defineSyncEffect({ name: 'llm.usage', ...read }, (env): LlmSessionUsage => {
    const { totals } = env.get(spendKey);
    return {
      input_tokens: totals.inputTokens,
      output_tokens: totals.outputTokens,
      total_duration_ms: totals.durationMs,
      call_count: totals.calls,
      total_calls: totals.calls,
    };
  }),
};
