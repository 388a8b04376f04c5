// The id that a caller may give to a run: what it can be, and which run it stands for. An id is a topic of its own
// (`run_ids.<hash>`) with one event, which names the run. Starting with it is start-by-id.ts.
import { isJsonObject, sha256 } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import { runErrors } from './errors.ts';

const LONGEST = 256;
/** Control characters, invisible ones, halves of characters, line and paragraph separators. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
/** What an id must be, for messages. */
export const START_ID_FORM = `a text of 1 to ${LONGEST} characters, without control characters and without white space around it`;

/** Whether a value can be the id of a start. */
export function isStartId(id: unknown): id is string {
  if (typeof id !== 'string' || id.length === 0 || id.length > LONGEST) return false;
  return id.trim() === id && !UNFIT.test(id);
}

/** The id, when it can be one (`badArgument` when not). */
export function checkStartId(id: unknown): string {
  if (isStartId(id)) return id;
  const got =
    typeof id === 'string' ? JSON.stringify(id.slice(0, 40)) : id === null ? 'null' : typeof id;
  throw runErrors.badArgument({ method: 'start', argument: 'id', expected: START_ID_FORM, got });
}

/** The topic that says which run an id stands for. */
export function startIdTopic(id: string): string {
  return `run_ids.${sha256(id)}`;
}

/** The run that was started under an id; undefined when there is none, or none any more. */
export async function runIdOf(store: Store, id: string): Promise<string | undefined> {
  const [event] = await store.read(startIdTopic(id), { limit: 1 });
  const runId = isJsonObject(event?.payload) ? event.payload['run_id'] : undefined;
  return typeof runId === 'string' ? runId : undefined;
}
