// What watched files look like: so that a loop that waits, was killed or is resumed elsewhere sees what changed since it
// last looked. Paths are those of a loop's `watch_paths`; folders count with all that is in them.
import { isHostError } from '../host/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { loopErrors } from './errors.ts';

/** Path to what a file looked like: its time and size. */
export type WatchState = { readonly [path: string]: string };

export type WatchedChange = {
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'removed';
  /** What it looks like now; null when it is gone. */
  readonly now: string | null;
};

/** Folders in which things change that nobody waits for. */
const NOT_INTO: ReadonlySet<string> = new Set(['.git', '.harn', '.harn-runs', 'node_modules']);

const MOST_FILES = 20_000;

/** Looks at the paths. */
export async function lookAt(
  env: Pick<EffectEnv, 'host' | 'signal'>,
  paths: readonly string[],
  except: readonly string[],
): Promise<WatchState> {
  const { fs } = env.host;
  const state: { [path: string]: string } = {};
  const note = async (path: string) => {
    if (except.includes(path)) return;
    const found = await statOf(env, path);
    if (found?.kind !== 'file') return;
    state[path] = `${Math.floor(found.modifiedMs)}:${found.sizeBytes}`;
    if (Object.keys(state).length > MOST_FILES) {
      throw loopErrors.badOption({
        option: 'watch_paths',
        expected: `paths with at most ${MOST_FILES} files`,
      });
    }
  };
  for (const path of paths) {
    const kind = (await statOf(env, path))?.kind;
    if (kind !== 'directory') {
      await note(path);
      continue;
    }
    const enter = (folder: string) => !NOT_INTO.has(folder.slice(folder.lastIndexOf('/') + 1));
    for await (const entry of fs.walk(path, { signal: env.signal, enter })) {
      if (entry.kind === 'file') await note(`${path}/${entry.path}`);
    }
  }
  return state;
}

async function statOf(env: Pick<EffectEnv, 'host' | 'signal'>, path: string) {
  try {
    return await env.host.fs.stat(path, { signal: env.signal });
  } catch (error) {
    if (isHostError(error, 'notFound') || isHostError(error, 'notDirectory')) return undefined;
    throw error;
  }
}

/** What became of the files in between, by path. */
export function changesBetween(before: WatchState, after: WatchState): readonly WatchedChange[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths.flatMap((path): WatchedChange[] => {
    const old = Object.hasOwn(before, path) ? before[path] : undefined;
    const now = Object.hasOwn(after, path) ? after[path] : undefined;
    if (old === now) return [];
    const kind = old === undefined ? 'created' : now === undefined ? 'removed' : 'modified';
    return [{ path, kind, now: now ?? null }];
  });
}

/** The state with changes made. */
export function withChanges(state: WatchState, changes: readonly WatchedChange[]): WatchState {
  const after: { [path: string]: string } = { ...state };
  for (const { path, now } of changes) {
    if (now === null) delete after[path];
    else after[path] = now;
  }
  return after;
}

/** Where the paths are for the caller, and what is there now. */
export const watchStateEffect = defineEffect(
  {
    name: 'agent.watch_state',
    class: 'read',
    access: 'read',
    scoped: (scope, [paths, except]: readonly [readonly string[], readonly string[]]) => [
      paths.map((path) => scope.path(path)),
      except.map((path) => scope.path(path)),
    ],
  },
  async (env, paths: readonly string[], except: readonly string[]) => ({
    roots: paths,
    except,
    state: await lookAt(env, paths, except),
  }),
);
