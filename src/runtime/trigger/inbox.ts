// The inbox: events that wait for their dispatch, as facts in topics and one row per event. Works on the store alone.
//
// An envelope is queued until an outbox record of any kind, or a request to cancel, names its event under the same
// binding key, or under none. Publishing is idempotent: by event id and binding, and by the dedupe key of a binding
// for as long as that is claimed, in the transaction that writes the envelope.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  defineProjection,
  type EventHeaders,
  type Store,
  type StoredEvent,
  sto,
  type Tx,
} from '../../store/index.ts';
import { triggerErrors } from './errors.ts';
import { bindingKeyOf, eventIn, textOf } from './event.ts';
import {
  cancelTopic,
  inboxClaimsTopic,
  inboxTopic,
  OLD_INBOX_TOPIC,
  outboxTopic,
} from './topics.ts';

/** One envelope of an event: for one binding, or (key null) for whichever match. */
export type Envelope = {
  readonly binding_key: string | null;
  readonly trigger_id: string | null;
  readonly event: Json;
  readonly queued_at_ms: number;
  readonly run_id: string | null;
};

/** An event with its envelopes. */
export type InboxRow = {
  readonly event_id: string;
  readonly envelopes: readonly Envelope[];
  /** Binding keys under which it was settled; '' settles all. */
  readonly settled: readonly string[];
  /** How many envelopes are queued. */
  readonly queued: number;
  readonly queued_at_ms: number | null;
};

/** The rows of all events of the inbox. */
export const inboxIndex = defineProjection<InboxRow>({
  name: 'trigger_inbox',
  version: 1,
  topics: [inboxTopic.name, OLD_INBOX_TOPIC, outboxTopic.name, cancelTopic.name],
  columns: { queued: 'number', queued_at_ms: 'number' },
  keyOf: (event) => (isEnvelope(event) ? envelopeEventId(event) : settledEventId(event)),
  fold(row, event) {
    const id = isEnvelope(event) ? envelopeEventId(event) : settledEventId(event);
    const before = row ?? {
      event_id: id ?? '',
      envelopes: [],
      settled: [],
      queued: 0,
      queued_at_ms: null,
    };
    if (isEnvelope(event)) return counted({ ...before, envelopes: withEnvelope(before, event) });
    const key = textOf(event.headers['binding_key']) ?? fact(event, 'binding_key') ?? '';
    if (before.settled.includes(key)) return row;
    return counted({ ...before, settled: [...before.settled, key] });
  },
});

function isEnvelope({ topic, kind }: StoredEvent): boolean {
  return kind === 'event_ingested' && (topic === inboxTopic.name || topic === OLD_INBOX_TOPIC);
}

function envelopeEventId(event: StoredEvent): string | undefined {
  return textOf(eventIn(event.payload)?.['id']);
}

/** The event that a record settles, if any. */
function settledEventId(event: StoredEvent): string | undefined {
  const { topic, kind, headers } = event;
  if (topic === cancelTopic.name && kind !== 'dispatch_cancel_requested') return undefined;
  if (topic !== cancelTopic.name && topic !== outboxTopic.name) return undefined;
  return textOf(headers['event_id']) ?? fact(event, 'event_id');
}

function fact({ payload }: StoredEvent, name: string): string | undefined {
  return isJsonObject(payload) ? textOf(payload[name]) : undefined;
}

function withEnvelope(row: InboxRow, event: StoredEvent): readonly Envelope[] {
  const trigger_id = textOf(event.headers['trigger_id']) ?? fact(event, 'trigger_id') ?? null;
  const binding_key = textOf(event.headers['binding_key']) ?? keyFromVersion(event, trigger_id);
  if (row.envelopes.some((known) => known.binding_key === binding_key)) return row.envelopes;
  const envelope: Envelope = {
    binding_key,
    trigger_id,
    event: eventIn(event.payload) ?? null,
    queued_at_ms: event.occurredAtMs,
    run_id: textOf(event.headers['run_id']) ?? null,
  };
  return [...row.envelopes, envelope];
}

function keyFromVersion({ payload }: StoredEvent, triggerId: string | null): string | null {
  const version = isJsonObject(payload) ? payload['binding_version'] : undefined;
  return triggerId !== null && typeof version === 'number'
    ? bindingKeyOf(triggerId, version)
    : null;
}

function counted(row: InboxRow): InboxRow {
  const queued = queuedEnvelopes(row);
  const first = queued[0]?.queued_at_ms;
  return { ...row, queued: queued.length, queued_at_ms: first ?? null };
}

/** The envelopes of an event that nothing has settled. */
export function queuedEnvelopes({ envelopes, settled }: InboxRow): readonly Envelope[] {
  if (settled.includes('')) return [];
  return envelopes.filter(({ binding_key }) => !settled.includes(binding_key ?? ''));
}

type DedupeRow = { readonly event_id: string; readonly expires_at_ms: number };

/** Dedupe keys that are taken, and until when. */
export const dedupeIndex = defineProjection<DedupeRow>({
  name: 'trigger_dedupe',
  version: 1,
  topics: [inboxClaimsTopic.name, OLD_INBOX_TOPIC],
  keyOf(event) {
    if (event.kind !== 'dedupe_claim') return undefined;
    const key = fact(event, 'dedupe_key');
    return key === undefined ? undefined : dedupeKey(fact(event, 'binding_id') ?? '', key);
  },
  fold(row, event) {
    const expires_at_ms = Number((event.payload as JsonObject)['expires_at_ms']);
    if (row !== undefined && row.expires_at_ms >= expires_at_ms) return row;
    return { event_id: fact(event, 'event_id') ?? '', expires_at_ms };
  },
});

