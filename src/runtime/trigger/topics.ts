// Topics of the trigger room: what came in, what came of it, and what is to be stopped.
import type { Json } from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';

type Facts = { readonly [field: string]: Json };

/** Events that wait for their dispatch: `event_ingested` with `{trigger_id, binding_version, event}`. */
export const inboxTopic = defineTopic<Facts>({ name: 'trigger.inbox.envelopes', version: 1 });

/** Dedupe keys that are taken: `dedupe_claim` with `{binding_id, dedupe_key, expires_at_ms}`. */
export const inboxClaimsTopic = defineTopic<Facts>({ name: 'trigger.inbox.claims', version: 1 });

/** What came of dispatches. Any kind of record that names an event settles it. */
export const outboxTopic = defineTopic<Facts>({ name: 'trigger.outbox', version: 1 });

/** Wishes to stop or never begin a dispatch: `dispatch_cancel_requested`. */
export const cancelTopic = defineTopic<Facts>({ name: 'trigger.cancel.requests', version: 1 });

/** Where older programs wrote envelopes and dedupe claims; still read. */
export const OLD_INBOX_TOPIC = 'trigger.inbox';
