// Durations: a kind of their own, not ints. Only the duration_* and date_* builtins calculate with them.
import { DISPLAY, EQUAL, HarnObject, KIND, TRUTHY, type Value } from './value.ts';

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

export class HarnDuration extends HarnObject {
  readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  get [KIND](): string {
    return 'duration';
  }

  override get [TRUTHY](): boolean {
    return this.ms !== 0;
  }

  /** In the largest of h, m, s and ms that divides it; days and weeks read as hours. */
  override [DISPLAY](): string {
    for (const [unit, size] of UNITS)
      if (this.ms !== 0 && this.ms % size === 0) return `${this.ms / size}${unit}`;
    return `${this.ms}ms`;
  }

  override [EQUAL](other: Value): boolean {
    return other instanceof HarnDuration && other.ms === this.ms;
  }
}
