// Tools as data: what a model is told, who runs the tool, what the journal must know about it. Made once from a
// declaration (a Harn registry entry, a TypeScript object); a loop never looks at anything else.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { toolErrors } from './errors.ts';
import { hostHandler } from './host-tools.ts';
import { annotationsOf, isReadOnly, levelOf } from './tool-annotations.ts';
import { asJsonSchema } from './tool-json-schema.ts';

export type ToolExecutor = 'harn' | 'host_bridge' | 'mcp_server' | 'provider_native';

const EXECUTORS: ReadonlySet<string> = new Set<ToolExecutor>([
  'harn',
  'host_bridge',
  'mcp_server',
  'provider_native',
]);

/** What a handler may know about its call besides the arguments. */
export interface ToolCallSite {
  readonly callId: string;
  readonly sessionId: string;
  /** The same on every re-issue of this call; a tool that changes something hands it on. */
  readonly idempotencyKey: string;
  /** Where the caller works: relative paths among the arguments are meant from here. */
  readonly cwd: string;
  /** Variables that the caller's scope sets, for processes that the tool starts. */
  readonly env: { readonly [name: string]: string };
}

/**
 * Who does the work. `program`: code whose effects are journaled one by one (Harn closures); it is entered again by a
 * replay. `native`: a TypeScript function; the call as a whole is one effect, and its result is never asked for twice.
 */
export type ToolHandler =
  | {
      readonly kind: 'program';
      readonly run: (ctx: RunContext, args: JsonObject, site: ToolCallSite) => Suspending<Json>;
      /** Whether a thrown value ends the program rather than this call. */
      readonly isAbort?: (error: unknown) => boolean;
      /** The program's own function behind it, by which another run finds it again. */
      readonly fn?: object;
      /** The tool of an MCP server that it calls: found again by their names. */
      readonly mcp?: {
        readonly server: string;
        readonly tool: string;
        /** Whether the declaration is what the server says, and nobody's here. */
        readonly isListed: boolean;
      };
    }
  | {
      readonly kind: 'native';
      readonly run: (
        args: JsonObject,
        site: ToolCallSite & { readonly signal: AbortSignal },
      ) => Promise<Json> | Json;
      readonly fn?: object;
    };

/** A tool that a loop can offer and run. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of type object. */
  readonly parameters: JsonObject;
  readonly executor: ToolExecutor;
  readonly handler: ToolHandler | undefined;
  /** `capability.operation` of the host that runs it; undefined for tools that the host does not run. */
  readonly hostCapability: string | undefined;
  /** Changes something outside: a native handler is then called behind a durable intent. */
  readonly mutates: boolean;
  /** Its declared level: none, read_only, workspace_write, process_exec or network. Undefined: not declared. */
  readonly sideEffects: string | undefined;
  /** May run beside other calls of the same turn. */
  readonly parallel: boolean;
  /** What happens on resume to a native mutation whose end is not known. */
  readonly onUnknown: 'retry' | 'fail';
  readonly timeoutMs: number | undefined;
  readonly maxOutputChars: number;
  /** Its schema is kept back until a search of the model finds it; see tool-search.ts. */
  readonly deferLoading: boolean;
  /** A label by which providers group kept back tools. */
  readonly namespace: string | undefined;
  /** What else is declared about it; see tool-annotations.ts. */
  readonly annotations: JsonObject;
}

/** Longer results are cut before a model sees them. */
const MAX_OUTPUT_CHARS = 50_000;

/** Reads the fields of a declaration that are data. `handler` comes from whoever can call it. */
export function toTool(declared: JsonObject, given: ToolHandler | undefined): Tool {
  const name = declared['name'];
  if (typeof name !== 'string' || name === '') throw toolErrors.badName({ fn: 'agent_loop' });
  const isServers = given?.kind === 'program' && given.mcp !== undefined;
  const executor = isServers ? 'mcp_server' : ((declared['executor'] ?? 'harn') as ToolExecutor);
  const hostCapability = executor === 'host_bridge' ? hostOf(name, declared, given) : undefined;
  const handler = hostCapability === undefined ? given : hostHandler(hostCapability);
  if (executor !== 'provider_native' && handler === undefined) {
    throw toolErrors.noExecutor({ tool: name, executor });
  }
  const annotations = annotationsOf(declared);
  return {
    name,
    description: typeof declared['description'] === 'string' ? declared['description'] : '',
    parameters: parameterSchema(name, declared['parameters'] ?? declared['inputSchema'] ?? {}),
    executor,
    handler,
    hostCapability,
    mutates: flag(name, declared, 'mutates') ?? !isReadOnly(annotations),
    sideEffects: levelOf(annotations),
    parallel: flag(name, declared, 'parallel') ?? false,
    onUnknown: onUnknownOf(name, declared['on_unknown']),
    timeoutMs: positive(name, declared, 'timeout_ms'),
    maxOutputChars: positive(name, declared, 'max_output_chars') ?? MAX_OUTPUT_CHARS,
    deferLoading: flag(name, declared, 'defer_loading') ?? false,
    namespace: label(name, declared),
    annotations,
  };
}

