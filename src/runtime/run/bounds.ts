// Bounds: what may be done at a place, taken down where work is handed over and in force again where it is done. Whoever
// starts something that leaves its own place in the tree of tasks (below the run, or kept to be called later by somebody
// else) hands its bounds on with it, so that nothing gets rid of a restriction by going elsewhere.
//
// In memory only and re-made by replay, like the tasks they belong to.
import { bug } from '../../base/index.ts';
import type { Authority } from './authority.ts';
import { type Carried, type Handler, type RunContext, startHandler } from './context.ts';
import type { Suspending } from './op.ts';
import type { ExecutionScope } from './scope.ts';
import type { Task } from './task.ts';

export interface Bounds {
  readonly authority: Authority;
  /** Paths, policy and approvals, account, mutation session. */
  readonly scope: ExecutionScope;
  /** Command policies and the like, and the values of the task. */
  readonly carried: Carried;
}

/** Those of the caller, as they are now. */
export function boundsOf({ authority, scope, task }: RunContext): Bounds {
  return { authority, scope, carried: { attached: task.attached, locals: task.locals } };
}

/** Starts work below the run itself, in some bounds: it may outlive who starts it, and does not end with it. */
export function startBeside(ctx: RunContext, bounds: Bounds, id: string, work: Handler): Task {
  const owner = ctx.run.scheduler.find('run')?.ctx ?? bug('a run without a supervisor');
  return startHandler(owner, id, work, [], bounds);
}

/**
 * A function that is kept to be called by others: it never does more than who hands it over here may, nor more than who calls
 * it. Of whoever is not restricted it is the function itself.
 */
export function keptHandler(ctx: RunContext, handler: Handler): Handler {
  if (isFree(ctx)) return handler;
  const bounds = boundsOf(ctx);
  if (handler.kind === 'generator') return { ...handler, run: keptCode(ctx, handler.run) };
  return {
    ...handler,
    async run(inner, args) {
      const leave = enter(inner, bounds);
      try {
        return await handler.run(inBounds(inner, bounds), args);
      } finally {
        leave();
      }
    },
  };
}

type Code = (ctx: RunContext, args: readonly unknown[]) => Suspending<unknown>;

/** The same for code that is no handler. */
export function keptCode(ctx: RunContext, code: Code): Code {
  if (isFree(ctx)) return code;
  const bounds = boundsOf(ctx);
  return function* (inner, args) {
    const leave = enter(inner, bounds);
    try {
      return yield* code(inBounds(inner, bounds), args);
    } finally {
      leave();
    }
  };
}

function isFree({ run, authority, scope, task }: RunContext): boolean {
  const isWhole = authority === run.authority && scope.isRoot;
  return isWhole && Object.keys(task.attached).length === 0;
}

/** The caller's task, able to do what both may. */
function inBounds(ctx: RunContext, { authority, scope }: Bounds): RunContext {
  return ctx.withAuthority(authority.within(ctx.authority)).withScope(scope.calledFrom(ctx.scope));
}

/** What is attached to both holds for the caller's task meanwhile. */
function enter({ task }: RunContext, { carried }: Bounds): () => void {
  const before = task.attached;
  task.attached = attachedOfBoth(before, carried.attached);
  return () => {
    task.attached = before;
  };
}

type Attached = Task['attached'];

/** What is attached to two tasks, together: of what is no list, that of the first. */
export function attachedOfBoth(caller: Attached, kept: Attached): Attached {
  const both: { [name: string]: unknown } = { ...kept, ...caller };
  for (const [name, value] of Object.entries(kept)) {
    const other = caller[name];
    if (!Array.isArray(value) || !Array.isArray(other)) continue;
    both[name] = [...other, ...value.filter((one) => !other.includes(one))];
  }
  return both;
}
