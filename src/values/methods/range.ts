// Methods of ranges that need no walk. Every other method of a range is that of its iterator.
import type { HarnRange } from '../range.ts';
import { toIter } from '../source.ts';
import { asDouble, type List, type Value } from '../value.ts';
import { arg, intArg, type PlainMethods, plainMethods } from './method.ts';

function contains(range: HarnRange, args: List): Value {
  const n = asDouble(arg(args, 0));
  return n !== undefined && Number.isInteger(n) && range.contains(n);
}

function first(range: HarnRange, args: List): Value {
  if (args.length === 0) return range.at(0) ?? null;
  const n = Math.min(range.length, Math.max(0, intArg(args, 0, 0)));
  return Array.from({ length: n }, (_, i) => range.start + i);
}

function last(range: HarnRange, args: List): Value {
  if (args.length === 0) return range.at(-1) ?? null;
  const n = Math.min(range.length, Math.max(0, intArg(args, 0, 0)));
  return Array.from({ length: n }, (_, i) => range.stop - n + i);
}

export const rangeMethods: PlainMethods<HarnRange> = plainMethods<HarnRange>(
  {
    count: (range) => range.length,
    empty: (range) => range.length === 0,
    first,
    last,
    contains,
    to_list: (range) => range.toList(),
    iter: (range) => toIter(range),
  },
  { len: 'count', size: 'count' },
);
