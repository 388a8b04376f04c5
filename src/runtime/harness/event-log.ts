// Event logs in TypeScript: `harness.eventLog`.
import type { RunContext } from '../run/index.ts';
import { eventLogEffects, type LogEvent } from '../trigger/index.ts';
import { createFamily, type Family, notData } from './family.ts';

/** Named lists of events in the store. A cursor is the place of an event in its topic, from 1. */
export type EventLogHandle = Family<typeof eventLogEffects> & {
  /**
   * The events after a cursor, also those to come; it ends only with its loop.
   *
   * @example
   * for await (const event of harness.eventLog.subscribe('builds')) if (event.kind === 'done') break;
   */
  subscribe(topic: string, fromCursor?: number): AsyncIterable<LogEvent>;
};

/** The event log handle of a context. */
export function eventLogHandle(ctx: RunContext): EventLogHandle {
  const family = createFamily('harness.eventLog', eventLogEffects, ctx);
  return notData('harness.eventLog', {
    ...family,
    async *subscribe(topic: string, fromCursor = 0) {
      for (let cursor = fromCursor; ; ) {
        for (const event of await family.next(topic, cursor)) {
          cursor = event.cursor;
          yield event;
        }
      }
    },
  }) as EventLogHandle;
}
