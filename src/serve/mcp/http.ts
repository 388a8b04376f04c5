// An MCP server at an address: Streamable HTTP. Whoever may connect is decided before the protocol sees a request: a key,
// where keys are given, and on this machine's own address only pages and programs of this machine.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { loadServerSdk, makeServer, OpenCalls } from './protocol.ts';
import type { McpProvider } from './provider.ts';
import { HttpSessions } from './sessions.ts';

export interface McpHttpOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
  /** `/mcp` by default. */
  readonly path?: string;
  /** A client has to send one of these: `Authorization: Bearer <key>` or `x-api-key`. Nobody has to, without any. */
  readonly keys?: readonly string[];
}

export interface McpHttpServer {
  readonly url: string;
  /** Stops listening; calls under way are parked. */
  close(): Promise<void>;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|::1)$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Listens. Rejects when the address is taken. */
export async function serveMcpHttp(
  provider: McpProvider,
  { host = '127.0.0.1', port = 0, path = '/mcp', keys = [] }: McpHttpOptions = {},
): Promise<McpHttpServer> {
  const sdk = await loadServerSdk();
  const open = new OpenCalls();
  const handler = sdk.server.createMcpHandler(() => makeServer(sdk, provider, open), {
    maxRequestBodySize: MAX_BODY_BYTES,
  });
  const sessions = new HttpSessions(sdk, provider, open, MAX_BODY_BYTES);
  const hashes = keys.map(hashOf);
  const server = createServer((request, response) => {
    const status = refusal(request, { host, path, hashes });
    if (status !== undefined) {
      const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
      response.writeHead(status, headers).end();
      return;
    }
    answer({ handler, sessions }, request, response).catch(() => response.destroy());
  });
  await listening(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound}${path}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await open.park('its server was stopped');
      await Promise.all([handler.close(), sessions.close()]);
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Rules {
  readonly host: string;
  readonly path: string;
  readonly hashes: readonly Buffer[];
}

/** The status of a request that is not for the protocol. */
function refusal(request: IncomingMessage, { host, path, hashes }: Rules): number | undefined {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== path) return 404;
  // A page of the web that got its name to point here must not reach a server that trusts this machine.
  if (isLoopback(host) && !(isOurs(request.headers.host) && isOurOrigin(request.headers.origin)))
    return 403;
  return hashes.length === 0 || hasKey(request, hashes) ? undefined : 401;
}

function isOurs(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d+$/, ''));
}

function isOurOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}

function hasKey({ headers }: IncomingMessage, hashes: readonly Buffer[]): boolean {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
  const given = bearer ?? headers['x-api-key'];
  if (typeof given !== 'string') return false;
  const hash = hashOf(given.trim());
  return hashes.map((known) => timingSafeEqual(known, hash)).includes(true);
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

interface Serving {
  readonly handler: { readonly fetch: (request: Request) => Promise<Response> };
  readonly sessions: HttpSessions;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;

async function answer(
  { handler, sessions }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const asked = new Request(new URL(request.url ?? '/', 'http://localhost'), {
    method: request.method ?? 'GET',
    headers,
    signal: gone.signal,
    ...(body.length === 0 ? {} : { body }),
  });
  await send((await sessions.answer(asked, body)) ?? (await handler.fetch(asked)), response, gone);
}

/** Undefined when it is longer than anybody needs. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function send(
  answered: Response,
  response: ServerResponse,
  gone: AbortController,
): Promise<void> {
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  // Clients of a stream wait for its head before anything is said on it.
  response.flushHeaders();
  if (answered.body !== null) {
    const reader = answered.body.getReader();
    gone.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      response.write(part.value);
    }
  }
  response.end();
}
