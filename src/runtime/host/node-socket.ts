// WebSockets over the network, with the `ws` package: loaded when the first connection is asked for.
import type { Clock } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { innermost, networkError, systemCode } from './node-errors.ts';
import { hostSocket, inboxOf } from './node-socket-inbox.ts';
import type { HostSocket, SocketRequest } from './ports.ts';
import { proxyFor, type ReadEnv } from './proxies.ts';

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** Connects, or says why not. The environment is asked for proxies only. */
export async function connectSocket(
  request: SocketRequest,
  clock: Clock,
  env: ReadEnv,
): Promise<HostSocket> {
  const { url, signal, timeoutMs } = request;
  const address = addressOf(url);
  const operation = `connect ${address}`;
  throwIfAborted(signal, operation);
  if (!/^wss?:\/\//i.test(url) || !URL.canParse(url)) throw hostErrors.invalidUrl({ url });
  const limit = new AbortController();
  const cancelTimeout =
    timeoutMs === undefined
      ? () => undefined
      : clock.after(timeoutMs, () =>
          limit.abort(hostErrors.httpTimeout({ url: address, timeoutMs })),
        );
  const stopListening = onAbort(signal, () => {
    if (signal !== undefined) limit.abort(abortedError(signal, operation));
  });
  try {
    return await opened(request, env, limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    cancelTimeout();
    stopListening();
  }
}

async function opened(
  request: SocketRequest,
  env: ReadEnv,
  limit: AbortSignal,
): Promise<HostSocket> {
  const { default: WebSocket } = await import('ws');
  const { url, headers, protocols, maxMessageBytes } = request;
  const createConnection = await connectionFor(request, env, limit);
  const socket = new WebSocket(url, [...(protocols ?? [])], {
    headers: { ...headers },
    maxPayload: maxMessageBytes ?? MAX_MESSAGE_BYTES,
    ...(createConnection === undefined ? {} : { createConnection }),
  });
  const inbox = inboxOf(socket);
  await new Promise<void>((resolve, reject) => {
    const stopListening = onAbort(limit, () => {
      socket.terminate();
      reject(limit.reason);
    });
    socket.once('open', () => {
      stopListening();
      resolve();
    });
    socket.once('unexpected-response', (_, { statusCode }) => {
      stopListening();
      const reason = `it answered with status ${statusCode}`;
      reject(hostErrors.httpFailed({ url: addressOf(url), reason }));
      socket.terminate();
    });
    // Later errors end the connection, and `close` tells of that.
    socket.on('error', (error) => {
      stopListening();
      reject(refusal(error, addressOf(url)));
    });
  });
  return hostSocket(socket, inbox);
}

/** What connects where it is not to a server directly, or with certificates of one's own; undefined for any other. */
async function connectionFor(
  { url, proxy: given, tls }: SocketRequest,
  env: ReadEnv,
  limit: AbortSignal,
): Promise<typeof import('node:net').createConnection | undefined> {
  const target = new URL(url.replace(/^ws/i, 'http'));
  const isSecure = target.protocol === 'https:';
  const port = target.port || (isSecure ? '443' : '80');
  const proxy = proxyFor(target, given, env);
  if (proxy === undefined && (tls === undefined || !isSecure)) return undefined;
  const { connectSecurely } = await import('./node-tls.ts');
  const host = target.hostname;
  if (proxy === undefined) return () => connectSecurely({ host, port: Number(port) }, tls);
  const { tunnelTo } = await import('./node-tunnel.ts');
  const asked = { host: `${host}:${port}`, url: addressOf(url) };
  const socket = await tunnelTo(asked, proxy, limit);
  return () => (isSecure ? connectSecurely({ host, socket }, tls) : socket);
}

function refusal(error: Error, url: string): Error {
  if (systemCode(innermost(error)) !== '') return networkError(error, url, false);
  return hostErrors.httpFailed({ url, reason: 'the handshake failed' }, { cause: error });
}

/** User, password and query stay out of messages. */
function addressOf(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
