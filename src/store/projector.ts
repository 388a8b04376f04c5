// Keeps the rows of declared projections equal to the fold of the log, inside the transaction of each append.
//
// Other processes may append without knowing our projections. So each projection has a durable position
// (`throughPos`): when somebody else has committed, the events behind it are folded before anything else happens.
// The position is written with the first changed row of a group, and at the latest every MAX_LAG events, which
// bounds what an open has to look at again.
import { HarnError, type JsonObject } from '../base/index.ts';
import { deletedTopics } from './deletion.ts';
import { sto } from './errors.ts';
import type { StoredEvent } from './event-log.ts';
import { feeds, feedsKind, type Projection, rowFrom, rowText } from './projection.ts';
import { cleanText, columnValues, type RowShape, rowShape } from './row-shape.ts';
import type { ProjectionState, Tables } from './tables.ts';

const MAX_LAG = 100;
const CATCH_UP_PAGE = 2_000;
/** The code of an event whose checksum is wrong. */
const DAMAGED = sto.$code('corruptEvent');

interface Kept {
  readonly projection: Projection;
  readonly shape: RowShape;
  /** Topics already matched: predicates run once per topic, not per event. */
  readonly topics: Map<string, boolean>;
  /** The position stored beside the rows. */
  savedPos: number;
  /** Events up to here are in the rows as committed; at least `savedPos`. */
  durablePos: number;
  /** Rows were written since the position was stored. */
  changed: boolean;
  /** Why it is not kept any more: rebuilt by another process, or a fold that failed on someone else's event. */
  stopped: HarnError | undefined;
}

