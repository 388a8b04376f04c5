// `parallel_race`: the first success counts, everything else is dropped.
import {
  type Handler,
  type Outcome,
  type RunContext,
  type Suspending,
  startHandler,
  type Task,
} from '../../run/index.ts';
import { syncErrors } from './errors.ts';
import { use } from './use.ts';

/** How a race runs. */
export interface RaceOptions {
  /** At most so many at once; all if not said. */
  readonly maxConcurrent?: number | undefined;
  /** What a value that is not a success tells; undefined for a success. */
  readonly failureOf?: (value: unknown) => string | undefined;
  readonly errorText: (error: unknown) => string;
}

/**
 * Runs `handler` once per item and gives the first value that is a success; the others are dropped. When all fail, one
 * error names every reason in item order.
 */
export function* parallelRace(
  ctx: RunContext,
  items: readonly unknown[],
  handler: Handler,
  options: RaceOptions,
): Suspending<unknown> {
  use(ctx, 'parallel_race');
  if (items.length === 0) throw syncErrors.raceEmpty({});
  const group = ctx.task.nextGroup('parallel_race');
  const limit = (options.maxConcurrent ?? 0) > 0 ? Number(options.maxConcurrent) : items.length;
  const reasons: string[] = [];
  const tasks: Task[] = [];
  let running = 0;
  let failed = 0;
  let winner: { readonly value: unknown } | undefined;
  let wake: () => void = () => undefined;
  const startNext = () => {
    const index = tasks.length;
    running += 1;
    const task = startHandler(ctx, `${group}:${index}`, handler, [items[index]], { buffer: [] });
    tasks.push(task);
    task.onDone((outcome) => {
      running -= 1;
      const reason = reasonOf(outcome, options);
      if (reason === undefined && outcome.ok) winner ??= { value: outcome.value };
      else {
        reasons[index] = reason ?? '';
        failed += 1;
      }
      if (winner !== undefined || failed === items.length) wake();
      else if (tasks.length < items.length) startNext();
    });
  };
  while (tasks.length < items.length && running < limit) startNext();
  try {
    yield* ctx.block(`the first of ${items.length} tasks in ${group}`, (resume) => {
      wake = () => resume({ ok: true, value: undefined });
      return () => {
        wake = () => undefined;
      };
    });
  } finally {
    for (const task of tasks) ctx.run.scheduler.drop(task);
  }
  if (winner !== undefined) return (winner as { readonly value: unknown }).value;
  throw syncErrors.raceLost({ count: items.length, reasons: reasons.join('; ') });
}

function reasonOf(outcome: Outcome, options: RaceOptions): string | undefined {
  if (!outcome.ok) return options.errorText(outcome.error);
  return options.failureOf?.(outcome.value);
}
