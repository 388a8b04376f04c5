// HTTP routes for tests: an address answers what the test said, or a function of the request.
import { type Clock, createDeferred, type Json } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import type { HostHttp, HttpHead, HttpRequest, HttpStream } from './ports.ts';
import { encodeUtf8 } from './utf8.ts';

/** One answer. `json` sets the content type; `chunks` come one by one from `open`. */
export interface MockResponse {
  readonly status?: number | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly body?: string | Uint8Array | undefined;
  readonly json?: Json | undefined;
  readonly chunks?: readonly (string | Uint8Array)[] | undefined;
}

/** An answer, or a function that makes one; a thrown coded error is what the caller gets. */
export type MockRouteAnswer =
  | MockResponse
  | ((request: HttpRequest) => MockResponse | Promise<MockResponse>);

interface Route {
  readonly method: string;
  readonly url: string;
  readonly answer: MockRouteAnswer;
}

/** The network of a mock host. */
export class MockHttp {
  readonly #clock: Clock;
  readonly #routes: Route[] = [];
  readonly port: HostHttp;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.port = {
      request: async (request) => {
        const { chunks, ...head } = await this.#open(request);
        const bytes: number[] = [];
        for await (const chunk of chunks) bytes.push(...chunk);
        const limitBytes = request.maxBodyBytes;
        if (limitBytes !== undefined && bytes.length > limitBytes) {
          throw hostErrors.responseTooLarge({ url: request.url, limitBytes });
        }
        return { ...head, body: Uint8Array.from(bytes) };
      },
      open: (request) => this.#open(request),
    };
  }

  answer(method: string, url: string, answer: MockRouteAnswer): void {
    this.#routes.unshift({ method: method.toUpperCase(), url, answer });
  }

  async #open(request: HttpRequest): Promise<HttpStream> {
    const operation = `${request.method} ${request.url}`;
    throwIfAborted(request.signal, operation);
    if (!/^https?:\/\//.test(request.url)) throw hostErrors.invalidUrl({ url: request.url });
    const route = this.#routes.find((one) => fits(one, request));
    if (route === undefined) {
      throw hostErrors.mockMissing({ port: 'http', method: 'request', asked: operation });
    }
    const response = await this.#answerInTime(route.answer, request, operation);
    return { ...headOf(response, request.url), chunks: chunksOf(response, request) };
  }

  async #answerInTime(
    answer: MockRouteAnswer,
    request: HttpRequest,
    operation: string,
  ): Promise<MockResponse> {
    if (typeof answer !== 'function') return answer;
    const stopped = createDeferred<never>();
    stopped.promise.catch(() => undefined);
    const { signal, timeoutMs, url } = request;
    const stopListening = onAbort(signal, () => {
      if (signal !== undefined) stopped.reject(abortedError(signal, operation));
    });
    const cancelTimeout =
      timeoutMs === undefined
        ? () => undefined
        : this.#clock.after(timeoutMs, () =>
            stopped.reject(hostErrors.httpTimeout({ url, timeoutMs })),
          );
    try {
      return await Promise.race([answer(request), stopped.promise]);
    } finally {
      stopListening();
      cancelTimeout();
    }
  }
}

function fits(route: Route, request: HttpRequest): boolean {
  if (route.method !== request.method.toUpperCase()) return false;
  if (!route.url.endsWith('*')) return route.url === request.url;
  return request.url.startsWith(route.url.slice(0, -1));
}

function headOf(response: MockResponse, url: string): HttpHead {
  const headers: { [name: string]: string } = {};
  if (response.json !== undefined) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  return { status: response.status ?? 200, statusText: '', headers, url };
}

async function* chunksOf(response: MockResponse, request: HttpRequest): AsyncGenerator<Uint8Array> {
  const whole = response.json === undefined ? response.body : JSON.stringify(response.json);
  for (const chunk of response.chunks ?? (whole === undefined ? [] : [whole])) {
    throwIfAborted(request.signal, `${request.method} ${request.url}`);
    yield encodeUtf8(chunk);
  }
}
