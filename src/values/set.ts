// Sets: values without duplicates in insertion order. Membership goes by structural key, so int 1 and float 1.0 are
// different elements. Never changed once visible.
import { type StructuralKey, structuralKey } from './key.ts';
import { DISPLAY, EQUAL, HarnObject, KIND, type List, TRUTHY, type Value } from './value.ts';

export class HarnSet extends HarnObject {
  readonly #items: ReadonlyMap<StructuralKey, Value>;

  constructor(items: Iterable<Value>) {
    super();
    const map = new Map<StructuralKey, Value>();
    for (const item of items) {
      const key = structuralKey(item);
      if (!map.has(key)) map.set(key, item);
    }
    this.#items = map;
  }

  get size(): number {
    return this.#items.size;
  }

  has(value: Value): boolean {
    return this.#items.has(structuralKey(value));
  }

  values(): IterableIterator<Value> {
    return this.#items.values();
  }

  toList(): Value[] {
    return [...this.#items.values()];
  }

  filter(keep: (value: Value) => boolean): HarnSet {
    return new HarnSet(this.toList().filter(keep));
  }

  get [KIND](): string {
    return 'set';
  }

  override get [TRUTHY](): boolean {
    return this.#items.size > 0;
  }

  override [DISPLAY](show: (value: Value) => string): string {
    return `set(${this.toList().map(show).join(', ')})`;
  }

  override [EQUAL](other: Value): boolean {
    return other instanceof HarnSet && other.size === this.size && isSubset(this, other);
  }
}

/** A set of the elements of a list, or of anything already made of elements. */
export function makeSet(items: List): HarnSet {
  return new HarnSet(items);
}

export function isSubset(a: HarnSet, b: HarnSet): boolean {
  for (const item of a.values()) if (!b.has(item)) return false;
  return true;
}

export function union(a: HarnSet, b: HarnSet): HarnSet {
  return new HarnSet([...a.values(), ...b.values()]);
}

export function symmetricDifference(a: HarnSet, b: HarnSet): HarnSet {
  return union(
    a.filter((item) => !b.has(item)),
    b.filter((item) => !a.has(item)),
  );
}
