// Sessions of clients that speak a revision of 2025 over HTTP. A later request of such a client can speak of an earlier one
// (to cancel it) only where both belong to a session; clients that ask for none are served without.
import { randomUUID } from 'node:crypto';
import type { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { type McpServerSdk, makeServer, type OpenCalls } from './protocol.ts';
import type { McpProvider } from './provider.ts';

/** Beyond this the session that was unused for the longest ends; its client is told to begin another. */
const MAX_SESSIONS = 1000;

const HEADER = 'mcp-session-id';

export class HttpSessions {
  readonly #sdk: McpServerSdk;
  readonly #provider: McpProvider;
  readonly #open: OpenCalls;
  readonly #maxBodyBytes: number;
  /** The one that was used last stands last. */
  readonly #sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

  constructor(sdk: McpServerSdk, provider: McpProvider, open: OpenCalls, maxBodyBytes: number) {
    this.#sdk = sdk;
    this.#provider = provider;
    this.#open = open;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Answers requests of a session and those that begin one; undefined for all others. */
  async answer(request: Request, body: string): Promise<Response | undefined> {
    const id = request.headers.get(HEADER);
    if (id === null) return isBeginning(request, body) ? this.#begin(request) : undefined;
    const session = this.#sessions.get(id);
    if (session === undefined) return unknownSession();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session.handleRequest(request);
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }

  async #begin(request: Request): Promise<Response> {
    const { WebStandardStreamableHTTPServerTransport } = this.#sdk.server;
    const session = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      maxRequestBodySize: this.#maxBodyBytes,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, session);
        this.#makeRoom();
      },
      onsessionclosed: (id) => {
        this.#sessions.delete(id);
      },
    });
    await makeServer(this.#sdk, this.#provider, this.#open).connect(session);
    return session.handleRequest(request);
  }

  #makeRoom(): void {
    const [oldest] = this.#sessions;
    if (this.#sessions.size <= MAX_SESSIONS || oldest === undefined) return;
    const [id, session] = oldest;
    this.#sessions.delete(id);
    void session.close().catch(() => undefined);
  }
}

function isBeginning({ method }: Request, body: string): boolean {
  if (method !== 'POST' || !body.includes('initialize')) return false;
  try {
    const message = JSON.parse(body) as { readonly method?: unknown } | null;
    return message?.method === 'initialize';
  } catch {
    return false;
  }
}

/** What the protocol wants for a session that is over: the client begins another. */
function unknownSession(): Response {
  const error = { code: -32_001, message: 'there is no such session' };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 });
}
