// Builtins that raise and classify errors, and the assertions.
import {
  dictGet,
  display,
  equal,
  HarnThrow,
  isDict,
  jsonStringify,
  truthy,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

/** Texts that give a category away when an error carries none; the first that fits counts. */
const TELLING: readonly (readonly [RegExp, string])[] = [
  [/deadline exceeded|timed out|timeout/i, 'timeout'],
  [/overloaded/i, 'overloaded'],
  [/rate.?limit|too many requests/i, 'rate_limit'],
  [/unauthorized|invalid api key|authentication/i, 'auth'],
  [/cancelled by host|kind:cancelled/i, 'cancelled'],
  [/circuit.?(breaker )?open/i, 'circuit_open'],
  [/not.?found/i, 'not_found'],
];

const BY_STATUS: { readonly [status: string]: string } = {
  '401': 'auth',
  '403': 'auth',
  '404': 'not_found',
  '408': 'timeout',
  '429': 'rate_limit',
  '503': 'overloaded',
  '504': 'timeout',
  '529': 'overloaded',
};

/** The category of a caught error: its own `category`, else what its text gives away, else `generic`. */
export function categoryOf(error: Value): string {
  if (isDict(error)) {
    const category = dictGet(error, 'category');
    if (typeof category === 'string') return category;
    const message = dictGet(error, 'message');
    return typeof message === 'string' ? categoryOfText(message) : 'generic';
  }
  return typeof error === 'string' ? categoryOfText(error) : 'generic';
}

function categoryOfText(text: string): string {
  const status = /(?<!\d)([45]\d\d)(?!\d)/.exec(text)?.[1];
  if (status !== undefined) return BY_STATUS[status] ?? 'http_error';
  return TELLING.find(([pattern]) => pattern.test(text))?.[1] ?? 'generic';
}

function assertionText(given: Value, fallback: string): string {
  return given === null || given === '' || given === 'null' ? fallback : display(given);
}

/** A failed assertion, which knows where in the program it was made. */
function failed(given: Value, fallback: string): HarnThrow {
  return new HarnThrow(assertionText(given, fallback), undefined, new Error('assertion'));
}

/** Like display, but texts in quotes, so that "1" and 1 look different in a failure. */
function shown(value: Value): string {
  return typeof value === 'string' ? jsonStringify(value) : display(value);
}

export function errorRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'throw_error(message: any, category: string?) -> never',
      { doc: 'Throws `{category, message}`; the category is `generic` unless given.' },
      (_, message, category = null) => {
        throw new HarnThrow({ category: category ?? 'generic', message: display(message) });
      },
    ),
    builtin(
      'error_category(error: any) -> string',
      {
        doc: 'The category of a caught error: timeout, rate_limit, auth, cancelled, ... or generic.',
      },
      (_, error) => categoryOf(error),
    ),
    builtin(
      'is_timeout(error: any) -> bool',
      { doc: 'Whether a caught error is a timeout.' },
      (_, error) => categoryOf(error) === 'timeout',
    ),
    builtin(
      'is_rate_limited(error: any) -> bool',
      { doc: 'Whether a caught error says that calls come too fast.' },
      (_, error) => categoryOf(error) === 'rate_limit',
    ),
    builtin(
      'assert(condition: any, message: any?) -> nil',
      { doc: 'Fails with the message unless the condition is true.' },
      (_, condition, message = null) => {
        if (!truthy(condition)) throw failed(message, 'Assertion failed');
        return null;
      },
    ),
    builtin(
      'assert_eq(actual: any, expected: any, message: any?) -> nil',
      { doc: 'Fails unless both values are equal.' },
      (_, actual, expected, message = null) => {
        if (equal(actual, expected)) return null;
        const text = `Assertion failed: expected ${shown(expected)}, got ${shown(actual)}`;
        throw failed(message, text);
      },
    ),
    builtin(
      'assert_ne(actual: any, unexpected: any, message: any?) -> nil',
      { doc: 'Fails when both values are equal.' },
      (_, actual, unexpected, message = null) => {
        if (!equal(actual, unexpected)) return null;
        const text = `Assertion failed: values should not be equal: ${shown(actual)}`;
        throw failed(message, text);
      },
    ),
  ];
}
