// The published form of `harn run --json`: one table, typed over every event there is, so that an event or a field that is
// missing here, or is here and nowhere else, does not compile. docs/events.schema.json is made from it by
// scripts/gen-events-schema.mjs.
import type { JsonObject } from '../base/index.ts';
import type { RunEvent } from '../runtime/run/index.ts';
import type { ChildRunEvent, TerminalEvent } from './event-stream.ts';

/** Everything that can stand in the `data` of a line. */
export type StreamEvent = RunEvent | ChildRunEvent | TerminalEvent;

/** Every field of an event but the two that all have. `?` at the end of a type: the field may be absent. */
type FieldsOf<E> = {
  readonly [F in Exclude<keyof E, 'event_type' | 'seq'>]-?: undefined extends E[F]
    ? `${FieldType}?`
    : FieldType;
};

type FieldType = 'text' | 'bool' | 'int' | 'any' | 'list' | 'time' | 'error' | 'event' | 'start';

type OfKind<K, E = StreamEvent> = E extends { readonly event_type: infer T }
  ? K extends T
    ? E
    : never
  : never;

const EVENTS: { readonly [K in StreamEvent['event_type']]: FieldsOf<OfKind<K>> } = {
  pack_run: {
    bundle_hash: 'text',
    signature_verified: 'bool',
    key_id: 'text?',
    cache_hit: 'bool',
    dry_run_verify: 'bool',
  },
  stdout: { payload: 'text' },
  stderr: { payload: 'text' },
  transcript: { agent_id: 'text?', kind: 'text', payload: 'any' },
  tool_call: { call_id: 'text', name: 'text', args: 'any', started_at: 'time' },
  tool_result: { call_id: 'text', ok: 'bool', result: 'any' },
  hook: { name: 'text', phase: 'text', payload: 'any?' },
  persona_stage: { persona: 'text', stage: 'text', transition: 'text' },
  audit: { entry: 'any' },
  child_run: { run_id: 'text', event: 'event' },
  main_returned: { value: 'any' },
  main_failed: { error: 'any' },
  run_settled: { receipt: 'any', returned: 'any', final: 'any' },
  result: {
    value: 'any',
    returned: 'any',
    final: 'any',
    receipt: 'any',
    exit_code: 'int',
    start: 'start?',
  },
  error: { error: 'error', receipt: 'any', exit_code: 'int', start: 'start?' },
  parked: { run_id: 'text', reason: 'text', waits: 'list', exit_code: 'int', start: 'start?' },
};

/** Never inside of a `child_run`: those end the whole stream, or are its own. */
const STREAM_ONLY: ReadonlySet<string> = new Set(['child_run', 'result', 'error', 'parked']);

const TYPES: { readonly [T in FieldType]: JsonObject } = {
  text: { type: 'string' },
  bool: { type: 'boolean' },
  int: { type: 'integer' },
  any: {},
  list: { type: 'array' },
  time: {
    type: 'string',
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
  },
  error: object({ code: { type: 'string' }, message: { type: 'string' }, details: {} }),
  start: object({
    id: { type: 'string' },
    run_id: { type: 'string' },
    how: { enum: ['started', 'joined', 'resumed', 'followed', 'recorded'] },
  }),
  event: {
    oneOf: Object.keys(EVENTS)
      .filter((kind) => !STREAM_ONLY.has(kind))
      .map((kind) => ({ $ref: `#/$defs/${kind}` })),
  },
};

/** The JSON Schema (2020-12) of one line. */
export function eventSchema(): JsonObject {
  const kinds = Object.entries(EVENTS);
  const warning = object({ code: { type: 'string' }, message: { type: 'string' } });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'One line of `harn run --json`',
    description:
      'seq counts from 1 without gaps. The last line is result, error or parked, and no other line is.',
    ...object({
      schemaVersion: { const: 1 },
      ok: { const: true },
      data: { oneOf: kinds.map(([kind]) => ({ $ref: `#/$defs/${kind}` })) },
      error: { const: null },
      warnings: { type: 'array', items: warning },
    }),
    $defs: Object.fromEntries(kinds.map(([kind, fields]) => [kind, eventOf(kind, fields)])),
  };
}

function eventOf(kind: string, fields: { readonly [name: string]: string }): JsonObject {
  const properties: { [name: string]: JsonObject } = {
    event_type: { const: kind },
    seq: { type: 'integer', minimum: 1 },
  };
  const optional: string[] = [];
  for (const [name, text] of Object.entries(fields)) {
    if (text.endsWith('?')) optional.push(name);
    properties[name] = TYPES[text.replace('?', '') as FieldType];
  }
  return object(properties, optional);
}

function object(
  properties: { readonly [name: string]: JsonObject },
  optional: readonly string[] = [],
): JsonObject {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}
