// Transcripts at the edge: what programs hand in where a transcript is meant. A complete document, a dict with messages
// (what llm calls and records give), a plain list of messages, or nothing.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { transcriptErrors } from './errors.ts';
import { isMessage, Transcript, type TranscriptMessage } from './transcript.ts';

/**
 * The transcript in a value. Nil is an empty one; a document without an id gets `newId()`. Events that were written down
 * are kept as they are, and made from the messages where there are none.
 */
export function readTranscript(
  fn: string,
  value: Json | undefined,
  newId: () => string,
): Transcript {
  if (value === undefined || value === null) return Transcript.empty(newId());
  if (Array.isArray(value)) {
    return Transcript.empty(newId()).append(...readMessages(fn, value as readonly Json[]));
  }
  if (!isJsonObject(value)) throw transcriptErrors.none({ fn, type: typeof value });
  const isDocument = value['_type'] === 'transcript' || Array.isArray(value['messages']);
  if (!isDocument) throw transcriptErrors.none({ fn, type: 'a dict without messages' });
  const id = typeof value['id'] === 'string' && value['id'] !== '' ? value['id'] : newId();
  const messages = readMessages(fn, (value['messages'] ?? []) as Json);
  const { events } = value;
  const document: JsonObject = {
    ...value,
    _type: 'transcript',
    id,
    messages,
    events: Array.isArray(events) && events.length > 0 ? events : mirrored(messages),
  };
  return Transcript.fromJson(document) ?? Transcript.empty(id);
}

/** The messages in a value; each must say who speaks. */
export function readMessages(fn: string, value: Json): readonly TranscriptMessage[] {
  if (!Array.isArray(value)) throw transcriptErrors.badMessages({ fn });
  const given = value as readonly Json[];
  const wrong = given.findIndex((message) => !isMessage(message));
  if (wrong >= 0) throw transcriptErrors.badMessage({ fn, index: wrong });
  return given as readonly TranscriptMessage[];
}

function mirrored(messages: readonly TranscriptMessage[]): Json {
  return Transcript.empty('')
    .append(...messages)
    .events.toArray();
}
