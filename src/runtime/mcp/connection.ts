// One server as a run reaches it: connected when first needed, connected again when the connection was lost, closed when
// the run lets go of it. What an answer means for a journal (done, not done, nobody knows) is decided in `failureOf`.
import type { Client, Transport } from '@modelcontextprotocol/client';
import { HarnError, type JsonObject } from '../../base/index.ts';
import { createFetch, type Host, isHostError } from '../host/index.ts';
import type { Answer, AskingCall, ServerRequest } from './asking-call.ts';
import { hasOwnAuthorization, McpCredentials } from './credentials.ts';
import { mcpErrors } from './errors.ts';
import type { McpLogins } from './login-store.ts';
import type { McpServer } from './server-config.ts';
import { stdioTransport } from './stdio-transport.ts';

type Sdk = typeof import('@modelcontextprotocol/client');

/** Whether a request that failed was answered, never reached the server, or nobody knows. */
export type Fate = 'answered' | 'not_sent' | 'unknown';

/** A failed request. */
export interface Failure {
  readonly fate: Fate;
  readonly error: HarnError;
  /** Whether a new connection may help. */
  readonly isLoss: boolean;
}

export class McpConnection {
  readonly server: McpServer;
  /** The call in whose middle the server may ask, while there is one. */
  asking: AskingCall | undefined;
  readonly #host: Host;
  readonly #logins: McpLogins;
  #credentials: McpCredentials | undefined;
  #sdk: Sdk | undefined;
  #client: Promise<Client> | undefined;
  #lastWords: () => string = () => '';
  #listing: { readonly of: Client; readonly tools: readonly JsonObject[] } | undefined;
  #isClosed = false;

  constructor(server: McpServer, host: Host, logins: McpLogins) {
    this.server = server;
    this.#host = host;
    this.#logins = logins;
  }

  get isActive(): boolean {
    return this.#client !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The connected client. Rejects with `HARN-MCP-002`, `003`, `005` or `009`. */
  client(): Promise<Client> {
    if (this.#isClosed) return Promise.reject(mcpErrors.closed({ server: this.server.name }));
    if (this.#client === undefined) {
      const connecting = this.#connect();
      this.#client = connecting;
      connecting.catch(() => this.#forget(connecting));
    }
    return this.#client;
  }

  /** Keeps the tools that were listed when the connection was made, for who wants them at once. */
  keepListing(of: Client, tools: readonly JsonObject[]): void {
    this.#listing = { of, tools };
  }

  /** That listing, once, as long as it is the same connection. */
  async takeListing(): Promise<readonly JsonObject[] | undefined> {
    const listing = this.#listing;
    this.#listing = undefined;
    const client = await this.#client?.catch(() => undefined);
    return listing !== undefined && listing.of === client ? listing.tools : undefined;
  }

  /** The next request connects anew; for all that fail together this is done once. */
  async drop(used: Client): Promise<void> {
    const client = this.#client;
    if (client === undefined || (await client.catch(() => undefined)) !== used) return;
    if (this.#client === client) this.#client = undefined;
    await used.close().catch(() => undefined);
  }

  /** Lets go of the server for now. */
  async release(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client?.catch(() => undefined))?.close().catch(() => undefined);
  }

  /** For good: no request connects again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.release();
  }

  #forget(client: Promise<Client>): void {
    if (this.#client === client) this.#client = undefined;
  }

  async #connect(): Promise<Client> {
    this.#sdk = await import('@modelcontextprotocol/client');
    const client = await this.#handshake(this.#sdk).catch(async (error: unknown) => {
      if (await this.widened(error)) return this.#handshake(this.#sdk as Sdk);
      throw error;
    });
    const own = this.#client;
    client.onclose = () => {
      if (own !== undefined) this.#forget(own);
    };
    return client;
  }

  async #handshake(sdk: Sdk): Promise<Client> {
    const { server } = this;
    const client = new sdk.Client(
      { name: 'harn', version: CLIENT_VERSION },
      // What is not allowed is not advertised, and servers never look at roots.
      { capabilities: capabilitiesOf(server), ...versionsOf(server) },
    );
    this.#listen(sdk, client);
    const transport = await this.#transport(sdk);
    try {
      await client.connect(transport, { timeout: server.timeoutMs });
      return client;
    } catch (error) {
      await client.close().catch(() => undefined);
      throw error instanceof sdk.InsufficientScopeError ? error : this.#connectError(error);
    }
  }

  /** Takes the requests that the server may make. */
  #listen(sdk: Sdk, client: Client): void {
    const { sampling, elicitation } = this.server.asks ?? {};
    const answered = async (kind: ServerRequest['kind'], params: object, signal: AbortSignal) => {
      const given = await this.#answerTo(kind, params, signal);
      if (given.ok) return given.result as never;
      throw new sdk.ProtocolError(REFUSED, given.reason);
    };
    if (sampling !== undefined) {
      client.setRequestHandler('sampling/createMessage', ({ params }, { mcpReq }) =>
        answered('sampling', params, mcpReq.signal),
      );
    }
    if (elicitation !== undefined) {
      client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) =>
        answered('elicitation', params, mcpReq.signal),
      );
    }
  }

