// Tables in memory. Keeps the same JSON texts a database would, so values come back as fresh copies in the same
// normal form, and an undo list, so a refused transaction leaves no trace.
import { bug } from '../../base/index.ts';
import type { StoredEvent } from '../event-log.ts';
import type { RowShape, ShapedQuery } from '../row-shape.ts';
import type { StoreCapabilities } from '../store.ts';
import type { EventRecord, LeaseRecord, ProjectionState, Tables, TimerRecord } from '../tables.ts';
import { toStoredEvent } from '../tx.ts';
import { compareText, type MemoryRow, selectRows } from './rows.ts';

interface MemoryEvent {
  readonly record: EventRecord;
  readonly id: number;
  readonly pos: number;
}

interface MemoryTopic {
  readonly events: MemoryEvent[];
  readonly ids: Map<string, number>;
}

/** All state of a memory store. */
export class MemoryTables implements Tables {
  readonly backend = 'memory';
  readonly location = 'memory:';
  readonly durability = 'none';
  /** There are no other processes here, so every commit is told. */
  readonly capabilities: StoreCapabilities = {
    notify: true,
    skipLocked: false,
    concurrentWriters: false,
  };
  #log: MemoryEvent[] = [];
  #lastPos = 0;
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #projections = new Map<string, ProjectionState>();
  readonly #rows = new Map<string, Map<string, MemoryRow>>();
  readonly #timers = new Map<string, TimerRecord>();
  readonly #leases = new Map<string, LeaseRecord>();
  readonly #cursors = new Map<string, number>();
  readonly #blobs = new Map<string, Uint8Array>();
  /** Topics by blob, and the other way round. */
  readonly #ownersOf = new Map<string, Set<string>>();
  readonly #blobsOf = new Map<string, Set<string>>();
  #undo: (() => void)[] = [];
  #savepoint = 0;

  begin(): boolean {
    this.#undo = [];
    return true;
  }

  commit(): void {
    this.#undo = [];
  }

  rollback(): void {
    this.#undoTo(0);
  }

  savepoint(): void {
    this.#savepoint = this.#undo.length;
  }

  releaseSavepoint(): void {
    this.#savepoint = this.#undo.length;
  }

  rollbackToSavepoint(): void {
    this.#undoTo(this.#savepoint);
  }

  foreignVersion(): number {
    return 0;
  }

  translate(): undefined {
    return undefined;
  }

  sizeBytes(): number {
    return 0;
  }

  schemaVersion(): number {
    return 0;
  }

  compactStep(): boolean {
    return false;
  }

  readonly hasIdleWork = false;

  idleStep(): boolean {
    return false;
  }

  compacted(): void {
    // What is gone is gone.
  }

  close(): void {
    // Nothing to let go of: the memory goes with the object.
  }

  // Events

  head(topic: string): number {
    return this.#topics.get(topic)?.events.length ?? 0;
  }

