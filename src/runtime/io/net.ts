// HTTP. GET, HEAD and OPTIONS are reads; everything else is a mutation that carries its idempotency key to the server, under
// which repeating it after a kill is what the key is for. A caller whose server ignores keys says so (`on_unknown`).
import type { Json, JsonObject } from '../../base/index.ts';
import { type HttpRequest, responseText } from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope } from '../run/index.ts';
import { audited, egressKey } from './egress.ts';
import { fsEffects, toBase64 } from './fs.ts';
import { connectingOf } from './http-connecting.ts';
import { answered, type HttpMockCall, httpMocksKey } from './http-mocks.ts';
import {
  bodyOf,
  type HttpOptions,
  headersOf,
  retryPlan,
  withFiles,
  withQuery,
} from './http-request.ts';
import { httpSessionsKey } from './http-sessions.ts';

/** Every status is a result; `ok` is true for 200 to 299. */
export type HttpResult = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly ok: boolean;
};

/** What a download left. */
export type DownloadResult = Omit<HttpResult, 'body'> & { readonly bytes_written: number };

interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Uint8Array;
}

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  readonly options: HttpOptions;
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** The request as a prepared answer sees it. */
export function callOf(env: EffectEnv, { method, url, body, options }: Request): HttpMockCall {
  const key = SAFE.includes(method) ? {} : { 'idempotency-key': env.idempotencyKey };
  const content = bodyOf(body ?? options.body ?? null, options);
  return {
    method,
    url: withQuery(url, options.query ?? {}),
    headers: { ...key, ...headersOf(options) },
    body: content instanceof Uint8Array ? new TextDecoder().decode(content) : content,
  };
}

/** A request with what its session adds to the options. */
export function withSession(env: EffectEnv, request: Request): Request {
  const { session } = request.options;
  if (session == null) return request;
  return { ...request, options: env.get(httpSessionsKey).optionsOf(session, request.options) };
}

async function attempt(env: EffectEnv, request: Request): Promise<Answer> {
  const call = callOf(env, request);
  env.get(egressKey).permit(call.url);
  const prepared = env.get(httpMocksKey).take(call);
  if (prepared !== undefined) return answered(prepared);
  const response = await env.host.http.request(await hostRequest(env, request));
  return { status: response.status, headers: response.headers, body: response.body };
}

/** A file of a form: what the program may not read it may not send. */
async function readForm(env: EffectEnv, path: string): Promise<string> {
  env.authority.check(fsEffects.read_base64.spec);
  return toBase64(await env.host.fs.readBytes(path, { signal: env.signal }));
}

