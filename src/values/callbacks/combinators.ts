// Lazy steps of an iterator chain: each gives the pull function of a new iterator over `source`. The twin for chains
// that cannot suspend is generated.
import { call } from '../function.ts';
import { HarnPair } from '../pair.ts';
import { END, type HarnSource, type Pulled, type PullSteps, toIter } from '../source.ts';
import { truthy } from '../truthy.ts';
import type { Ctx, Steps, Value } from '../value.ts';

export function map(source: HarnSource, fn: Value): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* source.nextSteps(ctx);
    return value === END ? END : yield* call(fn, ctx, [value]);
  };
}

export function filter(source: HarnSource, fn: Value): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    for (;;) {
      const value = yield* source.nextSteps(ctx);
      if (value === END || truthy(yield* call(fn, ctx, [value]))) return value;
    }
  };
}

/** Lists, iterators and other sources that the function gives are opened lazily. */
export function flatMap(source: HarnSource, fn: Value): PullSteps {
  let inner: HarnSource | undefined;
  return function* (ctx: Ctx): Steps<Pulled> {
    for (;;) {
      if (inner !== undefined) {
        const value = yield* inner.nextSteps(ctx);
        if (value !== END) return value;
      }
      const outer = yield* source.nextSteps(ctx);
      if (outer === END) return END;
      inner = toIter(yield* call(fn, ctx, [outer]));
    }
  };
}

export function take(source: HarnSource, count: number): PullSteps {
  let left = count;
  return function* (ctx: Ctx): Steps<Pulled> {
    if (left <= 0) return END;
    left -= 1;
    return yield* source.nextSteps(ctx);
  };
}

export function skip(source: HarnSource, count: number): PullSteps {
  let left = count;
  return function* (ctx: Ctx): Steps<Pulled> {
    for (; left > 0; left -= 1) if ((yield* source.nextSteps(ctx)) === END) return END;
    return yield* source.nextSteps(ctx);
  };
}

export function takeWhile(source: HarnSource, fn: Value): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* source.nextSteps(ctx);
    return value !== END && truthy(yield* call(fn, ctx, [value])) ? value : END;
  };
}

export function skipWhile(source: HarnSource, fn: Value): PullSteps {
  let skipping = true;
  return function* (ctx: Ctx): Steps<Pulled> {
    for (;;) {
      const value = yield* source.nextSteps(ctx);
      if (value === END || !skipping) return value;
      skipping = truthy(yield* call(fn, ctx, [value]));
      if (!skipping) return value;
    }
  };
}

export function takeUntil(source: HarnSource, fn: Value): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* source.nextSteps(ctx);
    return value === END || truthy(yield* call(fn, ctx, [value])) ? END : value;
  };
}

export function zip(source: HarnSource, other: HarnSource): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    const first = yield* source.nextSteps(ctx);
    if (first === END) return END;
    const second = yield* other.nextSteps(ctx);
    return second === END ? END : new HarnPair(first, second);
  };
}

export function enumerate(source: HarnSource): PullSteps {
  let index = 0;
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return END;
    index += 1;
    return new HarnPair(index - 1, value);
  };
}

export function chain(source: HarnSource, other: HarnSource): PullSteps {
  let current = source;
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* current.nextSteps(ctx);
    if (value !== END || current === other) return value;
    current = other;
    return yield* other.nextSteps(ctx);
  };
}

/** Lists of `size` values; the last may be shorter. */
export function chunks(source: HarnSource, size: number): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    const part: Value[] = [];
    while (part.length < size) {
      const value = yield* source.nextSteps(ctx);
      if (value === END) break;
      part.push(value);
    }
    return part.length === 0 ? END : part;
  };
}

/** Every run of `size` neighbours; nothing when there are fewer. */
export function windows(source: HarnSource, size: number): PullSteps {
  let run: readonly Value[] = [];
  return function* (ctx: Ctx): Steps<Pulled> {
    const next = run.length === size ? run.slice(1) : [...run];
    while (next.length < size) {
      const value = yield* source.nextSteps(ctx);
      if (value === END) return END;
      next.push(value);
    }
    run = next;
    return next;
  };
}

/** Passes values on after showing each to the function. */
export function tap(source: HarnSource, fn: Value): PullSteps {
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* source.nextSteps(ctx);
    if (value !== END) yield* call(fn, ctx, [value]);
    return value;
  };
}

/** The running totals of a fold. */
export function scan(source: HarnSource, seed: Value, fn: Value): PullSteps {
  let total = seed;
  return function* (ctx: Ctx): Steps<Pulled> {
    const value = yield* source.nextSteps(ctx);
    if (value === END) return END;
    total = yield* call(fn, ctx, [total, value]);
    return total;
  };
}
