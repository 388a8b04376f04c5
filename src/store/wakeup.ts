// Change hints. A commit in this process wakes waiters at once; commits of other processes are found by looking at a
// cheap version number while, and only while, someone waits. A hint never carries data: who wakes reads the store.
import { type Clock, createDeferred, type Deferred } from '../base/index.ts';

/** Counts changes and lets callers wait for the next one. */
export class Wakeup {
  readonly #clock: Clock;
  readonly #pollMs: number | undefined;
  readonly #foreignVersion: () => number;
  readonly #waiters = new Set<Deferred<void>>();
  #mark = 0;
  #seen: number;
  #cancelPoll: (() => void) | undefined;
  #closed = false;

  /** Without `pollMs` nobody else can commit, or they tell us. */
  constructor(clock: Clock, pollMs: number | undefined, foreignVersion: () => number) {
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#foreignVersion = foreignVersion;
    this.#seen = foreignVersion();
  }

  get mark(): number {
    return this.#mark;
  }

  /** Something was committed. */
  bump(): void {
    this.#mark += 1;
    this.#wakeAll();
  }

  /** Resolves at the first change after `mark`, at abort and at close. */
  async wait(mark: number, signal?: AbortSignal): Promise<void> {
    if (mark !== this.#mark || this.#closed || signal?.aborted) return;
    const waiter = createDeferred();
    signal?.addEventListener('abort', waiter.resolve as () => void, { once: true });
    this.#waiters.add(waiter);
    this.#poll();
    await waiter.promise;
    this.#waiters.delete(waiter);
    signal?.removeEventListener('abort', waiter.resolve as () => void);
    if (this.#waiters.size === 0) this.#stopPolling();
  }

  close(): void {
    this.#closed = true;
    this.#stopPolling();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const waiter of this.#waiters) waiter.resolve();
  }

  #poll(): void {
    if (this.#pollMs === undefined || this.#cancelPoll !== undefined || this.#closed) return;
    this.#lookElsewhere();
    this.#cancelPoll = this.#clock.after(this.#pollMs, () => {
      this.#cancelPoll = undefined;
      if (this.#waiters.size > 0) this.#poll();
    });
  }

  #lookElsewhere(): void {
    const version = this.#versionNow();
    if (version === this.#seen) return;
    this.#seen = version;
    this.bump();
  }

  /** A store that cannot be asked wakes everyone: the read that follows reports the failure to someone who listens. */
  #versionNow(): number {
    try {
      return this.#foreignVersion();
    } catch {
      return Number.NaN;
    }
  }

  #stopPolling(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }
}
