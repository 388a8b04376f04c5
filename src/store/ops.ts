// Collects what a `tx` function asks for, as plain operations. Everything is checked and serialised here, at the
// call, so that later changes to a caller's objects cannot reach the disk.
import { bug, type Clock, type JsonObject, sha256 } from '../base/index.ts';
import type { Lease } from './claims.ts';
import { DELETIONS_TOPIC } from './deletion.ts';
import { sto } from './errors.ts';
import type { NewEvent } from './event-log.ts';
import type { Projection } from './projection.ts';
import type { AppendOptions, Tx } from './store.ts';
import type { EventRecord, TimerRecord } from './tables.ts';
import type { Timer } from './timers.ts';
import { checkTopicName } from './topic.ts';

/** One operation of a transaction. */
export type Op =
  | {
      readonly op: 'append';
      readonly record: EventRecord;
      readonly expectedNext: number | undefined;
    }
  | {
      readonly op: 'check';
      readonly projection: Projection;
      readonly key: string;
      readonly accept: (row: JsonObject | undefined) => boolean;
    }
  | { readonly op: 'put_timer'; readonly timer: TimerRecord }
  | { readonly op: 'delete_timer'; readonly id: string; readonly mustExist: boolean }
  | { readonly op: 'put_blob'; readonly hash: string; readonly bytes: Uint8Array }
  | { readonly op: 'keep_blob'; readonly hash: string; readonly topic: string }
  | {
      readonly op: 'set_cursor';
      readonly topic: string;
      readonly consumer: string;
      readonly id: number;
    }
  | { readonly op: 'release_lease'; readonly lease: Lease }
  | { readonly op: 'forget_lease'; readonly lease: Lease }
  | { readonly op: 'delete_timers_of'; readonly ref: string }
  | { readonly op: 'delete_topics'; readonly topics: readonly string[]; readonly atMs: number };

/** Whom a blob belongs to that was put without a topic: no topic has this name, so it is never deleted. */
export const NO_TOPIC = '';

/** What one `tx` call asked for. */
export interface CollectedTx {
  readonly fences: readonly Lease[];
  readonly ops: readonly Op[];
}

/** Runs a tx function once and gathers its operations. */
export function collectTx(fn: (tx: Tx) => void, clock: Clock): CollectedTx {
  const collector = new TxCollector(clock);
  const returned: unknown = fn(collector);
  collector.seal();
  if (typeof returned === 'object' && returned !== null && 'then' in returned) {
    bug('a tx function must be synchronous');
  }
  return collector;
}

class TxCollector implements Tx, CollectedTx {
  readonly fences: Lease[] = [];
  readonly ops: Op[] = [];
  readonly #clock: Clock;
  #sealed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  seal(): void {
    this.#sealed = true;
  }

  append(topic: string, event: NewEvent, options: AppendOptions = {}): void {
    checkTopicName(topic);
    const record = toRecord(topic, event, this.#clock);
    this.#add({ op: 'append', record, expectedNext: options.expectedNext });
  }

  fence(lease: Lease): void {
    if (this.#sealed) bug('a tx was used after its function returned');
    this.fences.push(lease);
  }

  check<Row extends JsonObject>(
    projection: Projection<Row>,
    key: string,
    accept: (row: Row | undefined) => boolean,
  ): void {
    // The row was made by this projection's fold, so it is a Row.
    this.#add({ op: 'check', projection, key, accept: accept as (row?: JsonObject) => boolean });
  }

  putTimer(timer: Timer): void {
    checkText('a timer id', timer.id);
    checkText('a timer reference', timer.ref);
    checkNumber('the due time of a timer', timer.dueMs);
    const { id, dueMs, ref, payload } = timer;
    this.#add({ op: 'put_timer', timer: { id, dueMs, ref, payload: JSON.stringify(payload) } });
  }

  deleteTimer(id: string, { mustExist = false }: { readonly mustExist?: boolean } = {}): void {
    this.#add({ op: 'delete_timer', id, mustExist });
  }

  putBlob(bytes: Uint8Array, { topic }: { readonly topic?: string | undefined } = {}): string {
    const hash = sha256(bytes);
    this.#add({ op: 'put_blob', hash, bytes: bytes.slice() });
    if (topic === undefined) this.#add({ op: 'keep_blob', hash, topic: NO_TOPIC });
    else this.keepBlob(hash, topic);
    return hash;
  }

  keepBlob(hash: string, topic: string): void {
    checkTopicName(topic);
    this.#add({ op: 'keep_blob', hash, topic });
  }

  setCursor(topic: string, consumer: string, id: number): void {
    checkTopicName(topic);
    checkText('a consumer name', consumer);
    checkNumber('a cursor', id);
    this.#add({ op: 'set_cursor', topic, consumer, id });
  }

  releaseLease(lease: Lease): void {
    this.#add({ op: 'release_lease', lease });
  }

  forgetLease(lease: Lease): void {
    this.#add({ op: 'forget_lease', lease });
  }

  deleteTimersOf(ref: string): void {
    this.#add({ op: 'delete_timers_of', ref });
  }

  deleteTopics(...topics: readonly string[]): void {
    for (const topic of topics) {
      checkTopicName(topic);
      if (topic === DELETIONS_TOPIC) bug('the topic of deletions is never deleted');
    }
    this.#add({ op: 'delete_topics', topics: [...topics], atMs: this.#clock.nowMs() });
  }

  #add(op: Op): void {
    if (this.#sealed) bug('a tx was used after its function returned');
    this.ops.push(op);
  }
}

function toRecord(topic: string, event: NewEvent, clock: Clock): EventRecord {
  const { kind, payload, headers, key, occurredAtMs = clock.nowMs() } = event;
  checkText('an event kind', kind);
  if (key !== undefined) checkText('an idempotency key', key);
  checkNumber('the time of an event', occurredAtMs);
  return {
    topic,
    kind,
    // A caller in JavaScript may pass undefined; null is what JSON makes of it elsewhere.
    payload: JSON.stringify(payload) ?? 'null',
    headers: headers === undefined ? '' : headersText(headers),
    key,
    occurredAtMs,
  };
}

function headersText(headers: { readonly [name: string]: string }): string {
  const names = Object.keys(headers);
  if (names.length === 0) return '';
  if (names.length === 1) return JSON.stringify(headers);
  names.sort();
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, headers[name]])));
}

/** Refuses what a driver could not give back unchanged. */
export function checkText(what: string, text: string): void {
  if (text === '' || text.includes('\0') || /\p{Surrogate}/u.test(text)) {
    throw sto.invalidName({ what, name: text });
  }
}

function checkNumber(what: string, value: number): void {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw sto.invalidName({ what, name: String(value) });
  }
}
