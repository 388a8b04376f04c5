// One pool: its queue, its running tasks and everything that ended in it. Memory of the run that made it, re-made by
// replay: all of it changes only in turns of tasks.
//
// A task: queued -> running -> completed | failed. From queued also: rejected (dropped for room). From both: cancelled.
// A submission that must wait for room is not a task yet; the pool takes it in when there is room, in order.
import { bug, HarnError, type Json } from '../../base/index.ts';
import type { Outcome, Task } from '../run/index.ts';
import type { ParsedPool, ParsedSubmit } from './pool-options.ts';
import { type Admission, admit, fairKey, pickNext } from './pool-strategy.ts';

export type PoolTaskStatus =
  | 'queued'
  | 'running'
  | 'completed'
  | 'failed'
  | 'rejected'
  | 'cancelled';

/** A task as it is submitted. */
export interface NewPoolTask extends ParsedSubmit {
  readonly id: string;
  /** A UUID version 7: sorts by time. */
  readonly submittedAt: string;
  readonly submittedAtMs: number;
  readonly submittedBy: string;
  /** Starts its scheduler task. */
  readonly start: (task: PoolTask) => Task;
}

/** A task of a pool. Only its pool changes it. */
export interface PoolTask extends NewPoolTask {
  readonly pool: Pool;
  status: PoolTaskStatus;
  running: Task | undefined;
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  result: Json;
  error: unknown;
  /** Why it was rejected or cancelled, and by which policy. */
  reason: string | undefined;
  policy: string | undefined;
}

interface Blocked {
  readonly task: NewPoolTask;
  readonly taken: (task: PoolTask) => void;
}

/** What a pool needs of its run. */
interface PoolParts {
  readonly createdAtMs: number;
  /** Called whenever a task comes, starts or ends. */
  readonly changed: () => void;
  /** Ends a scheduler task and everything below it. */
  readonly drop: (task: Task) => void;
}

export class Pool {
  readonly id: string;
  readonly name: string;
  readonly options: ParsedPool;
  readonly createdAtMs: number;
  /** In order of submission. */
  readonly tasks = new Map<string, PoolTask>();
  readonly #parts: PoolParts;
  readonly #byKey = new Map<string, PoolTask>();
  readonly #waiters = new Map<string, Set<() => void>>();
  #queue: PoolTask[] = [];
  #blocked: Blocked[] = [];
  #active = 0;
  #lastKey: string | undefined;
  /** Set when its tasks are dropped from outside, as a run's end does: nothing starts after that. */
  #closed = false;

  constructor(id: string, name: string, options: ParsedPool, parts: PoolParts) {
    this.id = id;
    this.name = name;
    this.options = options;
    this.createdAtMs = parts.createdAtMs;
    this.#parts = parts;
  }

  get active(): number {
    return this.#active;
  }

  get queue(): readonly PoolTask[] {
    return this.#queue;
  }

  get blockedSubmitters(): number {
    return this.#blocked.length;
  }

  /** The task that was submitted with this idempotency key. */
  byKey(key: string | null): PoolTask | undefined {
    return key === null ? undefined : this.#byKey.get(key);
  }