  async #answerTo(
    kind: ServerRequest['kind'],
    given: object,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { asking } = this;
    if (asking === undefined) return { ok: false, reason: 'nothing is asked outside of a call' };
    const { _meta, ...params } = JSON.parse(JSON.stringify(given)) as JsonObject;
    return asking.ask({ kind, params: this.scrubbed(params) }, signal);
  }

  /** Whether the server wanted more scopes and they were had, so that the request is worth sending again. */
  async widened(error: unknown): Promise<boolean> {
    const sdk = this.#sdk;
    if (sdk === undefined || !(error instanceof sdk.InsufficientScopeError)) return false;
    const credentials = this.#credentials;
    if (credentials !== undefined && (await credentials.widen(error.requiredScope))) return true;
    throw mcpErrors.unauthorized({ server: this.server.name });
  }

  /** What a server answered, without the secrets that it was shown. */
  scrubbed<T>(value: T): T {
    if (this.#credentials === undefined) return value;
    const text = JSON.stringify(value) ?? '';
    const clean = this.#credentials.scrub(text);
    return clean === text ? value : (JSON.parse(clean) as T);
  }

  async #transport(sdk: Sdk): Promise<Transport> {
    const { server } = this;
    if (server.transport === 'http') return this.#httpTransport(sdk);
    try {
      const { argv, env, cwd } = server;
      const process = await this.#host.process.open({ argv, env, cwd });
      this.#lastWords = () => process.lastWords();
      return stdioTransport(process);
    } catch (error) {
      throw mcpErrors.spawnFailed(
        { server: server.name, reason: reasonOf(error) },
        { cause: error },
      );
    }
  }

  #httpTransport(sdk: Sdk): Transport {
    const { server } = this;
    const { url, headers } = server;
    const fetch = createFetch(this.#host.http);
    if (!hasOwnAuthorization(server)) {
      const [host, logins] = [this.#host, this.#logins];
      this.#credentials ??= new McpCredentials({ sdk, server, host, logins, fetch });
    }
    const credentials = this.#credentials;
    return new sdk.StreamableHTTPClientTransport(new URL(url), {
      fetch: credentials?.fetch() ?? fetch,
      requestInit: { headers },
      ...(credentials === undefined ? {} : { authProvider: credentials.provider() }),
    }) as Transport;
  }

  #connectError(error: unknown): HarnError {
    const { name } = this.server;
    if (this.#isUnauthorized(error)) return mcpErrors.unauthorized({ server: name });
    if (HarnError.is(error) && error.code.startsWith('HARN-MCP-')) return error;
    const last = this.#lastWords().trim().split('\n').at(-1) ?? '';
    const told = this.#reasonOf(error);
    const reason = last === '' ? told : `${told} (${last})`;
    return mcpErrors.connectFailed({ server: name, reason }, this.#causedBy(error));
  }

  #reasonOf(error: unknown): string {
    const reason = reasonOf(error);
    return this.#credentials?.scrub(reason) ?? reason;
  }

  /** Errors of HTTP hold what the server wrote, which may be anything that it was shown. */
  #causedBy(error: unknown): { readonly cause?: unknown } {
    return this.#credentials === undefined ? { cause: error } : {};
  }

  /** The failure of a call whose own deadline has passed. */
  timedOut(method: string): HarnError {
    return mcpErrors.lost({ server: this.server.name, method, reason: 'its time was up' });
  }

  /** What became of a request that failed on a connected client. */
  failureOf(error: unknown, method: string): Failure {
    const server = this.server.name;
    const sdk = this.#sdk;
    if (HarnError.is(error) && error.code === mcpErrors.$code('lost'))
      return final('unknown', error);
    if (HarnError.is(error) && error.code.startsWith('HARN-MCP-')) return final('not_sent', error);
    if (this.#isUnauthorized(error)) return final('not_sent', mcpErrors.unauthorized({ server }));
    const reason = this.#reasonOf(error);
    if (sdk === undefined) return final('not_sent', mcpErrors.lost({ server, method, reason }));
    if (error instanceof sdk.ProtocolError) {
      const rpc = error.code;
      return final('answered', mcpErrors.refused({ server, method, reason, rpc }));
    }
    const lost = mcpErrors.lost({ server, method, reason }, this.#causedBy(error));
    if (isHostError(error, 'connectionRefused') || isHostError(error, 'hostUnknown')) {
      return { fate: 'not_sent', error: lost, isLoss: true };
    }
    // 404 is what a server says that no longer knows our session: it has looked at nothing else.
    if (error instanceof sdk.SdkHttpError) {
      const { status } = error;
      if (status === 404) return { fate: 'not_sent', error: lost, isLoss: true };
      return final(status >= 500 ? 'unknown' : 'answered', lost);
    }
    if (error instanceof sdk.SdkError) {
      const { code } = error;
      if (code === sdk.SdkErrorCode.RequestTimeout) return final('unknown', lost);
      if (code === sdk.SdkErrorCode.InvalidResult) return final('answered', lost);
      if (code === sdk.SdkErrorCode.CapabilityNotSupported) return final('not_sent', lost);
      if (code === sdk.SdkErrorCode.NotConnected)
        return { fate: 'not_sent', error: lost, isLoss: true };
    }
    return { fate: 'unknown', error: lost, isLoss: true };
  }

  #isUnauthorized(error: unknown): boolean {
    const sdk = this.#sdk;
    if (sdk === undefined) return false;
    if (error instanceof sdk.UnauthorizedError) return true;
    return error instanceof sdk.SdkHttpError && (error.status === 401 || error.status === 403);
  }
}

function final(fate: Fate, error: HarnError): Failure {
  return { fate, error, isLoss: false };
}

const CLIENT_VERSION = '1';

/** What the protocol has for requests that a client does not want to answer. */
const REFUSED = -1;

function capabilitiesOf({ asks }: McpServer) {
  return {
    ...(asks?.sampling === undefined ? {} : { sampling: {} }),
    ...(asks?.elicitation === undefined ? {} : { elicitation: { form: {} } }),
  };
}

function versionsOf({ protocol }: McpServer) {
  if (protocol === 'auto') return { versionNegotiation: { mode: 'auto' as const } };
  if (protocol === undefined || protocol < '2026') return {};
  return { versionNegotiation: { mode: { pin: protocol } } };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
