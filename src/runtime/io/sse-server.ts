// Answers as streams of events, from the side that sends: frames wait until whoever has the connection takes them. Memory of
// the run, which a replay makes again.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineSyncEffect, type EffectEnv, type ServiceKey } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { sseComment, sseData, sseFields, sseFrame } from './sse-frame.ts';

export type SseResponseOptions = {
  readonly status?: number | null;
  readonly headers?: { readonly [name: string]: string } | null;
  /** A longer frame is refused. */
  readonly max_event_bytes?: number | null;
  /** When so many frames wait, a further one is refused. */
  readonly max_buffered_events?: number | null;
};

/** What a program holds of a stream. */
export type SseResponse = {
  readonly id: string;
  readonly type: 'sse_response';
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: null;
  readonly streaming: true;
};

/** A stream, or its id. */
export type SseRef = string | { readonly id: string };

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  connection: 'keep-alive',
  'x-accel-buffering': 'no',
};

class Outgoing {
  readonly id: string;
  readonly #options: SseResponseOptions;
  readonly #waiting: JsonObject[] = [];
  #sent = 0;
  #flushed = 0;
  #end: 'closed' | 'cancelled' | 'disconnected' | undefined;
  #reason: string | null = null;

  constructor(id: string, options: SseResponseOptions) {
    this.id = id;
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  put(frame: string, told: JsonObject): boolean {
    if (!this.isOpen) return false;
    const { max_event_bytes, max_buffered_events } = this.#options;
    if (max_event_bytes != null && new TextEncoder().encode(frame).length > max_event_bytes) {
      throw ioErrors.tooLong({ what: 'an event', limit: max_event_bytes });
    }
    if (max_buffered_events != null && this.#waiting.length >= max_buffered_events) {
      throw ioErrors.slowReader({ what: 'the event stream', limit: max_buffered_events });
    }
    this.#waiting.push(told);
    this.#sent += 1;
    return true;
  }

  flush(): boolean {
    if (this.isOpen) this.#flushed = this.#sent;
    return this.isOpen;
  }

  /** False when it had ended before. */
  end(how: 'closed' | 'cancelled' | 'disconnected', reason: string | null = null): boolean {
    if (!this.isOpen) return false;
    this.#end = how;
    this.#reason = reason;
    return true;
  }

  take(): JsonObject {
    const next = this.#end === 'disconnected' ? undefined : this.#waiting.shift();
    return next ?? (this.isOpen ? { type: 'timeout' } : { type: 'close' });
  }

  status(): JsonObject {
    return {
      id: this.id,
      buffered_events: this.#waiting.length,
      sent_events: this.#sent,
      flushed_events: this.#flushed,
      closed: !this.isOpen,
      cancelled: this.#end === 'cancelled',
      cancel_reason: this.#reason,
      disconnected: this.#end === 'disconnected',
    };
  }
}

const streamsKey: ServiceKey<Map<string, Outgoing>> = {
  name: 'io.sse_responses',
  create: () => new Map(),
};

function find(env: EffectEnv, ref: SseRef): Outgoing {
  const handle = typeof ref === 'string' ? ref : ref.id;
  const found = env.get(streamsKey).get(handle);
  if (found === undefined) throw ioErrors.noConnection({ handle, kind: 'sse_response' });
  return found;
}

/** Names count per task, so that a replay gives the same whatever other tasks do. */
function freeName(stem: string, taken: ReadonlyMap<string, unknown>): string {
  let k = 1;
  while (taken.has(`${stem}_${k}`)) k += 1;
  return `${stem}_${k}`;
}

const local = { class: 'local', access: 'write' } as const;

export const sseServerEffects = {
  /** An answer that is a stream of events. Options: `status`, `headers`, `max_event_bytes`, `max_buffered_events`. */
  sse_server_response: defineSyncEffect(
    { name: 'net.sse_server_response', ...local },
    (env, options: SseResponseOptions = {}): SseResponse => {
      const streams = env.get(streamsKey);
      const id = freeName(`sse_response_${env.taskId.replaceAll(/\W/g, '_')}`, streams);
      streams.set(id, new Outgoing(id, options));
      const given = Object.entries(
        isJsonObject(options.headers ?? null) ? (options.headers ?? {}) : {},
      );
      const headers = {
        ...HEADERS,
        ...Object.fromEntries(given.map(([k, v]) => [k.toLowerCase(), v])),
      };
      const { status } = options;
      return {
        id,
        type: 'sse_response',
        status: status ?? 200,
        headers,
        body: null,
        streaming: true,
      };
    },
  ),
  /** Sends an event, or text as one; false when the stream has ended. */
  sse_server_send: defineSyncEffect(
    { name: 'net.sse_server_send', ...local },
    (env, ref: SseRef, event: Json, options: Json = null): boolean => {
      const fields = sseFields(event, options);
      return find(env, ref).put(sseFrame(fields), {
        type: 'event',
        ...fields,
        event: fields['event'] ?? 'message',
        data: sseData(fields['data'] ?? null),
      });
    },
  ),
  /** Sends a comment, so that nobody in between takes the connection for dead. */
  sse_server_heartbeat: defineSyncEffect(
    { name: 'net.sse_server_heartbeat', ...local },
    (env, ref: SseRef, comment: string | null = null): boolean =>
      find(env, ref).put(sseComment(comment ?? 'heartbeat'), {
        type: 'comment',
        comment: comment ?? 'heartbeat',
      }),
  ),
  /** Marks what was sent as handed over; false when the stream has ended. */
  sse_server_flush: defineSyncEffect(
    { name: 'net.sse_server_flush', ...local },
    (env, ref: SseRef): boolean => find(env, ref).flush(),
  ),
  /** `{buffered_events, sent_events, flushed_events, closed, cancelled, cancel_reason, disconnected}`. */
  sse_server_status: defineSyncEffect(
    { name: 'net.sse_server_status', ...local },
    (env, ref: SseRef): JsonObject => find(env, ref).status(),
  ),
  sse_server_disconnected: defineSyncEffect(
    { name: 'net.sse_server_disconnected', ...local },
    (env, ref: SseRef): boolean => find(env, ref).status()['disconnected'] === true,
  ),
  sse_server_cancelled: defineSyncEffect(
    { name: 'net.sse_server_cancelled', ...local },
    (env, ref: SseRef): boolean => find(env, ref).status()['cancelled'] === true,
  ),
  /** Ends a stream before its time; false when it had ended. */
  sse_server_cancel: defineSyncEffect(
    { name: 'net.sse_server_cancel', ...local },
    (env, ref: SseRef, reason: string | null = null): boolean =>
      find(env, ref).end('cancelled', reason),
  ),
  /** Ends a stream; false when it had ended. */
  sse_server_close: defineSyncEffect(
    { name: 'net.sse_server_close', ...local },
    (env, ref: SseRef): boolean => find(env, ref).end('closed'),
  ),
  /** For tests: the next frame as a reader gets it, `{type: "event" | "comment" | "timeout" | "close", ...}`. */
  sse_server_mock_receive: defineSyncEffect(
    { name: 'net.sse_server_mock_receive', ...local },
    (env, ref: SseRef): JsonObject => find(env, ref).take(),
  ),
  /** For tests: the reader goes away. */
  sse_server_mock_disconnect: defineSyncEffect(
    { name: 'net.sse_server_mock_disconnect', ...local },
    (env, ref: SseRef): boolean => find(env, ref).end('disconnected'),
  ),
};
