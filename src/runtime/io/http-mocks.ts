// Answers for programs under test: by method and address (with `*`), once each in order, the last one for good. Memory of
// the run: a replayed request takes its answers away as the request did.
import { isJsonObject, type JsonObject } from '../../base/index.ts';
import { defineSyncEffect, globMatches, type ServiceKey } from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** One prepared answer. */
export type MockAnswer = {
  readonly status?: number | null;
  readonly body?: string | null;
  readonly headers?: { readonly [name: string]: string } | null;
};

/** An answer, or several for one request after the other. */
export type HttpMockResponse = MockAnswer & {
  readonly responses?: readonly MockAnswer[] | null;
};

/** A request that a prepared answer was given to. Header names are in lower case. */
export type HttpMockCall = {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
};

interface Mock {
  readonly method: string;
  readonly pattern: string;
  readonly answers: readonly MockAnswer[];
  used: number;
}

/** The prepared answers of a run. */
export class HttpMocks {
  readonly #mocks: Mock[] = [];
  readonly calls: HttpMockCall[] = [];

  add(method: string, pattern: string, response: HttpMockResponse): void {
    const answers = answersOf(response);
    const name = method.toUpperCase();
    const old = this.#mocks.findIndex((each) => each.method === name && each.pattern === pattern);
    if (old !== -1) this.#mocks.splice(old, 1);
    this.#mocks.unshift({ method: name, pattern, answers, used: 0 });
  }

  /** The answer to a request, which is noted; undefined when none was prepared. */
  take(call: HttpMockCall): MockAnswer | undefined {
    const mock = this.#mocks.find(
      ({ method, pattern }) =>
        (method === '*' || method === call.method) && globMatches(pattern, call.url),
    );
    if (mock === undefined) return undefined;
    this.calls.push(call);
    const answer = mock.answers[Math.min(mock.used, mock.answers.length - 1)];
    mock.used += 1;
    return answer ?? {};
  }

  clear(): void {
    this.#mocks.length = 0;
    this.calls.length = 0;
  }
}

export const httpMocksKey: ServiceKey<HttpMocks> = {
  name: 'io.http_mocks',
  create: () => new HttpMocks(),
};

const SENSITIVE = /auth|cookie|token|secret|passw|signature|api[-_]?key|credential/i;
const REDACTED = '[redacted]';

function redacted({ method, url, headers, body }: HttpMockCall): HttpMockCall {
  const target = new URL(url);
  for (const name of new Set(target.searchParams.keys())) {
    if (SENSITIVE.test(name)) target.searchParams.set(name, REDACTED);
  }
  const shown = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    SENSITIVE.test(name) ? REDACTED : value,
  ]);
  return { method, url: target.toString(), headers: Object.fromEntries(shown), body };
}

const local = { class: 'local', access: 'write' } as const;

export const testHttpEffects = {
  /** Prepares the answer to requests of a method and address; one that was prepared for the same before is replaced. */
  http_mock: defineSyncEffect(
    { name: 'testing.http_mock', ...local },
    (env, method: string, pattern: string, response: HttpMockResponse) => {
      env.get(httpMocksKey).add(method, pattern, response);
      return null;
    },
  ),
  /** The requests that were given prepared answers. What looks secret is `[redacted]` unless asked for. */
  http_mock_calls: defineSyncEffect(
    { name: 'testing.http_mock_calls', ...local },
    (env, withSecrets: boolean = false): HttpMockCall[] => {
      const { calls } = env.get(httpMocksKey);
      return withSecrets ? [...calls] : calls.map(redacted);
    },
  ),
  http_mock_clear: defineSyncEffect({ name: 'testing.http_mock_clear', ...local }, (env) => {
    env.get(httpMocksKey).clear();
    return null;
  }),
};

/** The answers in order, when each is one. */
function answersOf(response: HttpMockResponse): readonly MockAnswer[] {
  const { responses } = response;
  if (responses != null && !Array.isArray(responses)) refuse('responses', 'a list');
  const answers = responses ?? [response];
  for (const answer of answers) {
    if (!isJsonObject(answer)) refuse('responses', 'a list of dicts');
    const { status, body, headers } = answer as MockAnswer;
    if (status != null && !Number.isInteger(status)) refuse('status', 'a whole number');
    if (body != null && typeof body !== 'string') refuse('body', 'a text');
    if (headers != null && !(isJsonObject(headers) && Object.values(headers).every(isWord))) {
      refuse('headers', 'a dict of texts');
    }
  }
  return answers;
}

function refuse(field: string, expected: string): never {
  throw ioErrors.badMockAnswer({ field, expected });
}

const isWord = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/** The answer as a response has it. */
export function answered({ status, body, headers }: MockAnswer): {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
} {
  const names = Object.entries((headers ?? {}) as JsonObject).map(
    ([name, value]): [string, string] => [name.toLowerCase(), String(value)],
  );
  return { status: status ?? 200, headers: Object.fromEntries(names), body: body ?? '' };
}
