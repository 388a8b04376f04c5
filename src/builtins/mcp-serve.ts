// What a program offers as an MCP server: its pipeline registers tools, resources and prompts, and whoever serves it asks
// for them here. The registrations are values of one run; every run that serves a call makes its own.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import type { Tool } from '../runtime/agent/index.ts';
import { mcpCalls } from '../runtime/mcp/index.ts';
import type { RunContext, ServiceKey, Suspending } from '../runtime/run/index.ts';
import {
  arityOf,
  type Ctx,
  call,
  type Dict,
  dictGet,
  display,
  fromJson,
  type HarnFunction,
  isDict,
  isFunction,
  type Value,
} from '../values/index.ts';
import { entriesOf, toolsFrom } from './agent-tools.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** A resource, template or prompt as it was registered: its facts, and the code behind it. */
interface Registered {
  readonly facts: JsonObject;
  readonly handler: HarnFunction | undefined;
}

class Surface {
  readonly tools = new Map<string, { readonly tool: Tool; readonly entry: JsonObject }>();
  readonly resources = new Map<string, Registered>();
  readonly templates = new Map<string, Registered>();
  readonly prompts = new Map<string, Registered>();
}

const surfaceKey: ServiceKey<Surface> = { name: 'mcp.surface', create: () => new Surface() };

/** The builtins by which a program says that it has a surface of its own. */
export const SURFACE_ROWS: readonly string[] = [
  'mcp_tools',
  'mcp_resource',
  'mcp_resource_template',
  'mcp_prompt',
];

/** Adds the tools of a registry. */
export function registerTools(ctx: RunContext, builtinName: string, registry: Value): void {
  const surface = ctx.get(surfaceKey);
  const entries = entriesOf(builtinName, registry);
  toolsFrom(registry).forEach((tool, i) => {
    surface.tools.set(tool.name, { tool, entry: dataOf(entries[i] as Dict) });
  });
}

/** What has been registered in a run, for who lists it. */
export function registeredSurface(ctx: RunContext): JsonObject {
  const { tools, resources, templates, prompts } = ctx.get(surfaceKey);
  const facts = (table: ReadonlyMap<string, Registered>) =>
    [...table.values()].map((one) => one.facts);
  return {
    tools: [...tools.values()].map(({ tool, entry }) => toolFacts(tool, entry)),
    resources: facts(resources),
    templates: facts(templates),
    prompts: facts(prompts),
  };
}

/** What is asked of something registered. */
export interface RegisteredCall {
  readonly kind: 'tool' | 'resource' | 'prompt';
  /** The name of a tool or prompt, the template of a resource. */
  readonly name: string;
  readonly arguments: JsonObject;
}

/** Calls what is registered under a name. */
export function* callRegistered(ctx: RunContext, asked: RegisteredCall): Suspending<Json> {
  const surface = ctx.get(surfaceKey);
  if (asked.kind === 'tool') {
    const { tool } = surface.tools.get(asked.name) ?? missing(asked);
    if (tool.handler?.kind !== 'program') return missing(asked);
    return yield* tool.handler.run(ctx, asked.arguments, {
      callId: ctx.runId,
      sessionId: ctx.runId,
      idempotencyKey: ctx.runId,
      cwd: ctx.scope.cwd ?? ctx.run.start.cwd,
      env: ctx.scope.env,
    });
  }
  const table = asked.kind === 'prompt' ? surface.prompts : surface.templates;
  const { handler } = table.get(asked.name) ?? missing(asked);
  if (handler === undefined) return missing(asked);
  const given = arityOf(handler) > 0 ? [fromJson(asked.arguments)] : [];
  return toData(yield* call(handler, ctx, given) as Suspending<Value>);
}

function missing({ kind, name }: RegisteredCall): never {
  throw wrong.argument({
    builtin: `mcp ${kind}`,
    detail: `the program has not registered ${name}`,
  });
}

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'];

