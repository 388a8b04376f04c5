// Durable timers: rows that say what is due when. A retry, a timeout and a cron tick are rows, not sleeps; whoever
// runs the timer loop reads what is due and deletes the row in the transaction that acts on it.
import type { Json } from '../base/index.ts';

/** A due row. */
export interface Timer {
  /** Unique in the store; putting the same id again replaces the row. */
  readonly id: string;
  readonly dueMs: number;
  /** What it belongs to, for listing: a topic, a run, a trigger. */
  readonly ref: string;
  readonly payload: Json;
}

/** The reading side of timers; `tx.putTimer` and `tx.deleteTimer` write. */
export interface Timers {
  /** Timers with `dueMs <= nowMs`, earliest first (ties by id). */
  dueTimers(nowMs: number, limit?: number): Promise<readonly Timer[]>;
  /** When the earliest timer is due. */
  nextDueMs(): Promise<number | undefined>;
  timer(id: string): Promise<Timer | undefined>;
  /** Timers that belong to `ref`, earliest first. */
  timersOf(ref: string): Promise<readonly Timer[]>;
}
