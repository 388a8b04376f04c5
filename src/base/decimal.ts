// Decimal numbers: exact, immutable, a whole number of the smallest unit and how many digits stand after the point. What
// money is counted in. Only `/` and negative powers round.
import { decimalErrors } from './errors.ts';
import { isJsonObject, type Json, KEPT } from './json.ts';

/** How a number is cut to fewer digits. `away` and `toward` are seen from zero; the halves differ only in a tie. */
export type DecimalRounding =
  | 'half_away'
  | 'half_even'
  | 'half_toward'
  | 'away'
  | 'toward'
  | 'floor'
  | 'ceil';

/** What a decimal can be made of: text, whole numbers, and a decimal as data. */
export type DecimalInput = Decimal | string | number | bigint | DecimalData;

/** A decimal inside data that a run keeps. */
export interface DecimalData {
  readonly $decimal: string;
}

export const DECIMAL_ROUNDINGS: readonly string[] = [
  'half_away',
  'half_even',
  'half_toward',
  'away',
  'toward',
  'floor',
  'ceil',
] satisfies readonly DecimalRounding[];

/** The texts of decimals, as a pattern of JSON Schema: a string with it is how a schema outside says decimal. */
export const DECIMAL_PATTERN = '^-?\\d+(\\.\\d+)?$';

/** The most digits a decimal has before its point, and after it. */
export const MAX_DECIMAL_DIGITS = 10_000;
/** Significant digits of a quotient that does not end; those of IEEE's decimal128. */
const QUOTIENT_DIGITS = 34;
/** Longer exponents are not even looked at. */
const TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

const powers: bigint[] = [1n];

function pow10(n: number): bigint {
  if (n > 64) return 10n ** BigInt(n);
  for (let i = powers.length; i <= n; i += 1) powers.push((powers[i - 1] as bigint) * 10n);
  return powers[n] as bigint;
}

function abs(n: bigint): bigint {
  return n < 0n ? -n : n;
}

function digitsOf(n: bigint): number {
  return String(abs(n)).length;
}

let limit: bigint | undefined;

/** Whether a number of units is short enough, with so many of its digits after the point. */
function isTooLong(coefficient: bigint, scale: number): boolean {
  if (scale > MAX_DECIMAL_DIGITS) return true;
  // Up to here without counting: no sum of prices comes near.
  if (coefficient < 0xffff_ffff_ffff_ffffn && coefficient > -0xffff_ffff_ffff_ffffn) return false;
  limit ??= 10n ** BigInt(MAX_DECIMAL_DIGITS);
  const units = abs(coefficient);
  return units >= limit && units / pow10(scale) >= limit;
}

/** `n / d` as a whole number, cut as `how` says; `d` is positive. */
function divideRounded(n: bigint, d: bigint, how: DecimalRounding): bigint {
  const whole = n / d;
  const rest = n % d;
  if (rest === 0n) return whole;
  const away = n < 0n ? whole - 1n : whole + 1n;
  return goesAway(how, { isNegative: n < 0n, isOdd: whole % 2n !== 0n, twice: abs(rest) * 2n, d })
    ? away
    : whole;
}

interface Remainder {
  readonly isNegative: boolean;
  readonly isOdd: boolean;
  /** Twice what is left over: less than, equal to or more than `d`. */
  readonly twice: bigint;
  readonly d: bigint;
}

function goesAway(how: DecimalRounding, { isNegative, isOdd, twice, d }: Remainder): boolean {
  switch (how) {
    case 'away':
      return true;
    case 'toward':
      return false;
    case 'floor':
      return isNegative;
    case 'ceil':
      return !isNegative;
    case 'half_toward':
      return twice > d;
    case 'half_even':
      return twice > d || (twice === d && isOdd);
    default:
      return twice >= d;
  }
}

/**
 * An exact decimal number. `1.50` and `1.5` are equal and print as they were written. `JSON.stringify` gives its text
 * as a JSON string; what a run keeps of it is `{ "$decimal": "1.50" }`, which `Decimal.from` reads back.
 */
export class Decimal {
  /** The number in units of its last digit: 150 for `1.50`. */
  readonly coefficient: bigint;
  /** How many digits stand after the point: 2 for `1.50`. */
  readonly scale: number;

  private constructor(coefficient: bigint, scale: number) {
    if (isTooLong(coefficient, scale)) throw decimalErrors.tooLong({ digits: MAX_DECIMAL_DIGITS });
    this.coefficient = coefficient;
    this.scale = scale;
  }

