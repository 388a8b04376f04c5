// What a program or harn.toml says about one MCP server, read once. The fields are those of `[[mcp]]`; `command` may be a
// list with its arguments. Secrets stay in here: what is journaled about a server is `shownConfig`.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type AskPolicy, type McpSampling, readAskPolicy } from './ask-policy.ts';
import { mcpErrors } from './errors.ts';

/** How to reach one server, and how to treat its calls. */
export interface McpServerConfig {
  /** How the server is called here; the prefix of its tools in agent loops. */
  readonly name?: string | null;
  /** `stdio` when there is a command, `http` when there is an address. */
  readonly transport?: 'stdio' | 'http' | null;
  /** The program, or the program and its arguments. */
  readonly command?: string | readonly string[] | null;
  readonly args?: readonly string[] | null;
  /** Variables of the server's process, over those of this one. */
  readonly env?: { readonly [name: string]: string } | null;
  readonly cwd?: string | null;
  /** Where a server listens (Streamable HTTP). */
  readonly url?: string | null;
  readonly headers?: { readonly [name: string]: string } | null;
  /** A bearer token. Better named by `auth_token_env`; never journaled. */
  readonly auth_token?: string | null;
  /** The variable that holds the bearer token. */
  readonly auth_token_env?: string | null;
  /**
   * The OAuth client: of a login, where somebody has logged in at the address; without a login, and with a secret, client
   * credentials, whose token is fetched when the server asks for one.
   */
  readonly client_id?: string | null;
  readonly client_secret?: string | null;
  readonly scopes?: string | null;
  /** The authorization server that may have the secret; without it only one at the server's own origin. */
  readonly issuer?: string | null;
  /** `2026-07-28` insists on that revision, `auto` asks the server; otherwise the 2025 handshake. */
  readonly protocol_version?: string | null;
  /** For one request; 60 s by default. */
  readonly timeout_ms?: number | null;
  /** What becomes of a call of a tool that may change something, when it is not known whether it took place. */
  readonly on_unknown?: 'fail' | 'retry' | 'ask' | null;
  /** Whether the server may have answers of models in the middle of a call, and which. Refused by default. */
  readonly sampling?: 'refuse' | McpSampling | null;
  /** `ask`: what the server asks people in the middle of a call is a question of the run. Refused by default. */
  readonly elicitation?: 'refuse' | 'ask' | null;
  readonly lazy?: boolean | null;
  /** How long a released server is kept; it ends at once without. */
  readonly keep_alive_ms?: number | null;
  /** Where its Server Card is: an address or a file. */
  readonly card?: string | null;
}

/** A declaration as connections use it. */
export interface McpServer {
  readonly name: string;
  readonly transport: 'stdio' | 'http';
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd: string | undefined;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly token: string | undefined;
  readonly tokenEnv: string | undefined;
  readonly oauth: {
    readonly clientId: string | undefined;
    readonly clientSecret: string | undefined;
    readonly scope: string | undefined;
    readonly issuer: string | undefined;
  };
  readonly protocol: string | undefined;
  readonly timeoutMs: number;
  readonly onUnknown: 'fail' | 'retry' | 'ask' | undefined;
  /** What it may ask for in the middle of a call; undefined for nothing. */
  readonly asks: AskPolicy | undefined;
  readonly lazy: boolean;
  readonly keepAliveMs: number;
  readonly card: string | undefined;
}

const TIMEOUT_MS = 60_000;

