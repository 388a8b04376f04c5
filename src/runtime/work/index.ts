// Front door of work: tasks that run beside each other, and pools that bound how many.
// Pools
export {
  type PoolRef,
  type PoolTaskRef,
  poolCancel,
  poolCreate,
  poolGet,
  poolList,
  poolResult,
  poolSize,
  poolSnapshot,
  poolSubmit,
  poolsKey,
  poolWait,
  poolWaitAll,
} from './pool.ts';
export { poolErrors } from './pool-errors.ts';
export type { PoolOptions, SubmitOptions } from './pool-options.ts';
export type { PoolTaskStatus } from './pool-state.ts';
export { poolUnsettledSource } from './pool-unsettled.ts';
export type { PoolSnapshot, PoolTaskHandle, PoolTaskSnapshot } from './pool-view.ts';
// Tasks
export {
  awaitSpawned,
  cancelSpawned,
  type ParallelOptions,
  parallelAll,
  parallelSettle,
  parallelStream,
  type Spawned,
  spawnTask,
  withDeadline,
} from './task.ts';