/** The request as the host makes it. */
export async function hostRequest(env: EffectEnv, request: Request): Promise<HttpRequest> {
  const { method, body } = request;
  const options = await withFiles(request.options, (path) => readForm(env, path));
  const call = callOf(env, request);
  const egress = env.get(egressKey);
  egress.permit(call.url);
  const timeoutMs = options.timeout_ms ?? options.timeout ?? options.total_timeout_ms ?? undefined;
  const redirects = options.follow_redirects === false ? 0 : (options.max_redirects ?? undefined);
  const content = bodyOf(body ?? options.body ?? null, options);
  return {
    method,
    url: call.url,
    headers: call.headers,
    signal: env.signal,
    ...(content === null ? {} : { body: content }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(redirects === undefined ? {} : { maxRedirects: redirects }),
    ...(options.max_body_bytes == null ? {} : { maxBodyBytes: options.max_body_bytes }),
    ...(await connectingOf(env, options)),
    permit: (address) => egress.permit(address),
  };
}

function answerTo(env: EffectEnv, asked: Request): Promise<Answer> {
  return audited(env, () => answerInTime(env, asked));
}

async function answerInTime(env: EffectEnv, asked: Request): Promise<Answer> {
  const request = withSession(env, asked);
  const plan = retryPlan(request.method, request.options);
  for (let n = 0; ; n += 1) {
    let headers: { readonly [name: string]: string } = {};
    try {
      const answer = await attempt(env, request);
      if (n >= plan.max || !plan.status(answer.status)) return answer;
      headers = answer.headers;
    } catch (error) {
      if (n >= plan.max || !plan.error(error)) throw error;
    }
    const nowMs = env.clock.nowMs();
    const pauseMs = plan.pauseMs(n, headers, nowMs);
    if (pauseMs > 0) await env.clock.sleepUntil(nowMs + pauseMs, env.signal);
  }
}

/** Takes away the prepared answers that a recorded request was given. */
function takeAgain(env: EffectEnv, asked: Request): void {
  const request = withSession(env, asked);
  const plan = retryPlan(request.method, request.options);
  const mocks = env.get(httpMocksKey);
  for (let n = 0; n <= plan.max; n += 1) {
    const prepared = mocks.take(callOf(env, request));
    if (prepared === undefined || !plan.status(prepared.status ?? 200)) return;
  }
}

async function exchange(env: EffectEnv, request: Request): Promise<HttpResult> {
  const { status, headers, body } = await answerTo(env, request);
  const text = typeof body === 'string' ? body : responseText({ headers, body });
  return { status, headers, body: text, ok: status >= 200 && status < 300 };
}

/** Header values and credentials stay out of checks: they may hold secrets that were renewed since. */
export function identityOf(
  method: string,
  url: string,
  body: string | null,
  options: HttpOptions,
): Json {
  const { headers, auth, proxy_auth: _secret, ...rest } = options;
  return {
    method,
    url,
    body,
    headers: Object.keys(headers ?? {}).sort(),
    auth: auth != null,
    options: rest as JsonObject,
  };
}

type UrlArgs = readonly [url: string, options?: HttpOptions];
type BodyArgs = readonly [url: string, body: string | null, options?: HttpOptions];

const mutating = { class: 'mutation', access: 'mutate', onUnknown: 'retry' } as const;

function reading(method: string) {
  const request = ([url, options = {}]: UrlArgs): Request => ({ method, url, body: null, options });
  return defineEffect(
    {
      name: `net.${method.toLowerCase()}`,
      class: 'read',
      access: 'read',
      identity: ([url, options = {}]: UrlArgs) => identityOf(method, url, null, options),
      replayed: (env, args) => takeAgain(env, request(args)),
    },
    (env, ...args: [url: string, options?: HttpOptions]) => exchange(env, request(args)),
  );
}

function sending(method: string) {
  const request = ([url, body, options = {}]: BodyArgs): Request => ({
    method,
    url,
    body,
    options,
  });
  return defineEffect(
    {
      name: `net.${method.toLowerCase()}`,
      ...mutating,
      policyOf: ([, , options]: BodyArgs) => options?.on_unknown ?? undefined,
      identity: ([url, body, options = {}]) => identityOf(method, url, body, options),
      replayed: (env, args) => takeAgain(env, request(args)),
    },
    (env, ...args: [url: string, body: string | null, options?: HttpOptions]) =>
      exchange(env, request(args)),
  );
}

type DownloadArgs = readonly [url: string, path: string, options?: HttpOptions];

const downloadOf = ([url, , options = {}]: DownloadArgs): Request => ({
  method: 'GET',
  url,
  body: null,
  options,
});

export const netEffects = {
  get: reading('GET'),
  head: reading('HEAD'),
  options: reading('OPTIONS'),
  post: sending('POST'),
  put: sending('PUT'),
  patch: sending('PATCH'),
  delete: sending('DELETE'),
  /** GETs an address into a file, all of it or nothing; an answer that is not ok leaves the file alone. */
  download: defineEffect(
    {
      name: 'net.download',
      ...mutating,
      scoped: (scope: ExecutionScope, [url, path, options]: DownloadArgs) => [
        url,
        scope.path(path),
        options ?? {},
      ],
      identity: ([url, path, options = {}]: DownloadArgs) => [
        path,
        identityOf('GET', url, null, options),
      ],
      replayed: (env, args) => takeAgain(env, downloadOf(args)),
    },
    async (
      env,
      ...args: [url: string, path: string, options?: HttpOptions]
    ): Promise<DownloadResult> => {
      env.authority.check(fsEffects.write_text.spec);
      const { status, headers, body } = await answerTo(env, downloadOf(args));
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const ok = status >= 200 && status < 300;
      if (ok) await env.host.fs.writeFile(args[1], bytes, { signal: env.signal });
      return { status, headers, ok, bytes_written: ok ? bytes.length : 0 };
    },
  ),
};
