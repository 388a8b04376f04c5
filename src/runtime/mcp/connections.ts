// The connections of one run: made when a request needs one, counted where programs hold servers open, closed when this
// process lets go of the run. Nothing here is recorded; a resumed run connects again when it has something to ask.
import type { Host } from '../host/index.ts';
import type { RunContext, RunServices, ServiceKey, Suspending } from '../run/index.ts';
import { McpClient } from './client.ts';
import { McpConnection } from './connection.ts';
import { mcpErrors } from './errors.ts';
import { McpLogins } from './login-store.ts';
import { manifestServers } from './manifest.ts';
import type { McpServer } from './server-config.ts';

/** What a program may know of a declared server. */
export type ServerStatus = {
  readonly name: string;
  readonly lazy: boolean;
  readonly active: boolean;
  readonly ref_count: number;
};

export class McpConnections {
  readonly #host: Host;
  readonly #open = new Map<string, McpConnection>();
  readonly #gone = new Set<string>();
  readonly #named = new Map<string, McpClient>();
  readonly #holders = new Map<string, number>();
  readonly #turns = new Map<string, (() => void)[]>();
  #manifest: Promise<ReadonlyMap<string, McpServer>> | undefined;
  #made = 0;

  constructor(run: RunServices) {
    this.#host = run.host;
    run.onRelease(() => this.closeAll());
  }

  nextId(): string {
    this.#made += 1;
    return `client:${this.#made}`;
  }

  /** The connection of a client, made over the host of whoever first asks. */
  async of(client: McpClient, host: Host): Promise<McpConnection> {
    if (this.#gone.has(client.id)) throw mcpErrors.closed({ server: client.name });
    const found = this.#open.get(client.id);
    if (found !== undefined) return found;
    const server = McpClient.serverOf(client) ?? (await this.declared(client.name));
    const made =
      this.#open.get(client.id) ?? new McpConnection(server, host, new McpLogins(this.#host));
    this.#open.set(client.id, made);
    return made;
  }

  /** A server of harn.toml. */
  async declared(name: string): Promise<McpServer> {
    const servers = await this.servers();
    const server = servers.get(name);
    if (server !== undefined) return server;
    const known = [...servers.keys()].join(', ');
    throw mcpErrors.unknownServer({ server: name, known: known === '' ? 'none' : known });
  }

  servers(): Promise<ReadonlyMap<string, McpServer>> {
    this.#manifest ??= manifestServers(this.#host);
    return this.#manifest;
  }

  /** From now on this is the client of its server's name. */
  register(client: McpClient): void {
    this.#named.set(client.name, client);
  }

  /** The client that was connected last under a name, else the one that harn.toml declares. */
  named(name: string): McpClient {
    const found = this.#named.get(name);
    return found === undefined || this.isGone(found)
      ? new McpClient(declaredId(name), name)
      : found;
  }

  /**
   * Waits until no other call of this client is under way: what a server asks in the middle of a call does not say of which.
   * Gives what ends the turn; it also ends with its task.
   */
  *turn(ctx: RunContext, client: McpClient): Suspending<() => void> {
    const waiting = this.#turns.get(client.id);
    if (waiting === undefined) this.#turns.set(client.id, []);
    else {
      yield* ctx.block(`a call of ${client.name} before this one`, (resume) => {
        const go = () => resume({ ok: true, value: undefined });
        waiting.push(go);
        return () => void waiting.splice(waiting.indexOf(go), 1);
      });
    }
    const { owned } = ctx.task;
    const end = () => {
      if (!owned.delete(end)) return;
      const next = this.#turns.get(client.id)?.shift();
      if (next === undefined) this.#turns.delete(client.id);
      else next();
    };
    owned.add(end);
    return end;
  }

  isGone(client: McpClient): boolean {
    return this.#gone.has(client.id);
  }

  /** Nobody uses this client again. */
  disconnect(client: McpClient): void {
    this.#gone.add(client.id);
    void this.#open.get(client.id)?.close();
    this.#open.delete(client.id);
  }

  hold(name: string): void {
    this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1);
  }

  /** One holder less; the last one lets the server end, at once or after its time. */
  async letGo(name: string): Promise<void> {
    const held = this.#holders.get(name) ?? 0;
    if (held === 0) return;
    this.#holders.set(name, held - 1);
    const connection = this.#open.get(declaredId(name));
    if (held > 1 || connection === undefined) return;
    const { keepAliveMs } = connection.server;
    if (keepAliveMs === 0) return connection.release();
    this.#host.clock.after(keepAliveMs, () => {
      if (this.#holders.get(name) === 0) void connection.release();
    });
  }

  async status(): Promise<readonly ServerStatus[]> {
    return [...(await this.servers()).values()].map(({ name, lazy }) => ({
      name,
      lazy,
      active: this.#open.get(declaredId(name))?.isActive ?? false,
      ref_count: this.#holders.get(name) ?? 0,
    }));
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((connection) => connection.close()));
  }
}

/** All clients of a declared server share its connection. */
export const declaredId = (name: string): string => `declared:${name}`;

export const connectionsKey: ServiceKey<McpConnections> = {
  name: 'mcp.connections',
  create: (run) => new McpConnections(run),
};
