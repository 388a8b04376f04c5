// What the pure builtins complain about. The texts are what a program sees when it catches them.
import { defineErrors, row } from '../base/index.ts';

export const wrong = defineErrors('BLT', {
  argument: row<{ builtin: string; detail: string }>({
    number: 1,
    message: ({ builtin, detail }) => `${builtin}: ${detail}`,
  }),
  nonFinite: row<{ builtin: string }>({
    number: 2,
    message: ({ builtin }) => `${builtin}: cannot convert non-finite float to int`,
  }),
  outOfRange: row<{ builtin: string }>({
    number: 3,
    message: ({ builtin }) => `${builtin}: float is outside the representable int range`,
  }),
  unwrapErr: row<{ shown: string }>({
    number: 4,
    message: ({ shown }) => `unwrap called on Err: ${shown}`,
    hint: 'Check with is_ok first, or give a fallback with unwrap_or.',
  }),
  unwrapOk: row<{ shown: string }>({
    number: 5,
    message: ({ shown }) => `unwrap_err called on a value that is not Err: ${shown}`,
  }),
  unreachable: row<{ shown: string }>({
    number: 6,
    message: ({ shown }) => `unreachable code was reached${shown === '' ? '' : `: ${shown}`}`,
  }),
  decode: row<{ builtin: string; what: string }>({
    number: 7,
    message: ({ builtin, what }) => `${builtin}: invalid ${what}`,
  }),
  pattern: row<{ problem: string }>({
    number: 8,
    message: ({ problem }) => `Invalid regex: ${problem}`,
  }),
  date: row<{ text: string }>({
    number: 9,
    message: ({ text }) => `Cannot parse date: ${text}`,
  }),
  zone: row<{ zone: string }>({
    number: 10,
    message: ({ zone }) => `unknown timezone: ${zone}`,
    hint: 'Use an IANA name such as `Europe/Berlin` or `UTC`.',
  }),
  template: row<{ path: string; line: number; column: number; problem: string }>({
    number: 12,
    message: ({ path, line, column, problem }) => `${path} at ${line}:${column}: ${problem}`,
  }),
  jsonExtract: row<{ detail: string }>({
    number: 11,
    message: ({ detail }) => `json_extract: failed to parse JSON: ${detail}`,
  }),
  options: row<{ kind: string }>({
    number: 13,
    message: ({ kind }) => `options must be a dict, got ${kind}`,
    hint: 'Write them as `{name: value}`; leave them out for the defaults.',
  }),
  templateTooCostly: row<{ path: string; line: number; column: number; limit: string }>({
    number: 14,
    message: ({ path, line, column, limit }) =>
      `${path} at ${line}:${column}: rendering takes more than ${limit}`,
    hint: 'Loops and includes multiply: render the parts by themselves, or give the template less to go through.',
  }),
  floatsOnly: row<{ builtin: string }>({
    number: 15,
    message: ({ builtin }) => `${builtin}: calculates with floats and takes no decimal`,
    hint: ({ builtin }) => `Give it a float on purpose: ${builtin}(to_float(x)).`,
  }),
  decimalOutOfRange: row<{ builtin: string }>({
    number: 16,
    message: ({ builtin }) => `${builtin}: decimal is outside the representable int range`,
    hint: 'round(x, 0) stays a decimal, however large it is.',
  }),
  maxConcurrent: row<{ kind: string }>({
    number: 40,
    message: ({ kind }) => `parallel: max_concurrent must be an int, got ${kind}`,
  }),
});
