// One JSON object in a file of the state folder, that many calls read and change. Changes of one process wait for each
// other; each leaves the old file or the new one, never half. The file comes into being with the first change.
import { isJsonObject, type JsonObject } from '../../base/index.ts';
import { findStateRoot, isHostError, joinPath } from '../host/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** The last change of each file that is under way in this process. */
const changing = new Map<string, Promise<unknown>>();

/** The path of a file of the state folder. */
export async function stateFile(env: EffectEnv, ...names: readonly string[]): Promise<string> {
  return joinPath((await findStateRoot(env.host)).stateDir, ...names);
}

/** A name that people chose, as the name of a file. */
export function fileNameOf(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '_');
  return safe === '' ? '_' : safe.slice(0, 120);
}

/** What the file holds; nothing when it is not there. */
export async function readState(env: EffectEnv, file: string): Promise<JsonObject> {
  let text: string;
  try {
    text = await env.host.fs.readText(file, { signal: env.signal });
  } catch (error) {
    if (isHostError(error, 'notFound')) return {};
    throw error;
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw ioErrors.badStateFile({ path: file, reason: 'it is not JSON' }, { cause: error });
  }
  if (!isJsonObject(data)) throw ioErrors.badStateFile({ path: file, reason: 'it is no object' });
  return data;
}

/** Replaces what the file holds by what `change` makes of it; the same object changes nothing. */
export async function changeState(
  env: EffectEnv,
  file: string,
  change: (state: JsonObject) => JsonObject,
): Promise<void> {
  const before = changing.get(file) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => apply(env, file, change));
  changing.set(file, mine);
  try {
    await mine;
  } finally {
    if (changing.get(file) === mine) changing.delete(file);
  }
}

async function apply(
  env: EffectEnv,
  file: string,
  change: (state: JsonObject) => JsonObject,
): Promise<void> {
  const state = await readState(env, file);
  const next = change(state);
  if (next === state) return;
  await env.host.fs.mkdir(joinPath(file, '..'));
  await env.host.fs.writeFile(file, `${JSON.stringify(next, sortedKeys(next), 2)}\n`, {
    mode: 0o600,
  });
}

/** Every key of the object, however deep, in order: files that differ little look alike. */
function sortedKeys(value: unknown): string[] {
  const keys = new Set<string>();
  const visit = (each: unknown): void => {
    if (Array.isArray(each)) each.forEach(visit);
    else if (isJsonObject(each)) {
      for (const [key, item] of Object.entries(each)) {
        keys.add(key);
        visit(item);
      }
    }
  };
  visit(value);
  return [...keys].sort();
}
