// WebSockets that come in. The process that listens can end at any time: a resumed run listens again, at the address it had,
// when it next waits for a connection; those it had accepted are broken, like any connection (`close` with code 1006).
import { isJsonObject, type JsonObject } from '../../base/index.ts';
import type { HostListener, UpgradeRequest } from '../host/index.ts';
import { defineEffect, defineSyncEffect, type EffectEnv } from '../run/index.ts';
import { type Connection, connectionsKey, handleFor, Puller } from './connections.ts';
import { ioErrors } from './errors.ts';
import { certificateOf, isSecure, type ServerTlsConfig } from './server-tls.ts';
import { Socket, type SocketOptions } from './sockets.ts';

/** What `websocket_server` gives. `addr` is `host:port` with the real port. */
export type SocketServer = { readonly id: string; readonly addr: string; readonly url: string };

export type SocketServerOptions = {
  /** How TLS is spoken, as `http_server_tls_*` say it; in clear without. */
  readonly tls?: ServerTlsConfig | null;
};

/** A server, or its id. */
export type SocketServerRef = string | { readonly id: string };

export type SocketRouteOptions = Pick<
  SocketOptions,
  'max_messages' | 'max_message_bytes' | 'send_buffer_messages'
> & {
  /** `{bearer}`: other clients are refused with 401. */
  readonly auth?: { readonly bearer?: string } | null;
  /** A `receive` without a limit of its own waits no longer. */
  readonly idle_timeout_ms?: number | null;
};

/** A connection that was let in: its handle is `id`. */
export type AcceptedSocket = {
  readonly id: string;
  readonly type: 'connection';
  readonly path: string;
  readonly query: { readonly [name: string]: string };
  readonly headers: { readonly [name: string]: string };
  readonly peer: string;
};

type ServerArgs = readonly [bind?: string | null, options?: SocketServerOptions];

const KIND = 'websocket_server';
const LOOPBACK = '127.0.0.1';

class Server implements Connection {
  readonly kind = KIND;
  readonly host: string;
  readonly port: number;
  readonly tls: ServerTlsConfig | null;
  readonly routes = new Map<string, SocketRouteOptions>();
  #listener: HostListener | undefined;
  #from: Puller<ListenedConnection> | undefined;

  constructor(host: string, port: number, tls: ServerTlsConfig | null) {
    this.host = host;
    this.port = port;
    this.tls = tls;
  }

