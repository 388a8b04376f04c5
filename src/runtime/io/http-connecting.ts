// What a request's options say about its connection: limits, proxy, certificates. Paths are read when the request is made.
import { isJsonObject, type Json } from '../../base/index.ts';
import type { HttpProxy, HttpRequest, HttpTls } from '../host/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { egressKey } from './egress.ts';
import { ioErrors } from './errors.ts';
import { fsEffects } from './fs.ts';

/** Options of requests that are about the connection. */
export type ConnectingOptions = {
  /** Until a connection stands. */
  readonly connect_timeout_ms?: number | null;
  /** The longest silence, before the head of the answer and within its body. */
  readonly read_timeout_ms?: number | null;
  /** False leaves the body as it came. */
  readonly decompress?: boolean | null;
  /** An address, or `{url, no_proxy}`; false for none, not even that of the environment. */
  readonly proxy?: Json;
  /** `{user, pass}`. */
  readonly proxy_auth?: Json;
  /** `{ca_bundle_path, client_cert_path, client_key_path, client_identity_path, pinned_sha256}`. */
  readonly tls?: Json;
};

type Connecting = Pick<
  HttpRequest,
  'connectTimeoutMs' | 'readTimeoutMs' | 'decompress' | 'proxy' | 'tls'
>;

/** The options as the host takes them. A proxy that a program names has to be allowed like any address. */
export async function connectingOf(
  env: EffectEnv,
  options: ConnectingOptions,
): Promise<Connecting> {
  const proxy = proxyOf(options);
  if (proxy) env.get(egressKey).permit(proxy.url);
  const tls = await tlsOf(env, options.tls ?? null);
  return {
    ...(options.connect_timeout_ms == null
      ? {}
      : { connectTimeoutMs: limitOf('connect_timeout_ms', options.connect_timeout_ms) }),
    ...(options.read_timeout_ms == null
      ? {}
      : { readTimeoutMs: limitOf('read_timeout_ms', options.read_timeout_ms) }),
    ...(options.decompress === false ? { decompress: false } : {}),
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function limitOf(option: string, ms: number): number {
  if (Number.isFinite(ms) && ms >= 1) return Math.ceil(ms);
  throw ioErrors.badHttpOption({ option, expected: 'a number of milliseconds, at least 1' });
}

function proxyOf({
  proxy = null,
  proxy_auth = null,
}: ConnectingOptions): HttpProxy | false | undefined {
  if (proxy === null) return undefined;
  if (proxy === false || proxy === '') return false;
  const { url, no_proxy = null } = isJsonObject(proxy) ? proxy : { url: proxy };
  if (typeof url !== 'string') {
    throw ioErrors.badHttpOption({ option: 'proxy', expected: 'an address or {url, no_proxy}' });
  }
  const except = Array.isArray(no_proxy) ? no_proxy.join(',') : no_proxy;
  return {
    url: url.includes('://') ? url : `http://${url}`,
    ...(typeof except === 'string' ? { noProxy: except } : {}),
    ...(isJsonObject(proxy_auth) ? { authorization: basicOf(proxy_auth) } : {}),
  };
}

function basicOf({ user = '', pass, password }: { readonly [name: string]: Json }): string {
  const pair = new TextEncoder().encode(`${user}:${pass ?? password ?? ''}`);
  return `Basic ${btoa(String.fromCharCode(...pair))}`;
}

async function tlsOf(env: EffectEnv, tls: Json): Promise<HttpTls | undefined> {
  if (tls === null) return undefined;
  if (!isJsonObject(tls)) throw ioErrors.badHttpOption({ option: 'tls', expected: 'a dict' });
  const read = (name: string) => {
    const path = tls[name] ?? null;
    if (path === null) return undefined;
    if (typeof path === 'string') {
      env.authority.check(fsEffects.read_text.spec);
      return env.host.fs.readText(path, { signal: env.signal });
    }
    throw ioErrors.badHttpOption({ option: `tls.${name}`, expected: 'a path' });
  };
  const identity = await read('client_identity_path');
  const pins = tls['pinned_sha256'] ?? null;
  const [ca, cert = identity, key = identity] = [
    await read('ca_bundle_path'),
    await read('client_cert_path'),
    await read('client_key_path'),
  ];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pins === null ? {} : { pins: (Array.isArray(pins) ? pins : [pins]).map(String) }),
  };
}
