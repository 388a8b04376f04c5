// Tasks of the reference interpreter: spawn, await, parallel, mutex. A child prints into a buffer of its own, which
// joins its parent's output when the parent takes the result.
import type { Block, Mutex, Parallel, Spawn } from '../../src/lang/ast.ts';
import {
  DISPLAY,
  type Dict,
  dictFrom,
  display,
  err,
  HarnObject,
  isInt,
  isList,
  KIND,
  ok,
  type Steps,
  uncaughtText,
  type Value,
} from '../../src/values/index.ts';
import { Scope } from './environment.ts';
import { runBody } from './functions.ts';
import { Blocked, Frame, type Task } from './machine.ts';
import { NotModelled, TailCall } from './signals.ts';

class TaskHandle extends HarnObject {
  readonly task: Task;
  readonly owner: Task;
  taken = false;

  constructor(task: Task, owner: Task) {
    super();
    this.task = task;
    this.owner = owner;
  }

  get [KIND](): string {
    return 'task_handle';
  }

  override [DISPLAY](): string {
    return '<task>';
  }
}

/** The body of a task is a function of its own: `return` ends the task. */
function* taskBody(body: Block, scope: Scope, task: Task): Steps {
  const frame = new Frame(task);
  frame.pending += 1;
  const value = yield* runBody(body, scope, frame);
  return value instanceof TailCall ? null : value;
}

export function evaluateSpawn(node: Spawn, scope: Scope, frame: Frame): Value {
  return spawn(frame.task, (task) => taskBody(node.body, new Scope(scope), task));
}

/** Queues a task; it starts when its parent waits. */
export function spawn(parent: Task, start: (task: Task) => Steps): Value {
  return new TaskHandle(parent.machine.start(start), parent);
}

/** `await(h)`: a handle gives its result once; what is no handle is returned as it is. */
export function* awaitTask(task: Task, value: Value): Steps {
  if (!(value instanceof TaskHandle)) return value;
  if (value.taken || value.owner !== task) return null;
  value.taken = true;
  const child = value.task;
  if (child.outcome === undefined) yield new Blocked(() => child.outcome !== undefined);
  return result(child, task);
}

function result(child: Task, parent: Task): Value {
  parent.output.push(...child.output);
  if (child.outcome?.status === 'done') return child.outcome.value;
  throw child.outcome?.error;
}

export function* evaluateParallel(node: Parallel, scope: Scope, frame: Frame): Steps {
  const subject = yield* frame.evaluate(node.subject, scope);
  const options: [string, Value][] = [];
  for (const option of node.options)
    options.push([option.name, yield* frame.evaluate(option.value, scope)]);
  const branch = (item: Value, task: Task): Steps => {
    const inner = new Scope(scope);
    if (node.param !== undefined)
      inner.declare(node.param.name, { value: item, visibleFrom: node.param.span.end });
    return taskBody(node.body, inner, task);
  };
  const mode = node.stream ? 'stream' : node.mode;
  return yield* parallel({ mode, subject, options: dictFrom(options), branch }, frame.task);
}

export interface ParallelGroup {
  readonly mode: string;
  /** How many branches, or the list with an item for each. */
  readonly subject: Value;
  readonly options: Dict;
  readonly branch: (item: Value, task: Task) => Steps;
}

export function* parallel(group: ParallelGroup, parent: Task): Steps {
  const { mode, subject, branch } = group;
  if (mode === 'stream') throw new NotModelled('parallel each … as stream');
  const items = mode === 'count' ? indices(subject) : subject;
  const max = group.options.max_concurrent ?? null;
  const cap = isInt(max) && Number(max) > 0 ? Number(max) : Number.POSITIVE_INFINITY;
  if (!isList(items)) return null;
  const starts = items.map(
    (item) =>
      (task: Task): Steps =>
        branch(item, task),
  );
  const settle = mode === 'settle';
  const children = yield* runAll(starts, { cap, settle, parent });
  return settle ? settled(children, parent) : children.map((child) => result(child, parent));
}

function indices(count: Value): Value[] {
  return isInt(count) ? Array.from({ length: Math.max(0, Number(count)) }, (_, i) => i) : [];
}

interface Group {
  readonly cap: number;
  readonly settle: boolean;
  readonly parent: Task;
}

/** Runs branches in order, at most `cap` at a time. Unless they settle, the first failure drops the others. */
function* runAll(
  starts: readonly ((task: Task) => Steps)[],
  { cap, settle, parent }: Group,
): Steps<Task[]> {
  const children: Task[] = [];
  const running = (): Task[] => children.filter((child) => child.outcome === undefined);
  const failed = (): boolean => children.some((child) => child.outcome?.status === 'failed');
  for (;;) {
    while (children.length < starts.length && running().length < cap)
      children.push(parent.machine.start(starts[children.length] as (task: Task) => Steps));
    const before = running().length;
    if (before === 0) return children;
    yield new Blocked(() => running().length < before);
    if (!settle && failed()) {
      for (const child of running()) child.dropped = true;
      return children.filter((child) => child.outcome !== undefined);
    }
  }
}

function settled(children: readonly Task[], parent: Task): Value {
  const results = children.map((child) => {
    parent.output.push(...child.output);
    if (child.outcome?.status === 'done') return ok(child.outcome.value);
    return err(uncaughtText(child.outcome?.error));
  });
  const failures = results.filter((each) => each.variant === 'Err').length;
  return { failed: failures, results, succeeded: results.length - failures };
}

/** `mutex`: one task at a time per key; it is given back however the block is left. */
export function* evaluateMutex(node: Mutex, scope: Scope, frame: Frame): Steps {
  const key = node.key === undefined ? null : yield* frame.evaluate(node.key, scope);
  const permit = yield* acquire(key, frame.task);
  return yield* frame.guarded(function* () {
    try {
      return yield* frame.run(node.body, scope);
    } finally {
      release(permit, frame.task);
    }
  });
}

/** Waits for the permit of a key; nil is the key of plain `mutex`. */
export function* acquire(key: Value, task: Task): Steps<string> {
  const { held } = task.machine;
  const permit = key === null ? '__default__' : display(key);
  if (held.has(permit)) yield new Blocked(() => !held.has(permit));
  held.add(permit);
  return permit;
}

export function release(permit: string, task: Task): void {
  task.machine.held.delete(permit);
}
