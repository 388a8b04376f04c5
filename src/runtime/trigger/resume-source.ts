// Triggers that resume suspended workers: an event of the inbox that fits what the worker waits for. The event stays
// where it is; whoever dispatches it is not kept from it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type ResumeSource, susErrors } from '../work/index.ts';
import { eventIn, textOf } from './event.ts';
import { inboxTopic } from './topics.ts';

/**
 * Watches the inbox. A trigger names kinds of events (`kind`, or a list `match_events`; a trailing `*` stands for any
 * ending) and may narrow them by `provider` and by the `id` of the trigger that they are addressed to.
 */
export const inboxResumeSource: ResumeSource = {
  topic: inboxTopic.name,
  check(trigger) {
    if (kindsOf(trigger).length > 0) return;
    throw susErrors.noTrigger({
      problem: 'failed to parse conditions.trigger for registration: it names no kind of event',
    });
  },
  match(trigger, { kind, payload, headers }) {
    const event = kind === 'event_ingested' ? eventIn(payload) : undefined;
    if (event === undefined || !fits(trigger, event, headers['trigger_id'])) return undefined;
    const text = (key: string) => textOf(event[key]) ?? null;
    return {
      payload: payloadOf(event),
      trigger: {
        id: textOf(trigger['id']) ?? null,
        event_id: text('id'),
        kind: text('kind'),
        provider: text('provider'),
        dedupe_key: text('dedupe_key'),
        timeout_action: null,
      },
    };
  },
};

function fits(trigger: JsonObject, event: JsonObject, addressee: string | undefined): boolean {
  const provider = textOf(trigger['provider']);
  if (provider !== undefined && provider !== event['provider']) return false;
  const id = textOf(trigger['id']);
  if (id !== undefined && addressee !== undefined && id !== addressee) return false;
  const kind = textOf(event['kind']) ?? '';
  return kindsOf(trigger).some((wanted) =>
    wanted.endsWith('*') ? kind.startsWith(wanted.slice(0, -1)) : kind === wanted,
  );
}

function kindsOf(trigger: JsonObject): readonly string[] {
  const { match_events: listed, match, kind } = trigger;
  const given = listed ?? (isJsonObject(match) ? match['events'] : undefined) ?? kind;
  const all: readonly Json[] = Array.isArray(given) ? given : [given ?? null];
  return all.flatMap((one) => textOf(one) ?? []);
}

/** What the provider sent, as it came; the event itself when it says nothing. */
function payloadOf(event: JsonObject): Json {
  const payload = event['provider_payload'] ?? null;
  if (payload === null) return event;
  const raw = isJsonObject(payload) ? payload['raw'] : undefined;
  return raw ?? payload;
}
