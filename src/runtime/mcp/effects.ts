// What is asked of MCP servers, each with its class. Looking is a read; calling a tool is a mutation unless its server says
// that it only looks. What is compared on a replay is the server's name and what is asked, never how it is reached.
import type { Client, RequestOptions } from '@modelcontextprotocol/client';
import type { Json, JsonObject } from '../../base/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  journalErrors,
  type OnUnknown,
} from '../run/index.ts';
import type { AskPolicy } from './ask-policy.ts';
import type { AskingCall } from './asking-call.ts';
import { CallDeadline, NO_TIMEOUT_MS } from './call-deadline.ts';
import { serverCard } from './card.ts';
import { type ConnectFacts, McpClient, type ToolFacts } from './client.ts';
import type { McpConnection } from './connection.ts';
import { connectionsKey, type ServerStatus } from './connections.ts';
import { shownConfig } from './server-config.ts';

/** How one call is made. */
export interface CallHow {
  readonly onUnknown: OnUnknown;
  readonly timeoutMs: number | undefined;
  /** Set when the server may ask in the middle of it. */
  readonly asking?: AskingCall;
}

/** What a declaration says that calls depend on. */
export type Declared = {
  readonly transport: 'stdio' | 'http';
  readonly asks?: AskPolicy | undefined;
  readonly onUnknown?: 'fail' | 'retry' | 'ask' | undefined;
};

type CallArgs = readonly [client: McpClient, tool: string, args: JsonObject, how: CallHow];

interface Request<R> {
  readonly method: string;
  /** Whether to ask again when nobody knows what became of the first time. */
  readonly repeat: boolean;
  readonly timeoutMs?: number | undefined;
  readonly asking?: AskingCall | undefined;
  readonly send: (client: Client, options: RequestOptions) => Promise<R>;
}

/** Sends a request; once more on a new connection when that is certain, or declared, to do no harm. */
async function ask<R>(env: EffectEnv, client: McpClient, request: Request<R>): Promise<R> {
  const connection = await env.get(connectionsKey).of(client, env.host);
  let isWidened = false;
  for (let attempt = 0; ; attempt += 1) {
    const sdk = await connection.client();
    try {
      return connection.scrubbed(await sent(env, connection, sdk, request));
    } catch (error) {
      if (env.signal.aborted) throw error;
      // The server has looked at the scopes and at nothing else.
      if (!isWidened && (await connection.widened(error))) {
        isWidened = true;
        attempt -= 1;
        continue;
      }
      const { fate, error: told, isLoss } = connection.failureOf(error, request.method);
      if (isLoss) await connection.drop(sdk);
      const harmless = fate === 'not_sent' || (fate === 'unknown' && request.repeat);
      if (isLoss && harmless && attempt === 0) continue;
      if (fate !== 'unknown' || request.repeat) throw told;
      const at = { effect: request.method, task: env.taskId, ordinal: env.ordinal };
      throw journalErrors.outcomeUnknown(at, { cause: told });
    }
  }
}

/** One attempt of a request. */
async function sent<R>(
  env: EffectEnv,
  connection: McpConnection,
  sdk: Client,
  { timeoutMs = connection.server.timeoutMs, asking, method, send }: Request<R>,
): Promise<R> {
  if (asking === undefined) return send(sdk, { signal: env.signal, timeout: timeoutMs });
  const deadline = new CallDeadline(env.host.clock, timeoutMs, asking);
  const signal = AbortSignal.any([env.signal, deadline.signal]);
  connection.asking = asking;
  asking.begin();
  try {
    return await send(sdk, { signal, timeout: NO_TIMEOUT_MS });
  } catch (error) {
    if (!deadline.signal.aborted || env.signal.aborted) throw error;
    throw connection.timedOut(method);
  } finally {
    connection.asking = undefined;
    deadline.stop();
  }
}

/** All pages of a list. */
async function listed(
  env: EffectEnv,
  client: McpClient,
  method: string,
  key: string,
  send: (client: Client, options: RequestOptions) => Promise<object>,
): Promise<readonly JsonObject[]> {
  const page = await ask(env, client, { method, repeat: true, send });
  return ((page as { readonly [key: string]: Json })[key] ?? []) as readonly JsonObject[];
}

const readTools = (env: EffectEnv, client: McpClient) =>
  listed(env, client, 'tools/list', 'tools', (sdk, options) => sdk.listTools(undefined, options));

