// Lazy methods of iterators, ranges, generators and streams: each gives a new iterator and pulls nothing yet. A chain
// that cannot suspend is built from the generated sync pulls, which cost no generator per value.
import * as suspending from '../callbacks/combinators.ts';
import * as plain from '../callbacks-sync/combinators.ts';
import { fail } from '../errors.ts';
import { isSuspending } from '../function.ts';
import { HarnIter, type HarnSource, type PullSteps, type PullSync, toIter } from '../source.ts';
import type { List, Value } from '../value.ts';
import { arg, intArg } from './method.ts';

/** `steps`: called from code that may suspend, so an unknown inner source is acceptable. */
export type LazyMethod = (source: HarnSource, args: List, steps: boolean) => HarnIter;

function mayWait(source: HarnSource, fn: Value): boolean {
  return source.suspends || (typeof fn === 'function' && isSuspending(fn));
}

function withFunction(
  steps: (source: HarnSource, fn: Value) => PullSteps,
  sync: (source: HarnSource, fn: Value) => PullSync,
): LazyMethod {
  return (source, args) => {
    const fn = arg(args, 0);
    return new HarnIter(mayWait(source, fn) ? steps(source, fn) : sync(source, fn));
  };
}

function withCount(
  name: string,
  least: 0 | 1,
  steps: (source: HarnSource, n: number) => PullSteps,
  sync: (source: HarnSource, n: number) => PullSync,
): LazyMethod {
  return (source, args) => {
    const n = Math.max(0, intArg(args, 0, 0));
    if (n < least) throw fail.argument({ name, expected: 'a positive int', got: String(n) });
    return new HarnIter(source.suspends ? steps(source, n) : sync(source, n));
  };
}

function withOther(
  steps: (source: HarnSource, other: HarnSource) => PullSteps,
  sync: (source: HarnSource, other: HarnSource) => PullSync,
): LazyMethod {
  return (source, args) => {
    const other = toIter(arg(args, 0));
    const suspends = source.suspends || other.suspends;
    return new HarnIter(suspends ? steps(source, other) : sync(source, other));
  };
}

const flatMap: LazyMethod = (source, args, steps) => {
  const fn = arg(args, 0);
  const suspends = steps || mayWait(source, fn);
  return new HarnIter(suspends ? suspending.flatMap(source, fn) : plain.flatMap(source, fn));
};

const scan: LazyMethod = (source, args) => {
  const seed = arg(args, 0);
  const fn = arg(args, 1);
  const pull = mayWait(source, fn) ? suspending.scan : plain.scan;
  return new HarnIter(pull(source, seed, fn));
};

const enumerate: LazyMethod = (source) =>
  new HarnIter(source.suspends ? suspending.enumerate(source) : plain.enumerate(source));

export const iterMethods: ReadonlyMap<string, LazyMethod> = new Map<string, LazyMethod>([
  ['iter', (source) => toIter(source)],
  ['map', withFunction(suspending.map, plain.map)],
  ['filter', withFunction(suspending.filter, plain.filter)],
  ['take_while', withFunction(suspending.takeWhile, plain.takeWhile)],
  ['skip_while', withFunction(suspending.skipWhile, plain.skipWhile)],
  ['take_until', withFunction(suspending.takeUntil, plain.takeUntil)],
  ['tap', withFunction(suspending.tap, plain.tap)],
  ['flat_map', flatMap],
  ['scan', scan],
  ['take', withCount('take', 0, suspending.take, plain.take)],
  ['skip', withCount('skip', 0, suspending.skip, plain.skip)],
  ['chunks', withCount('chunks', 1, suspending.chunks, plain.chunks)],
  ['windows', withCount('windows', 1, suspending.windows, plain.windows)],
  ['zip', withOther(suspending.zip, plain.zip)],
  ['chain', withOther(suspending.chain, plain.chain)],
  ['enumerate', enumerate],
]);
