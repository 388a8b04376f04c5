// Listening for WebSockets, with `node:http` and the `ws` package: loaded when a program first asks for it.
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDeferred } from '../../base/index.ts';
import { hostErrors } from './errors.ts';
import { plainReason, systemCode } from './node-errors.ts';
import { hostSocket, inboxOf } from './node-socket-inbox.ts';
import type { HostListener, HostSocket, ListenRequest, UpgradeRequest } from './ports.ts';

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const REASONS: { readonly [status: number]: string } = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
};

type Connection = UpgradeRequest & { readonly socket: HostSocket };

/** Listens; resolves when clients can come. */
export async function listenForSockets(request: ListenRequest): Promise<HostListener> {
  const { WebSocketServer } = await import('ws');
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const queue = new Arrivals();
  const server = await serverFor(request);
  server.on('upgrade', (incoming, socket, head) => {
    const [path = '/', search = ''] = (incoming.url ?? '/').split('?', 2);
    const headers: { [name: string]: string } = {};
    for (const [name, value] of Object.entries(incoming.headers)) {
      headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
    }
    const { remoteAddress = '', remotePort = 0 } = incoming.socket;
    const upgrade = { path, search, headers, peer: `${remoteAddress}:${remotePort}` };
    const refused = request.admit(upgrade);
    if (refused !== undefined) {
      socket.end(
        `HTTP/1.1 ${refused} ${REASONS[refused] ?? 'Refused'}\r\nconnection: close\r\n\r\n`,
      );
      return;
    }
    upgrades.handleUpgrade(incoming, socket, head, (client) => {
      // Errors end the connection, and its `close` tells of that.
      client.on('error', () => undefined);
      queue.put({ ...upgrade, socket: hostSocket(client, inboxOf(client)) });
    });
  });
  const listening = createDeferred<void>();
  server.once('listening', () => listening.resolve());
  server.once('error', (error) => {
    const reason =
      systemCode(error) === 'EADDRINUSE' ? 'somebody listens there' : plainReason(error);
    listening.reject(hostErrors.cannotListen({ url: urlOf(request), reason }, { cause: error }));
  });
  server.listen(request.port, request.host);
  await listening.promise;
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    connections: queue,
    async close() {
      queue.end();
      for (const client of upgrades.clients) client.close(1001, 'the server stops');
      const closed = createDeferred<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      for (const client of upgrades.clients) client.terminate();
      await closed.promise;
    },
  };
}

/** A server that takes upgrades only; over TLS where there is a certificate. */
async function serverFor(request: ListenRequest): Promise<Server> {
  const answer: RequestListener = (_, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', connection: 'close' });
    response.end('this is a WebSocket server\n');
  };
  const { tls } = request;
  if (tls === undefined) return (await import('node:http')).createServer(answer);
  const { createServer } = await import('node:https');
  try {
    return createServer({ cert: tls.cert, key: tls.key }, answer);
  } catch (error) {
    throw hostErrors.badCertificate({ url: urlOf(request) }, { cause: error });
  }
}

function urlOf({ host, port, tls }: ListenRequest): string {
  return `${tls === undefined ? 'ws' : 'wss'}://${host}:${port}`;
}

/** Connections in order. */
class Arrivals implements AsyncIterator<Connection> {
  readonly #waiting: Connection[] = [];
  #taker: ((result: IteratorResult<Connection>) => void) | undefined;
  #ended = false;

  put(connection: Connection): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) this.#waiting.push(connection);
    else taker({ done: false, value: connection });
  }

  end(): void {
    this.#ended = true;
    this.#taker?.({ done: true, value: undefined });
    this.#taker = undefined;
  }

  async next(): Promise<IteratorResult<Connection>> {
    const first = this.#waiting.shift();
    if (first !== undefined) return { done: false, value: first };
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }
}
