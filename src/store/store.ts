// The Store: durability for the whole product. The unit of work is `tx`: appends, rows, timers, cursors, blobs and
// leases that become durable together or not at all. Backends sit below; this file is what everyone else codes
// against. Async at the surface so that a networked backend fits.
import type { JsonObject } from '../base/index.ts';
import type { Blobs } from './blobs.ts';
import type { Claims, Lease } from './claims.ts';
import type { Cursors } from './cursor.ts';
import type { EventLog, NewEvent } from './event-log.ts';
import type { Projection, Projections } from './projection.ts';
import type { Timer, Timers } from './timers.ts';

/** Conditions of one append. */
export interface AppendOptions {
  /** The id the event must get: refuses the whole tx (`positionMismatch`) when the topic's next id differs. */
  readonly expectedNext?: number | undefined;
}

/**
 * Collects the operations of one transaction. There are no reads: decide before, guard with `fence`, `check`,
 * `expectedNext` or a key, and let the transaction refuse. Conditions are looked at in the order written, except
 * fences, which come first.
 */
export interface Tx {
  /** Adds an event. An event whose `key` is in the topic already adds nothing (before `expectedNext` is looked at). */
  append(topic: string, event: NewEvent, options?: AppendOptions): void;
  /** Refuses the tx (`fenced`) unless the lease is held by exactly this taking. */
  fence(lease: Lease): void;
  /** Refuses the tx (`checkFailed`) unless `accept` says yes to the row as it is at this point of the tx. */
  check<Row extends JsonObject>(
    projection: Projection<Row>,
    key: string,
    accept: (row: Row | undefined) => boolean,
  ): void;
  /** Adds or replaces a timer. */
  putTimer(timer: Timer): void;
  /** Removes a timer; with `mustExist` the tx is refused (`timerGone`) when it is not there: who deletes it owns it. */
  deleteTimer(id: string, options?: { readonly mustExist?: boolean }): void;
  /**
   * Keeps bytes once and returns their hex SHA-256. With a topic they belong to it, and go when the last topic they
   * belong to is deleted; bytes that were once put without a topic stay for ever.
   */
  putBlob(bytes: Uint8Array, options?: { readonly topic?: string | undefined }): string;
  /** Says that a blob that is kept already belongs to one topic more. */
  keepBlob(hash: string, topic: string): void;
  /** Saves a consumer's position. It may move back. */
  setCursor(topic: string, consumer: string, id: number): void;
  /** Gives up a lease with the work it covered; refuses the tx (`fenced`) when it is not ours any more. */
  releaseLease(lease: Lease): void;
  /**
   * Deletes topics with all that hangs on them: their events and keys, the positions of their consumers, the blobs that
   * belong to no other topic, and their part in the rows of every projection. A name without events changes nothing.
   * The deletion itself is an event of the topic `store.deletions`: other processes learn of it as of any event.
   */
  deleteTopics(...topics: readonly string[]): void;
  /** Removes every timer that carries this reference. */
  deleteTimersOf(ref: string): void;
  /**
   * Removes a lease that we hold, and with it its epochs; refuses the tx (`fenced`) when it is not ours any more. Only
   * for names that never come back: the next taking would begin at epoch 1.
   */
  forgetLease(lease: Lease): void;
}

/** What became of one append. */
export interface Appended {
  readonly topic: string;
  /** The id the event got, or the id of the event that had its key already. */
  readonly id: number;
  readonly duplicate: boolean;
}

/** What a tx did: one entry per append, in the order of the calls. */
export interface TxResult {
  readonly appends: readonly Appended[];
}

/** What a backend can do. Callers choose by capability, never by backend name. */
export interface StoreCapabilities {
  /** Other processes' commits are pushed; otherwise they are noticed by polling. */
  readonly notify: boolean;
  /** Competing takers skip each other's rows instead of queueing. */
  readonly skipLocked: boolean;
  /** Sustained parallel writing from several processes is at home here. */
  readonly concurrentWriters: boolean;
}

/** `power`: survives power loss. `process`: survives the end of the process, may lose the last moments on power loss. */
export type Durability = 'power' | 'process' | 'none';

/** For people and for the run record: where the data is and what is promised. */
export interface StoreDescription {
  readonly backend: string;
  readonly location: string;
  readonly durability: Durability;
  readonly sizeBytes: number;
  readonly schemaVersion: number;
}

/** What a compaction achieved. */
export interface Compacted {
  /** How many bytes smaller the files are. */
  readonly freedBytes: number;
}

/** What to wait for. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** One open database. Everything rejects with `closed` after `close`. */
export interface Store
  extends EventLog,
    Projections,
    Timers,
    Claims,
    Cursors,
    Blobs,
    AsyncDisposable {
  readonly capabilities: StoreCapabilities;
  /**
   * Runs `fn` once, now, to collect operations, and commits them together. The promise resolves when they are
   * durable and rejects, with nothing written, when they are refused. Transactions take effect and settle in the
   * order of the calls; those of one turn of the event loop share one disk commit.
   *
   * A refusal does not stop later transactions: a writer that does not wait between appends of one topic gives
   * `expectedNext`, and a hole cannot arise.
   *
   * @example
   * const { appends } = await store.tx((tx) => {
   *   tx.fence(lease);
   *   tx.append('runs.r1', { kind: 'intent', payload: { v: 1 } }, { expectedNext: 7 });
   *   tx.deleteTimer('retry-9', { mustExist: true });
   * });
   */
  tx(fn: (tx: Tx) => void): Promise<TxResult>;
  /** Resolves when every tx called so far has settled, whatever became of it. */
  flush(): Promise<void>;
  /** A number that grows with every change this process knows of; take it before looking, then `waitForChange`. */
  changeMark(): number;
  /** Resolves when something was committed (here or in another process) after `mark`, at abort, and at close. */
  waitForChange(mark: number, options?: WaitOptions): Promise<void>;
  describe(): Promise<StoreDescription>;
  /** Gives the space of what was deleted back to the disk, as far as nobody else uses the store right now. */
  compact(): Promise<Compacted>;
  /** Commits what is queued, ends subscriptions, lets go of the file. Idempotent. */
  close(): Promise<void>;
}
