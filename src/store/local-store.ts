// The Store over local tables: everything that memory and SQLite have in common. Writing goes through the commit
// queue, reading looks at the tables at once (never in the middle of a group, because groups are synchronous).
import { type Clock, HarnError, type JsonObject, sha256, systemClock } from '../base/index.ts';
import type { AcquireOptions, Holder, Lease, LeaseState } from './claims.ts';
import { CommitQueue } from './commit-queue.ts';
import { sto } from './errors.ts';
import type { ReadAllOptions, ReadOptions, StoredEvent, SubscribeOptions } from './event-log.ts';
import { IdleWork } from './idle-work.ts';
import { extendLease, releaseHeld, takeLease, toLeaseState } from './leases.ts';
import { checkText, collectTx } from './ops.ts';
import { type Projection, type ProjectionRow, type RowQuery, rowFrom } from './projection.ts';
import { Projector } from './projector.ts';
import { cleanText, shapeQuery } from './row-shape.ts';
import type {
  Compacted,
  Store,
  StoreCapabilities,
  StoreDescription,
  Tx,
  TxResult,
  WaitOptions,
} from './store.ts';
import type { Tables, TimerRecord } from './tables.ts';
import type { Timer } from './timers.ts';
import { checkTopicName } from './topic.ts';
import { applyTx } from './tx.ts';
import { Wakeup } from './wakeup.ts';

const DEFAULT_PAGE = 1_000;
const SUBSCRIBE_PAGE = 256;
const DEFAULT_POLL_MS = 25;

/** What every local backend is opened with. */
export interface LocalStoreOptions {
  readonly clock?: Clock;
  readonly pollMs?: number;
  readonly projections?: readonly Projection[];
}

