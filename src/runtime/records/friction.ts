// Reporting friction from a run: into its memory, and where a log is named, as a line of that file. The report is made
// again by replay; the line is written once.
import type { Json, JsonObject } from '../../base/index.ts';
import { isJsonObject, uuidV7 } from '../../base/index.ts';
import { fsEffects } from '../io/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
  timestamp,
} from '../run/index.ts';
import { recErrors } from './errors.ts';
import { type FrictionEvent, frictionEvent } from './friction-event.ts';

const LOG_VARIABLE = 'HARN_FRICTION_LOG';

const frictionKey: ServiceKey<FrictionEvent[]> = { name: 'records.friction', create: () => [] };

const originEffect = defineSyncEffect(
  { name: 'obs.friction_origin', class: 'ambient', access: 'read' },
  (env) => {
    const log = env.host.env.get(LOG_VARIABLE)?.trim() ?? '';
    return {
      at_ms: Math.floor(env.clock.nowMs()),
      id: `friction_${uuidV7(env.clock.nowMs(), env.host.random)}`,
      log: log === '' ? null : log,
    };
  },
);

const noteEffect = defineSyncEffect(
  { name: 'obs.friction_note', class: 'local', access: 'write' },
  (env, event: Json) => {
    env.get(frictionKey).push(event as unknown as FrictionEvent);
    return null;
  },
);

export const frictionEffects = {
  /** What this run has reported so far, in order. */
  friction_events: defineSyncEffect(
    { name: 'obs.friction_events', class: 'local', access: 'read' },
    (env): readonly FrictionEvent[] => [...env.get(frictionKey)],
  ),
  /** Forgets them; lines in files stay. */
  friction_clear: defineSyncEffect(
    { name: 'obs.friction_clear', class: 'local', access: 'write' },
    (env) => {
      env.get(frictionKey).length = 0;
      return null;
    },
  ),
};

/** What became of a report. `sink`: `memory`, `jsonl` (memory and the file), or `none`. */
export type FrictionReceipt = {
  readonly recorded: boolean;
  readonly sink: 'memory' | 'jsonl' | 'none';
  readonly log_path: string | null;
  readonly event: FrictionEvent;
};

/** Reports friction. `{enabled: false}` does nothing, `{log_path}` or `$HARN_FRICTION_LOG` writes a line as well. */
export function* recordFriction(
  ctx: RunContext,
  payload: Json,
  options: Json = null,
): Suspending<FrictionReceipt> {
  const { enabled, path: asked } = readOptions(options);
  if (!enabled) {
    return { recorded: false, sink: 'none', log_path: null, event: frictionEvent(payload) };
  }
  // What cannot be read is refused before anything is asked.
  frictionEvent(payload);
  const { at_ms: at, id, log } = ctx.sync(originEffect, []);
  const event = frictionEvent(payload, { id, timestamp: timestamp(at), runId: ctx.runId });
  const path = asked ?? log;
  if (path !== null) yield* ctx.perform(fsEffects.append, [path, `${JSON.stringify(event)}\n`]);
  ctx.sync(noteEffect, [event as unknown as Json]);
  return { recorded: true, sink: path === null ? 'memory' : 'jsonl', log_path: path, event };
}

function readOptions(given: Json): { readonly enabled: boolean; readonly path: string | null } {
  const options: JsonObject = isJsonObject(given) ? given : {};
  if (given !== null && !isJsonObject(given)) throw bad('its options are not a dict');
  const { enabled = true, log_path: path = null, ...others } = options;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) throw bad(`there is no option "${stranger}"`);
  if (typeof enabled !== 'boolean') throw bad('enabled must be a bool');
  if (path !== null && (typeof path !== 'string' || path === ''))
    throw bad('log_path must be a text');
  return { enabled, path };
}

function bad(reason: string): Error {
  return recErrors.badFriction({ reason });
}
