// HTTP. GET and HEAD are reads; everything else is a mutation that carries its idempotency key to the server, under
// which repeating it after a kill is what the key is for. A caller whose server ignores keys says so (`on_unknown`).
import type { Json, JsonObject } from '../../base/index.ts';
import { responseText } from '../host/index.ts';
import { defineEffect, type EffectEnv } from '../run/index.ts';
import { ioErrors } from './errors.ts';

export type HttpOptions = {
  readonly headers?: { readonly [name: string]: string } | null;
  /** Added to the address; null values are left out. */
  readonly query?: { readonly [name: string]: Json } | null;
  /** For the whole exchange. `timeout` is the older name. */
  readonly timeout_ms?: number | null;
  readonly timeout?: number | null;
  readonly follow_redirects?: boolean | null;
  readonly max_redirects?: number | null;
  /** `retry` (the default: the key makes it safe), or `fail`. */
  readonly on_unknown?: string | null;
};

/** Every status is a result; `ok` is true for 200 to 299. */
export type HttpResult = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly ok: boolean;
};

async function exchange(
  env: EffectEnv,
  method: string,
  url: string,
  body: string | null,
  options: HttpOptions,
): Promise<HttpResult> {
  const timeoutMs = options.timeout_ms ?? options.timeout ?? undefined;
  const redirects = options.follow_redirects === false ? 0 : (options.max_redirects ?? undefined);
  const key =
    method === 'GET' || method === 'HEAD' ? {} : { 'idempotency-key': env.idempotencyKey };
  const response = await env.host.http.request({
    method,
    url: withQuery(url, options.query ?? {}),
    headers: { ...key, ...lowerCased(options.headers ?? {}) },
    signal: env.signal,
    ...(body === null ? {} : { body }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(redirects === undefined ? {} : { maxRedirects: redirects }),
  });
  const { status, headers } = response;
  return { status, headers, body: responseText(response), ok: status >= 200 && status < 300 };
}

function withQuery(url: string, query: { readonly [name: string]: Json }): string {
  const entries = Object.entries(query).filter(([, value]) => value !== null);
  if (entries.length === 0) return url;
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw ioErrors.badUrl({ url });
  }
  for (const [name, value] of entries) {
    target.searchParams.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return target.toString();
}

function lowerCased(headers: { readonly [name: string]: string }): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Header values stay out of checks: they may hold secrets that were renewed since. */
function identityOf(method: string, url: string, body: string | null, options: HttpOptions): Json {
  const { headers, ...rest } = options;
  return {
    method,
    url,
    body,
    headers: Object.keys(headers ?? {}).sort(),
    options: rest as JsonObject,
  };
}

type BodyArgs = readonly [url: string, body: string | null, options?: HttpOptions];

const mutating = { class: 'mutation', access: 'mutate', onUnknown: 'retry' } as const;

export const netEffects = {
  get: defineEffect(
    {
      name: 'net.get',
      class: 'read',
      access: 'read',
      identity: ([url, options = {}]: readonly [url: string, options?: HttpOptions]) =>
        identityOf('GET', url, null, options),
    },
    (env, url: string, options: HttpOptions = {}) => exchange(env, 'GET', url, null, options),
  ),
  post: defineEffect(
    {
      name: 'net.post',
      ...mutating,
      policyOf: ([, , options]: BodyArgs) => options?.on_unknown ?? undefined,
      identity: ([url, body, options = {}]) => identityOf('POST', url, body, options),
    },
    (env, url: string, body: string | null, options: HttpOptions = {}) =>
      exchange(env, 'POST', url, body, options),
  ),
};