/** The projections of one open store. All methods but `needsCatchUp` and `shapeOf` run inside a write transaction. */
export class Projector {
  readonly #tables: Tables;
  readonly #kept = new Map<string, Kept>();
  /** What the running group replaced, to be put back when the group is undone. */
  readonly #replaced = new Map<string, Kept | undefined>();
  /** Where the last transaction, and the last look by a reader, found the other processes. */
  #foreignVersion: number | undefined;
  #lookedVersion: number | undefined;
  #stale = true;
  #groupEndPos = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * Whether a read must first go through a transaction, because others appended what our rows do not hold. Decided by
   * reading alone: a process that only looks does not queue for the write lock of one that keeps the same rows.
   */
  needsCatchUp(): boolean {
    if (this.#stale) return true;
    const version = this.#tables.foreignVersion();
    if (version === this.#lookedVersion) return false;
    for (const kept of this.#kept.values()) if (this.#hasNews(kept)) return true;
    this.#lookedVersion = version;
    return false;
  }

  /** The shape for reading; refuses what is not declared here or not kept any more. */
  shapeOf(projection: Projection): RowShape {
    const kept = this.#kept.get(projection.name);
    if (kept === undefined || kept.projection.version !== projection.version) {
      throw sto.projectionUndeclared({ projection: projection.name });
    }
    if (kept.stopped !== undefined) throw kept.stopped;
    return kept.shape;
  }

  /** At the start of a group: notices other processes and folds what they appended. */
  begun(): void {
    const version = this.#tables.foreignVersion();
    if (version === this.#foreignVersion && !this.#stale) return;
    this.#foreignVersion = version;
    this.#lookedVersion = version;
    this.#stale = false;
    for (const kept of this.#kept.values()) this.#readState(kept);
    this.#catchUp([...this.#kept.values()]);
  }

  /** Before the commit: positions of what changed go into the same transaction. */
  committing(): void {
    if (this.#kept.size === 0) return;
    const pos = this.#tables.lastPos();
    this.#groupEndPos = pos;
    for (const kept of this.#kept.values()) {
      if (kept.stopped !== undefined) continue;
      if (kept.changed || pos - kept.savedPos > MAX_LAG) this.#saveState(kept, pos);
    }
  }

  committed(): void {
    this.#replaced.clear();
    for (const kept of this.#kept.values()) {
      if (kept.stopped === undefined) kept.durablePos = this.#groupEndPos;
    }
  }

  /** The group was undone: nothing in memory about the disk is trusted. */
  undone(): void {
    for (const [name, kept] of this.#replaced) {
      if (kept === undefined) this.#kept.delete(name);
      else this.#kept.set(name, kept);
    }
    this.#replaced.clear();
    this.#stale = true;
  }

  /** Whether any projection wants events like this one. */
  wants(event: Pick<StoredEvent, 'topic' | 'kind'>): boolean {
    for (const kept of this.#kept.values()) if (wantsEvent(kept, event)) return true;
    return false;
  }

  /** Folds an event that was just added. */
  appended(event: StoredEvent): void {
    const deleted = deletedTopics(event);
    for (const kept of this.#kept.values()) {
      if (deleted !== undefined) {
        if (this.#forget(kept, deleted)) this.#build(kept);
      } else if (wantsEvent(kept, event)) this.#fold(kept, event);
    }
  }

  /** Starts keeping a projection; builds it when it is new or differs from what is stored, or when told to. */
  declare(projection: Projection, { again = false }: { readonly again?: boolean } = {}): void {
    const known = this.#kept.get(projection.name);
    if (!again && known?.projection === projection && known.stopped === undefined) return;
    const kept: Kept = {
      projection,
      shape: rowShape(projection),
      topics: new Map(),
      savedPos: 0,
      durablePos: 0,
      changed: false,
      stopped: undefined,
    };
    this.#readState(kept);
    if (again || kept.stopped !== undefined) this.#build(kept);
    else this.#catchUp([kept]);
    // A damaged event stops what is kept about it, not the store.
    if (kept.stopped !== undefined && kept.stopped.code !== DAMAGED) throw kept.stopped;
    this.#kept.set(projection.name, kept);
    if (!this.#replaced.has(projection.name)) this.#replaced.set(projection.name, known);
  }

  /** The row as it is at this point of the transaction. */
  row(projection: Projection, key: string): JsonObject | undefined {
    const text = this.#tables.row(this.shapeOf(projection), cleanText(key));
    return text === undefined ? undefined : rowFrom(projection, cleanText(key), text);
  }

  #build(kept: Kept): void {
    this.#tables.recreateRows(kept.shape);
    kept.savedPos = 0;
    kept.durablePos = 0;
    kept.stopped = undefined;
    this.#catchUp([kept]);
    if (kept.stopped === undefined) this.#saveState(kept, this.#tables.lastPos());
  }

  /** Folds what lies between each projection's position and the end of the log. */
  #catchUp(kept: readonly Kept[]): void {
    const behind = kept.filter((one) => one.stopped === undefined);
    if (behind.length === 0) return;
    const again = new Set<Kept>();
    let pos = Math.min(...behind.map((one) => one.durablePos));
    const end = this.#tables.lastPos();
    while (pos < end) {
      const page = this.#readPage(pos, behind);
      for (const event of page) {
        const deleted = deletedTopics(event);
        for (const one of behind) {
          if (deleted === undefined) this.#foldForeign(one, event);
          else if (event.pos > one.durablePos && this.#forget(one, deleted)) again.add(one);
        }
      }
      pos = page.at(-1)?.pos ?? end;
    }
    for (const one of again) if (one.durablePos > 0) this.#build(one);
  }

  /** Takes deleted topics out of the rows; true when that needs folding everything that is left. */
  #forget(kept: Kept, topics: readonly string[]): boolean {
    const { projection, shape } = kept;
    const fed = topics.filter((topic) => wantsTopic(kept, topic));
    if (fed.length === 0) return false;
    kept.changed = true;
    const { rowOfTopic } = projection;
    if (rowOfTopic === undefined) return true;
    for (const topic of fed) this.#tables.deleteRow(shape, cleanText(rowOfTopic(topic)));
    return false;
  }

  /**
   * A page of the log. Where an event is damaged, what stands before it is given, and the projections stop there:
   * their rows are refused from then on, but everything else in the store stays within reach.
   */
  #readPage(pos: number, behind: readonly Kept[]): readonly StoredEvent[] {
    try {
      return this.#tables.readAll(pos, CATCH_UP_PAGE, '');
    } catch (error) {
      if (!HarnError.is(error) || error.code !== DAMAGED) throw error;
      const before = this.#readUpToDamage(pos);
      const last = before.at(-1)?.pos ?? pos;
      for (const event of before) for (const one of behind) this.#foldForeign(one, event);
      for (const one of behind) {
        if (one.stopped !== undefined) continue;
        this.#saveState(one, Math.max(last, one.durablePos));
        one.stopped = error;
      }
      return [];
    }
  }

  #readUpToDamage(pos: number): readonly StoredEvent[] {
    const events: StoredEvent[] = [];
    for (let at = pos; ; ) {
      let page: readonly StoredEvent[];
      try {
        page = this.#tables.readAll(at, 1, '');
      } catch {
        return events;
      }
      const [event] = page;
      if (event === undefined) return events;
      events.push(event);
      at = event.pos;
    }
  }

  /**
   * Folds an event that someone else wrote. When the fold fails the projection stops at the event before, where a
   * corrected program goes on; refusing our own writes for it would let one event stop a whole process.
   */
  #foldForeign(kept: Kept, event: StoredEvent): void {
    if (event.pos <= kept.durablePos || !wantsEvent(kept, event)) return;
    try {
      this.#fold(kept, event);
    } catch (error) {
      if (!HarnError.is(error)) throw error;
      this.#saveState(kept, event.pos - 1);
      kept.stopped = error;
    }
  }

  #fold(kept: Kept, event: StoredEvent): void {
    const { projection, shape } = kept;
    try {
      const ownKey = projection.keyOf(event);
      if (ownKey === undefined) return;
      const key = cleanText(ownKey);
      const before = this.#tables.row(shape, key);
      const parsed = before === undefined ? undefined : rowFrom(projection, key, before);
      const after = projection.fold(parsed, event);
      // The same row again: the fold says that nothing changed.
      if (after === parsed) return;
      const columns = after === undefined ? [] : columnValues(shape, after);
      kept.changed = true;
      if (after !== undefined) this.#tables.putRow(shape, key, rowText(projection, after), columns);
      else if (before !== undefined) this.#tables.deleteRow(shape, key);
    } catch (error) {
      // Failures of the driver keep their own meaning; everything else is the fold's.
      if (this.#tables.translate(error) !== undefined) throw error;
      const { topic, id } = event;
      const reason = error instanceof Error ? error.message : String(error);
      throw sto.foldFailed({ projection: projection.name, topic, id, reason }, { cause: error });
    }
  }

  #hasNews(kept: Kept): boolean {
    const state = this.#tables.projectionState(kept.projection.name);
    if (!isStateOf(kept, state)) return kept.stopped === undefined;
    if (kept.stopped !== undefined) return !hasFailed(kept);
    const end = this.#tables.lastPos();
    let pos = Math.max(kept.durablePos, state?.throughPos ?? 0);
    while (pos < end) {
      const page = this.#tables.readAll(pos, CATCH_UP_PAGE, '');
      if (page.some((event) => concerns(kept, event))) return true;
      pos = page.at(-1)?.pos ?? end;
    }
    kept.durablePos = pos;
    return false;
  }

  #readState(kept: Kept): void {
    const { projection } = kept;
    const state = this.#tables.projectionState(projection.name);
    const ours = isStateOf(kept, state);
    kept.savedPos = state?.throughPos ?? 0;
    kept.durablePos = Math.max(kept.durablePos, kept.savedPos);
    kept.changed = false;
    if (ours && !hasFailed(kept)) kept.stopped = undefined;
    if (!ours) {
      kept.stopped = sto.projectionSuperseded({
        projection: projection.name,
        found: state?.version ?? 0,
        known: projection.version,
      });
    }
  }

  #saveState(kept: Kept, pos: number): void {
    kept.savedPos = pos;
    kept.changed = false;
    this.#tables.saveProjectionState(kept.projection.name, {
      version: kept.projection.version,
      signature: kept.shape.signature,
      throughPos: pos,
    });
  }
}