  /**
   * The decimal of a text (`"-12.50"`, `"1e3"`), a whole number or a decimal as data. Throws `HARN-DEC-001` for other
   * text and `HARN-DEC-002` for a number with a fraction, or too large to be exact.
   */
  static from(value: DecimalInput): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === 'bigint') return new Decimal(value, 0);
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw decimalErrors.fromFloat({ shown: String(value) });
      return new Decimal(BigInt(value), 0);
    }
    const text = Decimal.isData(value) ? value.$decimal : value;
    const parsed = typeof text === 'string' ? Decimal.parse(text) : undefined;
    if (parsed === undefined) throw decimalErrors.notDecimal({ shown: shorten(String(text)) });
    return parsed;
  }

  /** The decimal of a text; undefined when it is none. Throws for too many digits. */
  static parse(text: string): Decimal | undefined {
    if (text.length > 2 * MAX_DECIMAL_DIGITS + 16) return undefined;
    const match = TEXT.exec(text);
    if (match === null) return undefined;
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
    if (whole === '' && fraction === '') return undefined;
    const scale = fraction.length - Number(exponent);
    if (scale < -MAX_DECIMAL_DIGITS || scale > MAX_DECIMAL_DIGITS) {
      throw decimalErrors.tooLong({ digits: MAX_DECIMAL_DIGITS });
    }
    const units = BigInt(whole + fraction) * (scale < 0 ? pow10(-scale) : 1n);
    return new Decimal(sign === '-' ? -units : units, Math.max(0, scale));
  }

  /** Whether data is a decimal that a run has kept: `{ "$decimal": text }` and nothing else. */
  static isData(value: unknown): value is DecimalData {
    if (!isJsonObject(value) || !Object.hasOwn(value, '$decimal')) return false;
    return Object.keys(value).length === 1 && isDecimalText(value['$decimal']);
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unitsAt(scale) + other.#unitsAt(scale), scale);
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  /** Exact: the digits after the point add up. */
  times(other: Decimal): Decimal {
    return new Decimal(this.coefficient * other.coefficient, this.scale + other.scale);
  }

  /**
   * The quotient: exact where it ends within 34 significant digits (or as many as the longer operand has), else rounded
   * there, ties to the even digit; never before the point. An exact one keeps the places that the operands differ by:
   * 6.00 / 2 = 3.00.
   */
  dividedBy(other: Decimal): Decimal {
    if (other.coefficient === 0n) throw decimalErrors.divisionByZero({});
    const kept = Math.max(0, this.scale - other.scale);
    if (this.coefficient === 0n) return new Decimal(0n, kept);
    const [long, short] = [digitsOf(this.coefficient), digitsOf(other.coefficient)];
    const precision = Math.max(QUOTIENT_DIGITS, long, short);
    // With so many places the quotient has all digits that are wanted, or one less.
    const places = precision - (long - short + other.scale - this.scale) - 1;
    const { n, d } = this.#quotient(other, places);
    if (places >= 0 && digitsOf(n / d) === precision) return Decimal.#finished(n, d, places, kept);
    const exact = Math.max(0, places + 1);
    const again = this.#quotient(other, exact);
    return Decimal.#finished(again.n, again.d, exact, kept);
  }

  /** The fraction whose whole part is the quotient in units of the given place. */
  #quotient(other: Decimal, places: number): { readonly n: bigint; readonly d: bigint } {
    const shift = places + other.scale - this.scale;
    const sign = other.coefficient < 0n ? -1n : 1n;
    return {
      n: this.coefficient * sign * (shift > 0 ? pow10(shift) : 1n),
      d: other.coefficient * sign * (shift < 0 ? pow10(-shift) : 1n),
    };
  }

  static #finished(n: bigint, d: bigint, places: number, kept: number): Decimal {
    const quotient = new Decimal(divideRounded(n, d, 'half_even'), places);
    return n % d === 0n ? quotient.#shortened(kept) : quotient;
  }

  /** What is left of a division that gives whole numbers: exact, with the sign of this. */
  remainder(other: Decimal): Decimal {
    if (other.coefficient === 0n) throw decimalErrors.divisionByZero({});
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unitsAt(scale) % other.#unitsAt(scale), scale);
  }

  /** A whole power: exact, for a negative one the quotient of 1 and the exact power. */
  power(exponent: number | bigint): Decimal {
    if (typeof exponent === 'number' && !Number.isSafeInteger(exponent)) {
      throw decimalErrors.exponent({ got: String(exponent) });
    }
    const times = abs(BigInt(exponent));
    const isUnit = abs(this.coefficient) <= 1n && this.scale === 0;
    const longest = Math.max(this.scale, digitsOf(this.coefficient) - this.scale - 1);
    // Refused before it is calculated; 2 has its ten thousand digits long before the second limit.
    const most = Math.min(
      4 * MAX_DECIMAL_DIGITS,
      longest === 0 ? Infinity : MAX_DECIMAL_DIGITS / longest,
    );
    if (!isUnit && times > most) throw decimalErrors.tooLong({ digits: MAX_DECIMAL_DIGITS });
    // A power of 0, 1 or -1 depends on whether the exponent is odd.
    const count = isUnit && times > 2n ? 2n - (times % 2n) : times;
    const exact = new Decimal(this.coefficient ** count, this.scale * Number(count));
    return exponent < 0 ? new Decimal(1n, 0).dividedBy(exact) : exact;
  }

  negated(): Decimal {
    return new Decimal(-this.coefficient, this.scale);
  }

  absolute(): Decimal {
    return this.coefficient < 0n ? this.negated() : this;
  }

  /**
   * The number with so many digits after its point (0 if not said); a negative count rounds before the point. More
   * digits than there are, are zeros. Ties go away from zero if not said otherwise.
   */
  round(digits = 0, how: DecimalRounding = 'half_away'): Decimal {
    if (!Number.isInteger(digits) || Math.abs(digits) > MAX_DECIMAL_DIGITS) {
      throw decimalErrors.digits({ got: String(digits), most: MAX_DECIMAL_DIGITS });
    }
    if (!isRounding(how)) {
      throw decimalErrors.rounding({ got: String(how), known: DECIMAL_ROUNDINGS.join(', ') });
    }
    if (digits >= this.scale) return new Decimal(this.#unitsAt(digits), digits);
    const units = divideRounded(this.coefficient, pow10(this.scale - digits), how);
    return digits < 0 ? new Decimal(units * pow10(-digits), 0) : new Decimal(units, digits);
  }

  /** The whole number, what is after the point cut off (or as `how` says). */
  toBigInt(how: DecimalRounding = 'toward'): bigint {
    return this.round(0, how).coefficient;
  }

  /** The nearest double. Digits are lost: 0.1 has none that is equal. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** Equal numbers without the zeros at the end: 1.50 and 1.5 give 1.5. */
  normalized(): Decimal {
    return this.#shortened(0);
  }

  /** Negative, zero or positive. */
  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const [a, b] = [this.#unitsAt(scale), other.#unitsAt(scale)];
    if (a < b) return -1;
    return a > b ? 1 : 0;
  }

  /** By value: 1.50 equals 1.5. */
  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  get isZero(): boolean {
    return this.coefficient === 0n;
  }

  /** -1, 0 or 1. */
  get sign(): number {
    if (this.coefficient === 0n) return 0;
    return this.coefficient < 0n ? -1 : 1;
  }

  /** All digits, never with an exponent: `-12.50`. Zeros at the end stay. */
  toString(): string {
    if (this.scale === 0) return String(this.coefficient);
    const digits = String(abs(this.coefficient)).padStart(this.scale + 1, '0');
    const point = digits.length - this.scale;
    const sign = this.coefficient < 0n ? '-' : '';
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  }

  /** The text, so that JSON keeps every digit. */
  toJSON(): string {
    return this.toString();
  }

  /** As a run keeps it. */
  toData(): DecimalData {
    return { $decimal: this.toString() };
  }

  /** Without zeros at the end, but with at least so many places. */
  #shortened(least: number): Decimal {
    if (this.coefficient === 0n) return new Decimal(0n, Math.min(this.scale, least));
    const digits = String(this.coefficient);
    let cut = 0;
    while (cut < this.scale - least && digits.at(-1 - cut) === '0') cut += 1;
    return cut === 0 ? this : new Decimal(this.coefficient / pow10(cut), this.scale - cut);
  }

  [KEPT](): Json {
    return { $decimal: this.toString() };
  }

  #unitsAt(scale: number): bigint {
    return scale === this.scale ? this.coefficient : this.coefficient * pow10(scale - this.scale);
  }
}

/**
 * Data as it is told to whoever is not the program that kept it, such as a model: text as it is, a kept decimal as its
 * digits, else JSON in which decimals are text.
 */
export function dataText(data: Json): string {
  if (typeof data === 'string') return data;
  return Decimal.isData(data) ? data.$decimal : dataJson(data);
}

/** The JSON text of data in which kept decimals are their text. */
export function dataJson(data: Json, indent?: number): string {
  return JSON.stringify(data, (_key, item: Json) => plainDecimal(item), indent);
}

/** Data with kept decimals as their text, as everybody outside knows them. */
export function plainData(data: Json): Json {
  return JSON.parse(dataJson(data)) as Json;
}

function plainDecimal(item: Json): Json {
  return Decimal.isData(item) ? item.$decimal : item;
}

export function isRounding(value: unknown): value is DecimalRounding {
  return typeof value === 'string' && DECIMAL_ROUNDINGS.includes(value);
}

/** Whether a text is one that `toString` gives. */
function isDecimalText(value: Json | undefined): boolean {
  return typeof value === 'string' && /^-?\d{1,10000}(?:\.\d{1,10000})?$/.test(value);
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
