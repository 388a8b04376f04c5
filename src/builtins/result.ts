// Builtins around Result values. What is not a Result passes through unwrap unchanged.
import { display, err, isErr, isOk, ok, payload } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

export function resultRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'Ok(value: any) -> Result',
      {
        doc: 'A successful Result.',
      },
      (_, value = null) => ok(value),
    ),
    builtin('Err(error: any) -> Result', { doc: 'A failed Result.' }, (_, error = null) =>
      err(error),
    ),
    builtin('is_ok(result: any) -> bool', { doc: 'Whether a value is Result.Ok.' }, (_, result) =>
      isOk(result),
    ),
    builtin('is_err(result: any) -> bool', { doc: 'Whether a value is Result.Err.' }, (_, result) =>
      isErr(result),
    ),
    builtin(
      'unwrap(result: any) -> any',
      { doc: 'The value of Ok; fails on Err. A value that is no Result is given back.' },
      (_, result) => {
        if (isErr(result)) throw wrong.unwrapErr({ shown: display(payload(result)) });
        return isOk(result) ? payload(result) : result;
      },
    ),
    builtin(
      'unwrap_or(result: any, fallback: any) -> any',
      { doc: 'The value of Ok, or the fallback on Err.' },
      (_, result, fallback = null) => {
        if (isErr(result)) return fallback;
        return isOk(result) ? payload(result) : result;
      },
    ),
    builtin(
      'unwrap_err(result: any) -> any',
      { doc: 'The error of Err; fails on anything else.' },
      (_, result) => {
        if (isErr(result)) return payload(result);
        throw wrong.unwrapOk({ shown: display(result) });
      },
    ),
  ];
}
