// Pools in TypeScript.
import type { Json } from '../../base/index.ts';
import type { RunContext } from '../run/index.ts';
import {
  type PoolOptions,
  type PoolSnapshot,
  type PoolTaskHandle,
  type PoolTaskSnapshot,
  poolCreate,
  poolGet,
  poolList,
  poolResult,
  poolSize,
  poolSnapshot,
  poolSubmit,
  poolWait,
  type SubmitOptions,
} from '../work/index.ts';
import { keptCallback } from './arguments.ts';
import type { Harness } from './tree.ts';

/** Bounded concurrency inside one run. */
export interface PoolHandle {
  readonly id: string;
  readonly name: string;
  /** Queues a task; it runs as a lane when the pool has room. Its result must be data. */
  submit(
    fn: (harness: Harness) => Promise<unknown>,
    options?: SubmitOptions,
  ): Promise<PoolTaskHandle>;
  /** How many tasks have not ended. */
  size(): number;
  snapshot(): PoolSnapshot;
}

/** What the agent handle offers for pools. */
export interface PoolMethods {
  poolCreate(options?: PoolOptions): PoolHandle;
  poolGet(nameOrId: string): PoolHandle | undefined;
  poolList(): readonly PoolSnapshot[];
  /** Waits for a task and says what came of it; a failure does not throw. */
  poolWait(task: PoolTaskHandle | string): Promise<PoolTaskSnapshot>;
  /** Waits for a task and gives its result, or throws what it threw. */
  poolResult(task: PoolTaskHandle | string): Promise<Json>;
}

/** The pool methods of a context. */
export function poolMethods(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): PoolMethods {
  const handleOf = ({ id, name }: PoolSnapshot): PoolHandle => ({
    id,
    name,
    submit: (fn, options = {}) => {
      const handler = keptCallback('a pool task', fn, harnessFor);
      return ctx.runFromLane(ctx.task.nextGroup('pool'), (inner) =>
        poolSubmit(inner, { id }, handler, options),
      );
    },
    size: () => poolSize(ctx, { id }),
    snapshot: () => poolSnapshot(ctx, { id }),
  });
  return {
    poolCreate: (options) => handleOf(poolCreate(ctx, options)),
    poolGet: (nameOrId) => {
      const found = poolGet(ctx, nameOrId);
      return found === null ? undefined : handleOf(found);
    },
    poolList: () => poolList(ctx),
    poolWait: (task) =>
      ctx.runFromLane(ctx.task.nextGroup('pool'), (inner) => poolWait(inner, task)),
    poolResult: (task) =>
      ctx.runFromLane(ctx.task.nextGroup('pool'), (inner) => poolResult(inner, task)),
  };
}
