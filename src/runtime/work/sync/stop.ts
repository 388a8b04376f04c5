// Asking a task to come to its end by itself: it is told (`is_cancelled`), and what it waits for throws. Who does not end
// in time is dropped. All of it follows from what the asking task does, so nothing is journaled and replay repeats it.
import type { RunContext, Suspending, Task } from '../../run/index.ts';
import { syncErrors } from './errors.ts';
import { waitFor } from './wait.ts';

/** Tells a task to stop. Waits, sleeps and locks it waits for throw; calls to the outside are left to end. */
export function requestStop(ctx: RunContext, task: Task): void {
  if (!task.alive) return;
  task.stopRequested = true;
  interrupt(ctx, task);
}

/** Tells a task to stop and waits so long for its end; then it is dropped. True when it ended by itself. */
export function* stopTask(ctx: RunContext, task: Task, timeoutMs: number): Suspending<boolean> {
  if (!task.alive) return true;
  requestStop(ctx, task);
  const ended = yield* waitFor<boolean>(ctx, {
    what: `${task.id} to stop`,
    timeoutMs,
    start: (wake) => task.onDone(() => wake(true)),
  });
  if (ended === undefined) ctx.run.scheduler.drop(task);
  return ended === true;
}

function interrupt(ctx: RunContext, task: Task): void {
  const { scheduler } = ctx.run;
  for (const open of [...task.open.values()]) {
    const spec = open.effect?.effect.spec;
    // A call that may have touched the outside, or is paid for, is worth its answer.
    const isWait = spec === undefined || spec.class === 'ambient' || open.wait !== undefined;
    if (!isWait) continue;
    scheduler.dropOpen(open);
    const error = syncErrors.stopping({ task: task.id });
    scheduler.wake(task, () => open.resume({ ok: false, error }));
  }
  // A lane waits through its calls, which are tasks of their own.
  if (task.isLane) {
    for (const child of [...task.children]) if (child.isCall) interrupt(ctx, child);
  }
}
