// Older events, packed: the newest stay rows of their own (written and read fast), those before them are moved some
// hundred at a time into one compressed row, in a transaction of its own while nobody commits. A commit packs only when
// far too many wait, so that a store that is never idle has a bound too. Nothing is moved without its checksum having
// been seen right; a damaged event stays a row, and so does everything behind it.
//
// Every packed event stands before every row in `recent`, in position and, in its topic, in id.
import { crc32 } from 'node:zlib';
import { sto } from '../errors.ts';
import { eventChecksum } from './checksum.ts';
import type { SqlRow, SqlStatement, SqlValue } from './driver.ts';
import { canPack, decodePack, encodePack, type RawEvent } from './pack-format.ts';
import { sql } from './sql.ts';

/** Events of one pack; more of them hardly become smaller together. */
const PACK_EVENTS = 512;
/** A pack ends behind this much text: one event is read at the cost of its pack. */
const PACK_CHARS = 256 * 1024;
/** When to pack, in positions of rows that stand before the `newest`, which stay rows. */
export interface Packing {
  /** So many are worth a pack. */
  readonly waiting: number;
  /** At least one: positions are counted on from the newest row. */
  readonly newest: number;
  /** So many are packed by the commit that finds them. */
  readonly most: number;
}
const PACKING: Packing = { waiting: PACK_EVENTS, newest: 128, most: 8 * PACK_EVENTS };
/** How many packs one commit may make: about 5 ms each. */
const PER_COMMIT = 2;
/** Room for the rows until the next pack. */
const FREE_PAGES = 16;
/** How many pages one pack may give back: some milliseconds. */
const BACK_PAGES = 256;
const REMEMBERED = 4;

/** Runs prepared statements. */
export interface Statements {
  run(text: string, ...params: SqlValue[]): ReturnType<SqlStatement['run']>;
  get(text: string, ...params: SqlValue[]): SqlRow | undefined;
  all(text: string, ...params: SqlValue[]): SqlRow[];
  /** Runs text without parameters to its end. */
  exec(text: string): void;
}

interface Remembered {
  readonly crc: number;
  readonly events: readonly RawEvent[];
}

/** The packed part of one database file. */
export class Packs {
  readonly #db: Statements;
  readonly #location: string;
  readonly #packing: Packing;
  /** Packs as they were last read, the latest last. */
  readonly #remembered = new Map<number, Remembered>();
  /** The row that could not be packed. */
  #stuckAt: number | undefined;
  /** How many were waiting when last looked; undefined before a transaction added events. */
  #found: number | undefined;
  /** How many were added since. */
  #added = 0;

  constructor(db: Statements, location: string, packing: Packing = PACKING) {
    this.#db = db;
    this.#location = location;
    this.#packing = packing;
  }

