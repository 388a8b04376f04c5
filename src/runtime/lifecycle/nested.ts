// A pipeline that a run's own code calls: part of the run, with an on_finish slot of its own. What it registers is called
// with its value when its body has returned, and gives the value of the call. Hooks, settlement and receipt are the run's.
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import { callAsChild, callInline } from './call.ts';
import { lifecycleKey } from './state.ts';

/**
 * Calls a pipeline's body. A body that throws throws here, and its callback is not called; while the callback runs,
 * registering in this slot is refused.
 */
export function* nestedPipeline(
  ctx: RunContext,
  body: Handler,
  args: readonly unknown[],
): Suspending<unknown> {
  const [slot, close] = ctx.get(lifecycleKey).slots.open(ctx.task);
  try {
    const value = yield* callInline(ctx, body, ...args);
    const callback = slot.take();
    return callback === undefined ? value : yield* callAsChild(ctx, callback, value);
  } finally {
    close();
  }
}
