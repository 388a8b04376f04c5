// Token budgets of workers: what a worker may spend is taken out of whoever started it while it is at work, and what it did
// not spend is given back when it rests. A budget is for the whole life of a worker: one that is resumed or gets more to
// do has what is left of it.
import {
  accountOf,
  type BudgetView,
  type RunContext,
  type ServiceKey,
  SpendAccount,
} from '../run/index.ts';
import { workerErrors } from './worker-errors.ts';

/** The accounts of the workers of one run. */
export class WorkerBudgets {
  readonly #byWorker = new Map<string, SpendAccount>();

  /** The account of a worker that is or was at work. */
  find(id: string): SpendAccount | undefined {
    return this.#byWorker.get(id);
  }

  /**
   * Opens the account of a worker that begins to work; one that is open stays as it is. Whoever goes on with a worker
   * later, its account stands where it stood.
   */
  open(id: string, starter: SpendAccount, budget: WorkerBudget): SpendAccount {
    const present = this.#byWorker.get(id);
    if (present?.isClosed === false) return present;
    const parent = present?.parent ?? starter;
    checkBudget(parent, budget);
    if (present !== undefined) {
      present.reopen();
      return present;
    }
    const account = new SpendAccount(parent, budget.limit ?? undefined, { spent: budget.spent });
    this.#byWorker.set(id, account);
    return account;
  }

  /** Closes it: what was not spent is its parent's again. */
  close(id: string): void {
    this.#byWorker.get(id)?.close();
  }
}

/** What a worker may spend in its life (null: what there is above it), and what it has spent so far. */
export interface WorkerBudget {
  readonly limit: number | null;
  readonly spent: number;
}

/** Refuses a budget that is more than what is left for whoever starts the worker. Changes nothing. */
export function checkBudget(parent: SpendAccount, { limit, spent }: WorkerBudget): void {
  const { left } = parent;
  if (limit === null || left === undefined || limit - spent <= left) return;
  throw workerErrors.budgetExceeded({ wanted: limit - spent, left });
}

export const workerBudgetsKey: ServiceKey<WorkerBudgets> = {
  name: 'work.worker_budgets',
  create: () => new WorkerBudgets(),
};

/** Charges whoever pays for the caller. Call it with what a recorded call has cost. */
export function spendTokens(ctx: RunContext, tokens: number): BudgetView {
  const account = accountOf(ctx);
  account.charge(tokens);
  return account.view;
}

/** What is left for the caller. */
export function budgetLeft(ctx: RunContext): BudgetView {
  return accountOf(ctx).view;
}
