// Which proxy a request goes through: the one its options name, or that of the environment (HTTP_PROXY, HTTPS_PROXY,
// ALL_PROXY and NO_PROXY, in small letters too). Decided for every address anew, those of redirects included.
import { hostErrors } from './errors.ts';
import type { HttpProxy } from './ports.ts';

/** Reads a variable of the environment. */
export type ReadEnv = (name: string) => string | undefined;

/** The proxy for an address; undefined for a direct connection. */
export function proxyFor(
  target: URL,
  given: HttpProxy | false | undefined,
  env: ReadEnv,
): HttpProxy | undefined {
  if (given === false) return undefined;
  const either = (name: string) => env(name.toLowerCase()) || env(name) || undefined;
  const scheme = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const url = given?.url ?? either(scheme) ?? either('ALL_PROXY');
  if (url === undefined) return undefined;
  const except = given === undefined ? either('NO_PROXY') : given.noProxy;
  if (except !== undefined && goesDirect(target, except)) return undefined;
  return { ...given, url: proxyUrl(url) };
}

/** An address without scheme is one of HTTP. */
function proxyUrl(text: string): string {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw hostErrors.badProxy({ proxy: shown(text) });
  return url;
}

/** Names with all below them, addresses, each with or without `:port`; `*` is everything. */
function goesDirect(target: URL, list: string): boolean {
  const host = target.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return list.split(',').some((entry) => {
    const [, name = '', ownPort] =
      /^(\[[^\]]*\]|[^:]*|[0-9a-f:]*:[0-9a-f:]*)(?::(\d+))?$/i.exec(entry.trim().toLowerCase()) ??
      [];
    if (name === '' || (ownPort !== undefined && ownPort !== port)) return false;
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
    return name === '*' || host === bare || host.endsWith(`.${bare}`);
  });
}

/** A proxy in messages: without user and password. */
export function shown(proxy: string): string {
  return proxy.replace(/^([a-z][a-z\d+.-]*:\/\/)?[^@/]*@/i, '$1');
}
