// Locks by name: mutexes, semaphores, gates and reader-writer locks of one run. All are the same queue: whoever asks
// first is served first, nobody overtakes, so a writer that waits is not starved by readers that come later. A permit
// belongs to a task and goes back when that task ends in any way.
import type { Task } from '../../run/index.ts';
import { syncErrors } from './errors.ts';

export type LockKind = 'mutex' | 'semaphore' | 'gate' | 'rwlock';

/** More readers than there will ever be; a writer takes all places. */
export const RWLOCK_PLACES = 2 ** 30;

/** Who waits for permits. */
export interface LockWaiter {
  readonly owner: Task;
  readonly weight: number;
  /** Unrecorded monotonic ms. */
  readonly sinceMs: number;
  readonly granted: (permit: Permit) => void;
}

/** The right to go on, until it is given back. */
export class Permit {
  readonly lock: Lock;
  readonly owner: Task;
  readonly weight: number;
  readonly sinceMs: number;
  /** What the owner's end calls. */
  readonly giveBack: () => void;

  constructor(lock: Lock, owner: Task, weight: number, sinceMs: number) {
    this.lock = lock;
    this.owner = owner;
    this.weight = weight;
    this.sinceMs = sinceMs;
    this.giveBack = () => lock.release(this);
  }
}

/** Counters of a lock, as programs see them. Times are those of the process. */
export interface LockMetrics {
  readonly kind: LockKind;
  readonly key: string;
  readonly acquisition_count: number;
  readonly timeout_count: number;
  readonly cancellation_count: number;
  readonly release_count: number;
  readonly current_held: number;
  readonly current_queue_depth: number;
  readonly max_queue_depth: number;
  readonly total_wait_ms: number;
  readonly total_held_ms: number;
}

export class Lock {
  readonly kind: LockKind;
  readonly key: string;
  readonly capacity: number;
  readonly #nowMs: () => number;
  readonly #permits = new Set<Permit>();
  readonly #queue = new Set<LockWaiter>();
  #taken = 0;
  #acquired = 0;
  #timeouts = 0;
  #cancelled = 0;
  #released = 0;
  #maxQueue = 0;
  #waitMs = 0;
  #heldMs = 0;

  constructor(kind: LockKind, key: string, capacity: number, nowMs: () => number) {
    this.kind = kind;
    this.key = key;
    this.capacity = capacity;
    this.#nowMs = nowMs;
  }

  /** `mutex "a"` */
  get label(): string {
    return `${this.kind} "${this.key}"`;
  }

  /** The tasks that hold it, each once. */
  get holders(): readonly Task[] {
    return [...new Set([...this.#permits].map((permit) => permit.owner))];
  }

  /** A permit if there is room and nobody waits. */
  tryAcquire(owner: Task, weight: number): Permit | undefined {
    if (this.#queue.size > 0 || this.#taken + weight > this.capacity) return undefined;
    return this.#grant(owner, weight);
  }

  /** Gets in line; what it gives back gets out of it again. */
  enqueue(waiter: LockWaiter): () => void {
    this.#queue.add(waiter);
    this.#maxQueue = Math.max(this.#maxQueue, this.#queue.size);
    return () => {
      if (!this.#queue.delete(waiter)) return;
      this.#cancelled += 1;
      this.#waited(waiter);
      // Who was behind may fit now.
      this.#serve();
    };
  }

  /** The wait of somebody who left the line was over its limit, not cancelled. */
  noteTimeout(waited: boolean): void {
    this.#timeouts += 1;
    if (waited) this.#cancelled -= 1;
  }

  /** False when it was given back before. */
  release(permit: Permit): boolean {
    if (!this.#permits.delete(permit)) return false;
    permit.owner.owned.delete(permit.giveBack);
    this.#taken -= permit.weight;
    this.#released += 1;
    this.#heldMs += this.#nowMs() - permit.sinceMs;
    this.#serve();
    return true;
  }

  metrics(): LockMetrics {
    return {
      kind: this.kind,
      key: this.key,
      acquisition_count: this.#acquired,
      timeout_count: this.#timeouts,
      cancellation_count: this.#cancelled,
      release_count: this.#released,
      current_held: this.#permits.size,
      current_queue_depth: this.#queue.size,
      max_queue_depth: this.#maxQueue,
      total_wait_ms: Math.round(this.#waitMs),
      total_held_ms: Math.round(this.#heldMs),
    };
  }

  #serve(): void {
    for (const waiter of this.#queue) {
      if (this.#taken + waiter.weight > this.capacity) return;
      this.#queue.delete(waiter);
      this.#waited(waiter);
      waiter.granted(this.#grant(waiter.owner, waiter.weight));
    }
  }

  #grant(owner: Task, weight: number): Permit {
    const permit = new Permit(this, owner, weight, this.#nowMs());
    this.#permits.add(permit);
    this.#taken += weight;
    this.#acquired += 1;
    // From now on: also when the owner is dropped before it could go on.
    owner.owned.add(permit.giveBack);
    return permit;
  }

  #waited(waiter: LockWaiter): void {
    this.#waitMs += this.#nowMs() - waiter.sinceMs;
  }
}

/** The locks of a run. */
export class Locks {
  readonly #nowMs: () => number;
  readonly #locks = new Map<string, Lock>();
  /** Which lock a task waits for without a limit. */
  readonly waiting = new Map<Task, Lock>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs();
  }

  /** The lock of this name, made when it is first asked for. */
  at(kind: LockKind, key: string, capacity: number): Lock {
    const name = `${kind} ${key}`;
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = new Lock(kind, key, capacity, this.#nowMs);
      this.#locks.set(name, lock);
    }
    if (lock.capacity !== capacity) {
      throw syncErrors.otherCapacity({ kind, key, known: lock.capacity, asked: capacity });
    }
    return lock;
  }

  all(): readonly Lock[] {
    return [...this.#locks.values()];
  }
}
