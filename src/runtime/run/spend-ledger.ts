// One currency of the tree of accounts (spend.ts): what is promised to those below, put aside for calls under way, and
// spent. Amounts are whole numbers: tokens, or billionths of a US dollar, so that what is put aside and given back leaves
// no trace.

/** Whether a call may be made: now, when others have ended, or not any more. */
export type SpendVerdict = 'now' | 'later' | 'never';

/** What is left of a budget; undefined: nothing limits it. */
export interface BudgetView {
  readonly left: number | undefined;
  readonly spent: number;
  readonly exceeded: boolean;
}

export interface LedgerOptions {
  /** What it used before, elsewhere; nobody above is charged for that again. */
  readonly spent?: number;
  /** Its limit is only a limit: nothing is put aside for it above. */
  readonly isCap?: boolean;
  /** No call may cost more than is left; otherwise the last one may, alone. */
  readonly isStrict?: boolean;
}

export class SpendLedger {
  readonly parent: SpendLedger | undefined;
  readonly #children = new Set<SpendLedger>();
  #spent: number;
  #isClosed = false;
  /** Put aside for calls of this account itself. */
  #aside = 0;
  /** Calls under way here and below. */
  #calls = 0;
  readonly #isCap: boolean;
  readonly #isStrict: boolean;
  #limit: number | undefined;

  constructor(
    parent: SpendLedger | undefined,
    limit: number | undefined,
    { spent = 0, isCap = false, isStrict = false }: LedgerOptions = {},
  ) {
    this.parent = parent;
    this.#limit = limit;
    this.#isCap = isCap;
    this.#isStrict = isStrict;
    this.#spent = spent;
    if (parent !== undefined) parent.#children.add(this);
  }

  /** Undefined: as much as there is above. */
  get limit(): number | undefined {
    return this.#limit;
  }

  /** Calls under way are not cut; they count against it when they end. */
  setLimit(limit: number | undefined): void {
    this.#limit = limit;
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
    let below: SpendLedger | undefined;
    for (let at: SpendLedger | undefined = this; at !== undefined; at = at.parent) {
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
    for (let at: SpendLedger = this; at.parent !== undefined; at = at.parent) {
      at.parent.#children.add(at);
    }
  }

  /** Its work is over: what it did not spend is its parent's again. Children that go on keep what they hold. */
  close(): void {
    this.#isClosed = true;
    this.#leave();
  }

  /** What was used without being put aside. */
  charge(amount: number): void {
    for (let at: SpendLedger | undefined = this; at !== undefined; at = at.parent) {
      at.#spent += amount;
    }
  }

  /** Whether a call that may cost `most` may be made. The last one may cost more than is left, but only alone, where it is not strict. */
  verdict(most: number): SpendVerdict {
    let verdict: SpendVerdict = 'now';
    let held = most;
    let below: SpendLedger | undefined;
    for (let at: SpendLedger | undefined = this; at !== undefined; at = at.parent) {
      const { limit } = at;
      const own = at.#ownBeside(below) + held;
      if (limit !== undefined && own > limit - at.#spent) {
        const left = at.#leftBeside(below) as number;
        if (this.#isStrict ? held > left : left <= 0) return 'never';
        if (at.#calls > 0) verdict = 'later';
      }
      held = at.#holding(own);
      below = at;
    }
    return verdict;
  }

  /** Puts something aside for a call. */
  reserve(most: number): void {
    this.#aside += most;
    this.#count(1);
  }

  /** The call has ended: `amount` is spent, the rest of `most` is free. */
  settle(most: number, amount: number): void {
    this.#aside -= most;
    this.#count(-1);
    this.charge(amount);
    this.#leave();
  }

  #count(by: number): void {
    for (let at: SpendLedger | undefined = this; at !== undefined; at = at.parent) at.#calls += by;
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
  #leftBeside(child: SpendLedger | undefined): number | undefined {
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
  #ownBeside(child: SpendLedger | undefined): number {
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
