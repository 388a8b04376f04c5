// MCP servers, as methods of `harness.tools` and the older globals. A client is a value that leads to its server and cannot
// be written down.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import {
  type McpCallOptions,
  type McpClient,
  type McpServerConfig,
  mcpCalls,
  mcpEffects,
} from '../runtime/mcp/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  DISPLAY,
  display,
  fromJson,
  HarnObject,
  isDict,
  isList,
  KIND,
  type List,
  PROPERTY,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin, constant } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

/** A client as a program holds it. */
export class HarnMcpClient extends HarnObject {
  readonly client: McpClient;

  constructor(client: McpClient) {
    super();
    this.client = client;
  }

  get [KIND](): string {
    return 'mcp_client';
  }

  override [DISPLAY](): string {
    return `<mcp_client ${this.client.name}>`;
  }

  override [PROPERTY](name: string): Value | undefined {
    return name === 'name' ? this.client.name : undefined;
  }
}

/** The servers of harn.toml as `mcp.<name>`: a client each, connected when it is first used. */
class DeclaredServers extends HarnObject {
  get [KIND](): string {
    return 'dict';
  }

  override [DISPLAY](): string {
    return '<mcp>';
  }

  override [PROPERTY](name: string): Value {
    return new HarnMcpClient(mcpCalls.declared(name));
  }
}

const text = (value: Value | undefined) => display(value ?? null);

function clientOf(builtinName: string, value: Value | undefined): McpClient {
  if (value instanceof HarnMcpClient) return value.client;
  if (typeof value === 'string' && value !== '') return mcpCalls.declared(value);
  const detail = `the client must be an mcp_client or the name of a declared server, got ${typeOf(value ?? null)}`;
  throw wrong.argument({ builtin: builtinName, detail });
}

function dictOf(builtinName: string, what: string, value: Value | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  const data = isDict(value) ? toData(value) : null;
  if (isJsonObject(data)) return data;
  throw wrong.argument({
    builtin: builtinName,
    detail: `${what} must be a dict, got ${typeOf(value)}`,
  });
}

/** `mcp_connect(command, args?)`, or the fields of a declaration. */
function configOf([command, args]: List): McpServerConfig {
  if (isDict(command ?? null))
    return dictOf('mcp_connect', 'the server', command) as McpServerConfig;
  if (typeof command !== 'string' || command === '') {
    throw wrong.argument({ builtin: 'mcp_connect', detail: 'command is required' });
  }
  if (args === undefined || args === null) return { command };
  if (isList(args)) return { command, args: args.map(text) };
  throw wrong.argument({ builtin: 'mcp_connect', detail: 'args must be a list' });
}

interface Call {
  readonly signature: string;
  readonly doc: string;
  readonly run: (ctx: RunContext, args: List) => Suspending<Json>;
}

/** What is asked of a connected server. */
const ASKING: readonly Call[] = [
  {
    signature: 'mcp_list_tools(client: any) -> list<dict>',
    doc: 'The tools of a server: `{name, description, inputSchema, annotations, _mcp_server}` each; good as `tools` of an agent.',
    run: (ctx, [client]) => mcpCalls.listTools(ctx, clientOf('mcp_list_tools', client)),
  },
  {
    signature: 'mcp_call(client: any, name: string, arguments: dict?, options: dict?) -> any',
    doc: 'Calls a tool: its text, a list of contents, or nil; throws what the tool reports as an error. Options: `on_unknown`, `timeout_ms`.',
    run: (ctx, [client, name, args, options]) =>
      mcpCalls.call(
        ctx,
        clientOf('mcp_call', client),
        text(name),
        dictOf('mcp_call', 'arguments', args),
        dictOf('mcp_call', 'options', options) as McpCallOptions,
      ),
  },
  {
    signature: 'mcp_list_resources(client: any) -> list<dict>',
    doc: 'The resources of a server: `{uri, name, ...}` each.',
    run: (ctx, [client]) => mcpCalls.listResources(ctx, clientOf('mcp_list_resources', client)),
  },
  {
    signature: 'mcp_list_resource_templates(client: any) -> list<dict>',
    doc: 'The templates by which a server makes addresses of resources: `{uriTemplate, name, ...}` each.',
    run: (ctx, [client]) =>
      mcpCalls.listResourceTemplates(ctx, clientOf('mcp_list_resource_templates', client)),
  },
  {
    signature: 'mcp_read_resource(client: any, uri: string) -> any',
    doc: 'The text of a resource, or the list of its contents.',
    run: (ctx, [client, uri]) =>
      mcpCalls.readResource(ctx, clientOf('mcp_read_resource', client), text(uri)),
  },
  {
    signature: 'mcp_list_prompts(client: any) -> list<dict>',
    doc: 'The prompts of a server: `{name, description, arguments}` each.',
    run: (ctx, [client]) => mcpCalls.listPrompts(ctx, clientOf('mcp_list_prompts', client)),
  },
  {
    signature: 'mcp_get_prompt(client: any, name: string, arguments: dict?) -> dict',
    doc: 'A prompt with its arguments put in: `{description?, messages}`.',
    run: (ctx, [client, name, args]) =>
      mcpCalls.getPrompt(
        ctx,
        clientOf('mcp_get_prompt', client),
        text(name),
        dictOf('mcp_get_prompt', 'arguments', args),
      ),
  },
  {
    signature: 'mcp_server_info(client: any) -> dict',
    doc: 'What a server calls itself and offers: `{name, version, connected, capabilities, protocol, ...}`.',
    run: (ctx, [client]) => mcpCalls.serverInfo(ctx, clientOf('mcp_server_info', client)),
  },
];

