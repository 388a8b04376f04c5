// Pair: the two-element value of the iterator protocol.
import { DISPLAY, EQUAL, HarnObject, KIND, PROPERTY, type Value } from './value.ts';

export class HarnPair extends HarnObject {
  readonly first: Value;
  readonly second: Value;

  constructor(first: Value, second: Value) {
    super();
    this.first = first;
    this.second = second;
  }

  get [KIND](): string {
    return 'pair';
  }

  override [DISPLAY](show: (value: Value) => string): string {
    return `(${show(this.first)}, ${show(this.second)})`;
  }

  override [EQUAL](other: Value, equal: (a: Value, b: Value) => boolean): boolean {
    return (
      other instanceof HarnPair &&
      equal(this.first, other.first) &&
      equal(this.second, other.second)
    );
  }

  override [PROPERTY](name: string): Value | undefined {
    if (name === 'first') return this.first;
    return name === 'second' ? this.second : undefined;
  }
}
