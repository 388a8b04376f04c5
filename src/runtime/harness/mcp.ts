// MCP servers in TypeScript: `harness.mcp`. The calls are those of the language; a client carries them as methods.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type McpCallOptions,
  type McpClient,
  type McpServerConfig,
  type McpServerInfo,
  mcpCalls,
  type ServerStatus,
} from '../mcp/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { notData } from './family.ts';

/** A connected server. It is connected again by itself when the connection is lost. */
export interface McpConnectionHandle {
  readonly name: string;
  /** What the server calls itself, and what it offers. */
  info(): Promise<McpServerInfo>;
  /** Its tools as it lists them, each with `_mcp_server`: good as `tools` of an agent. */
  listTools(): Promise<readonly JsonObject[]>;
  /**
   * Calls a tool: the text it answers, a list of contents, or null. Rejects with `HARN-MCP-006` when the tool reports an
   * error and with `HARN-JRN-003` when nobody knows whether a tool that may change something was run.
   */
  call<T extends Json = Json>(
    tool: string,
    args?: JsonObject,
    options?: McpCallOptions,
  ): Promise<T>;
  listResources(): Promise<readonly JsonObject[]>;
  listResourceTemplates(): Promise<readonly JsonObject[]>;
  /** The text of a resource, or the list of its contents. */
  readResource(uri: string): Promise<Json>;
  listPrompts(): Promise<readonly JsonObject[]>;
  getPrompt(name: string, args?: JsonObject): Promise<JsonObject>;
  /** Ends the connection for good; a process is ended with it. */
  disconnect(): void;
}

/** MCP servers. Part of the capability `tools`; a server that is a process needs `process`, one at an address `net`. */
export interface McpHandle {
  /**
   * Starts a server or reaches one at its address.
   *
   * @example
   * const files = await harness.mcp.connect({ name: 'files', command: ['mcp-files', '/srv'] });
   * const text = await files.call('read_file', { path: '/srv/a.txt' });
   */
  connect(server: McpServerConfig): Promise<McpConnectionHandle>;
  /**
   * A server by its name: the one that this run connected last under it, else the one that harn.toml declares as `[[mcp]]`,
   * which is connected when it is first needed. For lanes that use what another lane has connected.
   */
  server(name: string): McpConnectionHandle;
  /** Starts a declared server and holds it open until `release`. */
  ensureActive(name: string): Promise<McpConnectionHandle>;
  release(name: string): void;
  /** Tells the client of a served call how far it is; elsewhere it is an event of the run. */
  reportProgress(progress: number, total?: number, message?: string): void;
  /** The declared servers and which of them are connected. */
  registryStatus(): Promise<readonly ServerStatus[]>;
}

/** The handle of a context. */
export function mcpHandle(ctx: RunContext): McpHandle {
  const lane = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('mcp'), body);
  const handleOf = (client: McpClient) => connectionHandle(ctx, client, lane);
  return notData('harness.mcp', {
    connect: async (server) => handleOf(await lane((inner) => mcpCalls.connect(inner, server))),
    server: (name) => handleOf(mcpCalls.named(ctx, name)),
    ensureActive: async (name) =>
      handleOf(await lane((inner) => mcpCalls.ensureActive(inner, name))),
    release: (name) => mcpCalls.release(ctx, name),
    reportProgress: (progress, total, message) =>
      mcpCalls.reportProgress(ctx, {
        progress,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message }),
      }),
    registryStatus: () => lane((inner) => mcpCalls.status(inner)),
  } satisfies McpHandle);
}

function connectionHandle(
  ctx: RunContext,
  client: McpClient,
  lane: <T>(body: (inner: RunContext) => Suspending<T>) => Promise<T>,
): McpConnectionHandle {
  return notData(`the MCP client of ${client.name}`, {
    name: client.name,
    info: () => lane((inner) => mcpCalls.serverInfo(inner, client)),
    listTools: () => lane((inner) => mcpCalls.listTools(inner, client)),
    call: <T extends Json>(tool: string, args?: JsonObject, options?: McpCallOptions) =>
      lane((inner) => mcpCalls.call(inner, client, tool, args, options)) as Promise<T>,
    listResources: () => lane((inner) => mcpCalls.listResources(inner, client)),
    listResourceTemplates: () => lane((inner) => mcpCalls.listResourceTemplates(inner, client)),
    readResource: (uri) => lane((inner) => mcpCalls.readResource(inner, client, uri)),
    listPrompts: () => lane((inner) => mcpCalls.listPrompts(inner, client)),
    getPrompt: (name, args) => lane((inner) => mcpCalls.getPrompt(inner, client, name, args)),
    disconnect: () => mcpCalls.disconnect(ctx, client),
  } satisfies McpConnectionHandle);
}
