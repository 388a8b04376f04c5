// Answers that are read piece by piece. Opening and each piece are recorded: a resumed run has what it read, and a body whose
// rest was not read is gone with the process that held it.
import type { JsonObject } from '../../base/index.ts';
import { defineEffect, defineSyncEffect, type EffectEnv } from '../run/index.ts';
import { type Connection, connectionsKey, handleFor, ownSignal, Puller } from './connections.ts';
import { audited, egressKey } from './egress.ts';
import { ioErrors } from './errors.ts';
import { answered, httpMocksKey } from './http-mocks.ts';
import type { HttpOptions } from './http-request.ts';
import { callOf, hostRequest, identityOf, withSession } from './net.ts';

/** What is known when the head of the answer is there. */
export type HttpStreamInfo = {
  readonly id: string;
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly ok: boolean;
};

const KIND = 'http_stream';
const PIECE_BYTES = 64 * 1024;

class Body implements Connection {
  readonly kind = KIND;
  readonly info: HttpStreamInfo;
  readonly url: string;
  readonly #isWhole: boolean;
  readonly #from: Puller<Uint8Array> | undefined;
  readonly #close: () => void;
  #rest: Uint8Array = new Uint8Array();

  /** `from` is what is still coming, or all there is; without it the connection is gone. */
  constructor(
    info: HttpStreamInfo,
    url: string,
    from: AsyncIterator<Uint8Array> | Uint8Array | undefined,
    close: () => void = () => undefined,
  ) {
    this.info = info;
    this.url = url;
    this.#isWhole = from instanceof Uint8Array;
    if (from instanceof Uint8Array) this.#rest = from;
    else if (from !== undefined) this.#from = new Puller(from);
    this.#close = close;
  }

  async read(env: EffectEnv, max: number): Promise<Uint8Array | undefined> {
    if (this.#isWhole) return this.take(max);
    if (this.#from === undefined) throw ioErrors.connectionGone({ url: this.url });
    while (this.#rest.length === 0) {
      const next = await this.#from.next(env.host.clock, env.signal);
      if (next === undefined || next === 'timeout') return undefined;
      this.#rest = next.item;
    }
    return this.take(max);
  }

  /** What is there already. */
  take(max: number): Uint8Array | undefined {
    if (this.#rest.length === 0) return undefined;
    const piece = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  async close(): Promise<void> {
    this.#close();
    await this.#from?.close();
  }
}

type OpenArgs = readonly [url: string, options?: HttpOptions];

const requestOf = (env: EffectEnv, [url, options = {}]: OpenArgs) =>
  withSession(env, { method: 'GET', url, body: null, options });

/** A body that was prepared; undefined when none was. */
function preparedBody(env: EffectEnv, args: OpenArgs): Body | undefined {
  const call = callOf(env, requestOf(env, args));
  env.get(egressKey).permit(call.url);
  const prepared = env.get(httpMocksKey).take(call);
  if (prepared === undefined) return undefined;
  const { status, headers, body } = answered(prepared);
  const info = { id: handleFor(env, KIND), status, headers, ok: status >= 200 && status < 300 };
  return new Body(info, call.url, new TextEncoder().encode(body));
}

function keep(env: EffectEnv, body: Body): HttpStreamInfo {
  env.get(connectionsKey).add(body.info.id, body);
  return body.info;
}

/** Opens what is asked for. */
async function openBody(env: EffectEnv, args: OpenArgs): Promise<HttpStreamInfo> {
  const request = requestOf(env, args);
  const prepared = preparedBody(env, args);
  if (prepared !== undefined) return keep(env, prepared);
  const { controller, release } = ownSignal(env);
  const opened = await env.host.http.open({
    ...(await hostRequest(env, request)),
    signal: controller.signal,
  });
  release();
  const { status, headers } = opened;
  const info = { id: handleFor(env, KIND), status, headers, ok: status >= 200 && status < 300 };
  return keep(
    env,
    new Body(info, request.url, opened.chunks[Symbol.asyncIterator](), () => controller.abort()),
  );
}

export const httpStreamEffects = {
  /** Opens an answer to read it piece by piece. Options are those of requests; `timeout_ms` is until its head is there. */
  stream_open: defineEffect(
    {
      name: 'net.stream_open',
      class: 'read',
      access: 'read',
      identity: ([url, options = {}]: OpenArgs) => identityOf('GET', url, null, options),
      replayed: (env, args, info: HttpStreamInfo | undefined) => {
        if (info == null) return;
        keep(env, preparedBody(env, args) ?? new Body(info, args[0], undefined));
      },
    },
    (env, ...args: [url: string, options?: HttpOptions]): Promise<HttpStreamInfo> =>
      audited(env, () => openBody(env, args)),
  ),
  /** The next piece of a body in base64; null at its end. */
  stream_read: defineEffect(
    {
      name: 'net.stream_read',
      class: 'read',
      access: 'read',
      // A prepared body loses what was read of it; of a real one nothing is left.
      replayed: (
        env,
        [id, max = PIECE_BYTES]: readonly [string, number?],
        piece: string | null | undefined,
      ) => {
        if (piece !== undefined) env.get(connectionsKey).find<Body>(id, KIND).take(max);
      },
    },
    async (env, id: string, max: number = PIECE_BYTES): Promise<string | null> => {
      const piece = await env
        .get(connectionsKey)
        .find<Body>(id, KIND)
        .read(env, Math.max(1, Math.floor(max)));
      return piece === undefined ? null : base64Of(piece);
    },
  ),
  /** Status and headers of an open answer. */
  stream_info: defineSyncEffect(
    { name: 'net.stream_info', class: 'local', access: 'read' },
    (env, id: string): JsonObject => {
      const { status, headers, ok } = env.get(connectionsKey).find<Body>(id, KIND).info;
      return { status, headers: { ...headers }, ok };
    },
  ),
  /** Lets go of an answer; false when it was closed before. */
  stream_close: closing('net.stream_close'),
};

/** The effect that closes a connection. */
function closing(name: string) {
  return defineEffect(
    {
      name,
      class: 'read',
      access: 'read',
      replayed: (env, [id]: readonly [string]) => env.get(connectionsKey).forget(id),
    },
    (env, id: string): Promise<boolean> => env.get(connectionsKey).close(id),
  );
}

export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
