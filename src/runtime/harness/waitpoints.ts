// Waitpoints in TypeScript: `harness.waitpoints`.
import type { RunContext } from '../run/index.ts';
import {
  type Waitpoint,
  type WaitpointWait,
  type WaitpointWaitOptions,
  waitForValues,
  waitForWaitpoints,
  waitpointEffects,
} from '../waitpoint/index.ts';
import { createFamily, type Family, notData } from './family.ts';

/** Named points that are completed once, by any run or person, and that any number of runs wait for. */
export type WaitpointsHandle = Family<typeof waitpointEffects> & {
  /**
   * Waits durably until all are completed, one is cancelled, or the time is up; says which.
   *
   * @example
   * const { status } = await harness.waitpoints.wait(['build', 'review'], { timeoutMs: 3_600_000 });
   */
  wait(ids: string | readonly string[], options?: WaitpointWaitOptions): Promise<WaitpointWait>;
  /** Waits for one and gives it with its value. Rejects with `HARN-WPT-003` (time) or `HARN-WPT-004` (cancelled). */
  waitValue(id: string, options?: WaitpointWaitOptions): Promise<Waitpoint>;
};

/** The waitpoints handle of a context. */
export function waitpointsHandle(ctx: RunContext): WaitpointsHandle {
  const lane = (body: Parameters<typeof ctx.runFromLane>[1]) =>
    ctx.runFromLane(ctx.task.nextGroup('waitpoint'), body) as Promise<never>;
  return notData('harness.waitpoints', {
    ...createFamily('harness.waitpoints', waitpointEffects, ctx),
    wait: (ids: string | readonly string[], options?: WaitpointWaitOptions) =>
      lane((inner) =>
        waitForWaitpoints(inner, typeof ids === 'string' ? [ids] : ids, options ?? {}),
      ),
    waitValue: (id: string, options?: WaitpointWaitOptions) =>
      lane(function* (inner) {
        return (yield* waitForValues(inner, [id], options ?? {}))[0];
      }),
  });
}
