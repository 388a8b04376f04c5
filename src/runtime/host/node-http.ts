// Real HTTP over the platform's fetch (the host is the only place that may call it). Redirects are followed here, so
// that the limit, the final address and the dropping of credentials on another host are ours.
import { type Clock, HarnError } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { innermost, networkError, PROXY_REASONS, systemCode } from './node-errors.ts';
import type { HostHttp, HttpHead, HttpProxy, HttpRequest, HttpResponse } from './ports.ts';
import { proxyFor, type ReadEnv, shown } from './proxies.ts';

/** The header that stands for `content-encoding` of a body that was left as it came. */
const RAW_ENCODING = 'x-harn-raw-content-encoding';
const MAX_REDIRECTS = 10;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const NAMES_HOST = new Set(['authorization', 'cookie', 'proxy-authorization', 'host']);

/** Why an exchange was aborted, when not by the caller. */
const TIMED_OUT = 'timed out';
const ABORTED = 'aborted';

/** HTTP over the network. The environment is asked for proxies only. */
export function createNodeHttp(options: {
  readonly clock: Clock;
  readonly env?: ReadEnv | undefined;
}): HostHttp {
  const { clock, env = () => undefined } = options;
  return {
    request: (request) => readWhole(request, clock, env),
    async open(request) {
      const exchange = new Exchange(request, clock, env);
      try {
        const response = await exchange.send();
        exchange.stopTimeout();
        return { ...headOf(response), chunks: exchange.chunks(response) };
      } catch (error) {
        exchange.close();
        throw exchange.errorOf(error);
      }
    },
    async connect(request) {
      const { connectSocket } = await import('./node-socket.ts');
      return connectSocket(request, clock, env);
    },
    async listen(request) {
      const { listenForSockets } = await import('./node-listener.ts');
      return listenForSockets(request);
    },
    async selfSigned(request) {
      const { selfSignedCertificate } = await import('./node-certificate.ts');
      return selfSignedCertificate(request);
    },
  };
}

