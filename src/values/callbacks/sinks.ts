// Methods that drain an iterator and give a value. The sync twin is generated.
import { add } from '../arithmetic.ts';
import { compare } from '../compare.ts';
import { HarnDecimal } from '../decimal.ts';
import { dictPut, type MutableDict } from '../dict.ts';
import { display } from '../display.ts';
import { fail } from '../errors.ts';
import { call } from '../function.ts';
import { arg } from '../methods/method.ts';
import { HarnPair } from '../pair.ts';
import { HarnSet } from '../set.ts';
import { END, type HarnSource, nextResult } from '../source.ts';
import { truthy } from '../truthy.ts';
import { type Ctx, isNumber, type List, type Steps, typeOf, type Value } from '../value.ts';
import type { CallbackMethods } from './method.ts';

/** Everything that is left, as a list. */
export function* drain(ctx: Ctx, source: HarnSource): Steps<Value[]> {
  const out: Value[] = [];
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return out;
    out.push(value);
  }
}

export function* next(ctx: Ctx, source: HarnSource): Steps {
  return nextResult(yield* source.nextSteps(ctx));
}

export function* toList(ctx: Ctx, source: HarnSource): Steps {
  return yield* drain(ctx, source);
}

export function* toSet(ctx: Ctx, source: HarnSource): Steps {
  return new HarnSet(yield* drain(ctx, source));
}

export function* toDict(ctx: Ctx, source: HarnSource): Steps {
  const dict: MutableDict = {};
  for (const item of yield* drain(ctx, source)) {
    if (!(item instanceof HarnPair))
      throw fail.expectedPair({ where: 'to_dict', kind: typeOf(item) });
    dictPut(dict, display(item.first), item.second);
  }
  return dict;
}

export function* count(ctx: Ctx, source: HarnSource): Steps {
  let n = 0;
  while ((yield* source.nextSteps(ctx)) !== END) n += 1;
  return n;
}

export function* sum(ctx: Ctx, source: HarnSource): Steps {
  let total: Value = 0;
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return total;
    if (isNumber(value) || value instanceof HarnDecimal) total = add(total, value);
  }
}

function* extreme(ctx: Ctx, source: HarnSource, sign: 1 | -1): Steps {
  let best: Value | undefined;
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return best ?? null;
    if (best === undefined || compare(value, best) * sign > 0) best = value;
  }
}

export function* min(ctx: Ctx, source: HarnSource): Steps {
  return yield* extreme(ctx, source, -1);
}

export function* max(ctx: Ctx, source: HarnSource): Steps {
  return yield* extreme(ctx, source, 1);
}

export function* first(ctx: Ctx, source: HarnSource): Steps {
  const value = yield* source.nextSteps(ctx);
  return value === END ? null : value;
}

export function* last(ctx: Ctx, source: HarnSource): Steps {
  let value: Value = null;
  for (;;) {
    const following = yield* source.nextSteps(ctx);
    if (following === END) return value;
    value = following;
  }
}

/** `reduce(init, f)` */
export function* reduce(ctx: Ctx, source: HarnSource, args: List): Steps {
  let total = arg(args, 0);
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return total;
    total = yield* call(arg(args, 1), ctx, [total, value]);
  }
}

/** Pulls until the function accepts a value; END when none was. */
function* seek(ctx: Ctx, source: HarnSource, fn: Value): Steps<Value | typeof END> {
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END || truthy(yield* call(fn, ctx, [value]))) return value;
  }
}

export function* find(ctx: Ctx, source: HarnSource, args: List): Steps {
  const value = yield* seek(ctx, source, arg(args, 0));
  return value === END ? null : value;
}

export function* any(ctx: Ctx, source: HarnSource, args: List): Steps {
  return (yield* seek(ctx, source, arg(args, 0))) !== END;
}

export function* all(ctx: Ctx, source: HarnSource, args: List): Steps {
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return true;
    if (!truthy(yield* call(arg(args, 0), ctx, [value]))) return false;
  }
}

export function* forEach(ctx: Ctx, source: HarnSource, args: List): Steps {
  for (;;) {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return null;
    yield* call(arg(args, 0), ctx, [value]);
  }
}

export const sinks: CallbackMethods<HarnSource> = new Map<
  string,
  (ctx: Ctx, source: HarnSource, args: List) => Steps
>([
  ['next', next],
  ['to_list', toList],
  ['to_set', toSet],
  ['to_dict', toDict],
  ['count', count],
  ['sum', sum],
  ['min', min],
  ['max', max],
  ['first', first],
  ['last', last],
  ['reduce', reduce],
  ['fold', reduce],
  ['find', find],
  ['any', any],
  ['all', all],
  ['every', all],
  ['for_each', forEach],
]);