function isStateOf({ projection, shape }: Kept, state: ProjectionState | undefined): boolean {
  return state?.version === projection.version && state.signature === shape.signature;
}

function hasFailed(kept: Kept): boolean {
  const code = kept.stopped?.code;
  return code === sto.$code('foldFailed') || code === DAMAGED;
}

function concerns(kept: Kept, event: StoredEvent): boolean {
  const deleted = deletedTopics(event);
  if (deleted === undefined) return wantsEvent(kept, event);
  return deleted.some((topic) => wantsTopic(kept, topic));
}

/** Bounds the memory of topic matches in long-lived servers with a topic per run. */
const MAX_REMEMBERED_TOPICS = 10_000;

function wantsEvent(kept: Kept, { topic, kind }: Pick<StoredEvent, 'topic' | 'kind'>): boolean {
  return feedsKind(kept.projection, kind) && wantsTopic(kept, topic);
}

function wantsTopic(kept: Kept, topic: string): boolean {
  if (kept.stopped !== undefined) return false;
  let wanted = kept.topics.get(topic);
  if (wanted === undefined) {
    wanted = feeds(kept.projection, topic);
    if (kept.topics.size >= MAX_REMEMBERED_TOPICS) kept.topics.clear();
    kept.topics.set(topic, wanted);
  }
  return wanted;
}