/** Reads a declaration; `HARN-MCP-001` names what does not fit. */
export function readServer(given: Json | undefined): McpServer {
  if (!isJsonObject(given)) throw bad('the declaration', 'a dict');
  const [program, ...rest] = commandOf(given);
  const url = text(given, 'url') ?? '';
  const transport = text(given, 'transport') ?? (program === undefined ? 'http' : 'stdio');
  if (transport !== 'stdio' && transport !== 'http') throw bad('transport', '"stdio" or "http"');
  if (transport === 'stdio' && program === undefined) throw bad('command', 'given');
  if (transport === 'http' && !/^https?:\/\//.test(url)) throw bad('url', 'an http address');
  const argv = program === undefined ? [] : [program, ...rest, ...texts(given, 'args')];
  return {
    name: text(given, 'name') ?? (transport === 'http' ? hostOf(url) : baseOf(argv[0] ?? '')),
    transport,
    argv,
    env: dict(given, 'env'),
    cwd: text(given, 'cwd'),
    url,
    headers: dict(given, 'headers'),
    token: text(given, 'auth_token'),
    tokenEnv: text(given, 'auth_token_env'),
    oauth: oauthOf(given),
    protocol: text(given, 'protocol_version'),
    timeoutMs: count(given, 'timeout_ms') ?? TIMEOUT_MS,
    onUnknown: unknownOf(given),
    asks: readAskPolicy(given),
    lazy: given['lazy'] === true,
    keepAliveMs: count(given, 'keep_alive_ms') ?? 0,
    card: text(given, 'card'),
  };
}

/** What of a server is compared on a replay: nothing that is secret, and nothing that may be renewed. */
export function shownConfig(server: McpServer): JsonObject {
  const { name, transport, argv, url } = server;
  return { name, transport, ...(transport === 'http' ? { url: withoutQuery(url) } : { argv }) };
}

/** The variable that holds the token of a server that names none: `HARN_MCP_TOKEN_GITHUB`. */
export function tokenVariable(name: string): string {
  return `HARN_MCP_TOKEN_${name.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`;
}

function commandOf(given: JsonObject): readonly string[] {
  const command = given['command'] ?? null;
  if (command === null) return [];
  if (typeof command === 'string' && command !== '') return [command];
  const list = Array.isArray(command) ? texts(given, 'command') : [];
  if (list.length > 0 && list[0] !== '') return list;
  throw bad('command', 'a program, or a list that begins with one');
}

function oauthOf(given: JsonObject): McpServer['oauth'] {
  const [clientId, clientSecret] = [text(given, 'client_id'), text(given, 'client_secret')];
  if (clientSecret !== undefined && clientId === undefined) {
    throw bad('client_secret', 'given with a client_id');
  }
  return { clientId, clientSecret, scope: text(given, 'scopes'), issuer: text(given, 'issuer') };
}

function unknownOf(given: JsonObject): McpServer['onUnknown'] {
  const value = text(given, 'on_unknown');
  if (value === undefined || value === 'fail' || value === 'retry' || value === 'ask') return value;
  throw bad('on_unknown', '"fail", "retry" or "ask"');
}

function text(given: JsonObject, option: string): string | undefined {
  const value = given[option] ?? null;
  if (value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw bad(option, 'a text');
}

function texts(given: JsonObject, option: string): readonly string[] {
  const value = given[option] ?? [];
  if (Array.isArray(value) && value.every((one: Json) => typeof one === 'string')) {
    return value as readonly string[];
  }
  throw bad(option, 'a list of texts');
}

function dict(given: JsonObject, option: string): { readonly [name: string]: string } {
  const value = given[option] ?? {};
  if (isJsonObject(value) && Object.values(value).every((one) => typeof one === 'string')) {
    return value as { readonly [name: string]: string };
  }
  throw bad(option, 'a dict of texts');
}

function count(given: JsonObject, option: string): number | undefined {
  const value = given[option] ?? null;
  if (value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw bad(option, 'an int from 0');
}

function hostOf(url: string): string {
  return withoutQuery(url)
    .replace(/^https?:\/\/(?:[^@/]*@)?/, '')
    .split('/')[0] as string;
}

/** Queries and user names of addresses can be secrets. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^(https?:\/\/)[^@/]*@/, '$1');
}

function baseOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

function bad(option: string, expected: string) {
  return mcpErrors.badConfig({ option, expected });
}