/** What a listing says about one of its tools. */
export function factsOf(tool: JsonObject | undefined): ToolFacts {
  const hints = (tool?.['annotations'] ?? {}) as JsonObject;
  const readOnly = hints['readOnlyHint'] === true;
  return { read_only: readOnly, idempotent: readOnly || hints['idempotentHint'] === true };
}

async function connectFacts(env: EffectEnv, client: McpClient): Promise<ConnectFacts> {
  const connection = await env.get(connectionsKey).of(client, env.host);
  const sdk = await connection.client();
  const capabilities = Object.keys(sdk.getServerCapabilities() ?? {}).sort();
  const tools = capabilities.includes('tools') ? await readTools(env, client) : [];
  connection.keepListing(sdk, tools);
  const { name = client.name, version = '', title } = sdk.getServerVersion() ?? {};
  const instructions = sdk.getInstructions();
  return connection.scrubbed({
    name,
    version,
    ...(title === undefined ? {} : { title }),
    ...(instructions === undefined ? {} : { instructions }),
    protocol: sdk.getNegotiatedProtocolVersion() ?? '',
    capabilities,
    tools: Object.fromEntries(tools.map((tool) => [String(tool['name']), factsOf(tool)])),
  });
}

async function callTool(env: EffectEnv, args: CallArgs, repeat: boolean): Promise<JsonObject> {
  const [client, name, given, { timeoutMs, asking }] = args;
  const params = {
    name,
    arguments: { ...given },
    // For servers that can tell a repetition from a second wish.
    _meta: { 'harn/idempotency-key': env.idempotencyKey },
  };
  const result = await ask(env, client, {
    method: 'tools/call',
    repeat,
    timeoutMs,
    asking,
    send: (sdk, options) => sdk.callTool(params, options),
  });
  return plain(result);
}

/** A call that may be made again: while only people can move it, its run may park. */
async function callAgain(env: EffectEnv, args: CallArgs): Promise<JsonObject> {
  const { asking } = args[3];
  if (asking === undefined) return callTool(env, args, true);
  let taken = () => {};
  asking.onPeople = (isPeople) => {
    taken();
    taken = isPeople ? env.awaitPeople() : () => undefined;
  };
  asking.onPeople(asking.awaitsPeople);
  return callTool(env, args, true);
}

const named = ([client, ...rest]: readonly [McpClient, ...Json[]]): Json => [client.name, ...rest];
const calling = ([client, tool, args]: CallArgs): Json => [client.name, tool, args];
const looking = { class: 'read', access: 'read', identity: named } as const;

/** What came over the wire, without what only the library put there. */
function plain(result: object): JsonObject {
  const { _meta, ...rest } = result as { readonly [key: string]: Json };
  return JSON.parse(JSON.stringify(rest)) as JsonObject;
}

