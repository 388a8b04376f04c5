// Event logs of programs: named lists of events in the store that any run of the project adds to and follows. They stand
// apart from the runtime's own topics. Adding is exactly once, whatever happens to the run; a follower knows its place by
// the cursor of the last event it had, which a program may keep and go on from.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { StoredEvent } from '../../store/index.ts';
import { awaitNews, defineEffect, type NewsSource, watchNews } from '../run/index.ts';
import { triggerErrors } from './errors.ts';

/** An event as programs see it. `cursor` is its place in its topic, from 1; so is `id`. */
export type LogEvent = {
  readonly id: number;
  readonly cursor: number;
  readonly topic: string;
  readonly kind: string;
  readonly payload: Json;
  readonly headers: { readonly [name: string]: string };
  readonly occurred_at_ms: number;
};

const PREFIX = 'event_log.';
const PAGE = 64;
const SOURCES = new Map<string, NewsSource>();

function sourceOf(topic: string): NewsSource {
  const known = SOURCES.get(topic) ?? { topics: [topic], keyOf: () => topic };
  SOURCES.set(topic, known);
  return known;
}

function nameOf(topic: unknown): string {
  if (typeof topic !== 'string' || topic === '') throw bad('a topic is a text that is not empty');
  return PREFIX + topic;
}

function cursorOf(from: unknown): number {
  if (typeof from === 'number' && Number.isInteger(from) && from >= 0) return from;
  throw bad('from_cursor is an int from 0');
}

function headersOf(given: Json): { readonly [name: string]: string } {
  const isTexts =
    isJsonObject(given) && Object.values(given).every((one) => typeof one === 'string');
  if (!isTexts) throw bad('headers are a dict of texts');
  return given as { readonly [name: string]: string };
}

function shown({ id, kind, payload, headers, occurredAtMs }: StoredEvent, topic: string): LogEvent {
  return { id, cursor: id, topic, kind, payload, headers, occurred_at_ms: occurredAtMs };
}

const read = { class: 'read', access: 'read' } as const;

export const eventLogEffects = {
  /** Adds an event to a topic and gives its id. */
  emit: defineEffect(
    // The key makes issuing it again harmless: the event that is there answers.
    { name: 'event_log.emit', class: 'mutation', access: 'write', onUnknown: 'retry' },
    async (
      env,
      topic: string,
      kind: string,
      payload: Json = null,
      headers: JsonObject = {},
    ): Promise<number> => {
      const name = nameOf(topic);
      if (typeof kind !== 'string' || kind === '') throw bad('a kind is a text that is not empty');
      const event = {
        kind,
        payload,
        headers: headersOf(headers),
        key: env.idempotencyKey,
        occurredAtMs: Math.floor(env.clock.nowMs()),
      };
      const store = await env.store();
      const { appends } = await store.tx((tx) => tx.append(name, event));
      await store.flush();
      return Number(appends[0]?.id);
    },
  ),
  /** The cursor of the last event of a topic; 0 when it has none. */
  latest: defineEffect(
    { name: 'event_log.latest', ...read },
    async (env, topic: string): Promise<number> =>
      (await (await env.store()).latest(nameOf(topic))) ?? 0,
  ),
  /** Events after a cursor, 64 at most; an empty list when there are none yet. */
  read: defineEffect(
    { name: 'event_log.read', ...read },
    async (env, topic: string, fromCursor: number = 0): Promise<readonly LogEvent[]> => {
      const name = nameOf(topic);
      const from = cursorOf(fromCursor);
      const events = await (await env.store()).read(name, { from, limit: PAGE });
      return events.map((event) => shown(event, topic));
    },
  ),
  /** The same, but waits for an event when there is none yet, whoever adds it. */
  next: defineEffect(
    { name: 'event_log.next', ...read },
    async (env, topic: string, fromCursor: number = 0): Promise<readonly LogEvent[]> => {
      const name = nameOf(topic);
      const from = cursorOf(fromCursor);
      const store = await env.store();
      return awaitNews<readonly LogEvent[]>(env, {
        watch: () => watchNews(store, sourceOf(name), [name]),
        look: async () => {
          const events = await store.read(name, { from, limit: PAGE });
          return events.length === 0 ? undefined : events.map((event) => shown(event, topic));
        },
        expire: async () => [],
        dueMs: undefined,
        parks: false,
      });
    },
  ),
};

function bad(detail: string) {
  return triggerErrors.badEventLog({ detail });
}