async function readWhole(request: HttpRequest, clock: Clock, env: ReadEnv): Promise<HttpResponse> {
  const exchange = new Exchange({ maxBodyBytes: MAX_BODY_BYTES, ...request }, clock, env);
  try {
    const response = await exchange.send();
    const chunks: Uint8Array[] = [];
    for await (const chunk of exchange.chunks(response)) chunks.push(chunk);
    return { ...headOf(response), body: joined(chunks) };
  } catch (error) {
    throw exchange.errorOf(error);
  } finally {
    exchange.close();
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : new Uint8Array(Buffer.concat(chunks));
}

/** One request with its redirects, and the three things that can stop it: the caller, the timeout, the limits. */
class Exchange {
  readonly #request: HttpRequest;
  readonly #env: ReadEnv;
  /** Only where there is a timeout: the caller's signal says the rest. */
  readonly #timer: AbortController | undefined;
  readonly #signal: AbortSignal | undefined;
  #stopListening: () => void = () => undefined;
  #cancelTimeout: () => void = () => undefined;
  /** The body while it is being read: the platform forgets the signal of an exchange whose head has come. */
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #proxy: HttpProxy | undefined;
  #url: string;

  constructor(request: HttpRequest, clock: Clock, env: ReadEnv) {
    const { signal, timeoutMs } = request;
    this.#request = request;
    this.#env = env;
    this.#url = request.url;
    throwIfAborted(signal, this.#operation);
    const timer = timeoutMs === undefined ? undefined : new AbortController();
    this.#timer = timer;
    this.#signal = timer?.signal ?? signal;
    if (timer === undefined || timeoutMs === undefined) return;
    this.#stopListening = onAbort(signal, () => timer.abort(ABORTED));
    this.#cancelTimeout = clock.after(timeoutMs, () => timer.abort(TIMED_OUT));
  }

  get #operation(): string {
    return `${this.#request.method} ${withoutSecrets(this.#request.url)}`;
  }

  stopTimeout(): void {
    this.#cancelTimeout();
  }

  /** Lets go of everything; an answer still coming is cut. */
  close(): void {
    this.#cancelTimeout();
    this.#stopListening();
    this.#cut();
  }

  #cut(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    // A body that has ended cannot be cancelled, and one that broke says so to whoever reads it.
    void reader?.cancel().catch(() => undefined);
  }

  async send(): Promise<Response> {
    const limit = this.#request.maxRedirects ?? MAX_REDIRECTS;
    let url = parseUrl(this.#request.url);
    let method = this.#request.method.toUpperCase();
    let body = this.#request.body;
    let headers = { ...basicAuthorization(url), ...this.#request.headers };
    url.username = '';
    url.password = '';
    for (let hops = 0; ; hops += 1) {
      this.#url = url.href;
      this.#request.permit?.(url.href);
      const fetchThis = await this.#fetchFor(url);
      const response = await fetchThis(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      });
      const location = response.headers.get('location');
      if (limit === 0 || location === null || !REDIRECTS.has(response.status)) return response;
      if (hops === limit) {
        throw hostErrors.tooManyRedirects({ url: withoutSecrets(this.#request.url), limit });
      }
      await response.body?.cancel();
      const next = parseUrl(location, url);
      // What every browser does: 303 always, 301 and 302 after a POST, become a GET without body.
      if (response.status === 303 || (response.status < 303 && method === 'POST')) {
        if (method !== 'HEAD') method = 'GET';
        body = undefined;
        headers = without(headers, (name) => name.startsWith('content-'));
      }
      if (next.origin !== url.origin) headers = without(headers, (name) => NAMES_HOST.has(name));
      url = next;
    }
  }

  /** The platform's fetch, unless the request asks for what that cannot do. */
  async #fetchFor(url: URL): Promise<typeof fetch> {
    const { proxy, tls, connectTimeoutMs, readTimeoutMs, decompress } = this.#request;
    this.#proxy = proxyFor(url, proxy, this.#env);
    const rawHeader = decompress === false ? RAW_ENCODING : undefined;
    const own = this.#proxy ?? tls ?? connectTimeoutMs ?? readTimeoutMs ?? rawHeader;
    if (own === undefined) return fetch;
    const { fetchOver } = await import('./node-http-agent.ts');
    return fetchOver({ proxy: this.#proxy, tls, connectTimeoutMs, readTimeoutMs, rawHeader });
  }

  chunks({ body }: Response): AsyncGenerator<Uint8Array> {
    const reader = body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    this.#reader = reader;
    return this.#read(
      reader,
      onAbort(this.#signal, () => this.#cut()),
    );
  }

  async *#read(
    reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
    stop: () => void,
  ): AsyncGenerator<Uint8Array> {
    const limitBytes = this.#request.maxBodyBytes ?? Number.POSITIVE_INFINITY;
    let total = 0;
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (this.#signal?.aborted === true) throw this.#signal.reason;
        if (done) break;
        total += value.length;
        if (total > limitBytes) {
          throw hostErrors.responseTooLarge({ url: withoutSecrets(this.#url), limitBytes });
        }
        yield value;
      }
      this.#reader = undefined;
    } catch (error) {
      throw this.errorOf(error, true);
    } finally {
      stop();
      this.close();
    }
  }

  errorOf(error: unknown, duringBody = false): HarnError {
    if (HarnError.is(error)) return error;
    const { signal, timeoutMs } = this.#request;
    const url = withoutSecrets(this.#url);
    const at = { cause: error };
    if (this.#timer?.signal.reason === TIMED_OUT) {
      return hostErrors.httpTimeout({ url, timeoutMs: timeoutMs ?? 0 }, at);
    }
    if (signal?.aborted === true) return abortedError(signal, this.#operation);
    return (
      this.#limitError(systemCode(innermost(error)), url, error) ??
      networkError(error, url, duringBody)
    );
  }

  /** What only requests with limits or a proxy of their own run into. */
  #limitError(code: string, url: string, cause: unknown): HarnError | undefined {
    const { connectTimeoutMs, readTimeoutMs } = this.#request;
    if (code === 'UND_ERR_CONNECT_TIMEOUT' && connectTimeoutMs !== undefined) {
      return hostErrors.noConnection({ url, timeoutMs: connectTimeoutMs }, { cause });
    }
    const isSilent = code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
    if (isSilent && readTimeoutMs !== undefined) {
      return hostErrors.silent({ url, timeoutMs: readTimeoutMs }, { cause });
    }
    const reason = PROXY_REASONS[code];
    if (this.#proxy === undefined || reason === undefined) return undefined;
    const proxy = shown(this.#proxy.url);
    return hostErrors.proxyFailed({ url, proxy, reason }, { cause });
  }
}

function parseUrl(text: string, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch (error) {
    throw hostErrors.invalidUrl({ url: text }, { cause: error });
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw hostErrors.invalidUrl({ url: withoutSecrets(text) });
}

/** `https://user:password@host/` is a request with basic authorization; fetch itself refuses such an address. */
function basicAuthorization(url: URL): { readonly [name: string]: string } {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** User, password and query stay out of messages and logs. */
function withoutSecrets(text: string): string {
  try {
    const url = new URL(text);
    return `${url.protocol}//${url.host}${url.pathname}`;
  } catch {
    return text;
  }
}

function without(
  headers: { readonly [name: string]: string },
  drop: (name: string) => boolean,
): { [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !drop(name.toLowerCase())));
}

function headOf(response: Response): HttpHead {
  const headers: { [name: string]: string } = {};
  response.headers.forEach((value, name) => {
    const before = headers[name];
    headers[name] = name === 'set-cookie' && before !== undefined ? `${before}\n${value}` : value;
  });
  const encoding = headers[RAW_ENCODING];
  if (encoding !== undefined) {
    delete headers[RAW_ENCODING];
    headers['content-encoding'] = encoding;
  }
  const { status, statusText, url } = response;
  return { status, statusText, headers, url };
}
