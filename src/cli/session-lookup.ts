// Finding sessions by what people type: an id, its beginning or its end.
import { storedSessionIds } from '../runtime/agent/index.ts';
import type { Store } from '../store/index.ts';
import { cliErrors } from './errors.ts';
import { nearest } from './suggest.ts';

/** The full id of a session. */
export async function findSessionId(store: Store, typed: string): Promise<string> {
  const all = await storedSessionIds(store);
  if (all.includes(typed)) return typed;
  const beginning = all.filter((id) => id.startsWith(typed));
  const found = beginning.length > 0 ? beginning : all.filter((id) => id.endsWith(typed));
  const [first] = found;
  if (first !== undefined && found.length === 1 && typed !== '') return first;
  const suggestion = found.length > 1 ? found[0] : nearest(typed, all);
  throw cliErrors.unknownSession({ session: typed, suggestion });
}
