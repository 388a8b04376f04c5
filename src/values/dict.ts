// Dicts are plain objects with prototype Object.prototype, because V8 reads and copies those an order of magnitude
// faster than Maps. Two things keep them honest: reads that may hit the prototype ask for an own key, and `__proto__`
// is written with defineProperty. Order is never the insertion order of the object: keys sort by code point.
import { compareStrings } from './string.ts';
import type { Dict, Value } from './value.ts';

/** A dict under construction. */
export type MutableDict = { [key: string]: Value };

/** The value at a key, or undefined when the key is absent. Safe for every key. */
export function dictGet(dict: Dict, key: string): Value | undefined {
  const value = dict[key] as Value | undefined;
  // Inherited members are functions, except `__proto__`; anything else found is the dict's own.
  if (typeof value !== 'function' && key !== '__proto__') return value;
  return Object.hasOwn(dict, key) ? value : undefined;
}

export function dictHas(dict: Dict, key: string): boolean {
  return Object.hasOwn(dict, key);
}

/** Writes into a dict that nobody else has seen yet. */
export function dictPut(dict: MutableDict, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    dict[key] = value;
  }
}

/** A dict of pairs; later pairs win. */
export function dictFrom(entries: Iterable<readonly [string, Value]>): Dict {
  const dict: MutableDict = {};
  for (const [key, value] of entries) dictPut(dict, key, value);
  return dict;
}

/** A copy to write into. Spread copies an own `__proto__` key as an own key. */
export function dictCopy(dict: Dict): MutableDict {
  return { ...dict };
}

export function dictSet(dict: Dict, key: string, value: Value): Dict {
  const copy = dictCopy(dict);
  dictPut(copy, key, value);
  return copy;
}

export function dictRemove(dict: Dict, key: string): Dict {
  if (!Object.hasOwn(dict, key)) return dict;
  const copy = dictCopy(dict);
  delete copy[key];
  return copy;
}

/** Both together; where a key is in both, `over` wins. */
export function dictMerge(dict: Dict, over: Dict): Dict {
  return { ...dict, ...over };
}

/** The keys in order: by code point, which is the order of their UTF-8 bytes. */
export function dictKeys(dict: Dict): string[] {
  const keys = Object.keys(dict);
  // Literals are emitted in key order and most dicts derive from them, so looking first is cheaper than sorting.
  for (let i = 1; i < keys.length; i += 1) {
    if (compareStrings(keys[i - 1] as string, keys[i] as string) > 0)
      return keys.sort(compareStrings);
  }
  return keys;
}

/** The values in key order. */
export function dictValues(dict: Dict): Value[] {
  return dictKeys(dict).map((key) => dict[key] as Value);
}

export function dictSize(dict: Dict): number {
  return Object.keys(dict).length;
}

/** What `for entry in dict` and `.entries()` give: `{key, value}` dicts in key order. */
export function dictEntries(dict: Dict): Dict[] {
  return dictKeys(dict).map((key) => ({ key, value: dict[key] as Value }));
}
