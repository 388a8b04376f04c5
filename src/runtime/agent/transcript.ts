// Transcripts: what was said in a session, as immutable versions of one document. Messages continue model calls, events
// are the history for people and tools, assets describe what is too large for a prompt. The JSON form is version 2 of the
// published transcript shape.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { AppendList } from './append-list.ts';

/** One message. Further fields (tool_calls, tool_call_id, name) are kept as they are. */
export type TranscriptMessage = JsonObject & { readonly role: string; readonly content: Json };

/** One entry of the history. Those of kind `message` mirror the messages, in order. */
export type TranscriptEvent = JsonObject & { readonly kind: string };

/** Shortens a transcript before it outgrows a model: keeps some of the messages and says what became of the rest. */
export type CompactStrategy = (messages: readonly TranscriptMessage[]) => Compacted;

/** What a strategy decided. `archived` counts the messages that are no longer shown to models. */
export interface Compacted {
  readonly kept: readonly TranscriptMessage[];
  readonly summary: string | null;
  readonly archived: number;
  readonly strategy: string;
}

interface Parts {
  readonly id: string;
  readonly revision: number;
  readonly messages: AppendList<TranscriptMessage>;
  readonly events: AppendList<TranscriptEvent>;
  readonly assets: AppendList<JsonObject>;
  readonly summary: string | null;
  readonly metadata: JsonObject;
  readonly state: 'active' | 'closed';
}

export class Transcript {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static empty(id: string, metadata: JsonObject = {}): Transcript {
    return new Transcript({
      id,
      revision: 0,
      messages: AppendList.of(),
      events: AppendList.of(),
      assets: AppendList.of(),
      summary: null,
      metadata,
      state: 'active',
    });
  }

  get id(): string {
    return this.#parts.id;
  }

  /** Grows with every version of the document. */
  get revision(): number {
    return this.#parts.revision;
  }

  get messages(): AppendList<TranscriptMessage> {
    return this.#parts.messages;
  }

  get events(): AppendList<TranscriptEvent> {
    return this.#parts.events;
  }

  get assets(): AppendList<JsonObject> {
    return this.#parts.assets;
  }

  get summary(): string | null {
    return this.#parts.summary;
  }

  get metadata(): JsonObject {
    return this.#parts.metadata;
  }

  /** With more messages at the end, each mirrored in the events. O(1) per message. */
  append(...messages: readonly TranscriptMessage[]): Transcript {
    if (messages.length === 0) return this;
    return this.#next({
      messages: this.messages.append(...messages),
      events: this.events.append(...messages.map(messageEvent)),
    });
  }

  /** With a fact that is no message: a lifecycle event, a compaction, a child's result. */
  withEvent(event: TranscriptEvent): Transcript {
    return this.#next({ events: this.events.append(event) });
  }

  withAsset(asset: JsonObject): Transcript {
    return this.#next({ assets: this.assets.append({ _type: 'transcript_asset', ...asset }) });
  }

  withMetadata(metadata: JsonObject): Transcript {
    return this.#next({ metadata: { ...this.metadata, ...metadata } });
  }

  closed(): Transcript {
    return this.#next({ state: 'closed' });
  }

  /** The same history under a new id. */
  fork(id: string, metadata: JsonObject = {}): Transcript {
    return this.#next({
      id,
      metadata: { ...this.metadata, ...metadata, parent_transcript_id: this.id },
    });
  }

  /** Only the first `count` messages; events that are no messages stay. */
  keepFirst(count: number): Transcript {
    return this.#slice(0, Math.min(count, this.messages.length));
  }

  /** Only the last `count` messages; events that are no messages stay. */
  keepLast(count: number): Transcript {
    return this.#slice(Math.max(0, this.messages.length - count), this.messages.length);
  }

  /** Shortened by a strategy; unchanged when it archives nothing. */
  compact(strategy: CompactStrategy, about: JsonObject = {}): Transcript {
    const { kept, summary, archived, strategy: name } = strategy(this.messages.toArray());
    if (archived === 0) return this;
    const others = this.events.toArray().filter(({ kind }) => kind !== 'message');
    const metadata = { strategy: name, archived_messages: archived, ...about };
    return this.#next({
      messages: AppendList.of(kept),
      summary: summary ?? this.summary,
      events: AppendList.of([
        ...others,
        {
          kind: 'compaction',
          role: 'system',
          visibility: 'internal',
          text: summary ?? '',
          metadata,
        },
        ...kept.map(messageEvent),
      ]),
    });
  }

  toJson(): JsonObject {
    const { id, messages, events, assets, summary, metadata, state } = this.#parts;
    return {
      _type: 'transcript',
      version: 2,
      id,
      state,
      summary,
      metadata,
      messages: messages.toArray(),
      events: events.toArray(),
      assets: assets.toArray(),
    };
  }

  /** A transcript read back from its JSON form; undefined when it is none. */
  static fromJson(value: Json): Transcript | undefined {
    if (!isJsonObject(value) || value['_type'] !== 'transcript') return undefined;
    const { id, messages, events, assets, summary, metadata, state } = value;
    if (typeof id !== 'string' || !Array.isArray(messages) || !messages.every(isMessage)) {
      return undefined;
    }
    const list = (field: Json | undefined) => (Array.isArray(field) ? field : []);
    return new Transcript({
      id,
      revision: 0,
      messages: AppendList.of(messages as readonly TranscriptMessage[]),
      events: AppendList.of(list(events) as readonly TranscriptEvent[]),
      assets: AppendList.of(list(assets) as readonly JsonObject[]),
      summary: typeof summary === 'string' ? summary : null,
      metadata: isJsonObject(metadata) ? metadata : {},
      state: state === 'closed' ? 'closed' : 'active',
    });
  }

  #slice(from: number, to: number): Transcript {
    let message = -1;
    const events = this.events.toArray().filter(({ kind }) => {
      if (kind !== 'message') return true;
      message += 1;
      return message >= from && message < to;
    });
    return this.#next({
      messages: AppendList.of(this.messages.toArray().slice(from, to)),
      events: AppendList.of(events),
    });
  }

  #next(change: Partial<Parts>): Transcript {
    return new Transcript({ ...this.#parts, ...change, revision: this.revision + 1 });
  }
}

