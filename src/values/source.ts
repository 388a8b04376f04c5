// Things that give values one after another: lazy iterators, generators, streams, channels. A source says whether
// giving the next value may suspend; sync code pulls with `next`, suspending code with `nextSteps`.
import { dictKeys } from './dict.ts';
import { fail } from './errors.ts';
import { finishWithoutSuspending, isGeneratorFunction } from './function.ts';
import { HarnPair } from './pair.ts';
import { HarnRange } from './range.ts';
import { HarnSet } from './set.ts';
import { chars } from './string.ts';
import {
  type Ctx,
  DISPLAY,
  type Dict,
  EQUAL,
  HarnObject,
  isDict,
  KIND,
  type List,
  type Steps,
  typeOf,
  type Value,
} from './value.ts';

/** What a source gives when it has no more values. Not a Harn value. */
export const END: unique symbol = Symbol.for('harn.end');
export type Pulled = Value | typeof END;

/** The base of everything `for` and `iter` can pull from; concurrency adds channels. */
export abstract class HarnSource extends HarnObject {
  /** Whether `nextSteps` may suspend. Sync code must not meet one that does. */
  abstract readonly suspends: boolean;
  abstract next(ctx: Ctx): Pulled;
  abstract nextSteps(ctx: Ctx): Steps<Pulled>;

  /** Called when a loop over it ends, however it does: who makes values for nobody else can stop. */
  leave(_ctx: Ctx): void {
    return;
  }
}

export type PullSync = (ctx: Ctx) => Pulled;
export type PullSteps = (ctx: Ctx) => Steps<Pulled>;

/** A lazy, single-pass iterator: once it has ended it stays ended. */
export class HarnIter extends HarnSource {
  readonly suspends: boolean;
  /** Undefined once the end was seen. */
  #pull: PullSync | PullSteps | undefined;
  readonly #leave: ((ctx: Ctx) => void) | undefined;

  /** `leave` says that no more is wanted of what it pulls from. */
  constructor(pull: PullSync | PullSteps, leave?: (ctx: Ctx) => void) {
    super();
    this.#pull = pull;
    this.#leave = leave;
    this.suspends = isGeneratorFunction(pull);
  }

  next(ctx: Ctx): Pulled {
    const pull = this.#pull;
    if (pull === undefined) return END;
    const value = this.suspends
      ? finishWithoutSuspending((pull as PullSteps)(ctx))
      : (pull as PullSync)(ctx);
    if (value === END) this.#pull = undefined;
    return value;
  }

  *nextSteps(ctx: Ctx): Steps<Pulled> {
    const pull = this.#pull;
    if (pull === undefined) return END;
    const value = this.suspends ? yield* (pull as PullSteps)(ctx) : (pull as PullSync)(ctx);
    if (value === END) this.#pull = undefined;
    return value;
  }

  override leave(ctx: Ctx): void {
    this.#leave?.(ctx);
  }

  get [KIND](): string {
    return 'iter';
  }

  override [DISPLAY](): string {
    return this.#pull === undefined ? '<iter (exhausted)>' : '<iter>';
  }

  override [EQUAL](other: Value): boolean {
    return other === this;
  }
}

/** An iterator over what JavaScript can iterate. */
export function iterOver(values: Iterable<Value>): HarnIter {
  const inner = values[Symbol.iterator]();
  return new HarnIter(() => {
    const step = inner.next();
    return step.done === true ? END : step.value;
  });
}

function* rangeValues(range: HarnRange): Generator<Value> {
  for (let i = range.start; i < range.stop; i += 1) yield i;
}

function* dictPairs(dict: Dict): Generator<Value> {
  for (const key of dictKeys(dict)) yield new HarnPair(key, dict[key] as Value);
}

/** `iter(x)`: dicts give pairs, texts give characters, an iterator is itself. */
export function toIter(value: Value): HarnIter {
  if (value instanceof HarnIter) return value;
  if (Array.isArray(value)) return iterOver(value);
  if (value instanceof HarnRange) return iterOver(rangeValues(value));
  if (value instanceof HarnSet) return iterOver(value.values());
  if (typeof value === 'string') return iterOver(chars(value));
  if (value instanceof Uint8Array) return iterOver(value);
  if (value instanceof HarnSource) return iterOfSource(value);
  if (isDict(value)) return iterOver(dictPairs(value));
  throw fail.notIterable({ kind: typeOf(value) });
}

function iterOfSource(source: HarnSource): HarnIter {
  if (!source.suspends) return new HarnIter((ctx) => source.next(ctx));
  return new HarnIter(
    function* (ctx: Ctx): Steps<Pulled> {
      return yield* source.nextSteps(ctx);
    },
    (ctx) => source.leave(ctx),
  );
}

const NOTHING: List = [];

/**
 * What `for x in value` walks: a list, or a source to pull from. Dicts give `{key, value}` entries in key order.
 * Values that cannot be walked, texts among them, give no turns at all.
 */
export function iterate(value: Value): List | HarnSource {
  if (Array.isArray(value)) return value as List;
  if (value instanceof HarnSource) return value;
  if (value instanceof HarnRange) return iterOver(rangeValues(value));
  if (value instanceof HarnSet) return value.toList();
  if (isDict(value)) return dictKeys(value).map((key) => ({ key, value: value[key] as Value }));
  return NOTHING;
}

/** `{value, done}`, as `.next()` reports a pull. */
export function nextResult(pulled: Pulled): Dict {
  return pulled === END ? { done: true, value: null } : { done: false, value: pulled };
}
