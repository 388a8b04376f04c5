// A WebSocket of the `ws` package as the host's: the same for those we open and those that come in.
import type { WebSocket } from 'ws';
import type { HostSocket, SocketMessage } from './ports.ts';

/** So many messages wait for a reader before the sender is slowed down. */
const HIGH_WATER = 256;

/** Collects what arrives, from now on. */
export function inboxOf(socket: WebSocket): Inbox {
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
  return inbox;
}

/** The socket behind its inbox. */
export function hostSocket(socket: WebSocket, inbox: Inbox): HostSocket {
  return {
    messages: inbox,
    send: (message) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve(false);
        const done = (error?: Error | null) => resolve(error == null);
        if (message.type === 'ping') socket.ping(message.data, undefined, done);
        else if (message.type === 'pong') socket.pong(message.data, undefined, done);
        else socket.send(message.data, { binary: message.type === 'binary' }, done);
      }),
    async close(code = 1000, reason = '') {
      socket.resume();
      socket.close(code, reason);
    },
  };
}

/** Messages in order; the one who sends is slowed down when nobody takes them. */
export class Inbox implements AsyncIterator<SocketMessage> {
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
