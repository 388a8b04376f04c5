// Tasks as programs use them: spawn, await, cancel, parallel in its three forms, and deadlines. Written over the
// scheduler's two primitives (start a task, wait inside the process), so nothing here is journaled: replay re-makes it.
import {
  type Handler,
  type Outcome,
  type OutputBuffer,
  type RunContext,
  type Suspending,
  startHandler,
  type Task,
} from '../run/index.ts';
import { monoNow } from './mono.ts';

/** A spawned task as its owner holds it. */
export interface Spawned {
  readonly task: Task;
  readonly buffer: OutputBuffer;
  /** Set by the first await: later ones find nothing. */
  taken: boolean;
}

/** Starts a task beside the caller. It runs when the caller really waits. */
export function spawnTask(ctx: RunContext, body: Handler, args: readonly unknown[] = []): Spawned {
  const buffer: OutputBuffer = [];
  const task = startHandler(ctx, ctx.task.nextGroup('spawn'), body, args, { buffer });
  // Nobody may ever await it; what it wrote must not vanish with it.
  ctx.run.endings.push(() => {
    for (const text of buffer.splice(0)) ctx.run.output.write('stdout', text);
  });
  return { task, buffer, taken: false };
}

/** Waits for a spawned task: its text appears now, then its value is given or its error thrown. Once. */
export function* awaitSpawned(ctx: RunContext, spawned: Spawned): Suspending<unknown> {
  if (spawned.taken) return null;
  spawned.taken = true;
  if (spawned.task.status === 'dropped') return null;
  try {
    return yield* ctx.join(spawned.task);
  } finally {
    flush(ctx, spawned.buffer);
  }
}

/** Ends a spawned task now; nothing of it runs again. */
export function cancelSpawned(ctx: RunContext, spawned: Spawned): void {
  spawned.taken = true;
  ctx.run.scheduler.drop(spawned.task);
  flush(ctx, spawned.buffer);
}

/** How a parallel group runs. */
export interface ParallelOptions {
  /** Names the children: `parallel`, `parallel_each`, `parallel_settle`. */
  readonly form: string;
  /** At most so many at once; undefined or not positive: all. */
  readonly maxConcurrent?: number | undefined;
}

interface Branch {
  readonly task: Task;
  readonly buffer: OutputBuffer;
}

/**
 * Runs `handler` once per item and gives the results in item order. The first failure cancels the branches that
 * still run and those not yet begun; of several failures the lowest index is thrown. Text appears in item order.
 */
export function* parallelAll(
  ctx: RunContext,
  items: readonly unknown[],
  handler: Handler,
  options: ParallelOptions,
): Suspending<readonly unknown[]> {
  const outcomes = yield* runBranches(ctx, items, handler, { ...options, failFast: true });
  const failed = outcomes.find((outcome) => outcome !== undefined && !outcome.ok);
  if (failed !== undefined && !failed.ok) throw failed.error;
  return outcomes.map((outcome) => (outcome?.ok === true ? outcome.value : null));
}

/** Runs `handler` once per item to the end of every one and gives all outcomes in item order. */
export function* parallelSettle(
  ctx: RunContext,
  items: readonly unknown[],
  handler: Handler,
  options: ParallelOptions,
): Suspending<readonly Outcome[]> {
  const outcomes = yield* runBranches(ctx, items, handler, { ...options, failFast: false });
  return outcomes.filter((outcome): outcome is Outcome => outcome !== undefined);
}

function* runBranches(
  ctx: RunContext,
  items: readonly unknown[],
  handler: Handler,
  options: ParallelOptions & { readonly failFast: boolean },
): Suspending<readonly (Outcome | undefined)[]> {
  const group = ctx.task.nextGroup(options.form);
  const cap = options.maxConcurrent ?? 0;
  const limit = cap > 0 ? cap : items.length;
  const outcomes: (Outcome | undefined)[] = items.map(() => undefined);
  const branches: (Branch | undefined)[] = items.map(() => undefined);
  let next = 0;
  let running = 0;
  let failed = false;
  let resume: (() => void) | undefined;
  const startNext = () => {
    const index = next;
    next += 1;
    running += 1;
    const buffer: OutputBuffer = [];
    const task = startHandler(ctx, `${group}:${index}`, handler, [items[index]], { buffer });
    branches[index] = { task, buffer };
    task.onDone((outcome) => {
      outcomes[index] = outcome;
      running -= 1;
      if (!outcome.ok && options.failFast) failed = true;
      if (failed) resume?.();
      else if (next < items.length) startNext();
      else if (running === 0) resume?.();
    });
  };
  while (next < items.length && running < limit) startNext();
  try {
    if (running > 0) {
      yield* ctx.block(`${options.form} of ${items.length}`, (wake) => {
        resume = () => wake({ ok: true, value: undefined });
        return () => {
          resume = undefined;
        };
      });
    }
  } finally {
    failed = true;
    for (const branch of branches) if (branch !== undefined) ctx.run.scheduler.drop(branch.task);
    for (const [index, branch] of branches.entries()) {
      if (branch === undefined) continue;
      flush(ctx, branch.buffer);
      const outcome = outcomes[index];
      if (options.failFast && outcome !== undefined && !outcome.ok) break;
    }
  }
  return outcomes;
}

/**
 * Runs `handler` once per item and hands out results as they come, through `take`: a suspending pull that answers
 * undefined at the end. A failure is thrown at the pull that meets it and ends the rest.
 */
export function parallelStream(
  ctx: RunContext,
  items: readonly unknown[],
  handler: Handler,
  options: ParallelOptions,
): { take(ctx: RunContext): Suspending<{ readonly value: unknown } | undefined> } {
  const group = ctx.task.nextGroup(options.form);
  const cap = options.maxConcurrent ?? 0;
  const limit = cap > 0 ? cap : items.length;
  const arrived: Outcome[] = [];
  const tasks: Task[] = [];
  let next = 0;
  let open = 0;
  let wake: (() => void) | undefined;
  const startNext = () => {
    const task = startHandler(ctx, `${group}:${next}`, handler, [items[next]]);
    next += 1;
    open += 1;
    tasks.push(task);
    task.onDone((outcome) => {
      open -= 1;
      arrived.push(outcome);
      if (outcome.ok && next < items.length) startNext();
      wake?.();
    });
  };
  while (next < items.length && open < limit) startNext();
  return {
    *take(puller) {
      while (arrived.length === 0) {
        if (open === 0) return undefined;
        yield* puller.block('a parallel stream', (resume) => {
          wake = () => resume({ ok: true, value: undefined });
          return () => {
            wake = undefined;
          };
        });
        wake = undefined;
      }
      const outcome = arrived.shift() as Outcome;
      if (outcome.ok) return { value: outcome.value };
      for (const task of tasks) ctx.run.scheduler.drop(task);
      next = items.length;
      open = 0;
      arrived.length = 0;
      throw outcome.error;
    },
  };
}

/**
 * Runs `body` in the caller's own task and interrupts it with a coded error once `ms` have passed. Only time during
 * which a process holds the run counts.
 */
export function* withDeadline<T>(
  ctx: RunContext,
  ms: number,
  body: (ctx: RunContext) => Suspending<T>,
): Suspending<T> {
  const startMono = ctx.sync(monoNow, []);
  const deadline = ctx.run.interrupts.push(ctx.task, ms, startMono);
  try {
    return yield* body(ctx);
  } finally {
    ctx.run.interrupts.pop(ctx.task, deadline);
  }
}

function flush(ctx: RunContext, buffer: OutputBuffer): void {
  for (const text of buffer.splice(0)) ctx.write('stdout', text);
}
