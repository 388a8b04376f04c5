// Decimals: exact numbers for money. A kind of their own that mixes with ints, exactly, and never with floats.
import { Decimal } from '../base/index.ts';
import { fail } from './errors.ts';
import {
  DISPLAY,
  EQUAL,
  HarnObject,
  isFloat,
  isInt,
  KIND,
  TRUTHY,
  typeOf,
  type Value,
} from './value.ts';

export class HarnDecimal extends HarnObject {
  readonly decimal: Decimal;

  constructor(decimal: Decimal) {
    super();
    this.decimal = decimal;
  }

  get [KIND](): string {
    return 'decimal';
  }

  override get [TRUTHY](): boolean {
    return !this.decimal.isZero;
  }

  override [DISPLAY](): string {
    return this.decimal.toString();
  }

  /** By value: 0.10 equals 0.1, and 2.0 equals the int 2. No float equals a decimal. */
  override [EQUAL](other: Value): boolean {
    const decimal = decimalOf(other);
    return decimal !== undefined && this.decimal.equals(decimal);
  }
}

/** The decimal that a decimal or an int is; undefined for anything else. */
export function decimalOf(value: Value): Decimal | undefined {
  if (value instanceof HarnDecimal) return value.decimal;
  return isInt(value) ? Decimal.from(BigInt(value)) : undefined;
}

/** The decimal that JSON data stands for where one is wanted, a text or an int; other data as it is. */
export function asDecimal(value: Value): Value {
  const decimal = typeof value === 'string' ? Decimal.parse(value) : decimalOf(value);
  return decimal === undefined ? value : new HarnDecimal(decimal);
}

/**
 * Both as decimals when one of them is a decimal and the other one or an int; undefined for other operands. A float
 * beside a decimal is an error: `operator` is what stands between them.
 */
export function asDecimals(
  operator: string,
  a: Value,
  b: Value,
): readonly [Decimal, Decimal] | undefined {
  const one = a instanceof HarnDecimal;
  if (!one && !(b instanceof HarnDecimal)) return undefined;
  if (isFloat(one ? b : a)) {
    throw fail.decimalAndFloat({ operator, left: typeOf(a), right: typeOf(b) });
  }
  const left = decimalOf(a);
  const right = decimalOf(b);
  return left === undefined || right === undefined ? undefined : [left, right];
}

type Calculate = (a: Decimal, b: Decimal) => Decimal;

const CALCULATE: { readonly [operator: string]: Calculate } = {
  '+': (a, b) => a.plus(b),
  '-': (a, b) => a.minus(b),
  '*': (a, b) => a.times(b),
  '/': (a, b) => a.dividedBy(nonZero(b)),
  '%': (a, b) => a.remainder(nonZero(b)),
};

function nonZero(divisor: Decimal): Decimal {
  if (divisor.isZero) throw fail.divisionByZero({});
  return divisor;
}

/** What an operator gives for operands that it has no other rule for: decimals calculate, all else is an error. */
export function calculate(operator: '+' | '-' | '*' | '/' | '%', a: Value, b: Value): Value {
  const both = asDecimals(operator, a, b);
  if (both === undefined) {
    throw fail.binaryOperands({ operator, left: typeOf(a), right: typeOf(b) });
  }
  return new HarnDecimal((CALCULATE[operator] as Calculate)(...both));
}

/** `a ** b` where one of them is no int and no float. */
export function power(a: Value, b: Value): Value {
  const both = asDecimals('**', a, b);
  if (both === undefined) {
    throw fail.binaryOperands({ operator: '**', left: typeOf(a), right: typeOf(b) });
  }
  const [base, exponent] = both;
  // A decimal exponent that is whole is as good as an int.
  const whole = exponent.normalized();
  if (whole.scale > 0) throw fail.decimalPower({ exponent: exponent.toString() });
  if (base.isZero && whole.sign < 0) throw fail.divisionByZero({});
  return new HarnDecimal(base.power(whole.coefficient));
}
