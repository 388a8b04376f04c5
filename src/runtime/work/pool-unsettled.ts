// Pool tasks as unsettled work of a run: queued and running ones, pool by pool.
import type { ActResult, UnsettledItem, UnsettledSource } from '../lifecycle/index.ts';
import type { RunContext, Suspending, Task } from '../run/index.ts';
import { poolsKey } from './pool.ts';
import { isTerminal, type Pool, type PoolTask } from './pool-state.ts';

const BUCKET = 'pool_pending_tasks';

/** Feeds the bucket of pool tasks that have not ended. */
export const poolUnsettledSource: UnsettledSource = {
  bucket: BUCKET,
  *items(ctx, nowMs): Suspending<readonly UnsettledItem[]> {
    yield* [];
    const open = ctx.get(poolsKey).all().flatMap(openTasks);
    const moves = open.length > 0 && somethingMoves(ctx);
    return open.map((task) => itemOf(task, nowMs, moves));
  },
  item(ctx, id, nowMs) {
    const task = ctx.get(poolsKey).task(id);
    if (task === undefined || isTerminal(task.status)) return undefined;
    return itemOf(task, nowMs, somethingMoves(ctx));
  },
  *act(ctx, item, action, { reason }): Suspending<ActResult> {
    yield* [];
    const task = ctx.get(poolsKey).task(item.id);
    if (task === undefined || isTerminal(task.status)) return { status: 'gone' };
    if (action !== 'cancel') {
      return { status: 'refused', reason: 'a pool task can only be cancelled' };
    }
    task.pool.cancel(task, reason);
    return { status: 'done', disposition: 'cancelled' };
  },
};

/** Queued tasks in queue order, then running ones in the order of their submission. */
function openTasks(pool: Pool): readonly PoolTask[] {
  const running = [...pool.tasks.values()].filter((task) => task.status === 'running');
  return [...pool.queue, ...running];
}

function itemOf(task: PoolTask, nowMs: number, moves: boolean): UnsettledItem {
  return {
    bucket: BUCKET,
    id: task.id,
    view: {
      id: task.id,
      task_id: task.id,
      pool_id: task.pool.id,
      pool_name: task.pool.name,
      status: task.status,
      priority: task.priority,
      key: task.key,
      idempotency_key: task.idempotencyKey,
      submitted_at: task.submittedAt,
      submitted_at_ms: task.submittedAtMs,
      submitted_by: task.submittedBy,
      started_at: task.startedAtMs ?? null,
      age_ms: Math.max(0, nowMs - task.submittedAtMs),
    },
    moves,
    actions: ['drain', 'cancel'],
  };
}

/**
 * Whether any other task of the run can go on: it is not waiting, or waits for something outside. Tasks that only wait
 * for each other cannot. An outcome that has come and is not yet delivered counts, so that a replay, which knows it
 * only at its delivery, answers the same.
 */
function somethingMoves(ctx: RunContext): boolean {
  for (const task of ctx.run.scheduler.tasks) {
    if (task !== ctx.task && !onlyWaitsInside(task)) return true;
  }
  return false;
}

function onlyWaitsInside(task: Task): boolean {
  return task.open.size > 0 && [...task.open.values()].every((open) => open.effect === undefined);
}
