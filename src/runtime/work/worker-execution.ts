// Where a worker works: `{cwd, env, worktree}` as programs write it, made whole when the worker is started. What is kept
// has absolute paths and all variables, so a worker that is resumed elsewhere works in the same place.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { baseName, joinPath, resolvePath } from '../host/index.ts';
import { fsEffects } from '../io/index.ts';
import {
  ExecutionScope,
  type RunContext,
  type ScopeChange,
  type Suspending,
} from '../run/index.ts';
import { objectOf } from './worker-config.ts';
import { intersect, policyRules } from './worker-policy.ts';
import { bookkeeping } from './worker-record.ts';
import {
  enterWorktree,
  leaveWorktree,
  type WorktreeSpec,
  worktreeAdd,
  worktreeRoot,
} from './worker-worktree.ts';

/** An execution with everything decided, by the place of whoever starts it; `id` names what it is for. */
export function resolveExecution(
  ctx: RunContext,
  given: JsonObject,
  id: string,
  policy: Json = null,
): JsonObject {
  const { scope } = ctx;
  const isBound = rootsOf(policy).length > 0;
  if (Object.keys(given).length === 0 && scope.isRoot && !isBound) return {};
  const here = () => scope.cwd ?? bookkeeping(ctx).sync(fsEffects.cwd, []);
  const worktree = isJsonObject(given['worktree'])
    ? resolveWorktree(ctx, given['worktree'], id, here())
    : undefined;
  const asked = typeof given['cwd'] === 'string' ? given['cwd'] : undefined;
  const cwd =
    worktree !== undefined
      ? resolvePath(worktree.path, asked ?? '.')
      : asked === undefined
        ? isBound
          ? here()
          : scope.cwd
        : resolvePath(here(), asked);
  const env = { ...scope.env, ...(objectOf(given['env']) as { readonly [name: string]: string }) };
  return {
    ...(cwd === undefined ? {} : { cwd: scope.path(cwd) }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(worktree === undefined ? {} : { worktree }),
  };
}

function resolveWorktree(
  ctx: RunContext,
  given: JsonObject,
  id: string,
  cwd: string,
): WorktreeSpec {
  // A worktree is made by a process: who may not start one is refused before anything happens.
  ctx.authority.check(worktreeAdd.spec);
  const repo = resolvePath(cwd, String(given['repo']));
  const text = (key: string) => {
    const value = given[key];
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const path = text('path');
  const { scope } = ctx;
  return {
    repo: scope.path(repo),
    path: scope.path(
      path === undefined
        ? joinPath(bookkeeping(ctx).sync(worktreeRoot, []), baseName(repo), id)
        : resolvePath(cwd, path),
    ),
    branch: text('branch') ?? `harn-${id}`,
    base_ref: text('base_ref') ?? 'HEAD',
    cleanup: text('cleanup') ?? null,
  };
}

/** The roots of a policy with absolute paths, so that they mean the same wherever the worker goes. */
export function absoluteRoots(ctx: RunContext, policy: Json): Json {
  const roots = rootsOf(policy);
  if (roots.length === 0 || !isJsonObject(policy)) return policy;
  const cwd = ctx.scope.cwd ?? bookkeeping(ctx).sync(fsEffects.cwd, []);
  return { ...policy, workspace_roots: roots.map((root) => resolvePath(cwd, root)) };
}

/** The scope of a worker: its resolved execution under its policy, whoever started it. */
export function scopeOf(execution: JsonObject, policy: Json): ExecutionScope {
  return ExecutionScope.root.with(changeOf(execution, policy));
}

function changeOf(execution: JsonObject, policy: Json): ScopeChange {
  const cwd = execution['cwd'];
  return {
    cwd: typeof cwd === 'string' ? cwd : undefined,
    env: objectOf(execution['env']) as { readonly [name: string]: string },
    roots: rootsOf(policy),
    policy: isJsonObject(policy) ? policy : undefined,
  };
}

function rootsOf(policy: Json): readonly string[] {
  const roots = isJsonObject(policy) ? policy['workspace_roots'] : undefined;
  return Array.isArray(roots) ? roots.map(String) : [];
}

/** The context under what `wanted` asks for of the policy in force. Asking for more than that is an error. */
export function underPolicy(ctx: RunContext, wanted: JsonObject): RunContext {
  const policy = intersect(ctx.scope.policy, absoluteRoots(ctx, wanted));
  const bound = rootsOf(policy).length > 0 && ctx.scope.cwd === undefined;
  const cwd = bound ? bookkeeping(ctx).sync(fsEffects.cwd, []) : undefined;
  return limited(ctx, ctx.scope.with({ ...changeOf({}, policy), cwd }), policy);
}

/** The context in a scope whose policy also takes away authority. */
function limited(ctx: RunContext, scope: ExecutionScope, policy: Json): RunContext {
  const authority = ctx.authority.without(policyRules(policy), 'the policy in force');
  return ctx.withAuthority(authority).withScope(scope);
}

/**
 * Runs a body where an execution says, without a worker: its worktree is there before, and gone after when that was
 * asked for. `keep` says of a result that the work is not at its end.
 */
export function* withExecution<T>(
  ctx: RunContext,
  execution: JsonObject,
  policy: Json,
  body: (inner: RunContext) => Suspending<T>,
  keep: (result: T) => boolean = () => false,
): Suspending<T> {
  yield* enterWorktree(ctx, execution);
  let result: T;
  try {
    result = yield* body(limited(ctx, ctx.scope.with(changeOf(execution, policy)), policy));
  } catch (error) {
    yield* leaveWorktree(ctx, execution);
    throw error;
  }
  if (!keep(result)) yield* leaveWorktree(ctx, execution);
  return result;
}
