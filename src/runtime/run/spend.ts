// What model calls may cost: a tree of accounts beside the tree of work. Everything that has a token budget of its own (a
// run, a worker, a workflow, a stage, an agent loop) has an account below that of whoever it works for. Before a call is
// made, what it may cost is put aside in every account above it; afterwards what it did cost is spent and the rest is
// free again. So work that runs beside each other cannot together use what is left once.
//
// In memory only, and re-made by replay from recorded outcomes: who may ask and who has to wait follows from it, so a unit
// that asks under a budget is entered again.
import type { RunContext } from './context.ts';
import type { ServiceKey } from './effect.ts';
import type { Suspending } from './op.ts';
import { unitOf } from './unit-state.ts';

/** Whether a call may be made: now, when others have ended, or not any more. */
export type SpendVerdict = 'now' | 'later' | 'never';

/** Tokens put aside for one call. */
export interface SpendReservation {
  /** The call has ended: `tokens` are spent, the rest is free. Without effect the second time. */
  settle(tokens: number): void;
}

/** What is left of a budget; undefined: nothing limits it. */
export interface BudgetView {
  readonly left: number | undefined;
  readonly spent: number;
  readonly exceeded: boolean;
}

export interface AccountOptions {
  /** What it used before, elsewhere; nobody above is charged for that again. */
  readonly spent?: number;
  /** Its limit is only a limit: nothing is put aside for it above. */
  readonly isCap?: boolean;
}

export class SpendAccount {
  readonly parent: SpendAccount | undefined;
  /** Tokens; undefined: as many as there are above. */
  readonly limit: number | undefined;
  readonly #children = new Set<SpendAccount>();
  readonly #waiting: Set<() => void>;
  #spent: number;
  #isClosed = false;
  /** Tokens put aside for calls of this account itself. */
  #aside = 0;
  /** Calls under way here and below. */
  #calls = 0;
  readonly #isCap: boolean;

  constructor(
    parent: SpendAccount | undefined,
    limit: number | undefined,
    { spent = 0, isCap = false }: AccountOptions = {},
  ) {
    this.parent = parent;
    this.limit = limit;
    this.#isCap = isCap;
    this.#spent = spent;
    this.#waiting = parent === undefined ? new Set() : parent.#waiting;
    if (parent !== undefined) parent.#children.add(this);
  }

  get spent(): number {
    return this.#spent;
  }