  /** The last packed id of a topic; 0 when none is. */
  head(topic: number): number {
    return (this.#db.get(sql.packedHead, topic)?.['id'] as number | null | undefined) ?? 0;
  }

  idOfKey(topic: number, key: string): number | undefined {
    return this.#db.get(sql.packedKey, topic, key)?.['id'] as number | undefined;
  }

  hasBehind(pos: number): boolean {
    return this.#db.get(sql.packBehind, pos) !== undefined;
  }

  /** Events of a topic with greater ids. */
  readTopic(
    { ref, name }: { readonly ref: number; readonly name: string },
    from: number,
    limit: number,
    kinds: ReadonlySet<string> | undefined,
  ): RawEvent[] {
    const found: RawEvent[] = [];
    for (let after = from; found.length < limit; ) {
      const row = this.#db.get(sql.packOfTopic, ref, after);
      if (row === undefined) break;
      const id = after + 1;
      for (const event of this.#open(row, () => ({ topic: name, id }))) {
        if (event.topic !== ref || event.id <= after) continue;
        if (kinds !== undefined && !kinds.has(event.kind)) continue;
        found.push(event);
      }
      after = row['last_id'] as number;
    }
    return found.slice(0, limit);
  }

  /** Events of all topics with greater positions that `wanted` answers true for. */
  readAll(fromPos: number, limit: number, wanted: (topic: number) => boolean): RawEvent[] {
    const found: RawEvent[] = [];
    for (let after = fromPos; found.length < limit; ) {
      const row = this.#db.get(sql.packBehind, after);
      if (row === undefined) break;
      const pack = row['pack'] as number;
      for (const event of this.#open(row, () => this.#somewhereIn(pack))) {
        if (event.pos > fromPos && wanted(event.topic)) found.push(event);
      }
      after = pack;
    }
    return found.slice(0, limit);
  }

  /** Part of a commit that added events. */
  grown(events: number): void {
    const { most, newest } = this.#packing;
    if (this.#found === undefined) {
      this.#found = this.#look().waiting;
      this.#added = 0;
    } else this.#added += events;
    if (this.#found + this.#added < most) return;
    let packed = 0;
    while (packed < PER_COMMIT && this.#pack({ waiting: most, newest })) packed += 1;
  }

  /** A transaction was undone, perhaps one that packed: the next idle moment looks. */
  undone(): void {
    if (this.#found !== undefined) this.#found = Math.max(this.#found, this.#packing.waiting);
  }

  /** Whether an idle moment should be used to pack. */
  get wanted(): boolean {
    return this.#found !== undefined && this.#found + this.#added >= this.#packing.waiting;
  }

  /** Makes one pack if it is worth it; false when it is not. */
  packSome(): boolean {
    const packed = this.#pack(this.#packing);
    if (packed) this.#giveBack();
    return packed;
  }

  /** After a burst more pages are free than the next rows need. While it lasts they are needed again at once. */
  #giveBack(): void {
    const free = this.#db.get('PRAGMA freelist_count')?.['freelist_count'] as number;
    const spare = Math.min(free - FREE_PAGES, BACK_PAGES);
    if (spare > 0) this.#db.exec(`PRAGMA incremental_vacuum(${spare})`);
  }

  /** Packs some more of what is left in rows; false when nothing is. */
  packRest(): boolean {
    return this.#pack({ waiting: 1, newest: 1 });
  }

  /** The oldest row, and up to where rows may be packed. */
  #look(newest = this.#packing.newest): { first: number; upTo: number; waiting: number } {
    const bounds = this.#db.get(sql.eventBounds);
    const first = (bounds?.['first'] as number | null) ?? 0;
    const upTo = ((bounds?.['last'] as number | null) ?? 0) - newest;
    // A row that cannot be packed is not waiting, nor is what stands behind it.
    return { first, upTo, waiting: first === this.#stuckAt ? 0 : Math.max(0, upTo - first + 1) };
  }

  /** Makes a pack of the oldest rows if enough are waiting; false when it did not. */
  #pack({ waiting: enough, newest }: Omit<Packing, 'most'>): boolean {
    const { first, upTo, waiting } = this.#look(newest);
    this.#found = waiting;
    this.#added = 0;
    if (waiting < enough) return false;
    const events = this.#packable(this.#db.all(sql.oldestEvents, upTo, PACK_EVENTS));
    const end = events.at(-1)?.pos;
    if (end === undefined) {
      this.#stuckAt = first;
      this.#found = 0;
      return false;
    }
    this.#write(end, events);
    const heads = new Map(events.map(({ topic, id }) => [topic, id]));
    for (const [topic, id] of heads) this.#db.run(sql.addPackTopic, topic, id, end);
    for (const { topic, id, key } of events) {
      if (key !== null) this.#db.run(sql.addPackedKey, topic, key, id);
    }
    this.#db.run(sql.deleteEventsUpTo, end);
    this.#found -= end - first + 1;
    return true;
  }

  /** A topic is deleted: its events go from the packs when the transaction ends. */
  forget(topic: number): boolean {
    const { changes } = this.#db.run(sql.notePurges, topic);
    if (Number(changes) === 0) return false;
    this.#db.run(sql.deletePackTopics, topic);
    this.#db.run(sql.deletePackedKeys, topic);
    return true;
  }

  /**
   * Takes what was deleted out of the packs, each written once however many topics went. A damaged pack stays as it is,
   * noted: nobody can read in it what was deleted.
   */
  purge(): void {
    const gone = new Map<number, Set<number>>();
    for (const row of this.#db.all(sql.purges)) {
      const pack = row['pack'] as number;
      const topics = gone.get(pack) ?? new Set();
      gone.set(pack, topics.add(row['topic'] as number));
    }
    for (const [pack, topics] of gone) {
      const row = this.#db.get(sql.pack, pack);
      const events = row && this.#events(row);
      if (events === undefined) continue;
      const left = events.filter(({ topic }) => !topics.has(topic));
      this.#remembered.delete(pack);
      this.#db.run(sql.deletePack, pack);
      if (left.length > 0) this.#write(pack, left);
      this.#db.run(sql.deletePurges, pack);
    }
  }

  #write(pack: number, events: readonly RawEvent[]): void {
    const bytes = encodePack(events);
    this.#db.run(sql.addPack, pack, bytes, crc32(bytes));
  }

  /** The rows up to the first that cannot be packed or makes the pack too large. */
  #packable(rows: readonly SqlRow[]): RawEvent[] {
    const events: RawEvent[] = [];
    let chars = 0;
    for (const row of rows) {
      const name = row['name'] as string | null;
      const event = toRaw(row);
      const { id, kind, payload, headers, at: occurredAtMs } = event;
      const key = event.key ?? undefined;
      if (name === null || !canPack(event)) break;
      const record = { topic: name, kind, payload, headers, key, occurredAtMs };
      if (eventChecksum(record, id) !== row['crc']) break;
      chars += payload.length;
      if (chars > PACK_CHARS && events.length > 0) break;
      events.push(event);
    }
    return events;
  }

