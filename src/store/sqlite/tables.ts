// Tables in SQLite. One connection; several processes may have the same file open. What is remembered between
// transactions (topic references and heads) is dropped as soon as another process has committed or anything was undone.
import { statSync } from 'node:fs';
import type { HarnError, Json } from '../../base/index.ts';
import type { Holder } from '../claims.ts';
import { LOCK_ATTEMPT_MS } from '../commit-queue.ts';
import { sto } from '../errors.ts';
import type { EventHeaders, StoredEvent } from '../event-log.ts';
import type { RowShape, ShapedQuery } from '../row-shape.ts';
import type { Durability, StoreCapabilities } from '../store.ts';
import type { EventRecord, LeaseRecord, ProjectionState, Tables, TimerRecord } from '../tables.ts';
import { eventChecksum, topicHash } from './checksum.ts';
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './driver.ts';
import { BUSY_TIMEOUT_MS, isBusy, translateFailure } from './failures.ts';
import type { RawEvent } from './pack-format.ts';
import { type Packing, Packs } from './packs.ts';
import { createRowsSql, deleteRowSql, putRowSql, rowSql, selectRows } from './rows.ts';
import { sql } from './sql.ts';

const NO_HEADERS: EventHeaders = Object.freeze({});
const MAX_STATEMENTS = 500;
const MAX_TOPICS = 10_000;
/** What `PRAGMA auto_vacuum` answers for `INCREMENTAL`. */
const INCREMENTAL = 2;
/** How many pages one step gives back: some milliseconds of holding the write lock. */
const VACUUM_PAGES = 2_000;

interface KnownTopic {
  readonly ref: number;
  head: number;
}

/** The rows of one database file. */
export class SqliteTables implements Tables {
  readonly backend = 'sqlite';
  readonly location: string;
  readonly durability: Durability;
  readonly capabilities: StoreCapabilities = {
    notify: false,
    skipLocked: false,
    concurrentWriters: false,
  };
  readonly #db: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();
  /** Valid inside a transaction only. */
  readonly #known = new Map<string, KnownTopic>();
  #knownVersion = -1;
  #writing = false;
  readonly #packs: Packs;
  /** What the running transaction did to the log. */
  #grownBy = 0;
  #deleted = false;

