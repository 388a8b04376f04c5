// Builtins about values as such: their type, text, identity, and conversions between them.

import { Decimal, decimalErrors, sha256 } from '../base/index.ts';
import {
  asDouble,
  contentText,
  display,
  HarnDecimal,
  type HarnObject,
  HarnPair,
  identityNumber,
  intFromNumber,
  isBytes,
  isDict,
  isFloat,
  isInt,
  isList,
  MAX_INT,
  MIN_INT,
  makeFloat,
  makeInt,
  same,
  size,
  toIter,
  typeOf,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** A double cut to an int; what does not fit is the nearest int that does, NaN is 0. */
export function saturatingInt(value: number): Value {
  if (Number.isNaN(value)) return 0;
  const cut = Math.trunc(value);
  if (Number.isSafeInteger(cut)) return cut + 0;
  if (cut >= 2 ** 63) return makeInt(MAX_INT);
  return cut < -(2 ** 63) ? makeInt(MIN_INT) : makeInt(BigInt(cut));
}

/** Strict decimal digits with an optional sign, inside 64 bits; nil for anything else. */
function parseInt64(text: string): Value {
  if (!/^[+-]?\d+$/.test(text)) return null;
  const exact = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return intOrNil(exact);
}

const FLOAT_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const FLOAT_WORD = /^([+-]?)(inf|infinity|nan)$/i;

function parseFloat64(text: string): Value {
  if (FLOAT_TEXT.test(text)) return makeFloat(Number(text));
  const word = FLOAT_WORD.exec(text);
  if (word === null) return null;
  if (word[2]?.toLowerCase() === 'nan') return Number.NaN;
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function toInt(value: Value): Value {
  if (isInt(value)) return value;
  if (typeof value === 'string') return parseInt64(value);
  if (value instanceof HarnDecimal) return intOrNil(value.decimal.toBigInt());
  const double = asDouble(value);
  return double === undefined ? null : saturatingInt(double);
}

function intOrNil(exact: bigint): Value {
  return exact >= MIN_INT && exact <= MAX_INT ? makeInt(exact) : null;
}

/** Floats are refused: their digits are not the ones that were written. */
function toDecimal(value: Value): Value {
  if (value instanceof HarnDecimal) return value;
  if (typeof value === 'string') return new HarnDecimal(Decimal.from(value));
  if (isInt(value)) return new HarnDecimal(Decimal.from(BigInt(value)));
  if (isFloat(value)) throw decimalErrors.fromFloat({ shown: display(value) });
  const detail = `expected a string or an int, got ${typeOf(value)}`;
  throw wrong.argument({ builtin: 'decimal', detail });
}

function toFloat(value: Value): Value {
  if (value instanceof HarnDecimal) return makeFloat(value.decimal.toNumber());
  if (typeof value === 'string') return parseFloat64(value);
  const double = asDouble(value);
  return double === undefined ? null : makeFloat(double);
}

/** Scalars are named by their text, everything else by a number that stays with the object. */
function addressOf(value: Value): string {
  const kind = typeOf(value);
  const named =
    typeof value === 'function' ||
    isList(value) ||
    isDict(value) ||
    isBytes(value) ||
    (typeof value === 'object' &&
      value !== null &&
      asDouble(value) === undefined &&
      !(value instanceof HarnDecimal));
  return `${kind}@${named ? `#${identityNumber(value as HarnObject)}` : display(value)}`;
}

/** The first 60 bits of a digest of the contents: equal values give equal ints, in this process and in the next. */
function hashOf(value: Value): Value {
  return intFromNumber(Number.parseInt(sha256(contentText(value)).slice(0, 13), 16));
}

export function convertRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'type_of(value: any) -> string',
      {
        doc: 'The name of the type of a value: "int", "float", "string", "list", "dict", ...',
      },
      (_, value) => typeOf(value),
    ),
    builtin(
      'to_string(value: any) -> string',
      { doc: 'The text of a value, as interpolation shows it.' },
      (_, value) => display(value),
    ),
    builtin(
      'to_int(value: any) -> int | nil',
      {
        doc: 'An int from a number (cut toward zero) or from decimal digits; nil for anything else, and for a decimal that does not fit.',
      },
      (_, value) => toInt(value),
    ),
    builtin(
      'to_float(value: any) -> float | nil',
      { doc: 'A float from a number or from its text; nil for anything else.' },
      (_, value) => toFloat(value),
    ),
    builtin(
      'decimal(value: string | int | decimal) -> decimal',
      {
        doc: 'An exact decimal number from its digits or from an int, for money. Floats are refused.',
      },
      (_, value = null) => toDecimal(value),
    ),
    builtin(
      'len(value: any) -> int',
      {
        doc: 'How many characters, items, keys or bytes a value has; 0 for what has no size.',
      },
      (_, value) => size(value),
    ),
    builtin(
      'iter(source: any) -> iter<any>',
      {
        doc: 'A lazy, single-pass iterator; over a dict it gives pairs, over a string characters.',
      },
      (_, source) => toIter(source),
    ),
    builtin(
      'pair(first: any, second: any) -> pair',
      { doc: 'A value of two parts, read with `.first` and `.second`.' },
      (_, first, second) => new HarnPair(first, second),
    ),
    builtin(
      'is_same(a: any, b: any) -> bool',
      { doc: 'Whether two values are the same object; scalars are the same when they are equal.' },
      (_, a, b) => same(a, b),
    ),
    builtin(
      'addr_of(value: any) -> string',
      { doc: 'A text that identifies a value while the program runs. For debugging.' },
      (_, value) => addressOf(value),
    ),
    builtin(
      'hash_value(value: any) -> int',
      { doc: 'An int that is equal for equal contents.' },
      (_, value) => hashOf(value),
    ),
    builtin(
      'unreachable(value: any?) -> never',
      {
        doc: 'Fails: marks a place that no run may reach, such as the end of an exhaustive chain.',
      },
      (_, value = null) => {
        throw wrong.unreachable({ shown: value === null ? '' : display(value) });
      },
    ),
  ];
}