function askingRow({ signature, doc, run }: Call): BuiltinRow {
  const name = signature.slice(0, signature.indexOf('('));
  return builtin(
    `tools.${signature}`,
    { doc, effect: name === 'mcp_call' ? 'mutation' : 'read', aliases: [name] },
    function* (ctx: Ctx, ...args: Value[]): Steps {
      return fromJson(yield* run(ctx as RunContext, args));
    },
  );
}

export function mcpRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'tools.mcp_connect(command: any, args: list?) -> any',
      {
        doc: 'Connects to an MCP server: a program with its arguments, or a dict with the fields of `[[mcp]]`. A lost connection is made again.',
        effect: 'read',
        aliases: ['mcp_connect'],
      },
      function* (ctx: Ctx, ...args: Value[]): Steps {
        return new HarnMcpClient(yield* mcpCalls.connect(ctx as RunContext, configOf(args)));
      },
    ),
    ...ASKING.map(askingRow),
    builtin(
      'tools.mcp_disconnect(client: any) -> nil',
      {
        doc: 'Ends a connection, and the process of its server.',
        effect: 'ambient',
        aliases: ['mcp_disconnect'],
      },
      (ctx: Ctx, client: Value) => {
        mcpCalls.disconnect(ctx as RunContext, clientOf('mcp_disconnect', client));
        return null;
      },
    ),
    ...declaredRows(),
  ];
}

/** The servers of harn.toml. */
function declaredRows(): readonly BuiltinRow[] {
  return [
    constant(
      'mcp: any',
      {
        doc: 'The MCP servers of harn.toml: `mcp.<name>` is a client that connects when it is first used.',
      },
      new DeclaredServers(),
    ),
    builtin(
      'tools.mcp_ensure_active(name: string) -> any',
      {
        doc: 'Starts a declared server and holds it open until `mcp_release`.',
        effect: 'read',
        aliases: ['mcp_ensure_active'],
      },
      function* (ctx: Ctx, name: Value): Steps {
        return new HarnMcpClient(yield* mcpCalls.ensureActive(ctx as RunContext, text(name)));
      },
    ),
    builtin(
      'tools.mcp_release(name: string) -> nil',
      {
        doc: 'Lets go of a declared server; with the last holder it ends, after its `keep_alive_ms`.',
        effect: 'ambient',
        aliases: ['mcp_release'],
      },
      (ctx: Ctx, name: Value) => {
        mcpCalls.release(ctx as RunContext, text(name));
        return null;
      },
    ),
    effectRow('tools.mcp_registry_status() -> list<dict>', mcpEffects.registry_status, {
      doc: 'The declared servers: `{name, lazy, active, ref_count}` each.',
      aliases: ['mcp_registry_status'],
      args: () => [],
    }),
    effectRow('tools.mcp_server_card(source: string) -> dict', mcpEffects.server_card, {
      doc: 'The Server Card of a declared server, at an address, or in a file; kept for five minutes.',
      aliases: ['mcp_server_card'],
      args: ([source]) => [text(source)],
    }),
  ];
}
