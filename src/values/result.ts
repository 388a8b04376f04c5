// Result: the built-in enum with the variants Ok and Err. A user enum of that name with those variants is the same.
import { HarnEnum } from './enum.ts';
import { fail } from './errors.ts';
import { typeOf, type Value } from './value.ts';

export function ok(value: Value): HarnEnum {
  return new HarnEnum('Result', 'Ok', [value]);
}

export function err(value: Value): HarnEnum {
  return new HarnEnum('Result', 'Err', [value]);
}

export function isResult(value: Value): value is HarnEnum {
  return value instanceof HarnEnum && value.enumName === 'Result';
}

export function isOk(value: Value): value is HarnEnum {
  return isResult(value) && value.variant === 'Ok';
}

export function isErr(value: Value): value is HarnEnum {
  return isResult(value) && value.variant === 'Err';
}

/** The value inside Ok or Err. */
export function payload(result: HarnEnum): Value {
  return result.fields[0] ?? null;
}

/** What a bare `try { ... }` gives: Ok of the value, a Result as it is. */
export function wrapOk(value: Value): HarnEnum {
  return isResult(value) ? value : ok(value);
}

/** The operand of the postfix `?`, which must be a Result: Err means return it from the function. */
export function expectResult(value: Value): HarnEnum {
  if (!isResult(value)) throw fail.tryOperand({ kind: typeOf(value) });
  return value;
}
