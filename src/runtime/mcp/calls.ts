// MCP for programs of either language: servers are connected, looked at and called through these functions, which check what
// the caller may do and choose the class of a call by what the server says about the tool.
import type { Json, JsonObject } from '../../base/index.ts';
import { commandPolicies } from '../boundary/index.ts';
import {
  emitRunEvent,
  type RunContext,
  type RunEvent,
  runSpansKey,
  type Suspending,
} from '../run/index.ts';
import { answerRequests } from './answer-requests.ts';
import type { AskPolicy } from './ask-policy.ts';
import { AskingCall } from './asking-call.ts';
import { McpClient } from './client.ts';
import { connectionsKey, declaredId, type ServerStatus } from './connections.ts';
import { type CallHow, type Declared, factsOf, mcpEffects } from './effects.ts';
import { mcpErrors } from './errors.ts';
import { resourceValue, toolValue } from './results.ts';
import { type McpServer, type McpServerConfig, readServer } from './server-config.ts';

/** How one call differs from what is declared for its server. */
export interface McpCallOptions {
  readonly on_unknown?: 'fail' | 'retry' | 'ask' | null;
  readonly timeout_ms?: number | null;
}

/** How far a run is that serves a call of somebody's MCP client; what that client is told. */
export type McpProgress = {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
};

/** The kind of the transcript event that says so. */
const PROGRESS_EVENT = 'mcp_progress';

/** What a client knows about its server. */
export type McpServerInfo = {
  readonly name: string;
  readonly connected: boolean;
  readonly version?: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly protocol?: string;
  readonly capabilities?: readonly string[];
};

/** Servers are processes or addresses: whoever may not start the one or reach the other may not have the server. */
function permit(ctx: RunContext, transport: McpServer['transport'], name: string): void {
  if (transport === 'http') {
    ctx.authority.check({ name: 'net.post', access: 'mutate' });
    return;
  }
  ctx.authority.check({ name: 'process.run', access: 'mutate' });
  if (commandPolicies.areInForce(ctx)) throw mcpErrors.underCommandPolicy({ server: name });
}

function* connect(ctx: RunContext, config: McpServerConfig): Suspending<McpClient> {
  const given = readServer(config as unknown as JsonObject);
  permit(ctx, given.transport, given.name);
  const { cwd, env } = ctx.scope;
  const server = {
    ...given,
    cwd: given.cwd === undefined ? cwd : ctx.scope.path(given.cwd),
    env: { ...env, ...given.env },
  };
  const client = new McpClient(ctx.get(connectionsKey).nextId(), server.name, server);
  const connected = client.with(yield* ctx.perform(mcpEffects.connect, [client]));
  ctx.sync(mcpEffects.register, [connected]);
  return connected;
}

/** A server of harn.toml, connected when it is first needed. */
function declared(name: string): McpClient {
  return new McpClient(declaredId(name), name);
}

/** Checks that the caller may have the server; gives what is declared about it. */
function* usable(ctx: RunContext, client: McpClient): Suspending<Declared> {
  const server = McpClient.serverOf(client);
  const declaration = server ?? (yield* ctx.perform(mcpEffects.declared, [client.name]));
  permit(ctx, declaration.transport, client.name);
  return declaration;
}

/** Starts a declared server and holds it open until it is released as often as it was held. */
function* ensureActive(ctx: RunContext, name: string): Suspending<McpClient> {
  const client = declared(name);
  yield* usable(ctx, client);
  const facts = yield* ctx.perform(mcpEffects.connect, [client]);
  ctx.sync(mcpEffects.hold, [name]);
  return client.with(facts);
}

/** `isNew`: the client was connected just now, so the listing of that moment will do. */
function* listTools(
  ctx: RunContext,
  client: McpClient,
  isNew = false,
): Suspending<readonly JsonObject[]> {
  yield* usable(ctx, client);
  const tools = yield* ctx.perform(mcpEffects.list_tools, [client, isNew]);
  return tools.map((tool) => ({ ...tool, _mcp_server: client.name }));
}

/** `listed` is what the server's listing said of the tool, when the caller has it. */
function* call(
  ctx: RunContext,
  client: McpClient,
  tool: string,
  args: JsonObject = {},
  options: McpCallOptions = {},
  listed?: JsonObject,
): Suspending<Json> {
  const { asks, onUnknown: declaredPolicy } = yield* usable(ctx, client);
  const known = client.facts?.tools[tool] ?? (listed === undefined ? undefined : factsOf(listed));
  const { read_only, idempotent } =
    known ??
    (client.facts === undefined
      ? yield* ctx.perform(mcpEffects.tool_facts, [client, tool])
      : { read_only: false, idempotent: false });
  const onUnknown =
    options.on_unknown ?? declaredPolicy ?? (idempotent ? ('retry' as const) : ('fail' as const));
  const how = { onUnknown, timeoutMs: options.timeout_ms ?? undefined };
  const spans = ctx.get(runSpansKey);
  const attributes = { mcp_server: client.name, tool_name: tool };
  const span = spans.start(ctx.task, 'mcp_call', tool, { attributes });
  try {
    const one = { client, tool, args, how, isRead: read_only };
    const result = yield* asks === undefined ? called(ctx, one) : calledAsking(ctx, one, asks);
    const value = toolValue(client.name, tool, result);
    span.end('ok');
    return value;
  } finally {
    span.end('error');
  }
}

