// The slow paths of the operators. Generated code tests for two safe ints inline and comes here for the rest: large
// ints, floats, text, lists, dicts, decimals and errors. Ints are exact in 64 bits; a result beyond that becomes a float.
import { calculate, HarnDecimal, power } from './decimal.ts';
import { dictMerge } from './dict.ts';
import { fail } from './errors.ts';
import {
  asDouble,
  type Dict,
  HFloat,
  isDict,
  isInt,
  isList,
  makeFloat,
  makeInt,
  typeOf,
  type Value,
} from './value.ts';

type Bigints = (a: bigint, b: bigint) => bigint;

// Named once, so that no operation makes a closure.
const plus: Bigints = (a, b) => a + b;
const minus: Bigints = (a, b) => a - b;
const times: Bigints = (a, b) => a * b;
const rest: Bigints = (a, b) => a % b;

/** The Harn number for the double result of two bare numbers; ints that lost digits are computed again exactly. */
function settle(result: number, a: number, b: number, exact: Bigints): Value {
  if (!Number.isInteger(result)) return result;
  if (!Number.isInteger(a) || !Number.isInteger(b)) return new HFloat(result);
  return Number.isSafeInteger(result) ? result + 0 : makeInt(exact(BigInt(a), BigInt(b)));
}

/** Two ints of which one at least is a bigint; undefined for other operands. */
function exactly(a: Value, b: Value, exact: Bigints): Value | undefined {
  return isInt(a) && isInt(b) ? makeInt(exact(BigInt(a), BigInt(b))) : undefined;
}

/** `a + b`: numbers add, texts and lists join, dicts merge with the right side winning. */
export function add(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return settle(a + b, a, b, plus);
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  const x = asDouble(a);
  const y = asDouble(b);
  if (x !== undefined && y !== undefined) return exactly(a, b, plus) ?? makeFloat(x + y);
  if (isList(a) && isList(b)) return a.concat(b);
  if (isDict(a) && isDict(b)) return dictMerge(a as Dict, b);
  return calculate('+', a, b);
}

/** `a - b` */
export function sub(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return settle(a - b, a, b, minus);
  const x = asDouble(a);
  const y = asDouble(b);
  if (x === undefined || y === undefined) return calculate('-', a, b);
  return exactly(a, b, minus) ?? makeFloat(x - y);
}

/** `a * b`: numbers multiply, a text and an int repeat. */
export function mul(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return settle(a * b, a, b, times);
  const x = asDouble(a);
  const y = asDouble(b);
  if (x !== undefined && y !== undefined) return exactly(a, b, times) ?? makeFloat(x * y);
  if (typeof a === 'string' && isInt(b)) return a.repeat(Math.max(0, Number(b)));
  if (typeof b === 'string' && isInt(a)) return b.repeat(Math.max(0, Number(a)));
  return calculate('*', a, b);
}

/** `a / b`: ints truncate toward zero and cannot be divided by zero; floats follow IEEE. */
export function div(a: Value, b: Value): Value {
  if (isInt(a) && isInt(b)) {
    if (b === 0) throw fail.divisionByZero({});
    if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
    return makeInt(BigInt(a) / BigInt(b));
  }
  const x = asDouble(a);
  const y = asDouble(b);
  if (x === undefined || y === undefined) return calculate('/', a, b);
  return makeFloat(x / y);
}

/** `a % b`: the sign of the left side; zero on the right is an error for floats too. */
export function mod(a: Value, b: Value): Value {
  const x = asDouble(a);
  const y = asDouble(b);
  if (x === undefined || y === undefined) return calculate('%', a, b);
  if (y === 0) throw fail.divisionByZero({});
  if (typeof a === 'number' && typeof b === 'number') return settle(a % b, a, b, rest);
  return exactly(a, b, rest) ?? makeFloat(x % y);
}

/** `a ** b`: an int for ints with a non-negative exponent while the result fits, else a float. */
export function pow(a: Value, b: Value): Value {
  if (isInt(a) && isInt(b) && b >= 0) return powInt(a, b);
  const x = asDouble(a);
  const y = asDouble(b);
  if (x === undefined || y === undefined) return power(a, b);
  return makeFloat(x ** y);
}

function powInt(a: number | bigint, b: number | bigint): Value {
  const quick = Number(a) ** Number(b);
  if (Number.isSafeInteger(quick)) return quick + 0;
  // Past 64 bits the exact digits are not wanted, so a huge exponent never becomes a huge bigint.
  if (Math.abs(quick) > 2 ** 64) return makeFloat(quick);
  return makeInt(BigInt(a) ** BigInt(b));
}

/** `-a` */
export function neg(a: Value): Value {
  if (typeof a === 'number') return Number.isInteger(a) ? 0 - a : -a;
  if (typeof a === 'bigint') return makeInt(-a);
  if (a instanceof HFloat) return new HFloat(-a.value);
  if (a instanceof HarnDecimal) return new HarnDecimal(a.decimal.negated());
  throw fail.unaryOperand({ operator: '-', operand: typeOf(a) });
}
