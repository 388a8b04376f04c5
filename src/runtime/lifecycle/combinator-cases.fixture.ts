// The cases that the combinators of both languages must pass, as data. A callback is an expression over the forms
// below; each case says what it gives for a value and which audits it leaves.
//
// A run of a case mocks the clock, makes `open` handoffs to the pipeline "nobody", then calls the callback with
// `value`. `audits` are kind and payload, in order, without those of the handoffs.
import type { Json, JsonObject } from '../../base/index.ts';

export type CallbackExpr =
  /** Ignores the value and returns this. */
  | { readonly returns: Json }
  /** Returns the value (a string) with this after it. */
  | { readonly adds: string }
  | { readonly throws: string }
  /** Moves the mocked clock, then returns this. */
  | { readonly takes_ms: number; readonly returning: Json }
  /** Whether the value equals this. */
  | { readonly equals: Json }
  | { readonly compose: readonly CallbackExpr[] }
  | { readonly first_available: readonly CallbackExpr[] }
  | { readonly with_telemetry: CallbackExpr; readonly name?: string }
  | { readonly with_timeout: CallbackExpr; readonly limit: Json }
  | { readonly if_unsettled: CallbackExpr }
  | { readonly when: CallbackExpr; readonly call: CallbackExpr };

export interface CombinatorCase {
  readonly name: string;
  readonly callback: CallbackExpr;
  readonly value: Json;
  readonly open?: number;
  readonly gives?: Json;
  /** Text of the error it throws instead. */
  readonly throws?: string;
  readonly audits?: readonly (readonly [string, JsonObject])[];
}

const LATE = { __timed_out: true, timeout_ms: 100, elapsed_ms: 150, return_value: 'v' };
const TIMED_OUT = ['lifecycle_callback_timed_out', { timeout_ms: 100, elapsed_ms: 150 }] as const;

export const COMBINATOR_CASES: readonly CombinatorCase[] = [
  {
    name: 'compose hands each result to the next',
    callback: { compose: [{ adds: 'a' }, { adds: 'b' }] },
    value: 'v',
    gives: 'vab',
  },
  { name: 'compose of nothing gives the value', callback: { compose: [] }, value: 'v', gives: 'v' },
  {
    name: 'compose stops at a throw',
    callback: { compose: [{ adds: 'a' }, { throws: 'stop' }, { adds: 'b' }] },
    value: 'v',
    throws: 'stop',
  },
  {
    name: 'compose passes nil on',
    callback: { compose: [{ returns: null }, { equals: null }] },
    value: 'v',
    gives: true,
  },
  {
    name: 'first_available gives the first result that is not nil',
    callback: { first_available: [{ returns: null }, { adds: 'b' }, { adds: 'c' }] },
    value: 'v',
    gives: 'vb',
  },
  {
    name: 'first_available counts false as a result',
    callback: { first_available: [{ returns: null }, { returns: false }] },
    value: 'v',
    gives: false,
  },
  {
    name: 'first_available keeps the value when there is none',
    callback: { first_available: [{ returns: null }, { returns: null }] },
    value: 'v',
    gives: 'v',
  },
  {
    name: 'first_available stops at a throw',
    callback: { first_available: [{ throws: 'stop' }, { adds: 'b' }] },
    value: 'v',
    throws: 'stop',
  },
  {
    name: 'with_telemetry audits start and end',
    callback: { with_telemetry: { adds: 'x' }, name: 'close' },
    value: 'v',
    gives: 'vx',
    audits: [
      ['close_started', {}],
      ['close_completed', { result_summary: 'string:vx' }],
    ],
  },
  {
    name: 'with_telemetry has a name of its own',
    callback: { with_telemetry: { returns: [1, 2] } },
    value: 'v',
    gives: [1, 2],
    audits: [
      ['lifecycle_callback_started', {}],
      ['lifecycle_callback_completed', { result_summary: 'list:len=2' }],
    ],
  },
  {
    name: 'with_telemetry audits a throw and throws it on',
    callback: { with_telemetry: { throws: 'broken' }, name: 'close' },
    value: 'v',
    throws: 'broken',
    audits: [
      ['close_started', {}],
      ['close_errored', { error: 'broken' }],
    ],
  },
  ...(
    [
      ['nil', null, 'nil'],
      ['a bool', true, 'bool:true'],
      ['an int', 5, 'int:5'],
      ['a dict', { a: 1, b: 2 }, 'dict:keys=2'],
      ['a long text', 'x'.repeat(90), `string:${'x'.repeat(80)}...`],
    ] as const
  ).map(([kind, result, summary]) => ({
    name: `with_telemetry summarises ${kind}`,
    callback: { with_telemetry: { returns: result }, name: 's' },
    value: 'v',
    gives: result,
    audits: [['s_started', {}] as const, ['s_completed', { result_summary: summary }] as const],
  })),
  ...(
    [
      ['milliseconds', 100],
      ['a fraction', 100.9],
      ['text', '100ms'],
      ['{ms}', { ms: 100 }],
      ['{duration_ms}', { duration_ms: 100 }],
      ['{seconds}', { seconds: 0.1 }],
    ] as const
  ).map(([kind, limit]) => ({
    name: `with_timeout takes ${kind} and marks a late result`,
    callback: { with_timeout: { takes_ms: 150, returning: 'late' }, limit },
    value: 'v',
    gives: LATE,
    audits: [TIMED_OUT],
  })),
  {
    name: 'with_timeout gives a result in time unchanged',
    callback: { with_timeout: { takes_ms: 100, returning: 'in time' }, limit: '100ms' },
    value: 'v',
    gives: 'in time',
  },
  {
    name: 'with_timeout of zero has no limit',
    callback: { with_timeout: { takes_ms: 9999, returning: 'r' }, limit: 0 },
    value: 'v',
    gives: 'r',
  },
  {
    name: 'with_timeout lets a throw through',
    callback: { with_timeout: { throws: 'stop' }, limit: '1s' },
    value: 'v',
    throws: 'stop',
  },
  {
    name: 'if_unsettled skips when nothing is open',
    callback: { if_unsettled: { adds: 'x' } },
    value: 'v',
    gives: 'v',
  },
  {
    name: 'if_unsettled calls when something is open',
    callback: { if_unsettled: { adds: 'x' } },
    value: 'v',
    open: 1,
    gives: 'vx',
  },
  {
    name: 'when calls on something true',
    callback: { when: { equals: 'v' }, call: { adds: 'x' } },
    value: 'v',
    gives: 'vx',
  },
  {
    name: 'when skips on something false',
    callback: { when: { equals: 'w' }, call: { adds: 'x' } },
    value: 'v',
    gives: 'v',
  },
  {
    name: 'when knows that empty text is false',
    callback: { when: { returns: '' }, call: { adds: 'x' } },
    value: 'v',
    gives: 'v',
  },
  {
    name: 'combinators nest',
    callback: {
      first_available: [
        { when: { equals: 'w' }, call: { returns: null } },
        { compose: [{ throws: 'never reached' }] },
      ],
    },
    value: 'v',
    gives: 'v',
  },
];
