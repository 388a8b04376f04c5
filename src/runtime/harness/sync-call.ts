// How the methods of `harness.sync` wait: as calls of the lane whose handle is used, and so that nothing gets lost when the
// lane is dropped on the way.
import type { RunContext, Suspending } from '../run/index.ts';
import { Handover, syncErrors } from '../work/index.ts';

export function call<T>(ctx: RunContext, body: (inner: RunContext) => Suspending<T>): Promise<T> {
  return ctx.runFromLane(ctx.task.nextGroup('sync'), body);
}

/** Takes something for a lane; `putBack` gives it to the next one when the lane cannot have it any more. */
export async function takeFor<T>(
  ctx: RunContext,
  take: (inner: RunContext) => Suspending<T | undefined>,
  putBack: (taken: T) => void,
): Promise<T | undefined> {
  // Between the call's end and the lane's next step the lane may be dropped: then the value goes to the next.
  const handover = new Handover(ctx.task);
  const taken = await call(ctx, function* (inner): Suspending<T | undefined> {
    const got = yield* take(inner);
    if (got === undefined) return undefined;
    // A lane may return without awaiting what it asked for.
    if (ctx.task.alive) handover.give(() => putBack(got));
    else putBack(got);
    return got;
  });
  handover.done();
  return taken;
}

export const bad = (method: string, option: string, expected: string) =>
  syncErrors.badOption({ call: `harness.sync.${method}`, option, expected });

export function checkLimit(method: string, timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || timeoutMs >= 0) return;
  throw bad(method, 'timeoutMs', 'ms of 0 or more');
}
