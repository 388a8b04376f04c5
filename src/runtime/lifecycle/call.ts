// Calling user callbacks: as part of the caller's own task where possible, and never left running behind its back.
import { type Handler, type RunContext, type Suspending, startHandler } from '../run/index.ts';

/** A callback of the lifecycle: gets the value, gives the next one. */
export type FinishCallback = Handler;

/** A callback written as a suspending computation. */
export function finishCallback(
  name: string,
  run: (ctx: RunContext, value: unknown) => Suspending<unknown>,
): FinishCallback {
  return { kind: 'generator', name, run: (ctx, [value]) => run(ctx, value) };
}

/** Calls a callback as a plain function call: Harn and runtime ones in the same task, TypeScript ones in a lane. */
export function* callInline(
  ctx: RunContext,
  callback: Handler,
  ...args: readonly unknown[]
): Suspending<unknown> {
  if (callback.kind === 'generator') return yield* callback.run(ctx, args);
  return yield* callAsChild(ctx, callback, ...args);
}

/** Calls a callback as a child task; when the caller is interrupted the child goes with it. */
export function* callAsChild(
  ctx: RunContext,
  callback: Handler,
  ...args: readonly unknown[]
): Suspending<unknown> {
  const child = startHandler(ctx, ctx.task.nextCallback(ctx.task.lastOrdinal), callback, args);
  try {
    return yield* ctx.join(child);
  } finally {
    ctx.run.scheduler.drop(child);
  }
}
