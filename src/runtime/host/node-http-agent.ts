// Requests that the platform's fetch cannot make: through proxies, with certificates of one's own, with limits of their own
// for connecting and for silence, or with the bytes as they came. Loaded with the `undici` package when one is asked for.
import { createHash, X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate, rootCertificates } from 'node:tls';
import { Agent, DecoratorHandler, type Dispatcher, ProxyAgent, fetch as undiciFetch } from 'undici';
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

function tlsOptions({ ca, cert, key, pins }: HttpTls = {}) {
  return {
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pins === undefined
      ? {}
      : {
          checkServerIdentity: (host: string, peer: PeerCertificate) =>
            checkServerIdentity(host, peer) ?? pinned(peer, pins),
        }),
  };
}

/** A pin is the SHA-256 of the certificate or of its public key (SubjectPublicKeyInfo), in hex or base64. */
function pinned(peer: PeerCertificate, pins: readonly string[]): Error | undefined {
  const key = new X509Certificate(peer.raw).publicKey.export({ type: 'spki', format: 'der' });
  const hashes = [peer.raw, key].flatMap((bytes) => {
    const hash = createHash('sha256').update(bytes).digest();
    return [hash.toString('hex'), hash.toString('base64')];
  });
  const wanted = pins.map((pin) => {
    const text = pin.replace(/^sha256[/:]/i, '').trim();
    const hex = text.replaceAll(':', '').toLowerCase();
    return /^[0-9a-f]{64}$/.test(hex) ? hex : text;
  });
  if (wanted.some((pin) => hashes.includes(pin))) return undefined;
  return Object.assign(new Error('its certificate is not the one that is pinned'), {
    code: 'CERT_PINNED_ELSEWHERE',
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
