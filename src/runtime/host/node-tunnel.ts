// Tunnels (CONNECT) through proxies of HTTP, for connections that are no requests. Loaded with the `undici` package when a
// WebSocket goes through a proxy.
import type { Socket } from 'node:net';
import { Client } from 'undici';
import { HarnError } from '../../base/index.ts';
import { hostErrors } from './errors.ts';
import { innermost, networkError, PROXY_REASONS, systemCode } from './node-errors.ts';
import type { HttpProxy } from './ports.ts';
import { shown } from './proxies.ts';

/** A connection to `host:port` that goes through the proxy; `url` is what messages call the target. */
export async function tunnelTo(
  target: { readonly host: string; readonly url: string },
  proxy: HttpProxy,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, url } = target;
  const at = new URL(proxy.url);
  const authorization = proxy.authorization ?? basicOf(at);
  const client = new Client(at.origin);
  try {
    const { statusCode, socket } = await client.connect({
      path: host,
      headers: {
        host,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
      signal,
    });
    if (statusCode === 200) return socket as unknown as Socket;
    socket.on('error', () => undefined).destroy();
    const reason = 'did not let it through';
    throw hostErrors.proxyFailed({ url, proxy: shown(proxy.url), reason });
  } catch (error) {
    throw refusal(error, url, shown(proxy.url));
  } finally {
    // Ends with the connection that it gave away.
    void client.close().catch(() => undefined);
  }
}

/** `http://user:password@proxy/`. */
function basicOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function refusal(error: unknown, url: string, proxy: string): HarnError {
  if (HarnError.is(error)) return error;
  const reason = PROXY_REASONS[systemCode(innermost(error))];
  if (reason === undefined) return networkError(error, url, false);
  return hostErrors.proxyFailed({ url, proxy, reason }, { cause: error });
}
