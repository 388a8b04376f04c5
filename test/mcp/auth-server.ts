// An authorization server and the MCP server that it guards, on one port of this machine. Refresh tokens are used once: a
// second use ends the whole login, as careful servers do.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

interface Grant {
  readonly client: string;
  readonly scope: string;
}

export interface AuthServerOptions {
  /** Nobody can register a client. */
  readonly closed?: boolean;
  /** Seconds that an access token lives. */
  readonly expiresIn?: number;
  /** What the authorization server calls itself in its answers. */
  readonly issuer?: string;
}

export class AuthServer {
  readonly #options: AuthServerOptions;
  readonly #codes = new Map<string, Grant & { challenge: string; redirect: string }>();
  readonly #refresh = new Map<string, Grant>();
  readonly #used = new Set<string>();
  readonly access = new Map<string, Grant>();
  /** Every token and secret that was ever given out. */
  readonly given: string[] = [];
  readonly counts = { register: 0, code: 0, refresh: 0, client: 0, revoke: 0 };
  readonly clients = new Map<string, { secret?: string; redirects: string[] }>();
  /** What a client is told to need. */
  challengeScope = 'read';
  /** Another authorization server that it names. */
  authorization: string | undefined;
  #base = '';
  #stop = () => Promise.resolve();

  constructor(options: AuthServerOptions = {}) {
    this.#options = options;
  }

