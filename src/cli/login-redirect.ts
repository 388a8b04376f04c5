// Where the browser comes back to after a login: an address of this machine that listens for one answer. What does not
// carry the state of this login is refused and changes nothing.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createDeferred } from '../base/index.ts';
import { isLoopback } from '../serve/index.ts';
import { cliErrors, usageErrors } from './errors.ts';

/** What clients that are registered by hand have to name. */
export const REDIRECT_URI = 'http://127.0.0.1:8976/callback';

/** Listens since it was made. */
export interface LoginRedirect {
  /** With the port that was taken where any would do. */
  readonly uri: string;
  /** The query that comes with this state; rejects with `HARN-CLI-186` after the time. */
  answer(state: string, timeoutMs: number): Promise<URLSearchParams>;
  close(): Promise<void>;
}

export async function listenForLogin(redirectUri: string): Promise<LoginRedirect> {
  const uri = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (uri?.protocol !== 'http:' || !isLoopback(uri.hostname)) {
    throw usageErrors.badChoice({
      option: '--redirect-uri',
      value: redirectUri,
      choices: 'the addresses of this machine: http://127.0.0.1:PORT/PATH',
    });
  }
  const answered = createDeferred<URLSearchParams>();
  let expected: string | undefined;
  const server = createServer((request, response) => {
    const query = queryOf(request, uri);
    if (query === undefined) return say(response, 404, 'There is nothing here.');
    if (expected === undefined || query.get('state') !== expected) {
      return say(response, 400, 'This is no answer to the login that is under way.');
    }
    response.once('close', () => answered.resolve(query));
    say(response, 200, 'Harn has the answer. You can close this page.');
  });
  await listening(server, uri);
  const address = server.address();
  if (typeof address === 'object' && address !== null) uri.port = String(address.port);
  return {
    uri: uri.href,
    answer(state, timeoutMs) {
      expected = state;
      const seconds = timeoutMs / 1000;
      const timer = setTimeout(() => answered.reject(cliErrors.noLogin({ seconds })), timeoutMs);
      return answered.promise.finally(() => clearTimeout(timer));
    },
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function queryOf(request: IncomingMessage, uri: URL): URLSearchParams | undefined {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const asked = new URL(request.url ?? '/', 'http://localhost');
  const isOurs = request.method === 'GET' && isLoopback(host) && asked.pathname === uri.pathname;
  return isOurs ? asked.searchParams : undefined;
}

function say(response: ServerResponse, status: number, text: string): void {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  };
  response.writeHead(status, headers).end(`${text}\n`);
}

function listening(server: Server, { hostname, port, host }: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(cliErrors.cannotListen({ address: host, reason: error.message }, { cause: error })),
    );
    server.listen(port === '' ? 80 : Number(port), hostname.replace(/^\[(.*)\]$/, '$1'), resolve);
  });
}
