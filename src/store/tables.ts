// The port between the store's rules (tx.ts, projector.ts, leases.ts) and a local backend: plain synchronous rows
// without opinions. Memory and SQLite implement it; a networked backend implements `Store` itself.
import type { HarnError } from '../base/index.ts';
import type { Lease } from './claims.ts';
import type { StoredEvent } from './event-log.ts';
import type { RowShape, ShapedQuery } from './row-shape.ts';
import type { Durability, StoreCapabilities } from './store.ts';
import type { Timer } from './timers.ts';

/** An event with its JSON already written. */
export interface EventRecord {
  readonly topic: string;
  readonly kind: string;
  readonly payload: string;
  /** JSON object; empty text when there are no headers. */
  readonly headers: string;
  readonly key: string | undefined;
  readonly occurredAtMs: number;
}

/** How far a projection's rows have come. */
export interface ProjectionState {
  readonly version: number;
  readonly signature: string;
  /** Every event up to this position is in the rows. */
  readonly throughPos: number;
}

/** A lease row. */
export interface LeaseRecord extends Lease {
  readonly released: boolean;
}

/** A timer with its payload written as JSON. */
export type TimerRecord = Omit<Timer, 'payload'> & { readonly payload: string };

/** Rows of one local database. Everything may throw a driver's error; `translate` tells what it means. */
export interface Tables {
  readonly backend: string;
  readonly location: string;
  readonly capabilities: StoreCapabilities;
  readonly durability: Durability;

  /** Starts a write transaction; false when another process is writing right now. */
  begin(): boolean;
  commit(): void;
  /** Ends the transaction without a trace; safe to call when it has ended by itself. */
  rollback(): void;
  savepoint(): void;
  releaseSavepoint(): void;
  rollbackToSavepoint(): void;
  /** A number that changes when another process has committed. */
  foreignVersion(): number;
  /** The coded error for a failure of the driver or the disk; undefined for anything else. */
  translate(error: unknown): HarnError | undefined;
  sizeBytes(): number;
  schemaVersion(): number;
  /** One step of giving free space back, outside of transactions; true while there is more to do. */
  compactStep(): boolean;
  /** Whether an idle moment can be used for work that nobody has to wait for. Costs nothing to ask. */
  readonly hasIdleWork: boolean;
  /** One step of it, some milliseconds, outside of transactions; true when it got somewhere. May throw like `commit`. */
  idleStep(): boolean;
  /** After the last step: what can be measured is on the disk. */
  compacted(): void;
  close(): void;

  head(topic: string): number;
  /** Adds the event as `head + 1` and answers it with the position it got. */
  insertEvent(record: EventRecord): { readonly id: number; readonly pos: number };
  /** Removes a topic with its events. Positions of other events stay. */
  deleteEvents(topic: string): void;
  idOfKey(topic: string, key: string): number | undefined;
  readTopic(
    topic: string,
    from: number,
    limit: number,
    kinds: readonly string[] | undefined,
  ): StoredEvent[];
  readAll(fromPos: number, limit: number, prefix: string): StoredEvent[];
  lastPos(): number;
  topics(prefix: string): string[];

  projectionState(name: string): ProjectionState | undefined;
  saveProjectionState(name: string, state: ProjectionState): void;
  /** Makes an empty table for the shape, replacing whatever had its name. */
  recreateRows(shape: RowShape): void;
  row(shape: RowShape, key: string): string | undefined;
  putRow(
    shape: RowShape,
    key: string,
    row: string,
    columns: readonly (string | number | null)[],
  ): void;
  deleteRow(shape: RowShape, key: string): void;
  rows(shape: RowShape, query: ShapedQuery): { readonly key: string; readonly row: string }[];

  putTimer(timer: TimerRecord): void;
  deleteTimer(id: string): boolean;
  deleteTimersOf(ref: string): void;
  timer(id: string): TimerRecord | undefined;
  dueTimers(nowMs: number, limit: number): TimerRecord[];
  timersOf(ref: string): TimerRecord[];
  nextDueMs(): number | undefined;

  lease(name: string): LeaseRecord | undefined;
  putLease(record: LeaseRecord): void;
  deleteLease(name: string): void;
  leases(prefix: string): LeaseRecord[];

  cursor(topic: string, consumer: string): number;
  setCursor(topic: string, consumer: string, id: number): void;
  deleteCursors(topic: string): void;

  hasBlob(hash: string): boolean;
  putBlob(hash: string, bytes: Uint8Array): void;
  /** Says that a blob belongs to a topic. */
  ownBlob(hash: string, topic: string): void;
  /** Nothing belongs to the topic any more; blobs that then belong to none are removed. */
  dropBlobs(topic: string): void;
  blob(hash: string): Uint8Array | undefined;
}
