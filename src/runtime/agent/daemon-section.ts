// What happened to the daemons of a run, in its record: a fold of the outcomes that noted it. Every run has this section: it
// stands by itself, so that a run without daemons loads nothing for it.
import { type Chain, chainItems, type RecordSection } from '../run/index.ts';

/** The effect that notes it. */
export const DAEMON_EVENT_EFFECT = 'agent.daemon_event';

/** `{daemon_id, name, kind, timestamp, persist_path, payload_summary}` in the order it happened. */
export const daemonEventsSection: RecordSection<Chain> = {
  key: 'daemon_events',
  initial: null,
  fold(before, entry) {
    if (entry.kind !== 'outcome' || entry.effect !== DAEMON_EVENT_EFFECT) return before;
    return entry.status === 'ok' ? { item: entry.value ?? null, before } : before;
  },
  view: chainItems,
};
