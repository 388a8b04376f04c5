// Token budgets on the tree of workers: what a child may spend is taken out of its parent until the child is at rest,
// then what it did not spend is given back. In memory only; spending is made of recorded calls, so replay re-makes it.
import type { RunContext, ServiceKey } from '../run/index.ts';
import { workerErrors } from './worker-errors.ts';
import { workersKey } from './worker-registry.ts';

interface Account {
  readonly parent: Account | undefined;
  /** Undefined: as much as there is above. */
  readonly limit: number | undefined;
  spent: number;
  /** What children have taken and may still spend. */
  reserved: number;
  /** Children whose accounts are open; one that is closed before them is settled with the last of them. */
  children: number;
  isClosed: boolean;
}

/** What is left of a budget; undefined: nothing limits it. */
export interface BudgetView {
  readonly left: number | undefined;
  readonly spent: number;
  readonly exceeded: boolean;
}

function newAccount(parent: Account | undefined, limit: number | undefined): Account {
  return { parent, limit, spent: 0, reserved: 0, children: 0, isClosed: false };
}

export class WorkerBudgets {
  readonly #root: Account;
  readonly #byWorker = new Map<string, Account>();

  constructor(limit: number | undefined) {
    this.#root = newAccount(undefined, limit);
  }

  /** Refuses a budget that its parent does not have. Changes nothing. */
  check(parentId: string | null, limit: number | undefined): void {
    const left = leftOf(this.#accountOf(parentId));
    if (limit === undefined || left === undefined || limit <= left) return;
    throw workerErrors.budgetExceeded({ wanted: limit, left });
  }

  /** Opens the account of a worker that begins to work. One that is open stays as it is. */
  open(id: string, parentId: string | null, limit: number | undefined): void {
    const present = this.#byWorker.get(id);
    if (present !== undefined) {
      present.isClosed = false;
      return;
    }
    this.check(parentId, limit);
    const parent = this.#accountOf(parentId);
    parent.reserved += limit ?? 0;
    parent.children += 1;
    this.#byWorker.set(id, newAccount(parent, limit));
  }

  /** Closes it: what was not spent is its parent's again. */
  close(id: string): void {
    const account = this.#byWorker.get(id);
    if (account === undefined) return;
    account.isClosed = true;
    this.#settle(account);
  }

  #settle(account: Account): void {
    const { parent, limit = 0, spent, children, isClosed } = account;
    if (parent === undefined || !isClosed || children > 0) return;
    for (const [id, known] of this.#byWorker) if (known === account) this.#byWorker.delete(id);
    // What went over the limit was charged above already, when it was spent.
    parent.reserved -= Math.max(0, limit - spent);
    parent.children -= 1;
    this.#settle(parent);
  }

  /** Charges a worker (null: the run itself) and everyone above it. */
  spend(id: string | null, tokens: number): BudgetView {
    const own = this.#accountOf(id);
    for (let at: Account | undefined = own; at !== undefined; at = at.parent) {
      const before = at.limit === undefined ? 0 : Math.max(0, at.limit - at.spent);
      at.spent += tokens;
      // The part that the parent had put aside for this child is spent, not reserved, from here on.
      if (at.parent !== undefined) at.parent.reserved -= Math.min(before, tokens);
    }
    return viewOf(own);
  }

  view(id: string | null): BudgetView {
    return viewOf(this.#accountOf(id));
  }

  #accountOf(id: string | null): Account {
    return (id === null ? undefined : this.#byWorker.get(id)) ?? this.#root;
  }
}

/** What is left of an account: of its own limit, or of what is above when it has none. */
function leftOf(account: Account): number | undefined {
  const { limit, spent, reserved, parent } = account;
  if (limit !== undefined) return limit - spent - reserved;
  return parent === undefined ? undefined : leftOf(parent);
}

function viewOf(account: Account): BudgetView {
  const left = leftOf(account);
  return { left, spent: account.spent, exceeded: left !== undefined && left <= 0 };
}

/** The budgets of the run; the run's own limit is its option `token_budget`. */
export const workerBudgetsKey: ServiceKey<WorkerBudgets> = {
  name: 'work.worker_budgets',
  create: (services) => {
    const { start } = services as unknown as {
      readonly start?: { readonly options: { readonly [key: string]: unknown } };
    };
    const limit = start?.options['token_budget'];
    return new WorkerBudgets(typeof limit === 'number' && limit >= 0 ? limit : undefined);
  },
};

/** Charges the worker whose body the caller belongs to, or the run. Call it with what a recorded call has cost. */
export function spendTokens(ctx: RunContext, tokens: number): BudgetView {
  const id = ctx.get(workersKey).ofTask(ctx.task)?.id ?? null;
  return ctx.get(workerBudgetsKey).spend(id, tokens);
}

/** What is left for the caller. */
export function budgetLeft(ctx: RunContext): BudgetView {
  const id = ctx.get(workersKey).ofTask(ctx.task)?.id ?? null;
  return ctx.get(workerBudgetsKey).view(id);
}
