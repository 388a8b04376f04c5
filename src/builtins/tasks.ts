// Tasks: what `spawn`, `parallel` and `deadline` compile to, and the globals that go with them.
import type { Outcome, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  awaitSpawned,
  cancelSpawned,
  type ParallelOptions,
  parallelAll,
  parallelSettle,
  parallelStream,
  type Spawned,
  spawnTask,
  stopTask,
  withDeadline,
} from '../runtime/work/index.ts';
import {
  type Ctx,
  call,
  DISPLAY,
  type Dict,
  dictEntries,
  dictGet,
  Emit,
  err,
  type HarnFunction,
  HarnObject,
  HarnRange,
  HarnSet,
  isDict,
  isInt,
  isList,
  KIND,
  makeStream,
  ok,
  type Steps,
  typeOf,
  uncaughtText,
  type Value,
} from '../values/index.ts';
import { toMs } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { valueHandler } from './handler.ts';

/** What `spawn` gives: a task to await or cancel, by its owner. */
export class HarnTaskHandle extends HarnObject {
  readonly spawned: Spawned;
  readonly owner: string;
  readonly number: number;

  constructor(spawned: Spawned, owner: string, number: number) {
    super();
    this.spawned = spawned;
    this.owner = owner;
    this.number = number;
  }

  get [KIND](): string {
    return 'task_handle';
  }

  override [DISPLAY](): string {
    return `<task:vm_task_${this.number}>`;
  }
}

/** A deadline that is neither a duration nor a number. */
const DEFAULT_DEADLINE_MS = 30_000;

/** How long a task may take to stop. */
const DEFAULT_GRACE_MS = 5000;

function* spawn(ctx: Ctx, body: Value): Steps {
  yield* [];
  const run = ctx as RunContext;
  const spawned = spawnTask(run, valueHandler(body as HarnFunction));
  const number = Number(spawned.task.id.slice(spawned.task.id.lastIndexOf(':') + 1));
  return new HarnTaskHandle(spawned, run.task.id, number);
}

function* parallel(ctx: Ctx, mode: Value, subject: Value, body: Value, options: Value): Steps {
  const run = ctx as RunContext;
  const items = itemsOf(mode as string, subject);
  if (items === undefined) return null;
  const handler = valueHandler(body as HarnFunction);
  const form = mode === 'count' ? 'parallel' : `parallel_${mode === 'stream' ? 'each' : mode}`;
  const group: ParallelOptions = { form, maxConcurrent: limitOf(options) };
  if (mode === 'stream') return streamOf(run, items, handler, group);
  if (mode !== 'settle') return (yield* parallelAll(run, items, handler, group)) as Value;
  return settled((yield* parallelSettle(run, items, handler, group)) as readonly Outcome[]);
}

/** What a parallel form runs for: a number of times, or the items that `for` would give. */
function itemsOf(mode: string, subject: Value): readonly Value[] | undefined {
  if (mode === 'count') {
    const count = isInt(subject) ? Number(subject) : 0;
    return Array.from({ length: Math.max(0, count) }, (_, i) => i);
  }
  if (isList(subject)) return subject;
  if (isDict(subject)) return dictEntries(subject as Dict);
  const hasItems = subject instanceof HarnRange || subject instanceof HarnSet;
  return hasItems ? subject.toList() : undefined;
}

function limitOf(options: Value): number | undefined {
  const limit = isDict(options) ? (options as Dict)['max_concurrent'] : undefined;
  if (limit === undefined || limit === null) return undefined;
  if (!isInt(limit)) throw wrong.maxConcurrent({ kind: typeOf(limit) });
  return Number(limit);
}

/** `{results, succeeded, failed}`: each result an Ok or an Err with the text of the failure. */
function settled(outcomes: readonly Outcome[]): Value {
  const results = outcomes.map((outcome) =>
    outcome.ok ? ok(outcome.value as Value) : err(uncaughtText(outcome.error)),
  );
  const succeeded = outcomes.filter((outcome) => outcome.ok).length;
  return { failed: outcomes.length - succeeded, results, succeeded };
}

function streamOf(
  run: RunContext,
  items: readonly Value[],
  handler: Parameters<typeof parallelStream>[2],
  group: ParallelOptions,
): Value {
  const source = parallelStream(run, items, handler, group);
  return makeStream(pull(run, source), true);
}

function* pull(run: RunContext, source: ReturnType<typeof parallelStream>): Steps<unknown> {
  for (;;) {
    const next = (yield* source.take(run)) as { value: Value } | undefined;
    if (next === undefined) return null;
    yield new Emit(next.value);
  }
}

function* deadline(ctx: Ctx, duration: Value, body: Value): Steps {
  const ms = toMs(duration, DEFAULT_DEADLINE_MS);
  return (yield* withDeadline(
    ctx as RunContext,
    ms,
    (inner) => call(body, inner, []) as Suspending<Value>,
  )) as Value;
}

export function taskRows(): readonly BuiltinRow[] {
  return [
    builtin('@spawn(body: any) -> any', { doc: 'Starts a task.', effect: 'wait' }, spawn),
    builtin(
      '@parallel(mode: string, subject: any, body: any, options: any) -> any',
      { doc: 'Runs a body for each item.', effect: 'wait' },
      parallel,
    ),
    builtin(
      '@deadline(duration: any, body: any) -> any',
      { doc: 'Runs a body for so long at most.', effect: 'wait' },
      deadline,
    ),
    builtin(
      'await(task: any) -> any',
      {
        doc: 'Waits for a spawned task and gives its value; its error is thrown here. Once.',
        effect: 'wait',
      },
      function* (ctx: Ctx, task: Value): Steps {
        if (!(task instanceof HarnTaskHandle)) return task;
        if (task.owner !== (ctx as RunContext).task.id) return null;
        return (yield* awaitSpawned(ctx as RunContext, task.spawned)) as Value;
      },
    ),
    builtin(
      'cancel(task: any) -> nil',
      { doc: 'Ends a spawned task now; nothing of it runs again.', effect: 'ambient' },
      (ctx, task) => {
        if (task instanceof HarnTaskHandle) cancelSpawned(ctx as RunContext, task.spawned);
        // This name always means the builtin, also where std/waitpoint brings one of its own.
        if (isDict(task) && dictGet(task as Dict, '_type') === 'waitpoint') {
          const detail = 'this is a waitpoint; end it with `waitpoint_cancel`';
          throw wrong.argument({ builtin: 'cancel', detail });
        }
        return null;
      },
    ),
    builtin(
      'cancel_graceful(task: any, timeout: any?) -> bool',
      {
        doc: 'Asks a spawned task to stop and ends it after so long (5 s if not said). True when it ended by itself.',
        effect: 'wait',
      },
      function* (ctx: Ctx, task: Value, timeout: Value = null): Steps {
        if (!(task instanceof HarnTaskHandle)) return false;
        const limit = timeout === null ? DEFAULT_GRACE_MS : toMs(timeout, DEFAULT_GRACE_MS);
        return yield* stopTask(ctx as RunContext, task.spawned.task, limit);
      },
    ),
    builtin(
      'is_cancelled() -> bool',
      { doc: 'Whether this task has been asked to stop.', effect: 'ambient' },
      (ctx) => (ctx as RunContext).task.isStopping,
    ),
  ];
}
