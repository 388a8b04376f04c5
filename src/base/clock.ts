// The Clock port. The only file outside the host that reads the real time.

/** Wall time, monotonic time and one-shot timers. Everything that waits takes one. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Milliseconds that never go back; the zero point is arbitrary. */
  monotonicMs(): number;
  /** Calls `fn` once after `delayMs`; the returned function cancels. */
  after(delayMs: number, fn: () => void): () => void;
}

/** The longest delay one JavaScript timer can take. */
const MAX_TIMER_MS = 2_147_483_647;

/** The real clock. Timers longer than 24 days are chained. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Not performance.now(): asking for `performance` loads a part of Node that nothing else here needs.
  monotonicMs() {
    const [seconds, nanos] = process.hrtime();
    return seconds * 1e3 + nanos / 1e6;
  },
  after(delayMs, fn) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (left: number) => {
      const step = Math.min(left, MAX_TIMER_MS);
      timer = setTimeout(() => (left > step ? arm(left - step) : fn()), step);
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** A clock that moves only when told to: `advance` fires due timers in order. For tests and mocked time. */
export class ManualClock implements Clock {
  #nowMs: number;
  #monotonicMs = 0;
  #next = 0;
  readonly #timers = new Map<number, { dueMs: number; fn: () => void }>();

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, fn: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { dueMs: this.#monotonicMs + Math.max(0, delayMs), fn });
    return () => this.#timers.delete(id);
  }

  /** Moves time forward; timers fire at their own instants, earliest first, ties in creation order. */
  advance(byMs: number): void {
    const end = this.#monotonicMs + byMs;
    for (let due = this.#earliest(end); due !== undefined; due = this.#earliest(end)) {
      const timer = this.#timers.get(due);
      this.#timers.delete(due);
      if (timer === undefined) continue;
      this.#moveTo(Math.max(timer.dueMs, this.#monotonicMs));
      timer.fn();
    }
    this.#moveTo(end);
  }

  /** Sets wall time without firing timers. */
  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** Milliseconds until the earliest timer, or undefined when none is armed. */
  nextDueInMs(): number | undefined {
    let best: number | undefined;
    for (const { dueMs } of this.#timers.values())
      if (best === undefined || dueMs < best) best = dueMs;
    return best === undefined ? undefined : Math.max(0, best - this.#monotonicMs);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  #moveTo(monotonicMs: number): void {
    this.#nowMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }

  #earliest(endMs: number): number | undefined {
    let best: number | undefined;
    let bestDue = Number.POSITIVE_INFINITY;
    for (const [id, { dueMs }] of this.#timers) {
      if (dueMs <= endMs && dueMs < bestDue) {
        best = id;
        bestDue = dueMs;
      }
    }
    return best;
  }
}
