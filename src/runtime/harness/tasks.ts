// Lanes: async functions that run beside each other inside one run, and named steps. The TypeScript form of spawn,
// parallel and deadline; identities come from the call tree, as in the language.
import { nestedPipeline } from '../lifecycle/index.ts';
import {
  type AsyncEffect,
  defineEffect,
  type Outcome,
  opaquely,
  plainOf,
  type RunContext,
} from '../run/index.ts';
import {
  awaitSpawned,
  cancelSpawned,
  parallelAll,
  parallelSettle,
  spawnTask,
} from '../work/index.ts';
import { callback, need } from './arguments.ts';
import type { Pipeline } from './pipeline.ts';
import type { Harness } from './tree.ts';

/** A function that runs as a lane of its own, with its own harness. */
export type LaneFn<A extends readonly unknown[], R> = (harness: Harness, ...args: A) => Promise<R>;

/** How a parallel group runs. */
export interface ParallelOptions {
  /** At most so many lanes at once; all by default. */
  readonly maxConcurrent?: number;
}

/** The outcome of one lane of `parallelSettle`. */
export type Settled<R> =
  | { readonly status: 'fulfilled'; readonly value: R }
  | { readonly status: 'rejected'; readonly reason: unknown };

/** A lane that was spawned. */
export interface Spawned<R> {
  /** Its value, or its error thrown. */
  join(): Promise<R>;
  /** Ends it now; nothing of it runs again. */
  cancel(): void;
}

/** What a harness offers for running things beside each other. */
export interface TaskMethods {
  /**
   * Runs `fn` as one recorded unit: after its result is in the journal it is never entered again. Inside, anything may
   * be awaited. Two open steps of one name in one lane are an error.
   */
  step<R>(name: string, fn: () => Promise<R> | R): Promise<R>;
  /** Runs `fn` once per item; results in item order. The first failure cancels the rest and is thrown. */
  parallel<T, R>(
    items: readonly T[],
    fn: LaneFn<[T, number], R>,
    options?: ParallelOptions,
  ): Promise<R[]>;
  /** Runs `fn` once per item to the end of every one. */
  parallelSettle<T, R>(
    items: readonly T[],
    fn: LaneFn<[T, number], R>,
    options?: ParallelOptions,
  ): Promise<Settled<R>[]>;
  /** Starts a lane beside this one. */
  spawn<R>(fn: LaneFn<[], R>): Spawned<R>;
  /**
   * Calls another pipeline as a part of this run, with an `onFinish` slot of its own: what it registers is called when
   * its body has returned, and gives the value of the call. Settlement and receipt stay this run's.
   */
  call<I, O>(pipeline: Pipeline<I, O>, input: I): Promise<O>;
}

/** The task methods of a context. */
export function taskMethods(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): TaskMethods {
  // The one argument of a lane's handler is the list of its arguments after the harness.
  const laneHandler = (method: string, fn: LaneFn<never, unknown>) => {
    const { run, ...handler } = callback(method, fn, harnessFor);
    return {
      ...handler,
      run: (lane: RunContext, [args]: readonly unknown[]) => run(lane, args as []),
    };
  };
  return {
    step: async (name, fn) => {
      need('harness.step', 'the name', 'a text', name);
      need(`harness.step("${name}")`, 'the function', 'a function', fn);
      return ctx.requestStep(stepEffect(ctx.runId, name, fn), name);
    },
    parallel: async (items, fn, options = {}) => {
      const pairs = withIndexes('harness.parallel', items);
      const lane = laneHandler('harness.parallel', fn);
      const results = await ctx.runFromLane(ctx.task.nextGroup('call'), (inner) =>
        parallelAll(inner, pairs, lane, {
          form: 'parallel',
          maxConcurrent: options.maxConcurrent,
        }),
      );
      return results as never;
    },
    parallelSettle: async (items, fn, options = {}) => {
      const pairs = withIndexes('harness.parallelSettle', items);
      const lane = laneHandler('harness.parallelSettle', fn);
      const outcomes = await ctx.runFromLane(ctx.task.nextGroup('call'), (inner) =>
        parallelSettle(inner, pairs, lane, {
          form: 'parallel_settle',
          maxConcurrent: options.maxConcurrent,
        }),
      );
      return outcomes.map(settledOf) as never;
    },
    call: async (pipeline, input) => {
      const { run } = callback('harness.call', pipeline.fn, harnessFor);
      const body = { kind: 'async', name: pipeline.name, run } as const;
      const value = await ctx.runFromLane(ctx.task.nextGroup('pipeline'), (inner) =>
        nestedPipeline(inner, body, [input]),
      );
      return value as never;
    },
    spawn: (fn) => {
      const spawned = spawnTask(ctx, laneHandler('harness.spawn', fn), [[]]);
      return {
        join: () =>
          ctx.runFromLane(ctx.task.nextGroup('join'), (inner) =>
            awaitSpawned(inner, spawned),
          ) as never,
        cancel: () => cancelSpawned(ctx, spawned),
      };
    },
  };
}

function withIndexes<T>(method: string, items: readonly T[]): readonly (readonly [T, number])[] {
  if (!Array.isArray(items)) need(method, 'the items', 'a list', items);
  return items.map((item, index) => [item, index]);
}

function settledOf(outcome: Outcome): Settled<unknown> {
  return outcome.ok
    ? { status: 'fulfilled', value: outcome.value }
    : { status: 'rejected', reason: outcome.error };
}

/** A step is an effect with a body. What it does inside is the program's; only its result is kept. */
function stepEffect<R>(runId: string, name: string, fn: () => Promise<R> | R): AsyncEffect<[], R> {
  return defineEffect(
    { name: `step.${name}`, class: 'read', access: 'mutate', paid: () => true },
    async () =>
      plainOf(await opaquely(runId, `step "${name}"`, fn), `the result of step "${name}"`) as R,
  );
}
