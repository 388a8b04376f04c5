// Trigger events: what came in from a provider, completed to the shape that everything else relies on.
import { isJsonObject, type Json, type JsonObject, type Random, uuidV7 } from '../../base/index.ts';
import { timestamp } from '../run/index.ts';

/** Completes an event: what its sender left out is filled in. Fields of its own are kept. */
export function completeEvent(
  given: JsonObject,
  { nowMs, random }: { readonly nowMs: number; readonly random: Random },
): JsonObject & { readonly id: string } {
  const id = textOf(given['id']) ?? `trigger_evt_${uuidV7(nowMs, random)}`;
  return {
    ...given,
    id,
    provider: textOf(given['provider']) ?? 'harn',
    kind: textOf(given['kind']) ?? 'event',
    received_at: textOf(given['received_at']) ?? timestamp(nowMs),
    dedupe_key: textOf(given['dedupe_key']) ?? id,
    trace_id: textOf(given['trace_id']) ?? `trace_${uuidV7(nowMs, random)}`,
    headers: given['headers'] ?? {},
    provider_payload: given['provider_payload'] ?? null,
    signature_status: given['signature_status'] ?? { state: 'unsigned' },
  };
}

/** The event of an envelope: its `event`, or the payload itself. */
export function eventIn(payload: Json): JsonObject | undefined {
  if (!isJsonObject(payload)) return undefined;
  const { event } = payload;
  return isJsonObject(event) ? event : payload;
}

/** `<trigger>: <provider>.<kind>`; of an event without both words, its trigger alone, else the word there is. */
export function specSummary(triggerId: string | null, event: Json): string {
  const { provider, kind } = isJsonObject(event) ? event : {};
  const words = [provider, kind].filter((word) => typeof word === 'string' && word !== '');
  const what = words.join('.');
  if (triggerId === null || triggerId === '') return what === '' ? 'trigger event' : what;
  return words.length === 2 ? `${triggerId}: ${what}` : triggerId;
}

/** The name of one version of a binding: `<id>@v<version>`. */
export function bindingKeyOf(triggerId: string, version: number): string {
  return `${triggerId}@v${version}`;
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
