// What model calls may cost: a tree of accounts beside the tree of work. Everything that has a budget of its own, in tokens
// or in US dollars (a run, a worker, a workflow, a stage, an agent loop) has an account below that of whoever it works
// for. Before a call is made, what it may cost is put aside in every account above it; afterwards what it did cost is
// spent and the rest is free again. So work that runs beside each other cannot together use what is left once.
//
// In memory only, and re-made by replay from recorded outcomes: who may ask and who has to wait follows from it, so a unit
// that asks under a budget is entered again, and one that is not entered leaves what it spent in its outcome.
import type { RunContext } from './context.ts';
import type { ServiceKey } from './effect.ts';
import type { Suspending } from './op.ts';
import { type BudgetView, SpendLedger, type SpendVerdict } from './spend-ledger.ts';
import { SpendWaits } from './spend-waits.ts';
import { addSpent, NOTHING_SPENT, nanoUsdOf, type SpendMost, type Spent } from './spent.ts';
import { unitOf } from './unit-state.ts';

/** Put aside for one call. */
export interface SpendReservation {
  /** The call has ended: this is spent, the rest is free. Without effect the second time. */
  settle(spent: Spent): void;
}

export interface AccountOptions {
  /** Tokens that it used before, elsewhere; nobody above is charged for them again. */
  readonly spent?: number;
  /** Its limit is only a limit: nothing is put aside for it above. */
  readonly isCap?: boolean;
  /** Billionths of a US dollar; undefined: as many as there are above. */
  readonly nanoUsd?: number | undefined;
}

export class SpendAccount {
  readonly parent: SpendAccount | undefined;
  /** Dollars are strict: a call that may cost more than is left is not made. */
  readonly dollars: SpendLedger;
  readonly #tokens: SpendLedger;
  /** Of the whole tree. */
  readonly waits: SpendWaits;
  readonly #givenNanoUsd: number | undefined;
  #totals: Spent = NOTHING_SPENT;

  constructor(
    parent: SpendAccount | undefined,
    limit: number | undefined,
    { spent = 0, isCap = false, nanoUsd }: AccountOptions = {},
  ) {
    this.parent = parent;
    this.#tokens = new SpendLedger(parent === undefined ? undefined : parent.#tokens, limit, {
      spent,
      isCap,
    });
    this.dollars = new SpendLedger(parent?.dollars, nanoUsd, { isCap: true, isStrict: true });
    this.#givenNanoUsd = nanoUsd;
    this.waits = parent === undefined ? new SpendWaits() : parent.waits;
  }

  /** Of tokens; undefined: as many as there are above. */
  get limit(): number | undefined {
    return this.#tokens.limit;
  }

  /** Tokens. */
  get spent(): number {
    return this.#tokens.spent;
  }

  /** All that calls here and below have cost in this run. */
  get totals(): Spent {
    return this.#totals;
  }

  /** Of tokens. */
  get view(): BudgetView {
    return this.#tokens.view;
  }

  /** Tokens that may still be promised or spent here; undefined: nothing limits them. Calls under way are not taken off. */
  get left(): number | undefined {
    return this.#tokens.left;
  }

  /** What the program allows itself; never more than what it was started with. */
  limitDollars(nanoUsd: number | undefined): void {
    const given = this.#givenNanoUsd;
    const least = Math.min(nanoUsd ?? Number.POSITIVE_INFINITY, given ?? Number.POSITIVE_INFINITY);
    this.dollars.setLimit(Number.isFinite(least) ? least : undefined);
    this.#tell();
  }

  get isLimited(): boolean {
    return this.#tokens.left !== undefined || this.dollars.left !== undefined;
  }

  get isClosed(): boolean {
    return this.#tokens.isClosed;
  }

  /** Its work goes on: what is left of its limit is its own again. */
  reopen(): void {
    this.#tokens.reopen();
    this.dollars.reopen();
  }

  /** Its work is over: what it did not spend is its parent's again. Children that go on keep what they hold. */
  close(): void {
    this.#tokens.close();
    this.dollars.close();
    this.#tell();
  }

  /** Tokens that were used without being put aside. */
  charge(tokens: number): void {
    this.#tokens.charge(tokens);
  }

  /** What calls have cost that were not made here: those of a unit that replay did not enter. */
  chargeAll(spent: Spent): void {
    this.#tokens.charge(spent.tokens);
    this.dollars.charge(spent.nanoUsd);
    this.#add(spent);
  }

  /** Whether a call that may cost this much may be made. */
  verdict({ tokens, nanoUsd }: SpendMost): SpendVerdict {
    const both = [this.#tokens.verdict(tokens), this.dollars.verdict(nanoUsd)];
    if (both.includes('never')) return 'never';
    return both.includes('later') ? 'later' : 'now';
  }

  /** Puts something aside for a call. */
  reserve(most: SpendMost): SpendReservation {
    this.#tokens.reserve(most.tokens);
    this.dollars.reserve(most.nanoUsd);
    let isOpen = true;
    return {
      settle: (spent) => {
        if (!isOpen) return;
        isOpen = false;
        this.#tokens.settle(most.tokens, spent.tokens);
        this.dollars.settle(most.nanoUsd, spent.nanoUsd);
        this.#add(spent);
        this.#tell();
      },
    };
  }

  /** Whether one budget limits both. */
  sharesLimit(other: SpendAccount): boolean {
    for (let at: SpendAccount | undefined = this; at !== undefined; at = at.parent) {
      if (at.#isLimit && other.isWithin(at)) return true;
    }
    return false;
  }

  get #isLimit(): boolean {
    return this.#tokens.limit !== undefined || this.dollars.limit !== undefined;
  }

  /** Whether it is this account, or stands below it. */
  isWithin(account: SpendAccount): boolean {
    return this === account || this.parent?.isWithin(account) === true;
  }

  #add(spent: Spent): void {
    for (let at: SpendAccount | undefined = this; at !== undefined; at = at.parent) {
      at.#totals = addSpent(at.#totals, spent);
    }
  }

  #tell(): void {
    this.waits.tell();
  }
}

