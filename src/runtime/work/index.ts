// Front door of work: tasks that run beside each other.
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
