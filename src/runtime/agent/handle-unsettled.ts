// Long-running tools as unsettled work of a run: they stand with the tasks of pools, because like them they live in the
// process, end by themselves or are cancelled.
import type { ActResult, UnsettledItem, UnsettledSource } from '../lifecycle/index.ts';
import { type RunContext, type Suspending, timestamp } from '../run/index.ts';
import { handlesKey, type LongHandle } from './handles.ts';

const BUCKET = 'pool_pending_tasks';

/** Feeds the bucket with the handles whose work goes on. */
export const handleUnsettledSource: UnsettledSource = {
  bucket: BUCKET,
  *items(ctx, nowMs): Suspending<readonly UnsettledItem[]> {
    yield* [];
    return (ctx.get(handlesKey).all?.running() ?? []).map((handle) => itemOf(handle, nowMs));
  },
  item(ctx, id, nowMs) {
    const handle = runningOf(ctx, id);
    return handle === undefined ? undefined : itemOf(handle, nowMs);
  },
  *act(ctx, item, action): Suspending<ActResult> {
    yield* [];
    const handle = runningOf(ctx, item.id);
    if (handle === undefined) return { status: 'gone' };
    if (action !== 'cancel') {
      return { status: 'refused', reason: 'a long-running tool can only be cancelled' };
    }
    ctx.get(handlesKey).all?.cancel(handle);
    return { status: 'done', disposition: 'cancelled' };
  },
};

function runningOf(ctx: RunContext, id: string): LongHandle | undefined {
  const handle = ctx.get(handlesKey).all?.find(id);
  return handle?.status === 'running' ? handle : undefined;
}

function itemOf(handle: LongHandle, nowMs: number): UnsettledItem {
  const { id, operation, descriptor, startedAtMs, sessionId } = handle;
  return {
    bucket: BUCKET,
    id,
    view: {
      id,
      task_id: id,
      kind: 'long_running_tool',
      handle_id: id,
      operation,
      command_or_op_descriptor: descriptor,
      session_id: sessionId,
      status: 'running',
      started_at: timestamp(startedAtMs),
      started_at_ms: startedAtMs,
      age_ms: Math.max(0, nowMs - startedAtMs),
    },
    moves: true,
    actions: ['drain', 'cancel'],
  };
}