interface ToolCall {
  readonly client: McpClient;
  readonly tool: string;
  readonly args: JsonObject;
  readonly how: CallHow;
  readonly isRead: boolean;
}

function called(
  ctx: RunContext,
  { client, tool, args, how, isRead }: ToolCall,
): Suspending<JsonObject> {
  const again = how.asking !== undefined && how.onUnknown === 'retry';
  const mutation = again ? mcpEffects.call_again : mcpEffects.call;
  return ctx.perform(isRead ? mcpEffects.call_reading : mutation, [client, tool, args, how]);
}

/** A call in whose middle the server may ask; a task beside it answers, in the journal on its own account. */
function* calledAsking(ctx: RunContext, one: ToolCall, policy: AskPolicy): Suspending<JsonObject> {
  const endTurn = yield* ctx.get(connectionsKey).turn(ctx, one.client);
  const asking = new AskingCall();
  const asker = { server: one.client.name, tool: one.tool, policy };
  const id = ctx.task.nextGroup('mcp_requests');
  const answering = ctx.startTask(id, (inner) => answerRequests(inner, asking, asker));
  try {
    return yield* called(ctx, { ...one, how: { ...one.how, asking } });
  } finally {
    ctx.run.scheduler.drop(answering);
    endTurn();
  }
}

function* readResource(ctx: RunContext, client: McpClient, uri: string): Suspending<Json> {
  yield* usable(ctx, client);
  return resourceValue(yield* ctx.perform(mcpEffects.read_resource, [client, uri]));
}

function* getPrompt(
  ctx: RunContext,
  client: McpClient,
  name: string,
  args: JsonObject = {},
): Suspending<JsonObject> {
  yield* usable(ctx, client);
  const texts = Object.entries(args).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return yield* ctx.perform(mcpEffects.get_prompt, [client, name, Object.fromEntries(texts)]);
}

function list(effect: (typeof mcpEffects)[Lists]) {
  return function* (ctx: RunContext, client: McpClient): Suspending<readonly JsonObject[]> {
    yield* usable(ctx, client);
    return yield* ctx.perform(effect, [client]);
  };
}

type Lists = 'list_resources' | 'list_resource_templates' | 'list_prompts';

/** Connects a declared server for what it says about itself; one that was connected told then. */
function* serverInfo(ctx: RunContext, client: McpClient): Suspending<McpServerInfo> {
  yield* usable(ctx, client);
  const facts = client.facts ?? (yield* ctx.perform(mcpEffects.connect, [client]));
  const { tools: _, ...info } = facts;
  return { ...info, connected: !ctx.get(connectionsKey).isGone(client) };
}

/** Says how far the run is: an event of the run, and a notification for the client that waits for it. */
function reportProgress(ctx: RunContext, payload: McpProgress): void {
  ctx.authority.check({ name: 'tools.mcp_report_progress', access: 'write' });
  emitRunEvent(ctx, { event_type: 'transcript', kind: PROGRESS_EVENT, payload });
}

/** What an event of a run says about how far it is; undefined for other events. */
function progressOf(event: RunEvent): McpProgress | undefined {
  const isProgress = event.event_type === 'transcript' && event.kind === PROGRESS_EVENT;
  return isProgress ? (event.payload as McpProgress) : undefined;
}

export const mcpCalls = {
  reportProgress,
  progressOf,
  connect,
  declared,
  /** The client of a server's name: connected by this run, or declared. */
  named: (ctx: RunContext, name: string): McpClient => ctx.get(connectionsKey).named(name),
  /** Whether a server can be had by its name: connected by this run, declared in harn.toml, or not at all (undefined). */
  *standing(ctx: RunContext, name: string): Suspending<'connected' | 'declared' | undefined> {
    const connections = ctx.get(connectionsKey);
    if (connections.named(name).id !== declaredId(name)) return 'connected';
    const servers = yield* ctx.perform(mcpEffects.registry_status, []);
    return servers.some((server) => server.name === name) ? 'declared' : undefined;
  },
  ensureActive,
  release: (ctx: RunContext, name: string): void => {
    ctx.sync(mcpEffects.release, [name]);
  },
  *status(ctx: RunContext): Suspending<readonly ServerStatus[]> {
    return yield* ctx.perform(mcpEffects.registry_status, []);
  },
  listTools,
  call,
  listResources: list(mcpEffects.list_resources),
  listResourceTemplates: list(mcpEffects.list_resource_templates),
  readResource,
  listPrompts: list(mcpEffects.list_prompts),
  getPrompt,
  serverInfo,
  disconnect: (ctx: RunContext, client: McpClient): void => {
    ctx.sync(mcpEffects.disconnect, [client]);
  },
};
