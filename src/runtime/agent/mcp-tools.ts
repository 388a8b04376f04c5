// Tools of MCP servers in loops: those of the servers that a loop names (`mcp_servers`), and those of a registry that says
// which server runs them. A call goes through the effects of mcp/, so the journal knows each by its own class.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { isSecretName } from '../host/index.ts';
import { type McpClient, mcpCalls } from '../mcp/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { loopErrors } from './errors.ts';
import { type Tool, type ToolHandler, toTool } from './tools.ts';

/** The tools of the servers of a loop, and what to disconnect when it ends. */
export interface LoopServers {
  readonly tools: readonly Tool[];
  readonly clients: readonly McpClient[];
}

/** Connects the servers that `mcp_servers` names: declarations, or names of those of harn.toml. */
export function* connectServers(ctx: RunContext, given: Json | undefined): Suspending<LoopServers> {
  const tools: Tool[] = [];
  const clients: McpClient[] = [];
  for (const one of serversOf(given)) {
    const isDeclared = typeof one === 'string';
    const client = isDeclared ? mcpCalls.named(ctx, one) : yield* mcpCalls.connect(ctx, one);
    if (!isDeclared) clients.push(client);
    const listed = yield* mcpCalls.listTools(ctx, client, true);
    tools.push(...serverTools(client, listed));
  }
  return { tools, clients };
}

/** Options of a loop are kept with it, so what is secret is named by its variable and does not stand in them. */
function serversOf(given: Json | undefined): readonly (string | JsonObject)[] {
  if (given === undefined || given === null) return [];
  const bad = (expected: string) => loopErrors.badOption({ option: 'mcp_servers', expected });
  if (!Array.isArray(given)) throw bad('a list of servers');
  return (given as readonly Json[]).map((one) => {
    if (typeof one === 'string') return one;
    if (!isJsonObject(one)) throw bad('a list of dicts and of names from harn.toml');
    const secret = [one, one['headers'], one['env']]
      .flatMap((part) => (isJsonObject(part ?? null) ? Object.keys(part as JsonObject) : []))
      .find((key) => key !== 'auth_token_env' && isSecretName(key));
    if (secret === undefined) return one;
    throw bad(
      `without ${secret}: the options of a loop are kept; name the variable (auth_token_env)`,
    );
  });
}

/** What a server lists as tools of a loop: `<server>__<tool>`. */
export function serverTools(client: McpClient, listed: readonly JsonObject[]): readonly Tool[] {
  return listed.map((tool) => toolOf(client, tool));
}

function toolOf(client: McpClient, tool: JsonObject): Tool {
  const name = String(tool['name']);
  const declared = { ...tool, name: `${client.name}__${name}`, executor: 'mcp_server' };
  return toTool(
    declared,
    mcpHandler(client.name, name, () => client, tool),
  );
}

/** Runs a tool of a server; by default of whichever client has the server's name when it is called. */
export function mcpHandler(
  server: string,
  tool: string,
  clientOf: (ctx: RunContext) => McpClient = (ctx) => mcpCalls.named(ctx, server),
  listed?: JsonObject,
  isListed = false,
): ToolHandler {
  return {
    kind: 'program',
    mcp: { server, tool, isListed: listed !== undefined || isListed },
    run: (ctx, args) => mcpCalls.call(ctx, clientOf(ctx), tool, args, {}, listed),
  };
}

/** The handler of a declaration that names its server: `executor: "mcp_server"`, or as a server's list has it. */
export function declaredMcpHandler(declared: JsonObject): ToolHandler | undefined {
  const server = declared['mcp_server'] ?? declared['_mcp_server'];
  if (typeof server !== 'string' || server === '') return undefined;
  const tool = declared['mcp_tool'] ?? declared['name'];
  // A declaration with this key was listed by the server, and came here as it is.
  const isListed = typeof declared['_mcp_server'] === 'string';
  return mcpHandler(server, String(tool), undefined, undefined, isListed);
}
