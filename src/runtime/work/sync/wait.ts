// Waiting for another task of the run, with or without a limit. The limit is a timer in a task of its own, so its end
// is an outcome of the journal: what came first the first time comes first in every replay.
import { clockEffects } from '../../io/index.ts';
import { defineEffect, type RunContext, type Suspending, type Task } from '../../run/index.ts';
import { syncErrors } from './errors.ts';

/** A sleep that needs no authority over the clock: it only bounds a wait. */
const timeout = defineEffect(
  { ...clockEffects.sleep_ms.spec, name: 'runtime.timeout' },
  clockEffects.sleep_ms.run,
);

/** What is waited for, and for how long. */
export interface WaitSpec<T> {
  /** For reports of who waits for what. */
  readonly what: string;
  readonly describe?: (() => string) | undefined;
  /** Undefined: without a limit. */
  readonly timeoutMs?: number | undefined;
  /** Called once; what it gives back takes the waiter out again. */
  readonly start: (wake: (value: T) => void) => () => void;
}

/** Waits. Undefined when the time was up first. Throws when the task has been asked to stop. */
export function* waitFor<T>(ctx: RunContext, spec: WaitSpec<T>): Suspending<T | undefined> {
  assertGoesOn(ctx.task);
  const timer = spec.timeoutMs === undefined ? undefined : startTimer(ctx, spec.timeoutMs);
  try {
    return (yield* ctx.block(
      spec.what,
      (resume) => {
        const leave = spec.start((value) => resume({ ok: true, value }));
        const forget = timer?.onDone(() => {
          leave();
          resume({ ok: true, value: undefined });
        });
        return () => {
          forget?.();
          leave();
        };
      },
      spec.describe,
    )) as T | undefined;
  } finally {
    if (timer !== undefined) ctx.run.scheduler.drop(timer);
  }
}

/** Sleeps in the run's own name, whatever the program's authority over the clock. */
export function* pause(ctx: RunContext, ms: number): Suspending<void> {
  if (ms > 0) yield* performTimeout(ctx, ms);
}

function startTimer(ctx: RunContext, ms: number): Task {
  const id = ctx.task.nextCallback(ctx.task.lastOrdinal);
  return ctx.startTask(id, (child) => performTimeout(child, ms));
}

function* performTimeout(ctx: RunContext, ms: number): Suspending<void> {
  const own = ctx.withAuthority(ctx.run.authority);
  yield* own.perform(timeout, [ms]);
}

/** Throws when the task, or one above it, was asked to stop: a new wait would only delay the end. */
function assertGoesOn(task: Task): void {
  if (task.isStopping) throw syncErrors.stopping({ task: task.id });
}

/**
 * Something handed to a task that has not gone on yet. Dropped in between, the task never had it, and `undo` gives it
 * to whoever is next.
 */
export class Handover {
  readonly #task: Task;
  #undo: (() => void) | undefined;

  constructor(task: Task) {
    this.#task = task;
  }

  give(undo: () => void): void {
    this.#undo = undo;
    this.#task.owned.add(undo);
  }

  /** The task goes on and has it. */
  done(): void {
    if (this.#undo !== undefined) this.#task.owned.delete(this.#undo);
    this.#undo = undefined;
  }
}