function toolFacts({ name, description, parameters }: Tool, entry: JsonObject): JsonObject {
  const given = isJsonObject(entry['annotations'] ?? null)
    ? (entry['annotations'] as JsonObject)
    : {};
  const annotations = Object.fromEntries(
    ['title', ...HINTS].flatMap((key) =>
      given[key] === undefined ? [] : [[key, given[key] as Json]],
    ),
  );
  const output = entry['outputSchema'];
  return {
    name,
    description,
    inputSchema: parameters,
    ...(isJsonObject(output ?? null) ? { outputSchema: output as Json } : {}),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function dataOf(dict: Dict): JsonObject {
  const entries = Object.entries(dict).filter(([, value]) => !isFunction(value as Value));
  return Object.fromEntries(entries.map(([key, value]) => [key, toData(value as Value)]));
}

/** Reads `{<id>, name, description?, mime_type?, ...}`. */
function registered(
  builtinName: string,
  config: Value,
  {
    required,
    optional,
  }: { readonly required: readonly string[]; readonly optional: readonly string[] },
): Registered {
  const bad = (detail: string) => wrong.argument({ builtin: builtinName, detail });
  if (!isDict(config)) throw bad('the argument must be a dict');
  const data = dataOf(config);
  const facts: { [key: string]: Json } = {};
  for (const key of [...required, ...optional]) {
    const value = data[key] ?? null;
    const isText = typeof value === 'string' && value !== '';
    if (!isText && required.includes(key)) throw bad(`${key} is required`);
    if (isText) facts[key] = value;
    else if (value !== null && key === 'arguments') facts[key] = value;
    else if (value !== null && key !== 'text') throw bad(`${key} must be a text`);
    else if (value === '') facts[key] = value;
  }
  const handler = dictGet(config, 'handler');
  return { facts, handler: handler !== undefined && isFunction(handler) ? handler : undefined };
}

function withHandler(builtinName: string, one: Registered): Registered {
  if (one.handler !== undefined) return one;
  throw wrong.argument({ builtin: builtinName, detail: 'handler must be a function' });
}

/** `[{name, description?, required?}]` */
function checkArguments(facts: JsonObject): void {
  const given = facts['arguments'];
  const isList = Array.isArray(given);
  const fits =
    isList &&
    (given as Json[]).every((one) => isJsonObject(one) && typeof one['name'] === 'string');
  if (given === undefined || fits) return;
  throw wrong.argument({
    builtin: 'mcp_prompt',
    detail: 'arguments must be a list of {name, ...}',
  });
}

export function mcpServeRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'mcp_tools(registry: any) -> nil',
      {
        doc: 'Offers the tools of a registry to clients of `harn mcp serve`. Elsewhere it does nothing.',
        aliases: ['mcp_serve'],
      },
      (ctx: Ctx, registry: Value) => {
        registerTools(ctx as RunContext, 'mcp_tools', registry);
        return null;
      },
    ),
    builtin(
      'mcp_resource(config: any) -> nil',
      {
        doc: 'Offers a text to clients of `harn mcp serve`: `{uri, name, text, description?, mime_type?}`.',
      },
      (ctx: Ctx, config: Value) => {
        const one = registered('mcp_resource', config, {
          required: ['uri', 'name'],
          optional: ['text', 'description', 'mime_type'],
        });
        if (typeof one.facts['text'] !== 'string')
          throw wrong.argument({ builtin: 'mcp_resource', detail: 'text is required' });
        (ctx as RunContext).get(surfaceKey).resources.set(String(one.facts['uri']), one);
        return null;
      },
    ),
    builtin(
      'mcp_resource_template(config: any) -> nil',
      {
        doc: 'Offers texts by a template of addresses: `{uri_template, name, handler, description?, mime_type?}`; the handler gets the parts of the address.',
      },
      (ctx: Ctx, config: Value) => {
        const one = registered('mcp_resource_template', config, {
          required: ['uri_template', 'name'],
          optional: ['description', 'mime_type'],
        });
        const { templates } = (ctx as RunContext).get(surfaceKey);
        const name = String(one.facts['uri_template']);
        templates.set(name, withHandler('mcp_resource_template', one));
        return null;
      },
    ),
    builtin(
      'mcp_prompt(config: any) -> nil',
      {
        doc: 'Offers a prompt: `{name, handler, description?, arguments?}`; the handler gives a text, or a list of `{role, content}`.',
      },
      (ctx: Ctx, config: Value) => {
        const one = registered('mcp_prompt', config, {
          required: ['name'],
          optional: ['description', 'arguments'],
        });
        checkArguments(one.facts);
        const { prompts } = (ctx as RunContext).get(surfaceKey);
        prompts.set(String(one.facts['name']), withHandler('mcp_prompt', one));
        return null;
      },
    ),
    builtin(
      'tools.mcp_report_progress(progress: any, total: any?, message: string?) -> nil',
      {
        doc: 'Tells the client of a served call how far it is. Elsewhere it is an event of the run.',
        effect: 'output',
        aliases: ['mcp_report_progress'],
      },
      (ctx: Ctx, progress: Value, total: Value, message: Value) => {
        const number = (what: string, value: Value) => {
          const data = toData(value);
          if (typeof data === 'number') return data;
          throw wrong.argument({
            builtin: 'mcp_report_progress',
            detail: `${what} must be a number`,
          });
        };
        mcpCalls.reportProgress(ctx as RunContext, {
          progress: number('progress', progress),
          ...(total === undefined || total === null ? {} : { total: number('total', total) }),
          ...(message === undefined || message === null ? {} : { message: display(message) }),
        });
        return null;
      },
    ),
  ];
}