/** Whether a value can be a message. */
export function isMessage(value: Json | undefined): value is TranscriptMessage {
  return isJsonObject(value) && typeof value['role'] === 'string' && value['role'] !== '';
}

/** The words of a message, with marks where it holds something else. */
export function textOfContent(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content))
    return content === undefined || content === null ? '' : JSON.stringify(content);
  return content
    .map((block: Json) => {
      if (!isJsonObject(block)) return String(block);
      const { type, text } = block;
      return typeof text === 'string' ? text : `<${typeof type === 'string' ? type : 'block'}>`;
    })
    .join(' ');
}

/** Keeps the last messages and says in a few words what went before. No model is asked. */
export function truncateStrategy(keepLast: number): CompactStrategy {
  return (messages) => {
    const cut = cutBefore(messages, Math.max(0, messages.length - keepLast));
    const archived = messages.slice(0, cut);
    if (archived.length === 0)
      return { kept: messages, summary: null, archived: 0, strategy: 'truncate' };
    const lines = archived.slice(-SUMMARY_LINES).map((message) => {
      const text = textOfContent(message.content).replace(/\s+/g, ' ').trim();
      return `${message.role}: ${[...text].slice(0, SUMMARY_CHARS).join('')}`;
    });
    const summary = [
      `${archived.length} earlier messages were left out. The last of them began:`,
      ...lines,
    ];
    return {
      kept: messages.slice(cut),
      summary: summary.join('\n'),
      archived: archived.length,
      strategy: 'truncate',
    };
  };
}

const SUMMARY_LINES = 20;
const SUMMARY_CHARS = 120;

/** A cut must not part a tool's result from the call it answers: providers refuse such a conversation. */
function cutBefore(messages: readonly TranscriptMessage[], wanted: number): number {
  let cut = wanted;
  while (cut > 0 && isToolResult(messages[cut])) cut -= 1;
  return cut;
}

function isToolResult(message: TranscriptMessage | undefined): boolean {
  return message?.role === 'tool' || message?.role === 'tool_result';
}

function messageEvent(message: TranscriptMessage): TranscriptEvent {
  const { role, content } = message;
  const blocks = Array.isArray(content) ? { blocks: content as Json } : {};
  const visibility = role === 'system' || isToolResult(message) ? 'internal' : 'public';
  return { kind: 'message', role, visibility, text: textOfContent(content), ...blocks };
}
