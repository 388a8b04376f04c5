// Over the http port: the text of an answer, and a `fetch` for libraries that want one.
import type { HostHttp, HttpRequest, HttpResponse } from './ports.ts';

/** The body as text, in the charset the answer names (UTF-8 by default). */
export function responseText(response: Pick<HttpResponse, 'headers' | 'body'>): string {
  const named =
    /charset="?([^\s;"]+)/i.exec(response.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(named).decode(response.body);
  } catch {
    // A charset nobody knows: the bytes are still best read as UTF-8.
    return new TextDecoder('utf-8').decode(response.body);
  }
}

/** The part of the platform's `fetch` that provider libraries use. */
export type FetchFunction = (
  input: string | URL | Request,
  init?: RequestInit,
) => Promise<Response>;

/** What a `fetch` asks for, in the words of the port. */
type Asked = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'signal' | 'maxRedirects'>;

/** A `fetch` that goes out through the port, so that mocks, policy and limits hold for libraries too. */
export function createFetch(http: HostHttp): FetchFunction {
  return async (input, init) => {
    const answer = await http.open(plainAsked(input, init) ?? (await asked(input, init)));
    const { status, statusText } = answer;
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      // These were true of the bytes on the wire; what is handed over is already decoded.
      if (name === 'content-encoding' || name === 'content-length') continue;
      for (const one of name === 'set-cookie' ? value.split('\n') : [value])
        headers.append(name, one);
    }
    const empty = status === 204 || status === 205 || status === 304;
    return new Response(empty ? null : streamOf(answer.chunks), { status, statusText, headers });
  };
}

/** As the platform understands it, whatever it is. */
async function asked(input: string | URL | Request, init?: RequestInit): Promise<Asked> {
  const request = new Request(input, init);
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const { method, url, signal, redirect } = request;
  const headers = Object.fromEntries(request.headers);
  return { method, url, headers, body, signal, ...redirects(redirect) };
}

/**
 * The same for what libraries nearly always ask for: a text or nothing, sent to an address. The platform would make
 * streams of the text and a signal that follows the caller's, which costs more than sending it. Undefined for the rest.
 */
function plainAsked(input: string | URL | Request, init: RequestInit = {}): Asked | undefined {
  const { method = 'GET', body = null, signal, redirect } = init;
  const isEmpty = body === null;
  if (input instanceof Request || (!isEmpty && typeof body !== 'string')) return undefined;
  if (!isEmpty && /^(?:get|head)$/i.test(method)) return undefined;
  if (!URL.canParse(String(input))) return undefined;
  const url = new URL(input);
  if (url.username !== '' || url.password !== '') return undefined;
  const headers = headersOf(init.headers);
  if (!isEmpty) headers['content-type'] ??= 'text/plain;charset=UTF-8';
  const upper = method.toUpperCase();
  return {
    method: upper === 'PATCH' ? method : upper,
    url: url.href,
    headers,
    body: isEmpty ? undefined : new TextEncoder().encode(body),
    signal: signal ?? undefined,
    ...redirects(redirect),
  };
}

/** Headers with their names in lower case; those that come twice are joined. */
function headersOf(given: RequestInit['headers']): { [name: string]: string } {
  if (given === undefined) return {};
  if (given instanceof Headers || Symbol.iterator in given) {
    return Object.fromEntries(new Headers(given));
  }
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    const before = headers[lower];
    headers[lower] = before === undefined ? String(value) : `${before}, ${String(value)}`;
  }
  return headers;
}

function redirects(redirect: RequestInit['redirect']): Pick<HttpRequest, 'maxRedirects'> {
  return redirect === 'manual' ? { maxRedirects: 0 } : {};
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
