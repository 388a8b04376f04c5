// Methods of lists that call a Harn function. Written for callbacks that may suspend; the twin for those that
// cannot is generated from this file by scripts/gen-sync-methods.mjs.
import { compare } from '../compare.ts';
import { dictFrom } from '../dict.ts';
import { display } from '../display.ts';
import { call, plainFunction } from '../function.ts';
import { type StructuralKey, structuralKey } from '../key.ts';
import { arg } from '../methods/method.ts';
import { truthy } from '../truthy.ts';
import { type Ctx, isList, type List, type Steps, type Value } from '../value.ts';
import type { CallbackMethods } from './method.ts';

export function* map(ctx: Ctx, list: List, args: List): Steps {
  const fn = arg(args, 0);
  const plain = plainFunction(fn);
  const out: Value[] = [];
  for (const item of list) {
    out.push(plain === undefined ? yield* call(fn, ctx, [item]) : plain(ctx, item));
  }
  return out;
}

export function* filter(ctx: Ctx, list: List, args: List): Steps {
  const fn = arg(args, 0);
  const plain = plainFunction(fn);
  const out: Value[] = [];
  for (const item of list) {
    const keep = plain === undefined ? yield* call(fn, ctx, [item]) : plain(ctx, item);
    if (keep === true || (keep !== false && truthy(keep))) out.push(item);
  }
  return out;
}

/** `reduce(init, f)`: f gets the accumulator and the item. */
export function* reduce(ctx: Ctx, list: List, args: List): Steps {
  const fn = arg(args, 1);
  const plain = plainFunction(fn);
  let total = arg(args, 0);
  for (const item of list) {
    total = plain === undefined ? yield* call(fn, ctx, [total, item]) : plain(ctx, total, item);
  }
  return total;
}

export function* find(ctx: Ctx, list: List, args: List): Steps {
  const fn = arg(args, 0);
  const plain = plainFunction(fn);
  for (const item of list) {
    if (truthy(plain === undefined ? yield* call(fn, ctx, [item]) : plain(ctx, item))) return item;
  }
  return null;
}

export function* findIndex(ctx: Ctx, list: List, args: List): Steps {
  for (let i = 0; i < list.length; i += 1) {
    if (truthy(yield* call(arg(args, 0), ctx, [list[i] as Value]))) return i;
  }
  return -1;
}

/** Without a function the items themselves are tested. */
export function* any(ctx: Ctx, list: List, args: List): Steps {
  for (const item of list) {
    if (truthy(args.length === 0 ? item : yield* call(arg(args, 0), ctx, [item]))) return true;
  }
  return false;
}

export function* all(ctx: Ctx, list: List, args: List): Steps {
  for (const item of list) {
    if (!truthy(args.length === 0 ? item : yield* call(arg(args, 0), ctx, [item]))) return false;
  }
  return true;
}

/** Without a function: whether the list is empty. */
export function* none(ctx: Ctx, list: List, args: List): Steps {
  if (args.length === 0) return list.length === 0;
  return !(yield* any(ctx, list, args));
}

/** Lists that the function gives are opened, other values kept. */
export function* flatMap(ctx: Ctx, list: List, args: List): Steps {
  const out: Value[] = [];
  for (const item of list) {
    const value = yield* call(arg(args, 0), ctx, [item]);
    // One by one: a call takes only so many arguments.
    if (isList(value)) for (const each of value) out.push(each);
    else out.push(value);
  }
  return out;
}

export function* forEach(ctx: Ctx, list: List, args: List): Steps {
  const fn = arg(args, 0);
  const plain = plainFunction(fn);
  for (const item of list) {
    if (plain === undefined) yield* call(fn, ctx, [item]);
    else plain(ctx, item);
  }
  return null;
}

/** Sorts by the value that the function gives for each item, asked once per item. */
export function* sortBy(ctx: Ctx, list: List, args: List): Steps {
  const keyed: { readonly key: Value; readonly item: Value }[] = [];
  for (const item of list) keyed.push({ key: yield* call(arg(args, 0), ctx, [item]), item });
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

/** The item whose key is greatest (`sign` 1) or least; the first of several. */
function* extremeBy(ctx: Ctx, list: List, fn: Value, sign: 1 | -1): Steps {
  let best: Value = null;
  let bestKey: Value = null;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as Value;
    const key = yield* call(fn, ctx, [item]);
    if (i === 0 || compare(key, bestKey) * sign > 0) {
      best = item;
      bestKey = key;
    }
  }
  return best;
}

export function* minBy(ctx: Ctx, list: List, args: List): Steps {
  return yield* extremeBy(ctx, list, arg(args, 0), -1);
}

export function* maxBy(ctx: Ctx, list: List, args: List): Steps {
  return yield* extremeBy(ctx, list, arg(args, 0), 1);
}

/** `[[matching], [others]]` */
export function* partition(ctx: Ctx, list: List, args: List): Steps {
  const matching: Value[] = [];
  const others: Value[] = [];
  for (const item of list) {
    const yes = truthy(yield* call(arg(args, 0), ctx, [item]));
    (yes ? matching : others).push(item);
  }
  return [matching, others];
}

/** A dict of lists under the text of the function's answer. */
export function* groupBy(ctx: Ctx, list: List, args: List): Steps {
  const groups = new Map<string, Value[]>();
  for (const item of list) {
    const key = display(yield* call(arg(args, 0), ctx, [item]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return dictFrom(groups);
}

/** The first item for each answer of the function. */
export function* dedupBy(ctx: Ctx, list: List, args: List): Steps {
  const seen = new Set<StructuralKey>();
  const out: Value[] = [];
  for (const item of list) {
    const key = structuralKey(yield* call(arg(args, 0), ctx, [item]));
    if (!seen.has(key)) out.push(item);
    seen.add(key);
  }
  return out;
}

export const listCallbacks: CallbackMethods<List> = new Map([
  ['map', map],
  ['filter', filter],
  ['reduce', reduce],
  ['fold', reduce],
  ['find', find],
  ['find_index', findIndex],
  ['any', any],
  ['all', all],
  ['every', all],
  ['none', none],
  ['flat_map', flatMap],
  ['for_each', forEach],
  ['sort_by', sortBy],
  ['sorted_by', sortBy],
  ['min_by', minBy],
  ['max_by', maxBy],
  ['partition', partition],
  ['group_by', groupBy],
  ['dedup_by', dedupBy],
]);
