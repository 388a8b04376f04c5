// Family TRG: events that wait for their dispatch.
import { defineErrors, row } from '../../base/index.ts';

export const triggerErrors = defineErrors('TRG', {
  noEventId: row<Record<string, never>>({
    number: 1,
    message: () => 'a trigger event needs an id of its own, as text',
    hint: 'give the event an `id`; the same id again is the same event',
  }),
  badMonitor: row<{ detail: string }>({
    number: 2,
    message: ({ detail }) => `monitor: ${detail}`,
  }),
  badEventLog: row<{ detail: string }>({
    number: 3,
    message: ({ detail }) => `event_log: ${detail}`,
  }),
});
