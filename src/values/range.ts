// Ranges: consecutive ints that are never stored. `a to b` includes b, `a to b exclusive` does not.
import { fail } from './errors.ts';
import { DISPLAY, EQUAL, HarnObject, isInt, KIND, typeOf, type Value } from './value.ts';

/** The ints from `start` up to, not including, `stop`; `inclusive` only remembers the spelling. */
export class HarnRange extends HarnObject {
  readonly start: number;
  /** One past the last int. */
  readonly stop: number;
  readonly inclusive: boolean;

  constructor(start: number, stop: number, inclusive: boolean) {
    super();
    this.start = start;
    this.stop = stop;
    this.inclusive = inclusive;
  }

  get length(): number {
    return Math.max(0, this.stop - this.start);
  }

  /** The int at a position; negative counts from the end; undefined outside. */
  at(index: number): number | undefined {
    const position = index < 0 ? index + this.length : index;
    return position >= 0 && position < this.length ? this.start + position : undefined;
  }

  contains(value: number): boolean {
    return value >= this.start && value < this.stop;
  }

  /** All ints as a list. */
  toList(): number[] {
    return Array.from({ length: this.length }, (_, i) => this.start + i);
  }

  get [KIND](): string {
    return 'range';
  }

  override [DISPLAY](): string {
    return this.inclusive
      ? `${this.start} to ${this.stop - 1}`
      : `${this.start} to ${this.stop} exclusive`;
  }

  override [EQUAL](other: Value): boolean {
    return (
      other instanceof HarnRange &&
      other.start === this.start &&
      other.stop === this.stop &&
      other.inclusive === this.inclusive
    );
  }
}

/** `left to right` and `left to right exclusive`. */
export function makeRange(left: Value, right: Value, inclusive: boolean): HarnRange {
  if (!isInt(left) || !isInt(right))
    throw fail.rangeBounds({ left: typeOf(left), right: typeOf(right) });
  const end = Number(right);
  return new HarnRange(Number(left), inclusive ? end + 1 : end, inclusive);
}
