// Logging in at an MCP server: a person allows it in a browser, and the login is kept for later runs. Who shows the page and
// who waits for the answer is the caller's affair (`LoginAsk.authorize`); the protocol is that of the official client.
import type {
  AuthorizationServerMetadata,
  OAuthServerInfo,
  OAuthTokens,
} from '@modelcontextprotocol/client';
import type { JsonObject } from '../../base/index.ts';
import { createFetch, type FetchFunction, type Host } from '../host/index.ts';
import { plainScope, renewedLogin, sameIssuer } from './credentials.ts';
import { mcpErrors } from './errors.ts';
import { loginAddress, type McpLogin, McpLogins } from './login-store.ts';

type Sdk = typeof import('@modelcontextprotocol/client');
type LoginHost = Pick<Host, 'clock' | 'env' | 'fs' | 'http' | 'process' | 'random' | 'system'>;

export interface LoginAsk {
  readonly name: string;
  readonly url: string;
  /** A registered client; without one the kept or a new registration is used. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** The only authorization server that will do. */
  readonly issuer?: string | undefined;
  /** Names with spaces between. What the server asks for by default. */
  readonly scope?: string | undefined;
  readonly redirectUri: string;
  /** Has a person open the address; gives the query that came back to the redirect address with this state. */
  readonly authorize: (address: URL, state: string) => Promise<URLSearchParams>;
}

/** What may be said about a login. */
export type LoginFacts = {
  readonly name: string;
  readonly url: string;
  readonly authorization_server: string;
  readonly scope: string | null;
  readonly obtained_at_ms: number;
  readonly expires_at_ms: number | null;
  /** Whether runs can renew it by themselves. */
  readonly refreshable: boolean;
};

/** Makes or replaces the login at a server. Rejects with `HARN-MCP-015`, `016` or `017`. */
export async function logIn(host: LoginHost, ask: LoginAsk): Promise<LoginFacts> {
  const sdk = await import('@modelcontextprotocol/client');
  const attempt = new Attempt(sdk, host, ask);
  try {
    return factsOfLogin(await attempt.run());
  } catch (error) {
    throw attempt.told(error);
  }
}

/** Forgets a login, and tells the authorization server where that listens. False when there was none. */
export async function logOut(host: LoginHost, url: string): Promise<boolean> {
  const logins = new McpLogins(host);
  const login = await logins.get(url);
  if (login === undefined) return false;
  await logins.locked(url, () => logins.remove(url));
  await revoke(createFetch(host.http), login).catch(() => undefined);
  return true;
}

/** The logins of this user, or the one at an address. */
export async function listLogins(host: LoginHost, url?: string): Promise<readonly LoginFacts[]> {
  const logins = new McpLogins(host);
  if (url === undefined) return (await logins.list()).map(factsOfLogin);
  const login = await logins.get(url);
  return login === undefined ? [] : [factsOfLogin(login)];
}

function factsOfLogin(login: McpLogin): LoginFacts {
  const { name, url, authorization_server, scope = null, obtained_at_ms } = login;
  return {
    name,
    url,
    authorization_server,
    scope,
    obtained_at_ms,
    expires_at_ms: login.expires_at_ms ?? null,
    refreshable: typeof login.tokens['refresh_token'] === 'string',
  };
}

async function revoke(fetch: FetchFunction, { metadata, tokens, client }: McpLogin): Promise<void> {
  const endpoint = metadata['revocation_endpoint'];
  if (typeof endpoint !== 'string') return;
  const body = new URLSearchParams({ client_id: client.client_id });
  body.set('token', String(tokens['refresh_token'] ?? tokens.access_token));
  const secret = client['client_secret'];
  if (typeof secret === 'string') body.set('client_secret', secret);
  await fetch(endpoint, { method: 'POST', body });
}

interface Challenge {
  readonly resourceMetadataUrl?: URL;
  readonly scope?: string;
}