export const mcpEffects = {
  connect: defineEffect(
    {
      name: 'tools.mcp_connect',
      class: 'read',
      access: 'mutate',
      identity: ([client]: readonly [McpClient]) => {
        const server = McpClient.serverOf(client);
        return server === undefined ? [client.name] : [shownConfig(server)];
      },
    },
    (env, client: McpClient) => connectFacts(env, client),
  ),
  /** What a server says about one tool; for servers that nobody connected beforehand. */
  tool_facts: defineEffect(
    { name: 'tools.mcp_tool_facts', ...looking },
    async (env, client: McpClient, tool: string): Promise<ToolFacts> =>
      factsOf((await readTools(env, client)).find((one) => one['name'] === tool)),
  ),
  list_tools: defineEffect(
    {
      name: 'tools.mcp_list_tools',
      ...looking,
      identity: ([client]: readonly [McpClient, boolean?]) => [client.name],
    },
    /** `isNew`: the client has just been connected, and what was listed then is good enough. */
    async (env, client: McpClient, isNew = false): Promise<readonly JsonObject[]> => {
      const connection = isNew ? await env.get(connectionsKey).of(client, env.host) : undefined;
      return ((await connection?.takeListing()) ?? (await readTools(env, client))).map(plain);
    },
  ),
  /** A tool that only looks. */
  call_reading: defineEffect(
    { name: 'tools.mcp_call', class: 'read', access: 'read', identity: calling },
    (env, ...args: [McpClient, string, JsonObject, CallHow]) => callAgain(env, args),
  ),
  /**
   * A tool that may change something, may be called again, and whose server may ask in the middle of it: it is given up and
   * called again like a read, because a run that waits for people in the middle of it has to be able to park.
   */
  call_again: defineEffect(
    {
      name: 'tools.mcp_call',
      class: 'read',
      access: 'mutate',
      paid: () => true,
      identity: calling,
    },
    (env, ...args: [McpClient, string, JsonObject, CallHow]) => callAgain(env, args),
  ),
  call: defineEffect(
    {
      name: 'tools.mcp_call',
      class: 'mutation',
      access: 'mutate',
      onUnknown: 'fail',
      policyOf: ([, , , how]: CallArgs) => how.onUnknown,
      identity: calling,
    },
    (env, ...args: [McpClient, string, JsonObject, CallHow]) =>
      callTool(env, args, args[3].onUnknown === 'retry'),
  ),
  list_resources: defineEffect(
    { name: 'tools.mcp_list_resources', ...looking },
    async (env, client: McpClient): Promise<readonly JsonObject[]> =>
      (
        await listed(env, client, 'resources/list', 'resources', (sdk, options) =>
          sdk.listResources(undefined, options),
        )
      ).map(plain),
  ),
  list_resource_templates: defineEffect(
    { name: 'tools.mcp_list_resource_templates', ...looking },
    async (env, client: McpClient): Promise<readonly JsonObject[]> =>
      (
        await listed(env, client, 'resources/templates/list', 'resourceTemplates', (sdk, options) =>
          sdk.listResourceTemplates(undefined, options),
        )
      ).map(plain),
  ),
  read_resource: defineEffect(
    { name: 'tools.mcp_read_resource', ...looking },
    async (env, client: McpClient, uri: string): Promise<JsonObject> => {
      const send: Request<object>['send'] = (sdk, options) => sdk.readResource({ uri }, options);
      return plain(await ask(env, client, { method: 'resources/read', repeat: true, send }));
    },
  ),
  list_prompts: defineEffect(
    { name: 'tools.mcp_list_prompts', ...looking },
    async (env, client: McpClient): Promise<readonly JsonObject[]> =>
      (
        await listed(env, client, 'prompts/list', 'prompts', (sdk, options) =>
          sdk.listPrompts(undefined, options),
        )
      ).map(plain),
  ),
  get_prompt: defineEffect(
    { name: 'tools.mcp_get_prompt', ...looking },
    async (
      env,
      client: McpClient,
      name: string,
      args: { readonly [name: string]: string },
    ): Promise<JsonObject> => {
      const send: Request<object>['send'] = (sdk, options) =>
        sdk.getPrompt({ name, arguments: args }, options);
      return plain(await ask(env, client, { method: 'prompts/get', repeat: true, send }));
    },
  ),
  server_card: defineEffect(
    { name: 'tools.mcp_server_card', class: 'read', access: 'read' },
    (env, source: string): Promise<JsonObject> => serverCard(env, source),
  ),
  /** The servers of harn.toml, as they stand now. */
  registry_status: defineEffect(
    { name: 'tools.mcp_registry_status', class: 'read', access: 'read' },
    (env): Promise<readonly ServerStatus[]> => env.get(connectionsKey).status(),
  ),
  /** What harn.toml says about a server, as far as its calls depend on it. */
  declared: defineEffect(
    { name: 'tools.mcp_declared', class: 'read', access: 'read' },
    async (env, name: string): Promise<Declared> => {
      const { transport, asks, onUnknown } = await env.get(connectionsKey).declared(name);
      return {
        transport,
        ...(asks === undefined ? {} : { asks }),
        ...(onUnknown === undefined ? {} : { onUnknown }),
      };
    },
  ),
  /** Lets tools of this run find a client by its server's name. */
  register: defineSyncEffect(
    { name: 'tools.mcp_register', class: 'local', access: 'write' },
    (env, client: McpClient) => {
      env.get(connectionsKey).register(client);
      return null;
    },
  ),
  hold: defineSyncEffect(
    { name: 'tools.mcp_ensure_active', class: 'local', access: 'write' },
    (env, name: string) => {
      env.get(connectionsKey).hold(name);
      return null;
    },
  ),
  release: defineSyncEffect(
    { name: 'tools.mcp_release', class: 'local', access: 'write' },
    (env, name: string) => {
      void env.get(connectionsKey).letGo(name);
      return null;
    },
  ),
  disconnect: defineSyncEffect(
    { name: 'tools.mcp_disconnect', class: 'local', access: 'write' },
    (env, client: McpClient) => {
      env.get(connectionsKey).disconnect(client);
      return null;
    },
  ),
};
