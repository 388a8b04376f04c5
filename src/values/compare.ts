// Order. Numbers by value, strings by code point, pairs and lists element by element, durations by length; anything
// else, and any mixture, counts as equal, so sorting leaves unorderable values where they are. Only a decimal beside a
// float throws: which of them is greater cannot be told from digits that are not there.
import { asDecimals } from './decimal.ts';
import { HarnDuration } from './duration.ts';
import { HarnPair } from './pair.ts';
import { compareStrings } from './string.ts';
import { asDouble, type List, type Value } from './value.ts';

/** Negative, zero or positive. NaN counts as equal to every number. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'string') return typeof b === 'string' ? compareStrings(a, b) : 0;
  if (typeof a === 'bigint' || typeof b === 'bigint') return compareWithBigint(a, b);
  const x = asDouble(a);
  if (x !== undefined) {
    const y = asDouble(b);
    return y === undefined ? compareDecimals(a, b) : orderOf(x, y);
  }
  if (Array.isArray(a)) return Array.isArray(b) ? compareLists(a, b) : 0;
  if (a instanceof HarnPair && b instanceof HarnPair)
    return compare(a.first, b.first) || compare(a.second, b.second);
  if (a instanceof HarnDuration && b instanceof HarnDuration) return orderOf(a.ms, b.ms);
  return compareDecimals(a, b);
}

/** 0 unless one is a decimal and the other one too, or an int. */
function compareDecimals(a: Value, b: Value): number {
  const both = asDecimals('<', a, b);
  return both === undefined ? 0 : both[0].compare(both[1]);
}

function orderOf(x: number | bigint, y: number | bigint): number {
  if (x < y) return -1;
  return x > y ? 1 : 0;
}

/** JavaScript compares a bigint with a double exactly, so no conversion loses digits here. */
function compareWithBigint(a: Value, b: Value): number {
  const x = typeof a === 'bigint' ? a : asDouble(a);
  const y = typeof b === 'bigint' ? b : asDouble(b);
  return x === undefined || y === undefined ? compareDecimals(a, b) : orderOf(x, y);
}

function compareLists(a: List, b: List): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const order = compare(a[i] as Value, b[i] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function lessThan(a: Value, b: Value): boolean {
  return compare(a, b) < 0;
}

/** Not the negation of greater-than only in name: unorderable values are `<=` and `>=` each other. */
export function lessOrEqual(a: Value, b: Value): boolean {
  return compare(a, b) <= 0;
}

export function greaterThan(a: Value, b: Value): boolean {
  return compare(a, b) > 0;
}

export function greaterOrEqual(a: Value, b: Value): boolean {
  return compare(a, b) >= 0;
}