/** Wraps opened tables as a store; closes them again when a projection cannot be declared. */
export async function openLocalStore(tables: Tables, options: LocalStoreOptions): Promise<Store> {
  const store = new LocalStore(tables, options);
  try {
    await store.declare(...(options.projections ?? []));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class LocalStore implements Store {
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #projector: Projector;
  readonly #queue: CommitQueue;
  readonly #wakeup: Wakeup;
  readonly #idle: IdleWork;
  #closing: Promise<void> | undefined;

  constructor(
    tables: Tables,
    { clock = systemClock, pollMs = DEFAULT_POLL_MS }: LocalStoreOptions,
  ) {
    this.#tables = tables;
    this.#clock = clock;
    const projector = new Projector(tables);
    this.#projector = projector;
    // Other processes live in real time, whatever time this store's user has.
    const lookEveryMs = tables.capabilities.notify ? undefined : pollMs;
    this.#wakeup = new Wakeup(systemClock, lookEveryMs, () => tables.foreignVersion());
    this.#queue = new CommitQueue(tables, {
      begun: () => projector.begun(),
      committing: () => projector.committing(),
      committed: () => {
        projector.committed();
        this.#wakeup.bump();
        this.#idle.committed();
      },
      undone: () => projector.undone(),
    });
    this.#idle = new IdleWork(systemClock, tables, () => this.#queue.isWaiting);
  }

  get capabilities(): StoreCapabilities {
    return this.#tables.capabilities;
  }

  async tx(fn: (tx: Tx) => void): Promise<TxResult> {
    const collected = collectTx(fn, this.#clock);
    return this.#write(() => applyTx(collected, this.#tables, this.#projector));
  }

  async flush(): Promise<void> {
    await this.#queue.settled();
  }

  changeMark(): number {
    return this.#wakeup.mark;
  }

  async waitForChange(mark: number, { signal }: WaitOptions = {}): Promise<void> {
    await this.#wakeup.wait(mark, signal);
  }

  async describe(): Promise<StoreDescription> {
    const { backend, location, durability } = this.#tables;
    return this.#read((tables) => ({
      backend,
      location,
      durability,
      sizeBytes: tables.sizeBytes(),
      schemaVersion: tables.schemaVersion(),
    }));
  }

  async compact(): Promise<Compacted> {
    await this.flush();
    const before = this.#read((tables) => tables.sizeBytes());
    // A turn of the event loop between the steps: others write meanwhile.
    while (this.#read((tables) => tables.compactStep())) {
      await new Promise<void>((done) => setImmediate(done));
    }
    return this.#read((tables) => {
      tables.compacted();
      return { freedBytes: Math.max(0, before - tables.sizeBytes()) };
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // Events

  async read(topic: string, options: ReadOptions = {}): Promise<readonly StoredEvent[]> {
    const { from = 0, limit = DEFAULT_PAGE, kinds } = options;
    checkTopicName(topic);
    return this.#read((tables) => tables.readTopic(topic, from, limit, kinds));
  }

  async readAll(options: ReadAllOptions = {}): Promise<readonly StoredEvent[]> {
    const { fromPos = 0, limit = DEFAULT_PAGE, prefix = '' } = options;
    return this.#read((tables) => tables.readAll(fromPos, limit, prefix));
  }

  async readByKey(topic: string, key: string): Promise<StoredEvent | undefined> {
    checkTopicName(topic);
    return this.#read((tables) => {
      const id = tables.idOfKey(topic, key);
      return id === undefined ? undefined : tables.readTopic(topic, id - 1, 1, undefined)[0];
    });
  }

  async latest(topic: string): Promise<number | undefined> {
    checkTopicName(topic);
    return this.#read((tables) => tables.head(topic) || undefined);
  }

  async topics(prefix = ''): Promise<readonly string[]> {
    return this.#read((tables) => tables.topics(prefix));
  }

  async *subscribe(
    topic: string,
    { from = 0, kinds, signal }: SubscribeOptions = {},
  ): AsyncGenerator<StoredEvent, void, undefined> {
    checkTopicName(topic);
    let after = from;
    while (this.#closing === undefined && !signal?.aborted) {
      const mark = this.#wakeup.mark;
      // The head is taken first: what a kind filter leaves out up to it need not be looked at again.
      const head = this.#read((tables) => tables.head(topic));
      const page = this.#read((tables) => tables.readTopic(topic, after, SUBSCRIBE_PAGE, kinds));
      for (const event of page) {
        if (signal?.aborted) return;
        yield event;
        after = event.id;
      }
      if (page.length === SUBSCRIBE_PAGE) continue;
      after = Math.max(after, head);
      await this.#wakeup.wait(mark, signal);
    }
  }

  // Projections

  async declare(...projections: readonly Projection[]): Promise<void> {
    if (projections.length === 0) return;
    // One job each: a projection that cannot be built does not undo its neighbours.
    const jobs = projections.map((projection) =>
      this.#write(() => this.#projector.declare(projection)),
    );
    for (const settled of await Promise.allSettled(jobs)) {
      if (settled.status === 'rejected') throw settled.reason;
    }
  }

  async rebuild(projection: Projection): Promise<void> {
    this.#projector.shapeOf(projection);
    await this.#write(() => this.#projector.declare(projection, { again: true }));
  }

  async rows<Row extends JsonObject>(
    projection: Projection<Row>,
    query: RowQuery<Row> = {},
  ): Promise<readonly ProjectionRow<Row>[]> {
    await this.#seeOthers();
    const shape = this.#projector.shapeOf(projection);
    const shaped = shapeQuery(shape, query);
    return this.#read((tables) =>
      tables
        .rows(shape, shaped)
        .map(({ key, row }) => ({ key, row: rowFrom(projection, key, row) })),
    );
  }

  async row<Row extends JsonObject>(
    projection: Projection<Row>,
    key: string,
  ): Promise<Row | undefined> {
    await this.#seeOthers();
    const shape = this.#projector.shapeOf(projection);
    const text = this.#read((tables) => tables.row(shape, cleanText(key)));
    return text === undefined ? undefined : rowFrom(projection, cleanText(key), text);
  }

  // Timers

  async dueTimers(nowMs: number, limit = DEFAULT_PAGE): Promise<readonly Timer[]> {
    return this.#read((tables) => tables.dueTimers(nowMs, limit).map(toTimer));
  }

  async nextDueMs(): Promise<number | undefined> {
    return this.#read((tables) => tables.nextDueMs());
  }

  async timer(id: string): Promise<Timer | undefined> {
    const record = this.#read((tables) => tables.timer(id));
    return record && toTimer(record);
  }

  async timersOf(ref: string): Promise<readonly Timer[]> {
    return this.#read((tables) => tables.timersOf(ref).map(toTimer));
  }

  // Leases

  async acquireLease(name: string, holder: Holder, options: AcquireOptions = {}): Promise<Lease> {
    checkText('a lease name', name);
    return this.#write(() => takeLease(this.#tables, name, holder, options, this.#clock.nowMs()));
  }

  async renewLease(lease: Lease, ttlMs: number): Promise<Lease> {
    return this.#write(() => extendLease(this.#tables, lease, this.#clock.nowMs() + ttlMs));
  }

  async releaseLease(lease: Lease): Promise<boolean> {
    try {
      await this.#write(() => releaseHeld(this.#tables, lease));
      return true;
    } catch (error) {
      if (HarnError.is(error) && error.code === sto.$code('fenced')) return false;
      throw error;
    }
  }

  async lease(name: string): Promise<LeaseState | undefined> {
    const record = this.#read((tables) => tables.lease(name));
    return record && toLeaseState(record, this.#clock.nowMs());
  }

  async leases(prefix = ''): Promise<readonly LeaseState[]> {
    const nowMs = this.#clock.nowMs();
    return this.#read((tables) =>
      tables.leases(prefix).map((record) => toLeaseState(record, nowMs)),
    );
  }

  // Cursors, blobs

  async cursor(topic: string, consumer: string): Promise<number> {
    return this.#read((tables) => tables.cursor(topic, consumer));
  }

  async hasBlob(hash: string): Promise<boolean> {
    return this.#read((tables) => tables.hasBlob(hash));
  }

  async getBlob(hash: string): Promise<Uint8Array> {
    const { location } = this.#tables;
    const bytes = this.#read((tables) => tables.blob(hash));
    if (bytes === undefined) throw sto.blobMissing({ hash, location });
    if (sha256(bytes) !== hash) throw sto.blobCorrupt({ hash, location });
    return bytes;
  }

  #write<T>(job: () => T): Promise<T> {
    this.#refuseWhenClosed();
    return this.#queue.add(job);
  }

  #read<T>(look: (tables: Tables) => T): T {
    this.#refuseWhenClosed();
    try {
      return look(this.#tables);
    } catch (error) {
      throw this.#tables.translate(error) ?? error;
    }
  }

  /** Rows are kept by the processes that declared them; what others appended is folded before we look. */
  async #seeOthers(): Promise<void> {
    if (this.#read(() => this.#projector.needsCatchUp())) await this.#write(() => undefined);
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw sto.closed({ location: this.#tables.location });
  }

  async #closeOnce(): Promise<void> {
    await this.#queue.settled();
    this.#wakeup.close();
    this.#idle.close();
    this.#tables.close();
  }
}

function toTimer({ id, dueMs, ref, payload }: TimerRecord): Timer {
  return { id, dueMs, ref, payload: JSON.parse(payload) as Timer['payload'] };
}
