// `==`: never throws, compares contents, and sees int and float of the same value as equal.
import { HarnDecimal } from './decimal.ts';
import { dictSize } from './dict.ts';
import { asDouble, type Dict, EQUAL, HarnObject, isDict, type List, type Value } from './value.ts';

/** Whether two values are equal. Functions and most handles are equal to nothing, not even to themselves. */
export function equal(a: Value, b: Value): boolean {
  if (typeof a === 'function') return false;
  if (a === b) return !(a instanceof HarnObject) || a[EQUAL](b, equal);
  if (typeof a !== 'object' || a === null) return equalNumbers(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (a instanceof HarnObject) return a[EQUAL](b, equal);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  return isDict(b) && equalDicts(a as Dict, b);
}

/** Different representations of one number; ints compare exactly, also with decimals, an int and a float as doubles. */
function equalNumbers(a: Value, b: Value): boolean {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a === b;
  if (b instanceof HarnDecimal) return b[EQUAL](a);
  const x = asDouble(a);
  return x !== undefined && x === asDouble(b);
}

function equalLists(a: List, b: List): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (!equal(a[i] as Value, b[i] as Value)) return false;
  return true;
}

function equalDicts(a: Dict, b: Dict): boolean {
  const keys = Object.keys(a);
  const [first] = keys;
  // Counting the keys of a large dict takes longer than seeing that it is another one.
  if (first !== undefined && !Object.hasOwn(b, first)) return false;
  return (
    keys.length === dictSize(b) &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] as Value, b[key] as Value))
  );
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** `is_same`: identity for containers and functions, value equality for scalars. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a instanceof HarnDecimal) return b instanceof HarnDecimal && a[EQUAL](b);
  if (typeof a === 'object' && a !== null && asDouble(a) === undefined) return false;
  return typeof a !== 'function' && !(b instanceof HarnDecimal) && sameKind(a, b) && equal(a, b);
}

function sameKind(a: Value, b: Value): boolean {
  return (asDouble(a) === undefined) === (asDouble(b) === undefined);
}
