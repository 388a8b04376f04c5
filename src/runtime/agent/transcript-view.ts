// What can be read off a transcript: counts, events of one kind, and the history as lines of text. Pure functions; the
// transcript stays as it is.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Transcript, type TranscriptEvent, textOfContent } from './transcript.ts';

/** What can be counted in a transcript. */
export type TranscriptStats = {
  readonly message_count: number;
  readonly user_message_count: number;
  readonly assistant_message_count: number;
  readonly system_message_count: number;
  /** Of users and assistants. */
  readonly user_facing_message_count: number;
  readonly tool_result_message_count: number;
  /** Calls that assistants asked for. */
  readonly tool_call_count: number;
  readonly event_count: number;
  /** Events that people may see. */
  readonly visible_event_count: number;
  readonly asset_count: number;
  readonly has_summary: boolean;
};

/** Counts messages by who speaks, calls, and events. */
export function transcriptStats(transcript: Transcript): TranscriptStats {
  const messages = transcript.messages.toArray();
  const events = transcript.events.toArray();
  const of = (...roles: readonly string[]) =>
    messages.filter(({ role }) => roles.includes(role)).length;
  const calls = messages.flatMap(({ tool_calls }) => (Array.isArray(tool_calls) ? tool_calls : []));
  return {
    message_count: messages.length,
    user_message_count: of('user'),
    assistant_message_count: of('assistant'),
    system_message_count: of('system'),
    user_facing_message_count: of('user', 'assistant'),
    tool_result_message_count: of('tool', 'tool_result'),
    tool_call_count: calls.length,
    event_count: events.length,
    visible_event_count: events.filter(isVisible).length,
    asset_count: transcript.assets.length,
    has_summary: transcript.summary !== null,
  };
}

/** The events of one kind, in order. */
export function eventsByKind(transcript: Transcript, kind: string): readonly TranscriptEvent[] {
  return transcript.events.toArray().filter((event) => event.kind === kind);
}

/** What people were meant to see: a line `role: text` per public message. */
export function renderVisible(transcript: Transcript): string {
  const said = transcript.events
    .toArray()
    .filter((event) => event.kind === 'message' && isVisible(event));
  return said
    .map((event) => [roleOf(event), publicText(event)] as const)
    .filter(([, text]) => text !== '')
    .map(([role, text]) => `${role}: ${text}`)
    .join('\n');
}

/** The words of a message without blocks that are for others than people. */
function publicText(event: TranscriptEvent): string {
  const { blocks } = event;
  if (!Array.isArray(blocks)) return textOf(event);
  const hidden = ['internal', 'private'];
  const shown = (blocks as readonly Json[]).filter(
    (block) => !isJsonObject(block) || !hidden.includes(String(block['visibility'])),
  );
  return textOfContent(shown);
}

/** The whole history: a line `[visibility] role: text` per message, `[visibility] role kind: text` per other event. */
export function renderFull(transcript: Transcript): string {
  const lines = transcript.events.toArray().map((event) => {
    const { kind } = event;
    const who = kind === 'message' ? roleOf(event) : `${roleOf(event)} ${kind}`;
    return `[${visibilityOf(event)}] ${who}: ${textOf(event)}`;
  });
  const { summary } = transcript;
  return [...(summary === null ? [] : [`[internal] summary: ${summary}`]), ...lines].join('\n');
}

function isVisible(event: TranscriptEvent): boolean {
  const visibility = visibilityOf(event);
  return visibility === 'public' || visibility === 'visible';
}

function visibilityOf({ visibility }: JsonObject): string {
  return typeof visibility === 'string' && visibility !== '' ? visibility : 'internal';
}

function roleOf({ role }: JsonObject): string {
  return typeof role === 'string' && role !== '' ? role : 'system';
}

/** The words of an event: its text, else what its blocks or metadata say. */
function textOf(event: TranscriptEvent): string {
  const { text, blocks, metadata } = event;
  if (typeof text === 'string' && text !== '') return text;
  if (blocks !== undefined) return textOfContent(blocks);
  return isJsonObject(metadata) && Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : '';
}