  /** Listens, if nobody does yet. */
  async listen(env: EffectEnv): Promise<HostListener> {
    if (this.#listener !== undefined) return this.#listener;
    const { listen } = env.host.http;
    if (listen === undefined) throw ioErrors.noSockets({});
    const { host, port } = this;
    const tls = await certificateOf(env, this.tls);
    const admit = (upgrade: UpgradeRequest) => refusalOf(this, upgrade);
    const listener = await listen({ host, port, admit, ...(tls === undefined ? {} : { tls }) });
    this.#listener = listener;
    this.#from = new Puller(listener.connections);
    return listener;
  }

  get arrivals(): Puller<ListenedConnection> | undefined {
    return this.#from;
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }
}

type ListenedConnection = HostListener['connections'] extends AsyncIterator<infer C> ? C : never;

function refusalOf(server: Server, { path, headers }: UpgradeRequest): number | undefined {
  const route = server.routes.get(path);
  if (route === undefined) return 404;
  const bearer = route.auth?.bearer;
  if (bearer === undefined || bearer === null) return undefined;
  return isSame(headers['authorization'] ?? '', `Bearer ${bearer}`) ? undefined : 401;
}

/** Takes as long whatever differs. */
function isSame(a: string, b: string): boolean {
  let differs = a.length ^ b.length;
  for (let i = 0; i < b.length; i += 1) differs |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return differs === 0;
}

/** `host:port`, `[::1]:port`, or a port alone; at the loopback when no host is named. */
function readBind(bind: string): { readonly host: string; readonly port: number } {
  const found = /^(?:(\[[0-9a-fA-F:]+\]|[\w.-]+):)?(\d{1,5})$/.exec(bind.trim());
  const port = Number(found?.[2]);
  if (found === null || port > 65_535) throw ioErrors.badBind({ bind });
  return { host: (found[1] ?? LOOPBACK).replace(/^\[(.*)\]$/, '$1'), port };
}

function addrOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function find(env: EffectEnv, ref: SocketServerRef): Server {
  const id = typeof ref === 'string' ? ref : ref.id;
  return env.get(connectionsKey).find<Server>(id, KIND);
}

export const socketServerEffects = {
  /** Listens for WebSockets, at the loopback and a free port if not said otherwise. Options: `tls`. */
  websocket_server: defineEffect(
    {
      name: 'net.websocket_server',
      class: 'read',
      access: 'mutate',
      // A private key stays out of checks.
      identity: ([...args]: ServerArgs) => {
        const tls = args[1]?.tls ?? null;
        const where = args.slice(0, 1) as (string | null)[];
        return tls === null ? where : [...where, { tls: tls.mode ?? null }];
      },
      replayed: (env, [, options = {}]: ServerArgs, server: SocketServer | undefined) => {
        if (server === undefined) return;
        const { host, port } = readBind(server.addr);
        env.get(connectionsKey).add(server.id, new Server(host, port, options.tls ?? null));
      },
    },
    async (
      env,
      bind: string | null = null,
      options: SocketServerOptions = {},
    ): Promise<SocketServer> => {
      const asked = readBind(bind ?? `${LOOPBACK}:0`);
      const id = handleFor(env, KIND);
      const server = new Server(asked.host, asked.port, options.tls ?? null);
      const { port } = await server.listen(env);
      env.get(connectionsKey).add(id, server);
      const addr = addrOf(asked.host, port);
      return { id, addr, url: `${isSecure(server.tls) ? 'wss' : 'ws'}://${addr}` };
    },
  ),
  /** Lets in clients at a path. Options: `auth`, `max_messages`, `max_message_bytes`, `send_buffer_messages`, `idle_timeout_ms`. */
  websocket_route: defineSyncEffect(
    { name: 'net.websocket_route', class: 'local', access: 'write' },
    (env, ref: SocketServerRef, path: string, options: SocketRouteOptions = {}): boolean => {
      if (!path.startsWith('/')) throw ioErrors.badRoute({ path, problem: 'it begins with `/`' });
      find(env, ref).routes.set(path, options);
      return true;
    },
  ),
  /** The next connection that was let in; `{type: "timeout"}` when none came in time, null after the end. */
  websocket_accept: defineEffect(
    {
      name: 'net.websocket_accept',
      class: 'read',
      access: 'read',
      replayed: (
        env,
        [ref]: readonly [SocketServerRef, (number | null)?],
        accepted: AcceptedSocket | JsonObject | null | undefined,
      ) => {
        if (accepted == null || accepted.type !== 'connection') return;
        const { id, path } = accepted as AcceptedSocket;
        const options = find(env, ref).routes.get(path) ?? {};
        env.get(connectionsKey).add(id, new Socket(path, socketOptions(options)));
      },
    },
    async (
      env,
      ref: SocketServerRef,
      timeoutMs: number | null = null,
    ): Promise<AcceptedSocket | JsonObject | null> => {
      const server = find(env, ref);
      await server.listen(env);
      const limitMs = timeoutMs === null ? undefined : Math.max(0, timeoutMs);
      const next = await server.arrivals?.next(env.host.clock, env.signal, limitMs);
      if (next === 'timeout') return { type: 'timeout' };
      if (next === undefined) return null;
      const { item } = next;
      const options = server.routes.get(item.path) ?? {};
      const id = handleFor(env, 'websocket');
      env.get(connectionsKey).add(id, new Socket(item.path, socketOptions(options), item.socket));
      return { id, type: 'connection', ...toldOf(item, options) };
    },
  ),
  /** Stops listening and ends what is connected; false when it was closed before. */
  websocket_server_close: defineEffect(
    {
      name: 'net.websocket_server_close',
      class: 'read',
      access: 'mutate',
      replayed: (env, [ref]: readonly [SocketServerRef]) =>
        env.get(connectionsKey).forget(typeof ref === 'string' ? ref : ref.id),
    },
    (env, ref: SocketServerRef): Promise<boolean> =>
      env.get(connectionsKey).close(typeof ref === 'string' ? ref : ref.id),
  ),
};

/** What is recorded of a client. The token that let it in is not. */
function toldOf(
  { path, search, headers, peer }: UpgradeRequest,
  options: SocketRouteOptions,
): Pick<AcceptedSocket, 'path' | 'query' | 'headers' | 'peer'> {
  const { authorization, ...rest } = headers;
  const isChecked = isJsonObject(options.auth ?? null) || authorization === undefined;
  return {
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers: isChecked ? rest : { ...rest, authorization },
    peer,
  };
}

function socketOptions({ auth: _auth, ...options }: SocketRouteOptions): SocketOptions {
  return options;
}
