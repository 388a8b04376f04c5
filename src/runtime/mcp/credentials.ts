// What one connection shows a server at an address: a token that was given, that of a kept login, or one that was fetched
// with client credentials. Tokens are renewed once for all requests that need it, and stay in here: `scrub` takes them out
// of what goes on.
import type {
  AuthorizationServerMetadata,
  AuthProvider,
  FetchLike,
  OAuthServerInfo,
  OAuthTokens,
} from '@modelcontextprotocol/client';
import { HarnError, type JsonObject } from '../../base/index.ts';
import type { Host } from '../host/index.ts';
import { mcpErrors } from './errors.ts';
import type { McpLogin, McpLogins } from './login-store.ts';
import { type McpServer, tokenVariable } from './server-config.ts';

type Sdk = typeof import('@modelcontextprotocol/client');

/** A token that ends within this time is renewed before it is shown. */
const EARLY_MS = 30_000;

export interface CredentialsOptions {
  readonly sdk: Sdk;
  readonly server: McpServer;
  /** The host of whoever asks; logins are those of the user, whatever that host is bound to. */
  readonly host: Pick<Host, 'clock' | 'env'>;
  readonly logins: McpLogins;
  readonly fetch: FetchLike;
}

interface Held {
  readonly token: string;
  readonly expiresAtMs: number | undefined;
}

export class McpCredentials {
  readonly #given: CredentialsOptions;
  readonly #fixed: string | undefined;
  readonly #sent = new WeakMap<Response, string>();
  readonly #secrets = new Set<string>();
  #held: Held | undefined;
  #isLogin = false;
  #looked = false;
  #scope: string | undefined;
  #found: Promise<OAuthServerInfo> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(given: CredentialsOptions) {
    this.#given = given;
    this.#fixed = fixedToken(given);
    const { oauth } = given.server;
    this.#scope = oauth.scope;
    this.#hide(this.#fixed);
    this.#hide(oauth.clientSecret);
  }

  /** As the transport wants it. */
  provider(): AuthProvider {
    return {
      token: () => this.#token(),
      onUnauthorized: ({ response }) => this.#refused(response),
    };
  }

  /** Remembers which token an answer was for: what others have renewed meanwhile needs no renewal. */
  fetch(): FetchLike {
    return async (url, init) => {
      const shown = new Headers(init?.headers).get('authorization');
      const response = await this.#given.fetch(url, init);
      if (shown !== null) this.#sent.set(response, shown.replace(/^Bearer /i, ''));
      return response;
    };
  }

  /** Whether a token with these scopes too was had. `HARN-MCP-014` when only a person can allow them. */
  async widen(scope: string | undefined): Promise<boolean> {
    const { sdk, server } = this.#given;
    const wanted = sdk.computeScopeUnion(this.#scope, plainScope(scope));
    if (this.#fixed !== undefined) return false;
    if (this.#isLogin) throw mcpErrors.needsScope({ server: server.name, scope: wanted ?? '' });
    if (server.oauth.clientSecret === undefined || wanted === this.#scope) return false;
    await this.#renewing?.catch(() => undefined);
    this.#scope = wanted;
    await this.#renewOnce(() => this.#fetchToken(undefined));
    return true;
  }

  /** A text without the secrets of this connection. */
  scrub(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.split(secret).join('***');
    return clean;
  }

  async #token(): Promise<string | undefined> {
    if (this.#fixed !== undefined) return this.#fixed;
    if (!this.#looked) {
      const login = await this.#login();
      this.#looked = true;
      if (login !== undefined) this.#takeLogin(login);
    }
    const held = this.#held;
    const nowMs = this.#given.host.clock.nowMs();
    if (held?.expiresAtMs !== undefined && held.expiresAtMs - EARLY_MS < nowMs) {
      await this.#renewOnce(() => this.#renew(held.token, undefined)).catch((error: unknown) => {
        if ((held.expiresAtMs ?? 0) <= nowMs) throw error;
      });
    }
    return this.#held?.token;
  }

  /** The server did not take what it was shown. Rejects when there is nothing better. */
  async #refused(response: Response): Promise<void> {
    if (this.#fixed !== undefined) throw this.#unauthorized();
    const shown = this.#sent.get(response);
    if (shown !== undefined && this.#held !== undefined && this.#held.token !== shown) return;
    await this.#renewOnce(() => this.#renew(shown, response));
  }

  #renewOnce(renew: () => Promise<void>): Promise<void> {
    this.#renewing ??= renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(shown: string | undefined, response: Response | undefined): Promise<void> {
    const login = await this.#login();
    if (login !== undefined) {
      if (login.tokens.access_token === shown) await this.#refresh(shown);
      else this.#takeLogin(login);
      return;
    }
    if (this.#given.server.oauth.clientSecret === undefined) throw this.#unauthorized();
    await this.#fetchToken(response);
  }

  #login(): Promise<McpLogin | undefined> {
    const { logins, server } = this.#given;
    return logins.get(server.url);
  }

  #takeLogin(login: McpLogin): void {
    this.#isLogin = true;
    this.#scope = login.scope;
    this.#held = { token: login.tokens.access_token, expiresAtMs: login.expires_at_ms };
    this.#hide(login.tokens.access_token);
    this.#hide(login.tokens['refresh_token']);
    this.#hide(login.client['client_secret']);
  }

  /** Uses the refresh token of the login, unless somebody else has just done so. */
  async #refresh(shown: string): Promise<void> {
    const { logins, sdk, server, fetch, host } = this.#given;
    await logins.locked(server.url, async () => {
      const login = await logins.get(server.url);
      if (login === undefined) throw this.#unauthorized();
      this.#takeLogin(login);
      if (login.tokens.access_token !== shown) return;
      const refreshToken = login.tokens['refresh_token'];
      if (typeof refreshToken !== 'string') throw this.#unauthorized();
      let tokens: OAuthTokens;
      try {
        tokens = await sdk.refreshAuthorization(login.authorization_server, {
          metadata: login.metadata as unknown as AuthorizationServerMetadata,
          clientInformation: login.client,
          refreshToken,
          ...(login.resource === undefined ? {} : { resource: login.resource }),
          fetchFn: fetch,
        });
      } catch (error) {
        if (error instanceof sdk.OAuthError && error.code !== sdk.OAuthErrorCode.ServerError) {
          throw this.#unauthorized();
        }
        const reason = this.scrub(error instanceof Error ? error.message : String(error));
        throw mcpErrors.notRenewed({ server: server.name, reason });
      }
      const renewed = renewedLogin(login, tokens, host.clock.nowMs());
      this.#takeLogin(renewed);
      await logins.save(renewed);
    });
  }

  /** Client credentials: the server says where, the declaration says as whom. */
  async #fetchToken(response: Response | undefined): Promise<void> {
    const { sdk, server, fetch, host } = this.#given;
    const { clientId = '', clientSecret = '' } = server.oauth;
    const challenge = response === undefined ? {} : sdk.extractWWWAuthenticateParams(response);
    this.#scope ??= plainScope(challenge.scope);
    const { resourceMetadataUrl } = challenge;
    try {
      this.#found ??= sdk.discoverOAuthServerInfo(server.url, {
        fetchFn: fetch,
        ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
      });
      const info = await this.#found;
      const scope = this.#scope;
      const provider = new sdk.ClientCredentialsProvider({
        clientId,
        clientSecret,
        expectedIssuer: this.#issuerOf(info),
        ...(scope === undefined ? {} : { scope }),
      });
      const { resourceMetadata } = info;
      // Throws when the metadata is that of another resource.
      await sdk.selectResourceURL(server.url, provider, resourceMetadata);
      const tokens = await sdk.fetchToken(provider, info.authorizationServerUrl, {
        ...(info.authorizationServerMetadata === undefined
          ? {}
          : { metadata: info.authorizationServerMetadata }),
        ...(resourceMetadata === undefined ? {} : { resource: resourceMetadata.resource }),
        ...(scope === undefined ? {} : { scope }),
        fetchFn: fetch,
      });
      this.#hide(tokens.access_token);
      const expiresAtMs = expiry(tokens, host.clock.nowMs());
      this.#held = { token: tokens.access_token, expiresAtMs };
    } catch (error) {
      this.#found = undefined;
      if (HarnError.is(error)) throw error;
      if (error instanceof sdk.OAuthError && error.code !== sdk.OAuthErrorCode.ServerError) {
        throw this.#unauthorized();
      }
      const reason = this.scrub(error instanceof Error ? error.message : String(error));
      throw mcpErrors.notRenewed({ server: server.name, reason });
    }
  }

  /** Who may have the secret: the server's own origin, or the issuer that is declared. The server alone does not decide. */
  #issuerOf({ authorizationServerUrl, authorizationServerMetadata }: OAuthServerInfo): string {
    const { name, url, oauth } = this.#given.server;
    const issuer = authorizationServerMetadata?.issuer ?? authorizationServerUrl;
    const isOwn = new URL(issuer).origin === new URL(url).origin;
    const isNamed = oauth.issuer === undefined ? isOwn : sameIssuer(oauth.issuer, issuer);
    if (!isNamed) throw mcpErrors.foreignIssuer({ server: name, issuer });
    return issuer;
  }

  #hide(secret: unknown): void {
    // A short text would be found everywhere, and is no secret worth the name.
    if (typeof secret === 'string' && secret.length >= 6) this.#secrets.add(secret);
  }

  #unauthorized() {
    return mcpErrors.unauthorized({ server: this.#given.server.name });
  }
}