  get url(): string {
    return `${this.#base}/mcp`;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    this.#base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    this.#stop = () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return this;
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** All access tokens end now. */
  expireAll(): void {
    this.access.clear();
  }

  /** A browser in which a person allows everything: follows the redirects and gives the last answer. */
  async browse(address: string): Promise<Response> {
    return fetch(address);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#base);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname === '/.well-known/oauth-protected-resource/mcp') {
      json(200, {
        resource: this.url,
        authorization_servers: [this.authorization ?? this.#base],
        scopes_supported: ['read'],
      });
    } else if (url.pathname === '/.well-known/oauth-authorization-server') {
      json(200, this.#metadata());
    } else if (url.pathname === '/register') {
      this.counts.register += 1;
      const asked = JSON.parse(body.toString()) as { redirect_uris: string[] };
      const id = `client-${randomUUID()}`;
      this.clients.set(id, { redirects: asked.redirect_uris });
      json(201, { ...asked, client_id: id });
    } else if (url.pathname === '/authorize') {
      this.#authorize(url.searchParams, response);
    } else if (url.pathname === '/token') {
      const [status, value] = this.#token(new URLSearchParams(body.toString()), request);
      json(status, value);
    } else if (url.pathname === '/revoke') {
      this.counts.revoke += 1;
      this.#refresh.delete(new URLSearchParams(body.toString()).get('token') ?? '');
      response.writeHead(200).end();
    } else if (url.pathname === '/mcp') {
      await this.#mcp(request, response, body);
    } else {
      response.writeHead(404).end();
    }
  }

  #metadata() {
    const { closed, issuer } = this.#options;
    return {
      issuer: this.#base,
      authorization_endpoint: `${this.#base}/authorize`,
      token_endpoint: `${this.#base}/token`,
      revocation_endpoint: `${this.#base}/revoke`,
      ...(closed === true ? {} : { registration_endpoint: `${this.#base}/register` }),
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
      ...(issuer === undefined ? {} : { authorization_response_iss_parameter_supported: true }),
    };
  }

  #authorize(query: URLSearchParams, response: ServerResponse): void {
    const get = (name: string) => query.get(name) ?? '';
    const client = this.clients.get(get('client_id'));
    const fits =
      client?.redirects.includes(get('redirect_uri')) === true &&
      get('code_challenge_method') === 'S256' &&
      get('resource') === this.url;
    if (!fits) {
      response.writeHead(400).end('no such client');
      return;
    }
    const code = this.#make('code');
    this.#codes.set(code, {
      client: get('client_id'),
      scope: get('scope'),
      challenge: get('code_challenge'),
      redirect: get('redirect_uri'),
    });
    const back = new URL(get('redirect_uri'));
    back.search = String(
      new URLSearchParams({
        code,
        state: get('state'),
        ...(this.#options.issuer === undefined ? {} : { iss: this.#options.issuer }),
      }),
    );
    response.writeHead(302, { location: back.href }).end();
  }

  #token(form: URLSearchParams, request: IncomingMessage): [number, unknown] {
    const get = (name: string) => form.get(name) ?? '';
    const refused: [number, unknown] = [400, { error: 'invalid_grant' }];
    const [basicId, basicSecret] = Buffer.from(
      (request.headers.authorization ?? '').replace(/^Basic /, ''),
      'base64',
    )
      .toString()
      .split(':');
    const id = form.get('client_id') ?? basicId ?? '';
    const client = this.clients.get(id);
    const secret = form.get('client_secret') ?? basicSecret;
    if (client === undefined || (client.secret !== undefined && client.secret !== secret)) {
      return [401, { error: 'invalid_client' }];
    }
    if (get('grant_type') === 'client_credentials') {
      this.counts.client += 1;
      return [200, this.#grant({ client: id, scope: get('scope') || 'read' }, false)];
    }
    if (get('grant_type') === 'authorization_code') {
      this.counts.code += 1;
      const kept = this.#codes.get(get('code'));
      this.#codes.delete(get('code'));
      const hash = createHash('sha256').update(get('code_verifier')).digest('base64url');
      if (kept?.challenge !== hash || kept.redirect !== get('redirect_uri')) return refused;
      return [200, this.#grant(kept, true)];
    }
    this.counts.refresh += 1;
    const token = get('refresh_token');
    if (this.#used.has(token)) this.#refresh.clear();
    const kept = this.#refresh.get(token);
    if (kept === undefined) return refused;
    this.#refresh.delete(token);
    this.#used.add(token);
    return [200, this.#grant(kept, true)];
  }

  #grant({ client, scope }: Grant, isRefreshable: boolean) {
    const access = this.#make('access');
    this.access.set(access, { client, scope });
    const refresh = this.#make('refresh');
    if (isRefreshable) this.#refresh.set(refresh, { client, scope });
    return {
      access_token: access,
      token_type: 'Bearer',
      scope,
      expires_in: this.#options.expiresIn ?? 3600,
      ...(isRefreshable ? { refresh_token: refresh } : {}),
    };
  }

  #make(kind: string): string {
    const token = `${kind}-${randomUUID()}`;
    this.given.push(token);
    return token;
  }

  async #mcp(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const shown = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const grant = this.access.get(shown);
    const metadata = `resource_metadata="${this.#base}/.well-known/oauth-protected-resource/mcp"`;
    const challenge = (status: number, more: string) =>
      response
        .writeHead(status, { 'www-authenticate': `Bearer ${more}${metadata}` })
        .end(`no: ${shown}`);
    if (grant === undefined) {
      challenge(401, `scope="${this.challengeScope}", `);
      return;
    }
    if (body.includes('"write_it"') && !grant.scope.split(' ').includes('write')) {
      challenge(403, 'error="insufficient_scope", scope="write", ');
      return;
    }
    const answer = await createMcpHandler(() => guarded(shown)).fetch(
      new Request(`${this.#base}${request.url}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).map(
          ([k, v]) => [k, String(v)] as [string, string],
        ),
        ...(body.length === 0 ? {} : { body }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

function guarded(shown: string): Server {
  const server = new Server({ name: 'guarded', version: '1' }, { capabilities: { tools: {} } });
  const tool = (name: string) => ({
    name,
    inputSchema: { type: 'object' as const },
    annotations: { readOnlyHint: name !== 'write_it' },
  });
  server.setRequestHandler('tools/list', () => ({
    tools: ['look', 'write_it', 'leak'].map(tool),
  }));
  server.setRequestHandler('tools/call', ({ params: { name } }) => ({
    content: [{ type: 'text' as const, text: name === 'leak' ? `you showed ${shown}` : name }],
  }));
  return server;
}