  get view(): BudgetView {
    const left = this.left;
    return { left, spent: this.#spent, exceeded: left !== undefined && left <= 0 };
  }

  /** What may still be promised or spent here; undefined: nothing limits it. Calls under way are not taken off. */
  get left(): number | undefined {
    let least: number | undefined;
    let below: SpendAccount | undefined;
    for (let at: SpendAccount | undefined = this; at !== undefined; at = at.parent) {
      const left = at.#leftBeside(below);
      if (left !== undefined && (least === undefined || left < least)) least = left;
      below = at;
    }
    return least;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Its work goes on: what is left of its limit is its own again. */
  reopen(): void {
    this.#isClosed = false;
    for (let at: SpendAccount = this; at.parent !== undefined; at = at.parent) {
      at.parent.#children.add(at);
    }
  }

  /** Its work is over: what it did not spend is its parent's again. Children that go on keep what they hold. */
  close(): void {
    this.#isClosed = true;
    this.#leave();
    this.#tell();
  }

  /** Tokens that were used without being put aside. */
  charge(tokens: number): void {
    for (let at: SpendAccount | undefined = this; at !== undefined; at = at.parent) {
      at.#spent += tokens;
    }
  }

  /** Whether a call that may cost `most` tokens may be made. The last one may cost more than is left, but only alone. */
  verdict(most: number): SpendVerdict {
    let verdict: SpendVerdict = 'now';
    let held = most;
    let below: SpendAccount | undefined;
    for (let at: SpendAccount | undefined = this; at !== undefined; at = at.parent) {
      const { limit } = at;
      const own = at.#ownBeside(below) + held;
      if (limit !== undefined && own > limit - at.#spent) {
        if ((at.#leftBeside(below) as number) <= 0) return 'never';
        if (at.#calls > 0) verdict = 'later';
      }
      held = at.#holding(own);
      below = at;
    }
    return verdict;
  }

  /** Puts tokens aside for a call. */
  reserve(most: number): SpendReservation {
    this.#aside += most;
    this.#count(1);
    let isOpen = true;
    return {
      settle: (tokens) => {
        if (!isOpen) return;
        isOpen = false;
        this.#aside -= most;
        this.#count(-1);
        this.charge(tokens);
        this.#leave();
        this.#tell();
      },
    };
  }

  /** Calls `fn` once, when something was given back anywhere in the tree. */
  onFreed(fn: () => void): () => void {
    this.#waiting.add(fn);
    return () => this.#waiting.delete(fn);
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const fn of waiting) fn();
  }

  #count(by: number): void {
    for (let at: SpendAccount | undefined = this; at !== undefined; at = at.parent) at.#calls += by;
  }

  /** A closed account is gone with the last that was open below it. */
  #leave(): void {
    if (!this.#isClosed || this.#calls > 0 || this.#children.size > 0) return;
    const { parent } = this;
    if (parent === undefined) return;
    parent.#children.delete(this);
    parent.#leave();
  }

  /** What is left of its own limit beside what other children were promised. */
  #leftBeside(child: SpendAccount | undefined): number | undefined {
    if (this.limit === undefined) return undefined;
    let promised = 0;
    for (const one of this.#children) if (one !== child) promised += one.#promised();
    return this.limit - this.#spent - promised;
  }

  #promised(): number {
    let below = 0;
    for (const child of this.#children) below += child.#promised();
    return this.#holding(below);
  }

  /** Calls under way here, and what children hold; without one of them. */
  #ownBeside(child: SpendAccount | undefined): number {
    let own = this.#aside;
    for (const one of this.#children)
      if (one !== child) own += one.#holding(one.#ownBeside(undefined));
    return own;
  }

  /** What it keeps from its parent: what it was promised, and more while calls may cost more. */
  #holding(own: number): number {
    if (this.limit === undefined || this.#isClosed || this.#isCap) return own;
    return Math.max(this.limit - this.#spent, own);
  }
}

/** The account of the run itself; its limit is the run's option `token_budget`. */
export const spendKey: ServiceKey<SpendAccount> = {
  name: 'run.spend',
  create: (services) => {
    const { start } = services as unknown as {
      readonly start?: { readonly options: { readonly [key: string]: unknown } };
    };
    const limit = start?.options['token_budget'];
    return new SpendAccount(undefined, typeof limit === 'number' && limit >= 0 ? limit : undefined);
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

/**
 * Puts what a call may cost aside, and waits for calls under way when that is too much beside them. Undefined: nothing is
 * left for it.
 */
export function* reserveSpend(
  ctx: RunContext,
  mostOf: () => number,
): Suspending<SpendReservation | undefined> {
  const account = accountOf(ctx);
  if (account.left === undefined) return { settle: (tokens) => account.charge(tokens) };
  unitOf(ctx.task)?.enterOnReplay();
  const most = mostOf();
  for (;;) {
    const verdict = account.verdict(most);
    if (verdict === 'never') return undefined;
    if (verdict === 'now') return held(ctx, account.reserve(most));
    yield* ctx.block('model calls under the same token budget', (resume) =>
      account.onFreed(() => resume({ ok: true, value: undefined })),
    );
  }
}

/** Given back with the task when that goes away in the middle: what such a call has cost is not known. */
function held({ task }: RunContext, reservation: SpendReservation): SpendReservation {
  const undo = () => reservation.settle(0);
  task.owned.add(undo);
  return {
    settle: (tokens) => {
      task.owned.delete(undo);
      reservation.settle(tokens);
    },
  };
}
