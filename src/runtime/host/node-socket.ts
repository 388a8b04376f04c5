// WebSockets over the network, with the `ws` package: loaded when the first connection is asked for.
import type { Clock } from '../../base/index.ts';
import { abortedError, onAbort, throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import type { HostSocket, SocketMessage, SocketRequest } from './ports.ts';

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** So many messages wait for a reader before the sender is slowed down. */
const HIGH_WATER = 256;

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
  const inbox = new Inbox(
    () => socket.pause(),
    () => socket.resume(),
  );
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    inbox.put(isBinary ? { type: 'binary', data } : { type: 'text', data: data.toString('utf8') });
  });
  socket.on('ping', (data: Buffer) => inbox.put({ type: 'ping', data }));
  socket.on('pong', (data: Buffer) => inbox.put({ type: 'pong', data }));
  socket.on('close', (code: number, reason: Buffer) => inbox.end(code, reason.toString('utf8')));
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
  return {
    messages: inbox,
    send: (message) =>
      new Promise((resolve) => {
        if (socket.readyState !== WebSocket.OPEN) return resolve(false);
        const done = (error?: Error | null) => resolve(error == null);
        if (message.type === 'ping') socket.ping(message.data, true, done);
        else if (message.type === 'pong') socket.pong(message.data, true, done);
        else socket.send(message.data, { binary: message.type === 'binary' }, done);
      }),
    async close(code = 1000, reason = '') {
      socket.resume();
      socket.close(code, reason);
    },
  };
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

/** Messages in order; the one who sends is slowed down when nobody takes them. */
class Inbox implements AsyncIterator<SocketMessage> {
  readonly #waiting: SocketMessage[] = [];
  readonly #pause: () => void;
  readonly #resume: () => void;
  #taker: ((result: IteratorResult<SocketMessage>) => void) | undefined;
  #ended = false;

  constructor(pause: () => void, resume: () => void) {
    this.#pause = pause;
    this.#resume = resume;
  }

  put(message: SocketMessage): void {
    if (this.#ended) return;
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker !== undefined) {
      taker({ done: false, value: message });
      return;
    }
    this.#waiting.push(message);
    if (this.#waiting.length >= HIGH_WATER) this.#pause();
  }

  end(code: number, reason: string): void {
    this.put({ type: 'close', code, reason });
    this.#ended = true;
  }

  async next(): Promise<IteratorResult<SocketMessage>> {
    const first = this.#waiting.shift();
    if (first !== undefined) {
      if (this.#waiting.length < HIGH_WATER && !this.#ended) this.#resume();
      return { done: false, value: first };
    }
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }
}