type Found = OAuthServerInfo & {
  readonly authorizationServerMetadata: AuthorizationServerMetadata;
};

/** One attempt to log in. */
class Attempt {
  readonly #sdk: Sdk;
  readonly #host: LoginHost;
  readonly #ask: LoginAsk;
  readonly #url: string;
  readonly #fetch: FetchFunction;

  constructor(sdk: Sdk, host: LoginHost, ask: LoginAsk) {
    this.#sdk = sdk;
    this.#host = host;
    this.#ask = ask;
    this.#url = loginAddress(ask.url);
    this.#fetch = createFetch(host.http);
  }

  async run(): Promise<McpLogin> {
    const logins = new McpLogins(this.#host);
    // A kept login that cannot be used is what people log in again for; this one takes its place.
    const kept = await logins.get(this.#url).catch(() => undefined);
    const challenge = await this.#challenge();
    const found = await this.#discover(challenge);
    const scope = this.#scopeOf(challenge, found);
    const client = await this.#client(found, scope, kept);
    const tokens = await this.#authorize(found, scope, client);
    const { authorizationServerMetadata: metadata, resourceMetadata } = found;
    const login = renewedLogin(
      {
        url: this.#url,
        name: this.#ask.name,
        authorization_server: String(found.authorizationServerUrl),
        metadata: plain(metadata),
        ...(resourceMetadata === undefined ? {} : { resource: resourceMetadata.resource }),
        client,
        redirect_uri: this.#ask.redirectUri,
        tokens: { access_token: tokens.access_token },
        ...(scope === undefined ? {} : { scope }),
        obtained_at_ms: 0,
      },
      tokens,
      this.#host.clock.nowMs(),
    );
    await logins.locked(this.#url, () => logins.save(login));
    return login;
  }

  /** What went wrong, without what a server may have hidden in its words. */
  told(error: unknown): unknown {
    const { IssuerMismatchError, OAuthError, OAuthClientFlowError } = this.#sdk;
    const [url] = [this.#url];
    if (error instanceof IssuerMismatchError) {
      const reason = 'the answer came from another authorization server';
      return mcpErrors.loginFailed({ url, reason });
    }
    if (error instanceof OAuthError) return this.#failed(`the server said ${wordOf(error.code)}`);
    if (error instanceof OAuthClientFlowError) return this.#failed(error.message);
    return error;
  }

  #failed(reason: string) {
    return mcpErrors.loginFailed({ url: this.#url, reason });
  }

  /** What the server says to somebody whom it does not know. */
  async #challenge(): Promise<Challenge> {
    const { LATEST_PROTOCOL_VERSION, extractWWWAuthenticateParams } = this.#sdk;
    const params = {
      protocolVersion: LATEST_PROTOCOL_VERSION,
      capabilities: {},
      clientInfo: { name: 'harn', version: '1' },
    };
    const response = await this.#fetch(this.#url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    });
    await response.body?.cancel();
    return response.status === 401 ? extractWWWAuthenticateParams(response) : {};
  }

  async #discover({ resourceMetadataUrl }: Challenge): Promise<Found> {
    const sdk = this.#sdk;
    const url = this.#url;
    const info = await sdk.discoverOAuthServerInfo(url, {
      fetchFn: this.#fetch,
      ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
    });
    const { authorizationServerMetadata: metadata, resourceMetadata } = info;
    if (metadata === undefined) throw mcpErrors.noAuthorization({ url });
    const { issuer } = this.#ask;
    if (issuer !== undefined && !sameIssuer(issuer, metadata.issuer)) {
      throw mcpErrors.foreignIssuer({ server: this.#ask.name, issuer: metadata.issuer });
    }
    const { resource } = resourceMetadata ?? {};
    if (
      resource !== undefined &&
      !sdk.checkResourceAllowed({ requestedResource: url, configuredResource: resource })
    ) {
      throw this.#failed('its metadata is that of another resource');
    }
    return { ...info, authorizationServerMetadata: metadata };
  }

  #scopeOf({ scope }: Challenge, found: Found): string | undefined {
    const published = found.resourceMetadata?.scopes_supported?.join(' ');
    const wanted = this.#ask.scope ?? plainScope(scope) ?? plainScope(published);
    const offers = found.authorizationServerMetadata.scopes_supported ?? [];
    // Without it some servers give no refresh token, and the login would end within the hour.
    return wanted !== undefined && offers.includes('offline_access')
      ? this.#sdk.computeScopeUnion(wanted, 'offline_access')
      : wanted;
  }

  async #client(
    found: Found,
    scope: string | undefined,
    kept: McpLogin | undefined,
  ): Promise<McpLogin['client']> {
    const { clientId, clientSecret, redirectUri } = this.#ask;
    const metadata = found.authorizationServerMetadata;
    if (clientId !== undefined) {
      return {
        client_id: clientId,
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      };
    }
    const isSame =
      kept?.metadata['issuer'] === metadata.issuer && kept?.redirect_uri === redirectUri;
    if (kept !== undefined && isSame && !this.#isOver(kept.client)) return kept.client;
    if (metadata.registration_endpoint === undefined) {
      throw mcpErrors.needsClient({ url: this.#url });
    }
    const clientMetadata = this.#sdk.resolveClientMetadata({
      redirectUrl: redirectUri,
      clientMetadata: {
        client_name: 'Harn',
        redirect_uris: [redirectUri],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    });
    const registered = await this.#sdk.registerClient(found.authorizationServerUrl, {
      metadata,
      clientMetadata,
      ...(scope === undefined ? {} : { scope }),
      fetchFn: this.#fetch,
    });
    return plain(registered) as McpLogin['client'];
  }

  #isOver(client: McpLogin['client']): boolean {
    const seconds = client['client_secret_expires_at'];
    return typeof seconds === 'number' && seconds > 0 && seconds * 1000 < this.#host.clock.nowMs();
  }

  async #authorize(
    found: Found,
    scope: string | undefined,
    client: McpLogin['client'],
  ): Promise<OAuthTokens> {
    const sdk = this.#sdk;
    const { redirectUri } = this.#ask;
    const metadata = found.authorizationServerMetadata;
    const state = Buffer.from(this.#host.random.bytes(24)).toString('base64url');
    const shared = {
      metadata,
      clientInformation: client,
      ...(found.resourceMetadata === undefined
        ? {}
        : { resource: found.resourceMetadata.resource }),
    };
    const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(
      found.authorizationServerUrl,
      { ...shared, redirectUrl: redirectUri, state, ...(scope === undefined ? {} : { scope }) },
    );
    if (!/^https?:$/.test(authorizationUrl.protocol)) throw this.#failed('its page is none');
    const params = await this.#ask.authorize(authorizationUrl, state);
    const iss = params.get('iss') ?? undefined;
    // Before anything else of the answer is looked at: it may be that of a server that only wants the code.
    sdk.validateAuthorizationResponseIssuer({
      iss,
      expectedIssuer: metadata.issuer,
      issParameterSupported:
        (metadata as JsonObject)['authorization_response_iss_parameter_supported'] === true,
    });
    if (params.get('state') !== state) throw this.#failed('the answer belongs to another login');
    const code = params.get('code');
    if (code === null) throw this.#failed(`the server said ${wordOf(params.get('error') ?? '')}`);
    return await sdk.exchangeAuthorization(found.authorizationServerUrl, {
      ...shared,
      authorizationCode: code,
      ...(iss === undefined ? {} : { iss }),
      codeVerifier,
      redirectUri,
      fetchFn: this.#fetch,
    });
  }
}

/** The code of an error of OAuth, which is a word; servers may send anything. */
function wordOf(code: string): string {
  return /^[a-z_]{1,60}$/.test(code) ? code : 'something that is no error of OAuth';
}

function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
