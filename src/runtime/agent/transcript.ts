// Transcripts: what was said in a session, as immutable versions of one document. Messages continue model calls, events
// are the history for people and tools, assets describe what is too large for a prompt. The JSON form is version 2 of the
// published transcript shape.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { AppendList } from './append-list.ts';

/** One message. Further fields (tool_calls, tool_call_id, name) are kept as they are. */
export type TranscriptMessage = JsonObject & { readonly role: string; readonly content: Json };

/** One entry of the history. Those of kind `message` mirror the messages, in order. */
export type TranscriptEvent = JsonObject & { readonly kind: string };

/** Where a document stands: in use, put aside, given up, or the copy of another one. */
export type TranscriptState = 'active' | 'forked' | 'archived' | 'abandoned' | 'closed';

const STATES: readonly Json[] = ['active', 'forked', 'archived', 'abandoned', 'closed'];

interface Parts {
  readonly id: string;
  readonly revision: number;
  readonly messages: AppendList<TranscriptMessage>;
  readonly events: AppendList<TranscriptEvent>;
  readonly assets: AppendList<JsonObject>;
  readonly summary: string | null;
  readonly metadata: JsonObject;
  readonly state: TranscriptState;
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

  get state(): TranscriptState {
    return this.#parts.state;
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

  /** In another state, with a fact in the history that says so. */
  withState(state: TranscriptState, text: string): Transcript {
    const event = { kind: 'lifecycle', role: 'system', visibility: 'internal', text };
    return this.#next({ state, events: this.events.append({ ...event, metadata: { state } }) });
  }

  /** With another summary; null takes it away. */
  withSummary(summary: string | null): Transcript {
    return this.#next({ summary });
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

  /** With only some of its messages, a summary of the others, and a fact that says so. Other events stay. */
  compacted(
    kept: readonly TranscriptMessage[],
    summary: string | null,
    metadata: JsonObject,
  ): Transcript {
    const others = this.events.toArray().filter(({ kind }) => kind !== 'message');
    const id = `compaction_${this.id}_${others.length}`;
    const about = { role: 'system', visibility: 'internal', text: summary ?? '', metadata };
    return this.#next({
      messages: AppendList.of(kept),
      summary,
      events: AppendList.of([
        ...others,
        { kind: 'compaction', id, ...about },
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
      state: STATES.includes(state as Json) ? (state as TranscriptState) : 'active',
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
      const { type, text, name, asset_id, path } = block;
      if (typeof text === 'string') return text;
      const kind = typeof type === 'string' ? type : 'block';
      const which = [name, asset_id, path].find((one) => typeof one === 'string' && one !== '');
      return which === undefined ? `<${kind}>` : `<${kind}:${String(which)}>`;
    })
    .join(' ');
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