  #open(row: SqlRow, where: () => { topic: string; id: number }): readonly RawEvent[] {
    const events = this.#events(row);
    if (events === undefined) throw sto.corruptEvent({ ...where(), location: this.#location });
    return events;
  }

  /** What a pack holds; undefined when it is damaged. */
  #events(row: SqlRow): readonly RawEvent[] | undefined {
    const pack = row['pack'] as number;
    const crc = row['crc'] as number;
    const known = this.#remembered.get(pack);
    if (known?.crc === crc) return known.events;
    const bytes = this.#db.get(sql.packBytes, pack)?.['bytes'] as Uint8Array;
    const events = crc32(bytes) === crc ? decoded(bytes) : undefined;
    if (events === undefined) return undefined;
    if (this.#remembered.size >= REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value as number);
    }
    this.#remembered.delete(pack);
    this.#remembered.set(pack, { crc, events });
    return events;
  }

  /** An event that a damaged pack held. */
  #somewhereIn(pack: number): { topic: string; id: number } {
    const row = this.#db.get(sql.anyInPack, pack);
    return {
      topic: (row?.['name'] as string | undefined) ?? '',
      id: Number(row?.['last_id'] ?? 0),
    };
  }
}

function decoded(bytes: Uint8Array): readonly RawEvent[] | undefined {
  try {
    return decodePack(bytes);
  } catch {
    return undefined;
  }
}

function toRaw(row: SqlRow): RawEvent {
  return {
    pos: row['pos'] as number,
    topic: row['topic'] as number,
    id: row['id'] as number,
    kind: row['kind'] as string,
    payload: row['payload'] as string,
    headers: row['headers'] as string,
    key: row['key'] as string | null,
    at: row['occurred_at_ms'] as number,
  };
}