  /** What the backpressure says to one more task. Nobody overtakes a submission that waits. */
  admission(): Admission {
    const freeSlot = this.#active < this.options.maxConcurrent && this.#blocked.length === 0;
    return admit(this.options.backpressure, freeSlot, this.#queue.length);
  }

  /** Takes a task in and starts what there are slots for. */
  accept(submitted: NewPoolTask): PoolTask {
    const task = this.#add(submitted, 'queued');
    this.#queue.push(task);
    this.#dispatch();
    this.#parts.changed();
    return task;
  }

  /** Writes a task down that was not taken in. */
  reject(submitted: NewPoolTask, reason: string, policy: string): PoolTask {
    const task = this.#add(submitted, 'queued');
    this.#end(task, 'rejected', { reason, policy });
    return task;
  }

  /** Rejects the head of the queue to make room. */
  dropOldest(reason: string, policy: string): void {
    const oldest = this.#queue.shift() ?? bug('an empty queue is full');
    this.#end(oldest, 'rejected', { reason, policy });
  }

  /** Keeps a submission until there is room; the result gives it up. */
  whenRoom(task: NewPoolTask, taken: (task: PoolTask) => void): () => void {
    const blocked: Blocked = { task, taken };
    this.#blocked.push(blocked);
    return () => {
      this.#blocked = this.#blocked.filter((other) => other !== blocked);
    };
  }

  /** Ends a task that has not ended. A running one is dropped with everything below it. */
  cancel(task: PoolTask, reason: string): boolean {
    if (isTerminal(task.status)) return false;
    const { running } = task;
    this.#queue = this.#queue.filter((other) => other !== task);
    if (task.status === 'running') this.#active -= 1;
    this.#end(task, 'cancelled', { reason });
    if (running !== undefined) this.#parts.drop(running);
    this.#dispatch();
    return true;
  }

  /** Calls `fn` once when the task has ended, at once when it has; the result gives up waiting. */
  whenEnded(task: PoolTask, fn: () => void): () => void {
    if (isTerminal(task.status)) {
      fn();
      return () => undefined;
    }
    const waiters = this.#waiters.get(task.id) ?? new Set();
    waiters.add(fn);
    this.#waiters.set(task.id, waiters);
    return () => waiters.delete(fn);
  }

  #add(submitted: NewPoolTask, status: PoolTaskStatus): PoolTask {
    const task: PoolTask = {
      ...submitted,
      pool: this,
      status,
      running: undefined,
      startedAtMs: undefined,
      finishedAtMs: undefined,
      result: null,
      error: undefined,
      reason: undefined,
      policy: undefined,
    };
    this.tasks.set(task.id, task);
    if (task.idempotencyKey !== null) this.#byKey.set(task.idempotencyKey, task);
    return task;
  }

  /** Fills the free slots from the queue, and the queue from the submissions that wait. */
  #dispatch(): void {
    while (!this.#closed) {
      if (this.#active < this.options.maxConcurrent && this.#queue.length > 0) this.#startNext();
      else if (!this.#takeBlocked()) return;
    }
  }

  #startNext(): void {
    const at = pickNext(this.options.strategy, this.#queue, this.#lastKey);
    const [task] = this.#queue.splice(at, 1);
    if (task === undefined) bug('a strategy picked a task that is not queued');
    this.#lastKey = fairKey(task);
    this.#active += 1;
    task.status = 'running';
    const running = task.start(task);
    task.running = running;
    running.owned.add(() => {
      // Dropped from outside; an end of its own has an outcome, a cancel has already changed the status.
      if (running.outcome === undefined && task.status === 'running') this.#close(task);
    });
    running.onDone((outcome) => this.#finished(task, outcome));
  }

  #takeBlocked(): boolean {
    const [next] = this.#blocked;
    if (next === undefined) return false;
    const freeSlot = this.#active < this.options.maxConcurrent;
    if (admit(this.options.backpressure, freeSlot, this.#queue.length).do !== 'accept')
      return false;
    this.#blocked.shift();
    const known = this.byKey(next.task.idempotencyKey);
    const task = known ?? this.#add(next.task, 'queued');
    if (known === undefined) this.#queue.push(task);
    next.taken(task);
    return true;
  }

  #finished(task: PoolTask, outcome: Outcome): void {
    if (task.status !== 'running') return;
    this.#active -= 1;
    if (outcome.ok) {
      task.result = (outcome.value ?? null) as Json;
      this.#end(task, 'completed', {});
    } else {
      task.error = outcome.error;
      this.#end(task, 'failed', {});
    }
    this.#dispatch();
  }

  #close(task: PoolTask): void {
    this.#closed = true;
    this.#active -= 1;
    this.#end(task, 'cancelled', { reason: 'the run ended' });
  }

  #end(
    task: PoolTask,
    status: PoolTaskStatus,
    { reason, policy }: { readonly reason?: string; readonly policy?: string },
  ): void {
    task.status = status;
    task.reason = reason;
    task.policy = policy;
    const waiters = this.#waiters.get(task.id);
    this.#waiters.delete(task.id);
    for (const waiter of waiters ?? []) waiter();
    this.#parts.changed();
  }
}

export function isTerminal(status: PoolTaskStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

/** The text people read of what a task ended with. */
export function errorText(error: unknown): string {
  if (HarnError.is(error)) return error.message;
  return error instanceof Error ? error.message : String(error);
}
