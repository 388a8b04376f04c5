// Deleting topics. A deletion is an event too: it keeps positions growing when the newest events go, and tells every
// process, whenever it looks, that rows made of those events are to go as well.
import { isJsonObject } from '../base/index.ts';
import type { StoredEvent } from './event-log.ts';
import type { EventRecord, Tables } from './tables.ts';

/** Where deletions are written down. */
export const DELETIONS_TOPIC = 'store.deletions';
const KIND = 'topics_deleted';

/** Deletes those of the topics that are there; answers the event that says so, undefined when there was none. */
export function deleteTopics(
  tables: Tables,
  topics: readonly string[],
  occurredAtMs: number,
): { readonly record: EventRecord; readonly id: number; readonly pos: number } | undefined {
  const there = [...new Set(topics)].filter((topic) => tables.head(topic) > 0);
  for (const topic of topics) tables.deleteCursors(topic);
  if (there.length === 0) return undefined;
  const record: EventRecord = {
    topic: DELETIONS_TOPIC,
    kind: KIND,
    payload: JSON.stringify({ v: 1, topics: there }),
    headers: '',
    key: undefined,
    occurredAtMs,
  };
  // First the event, then the rest: the newest position is never given twice.
  const at = tables.insertEvent(record);
  for (const topic of there) {
    tables.deleteEvents(topic);
    tables.dropBlobs(topic);
  }
  return { record, ...at };
}

/** The topics that an event says were deleted; undefined for every other event. */
export function deletedTopics({ topic, payload }: StoredEvent): readonly string[] | undefined {
  if (topic !== DELETIONS_TOPIC) return undefined;
  const topics = isJsonObject(payload) ? payload['topics'] : undefined;
  return Array.isArray(topics) ? (topics as readonly string[]) : [];
}
