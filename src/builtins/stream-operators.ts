// `stream.*`: operators on whatever gives values one after another. They are lazy: nothing is pulled before a sink
// (`collect`, `fold`, `first`) pulls, and no value is pulled before it is asked for.
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  END,
  HarnObject,
  HarnPair,
  HarnSource,
  isDict,
  KIND,
  type List,
  METHODS,
  type Method,
  type MethodTable,
  type Pulled,
  type Steps,
  toIter,
  truthy,
  type Value,
} from '../values/index.ts';
import { toMs } from './data.ts';
import { type BuiltinRow, constant } from './define.ts';
import { wrong } from './errors.ts';
import { debounced, merged, raced, throttled } from './stream-timing.ts';
import { intOf } from './sync-arguments.ts';
import { HarnChannel } from './sync-values.ts';

/** How many values `collect` takes before it refuses, when nobody says. */
const COLLECT_MAX = 10_000;

/** A lazy source made of a pull; once over it stays over. */
class HarnOperator extends HarnSource {
  readonly suspends = true;
  #pull: ((ctx: Ctx) => Steps<Pulled>) | undefined;
  readonly #sources: readonly HarnSource[];

  constructor(pull: (ctx: Ctx) => Steps<Pulled>, sources: readonly HarnSource[]) {
    super();
    this.#pull = pull;
    this.#sources = sources;
  }

