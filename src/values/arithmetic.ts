// The slow paths of the operators. Generated code tests for two safe ints inline and comes here for the rest: large
// ints, floats, text, lists, dicts and errors. Ints are exact in 64 bits; a result beyond that becomes a float.
import { dictMerge } from './dict.ts';
import { fail } from './errors.ts';
import {
  asDouble,
  type Dict,
  HFloat,
  isDict,
  isInt,
  isList,
  isNumber,
  makeFloat,
  makeInt,
  typeOf,
  type Value,
} from './value.ts';

type Doubles = (a: number, b: number) => number;
type Bigints = (a: bigint, b: bigint) => bigint;

/** One arithmetic operation on numbers; undefined when an operand is not a number. */
function numeric(a: Value, b: Value, doubles: Doubles, bigints: Bigints): Value | undefined {
  if (isInt(a) && isInt(b)) {
    if (typeof a === 'number' && typeof b === 'number') {
      const quick = doubles(a, b);
      if (Number.isSafeInteger(quick)) return quick + 0;
    }
    return makeInt(bigints(BigInt(a), BigInt(b)));
  }
  const x = asDouble(a);
  const y = asDouble(b);
  return x === undefined || y === undefined ? undefined : makeFloat(doubles(x, y));
}

function mismatch(operator: string, a: Value, b: Value): Error {
  return fail.binaryOperands({ operator, left: typeOf(a), right: typeOf(b) });
}

/** `a + b`: numbers add, texts and lists join, dicts merge with the right side winning. */
export function add(a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  const sum = numeric(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
  if (sum !== undefined) return sum;
  if (isList(a) && isList(b)) return a.concat(b);
  if (isDict(a) && isDict(b)) return dictMerge(a as Dict, b);
  throw mismatch('+', a, b);
}

/** `a - b` */
export function sub(a: Value, b: Value): Value {
  const difference = numeric(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
  if (difference !== undefined) return difference;
  throw mismatch('-', a, b);
}

/** `a * b`: numbers multiply, a text and an int repeat. */
export function mul(a: Value, b: Value): Value {
  const product = numeric(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
  if (product !== undefined) return product;
  if (typeof a === 'string' && isInt(b)) return a.repeat(Math.max(0, Number(b)));
  if (typeof b === 'string' && isInt(a)) return b.repeat(Math.max(0, Number(a)));
  throw mismatch('*', a, b);
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
  if (x === undefined || y === undefined) throw mismatch('/', a, b);
  return makeFloat(x / y);
}

/** `a % b`: the sign of the left side; zero on the right is an error for floats too. */
export function mod(a: Value, b: Value): Value {
  const y = asDouble(b);
  if (y === 0 && isNumber(a)) throw fail.divisionByZero({});
  const rest = numeric(
    a,
    b,
    (x, z) => x % z,
    (x, z) => x % z,
  );
  if (rest !== undefined) return rest;
  throw mismatch('%', a, b);
}

/** `a ** b`: an int for ints with a non-negative exponent while the result fits, else a float. */
export function pow(a: Value, b: Value): Value {
  if (isInt(a) && isInt(b) && b >= 0) return powInt(a, b);
  const x = asDouble(a);
  const y = asDouble(b);
  if (x === undefined || y === undefined) throw mismatch('**', a, b);
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
  throw fail.unaryOperand({ operator: '-', operand: typeOf(a) });
}