function dedupeKey(bindingId: string, key: string): string {
  return `${bindingId}\n${key}`;
}

/** What is published. */
export interface Publication {
  /** With an `id`; see `completeEvent`. */
  readonly event: JsonObject;
  /** Only for this trigger; without one for whichever match. */
  readonly triggerId?: string | undefined;
  readonly bindingVersion?: number | undefined;
  /** Drops further events with the same dedupe key of this trigger for so long. */
  readonly dedupeForMs?: number | undefined;
  readonly nowMs: number;
  readonly runId?: string | undefined;
}

/** `duplicate`: the same event, or one with the same dedupe key, is there already; nothing was written. */
export type PublishReceipt = {
  readonly status: 'queued' | 'duplicate';
  readonly event_id: string;
  readonly binding_key: string | null;
};

/** Puts an event into the inbox, once. */
export async function publishEvent(store: Store, given: Publication): Promise<PublishReceipt> {
  await store.declare(inboxIndex, dedupeIndex);
  const { event, triggerId = '', dedupeForMs, nowMs } = given;
  const { event_id, binding_key } = identityOf(given);
  const duplicate: PublishReceipt = { status: 'duplicate', event_id, binding_key };
  const key = textOf(event['dedupe_key']) ?? event_id;
  try {
    const { appends } = await store.tx((tx) => {
      if (dedupeForMs !== undefined) {
        // The same event again may pass: its own key in the topic keeps it from being written twice.
        tx.check(
          dedupeIndex,
          dedupeKey(triggerId, key),
          (row) => row === undefined || row.expires_at_ms <= nowMs || row.event_id === event_id,
        );
      }
      appendEnvelope(tx, given);
      if (dedupeForMs !== undefined) {
        tx.append(inboxClaimsTopic.name, {
          kind: 'dedupe_claim',
          payload: inboxClaimsTopic.encode({
            binding_id: triggerId,
            dedupe_key: key,
            event_id,
            expires_at_ms: nowMs + dedupeForMs,
          }),
          key: `${triggerId}:${event_id}`,
          occurredAtMs: nowMs,
        });
      }
    });
    return appends[0]?.duplicate === true ? duplicate : { status: 'queued', event_id, binding_key };
  } catch (error) {
    if (HarnError.is(error) && error.code === sto.$code('checkFailed')) return duplicate;
    throw error;
  }
}

/** The identity of what is published; refuses events without an id. */
export function identityOf({ event, triggerId, bindingVersion }: Publication): {
  readonly event_id: string;
  readonly binding_key: string | null;
} {
  const event_id = textOf(event['id']);
  if (event_id === undefined) throw triggerErrors.noEventId({});
  const isBound = triggerId !== undefined && bindingVersion !== undefined;
  return { event_id, binding_key: isBound ? bindingKeyOf(triggerId, bindingVersion) : null };
}

/** Writes an envelope in somebody's transaction; the same event for the same binding is written once. */
export function appendEnvelope(tx: Tx, given: Publication): void {
  const { event, triggerId, bindingVersion, nowMs, runId } = given;
  const { event_id, binding_key } = identityOf(given);
  const headers: { readonly [name: string]: string | undefined } = {
    event_id,
    trace_id: textOf(event['trace_id']),
    provider: textOf(event['provider']),
    kind: textOf(event['kind']),
    tenant_id: textOf(event['tenant_id']),
    trigger_id: triggerId,
    binding_key: binding_key ?? undefined,
    run_id: runId,
    harn_trigger_queue_appended_at_ms: String(nowMs),
  };
  tx.append(inboxTopic.name, {
    kind: 'event_ingested',
    payload: inboxTopic.encode({
      trigger_id: triggerId ?? null,
      binding_version: bindingVersion ?? null,
      event,
    }),
    headers: Object.fromEntries(
      Object.entries(headers).filter(([, value]) => value !== undefined),
    ) as EventHeaders,
    key: `${binding_key ?? triggerId ?? ''}:${event_id}`,
    occurredAtMs: nowMs,
  });
}

/** An event whose dispatch nobody has begun, for one binding. */
export type QueuedEvent = Envelope & { readonly event_id: string };

/** Queued events, oldest first. */
export async function listQueuedEvents(
  store: Store,
  { limit = 1000 }: { readonly limit?: number } = {},
): Promise<readonly QueuedEvent[]> {
  await store.declare(inboxIndex);
  const rows = await store.rows(inboxIndex, {
    where: { queued: { gt: 0 } },
    orderBy: ['queued_at_ms'],
    limit,
  });
  return rows.flatMap(({ row }) => eventsOf(row));
}

/** The queued envelopes of one event. */
export async function queuedOf(store: Store, eventId: string): Promise<readonly QueuedEvent[]> {
  const row = await store.row(inboxIndex, eventId);
  return row === undefined ? [] : eventsOf(row);
}

function eventsOf(row: InboxRow): readonly QueuedEvent[] {
  return queuedEnvelopes(row).map((envelope) => ({ ...envelope, event_id: row.event_id }));
}