  /** A loop over it ended: nobody hears what its sources would still give. */
  override leave(ctx: Ctx): void {
    for (const source of this.#sources) source.leave(ctx);
  }

  next(_ctx: Ctx): Pulled {
    throw wrong.argument({ builtin: 'stream', detail: 'this code cannot wait for a value' });
  }

  *nextSteps(ctx: Ctx): Steps<Pulled> {
    if (this.#pull === undefined) return END;
    try {
      const value = yield* this.#pull(ctx);
      if (value === END) this.#pull = undefined;
      return value;
    } catch (error) {
      this.#pull = undefined;
      throw error;
    }
  }

  get [KIND](): string {
    return 'stream';
  }
}

/** What can be pulled from, as a source. Channels stay what they are: they tell what is there now. */
function sourceOf(value: Value | undefined): HarnSource {
  return value instanceof HarnChannel ? value : toIter(value ?? null);
}

/** `sources` are those that work for this operator alone. */
const operator = (pull: (ctx: Ctx) => Steps<Pulled>, sources: readonly HarnSource[] = []): Value =>
  new HarnOperator(pull, sources);

/** A stream of what each pull gives; it is over with END. */
export function streamOfPulls(pull: (ctx: Ctx) => Steps<Pulled>): Value {
  return operator(pull);
}

/** An operator with one source: `step` is called per value and says what to give; undefined goes on to the next. */
function each(
  source: HarnSource,
  step: (ctx: Ctx, value: Value) => Steps<Pulled | undefined>,
): Value {
  return operator(
    function* (ctx) {
      for (;;) {
        const value = yield* source.nextSteps(ctx);
        if (value === END) return END;
        const given = yield* step(ctx, value);
        if (given !== undefined) return given;
      }
    },
    [source],
  );
}

function* map(_ctx: Ctx, _self: Value, [source, fn]: List): Steps {
  yield* [];
  return each(sourceOf(source), (ctx, value) => call(fn as Value, ctx, [value]));
}

function* filter(_ctx: Ctx, _self: Value, [source, test]: List): Steps {
  yield* [];
  return each(sourceOf(source), function* (ctx, value) {
    return truthy(yield* call(test as Value, ctx, [value])) ? value : undefined;
  });
}

function* tap(_ctx: Ctx, _self: Value, [source, fn]: List): Steps {
  yield* [];
  return each(sourceOf(source), function* (ctx, value) {
    yield* call(fn as Value, ctx, [value]);
    return value;
  });
}

function* scan(_ctx: Ctx, _self: Value, [source, initial, fn]: List): Steps {
  yield* [];
  let sum = initial ?? null;
  return each(sourceOf(source), function* (ctx, value) {
    sum = yield* call(fn as Value, ctx, [sum, value]);
    return sum;
  });
}

function* take(_ctx: Ctx, _self: Value, [source, count]: List): Steps {
  yield* [];
  const from = sourceOf(source);
  let left = intOf('stream.take', 'the count', count, 0);
  return operator(
    function* (ctx) {
      if (left <= 0) return END;
      left -= 1;
      return yield* from.nextSteps(ctx);
    },
    [from],
  );
}

function* takeUntil(_ctx: Ctx, _self: Value, [source, test]: List): Steps {
  yield* [];
  return each(sourceOf(source), function* (ctx, value) {
    return truthy(yield* call(test as Value, ctx, [value])) ? END : value;
  });
}

function* zip(_ctx: Ctx, _self: Value, [a, b]: List): Steps {
  yield* [];
  const [left, right] = [sourceOf(a), sourceOf(b)];
  return operator(
    function* (ctx) {
      const first = yield* left.nextSteps(ctx);
      if (first === END) return END;
      const second = yield* right.nextSteps(ctx);
      return second === END ? END : new HarnPair(first, second);
    },
    [left, right],
  );
}

/** One of each in turn; a source that is over is passed by. */
function* interleave(_ctx: Ctx, _self: Value, sources: List): Steps {
  yield* [];
  const all = sources.map(sourceOf);
  const left = [...all];
  let at = 0;
  return operator(function* (ctx) {
    while (left.length > 0) {
      at %= left.length;
      const value = yield* (left[at] as HarnSource).nextSteps(ctx);
      if (value !== END) {
        at += 1;
        return value;
      }
      left.splice(at, 1);
    }
    return END;
  }, all);
}

/** So many copies that each see every value; what one has not pulled yet waits for it. */
function* broadcast(_ctx: Ctx, _self: Value, [source, count]: List): Steps {
  yield* [];
  const from = sourceOf(source);
  const copies = Math.max(0, intOf('stream.broadcast', 'the count', count, 2));
  const waiting: Pulled[][] = Array.from({ length: copies }, () => []);
  return waiting.map((mine) =>
    operator(function* (ctx) {
      if (mine.length === 0) {
        const value = yield* from.nextSteps(ctx);
        for (const queue of waiting) queue.push(value);
      }
      return mine.shift() as Pulled;
    }),
  );
}

function* collect(ctx: Ctx, _self: Value, [source, options]: List): Steps {
  const given = isDict(options ?? null) ? (options as { max?: Value }).max : options;
  const max = intOf('stream.collect', 'max', given, COLLECT_MAX);
  const from = sourceOf(source);
  const values: Value[] = [];
  for (;;) {
    const value = yield* from.nextSteps(ctx);
    if (value === END) return values;
    if (values.length === max) {
      const detail = `more than ${max} values; pass {max: ...} to allow more`;
      throw wrong.argument({ builtin: 'stream.collect', detail });
    }
    values.push(value);
  }
}

function* fold(ctx: Ctx, _self: Value, [source, initial, fn]: List): Steps {
  const from = sourceOf(source);
  let sum = initial ?? null;
  for (;;) {
    const value = yield* from.nextSteps(ctx);
    if (value === END) return sum;
    sum = yield* call(fn as Value, ctx, [sum, value]);
  }
}

function* first(ctx: Ctx, _self: Value, [source]: List): Steps {
  const value = yield* sourceOf(source).nextSteps(ctx);
  return value === END ? null : value;
}

function* merge(_ctx: Ctx, _self: Value, sources: List): Steps {
  yield* [];
  const all = sources.map(sourceOf);
  const pull = merged(all);
  return operator((ctx) => pull(ctx as RunContext), all);
}

function* race(_ctx: Ctx, _self: Value, sources: List): Steps {
  yield* [];
  const all = sources.map(sourceOf);
  const pull = raced(all);
  return operator((ctx) => pull(ctx as RunContext), all);
}

function* throttle(_ctx: Ctx, _self: Value, [source, pause]: List): Steps {
  yield* [];
  const from = sourceOf(source);
  const pull = throttled(from, toMs(pause, 0));
  return operator((ctx) => pull(ctx as RunContext), [from]);
}

function* debounce(_ctx: Ctx, _self: Value, [source, quiet]: List): Steps {
  yield* [];
  const from = sourceOf(source);
  const pull = debounced(from, toMs(quiet, 0));
  return operator((ctx) => pull(ctx as RunContext), [from]);
}

const OPERATORS: MethodTable = new Map<string, Method>([
  ['map', map],
  ['filter', filter],
  ['tap', tap],
  ['scan', scan],
  ['take', take],
  ['take_until', takeUntil],
  ['zip', zip],
  ['interleave', interleave],
  ['broadcast', broadcast],
  ['merge', merge],
  ['race', race],
  ['throttle', throttle],
  ['debounce', debounce],
  ['collect', collect],
  ['fold', fold],
  ['first', first],
]);

/** The value named `stream`. */
class HarnStreamOperators extends HarnObject {
  get [KIND](): string {
    return 'stream_operators';
  }

  override get [METHODS](): MethodTable {
    return OPERATORS;
  }
}

export function streamRows(): readonly BuiltinRow[] {
  return [
    constant(
      'stream: any',
      {
        doc: 'Operators on lists, ranges, channels, generators, streams: `stream.map(source, fn)`, `stream.collect(source, {max})`.',
        effect: 'wait',
      },
      new HarnStreamOperators(),
    ),
  ];
}
