// Git worktrees of workers: made before the body begins, removed at the worker's end when it asked for that. Making one
// is a mutation that can be looked for: a kill between git and the outcome leaves either a whole worktree, or a
// half-made one, which is taken away and made again.
import type { Json, JsonObject } from '../../base/index.ts';
import { dirName, isHostError, joinPath, type ProcessIdentity } from '../host/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type Probe,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { workerErrors } from './worker-errors.ts';
import { bookkeeping } from './worker-record.ts';

/** A worktree with everything decided. Paths are absolute. */
export type WorktreeSpec = {
  readonly repo: string;
  readonly path: string;
  readonly branch: string;
  readonly base_ref: string;
  /** `remove`: gone at the worker's end; anything else keeps it. */
  readonly cleanup: string | null;
};

type Made = { readonly created: boolean };

/** Checking out a large repository takes its time; more than this is a git that waits for something. */
const GIT_TIMEOUT_MS = 10 * 60_000;

/** Where worktrees go that name no path: `$HARN_WORKTREE_DIR`, else `worktrees` in `$HARN_STATE_DIR` or `.harn`. */
export const worktreeRoot = defineSyncEffect(
  { name: 'agent.worktree_root', class: 'ambient', access: 'read' },
  (env) => {
    const cwd = env.host.system.cwd();
    const under = (path: string) => (path.startsWith('/') ? joinPath(path) : joinPath(cwd, path));
    const given = env.host.env.get('HARN_WORKTREE_DIR');
    if (given !== undefined && given !== '') return under(given);
    const state = env.host.env.get('HARN_STATE_DIR');
    return joinPath(under(state === undefined || state === '' ? '.harn' : state), 'worktrees');
  },
);

/** Worktrees that git is making: a call that was given up may take a moment to end. */
const beingMadeKey: ServiceKey<Map<string, Promise<unknown>>> = {
  name: 'work.worktrees_being_made',
  create: () => new Map(),
};

/** Named as a process, because it is one: who may not start processes gets no worktree. */
export const worktreeAdd = defineEffect(
  {
    name: 'process.worktree_add',
    class: 'mutation',
    access: 'mutate',
    onUnknown: 'probe',
    probe: probeAdd,
  },
  async (env, spec: WorktreeSpec): Promise<Made> => {
    const beingMade = env.get(beingMadeKey);
    const making = make(env, spec);
    beingMade.set(spec.path, making);
    try {
      return await making;
    } finally {
      if (beingMade.get(spec.path) === making) beingMade.delete(spec.path);
    }
  },
);

async function make(env: EffectEnv, spec: WorktreeSpec): Promise<Made> {
  const { repo, path, branch, base_ref: base } = spec;
  const existed = await env.host.fs.exists(path);
  await env.note({ existed });
  if (existed) return { created: false };
  try {
    await env.host.fs.mkdir(dirName(path));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw workerErrors.worktreeMkdir({ problem }, { cause: error });
  }
  const args = ['worktree', 'add', '-B', branch, path, base];
  const done = await git(env, repo, args, (process) => env.note({ process: { ...process } }));
  if (!done.ok) throw workerErrors.worktreeAdd({ problem: done.text });
  return { created: true };
}

/** Removes a worktree whatever is in it; null, or why it is still there. */
export const worktreeRemove = defineEffect(
  // Once more finds nothing.
  { name: 'process.worktree_remove', class: 'mutation', access: 'mutate', onUnknown: 'retry' },
  async (env, repo: string, path: string): Promise<string | null> => {
    await env
      .get(beingMadeKey)
      .get(path)
      ?.catch(() => undefined);
    if (!(await env.host.fs.exists(path))) {
      await git(env, repo, ['worktree', 'prune']);
      return null;
    }
    // Twice: also one that git holds locked because it was stopped while it made it.
    const done = await git(env, repo, ['worktree', 'remove', '--force', '--force', path]);
    if (done.ok || !(await env.host.fs.exists(path))) return null;
    return done.text;
  },
);

/** Before anything was noted, nothing was done. After that, what git knows about the path tells. */
async function probeAdd(
  env: EffectEnv,
  [{ repo, path }]: readonly [WorktreeSpec],
  facts: JsonObject,
): Promise<Probe<Made>> {
  if (facts['existed'] === true) return { status: 'done', value: { created: false } };
  if (facts['existed'] === undefined) return { status: 'not_done' };
  const { fs } = env.host;
  if (await isWhole(env, path)) return { status: 'done', value: { created: true } };
  await git(env, repo, ['worktree', 'remove', '--force', '--force', path]);
  await git(env, repo, ['worktree', 'prune']);
  if (!(await fs.exists(path))) return { status: 'not_done' };
  // Git makes the directory before it knows it. One with something in it is someone else's.
  if ((await fs.listDir(path)).length > 0) return { status: 'unknown' };
  await fs.delete(path);
  return { status: 'not_done' };
}

/** Whether there is a worktree with everything checked out. Git holds one locked while it makes it. */
async function isWhole(env: EffectEnv, path: string): Promise<boolean> {
  if (!(await env.host.fs.exists(path))) return false;
  const { ok, text } = await git(env, path, ['rev-parse', '--absolute-git-dir']);
  if (!ok || !text.includes('/worktrees/')) return false;
  if (await env.host.fs.exists(joinPath(text, 'locked'))) return false;
  return (await git(env, path, ['diff', '--quiet', 'HEAD'])).ok;
}

async function git(
  env: EffectEnv,
  directory: string,
  args: readonly string[],
  onStarted?: (process: ProcessIdentity) => Promise<void>,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const result = await env.host.process.run({
      argv: ['git', '-C', directory, ...args],
      env: { GIT_TERMINAL_PROMPT: '0' },
      signal: env.signal,
      timeoutMs: GIT_TIMEOUT_MS,
      ...(onStarted === undefined ? {} : { onStarted }),
    });
    const ok = result.exitCode === 0 && !result.timedOut;
    return { ok, text: (ok ? result.stdout : result.stderr).trim() };
  } catch (error) {
    if (isHostError(error, 'aborted')) throw error;
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

/** The worktree of an execution, when it has one. */
export function worktreeOf(execution: JsonObject): WorktreeSpec | undefined {
  const worktree = execution['worktree'] as WorktreeSpec | null | undefined;
  return worktree ?? undefined;
}

/** Makes the worktree of an execution, or takes the directory that is there. */
export function* enterWorktree(ctx: RunContext, execution: JsonObject): Suspending<void> {
  const worktree = worktreeOf(execution);
  if (worktree !== undefined) yield* bookkeeping(ctx).perform(worktreeAdd, [worktree]);
}

/** Removes it when it was asked for. A worktree that cannot be removed does not change how the work ended. */
export function* leaveWorktree(ctx: RunContext, execution: JsonObject): Suspending<Json> {
  const worktree = worktreeOf(execution);
  if (worktree?.cleanup !== 'remove') return null;
  try {
    return yield* bookkeeping(ctx).perform(worktreeRemove, [worktree.repo, worktree.path]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