function hostOf(tool: string, declared: JsonObject, handler: ToolHandler | undefined): string {
  executorOf(tool, declared, handler !== undefined);
  return String(declared['host_capability']);
}

/** Tools by name. */
export function toolTable(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const table = new Map<string, Tool>();
  for (const tool of tools) {
    if (table.has(tool.name)) throw toolErrors.twice({ tool: tool.name });
    table.set(tool.name, tool);
  }
  return table;
}

function flag(tool: string, declared: JsonObject, option: string): boolean | undefined {
  const value = declared[option];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw toolErrors.badOption({ tool, option, expected: 'a bool' });
}

function label(tool: string, { namespace = null }: JsonObject): string | undefined {
  if (namespace === null) return undefined;
  if (typeof namespace === 'string' && namespace !== '') return namespace;
  throw toolErrors.badOption({ tool, option: 'namespace', expected: 'a text' });
}

function positive(tool: string, declared: JsonObject, option: string): number | undefined {
  const value = declared[option];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw toolErrors.badOption({ tool, option, expected: 'an int above 0' });
}

function onUnknownOf(tool: string, value: Json | undefined): 'retry' | 'fail' {
  if (value === undefined || value === null) return 'fail';
  if (value === 'retry' || value === 'fail') return value;
  throw toolErrors.badOption({ tool, option: 'on_unknown', expected: '"retry" or "fail"' });
}

/**
 * Parameters as one JSON Schema. Understood are a schema itself, `{name: {type, ...}}`, `{name: "string"}` and the list
 * that a `tool` declaration makes, `[{name, type, required, default?}]`.
 */
export function parameterSchema(tool: string, value: Json): JsonObject {
  if (Array.isArray(value)) return fromList(tool, value as readonly Json[]);
  if (!isJsonObject(value)) {
    throw toolErrors.badOption({ tool, option: 'parameters', expected: 'a dict' });
  }
  if (value['type'] === 'object' || isJsonObject(value['properties'])) {
    return { type: 'object', ...value };
  }
  return schemaOf(Object.entries(value).map(([name, given]) => propertyNamed(name, given)));
}

function fromList(tool: string, list: readonly Json[]): JsonObject {
  return schemaOf(
    list.map((item) => {
      if (!isJsonObject(item) || typeof item['name'] !== 'string') {
        throw toolErrors.badOption({
          tool,
          option: 'parameters',
          expected: 'a list of {name, type}',
        });
      }
      const { name, type, required, ...rest } = item;
      // The type of a declaration is JSON Schema already.
      const schema = { ...(isJsonObject(type) ? type : asJsonSchema(type ?? {})), ...rest };
      return { name: name as string, schema, optional: required === false };
    }),
  );
}

interface Property {
  readonly name: string;
  readonly schema: JsonObject;
  readonly optional: boolean;
}

/** In the short form `required: false` says that a parameter may be left out; a list belongs to the object it is in. */
function propertyNamed(name: string, given: Json): Property {
  const { required, ...rest } = asJsonSchema(given);
  const schema = Array.isArray(required) ? { ...rest, required } : rest;
  return { name, schema, optional: required === false };
}

function schemaOf(entries: readonly Property[]): JsonObject {
  const properties: { [name: string]: JsonObject } = {};
  const required: string[] = [];
  for (const { name, schema, optional } of entries) {
    properties[name] = schema;
    if (!optional && schema['default'] === undefined) required.push(name);
  }
  return { type: 'object', properties, required };
}

/** The executor that a declaration means, checked against what it needs. */
export function executorOf(tool: string, config: JsonObject, hasHandler: boolean): ToolExecutor {
  const given = config['executor'];
  if (given === undefined || given === null) {
    if (!hasHandler && !Object.hasOwn(config, 'handler')) throw toolErrors.noBackend({ tool });
    return 'harn';
  }
  const executor = given === 'harn_builtin' ? 'harn' : String(given);
  if (!EXECUTORS.has(executor)) throw toolErrors.unknownExecutor({ tool, executor });
  const field = NEEDS[executor as ToolExecutor];
  if (executor === 'harn') {
    if (!hasHandler) throw toolErrors.missingField({ tool, executor, field: 'handler' });
    return 'harn';
  }
  if (hasHandler) throw toolErrors.needlessHandler({ tool, executor });
  if (field !== undefined && (typeof config[field] !== 'string' || config[field] === '')) {
    throw toolErrors.missingField({ tool, executor, field });
  }
  return executor as ToolExecutor;
}

const NEEDS: { readonly [E in ToolExecutor]: string | undefined } = {
  harn: undefined,
  host_bridge: 'host_capability',
  mcp_server: 'mcp_server',
  provider_native: undefined,
};
