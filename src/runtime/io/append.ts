// Appending to a file so that a kill can be told from a success: the size before is noted, and the text goes in only
// where the file still ends there. The calls of one run take turns for each file: two that noted the same end could
// not be told apart afterwards.
import { type JsonObject, sha256 } from '../../base/index.ts';
import { isHostError, resolvePath } from '../host/index.ts';
import type { EffectEnv, Probe, RunContext } from '../run/index.ts';

/** The last append of each file that has not ended yet, by run. */
const lastOf = new WeakMap<RunContext['run'], Map<string, Promise<unknown>>>();

/** Adds to the end of a file. Another run that gets in first only delays it. */
export function append(env: EffectEnv, path: string, text: string): Promise<null> {
  return inTurn(env, path, async () => {
    // Each time around, someone else's text has gone in before ours.
    while (!(await appendOnce(env, path, text)));
    return null;
  });
}

async function inTurn<T>(env: EffectEnv, path: string, work: () => Promise<T>): Promise<T> {
  const { run } = env.task.ctx;
  const waiting = lastOf.get(run) ?? new Map<string, Promise<unknown>>();
  lastOf.set(run, waiting);
  const place = resolvePath(env.host.system.cwd(), path);
  const before = waiting.get(place);
  const turn = before === undefined ? work() : before.then(work, work);
  waiting.set(place, turn);
  try {
    return await turn;
  } finally {
    if (waiting.get(place) === turn) waiting.delete(place);
  }
}

/** Notes where the text is to begin and puts it there; false when the file has grown in the meantime. */
async function appendOnce(env: EffectEnv, path: string, text: string): Promise<boolean> {
  const before = await sizeOf(env, path);
  await env.note({ size_before: before });
  try {
    await env.host.fs.append(path, text, { signal: env.signal, expectedSizeBytes: before });
    return true;
  } catch (error) {
    if (isHostError(error, 'fileChanged')) return false;
    throw error;
  }
}

/** An append either happened in full, not at all, or someone else was there before it. */
export async function probeAppend(
  env: EffectEnv,
  [path, text]: readonly [string, string],
  facts: JsonObject,
): Promise<Probe<null>> {
  const before = facts['size_before'];
  if (typeof before !== 'number') return { status: 'not_done' };
  const length = new TextEncoder().encode(text).length;
  const now = await sizeOf(env, path);
  if (now === before) return { status: 'not_done' };
  if (now < before + length) return { status: 'unknown' };
  const there = await env.host.fs.readBytes(path, { offset: before, length });
  return sha256(there) === sha256(text) ? { status: 'done', value: null } : { status: 'unknown' };
}

async function sizeOf(env: EffectEnv, path: string): Promise<number> {
  try {
    return (await env.host.fs.stat(path)).sizeBytes;
  } catch (error) {
    if (isHostError(error, 'notFound')) return 0;
    throw error;
  }
}
