// The event log: topics of immutable events. Owns the shapes of events and the written contract of reading them;
// writing happens in store.ts (`tx`), because an append is rarely alone.
//
// Contract, equal on every backend:
// - Ids count per topic from 1 without gaps; an id is never reused, an event never changes.
// - `from` is exclusive: "ids greater than". Events come in id order.
// - A read sees everything whose `tx` promise has resolved, and never half of a tx.
// - A damaged event is an error that names topic and id, never a wrong value and never a silent gap.
import type { Json } from '../base/index.ts';

/** An event as a writer hands it in. */
export interface NewEvent {
  /** What happened, past tense: `dispatch_failed`. */
  readonly kind: string;
  /** Serialised when `append` is called; later changes to the object have no effect. */
  readonly payload: Json;
  readonly headers?: EventHeaders | undefined;
  /** Idempotency key, unique in its topic: a second append with it adds nothing and answers the first id. */
  readonly key?: string | undefined;
  /** When it happened; the store's clock when left out. */
  readonly occurredAtMs?: number | undefined;
}

/** Small searchable facts beside the payload. */
export type EventHeaders = { readonly [name: string]: string };

/** An event as the log keeps it. */
export interface StoredEvent {
  readonly topic: string;
  /** Position in the topic, from 1, dense. */
  readonly id: number;
  /** Position in the whole store, growing in commit order: for one cursor over many topics. Not dense. */
  readonly pos: number;
  readonly kind: string;
  readonly payload: Json;
  readonly headers: EventHeaders;
  readonly key: string | undefined;
  readonly occurredAtMs: number;
}

/** Which part of one topic to read. */
export interface ReadOptions {
  /** Only ids greater than this; 0 (the default) reads from the start. */
  readonly from?: number | undefined;
  /** At most this many events (default 1000). */
  readonly limit?: number | undefined;
  /** Only these kinds. */
  readonly kinds?: readonly string[] | undefined;
}

/** Which part of the whole store to read. */
export interface ReadAllOptions {
  /** Only positions greater than this; 0 (the default) reads from the start. */
  readonly fromPos?: number | undefined;
  /** At most this many events (default 1000). */
  readonly limit?: number | undefined;
  /** Only topics whose name starts so. */
  readonly prefix?: string | undefined;
}

/** What to follow. */
export interface SubscribeOptions {
  /** Only ids greater than this; 0 (the default) starts with the first event. */
  readonly from?: number | undefined;
  readonly kinds?: readonly string[] | undefined;
  /** Ends the iteration quietly. */
  readonly signal?: AbortSignal | undefined;
}

/** The reading side of a store. */
export interface EventLog {
  /** One page of a topic. */
  read(topic: string, options?: ReadOptions): Promise<readonly StoredEvent[]>;
  /** One page over all topics in commit order. */
  readAll(options?: ReadAllOptions): Promise<readonly StoredEvent[]>;
  /** The event that carries this idempotency key. */
  readByKey(topic: string, key: string): Promise<StoredEvent | undefined>;
  /** The newest id of a topic; undefined when it is empty. */
  latest(topic: string): Promise<number | undefined>;
  /** Names of the topics that hold events, sorted by code point. */
  topics(prefix?: string): Promise<readonly string[]>;
  /**
   * Everything after `from`, then everything to come, also from other processes.
   * A slow reader pages from storage; it is never cut off and never misses an event. Ends at `signal` or `close`.
   */
  subscribe(topic: string, options?: SubscribeOptions): AsyncIterable<StoredEvent>;
}

/** Walks a topic to its present end, page by page. */
export async function* scanTopic(
  log: Pick<EventLog, 'read'>,
  topic: string,
  { from = 0, limit: pageSize = 1000, kinds }: ReadOptions = {},
): AsyncGenerator<StoredEvent, void, undefined> {
  let after = from;
  for (;;) {
    const page = await log.read(topic, { from: after, limit: pageSize, kinds });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.id;
  }
}
