// What model calls may cost and did cost, as sums. Dollars are whole billionths, so that sums have no rounding of their own.
/** What a call may cost at most: tokens, and billionths of a US dollar. */
export interface SpendMost {
  readonly tokens: number;
  readonly nanoUsd: number;
}

/** What calls did cost. */
export interface Spent extends SpendMost {
  /** Of `nanoUsd`, what providers said or list prices give; the rest is of calls whose end nobody saw. */
  readonly knownNanoUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
  readonly durationMs: number;
}

export const NOTHING_SPENT: Spent = {
  tokens: 0,
  nanoUsd: 0,
  knownNanoUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  calls: 0,
  durationMs: 0,
};

/** Both together. */
export function addSpent(a: Spent, b: Spent): Spent {
  return {
    tokens: a.tokens + b.tokens,
    nanoUsd: a.nanoUsd + b.nanoUsd,
    knownNanoUsd: a.knownNanoUsd + b.knownNanoUsd,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    calls: a.calls + b.calls,
    durationMs: a.durationMs + b.durationMs,
  };
}

/** As the outcome of a unit keeps it. */
export type SpentRecord = readonly number[];

export function toSpentRecord(spent: Spent): SpentRecord {
  const { tokens, nanoUsd, knownNanoUsd, inputTokens, outputTokens, calls, durationMs } = spent;
  return [tokens, nanoUsd, knownNanoUsd, inputTokens, outputTokens, calls, durationMs];
}

export function fromSpentRecord(record: SpentRecord): Spent {
  const at = (place: number) => record[place] ?? 0;
  return {
    tokens: at(0),
    nanoUsd: at(1),
    knownNanoUsd: at(2),
    inputTokens: at(3),
    outputTokens: at(4),
    calls: at(5),
    durationMs: at(6),
  };
}

const BILLION = 1e9;

/** Billionths of an amount of US dollars; what is put aside is rounded up, what is spent to the next. */
export function nanoUsdOf(usd: number, round: 'up' | 'near' | 'down' = 'near'): number {
  const exact = usd * BILLION;
  const near = Math.round(exact);
  // An amount that is whole but for the error of floating point is that whole.
  if (round === 'near' || Math.abs(exact - near) < 1e-3) return near;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** US dollars of billionths. */
export function usdOf(nanoUsd: number): number {
  return nanoUsd / BILLION;
}
