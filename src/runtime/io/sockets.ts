// WebSockets: each message that was received is recorded, and replay does not connect again. A connection ends with
// the process that held it; to a resumed run that is a connection that broke (`close` with code 1006).
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { HostSocket, SocketMessage } from '../host/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { type Connection, connectionsKey, handleFor, ownSignal, Puller } from './connections.ts';
import { audited, egressKey } from './egress.ts';
import { ioErrors } from './errors.ts';
import { connectingOf } from './http-connecting.ts';
import { type HttpOptions, headersOf, withQuery } from './http-request.ts';
import { base64Of } from './http-streams.ts';
import { transportMocksKey } from './transport-mocks.ts';

export type SocketOptions = Pick<
  HttpOptions,
  'headers' | 'auth' | 'query' | 'timeout_ms' | 'proxy' | 'proxy_auth' | 'tls'
> & {
  /** Subprotocols that are offered. */
  readonly protocols?: readonly string[] | null;
  /** After so many messages the connection counts as closed. */
  readonly max_messages?: number | null;
  /** The longest message, in bytes. */
  readonly max_message_bytes?: number | null;
  /** When so many messages are on their way out, a further one is refused. */
  readonly send_buffer_messages?: number | null;
  /** A `receive` without a limit of its own waits no longer. */
  readonly idle_timeout_ms?: number | null;
};

/** What is sent: text, or bytes in base64; `ping` and `pong` may be empty. */
export type OutgoingMessage = {
  readonly type: 'text' | 'binary' | 'ping' | 'pong' | 'close';
  readonly data?: string;
  readonly data_base64?: string;
  readonly code?: number;
  readonly reason?: string;
};

const KIND = 'websocket';
const BROKEN = {
  type: 'close',
  code: 1006,
  reason: 'the process that held the connection ended',
} as const;

type ConnectArgs = readonly [url: string, options?: SocketOptions];

/** One connection; that of a resumed run has nothing behind it. */
export class Socket implements Connection {
  readonly kind = KIND;
  readonly url: string;
  readonly options: SocketOptions;
  /** Undefined: the connection is gone. */
  readonly live: HostSocket | undefined;
  readonly mock: MockSocket | undefined;
  readonly from: Puller<SocketMessage> | undefined;
  seen = 0;
  /** Messages that are handed over and not yet gone. */
  leaving = 0;
  isClosed = false;

  constructor(url: string, options: SocketOptions, live?: HostSocket, mock?: MockSocket) {
    this.url = url;
    this.options = options;
    this.live = live;
    this.mock = mock;
    this.from = live === undefined ? undefined : new Puller(live.messages);
  }

  async close(): Promise<void> {
    await this.live?.close();
  }
}

/** The other side of a prepared connection. */
class MockSocket {
  readonly #waiting: Json[];
  readonly #echo: boolean;

  constructor(items: readonly Json[], echo: boolean) {
    this.#waiting = [...items];
    this.#echo = echo;
  }

