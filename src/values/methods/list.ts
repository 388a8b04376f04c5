// Methods of lists that call no Harn function. None changes the list: each gives a new value.
import { slice } from '../access.ts';
import { add } from '../arithmetic.ts';
import { compare } from '../compare.ts';
import { HarnDecimal } from '../decimal.ts';
import { dictFrom } from '../dict.ts';
import { display } from '../display.ts';
import { equal } from '../equal.ts';
import { fail } from '../errors.ts';
import { type StructuralKey, structuralKey } from '../key.ts';
import { toIter } from '../source.ts';
import { isList, isNumber, type List, typeOf, type Value } from '../value.ts';
import { arg, intArg, type PlainMethods, plainMethods, textArg } from './method.ts';

/** Whether an equal item is in the list. */
export function includes(list: List, item: Value): boolean {
  // Only the same text equals a text; a number can also equal an int or float of another representation.
  if (typeof item === 'string') return list.includes(item);
  const isPlain = typeof item === 'number';
  for (const each of list) {
    if (isPlain && typeof each === 'number' ? each === item : equal(each, item)) return true;
  }
  return false;
}

/** Parts of `size` items, the last one shorter. */
export function chunk(list: List, size: number): List {
  const step = positive('chunk', size);
  const parts: Value[] = [];
  for (let i = 0; i < list.length; i += step) parts.push(list.slice(i, i + step));
  return parts;
}

/** Every run of `size` neighbours, starting each `step` items. */
export function window(list: List, size: number, step = 1): List {
  positive('window', size);
  positive('window', step);
  const parts: Value[] = [];
  for (let i = 0; i + size <= list.length; i += step) parts.push(list.slice(i, i + size));
  return parts;
}

function positive(name: string, n: number): number {
  if (n < 1) throw fail.argument({ name, expected: 'a positive int', got: String(n) });
  return n;
}

/** One level of nested lists opened. */
export function flatten(list: List): List {
  const out: Value[] = [];
  for (const item of list) {
    if (isList(item)) for (const inner of item) out.push(inner);
    else out.push(item);
  }
  return out;
}

/** The first of equal items, by structural key. */
export function unique(list: List): List {
  const seen = new Set<StructuralKey>();
  return list.filter((item) => {
    const key = structuralKey(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** How often each item occurs, under its text. */
export function tally(list: List): Value {
  const counts = new Map<string, number>();
  for (const item of list) {
    const key = display(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return dictFrom(counts);
}

/** Numbers added up, other items skipped. */
export function sum(list: List): Value {
  let total: Value = 0;
  for (const item of list) {
    if (isNumber(item) || item instanceof HarnDecimal) total = add(total, item);
  }
  return total;
}

/** The extreme item in the order of `compare`; `sign` 1 for the greatest. Ties keep the first. */
export function extreme(list: List, sign: 1 | -1): Value {
  let best = list[0];
  if (best === undefined) return null;
  for (const item of list) if (compare(item, best) * sign > 0) best = item;
  return best;
}

export function sorted(list: List): List {
  return list.slice().sort(compare);
}

export function join(list: List, separator: string): string {
  return list.map(display).join(separator);
}

function zip(list: List, args: List): Value {
  const other = arg(args, 0);
  if (!isList(other)) throw fail.argument({ name: 'zip', expected: 'list', got: typeOf(other) });
  return list.slice(0, other.length).map((item, i) => [item, other[i] as Value]);
}

/** Without an argument the first item, with one that many items. */
function first(list: List, args: List): Value {
  return args.length === 0 ? (list[0] ?? null) : list.slice(0, Math.max(0, intArg(args, 0, 0)));
}

function last(list: List, args: List): Value {
  if (args.length === 0) return list.at(-1) ?? null;
  const n = Math.max(0, intArg(args, 0, 0));
  return n === 0 ? [] : list.slice(-n);
}

export const listMethods: PlainMethods<List> = plainMethods<List>(
  {
    count: (list) => list.length,
    empty: (list) => list.length === 0,
    first,
    last,
    contains: (list, args) => includes(list, arg(args, 0)),
    index_of: (list, args) => list.findIndex((item) => equal(item, arg(args, 0))),
    push: (list, args) => [...list, arg(args, 0)],
    pop: (list) => list.slice(0, -1),
    slice: (list, args) => slice(list, intArg(args, 0, 0), arg(args, 1)),
    take: (list, args) => list.slice(0, Math.max(0, intArg(args, 0, 0))),
    skip: (list, args) => list.slice(Math.max(0, intArg(args, 0, 0))),
    reverse: (list) => list.slice().reverse(),
    sort: (list) => sorted(list),
    min: (list) => extreme(list, -1),
    max: (list) => extreme(list, 1),
    sum: (list) => sum(list),
    join: (list, args) => join(list, textArg(args, 0, '')),
    flatten: (list) => flatten(list),
    compact: (list) => list.filter((item) => item !== null),
    unique: (list) => unique(list),
    tally: (list) => tally(list),
    zip,
    enumerate: (list) => list.map((value, index) => ({ index, value })),
    chunk: (list, args) => chunk(list, intArg(args, 0, 0)),
    window: (list, args) => window(list, intArg(args, 0, 0), intArg(args, 1, 1)),
    each_cons: (list, args) => window(list, intArg(args, 0, 0)),
    to_list: (list) => list,
    iter: (list) => toIter(list),
  },
  {
    len: 'count',
    size: 'count',
    appending: 'push',
    dropping_last: 'pop',
    reversed: 'reverse',
    sorted: 'sort',
  },
);