  insertEvent(record: EventRecord): { readonly id: number; readonly pos: number } {
    let topic = this.#topics.get(record.topic);
    if (topic === undefined) {
      topic = { events: [], ids: new Map() };
      this.#set(this.#topics, record.topic, topic);
    }
    const event = { record, id: topic.events.length + 1, pos: this.#lastPos + 1 };
    this.#push(topic.events, event);
    this.#push(this.#log, event);
    this.#undo.push(() => {
      this.#lastPos -= 1;
    });
    this.#lastPos += 1;
    if (record.key !== undefined) this.#set(topic.ids, record.key, event.id);
    return event;
  }

  deleteEvents(topic: string): void {
    const before = this.#log;
    this.#undo.push(() => {
      this.#log = before;
    });
    this.#log = before.filter(({ record }) => record.topic !== topic);
    this.#delete(this.#topics, topic);
  }

  idOfKey(topic: string, key: string): number | undefined {
    return this.#topics.get(topic)?.ids.get(key);
  }

  readTopic(
    topic: string,
    from: number,
    limit: number,
    kinds: readonly string[] | undefined,
  ): StoredEvent[] {
    const events = this.#topics.get(topic)?.events ?? [];
    const accepts = (event: MemoryEvent) => kinds?.includes(event.record.kind) ?? true;
    // Ids are dense and start at 1, so `from` is an index.
    return collect(events, Math.max(0, from), limit, accepts);
  }

  readAll(fromPos: number, limit: number, prefix: string): StoredEvent[] {
    const start = firstAfter(this.#log, fromPos);
    return collect(this.#log, start, limit, (event) => event.record.topic.startsWith(prefix));
  }

  lastPos(): number {
    return this.#lastPos;
  }

  topics(prefix: string): string[] {
    return [...this.#topics.keys()].filter((name) => name.startsWith(prefix)).sort(compareText);
  }

  // Projections

  projectionState(name: string): ProjectionState | undefined {
    return this.#projections.get(name);
  }

  saveProjectionState(name: string, state: ProjectionState): void {
    this.#set(this.#projections, name, state);
  }

  recreateRows(shape: RowShape): void {
    this.#set(this.#rows, shape.name, new Map());
  }

  row(shape: RowShape, key: string): string | undefined {
    return this.#rowsOf(shape).get(key)?.row;
  }

  putRow(
    shape: RowShape,
    key: string,
    row: string,
    columns: readonly (string | number | null)[],
  ): void {
    this.#set(this.#rowsOf(shape), key, { key, row, columns });
  }

  deleteRow(shape: RowShape, key: string): void {
    this.#delete(this.#rowsOf(shape), key);
  }

  rows(shape: RowShape, query: ShapedQuery): { readonly key: string; readonly row: string }[] {
    return selectRows(shape, [...this.#rowsOf(shape).values()], query);
  }

  // Timers

  putTimer(timer: TimerRecord): void {
    this.#set(this.#timers, timer.id, timer);
  }

  deleteTimer(id: string): boolean {
    return this.#delete(this.#timers, id);
  }

  deleteTimersOf(ref: string): void {
    for (const { id } of this.timersOf(ref)) this.deleteTimer(id);
  }

  timer(id: string): TimerRecord | undefined {
    return this.#timers.get(id);
  }

  dueTimers(nowMs: number, limit: number): TimerRecord[] {
    return this.#sortedTimers((timer) => timer.dueMs <= nowMs).slice(0, limit);
  }

  timersOf(ref: string): TimerRecord[] {
    return this.#sortedTimers((timer) => timer.ref === ref);
  }

  nextDueMs(): number | undefined {
    return this.#sortedTimers(() => true)[0]?.dueMs;
  }

  // Leases, cursors, blobs

  lease(name: string): LeaseRecord | undefined {
    return this.#leases.get(name);
  }

  putLease(record: LeaseRecord): void {
    this.#set(this.#leases, record.name, record);
  }

  deleteLease(name: string): void {
    this.#delete(this.#leases, name);
  }

  leases(prefix: string): LeaseRecord[] {
    const found = [...this.#leases.values()].filter((lease) => lease.name.startsWith(prefix));
    return found.sort((a, b) => compareText(a.name, b.name));
  }

  cursor(topic: string, consumer: string): number {
    return this.#cursors.get(`${topic}\n${consumer}`) ?? 0;
  }

  setCursor(topic: string, consumer: string, id: number): void {
    // A topic name has no line break, so the pair cannot be confused.
    this.#set(this.#cursors, `${topic}\n${consumer}`, id);
  }

  deleteCursors(topic: string): void {
    for (const key of this.#cursors.keys()) {
      if (key.startsWith(`${topic}\n`)) this.#delete(this.#cursors, key);
    }
  }

  hasBlob(hash: string): boolean {
    return this.#blobs.has(hash);
  }

  putBlob(hash: string, bytes: Uint8Array): void {
    this.#set(this.#blobs, hash, bytes);
  }

  ownBlob(hash: string, topic: string): void {
    this.#addTo(this.#ownersOf, hash, topic);
    this.#addTo(this.#blobsOf, topic, hash);
  }

  dropBlobs(topic: string): void {
    for (const hash of this.#blobsOf.get(topic) ?? []) {
      const rest = new Set(this.#ownersOf.get(hash));
      rest.delete(topic);
      this.#set(this.#ownersOf, hash, rest);
      if (rest.size === 0) this.#delete(this.#blobs, hash);
    }
    this.#delete(this.#blobsOf, topic);
  }

  blob(hash: string): Uint8Array | undefined {
    return this.#blobs.get(hash)?.slice();
  }

  #rowsOf(shape: RowShape): Map<string, MemoryRow> {
    return this.#rows.get(shape.name) ?? bug(`no rows for projection ${shape.name}`);
  }

  #sortedTimers(accepts: (timer: TimerRecord) => boolean): TimerRecord[] {
    const found = [...this.#timers.values()].filter(accepts);
    return found.sort((a, b) => a.dueMs - b.dueMs || compareText(a.id, b.id));
  }

  #set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const had = map.has(key);
    const before = map.get(key);
    this.#undo.push(() => (had ? map.set(key, before as V) : map.delete(key)));
    map.set(key, value);
  }

  #delete<K, V>(map: Map<K, V>, key: K): boolean {
    if (!map.has(key)) return false;
    const before = map.get(key) as V;
    this.#undo.push(() => map.set(key, before));
    return map.delete(key);
  }

  #addTo(sets: Map<string, Set<string>>, key: string, item: string): void {
    let set = sets.get(key);
    if (set === undefined) {
      set = new Set();
      this.#set(sets, key, set);
    }
    if (set.has(item)) return;
    const added = set.add(item);
    this.#undo.push(() => added.delete(item));
  }

  #push<T>(list: T[], item: T): void {
    this.#undo.push(() => list.pop());
    list.push(item);
  }

  #undoTo(length: number): void {
    while (this.#undo.length > length) this.#undo.pop()?.();
  }
}

/** The index of the first event behind a position; positions grow, with holes where topics were deleted. */
function firstAfter(log: readonly MemoryEvent[], pos: number): number {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((log[middle] as MemoryEvent).pos > pos) high = middle;
    else low = middle + 1;
  }
  return low;
}

function collect(
  events: readonly MemoryEvent[],
  start: number,
  limit: number,
  accepts: (event: MemoryEvent) => boolean,
): StoredEvent[] {
  const found: StoredEvent[] = [];
  for (let i = start; i < events.length && found.length < limit; i += 1) {
    const event = events[i] as MemoryEvent;
    if (accepts(event)) found.push(toStoredEvent(event.record, event.id, event.pos));
  }
  return found;
}
