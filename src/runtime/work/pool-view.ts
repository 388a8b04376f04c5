// Pools and their tasks as data: what programs, waits and the list of unsettled work see.
import type { Json } from '../../base/index.ts';
import { errorText, type Pool, type PoolTask, type PoolTaskStatus } from './pool-state.ts';

/** What a submission gives. */
export type PoolTaskHandle = {
  readonly _type: 'pool_task';
  readonly id: string;
  readonly pool_id: string;
  readonly pool: string;
  readonly submitted_at: string;
  readonly status: PoolTaskStatus;
  readonly key?: string;
  readonly error?: string;
  readonly rejection_reason?: string;
  readonly rejection_policy?: string;
};

/** A task with what came of it. */
export type PoolTaskSnapshot = PoolTaskHandle & {
  readonly priority: number;
  readonly started_at?: number;
  readonly finished_at?: number;
  readonly result?: Json;
};

/** A pool at one moment. Times in ms since the Unix epoch. */
export type PoolSnapshot = {
  readonly _type: 'pool';
  readonly id: string;
  readonly name: string;
  readonly max_concurrent: number;
  readonly created_at: number;
  readonly active: number;
  readonly queued: number;
  readonly completed: number;
  readonly failed: number;
  readonly rejected: number;
  readonly cancelled: number;
  readonly total: number;
  readonly queue_strategy: string;
  readonly backpressure: Json;
  readonly blocked_submitters: number;
  readonly tasks: readonly PoolTaskSnapshot[];
  readonly scope: string;
  readonly scope_id: string;
};

/** The handle of a task. */
export function handleOf(task: PoolTask): PoolTaskHandle {
  const { status, reason, policy } = task;
  return {
    _type: 'pool_task',
    id: task.id,
    pool_id: task.pool.id,
    pool: task.pool.name,
    submitted_at: task.submittedAt,
    status,
    ...(task.key === null ? {} : { key: task.key }),
    ...(status === 'failed' ? { error: errorText(task.error) } : {}),
    ...(status === 'cancelled' && reason !== undefined ? { error: reason } : {}),
    ...(status === 'rejected' && reason !== undefined ? { rejection_reason: reason } : {}),
    ...(status === 'rejected' && policy !== undefined ? { rejection_policy: policy } : {}),
  };
}

/** A task with everything that is known of it. */
export function snapshotOfTask(task: PoolTask): PoolTaskSnapshot {
  return {
    ...handleOf(task),
    priority: task.priority,
    ...(task.startedAtMs === undefined ? {} : { started_at: task.startedAtMs }),
    ...(task.finishedAtMs === undefined ? {} : { finished_at: task.finishedAtMs }),
    ...(task.status === 'completed' ? { result: task.result } : {}),
  };
}

/** A pool with its tasks in order of submission. */
export function snapshotOfPool(pool: Pool, runId: string): PoolSnapshot {
  const tasks = [...pool.tasks.values()];
  const count = (status: PoolTaskStatus) => tasks.filter((task) => task.status === status).length;
  return {
    _type: 'pool',
    id: pool.id,
    name: pool.name,
    max_concurrent: pool.options.maxConcurrent,
    created_at: pool.createdAtMs,
    active: pool.active,
    queued: pool.queue.length,
    completed: count('completed'),
    failed: count('failed'),
    rejected: count('rejected'),
    cancelled: count('cancelled'),
    total: tasks.length,
    queue_strategy: pool.options.strategy.kind,
    backpressure: { _type: 'backpressure', ...pool.options.backpressure },
    blocked_submitters: pool.blockedSubmitters,
    tasks: tasks.map(snapshotOfTask),
    scope: pool.options.scope,
    scope_id: runId,
  };
}
