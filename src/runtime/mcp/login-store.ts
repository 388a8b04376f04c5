// Logins at MCP servers that are kept for later runs: one file for each server's address in the user's configuration, which
// nobody else may read. Whoever changes one holds its lock, so that a refresh token is used once on this machine.
import { isJsonObject, type Json, type JsonObject, shortHash } from '../../base/index.ts';
import { baseName, type HolderIdentity, type Host, isHostError, joinPath } from '../host/index.ts';
import { mcpErrors } from './errors.ts';

/** A login as it is kept. The address is the resource that the tokens are for. */
export interface McpLogin {
  readonly url: string;
  /** How the server was called when somebody logged in. */
  readonly name: string;
  readonly authorization_server: string;
  /** What that server published about itself, so that a refresh need not ask. */
  readonly metadata: JsonObject;
  readonly resource?: string;
  /** The registered client; `client_secret` where it has one. */
  readonly client: { readonly client_id: string } & JsonObject;
  readonly redirect_uri: string;
  readonly tokens: { readonly access_token: string } & JsonObject;
  /** What was granted, or asked for where the server did not say. */
  readonly scope?: string;
  readonly obtained_at_ms: number;
  readonly expires_at_ms?: number;
}

type LoginHost = Pick<Host, 'clock' | 'env' | 'fs' | 'process' | 'system'>;

const LOCK_WAIT_MS = 30_000;
const LOCK_LOOK_MS = 25;
const MAX_FILE_BYTES = 1024 * 1024;

/** The address that a login is kept under: without fragment, and spelled in one way. */
export function loginAddress(url: string): string {
  const address = new URL(url);
  address.hash = '';
  address.username = '';
  address.password = '';
  return address.href;
}

export class McpLogins {
  readonly #host: LoginHost;

  constructor(host: LoginHost) {
    this.#host = host;
  }

  /** `$XDG_CONFIG_HOME/harn/mcp-logins`, else the same in `~/.config`. */
  get directory(): string {
    const xdg = this.#host.env.get('XDG_CONFIG_HOME');
    const config = xdg?.startsWith('/') ? xdg : joinPath(this.#host.system.homeDir(), '.config');
    return joinPath(joinPath(config, 'harn'), 'mcp-logins');
  }

  /** Undefined when nobody is logged in. `HARN-MCP-018` when others may read the file, `019` when it is none of ours. */
  async get(url: string): Promise<McpLogin | undefined> {
    return this.#read(this.#pathOf(url));
  }

  /** All of them, by address. */
  async list(): Promise<readonly McpLogin[]> {
    const { fs } = this.#host;
    if (!(await fs.exists(this.directory))) return [];
    const logins: McpLogin[] = [];
    for (const { name } of await fs.listDir(this.directory)) {
      if (!name.endsWith('.json')) continue;
      const login = await this.#read(joinPath(this.directory, name));
      if (login !== undefined) logins.push(login);
    }
    return logins.sort((a, b) => (a.url < b.url ? -1 : 1));
  }

  /** All or nothing: readers see the old login or the new one. Hold the lock. */
  async save(login: McpLogin): Promise<void> {
    const text = `${JSON.stringify(login, null, 2)}\n`;
    await this.#host.fs.writeFile(this.#pathOf(login.url), text, { mode: 0o600 });
  }

  /** False when there was none. Hold the lock. */
  async remove(url: string): Promise<boolean> {
    const path = this.#pathOf(url);
    if (!(await this.#host.fs.exists(path))) return false;
    await this.#host.fs.delete(path);
    return true;
  }

  /** Keeps everybody else on this machine from changing the login meanwhile. `HARN-MCP-020` when somebody does for long. */
  async locked<T>(url: string, body: () => Promise<T>): Promise<T> {
    const { fs } = this.#host;
    await fs.mkdir(this.directory, { mode: 0o700 });
    const lock = `${this.#pathOf(url)}.lock`;
    await this.#takeLock(lock, url);
    try {
      return await body();
    } finally {
      await fs.delete(lock).catch(() => undefined);
    }
  }

  async #takeLock(lock: string, url: string): Promise<void> {
    const { clock, fs, system } = this.#host;
    const me = JSON.stringify(await system.identity());
    const untilMs = clock.monotonicMs() + LOCK_WAIT_MS;
    for (;;) {
      try {
        await fs.writeFile(lock, me, { mode: 0o600, exclusive: true, sync: false });
        return;
      } catch (error) {
        if (!isHostError(error, 'alreadyExists')) throw error;
      }
      if (await this.#isAbandoned(lock)) await fs.delete(lock).catch(() => undefined);
      else if (clock.monotonicMs() > untilMs) throw mcpErrors.loginBusy({ url, lock });
      else await new Promise<void>((resolve) => clock.after(LOCK_LOOK_MS, resolve));
    }
  }

  /** Whether the process that holds a lock of this machine is gone. */
  async #isAbandoned(lock: string): Promise<boolean> {
    const text = await this.#host.fs.readText(lock).catch(() => '');
    let holder: HolderIdentity;
    try {
      holder = JSON.parse(text) as HolderIdentity;
    } catch {
      return false;
    }
    const { hostname } = await this.#host.system.identity();
    return holder.hostname === hostname && !(await this.#host.process.isAlive(holder));
  }

  #pathOf(url: string): string {
    const address = loginAddress(url);
    const host = new URL(address).hostname.replace(/[^a-z0-9.-]+/g, '_');
    return joinPath(this.directory, `${host}-${shortHash(address)}.json`);
  }

  async #read(path: string): Promise<McpLogin | undefined> {
    const { fs, system } = this.#host;
    if (!(await fs.exists(path))) return undefined;
    const { mode } = await fs.stat(path);
    // Elsewhere the bits say nothing about who may read.
    if (system.facts().platform !== 'win32' && (mode & 0o077) !== 0) {
      throw mcpErrors.openLogin({ path });
    }
    let login: Json | undefined;
    try {
      login = JSON.parse(await fs.readText(path, { maxBytes: MAX_FILE_BYTES })) as Json;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (isLogin(login) && path.endsWith(baseName(this.#pathOf(login.url)))) return login;
    throw mcpErrors.badLogin({ path });
  }
}

function isLogin(value: Json | undefined): value is McpLogin & JsonObject {
  if (!isJsonObject(value)) return false;
  const { url, client, tokens, metadata } = value;
  return (
    typeof url === 'string' &&
    URL.canParse(url) &&
    isJsonObject(metadata) &&
    isJsonObject(client) &&
    typeof client['client_id'] === 'string' &&
    isJsonObject(tokens) &&
    typeof tokens['access_token'] === 'string'
  );
}
