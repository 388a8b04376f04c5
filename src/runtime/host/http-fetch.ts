// Over the http port: the text of an answer, and a `fetch` for libraries that want one.
import type { HostHttp, HttpResponse } from './ports.ts';

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

/** A `fetch` that goes out through the port, so that mocks, policy and limits hold for libraries too. */
export function createFetch(http: HostHttp): FetchFunction {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const answer = await http.open({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body,
      signal: request.signal,
      ...(request.redirect === 'manual' ? { maxRedirects: 0 } : {}),
    });
    const { status, statusText } = answer;
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of name === 'set-cookie' ? value.split('\n') : [value])
        headers.append(name, one);
    }
    // These were true of the bytes on the wire; what is handed over is already decoded.
    headers.delete('content-encoding');
    headers.delete('content-length');
    const empty = status === 204 || status === 205 || status === 304;
    return new Response(empty ? null : streamOf(answer.chunks), { status, statusText, headers });
  };
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