  constructor(db: SqlDatabase, location: string, durability: Durability, packing?: Packing) {
    this.#db = db;
    this.location = location;
    this.durability = durability;
    this.#packs = new Packs(
      {
        run: (text, ...params) => this.#run(text, ...params),
        get: (text, ...params) => this.#get(text, ...params),
        all: (text, ...params) => this.#all(text, ...params),
        exec: (text) => db.exec(text),
      },
      location,
      packing,
    );
  }

  begin(waitMs = LOCK_ATTEMPT_MS): boolean {
    // A short wait here and a turn of the event loop between attempts: the process stays responsive while it queues.
    this.#db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    try {
      this.#run(sql.begin);
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
    this.#writing = true;
    this.#grownBy = 0;
    this.#deleted = false;
    const version = this.foreignVersion();
    if (version !== this.#knownVersion) this.#known.clear();
    this.#knownVersion = version;
    return true;
  }

  commit(): void {
    if (this.#deleted) this.#packs.purge();
    if (this.#grownBy > 0) this.#packs.grown(this.#grownBy);
    this.#run(sql.commit);
    this.#writing = false;
  }

  rollback(): void {
    this.#writing = false;
    this.#known.clear();
    this.#packs.undone();
    try {
      this.#run(sql.rollback);
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }

  savepoint(): void {
    this.#run(sql.savepoint);
  }

  releaseSavepoint(): void {
    this.#run(sql.releaseSavepoint);
  }

  rollbackToSavepoint(): void {
    this.#known.clear();
    this.#run(sql.rollbackToSavepoint);
    this.#run(sql.releaseSavepoint);
  }

  foreignVersion(): number {
    return this.#get(sql.foreignVersion)?.['data_version'] as number;
  }

  translate(error: unknown): HarnError | undefined {
    return translateFailure(error, this.location);
  }

  sizeBytes(): number {
    return ['', '-wal'].reduce((sum, suffix) => {
      return sum + (statSync(this.location + suffix, { throwIfNoEntry: false })?.size ?? 0);
    }, 0);
  }

  schemaVersion(): number {
    return this.#get('PRAGMA user_version')?.['user_version'] as number;
  }

  /** A bounded piece, so that nobody waits long; a file made before space was tracked is written anew, once. */
  compactStep(): boolean {
    if (this.#packRest()) return true;
    if (this.#get('PRAGMA auto_vacuum')?.['auto_vacuum'] !== INCREMENTAL) {
      this.#db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
      return false;
    }
    const free = this.#get('PRAGMA freelist_count')?.['freelist_count'] as number;
    if (free > 0) this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    return free > VACUUM_PAGES;
  }

  #packRest(): boolean {
    this.#run(sql.begin);
    return this.#packing(() => this.#packs.packRest());
  }

  get hasIdleWork(): boolean {
    return this.#packs.wanted;
  }

  /** One pack in a transaction of its own; does not wait for a process that is writing. */
  idleStep(): boolean {
    if (!this.begin(0)) return false;
    return this.#packing(() => this.#packs.packSome());
  }

  #packing(pack: () => boolean): boolean {
    try {
      const packed = pack();
      this.#run(sql.commit);
      this.#writing = false;
      return packed;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  compacted(): void {
    this.#foldLog();
    this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }

  close(): void {
    this.#foldLog();
    this.#statements.clear();
    this.#db.close();
  }

  // Events

  head(topic: string): number {
    if (this.#writing) return this.#topic(topic)?.head ?? 0;
    const ref = this.#refOf(topic);
    return ref === undefined ? 0 : this.#headOf(ref);
  }

  insertEvent(record: EventRecord): { readonly id: number; readonly pos: number } {
    const topic = this.#topic(record.topic) ?? this.#addTopic(record.topic);
    const id = topic.head + 1;
    const { lastInsertRowid } = this.#run(
      sql.insertEvent,
      topic.ref,
      id,
      record.kind,
      record.payload,
      record.headers,
      record.key ?? null,
      record.occurredAtMs,
      eventChecksum(record, id),
    );
    topic.head = id;
    this.#grownBy += 1;
    return { id, pos: Number(lastInsertRowid) };
  }

  deleteEvents(topic: string): void {
    const ref = this.#topic(topic)?.ref;
    if (ref === undefined) return;
    this.#known.delete(topic);
    this.#run(sql.deleteEvents, ref);
    if (this.#packs.forget(ref)) this.#deleted = true;
    this.#run(sql.deleteTopic, ref);
  }

  idOfKey(topic: string, key: string): number | undefined {
    const ref = this.#writing ? this.#topic(topic)?.ref : this.#refOf(topic);
    if (ref === undefined) return undefined;
    const id = this.#get(sql.idOfKey, ref, key)?.['id'] as number | undefined;
    // Packed since we looked, perhaps: the packs are asked last.
    return id ?? this.#packs.idOfKey(ref, key);
  }

  readTopic(
    topic: string,
    from: number,
    limit: number,
    kinds: readonly string[] | undefined,
  ): StoredEvent[] {
    const ref = this.#refOf(topic);
    if (ref === undefined) return [];
    const after = Math.max(0, from);
    const events = this.#topicEvents({ ref, name: topic }, after, limit, kinds);
    if (kinds === undefined) this.#refuseGap(topic, after, events);
    return events;
  }

  #topicEvents(
    topic: { readonly ref: number; readonly name: string },
    after: number,
    limit: number,
    kinds: readonly string[] | undefined,
  ): StoredEvent[] {
    const { ref, name } = topic;
    const read = () =>
      kinds === undefined
        ? this.#all(sql.readTopic, ref, after, limit)
        : this.#all(sql.readTopicKinds, ref, after, JSON.stringify(kinds), limit);
    const rows = read();
    const complete = kinds === undefined && rows[0]?.['id'] === after + 1;
    if (complete || this.#packs.head(ref) <= after) {
      return rows.map((row) => this.#toEvent(name, row));
    }
    return this.#atOneTime(() => {
      const wanted = kinds && new Set(kinds);
      const packed = this.#packs.readTopic(topic, after, limit, wanted);
      const rest = packed.length < limit ? read() : [];
      return [
        ...packed.map((event) => unpacked(name, event)),
        ...rest.map((row) => this.#toEvent(name, row)),
      ].slice(0, limit);
    });
  }

  readAll(fromPos: number, limit: number, prefix: string): StoredEvent[] {
    const read = () =>
      prefix === ''
        ? this.#all(sql.readAll, fromPos, limit)
        : this.#all(sql.readAllPrefix, fromPos, prefix, prefix, limit);
    const toEvent = (row: SqlRow) => this.#toEvent(row['name'] as string, row);
    const rows = read();
    if (!this.#packs.hasBehind(fromPos)) return rows.map(toEvent);
    return this.#atOneTime(() => {
      const names = new Map<number, string | undefined>();
      const nameOf = (ref: number) => {
        if (!names.has(ref)) {
          const name = this.#get(sql.topicName, ref)?.['name'] as string | undefined;
          names.set(ref, name?.startsWith(prefix) ? name : undefined);
        }
        return names.get(ref);
      };
      // A topic without a name was deleted in this transaction.
      const wanted = (ref: number) => nameOf(ref) !== undefined;
      const packed = this.#packs.readAll(fromPos, limit, wanted);
      const rest = packed.length < limit ? read() : [];
      return [
        ...packed.map((event) => unpacked(nameOf(event.topic) ?? '', event)),
        ...rest.map(toEvent),
      ].slice(0, limit);
    });
  }

  /** Looks at packs and rows as of one moment: another process may be packing. */
  #atOneTime<T>(look: () => T): T {
    if (this.#writing) return look();
    this.#db.exec('BEGIN');
    try {
      return look();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  lastPos(): number {
    return (this.#get(sql.lastPos)?.['pos'] as number | null | undefined) ?? 0;
  }

  topics(prefix: string): string[] {
    return this.#all(sql.topics, prefix).map((row) => row['name'] as string);
  }

  // Projections

  projectionState(name: string): ProjectionState | undefined {
    const row = this.#get(sql.projectionState, name);
    if (row === undefined) return undefined;
    return {
      version: row['version'] as number,
      signature: row['signature'] as string,
      throughPos: row['through_pos'] as number,
    };
  }

  saveProjectionState(name: string, { version, signature, throughPos }: ProjectionState): void {
    this.#run(sql.saveProjectionState, name, version, signature, throughPos);
  }

  recreateRows(shape: RowShape): void {
    this.#db.exec(createRowsSql(shape));
  }

  row(shape: RowShape, key: string): string | undefined {
    return this.#get(rowSql(shape), key)?.['row'] as string | undefined;
  }

  putRow(
    shape: RowShape,
    key: string,
    row: string,
    columns: readonly (string | number | null)[],
  ): void {
    this.#run(putRowSql(shape), key, row, ...columns);
  }

  deleteRow(shape: RowShape, key: string): void {
    this.#run(deleteRowSql(shape), key);
  }

  rows(shape: RowShape, query: ShapedQuery): { readonly key: string; readonly row: string }[] {
    const { text, params } = selectRows(shape, query);
    return this.#all(text, ...params) as { key: string; row: string }[];
  }

  // Timers

  putTimer({ id, dueMs, ref, payload }: TimerRecord): void {
    this.#run(sql.putTimer, id, dueMs, ref, payload);
  }

  deleteTimer(id: string): boolean {
    return Number(this.#run(sql.deleteTimer, id).changes) > 0;
  }

  deleteTimersOf(ref: string): void {
    this.#run(sql.deleteTimersOf, ref);
  }

  timer(id: string): TimerRecord | undefined {
    const row = this.#get(sql.timer, id);
    return row && toTimer(row);
  }

  dueTimers(nowMs: number, limit: number): TimerRecord[] {
    return this.#all(sql.dueTimers, nowMs, limit).map(toTimer);
  }

  timersOf(ref: string): TimerRecord[] {
    return this.#all(sql.timersOf, ref).map(toTimer);
  }

  nextDueMs(): number | undefined {
    return (this.#get(sql.nextDue)?.['due_ms'] as number | null | undefined) ?? undefined;
  }

  // Leases, cursors, blobs

  lease(name: string): LeaseRecord | undefined {
    const row = this.#get(sql.lease, name);
    return row && toLease(row);
  }

  putLease({ name, epoch, holder, expiresAtMs, released }: LeaseRecord): void {
    const { host, bootId, pid, startTime } = holder;
    const holderText = JSON.stringify({ host, bootId, pid, startTime });
    this.#run(sql.putLease, name, epoch, holderText, expiresAtMs ?? null, Number(released));
  }

  deleteLease(name: string): void {
    this.#run(sql.deleteLease, name);
  }

  leases(prefix: string): LeaseRecord[] {
    return this.#all(sql.leases, prefix).map(toLease);
  }

  cursor(topic: string, consumer: string): number {
    return (this.#get(sql.cursor, topic, consumer)?.['id'] as number | undefined) ?? 0;
  }

  setCursor(topic: string, consumer: string, id: number): void {
    this.#run(sql.setCursor, topic, consumer, id);
  }

  deleteCursors(topic: string): void {
    this.#run(sql.deleteCursors, topic);
  }

  hasBlob(hash: string): boolean {
    return this.#get(sql.hasBlob, hash) !== undefined;
  }

  putBlob(hash: string, bytes: Uint8Array): void {
    this.#run(sql.putBlob, hash, bytes);
  }

  ownBlob(hash: string, topic: string): void {
    this.#run(sql.ownBlob, topic, hash);
  }

  dropBlobs(topic: string): void {
    this.#run(sql.dropBlobs, topic);
    this.#run(sql.disownBlobs, topic);
  }

  blob(hash: string): Uint8Array | undefined {
    const bytes = this.#get(sql.blob, hash)?.['bytes'] as Uint8Array | undefined;
    return bytes && new Uint8Array(bytes);
  }

  /**
   * Moves the log into the database file. SQLite does so when the last connection ends, but the driver for Node 20 ends
   * a connection only when its statements are garbage-collected. Without waiting: who still reads or writes does it.
   */
  #foldLog(): void {
    try {
      this.#db.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The log stays beside the file, complete; the next connection goes on with it.
    }
  }

  #topic(name: string): KnownTopic | undefined {
    let topic = this.#known.get(name);
    if (topic !== undefined) return topic;
    const ref = this.#refOf(name);
    if (ref === undefined) return undefined;
    topic = { ref, head: this.#headOf(ref) };
    if (this.#known.size >= MAX_TOPICS) this.#known.clear();
    this.#known.set(name, topic);
    return topic;
  }

  #addTopic(name: string): KnownTopic {
    const { lastInsertRowid } = this.#run(sql.addTopic, topicHash(name), name);
    const topic = { ref: Number(lastInsertRowid), head: 0 };
    this.#known.set(name, topic);
    return topic;
  }

  #refOf(topic: string): number | undefined {
    return this.#get(sql.topicRef, topicHash(topic), topic)?.['ref'] as number | undefined;
  }

  #headOf(ref: number): number {
    const id = this.#get(sql.head, ref)?.['id'] as number | null | undefined;
    return id ?? this.#packs.head(ref);
  }

  #toEvent(topic: string, row: SqlRow): StoredEvent {
    const record: EventRecord = {
      topic,
      kind: row['kind'] as string,
      payload: row['payload'] as string,
      headers: row['headers'] as string,
      key: (row['key'] as string | null) ?? undefined,
      occurredAtMs: row['occurred_at_ms'] as number,
    };
    const id = row['id'] as number;
    if (eventChecksum(record, id) !== row['crc']) {
      throw sto.corruptEvent({ topic, id, location: this.location });
    }
    return {
      topic,
      id,
      pos: row['pos'] as number,
      kind: record.kind,
      payload: JSON.parse(record.payload) as Json,
      headers: record.headers === '' ? NO_HEADERS : (JSON.parse(record.headers) as EventHeaders),
      key: record.key,
      occurredAtMs: record.occurredAtMs,
    };
  }

  #refuseGap(topic: string, from: number, events: readonly StoredEvent[]): void {
    let id = from;
    for (const event of events) {
      id += 1;
      if (event.id !== id) throw sto.missingEvent({ topic, id, location: this.location });
    }
  }

  #statement(text: string): SqlStatement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #run(text: string, ...params: SqlValue[]): ReturnType<SqlStatement['run']> {
    return this.#statement(text).run(...params);
  }

  #get(text: string, ...params: SqlValue[]): SqlRow | undefined {
    return this.#statement(text).get(...params);
  }

  #all(text: string, ...params: SqlValue[]): SqlRow[] {
    return this.#statement(text).all(...params);
  }
}

function unpacked(topic: string, event: RawEvent): StoredEvent {
  const { id, pos, kind, payload, headers, key, at } = event;
  return {
    topic,
    id,
    pos,
    kind,
    payload: JSON.parse(payload) as Json,
    headers: headers === '' ? NO_HEADERS : (JSON.parse(headers) as EventHeaders),
    key: key ?? undefined,
    occurredAtMs: at,
  };
}

function toTimer(row: SqlRow): TimerRecord {
  return {
    id: row['id'] as string,
    dueMs: row['due_ms'] as number,
    ref: row['ref'] as string,
    payload: row['payload'] as string,
  };
}

function toLease(row: SqlRow): LeaseRecord {
  return {
    name: row['name'] as string,
    epoch: row['epoch'] as number,
    holder: JSON.parse(row['holder'] as string) as Holder,
    expiresAtMs: (row['expires_at_ms'] as number | null) ?? undefined,
    released: row['released'] === 1,
  };
}