/** The login with new tokens; a refresh token, a scope that the answer leaves out stay. */
export function renewedLogin(login: McpLogin, tokens: OAuthTokens, nowMs: number): McpLogin {
  const { expires_at_ms: _, ...rest } = login;
  const expiresAtMs = expiry(tokens, nowMs);
  return {
    ...rest,
    tokens: { ...login.tokens, ...(JSON.parse(JSON.stringify(tokens)) as typeof login.tokens) },
    ...(tokens.scope === undefined ? {} : { scope: tokens.scope }),
    obtained_at_ms: nowMs,
    ...(expiresAtMs === undefined ? {} : { expires_at_ms: expiresAtMs }),
  };
}

function expiry({ expires_in: seconds }: OAuthTokens, nowMs: number): number | undefined {
  return seconds === undefined ? undefined : nowMs + seconds * 1000;
}

/** The names of scopes in what a server says, and nothing else that it may have put there. */
export function plainScope(scope: string | undefined): string | undefined {
  const names = (scope ?? '').split(' ').filter((name) => /^[!#-[\]-~]{1,200}$/.test(name));
  return names.length === 0 ? undefined : names.slice(0, 50).join(' ');
}

function fixedToken({ server, host: { env } }: CredentialsOptions): string | undefined {
  const { name, token, tokenEnv } = server;
  if (tokenEnv === undefined) return token ?? env.get(tokenVariable(name));
  const value = env.get(tokenEnv);
  if (value === undefined) throw mcpErrors.noToken({ server: name, variable: tokenEnv });
  return value;
}

/** Issuers are compared as they are written, but for a slash at the end. */
export function sameIssuer(a: string, b: string): boolean {
  return a.replace(/\/$/, '') === b.replace(/\/$/, '');
}

/** Whether the declaration's own headers say who asks. */
export function hasOwnAuthorization({ headers }: { readonly headers: JsonObject }): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}
