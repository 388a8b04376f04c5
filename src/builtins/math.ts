// Mathematical builtins. Functions of floats give floats; floor, ceil and round give ints.
import {
  DECIMAL_ROUNDINGS,
  Decimal,
  type DecimalRounding,
  decimalErrors,
  isRounding,
  MAX_DECIMAL_DIGITS,
} from '../base/index.ts';
import {
  asDecimals,
  asDouble,
  compare,
  display,
  HarnDecimal,
  HFloat,
  isInt,
  isList,
  isNumber,
  type List,
  MAX_INT,
  MIN_INT,
  makeFloat,
  makeInt,
  neg,
  pow,
  type SyncFunction,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin, constant } from './define.ts';
import { wrong } from './errors.ts';

/** A float function of one number; nil for what is no number. */
function unary(name: string, fn: (x: number) => number): SyncFunction {
  return (_, n) => {
    if (n instanceof HarnDecimal) throw wrong.floatsOnly({ builtin: name });
    const x = asDouble(n);
    return x === undefined ? null : makeFloat(fn(x));
  };
}

/** A function from a float or decimal to an int; ints pass through. */
function rounding(
  builtinName: string,
  fn: (x: number) => number,
  how: DecimalRounding,
): SyncFunction {
  return (_, n) => {
    const value = n ?? null;
    if (isInt(value)) return value;
    if (value instanceof HarnDecimal) return wholeOf(builtinName, value.decimal, how);
    const x = asDouble(value);
    if (x === undefined) return null;
    if (!Number.isFinite(x)) throw wrong.nonFinite({ builtin: builtinName });
    const whole = fn(x);
    if (whole >= 2 ** 63 || whole < -(2 ** 63)) throw wrong.outOfRange({ builtin: builtinName });
    return makeInt(BigInt(whole));
  };
}

/** A decimal without what is after its point, as an int. */
function wholeOf(builtinName: string, decimal: Decimal, how: DecimalRounding): Value {
  const whole = decimal.toBigInt(how);
  if (whole > MAX_INT || whole < MIN_INT) throw wrong.decimalOutOfRange({ builtin: builtinName });
  return makeInt(whole);
}

/** `round` with digits, or with a way of rounding. A float is taken for the digits that it shows. */
function roundTo(n: Value, digits: Value, how: Value): Value {
  const rounding = how === null ? 'half_away' : how;
  if (!isRounding(rounding)) {
    const known = DECIMAL_ROUNDINGS.join(', ');
    throw decimalErrors.rounding({ got: display(rounding), known });
  }
  if (digits !== null && !isInt(digits)) {
    throw decimalErrors.digits({ got: display(digits), most: MAX_DECIMAL_DIGITS });
  }
  const exact = exactly(n);
  if (exact === undefined) return isNumber(n) && digits !== null ? n : notRounded(n);
  if (digits === null) return wholeOf('round', exact, rounding);
  const rounded = exact.round(Number(digits), rounding);
  if (n instanceof HarnDecimal) return new HarnDecimal(rounded);
  return isInt(n) ? makeInt(rounded.toBigInt()) : makeFloat(rounded.toNumber());
}

/** A number as a decimal; undefined for what is none, or not finite. */
function exactly(n: Value): Decimal | undefined {
  if (n instanceof HarnDecimal) return n.decimal;
  return Number.isFinite(asDouble(n)) ? Decimal.from(display(n)) : undefined;
}

function notRounded(n: Value): null {
  if (isNumber(n)) throw wrong.nonFinite({ builtin: 'round' });
  return null;
}

/** Half away from zero, unlike Math.round. */
function roundHalfAway(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
}

/** The lesser or greater of two numbers; a float or decimal when either is one. */
function pick(sign: 1 | -1): SyncFunction {
  return (_, a, b) => {
    const left = a ?? null;
    const right = b ?? null;
    const both = asDecimals(sign === 1 ? 'max' : 'min', left, right);
    if (both !== undefined) {
      return new HarnDecimal(both[0].compare(both[1]) * sign >= 0 ? both[0] : both[1]);
    }
    if (!isNumber(left) || !isNumber(right)) return null;
    const chosen = compare(left, right) * sign >= 0 ? left : right;
    if (isInt(left) && isInt(right)) return chosen;
    return makeFloat(asDouble(chosen) as number);
  };
}

function absolute(n: Value): Value {
  if (n instanceof HFloat) return new HFloat(Math.abs(n.value));
  if (n instanceof HarnDecimal) return new HarnDecimal(n.decimal.absolute());
  if (!isNumber(n)) return null;
  return compare(n, 0) < 0 ? neg(n) : n;
}

function signOf(n: Value): Value {
  if (n instanceof HarnDecimal) return n.decimal.sign;
  const x = asDouble(n);
  return x === undefined || Number.isNaN(x) ? 0 : Math.sign(x) + 0;
}

/** The numbers of a list as doubles. */
function numbers(name: string, items: Value): number[] {
  if (!isList(items)) throw wrong.argument({ builtin: name, detail: 'items must be a list' });
  if (items.length === 0)
    throw wrong.argument({ builtin: name, detail: 'items must not be empty' });
  return (items as List).map((item) => {
    const x = asDouble(item);
    if (x === undefined) throw wrong.argument({ builtin: name, detail: 'items must be numbers' });
    return x;
  });
}

function meanOf(xs: readonly number[]): number {
  return xs.reduce((total, x) => total + x, 0) / xs.length;
}

