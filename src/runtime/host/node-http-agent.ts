// Requests that the platform's fetch cannot make: through proxies, with certificates of one's own, with limits of their own
// for connecting and for silence, or with the bytes as they came. Loaded with the `undici` package when one is asked for.
import { Agent, DecoratorHandler, type Dispatcher, ProxyAgent, fetch as undiciFetch } from 'undici';
import { tlsOptions } from './node-tls.ts';
import type { HttpProxy, HttpTls } from './ports.ts';

/** What a connection is like. */
export interface Connecting {
  readonly proxy?: HttpProxy | undefined;
  readonly tls?: HttpTls | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly readTimeoutMs?: number | undefined;
  /** Leaves bodies as they come; the header with this name then has their encoding. */
  readonly rawHeader?: string | undefined;
}

/** So many kinds of connections are kept open; programs use few. */
const MOST_KEPT = 16;
const kept = new Map<string, Dispatcher>();

/** A fetch over such connections; those of the same kind are shared. */
export function fetchOver(how: Connecting): typeof fetch {
  const key = JSON.stringify(how);
  let dispatcher = kept.get(key);
  if (dispatcher === undefined) {
    dispatcher = dispatcherOf(how);
    if (kept.size >= MOST_KEPT) letGoOfOldest();
    kept.set(key, dispatcher);
  }
  const through = dispatcher;
  return ((input: string | URL, init: object) =>
    undiciFetch(input, { ...init, dispatcher: through })) as unknown as typeof fetch;
}

function letGoOfOldest(): void {
  for (const [key, oldest] of kept) {
    kept.delete(key);
    // What is still being answered goes on.
    oldest.close().catch(() => undefined);
    return;
  }
}

function dispatcherOf(how: Connecting): Dispatcher {
  const { rawHeader } = how;
  const plain = plainDispatcher(how);
  return rawHeader === undefined ? plain : plain.compose(leaveBodies(rawHeader));
}

function plainDispatcher({ proxy, tls, connectTimeoutMs, readTimeoutMs }: Connecting): Dispatcher {
  const timeout = connectTimeoutMs === undefined ? {} : { timeout: connectTimeoutMs };
  const limits =
    readTimeoutMs === undefined
      ? {}
      : { headersTimeout: readTimeoutMs, bodyTimeout: readTimeoutMs };
  const secure = { ...tlsOptions(tls), ...timeout };
  if (proxy === undefined) return new Agent({ ...limits, connect: secure });
  return new ProxyAgent({
    ...limits,
    uri: proxy.url,
    ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
    requestTls: secure,
    proxyTls: timeout,
    proxyTunnel: false,
  });
}

type Dispatch = Dispatcher['dispatch'];

/** Hides the encoding of bodies, so that nobody decodes them. */
function leaveBodies(header: string): (dispatch: Dispatch) => Dispatch {
  return (dispatch) => (options, handler) => dispatch(options, new LeaveBody(handler, header));
}

class LeaveBody extends DecoratorHandler implements Dispatcher.DispatchHandlers {
  readonly #handler: Dispatcher.DispatchHandlers;

  readonly #header: string;

  constructor(handler: Dispatcher.DispatchHandlers, header: string) {
    super(handler);
    this.#handler = handler;
    this.#header = header;
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    const hidden = headers.map((item, at) =>
      at % 2 === 0 && item.toString('latin1').toLowerCase() === 'content-encoding'
        ? Buffer.from(this.#header)
        : item,
    );
    return this.#handler.onHeaders?.(status, hidden, resume, statusText) ?? true;
  }
}
