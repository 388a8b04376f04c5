// WebSockets over the network, with the `ws` package: loaded when the first connection is asked for.
import type { Clock } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { hostSocket, inboxOf } from './node-socket-inbox.ts';
import type { HostSocket, SocketRequest } from './ports.ts';

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** Connects, or says why not. */
export async function connectSocket(request: SocketRequest, clock: Clock): Promise<HostSocket> {
  const { default: WebSocket } = await import('ws');
  const { url, headers, protocols, signal, timeoutMs, maxMessageBytes } = request;
  const operation = `connect ${addressOf(url)}`;
  throwIfAborted(signal, operation);
  if (!/^wss?:\/\//i.test(url) || !URL.canParse(url)) throw hostErrors.invalidUrl({ url });
  const socket = new WebSocket(url, [...(protocols ?? [])], {
    headers: { ...headers },
    maxPayload: maxMessageBytes ?? MAX_MESSAGE_BYTES,
  });
  const inbox = inboxOf(socket);
  await new Promise<void>((resolve, reject) => {
    const stop = (error: Error) => {
      socket.terminate();
      reject(error);
    };
    const cancelTimeout =
      timeoutMs === undefined
        ? () => undefined
        : clock.after(timeoutMs, () =>
            stop(hostErrors.httpTimeout({ url: addressOf(url), timeoutMs })),
          );
    const stopListening = onAbort(signal, () => {
      if (signal !== undefined) stop(abortedError(signal, operation));
    });
    const settled = () => {
      cancelTimeout();
      stopListening();
    };
    socket.once('open', () => {
      settled();
      resolve();
    });
    // Later errors end the connection, and `close` tells of that.
    socket.on('error', (error) => {
      settled();
      reject(refusal(error, addressOf(url)));
    });
  });
  return hostSocket(socket, inbox);
}

function refusal(error: Error, url: string): Error {
  const code = (error as { readonly code?: string }).code ?? '';
  const at = { cause: error };
  if (code === 'ECONNREFUSED') return hostErrors.connectionRefused({ url }, at);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return hostErrors.hostUnknown({ url }, at);
  if (code === 'ECONNRESET' || code === 'EPIPE') return hostErrors.connectionLost({ url }, at);
  const status = /\b\d{3}\b/.exec(error.message)?.[0];
  const reason =
    status === undefined ? 'the handshake failed' : `it answered with status ${status}`;
  return hostErrors.httpFailed({ url, reason }, at);
}

/** User, password and query stay out of messages. */
function addressOf(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