function varianceOf(name: string, items: Value, sample: Value): number {
  const xs = numbers(name, items);
  if (sample === true && xs.length < 2) {
    const detail = `sample ${name} requires at least 2 values`;
    throw wrong.argument({ builtin: name, detail });
  }
  const mean = meanOf(xs);
  const squares = xs.reduce((total, x) => total + (x - mean) ** 2, 0);
  return squares / (sample === true ? xs.length - 1 : xs.length);
}

/** linear between the two nearest ranks. */
function percentileOf(name: string, items: Value, p: number): number {
  if (!(p >= 0 && p <= 100)) {
    throw wrong.argument({ builtin: name, detail: 'percentile must be between 0 and 100' });
  }
  const xs = numbers(name, items).sort((a, b) => a - b);
  const rank = (p / 100) * (xs.length - 1);
  const low = xs[Math.floor(rank)] as number;
  const high = xs[Math.ceil(rank)] as number;
  return low + (high - low) * (rank - Math.floor(rank));
}

const nearest = rounding('round', roundHalfAway, 'half_away');

function roundingRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'abs(n: number | decimal) -> number | decimal',
      { doc: 'The absolute value.' },
      (_, n) => absolute(n),
    ),
    builtin(
      'floor(n: number | decimal) -> int',
      { doc: 'The next int below.' },
      rounding('floor', Math.floor, 'floor'),
    ),
    builtin(
      'ceil(n: number | decimal) -> int',
      { doc: 'The next int above.' },
      rounding('ceil', Math.ceil, 'ceil'),
    ),
    builtin(
      'round(n: number | decimal, digits: int?, how: string?) -> number | decimal',
      {
        doc: 'The nearest int, or with digits the nearest number that has no more of them after its point; halves go away from zero. `how`: "half_away", "half_even", "half_toward", "away", "toward", "floor" or "ceil".',
      },
      (ctx, n, digits = null, how = null) =>
        digits === null && how === null ? nearest(ctx, n) : roundTo(n, digits, how),
    ),
    builtin('sign(n: number | decimal) -> int', { doc: '-1, 0 or 1.' }, (_, n) => signOf(n)),
    builtin(
      'min(a: number | decimal, b: number | decimal) -> number | decimal',
      { doc: 'The lesser of two numbers; a float or decimal if either is one.' },
      pick(-1),
    ),
    builtin(
      'max(a: number | decimal, b: number | decimal) -> number | decimal',
      { doc: 'The greater of two numbers; a float or decimal if either is one.' },
      pick(1),
    ),
    builtin(
      'pow(base: number | decimal, exponent: number) -> number | decimal',
      { doc: 'A power; an int for ints while the result fits 64 bits.' },
      (_, base, exponent) => pow(base, exponent),
    ),
    builtin('is_nan(n: number) -> bool', { doc: 'Whether a float is NaN.' }, (_, n) =>
      Number.isNaN(asDouble(n) ?? 0),
    ),
    builtin('is_infinite(n: number) -> bool', { doc: 'Whether a float is infinite.' }, (_, n) =>
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].includes(asDouble(n) ?? 0),
    ),
  ];
}

const FLOAT_FUNCTIONS: readonly (readonly [string, string, (x: number) => number])[] = [
  ['sqrt', 'The square root.', Math.sqrt],
  ['sin', 'The sine of an angle in radians.', Math.sin],
  ['cos', 'The cosine of an angle in radians.', Math.cos],
  ['tan', 'The tangent of an angle in radians.', Math.tan],
  ['asin', 'The angle in radians whose sine this is.', Math.asin],
  ['acos', 'The angle in radians whose cosine this is.', Math.acos],
  ['atan', 'The angle in radians whose tangent this is.', Math.atan],
  ['log2', 'The logarithm to base 2.', Math.log2],
  ['log10', 'The logarithm to base 10.', Math.log10],
  ['ln', 'The natural logarithm.', Math.log],
  ['exp', 'e to this power.', Math.exp],
];

function statisticsRows(): readonly BuiltinRow[] {
  return [
    builtin('mean(items: list) -> float', { doc: 'The arithmetic mean.' }, (_, items) =>
      makeFloat(meanOf(numbers('mean', items))),
    ),
    builtin('median(items: list) -> float', { doc: 'The middle value.' }, (_, items) =>
      makeFloat(percentileOf('median', items, 50)),
    ),
    builtin(
      'percentile(items: list, p: number) -> float',
      { doc: 'The value below which p percent lie, interpolated.' },
      (_, items, p) => makeFloat(percentileOf('percentile', items, asDouble(p) ?? Number.NaN)),
    ),
    builtin(
      'variance(items: list, sample: bool?) -> float',
      { doc: 'The population variance, or the sample variance.' },
      (_, items, sample = null) => makeFloat(varianceOf('variance', items, sample)),
    ),
    builtin(
      'stddev(items: list, sample: bool?) -> float',
      { doc: 'The population standard deviation, or that of a sample.' },
      (_, items, sample = null) => makeFloat(Math.sqrt(varianceOf('stddev', items, sample))),
    ),
  ];
}

export function mathRows(): readonly BuiltinRow[] {
  return [
    ...roundingRows(),
    ...FLOAT_FUNCTIONS.map(([name, doc, fn]) =>
      builtin(`${name}(n: number) -> float`, { doc }, unary(name, fn)),
    ),
    builtin(
      'atan2(y: number, x: number) -> float',
      { doc: 'The angle in radians of the point (x, y).' },
      (_, y, x) => makeFloat(Math.atan2(asDouble(y) ?? 0, asDouble(x) ?? 0)),
    ),
    ...statisticsRows(),
    constant(
      'pi: float',
      { doc: 'The ratio of a circle’s circumference to its diameter.' },
      Math.PI,
    ),
    constant('e: float', { doc: 'The base of natural logarithms.' }, Math.E),
  ];
}
