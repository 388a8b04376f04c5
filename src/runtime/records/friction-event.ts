// Friction reports: what keeps getting in the way of a team's work, as events without secrets. Only the fields named here
// are kept, raw prompts and contents never are, and what looks like a credential is struck out.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { recErrors } from './errors.ts';
import { redactorFor } from './redaction.ts';
import {
  json,
  listOf,
  mapOf,
  maybe,
  number,
  record,
  stamp,
  text,
  textOr,
  type ValueOf,
} from './shape.ts';

export const FRICTION_KINDS = [
  'repeated_query',
  'repeated_clarification',
  'approval_stall',
  'missing_context',
  'manual_handoff',
  'tool_gap',
  'failed_assumption',
  'expensive_model_used_for_deterministic_step',
  'human_hypothesis',
] as const;

const eventShape = record({
  _type: textOr('friction_event'),
  schema_version: number,
  id: text,
  kind: text,
  source: maybe(text),
  actor: maybe(text),
  run_id: maybe(text),
  tool: maybe(text),
  provider: maybe(text),
  redacted_summary: text,
  estimated_time_ms: maybe(number),
  estimated_cost_usd: maybe(number),
  recurrence_hints: listOf(text),
  trace_id: maybe(text),
  timestamp: stamp,
  metadata: mapOf(json),
});

/** One thing that got in the way. Times in ms, costs in US dollars; `timestamp` is RFC 3339. */
export type FrictionEvent = ValueOf<typeof eventShape>;

/** What an event gets that does not say it itself. */
export interface FrictionOrigin {
  readonly id: string;
  readonly timestamp: string;
  readonly runId?: string | undefined;
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(eventShape({}, '')));
const KINDS: ReadonlySet<string> = new Set(FRICTION_KINDS);

/** An event from what is said about it; what it says too much is left out. */
export function frictionEvent(payload: Json, origin?: FrictionOrigin): FrictionEvent {
  if (!isJsonObject(payload)) throw recErrors.badFriction({ reason: 'it is not a dict' });
  const said = payload['redacted_summary'] ?? payload['summary'] ?? null;
  const known = Object.fromEntries(Object.entries(payload).filter(([name]) => KNOWN.has(name)));
  const read = eventShape({ ...known, redacted_summary: said }, '');
  if (!KINDS.has(read.kind)) throw recErrors.frictionKind({ kind: read.kind });
  if (read.redacted_summary.trim() === '') {
    throw recErrors.badFriction({ reason: 'redacted_summary is empty' });
  }
  for (const name of ['estimated_time_ms', 'estimated_cost_usd'] as const) {
    if ((read[name] ?? 0) < 0) throw recErrors.badFriction({ reason: `${name} is below 0` });
  }
  const clean = struckOut(read as unknown as Json) as unknown as FrictionEvent;
  return {
    ...clean,
    schema_version: read.schema_version === 0 ? 1 : read.schema_version,
    id: clean.id || (origin?.id ?? ''),
    run_id: clean.run_id ?? origin?.runId ?? null,
    timestamp: clean.timestamp || (origin?.timestamp ?? ''),
  };
}

/** Events of a list, or of `{events: [...]}`. */
export function frictionEvents(given: Json): readonly FrictionEvent[] {
  const list = isJsonObject(given) ? given['events'] : given;
  if (!Array.isArray(list))
    throw recErrors.badFriction({ reason: 'events are neither a list nor {events}' });
  return (list as readonly Json[]).map((event) => frictionEvent(event));
}

const STRUCK = '[redacted]';

/** Raw material of conversations: never part of a report. */
const RAW = /^(?:raw.*|prompts?|content|messages?|transcript|body|response|completion)$/;

/** References to secrets are what a pack is made of; they hold a name, not a value. */
const REFERENCE = /_(?:ref|name|id)$/;

const SECRET =
  /(?:^|_)(?:token|secret|passw(?:or)?d|passphrase|api_?key|private_?key|access_?key|authorization|credentials?|cookie|jwt)s?$/;

const ASSIGNED =
  /\b((?:[\w-]*[_-])?(?:token|secret|passw(?:or)?d|api[_-]?key|authorization|credential)s?)(\s*[=:]\s*)(?:"[^"]*"|'[^']*'|(?:(?:Bearer|Basic|Token)\s+)?[^\s,;]+)/gi;

/** Keys and tokens by their shape; what this process alone knows is struck out where records are written. */
const shapes = redactorFor({ names: () => [], get: () => undefined });

function struckOut(value: Json): Json {
  if (typeof value === 'string') {
    return shapes
      .text(value.replace(ASSIGNED, `$1$2${STRUCK}`))
      .replace(/\[redacted [^\]]*\]/g, STRUCK);
  }
  if (Array.isArray(value)) return (value as readonly Json[]).map(struckOut);
  if (!isJsonObject(value)) return value;
  const out: { [name: string]: Json } = {};
  for (const [name, item] of Object.entries(value as JsonObject)) {
    const plain = name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll('-', '_')
      .toLowerCase();
    if (RAW.test(plain) || name === '__proto__') continue;
    const isSecret = SECRET.test(plain) && !REFERENCE.test(plain) && item !== null;
    out[name] =
      isSecret && typeof item !== 'number' && typeof item !== 'boolean'
        ? STRUCK
        : struckOut(item as Json);
  }
  return out;
}
