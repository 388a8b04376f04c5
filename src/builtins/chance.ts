// Chance, as `harness.random` and the older globals. What is drawn from the run is recorded; a generator that a program
// seeds and holds (`rng_seed`) is a value of its own, whose numbers follow from the seed.
import { type Random, seededRandom } from '../base/index.ts';
import { drawBigInt, drawIndex, drawInt, drawOrder, randomEffects } from '../runtime/io/index.ts';
import type { SyncEffect } from '../runtime/run/index.ts';
import {
  type Ctx,
  HarnObject,
  intFromNumber,
  isInt,
  KIND,
  type List,
  makeFloat,
  makeInt,
  type SyncFunction,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

const int = (value: number): Value => intFromNumber(value);
const float = (value: number): Value => makeFloat(value);
const none = () => [];

/** A generator of its own. */
class HarnRng extends HarnObject {
  readonly source: Random;

  constructor(seed: number) {
    super();
    this.source = seededRandom(seed);
  }

  get [KIND](): string {
    return 'rng';
  }
}

interface Draw<A extends readonly unknown[], R> {
  readonly doc: string;
  readonly aliases: readonly string[];
  readonly effect: SyncEffect<A, R>;
  readonly args: (args: List) => A;
  /** The same from a generator that the caller holds. */
  readonly own: (source: Random, ...args: A) => R;
  readonly result: (drawn: R, args: List) => Value;
}

/** A row that draws from the run, or from a generator given first. */
function drawRow<A extends readonly unknown[], R>(
  signature: string,
  { doc, aliases, effect, args, own, result }: Draw<A, R>,
): BuiltinRow {
  const meta = { doc, aliases };
  const row = effectRow(signature, effect, { ...meta, args, result: result as never });
  return builtin(signature, { ...meta, effect: row.effect }, (ctx: Ctx, ...given: Value[]) => {
    const [first, ...rest] = given;
    if (!(first instanceof HarnRng)) return (row.impl as SyncFunction)(ctx, ...given);
    return result(own(first.source, ...args(rest)), rest);
  });
}

/** Bounds or widths that a double cannot hold are drawn as big ints. */
function rangeRow(): BuiltinRow {
  const signature = 'random.range(min: any, max: any, rng_max: any?) -> int';
  const meta = {
    doc: 'An int between both bounds, bounds included. A generator may stand before them.',
    aliases: ['random_int'],
  };
  const narrow = drawRow<[number, number], number>(signature, {
    ...meta,
    effect: randomEffects.range,
    args: ([min, max]) => [toNumber(min, Number.NaN), toNumber(max, Number.NaN)],
    own: drawInt,
    result: int,
  });
  const wide = drawRow<[string, string], string>(signature, {
    ...meta,
    effect: randomEffects.range_big,
    args: ([min, max]) => [String(min), String(max)],
    own: (source, min, max) => String(drawBigInt(source, BigInt(min), BigInt(max))),
    result: (digits) => makeInt(BigInt(digits)),
  });
  return builtin(signature, { ...meta, effect: narrow.effect }, (ctx: Ctx, ...given: Value[]) => {
    const [min = null, max = null] = given[0] instanceof HarnRng ? given.slice(1) : given;
    const row = isWide(min, max) ? wide : narrow;
    return (row.impl as SyncFunction)(ctx, ...given);
  });
}

function isWide(min: Value, max: Value): boolean {
  if (!isInt(min) || !isInt(max)) return false;
  if (typeof min === 'bigint' || typeof max === 'bigint') return true;
  return max - min >= Number.MAX_SAFE_INTEGER;
}

function bytesFromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

function seedOf(seed: Value): number {
  const number = toNumber(seed, Number.NaN);
  if (Number.isFinite(number)) return number;
  throw wrong.argument({
    builtin: 'rng_seed',
    detail: `the seed must be an int, got ${typeOf(seed)}`,
  });
}

const itemsOf = (args: List) => (args[0] ?? []) as List;

export function randomRows(): readonly BuiltinRow[] {
  return [
    drawRow<[], number>('random.f64(rng: any?) -> float', {
      doc: 'A float in [0, 1).',
      aliases: ['random'],
      effect: randomEffects.f64,
      args: () => [],
      own: (source) => source.next(),
      result: float,
    }),
    effectRow('random.u64() -> int', randomEffects.u64, {
      doc: 'A large int that is not negative.',
      args: none,
      result: int,
    }),
    rangeRow(),
    effectRow('random.bytes(count: int) -> bytes', randomEffects.bytes_hex, {
      doc: 'Random bytes, 1 MiB at most. The journal of the run has them.',
      args: ([count]) => [toNumber(count, Number.NaN)],
      result: (digits: string) => bytesFromHex(digits),
    }),
    drawRow<[number], number | null>('random.choice(items: any, rng_items: any?) -> any', {
      doc: 'One of the items; nil for an empty list. A generator may stand before them.',
      aliases: ['random_choice'],
      effect: randomEffects.index,
      args: (args) => [itemsOf(args).length],
      own: drawIndex,
      result: (index, args) => (index === null ? null : (itemsOf(args)[index] ?? null)),
    }),
    drawRow<[number], number[]>('random.shuffle(items: any, rng_items: any?) -> list', {
      doc: 'The items in random order. A generator may stand before them.',
      aliases: ['random_shuffle'],
      effect: randomEffects.permutation,
      args: (args) => [itemsOf(args).length],
      own: drawOrder,
      result: (order, args) => order.map((i) => itemsOf(args)[i] ?? null),
    }),
    effectRow('random.uuid() -> string', randomEffects.uuid, {
      doc: 'A random UUID (version 4).',
      aliases: ['uuid'],
      args: none,
    }),
    effectRow('random.uuid_v7() -> string', randomEffects.uuid_v7, {
      doc: 'A UUID that sorts by time (version 7).',
      aliases: ['uuid_v7'],
      args: none,
    }),
    effectRow('random.ed25519_keypair() -> dict', randomEffects.ed25519_keypair, {
      doc: 'New keys for signatures as `{private, public}` in hex. The journal of the run has both.',
      aliases: ['ed25519_keypair'],
      args: none,
    }),
    effectRow('random.x25519_keypair() -> dict', randomEffects.x25519_keypair, {
      doc: 'New keys to agree on a secret as `{private, public}` in hex. The journal of the run has both.',
      aliases: ['x25519_keypair'],
      args: none,
    }),
    effectRow('random.seed(seed: int) -> nil', randomEffects.seed, {
      doc: 'From here on this run draws a repeatable sequence.',
      args: ([seed]) => [toNumber(seed)],
    }),
    builtin(
      'rng_seed(seed: int) -> any',
      {
        doc: 'A generator of its own, to be given to random, random_int, random_choice and random_shuffle: equal seeds draw the same.',
      },
      (_ctx, seed) => new HarnRng(seedOf(seed)),
    ),
  ];
}
