// The pure builtins that test programs call. Both the interpreter and compiled programs are given these very
// functions, since what is compared is control flow, not the library.
import { Decimal } from '../../src/base/index.ts';
import {
  type Ctx,
  decimalOf,
  describeFunction,
  display,
  err,
  HarnDecimal,
  HarnThrow,
  isErr,
  isList,
  isOk,
  isResult,
  makeSet,
  ok,
  payload,
  size,
  typeOf,
  type Value,
} from '../../src/values/index.ts';

type Pure = (...args: Value[]) => Value;

const PURE: { readonly [name: string]: readonly [signature: string, impl: Pure] } = {
  len: ['len(value: any) -> int', (value) => size(value ?? null)],
  decimal: [
    'decimal(value: string | int | decimal) -> decimal',
    (value) => new HarnDecimal(decimalOf(value ?? null) ?? Decimal.from(String(value))),
  ],
  type_of: ['type_of(value: any) -> string', (value) => typeOf(value ?? null)],
  to_string: ['to_string(value: any) -> string', (value) => display(value ?? null)],
  Ok: ['Ok(value: any) -> any', (value) => ok(value ?? null)],
  Err: ['Err(error: any) -> any', (error) => err(error ?? null)],
  is_ok: ['is_ok(result: any) -> bool', (result) => isOk(result ?? null)],
  is_err: ['is_err(result: any) -> bool', (result) => isErr(result ?? null)],
  unwrap: ['unwrap(result: any) -> any', (result) => unwrapped(result ?? null)],
  unwrap_or: [
    'unwrap_or(result: any, fallback: any) -> any',
    (result, fallback) => unwrappedOr(result ?? null, fallback ?? null),
  ],
  unwrap_err: ['unwrap_err(result: any) -> any', (result) => error(result ?? null)],
  set: ['set(...values: any) -> any', (...values) => makeSet(values)],
  split: [
    'split(text: string, separator?: string) -> any',
    (text, separator) => String(text).split(String(separator ?? ' ')),
  ],
};

function unwrapped(result: Value): Value {
  if (!isResult(result)) return result;
  if (isErr(result)) throw new HarnThrow(payload(result));
  return payload(result);
}

function unwrappedOr(result: Value, fallback: Value): Value {
  return isOk(result) ? payload(result) : fallback;
}

function error(result: Value): Value {
  if (isErr(result)) return payload(result);
  throw new HarnThrow(isList(result) ? 'not a Result' : `not an Err: ${display(result)}`);
}

/** Signatures in Harn's syntax, for the checker. */
export const PURE_SIGNATURES: readonly (readonly [string, string])[] = Object.entries(PURE).map(
  ([name, [signature]]) => [name, signature],
);

/** The functions by name. */
export const PURE_BUILTINS: ReadonlyMap<string, Value> = new Map(
  Object.entries(PURE).map(([name, [, impl]]) => [
    name,
    describeFunction((_ctx: Ctx, ...args: Value[]): Value => impl(...args), {
      name,
      builtin: true,
    }),
  ]),
);
