// The journal of one run: numbers entries, keeps them in memory until the run must be durable, then writes them in
// order behind the fence of the run's lease. Appending never waits; `barrier` does.
//
// States: private (nothing written; the run may simply start again) -> opening (a store is being opened and the lease
// taken) -> durable (each flush is one transaction) -> failed (a write was refused; nothing more is accepted).
// Closed when the run is over: what straggles in after the last entry is part of nothing.
import { bug, type Clock, type Json } from '../../base/index.ts';
import type { Lease, Store, Tx } from '../../store/index.ts';
import { type EntryBody, type JournalEntry, journalTopic } from './journal-entry.ts';
import { packEntry } from './journal-packing.ts';

/** An open store and the right to write one run's journal in it. */
export interface JournalHome {
  readonly store: Store;
  readonly lease: Lease;
}

export interface JournalOptions {
  readonly runId: string;
  readonly clock: Clock;
  readonly epoch: number;
  /** The last sequence number already in the store; 0 for a new run. */
  readonly lastSeq: number;
  /** The run's monotonic time so far, in ms. */
  readonly monoBase: number;
  /** Already durable (a resumed run). */
  readonly home?: JournalHome | undefined;
  /** Opens the store and takes the lease; called at most once, when the run must become durable. */
  readonly open: () => Promise<JournalHome>;
  /** Operations that go with the first flush of a new run (its program). */
  readonly first?: ((tx: Tx) => void) | undefined;
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onFailure: (error: unknown) => void;
}

interface Pending {
  readonly entry: JournalEntry;
  readonly ops: ((tx: Tx) => void) | undefined;
  readonly blob: string | undefined;
}

/** How an entry is written. */
export interface AppendEntryOptions {
  /** Causes a flush; entries that are not urgent ride along with the next one. */
  readonly urgent?: boolean;
  /** Committed in the same transaction; makes the run durable. */
  readonly ops?: ((tx: Tx) => void) | undefined;
  /** A payload that the entry names by hash. */
  readonly blob?: string | undefined;
}

/** What has been emitted so far; the journal writes it down when it changed. */
export interface OutputCounts {
  out: number;
  err: number;
  events: number;
}

const ENCODER = new TextEncoder();

export class Journal {
  readonly #options: JournalOptions;
  readonly #monoStart: number;
  readonly counts: OutputCounts;
  #written: OutputCounts;
  #seq: number;
  #pending: Pending[] = [];
  #scheduled = false;
  #home: JournalHome | undefined;
  #opening: Promise<void> | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown } | undefined;
  #closed = false;

  constructor(options: JournalOptions, counts: OutputCounts = { out: 0, err: 0, events: 0 }) {
    this.#options = options;
    this.#seq = options.lastSeq;
    this.#home = options.home;
    this.#monoStart = options.clock.monotonicMs();
    this.counts = counts;
    this.#written = { ...counts };
  }

  get isDurable(): boolean {
    return this.#home !== undefined || this.#opening !== undefined;
  }

  get home(): JournalHome | undefined {
    return this.#home;
  }

  get lastSeq(): number {
    return this.#seq;
  }

  /** The run's own monotonic time in ms: it stands still while no process holds the run. */
  monoMs(): number {
    const { clock, monoBase } = this.#options;
    return monoBase + (clock.monotonicMs() - this.#monoStart);
  }

  /**
   * Adds an entry. It is written with the next flush; `urgent` ones cause that flush, the others ride along.
   * `ops` commit in the same transaction and make the run durable.
   */
  append(
    task: string,
    body: EntryBody,
    { urgent = true, ops, blob }: AppendEntryOptions = {},
  ): JournalEntry {
    const { clock, epoch } = this.#options;
    const entry: JournalEntry = {
      v: 1,
      seq: this.#seq + 1,
      epoch,
      task,
      at: clock.nowMs(),
      mono: Math.round(this.monoMs()),
      ...this.#changedCounts(),
      ...(this.#home === undefined ? asItIsNow(body) : body),
    };
    if (this.#closed) return entry;
    this.#seq = entry.seq;
    if (this.#failure === undefined) this.#pending.push({ entry, ops, blob });
    if (ops !== undefined) this.makeDurable();
    this.#options.onEntry(entry);
    if (urgent) this.#schedule();
    return entry;
  }

  /** The run is over: what has been appended is still written, nothing else is. */
  close(): void {
    this.#closed = true;
  }

  /** From now on everything is written: the first mutation, wait, child, own row or paid call asks for it. */
  makeDurable(): void {
    if (this.#home !== undefined || this.#opening !== undefined) return;
    this.#opening = this.#options.open().then(
      (home) => {
        this.#home = home;
        this.#flush();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** The store this journal is kept in, durable from here on. */
  async ready(): Promise<JournalHome> {
    this.makeDurable();
    await this.barrier();
    return this.#home ?? bug('a durable journal without a home');
  }

  /** Resolves when everything appended so far is durable; on a run that is still private, at once. */
  async barrier(): Promise<void> {
    if (this.#opening !== undefined && this.#home === undefined) await this.#opening;
    this.#flush();
    await this.#tail;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #changedCounts(): { out?: readonly [number, number]; ev?: number } {
    const { out, err, events } = this.counts;
    const written = this.#written;
    const outChanged = out !== written.out || err !== written.err;
    if (!outChanged && events === written.events) return {};
    this.#written = { out, err, events };
    return { ...(outChanged ? { out: [out, err] as const } : {}), ev: events };
  }

  #schedule(): void {
    if (this.#scheduled || this.#home === undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const home = this.#home;
    if (home === undefined || this.#pending.length === 0 || this.#failure !== undefined) return;
    const batch = this.#pending;
    this.#pending = [];
    const { runId } = this.#options;
    const topic = journalTopic(runId);
    this.#tail = home.store
      .tx((tx) => {
        tx.fence(home.lease);
        for (const { entry, ops, blob } of batch) {
          if (entry.seq === 1) this.#options.first?.(tx);
          if (blob !== undefined) tx.putBlob(ENCODER.encode(blob), { topic });
          tx.append(
            topic,
            { kind: entry.kind, payload: packEntry(runId, entry), occurredAtMs: entry.at },
            { expectedNext: entry.seq },
          );
          ops?.(tx);
        }
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#pending = [];
    this.#options.onFailure(error);
  }
}

/** Until there is a store the entry waits in memory, and the program may change the value it was given meanwhile. */
function asItIsNow(body: EntryBody): EntryBody {
  if (body.kind !== 'outcome' || typeof body.value !== 'object' || body.value === null) return body;
  return { ...body, value: JSON.parse(JSON.stringify(body.value)) as Json };
}
