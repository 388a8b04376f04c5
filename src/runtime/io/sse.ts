// Server-sent events as a client: each event that was received is recorded. A resumed run connects again where its next event
// is not recorded, and says which one it has (`last-event-id`), so a server that keeps its events goes on after it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { type Connection, connectionsKey, handleFor, ownSignal, Puller } from './connections.ts';
import { audited, egressKey } from './egress.ts';
import { ioErrors } from './errors.ts';
import type { HttpOptions } from './http-request.ts';
import { callOf, hostRequest, identityOf, withSession } from './net.ts';
import { transportMocksKey } from './transport-mocks.ts';

/** Options of requests, and how much is taken. */
export type SseOptions = HttpOptions & {
  /** After so many events the stream counts as ended. */
  readonly max_events?: number | null;
  /** The longest event, in bytes. 1 MiB by default. */
  readonly max_message_bytes?: number | null;
};

const KIND = 'sse';
const MAX_EVENT_BYTES = 1024 * 1024;

type ConnectArgs = readonly [method: string, url: string, options?: SseOptions];

class EventStream implements Connection {
  readonly kind = KIND;
  readonly args: ConnectArgs;
  /** The address without query, for mocks and messages. */
  readonly url: string;
  /** The events that were prepared; undefined for a real connection. */
  readonly mock: JsonObject[] | undefined;
  from: Puller<JsonObject> | undefined;
  cut: () => void = () => undefined;
  lastId: string | undefined;
  seen = 0;
  isOpenTold = false;

  constructor(args: ConnectArgs, url: string, mock?: JsonObject[]) {
    this.args = args;
    this.url = url;
    this.mock = mock;
  }

  note(event: Json): void {
    const { type, id } = (event ?? {}) as JsonObject;
    if (type === 'open') this.isOpenTold = true;
    if (type !== 'event') return;
    this.seen += 1;
    if (typeof id === 'string' && id !== '') this.lastId = id;
  }

  async close(): Promise<void> {
    this.cut();
    await this.from?.close();
  }
}

function requestOf(env: EffectEnv, [method, url, options = {}]: ConnectArgs, lastId?: string) {
  const resumed = lastId === undefined ? {} : { 'last-event-id': lastId };
  const headers = {
    accept: 'text/event-stream',
    'cache-control': 'no-store',
    ...options.headers,
    ...resumed,
  };
  return withSession(env, {
    method: method.toUpperCase(),
    url,
    body: null,
    options: { ...options, headers },
  });
}

/** A stream that was prepared; undefined when none was. */
function preparedStream(env: EffectEnv, args: ConnectArgs): EventStream | undefined {
  const { url } = callOf(env, requestOf(env, args));
  const mock = env.get(transportMocksKey).find(KIND, url);
  if (mock === undefined) return undefined;
  env.get(transportMocksKey).calls.push({ kind: KIND, operation: 'connect', url });
  return new EventStream(args, url, mock.items.map(preparedEvent));
}

function preparedEvent(item: Json): JsonObject {
  const given: JsonObject = isJsonObject(item) ? item : { data: item };
  const { data = '' } = given;
  return eventOf({ ...given, data: typeof data === 'string' ? data : JSON.stringify(data) });
}

function eventOf({ event, data, id, retry_ms }: JsonObject): JsonObject {
  return {
    type: 'event',
    event: event ?? 'message',
    data: data ?? '',
    id: id ?? null,
    retry_ms: retry_ms ?? null,
  };
}

async function connect(env: EffectEnv, stream: EventStream): Promise<void> {
  const request = requestOf(env, stream.args, stream.lastId);
  const { controller, release } = ownSignal(env);
  const opened = await env.host.http.open({
    ...(await hostRequest(env, request)),
    signal: controller.signal,
  });
  release();
  if (opened.status < 200 || opened.status > 299) {
    controller.abort();
    throw ioErrors.refusedStream({ url: stream.url, status: opened.status });
  }
  stream.cut = () => controller.abort();
  const limit = request.options as SseOptions;
  stream.from = new Puller(parsedEvents(opened.chunks, limit.max_message_bytes ?? MAX_EVENT_BYTES));
}

