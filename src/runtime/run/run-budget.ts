// What a run may spend, as it is said at its start. How it is kept to is said in spend.ts.
import type { JsonObject } from '../../base/index.ts';
import { runErrors } from './errors.ts';

/** What all model calls of a run together may take. */
export interface RunBudget {
  readonly tokenBudget?: number | undefined;
  /** In US dollars. */
  readonly costBudgetUsd?: number | undefined;
}

/** The options of a run that limit its account. */
export function budgetOptions(budget: RunBudget = {}): JsonObject {
  const options: { [name: string]: number } = {};
  for (const [name, limit] of [
    ['token_budget', budget.tokenBudget],
    ['cost_budget_usd', budget.costBudgetUsd],
  ] as const) {
    if (limit === undefined) continue;
    if (typeof limit !== 'number' || !(limit >= 0)) {
      const got = typeof limit === 'number' ? String(limit) : `a ${typeof limit}`;
      throw runErrors.badArgument({
        method: 'start',
        argument: name,
        expected: 'a number from 0',
        got,
      });
    }
    options[name] = limit;
  }
  return options;
}
