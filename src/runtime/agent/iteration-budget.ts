// How many turns a loop may take (`iteration_budget`): a fixed number, or one that grows while the work gets on. Decided
// from the results of turns alone, so that a replay decides the same.
import { isJsonObject, type Json } from '../../base/index.ts';
import { badOption, fieldsOption, intOption } from './option-readers.ts';

export interface IterationBudget {
  readonly initial: number;
  readonly max: number;
  /** Turns that are added at a time; 0: none ever. */
  readonly extendBy: number;
}

const FIELDS = ['mode', 'initial', 'max', 'extend_by'];

/** Reads the option; `most` is what the loop may take without it. */
export function parseIterationBudget(value: Json | undefined, most: number): IterationBudget {
  if (value === undefined) return { initial: most, max: most, extendBy: 0 };
  if (!isJsonObject(value)) {
    const turns = intOption({ iteration_budget: value }, 'iteration_budget', 1) as number;
    return { initial: turns, max: turns, extendBy: 0 };
  }
  const given = fieldsOption('iteration_budget', value, FIELDS);
  const { mode = 'adaptive' } = given;
  if (mode !== 'adaptive' && mode !== 'fixed') {
    throw badOption('iteration_budget', 'given mode as adaptive or fixed');
  }
  const initial = intOption(given, 'initial', 1) ?? most;
  const max = intOption(given, 'max', 1) ?? Math.max(most, initial);
  if (mode === 'fixed') return { initial, max: initial, extendBy: 0 };
  if (max < initial) throw badOption('iteration_budget', 'given max as at least initial');
  return { initial, max, extendBy: intOption(given, 'extend_by', 1) ?? initial };
}

/** What happened at the limit. */
export interface LimitDecision {
  readonly action: 'extend' | 'stop';
  readonly oldLimit: number;
  readonly newLimit: number;
  readonly reason: string;
}

/** The limit as it stands. */
export class IterationLimit {
  readonly #budget: IterationBudget;
  #limit: number;
  #hasGotOn = false;

  constructor(budget: IterationBudget) {
    this.#budget = budget;
    this.#limit = budget.initial;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Something was achieved since the last extension. */
  noteProgress(): void {
    this.#hasGotOn = true;
  }

  /** Decides when the limit is reached; undefined where there is nothing to decide. */
  decide(): LimitDecision | undefined {
    const { max, extendBy } = this.#budget;
    if (extendBy === 0) return undefined;
    const oldLimit = this.#limit;
    if (oldLimit >= max) {
      return { action: 'stop', oldLimit, newLimit: oldLimit, reason: 'the most there may be' };
    }
    if (!this.#hasGotOn) {
      const reason = 'no tool succeeded since the last extension';
      return { action: 'stop', oldLimit, newLimit: oldLimit, reason };
    }
    this.#hasGotOn = false;
    this.#limit = Math.min(max, oldLimit + extendBy);
    const reason = 'tools succeeded since the last extension';
    return { action: 'extend', oldLimit, newLimit: this.#limit, reason };
  }
}