  sent(message: OutgoingMessage): void {
    if (this.#echo) this.#waiting.push(message as Json);
  }

  take(): JsonObject | null {
    const next = this.#waiting.shift();
    if (next === undefined) return this.#echo ? { type: 'timeout' } : null;
    return isJsonObject(next) ? { type: 'text', ...next } : { type: 'text', data: String(next) };
  }
}

function addressOf([url, options = {}]: ConnectArgs): string {
  return withQuery(url, options.query ?? {});
}

function preparedSocket(env: EffectEnv, args: ConnectArgs): Socket | undefined {
  const url = addressOf(args);
  const mocks = env.get(transportMocksKey);
  const mock = mocks.find(KIND, url);
  if (mock === undefined) return undefined;
  mocks.calls.push({ kind: KIND, operation: 'connect', url });
  return new Socket(url, args[1] ?? {}, undefined, new MockSocket(mock.items, mock.echo));
}

function told(message: SocketMessage): JsonObject {
  if (message.type === 'text') return { type: 'text', data: message.data };
  if (message.type === 'close')
    return { type: 'close', code: message.code, reason: message.reason };
  return { type: message.type, data_base64: base64Of(message.data) };
}

function lengthOf({ data, data_base64 }: JsonObject): number {
  if (typeof data === 'string') return new TextEncoder().encode(data).length;
  return typeof data_base64 === 'string' ? Math.floor((data_base64.length * 3) / 4) : 0;
}

async function receive(
  env: EffectEnv,
  socket: Socket,
  timeoutMs: number | null,
): Promise<JsonObject | null> {
  const { max_messages, max_message_bytes } = socket.options;
  if (socket.isClosed || socket.seen >= (max_messages ?? Number.POSITIVE_INFINITY)) return null;
  if (socket.mock === undefined && socket.from === undefined) return { ...BROKEN };
  const message =
    socket.mock === undefined ? await pulled(env, socket, timeoutMs) : socket.mock.take();
  if (message !== null && max_message_bytes != null && lengthOf(message) > max_message_bytes) {
    throw ioErrors.tooLong({ what: 'a message', limit: max_message_bytes });
  }
  return message;
}

async function pulled(
  env: EffectEnv,
  socket: Socket,
  timeoutMs: number | null,
): Promise<JsonObject | null> {
  const limit = timeoutMs ?? socket.options.idle_timeout_ms ?? null;
  const limitMs = limit === null ? undefined : Math.max(0, limit);
  const next = await socket.from?.next(env.host.clock, env.signal, limitMs);
  if (next === 'timeout') return { type: 'timeout' };
  return next === undefined ? null : told(next.item);
}

function note(socket: Socket, message: JsonObject | null): void {
  if (message === null || message['type'] === 'close') socket.isClosed = true;
  else if (message['type'] !== 'timeout') socket.seen += 1;
}

/** A handle, or what `websocket_accept` gave. */
export type SocketRef = string | { readonly id: string };

const handleOf = (ref: SocketRef): string => (typeof ref === 'string' ? ref : ref.id);

function find(env: EffectEnv, ref: SocketRef): Socket {
  const handle = handleOf(ref);
  return env.get(connectionsKey).find<Socket>(handle, KIND);
}

function noteSent(env: EffectEnv, socket: Socket, message: OutgoingMessage): void {
  if (socket.mock === undefined) return;
  const data = message.data ?? message.data_base64 ?? null;
  env.get(transportMocksKey).calls.push({ kind: KIND, operation: 'send', url: socket.url, data });
  socket.mock.sent(message);
}

async function send(env: EffectEnv, socket: Socket, message: OutgoingMessage): Promise<boolean> {
  if (socket.isClosed) return false;
  noteSent(env, socket, message);
  if (message.type === 'close') {
    socket.isClosed = true;
    await socket.live?.close(message.code, message.reason);
    return true;
  }
  if (socket.mock !== undefined) return true;
  return handOver(socket, message);
}

async function handOver(socket: Socket, message: OutgoingMessage): Promise<boolean> {
  if (socket.live === undefined || message.type === 'close') return false;
  const limit = socket.options.send_buffer_messages;
  if (limit != null && socket.leaving >= limit) {
    throw ioErrors.slowReader({ what: 'the WebSocket', limit });
  }
  socket.leaving += 1;
  try {
    if (message.type === 'text') {
      return await socket.live.send({ type: 'text', data: message.data ?? '' });
    }
    const data = Uint8Array.from(atob(message.data_base64 ?? ''), (char) => char.charCodeAt(0));
    return await socket.live.send({ type: message.type, data });
  } finally {
    socket.leaving -= 1;
  }
}

export const socketEffects = {
  /** Connects to `ws:` or `wss:` and gives the handle. Options: `headers`, `auth`, `query`, `timeout_ms`, `proxy`, `proxy_auth`, `tls`, `protocols`, `max_messages`, `max_message_bytes`. */
  websocket_connect: defineEffect(
    {
      name: 'net.websocket_connect',
      class: 'read',
      access: 'read',
      identity: ([url, options = {}]: ConnectArgs) => {
        const { headers, auth, proxy_auth: _secret, ...rest } = options;
        return {
          url,
          headers: Object.keys(headers ?? {}).sort(),
          auth: auth != null,
          options: rest as JsonObject,
        };
      },
      replayed: (env, args, handle: string | undefined) => {
        if (handle == null) return;
        env
          .get(connectionsKey)
          .add(handle, preparedSocket(env, args) ?? new Socket(addressOf(args), args[1] ?? {}));
      },
    },
    async (env, ...args: [url: string, options?: SocketOptions]): Promise<string> => {
      const [, options = {}] = args;
      const url = addressOf(args);
      await audited(env, async () => env.get(egressKey).permit(url));
      const handle = handleFor(env, KIND);
      const socket =
        preparedSocket(env, args) ?? (await audited(env, () => connected(env, url, options)));
      env.get(connectionsKey).add(handle, socket);
      return handle;
    },
  ),
  /** The next message: `{type: "text", data}`, `{type: "binary" | "ping" | "pong", data_base64}`, `{type: "close", code, reason}`; `{type: "timeout"}` when none came in time, null after the end. */
  websocket_receive: defineEffect(
    {
      name: 'net.websocket_receive',
      class: 'read',
      access: 'read',
      replayed: (
        env,
        [handle]: readonly [SocketRef, (number | null)?],
        message: JsonObject | null | undefined,
      ) => {
        const socket = find(env, handle);
        socket.mock?.take();
        if (message !== undefined) note(socket, message);
      },
    },
    async (env, handle: SocketRef, timeoutMs: number | null = null): Promise<JsonObject | null> => {
      const socket = find(env, handle);
      const message = await receive(env, socket, timeoutMs);
      note(socket, message);
      return message;
    },
  ),
  /** Sends a message; false when the connection is closed. */
  websocket_send: defineEffect(
    {
      name: 'net.websocket_send',
      class: 'mutation',
      access: 'mutate',
      // Whether a lost connection took it nobody can know; on a new one it would be out of place.
      onUnknown: 'retry',
      replayed: (
        env,
        [handle, message]: readonly [SocketRef, OutgoingMessage],
        sent: boolean | undefined,
      ) => {
        const socket = find(env, handle);
        if (sent !== true) return;
        noteSent(env, socket, message);
        if (message.type === 'close') socket.isClosed = true;
      },
    },
    (env, handle: SocketRef, message: OutgoingMessage): Promise<boolean> =>
      send(env, find(env, handle), message),
  ),
  /** Closes a connection; false when there is no such handle (any more). */
  websocket_close: defineEffect(
    {
      name: 'net.websocket_close',
      class: 'read',
      access: 'read',
      replayed: (env, [handle]: readonly [SocketRef]) => noteClose(env, handle, true),
    },
    async (env, handle: SocketRef): Promise<boolean> => {
      noteClose(env, handle, false);
      return env.get(connectionsKey).close(handleOf(handle));
    },
  ),
};

async function connected(env: EffectEnv, url: string, options: SocketOptions): Promise<Socket> {
  const { connect } = env.host.http;
  if (connect === undefined) throw ioErrors.noSockets({});
  const { proxy, tls } = await connectingOf(env, options);
  const { controller, release } = ownSignal(env);
  const { timeout_ms, max_message_bytes, protocols } = options;
  try {
    const live = await connect({
      url,
      headers: headersOf(options),
      signal: controller.signal,
      ...(protocols == null ? {} : { protocols }),
      ...(timeout_ms == null ? {} : { timeoutMs: timeout_ms }),
      ...(max_message_bytes == null ? {} : { maxMessageBytes: max_message_bytes }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(tls === undefined ? {} : { tls }),
    });
    return new Socket(url, options, live);
  } finally {
    release();
  }
}

/** A prepared connection remembers that it was closed; a recorded close forgets the handle. */
function noteClose(env: EffectEnv, ref: SocketRef, forgets: boolean): void {
  const handle = handleOf(ref);
  const connections = env.get(connectionsKey);
  const socket = connections.peek<Socket>(handle);
  if (socket?.mock !== undefined) {
    env.get(transportMocksKey).calls.push({ kind: KIND, operation: 'close', url: socket.url });
  }
  if (forgets) connections.forget(handle);
}