async function* parsedEvents(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<JsonObject> {
  const ready: JsonObject[] = [];
  let retryMs: number | null = null;
  let bytes = 0;
  const { createParser } = await import('eventsource-parser');
  const parser = createParser({
    onEvent: ({ event, data, id }) => {
      bytes = 0;
      ready.push(
        eventOf({
          ...(event === undefined ? {} : { event }),
          data,
          id: id ?? null,
          retry_ms: retryMs,
        }),
      );
      retryMs = null;
    },
    onRetry: (ms) => {
      retryMs = ms;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    bytes += chunk.length;
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (let event = ready.shift(); event !== undefined; event = ready.shift()) {
      if (tooLong(event, limit)) throw ioErrors.tooLong({ what: 'an event', limit });
      yield event;
    }
    if (bytes > limit) throw ioErrors.tooLong({ what: 'an event', limit });
  }
}

function tooLong({ data }: JsonObject, limit: number): boolean {
  return typeof data === 'string' && data.length > limit;
}

/** The next event of a stream as the program gets it. */
async function receive(
  env: EffectEnv,
  stream: EventStream,
  timeoutMs: number | null,
): Promise<JsonObject | null> {
  const [method, , options = {}] = stream.args;
  if (stream.from === undefined && stream.mock === undefined) {
    if (method.toUpperCase() !== 'GET') throw ioErrors.connectionGone({ url: stream.url });
    await connect(env, stream);
  }
  if (!stream.isOpenTold) return { type: 'open' };
  if (stream.seen >= (options.max_events ?? Number.POSITIVE_INFINITY)) return null;
  const limit = options.max_message_bytes ?? MAX_EVENT_BYTES;
  if (stream.mock !== undefined) return within(stream.mock.shift() ?? null, limit);
  const limitMs = timeoutMs === null ? undefined : Math.max(0, timeoutMs);
  const next = await stream.from?.next(env.host.clock, env.signal, limitMs);
  if (next === undefined) return null;
  if (next === 'timeout') return { type: 'timeout' };
  return within(next.item, limit);
}

function within(event: JsonObject | null, limit: number): JsonObject | null {
  if (event !== null && tooLong(event, limit)) throw ioErrors.tooLong({ what: 'an event', limit });
  return event;
}

export const sseEffects = {
  /** Connects to a stream of events and gives its handle. A status other than 2xx is an error. */
  sse_connect: defineEffect(
    {
      name: 'net.sse_connect',
      class: 'read',
      access: 'read',
      identity: ([method, url, options = {}]: ConnectArgs) =>
        identityOf(method, url, null, options),
      replayed: (env, args, handle: string | undefined) => {
        if (handle == null) return;
        const stream = preparedStream(env, args) ?? new EventStream(args, args[1]);
        env.get(connectionsKey).add(handle, stream);
      },
    },
    async (env, ...args: [method: string, url: string, options?: SseOptions]): Promise<string> => {
      const { url } = callOf(env, requestOf(env, args));
      await audited(env, async () => env.get(egressKey).permit(url));
      const handle = handleFor(env, KIND);
      let stream = preparedStream(env, args);
      if (stream === undefined) {
        stream = new EventStream(args, args[1]);
        await connect(env, stream);
      }
      env.get(connectionsKey).add(handle, stream);
      return handle;
    },
  ),
  /**
   * The next event: `{type: "open"}` first, then `{type: "event", event, data, id, retry_ms}`; `{type: "timeout"}` when none came
   * in time, null at the end.
   */
  sse_receive: defineEffect(
    {
      name: 'net.sse_receive',
      class: 'read',
      access: 'read',
      replayed: (
        env,
        [handle]: readonly [string, (number | null)?],
        event: JsonObject | null | undefined,
      ) => {
        const stream = env.get(connectionsKey).find<EventStream>(handle, KIND);
        if (stream.isOpenTold) stream.mock?.shift();
        stream.note(event ?? null);
      },
    },
    async (env, handle: string, timeoutMs: number | null = null): Promise<JsonObject | null> => {
      const stream = env.get(connectionsKey).find<EventStream>(handle, KIND);
      const event = await receive(env, stream, timeoutMs);
      stream.note(event);
      return event;
    },
  ),
  /** Lets go of a stream; false when it was closed before. */
  sse_close: defineEffect(
    {
      name: 'net.sse_close',
      class: 'read',
      access: 'read',
      replayed: (env, [handle]: readonly [string]) => noteClose(env, handle),
    },
    async (env, handle: string): Promise<boolean> => {
      noteClose(env, handle, false);
      return env.get(connectionsKey).close(handle);
    },
  ),
};

/** A prepared stream remembers that it was closed; a recorded close forgets the handle. */
function noteClose(env: EffectEnv, handle: string, forgets = true): void {
  const connections = env.get(connectionsKey);
  const stream = connections.peek<EventStream>(handle);
  if (stream?.mock !== undefined) {
    env.get(transportMocksKey).calls.push({ kind: KIND, operation: 'close', url: stream.url });
  }
  if (forgets) connections.forget(handle);
}