/** The account of the run itself; its limits are the run's options `token_budget` and `cost_budget_usd`. */
export const spendKey: ServiceKey<SpendAccount> = {
  name: 'run.spend',
  create: (services) => {
    const { start } = services as unknown as {
      readonly start?: { readonly options: { readonly [key: string]: unknown } };
    };
    const tokens = start?.options['token_budget'];
    const usd = start?.options['cost_budget_usd'];
    return new SpendAccount(
      undefined,
      typeof tokens === 'number' && tokens >= 0 ? tokens : undefined,
      { nanoUsd: typeof usd === 'number' && usd >= 0 ? nanoUsdOf(usd, 'down') : undefined },
    );
  },
};

/** The account that pays for what the caller does. */
export function accountOf(ctx: RunContext): SpendAccount {
  return ctx.scope.account ?? ctx.get(spendKey);
}

/** A context whose work is paid from an account. */
export function payingFrom(ctx: RunContext, account: SpendAccount): RunContext {
  return ctx.withScope(ctx.scope.with({ account }));
}

/** What is charged when the task of a call goes away in the middle: nobody will learn what it has cost. */
export type SpendLost = () => Spent;

/**
 * Puts what a call may cost aside, and waits for calls under way when that is too much beside them. `spent`: not enough is
 * left for it. `held`: what is left is put aside for calls that cannot end before this one does.
 */
export function* reserveSpend(
  ctx: RunContext,
  most: SpendMost,
  lost: SpendLost = () => NOTHING_SPENT,
): Suspending<SpendReservation | 'spent' | 'held'> {
  const account = accountOf(ctx);
  if (account.isLimited) unitOf(ctx.task)?.enterOnReplay();
  const { waits } = account;
  for (;;) {
    const verdict = account.verdict(most);
    if (verdict === 'never') return 'spent';
    if (verdict === 'now') return held(ctx, account, most, lost);
    if (waits.isInVain(ctx.task, account)) return 'held';
    yield* ctx.block('model calls under the same budget', (resume) =>
      waits.wait(ctx.task, () => resume({ ok: true, value: undefined })),
    );
  }
}

/** Given back with the task when that goes away in the middle. */
function held(
  { task }: RunContext,
  account: SpendAccount,
  most: SpendMost,
  lost: SpendLost,
): SpendReservation {
  const leave = account.waits.hold(task, account);
  const reservation = account.reserve(most);
  const settle = (spent: Spent) => {
    task.owned.delete(undo);
    leave();
    unitOf(task)?.countSpent(spent);
    reservation.settle(spent);
  };
  const undo = () => settle(lost());
  task.owned.add(undo);
  return { settle };
}
