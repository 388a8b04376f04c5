// A task that fills a channel and ends with it: it closes the channel when it is done, and whoever closes the channel
// before drops the task where it is, with all that it waits for. So a reader that leaves reaches the other end at once.
import type { RunContext, Suspending, Task } from '../../run/index.ts';
import type { Channel } from './channel.ts';

/** How a task that fills a channel ended. */
export type FillEnd<T> = { readonly result: T } | { readonly error: unknown };

/** A task that fills a channel. */
export interface Filling<T> {
  /** Waits for its end; undefined when the channel was closed before. */
  end(ctx: RunContext): Suspending<FillEnd<T> | undefined>;
}

/** Starts a task that fills `channel`. An error of `body` closes it with that error. */
export function fillChannel<T>(
  ctx: RunContext,
  group: string,
  channel: Channel,
  body: (ctx: RunContext) => Suspending<T>,
): Filling<T> {
  let ended: FillEnd<T> | undefined;
  let isGivenUp = false;
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const wake of [...waiting]) wake();
  };
  const task: Task = ctx.startTask(ctx.task.nextGroup(group), function* (inner) {
    try {
      ended = { result: yield* body(inner) };
      channel.close();
    } catch (error) {
      ended = { error };
      channel.fail(error);
    }
    tell();
    return null;
  });
  channel.whenClosed(() => {
    if (ended !== undefined) return;
    isGivenUp = true;
    ctx.run.scheduler.drop(task);
    tell();
  });
  return {
    *end(asking) {
      if (ended === undefined && !isGivenUp) {
        yield* asking.block(`the end of channel "${channel.name}"`, (resume) => {
          const wake = () => resume({ ok: true, value: null });
          waiting.add(wake);
          return () => waiting.delete(wake);
        });
      }
      return ended;
    },
  };
}
