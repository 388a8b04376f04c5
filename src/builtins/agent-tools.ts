// Tool registries as programs hold them: `{_type: "tool_registry", tools: [...]}`, plain dicts with closures in them. What
// a tool is to a loop is decided in the runtime; here its declaration is kept as it was given, in one shape.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import {
  asJsonSchema,
  declaredMcpHandler,
  executorOf,
  formatToolResult,
  lifecycleTools,
  parameterSchema,
  parseToolCalls,
  type Tool,
  type ToolHandler,
  toolErrors,
  toolPrompt,
  toTool,
} from '../runtime/agent/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  arityOf,
  call,
  type Dict,
  describeFunction,
  dictFrom,
  dictGet,
  display,
  fromJson,
  functionMeta,
  HarnAbort,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type List,
  type Value,
} from '../values/index.ts';
import { listArgument, toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { withDecimals } from './schema-validate.ts';

const KIND = 'tool_registry';
const SCHEMA_VERSION = 'harn-tools/1.0';

const empty = (): Dict => registryOf([]);
const registryOf = (tools: List): Dict =>
  dictFrom([
    ['_type', KIND],
    ['tools', tools],
  ]);

/** The entries of a registry. */
export function entriesOf(fn: string, registry: Value | undefined): readonly Dict[] {
  const tools = isDict(registry ?? null) ? dictGet(registry as Dict, 'tools') : undefined;
  if (tools === undefined || !isList(tools)) throw toolErrors.notRegistry({ fn });
  return tools.filter(isDict);
}

const nameOf = (entry: Dict): string => display(dictGet(entry, 'name') ?? null);

/** The registry with an entry; one of the same name is replaced at its place. */
function withEntry(registry: Value, fn: string, entry: Dict): Dict {
  const entries = entriesOf(fn, registry);
  const at = entries.findIndex((one) => nameOf(one) === nameOf(entry));
  if (at === -1) return registryOf([...entries, entry]);
  return registryOf(entries.map((one, k) => (k === at ? entry : one)));
}

/** The loop knows these tools by their names and runs them itself: their entries have no handler. */
function withLifecycle(registry: Value, options: Value): Dict {
  if (options !== null && !isDict(options)) throw toolErrors.badConfig({});
  const subagents = options === null ? null : dictGet(options, 'subagents');
  const tools = lifecycleTools({ subagents: subagents === true });
  return tools.reduce((kept: Dict, { name, description, parameters }) => {
    const entry = dictFrom([
      ['name', name],
      ['description', description],
      ['executor', 'provider_native'],
      ['parameters', fromJson(parameters)],
    ]);
    return withEntry(kept, 'agent_lifecycle_tools', entry);
  }, registry as Dict);
}

/** The parts of a dict that are data. */
function dataOf(dict: Dict): JsonObject {
  const data: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(dict)) {
    if (!isFunction(value as Value)) data[key] = toData(value as Value);
  }
  return data;
}

/** What `tool_define` keeps. Keys it does not know stay on the entry. */
function defined(name: string, description: string, config: Value): Dict {
  if (!isDict(config)) throw toolErrors.badConfig({});
  if (name === '') throw toolErrors.badName({ fn: 'tool_define' });
  const handler = dictGet(config, 'handler');
  const hasHandler = handler !== undefined && isFunction(handler);
  const data = dataOf(config);
  const executor = executorOf(name, data, hasHandler);
  checkLabels(name, data);
  const { parameters = {}, returns, handler: _handler, ...rest } = data;
  // A schema of type object is kept as it was given; the short forms become one dict per parameter.
  const isSchema = isJsonObject(parameters) && parameters['type'] === 'object';
  const kept = isSchema ? parameters : shownParameters(parameterSchema(name, parameters));
  return dictFrom([
    ...Object.entries(rest).map(([key, value]) => [key, fromJson(value)] as const),
    ['name', name],
    ['description', description],
    ['executor', executor],
    ['parameters', fromJson(kept)],
    ...(returns === undefined ? [] : [['outputSchema', fromJson(returns)] as const]),
    ...(hasHandler ? [['handler', handler] as const] : []),
  ]);
}

/** Wrong here, these would be wrong at every call. */
function checkLabels(
  tool: string,
  { defer_loading: deferred = null, namespace = null }: JsonObject,
) {
  if (deferred !== null && typeof deferred !== 'boolean') {
    throw toolErrors.badOption({ tool, option: 'defer_loading', expected: 'a bool' });
  }
  if (namespace !== null && (typeof namespace !== 'string' || namespace === '')) {
    throw toolErrors.badOption({ tool, option: 'namespace', expected: 'a text' });
  }
}

/** `{name: {type, ...}}`, with `required: false` where a parameter may be left out. */
function shownParameters(schema: JsonObject): JsonObject {
  const { properties, required } = schema as {
    readonly properties: { readonly [name: string]: JsonObject };
    readonly required: readonly string[];
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      // What an object requires of itself stays; its default says that it may be left out.
      const isRequired = required.includes(name) || Array.isArray(property['required']);
      return [name, isRequired ? property : { ...property, required: false }];
    }),
  );
}

/** A `tool` declaration: its handler is its body, which takes the parameters one by one. */
function declared(spec: Dict, handler: HarnFunction): Dict {
  const data = toData(spec) as JsonObject;
  const name = String(data['name']);
  const parameters = data['parameters'] ?? [];
  const returns = data['returns'];
  const entry = dictFrom([
    ['name', name],
    ['description', String(data['description'] ?? '')],
    ['executor', 'harn'],
    ['parameters', fromJson(shownParameters(parameterSchema(name, parameters)))],
    ...(returns === null || returns === undefined
      ? []
      : [['outputSchema', fromJson(returns)] as const]),
    ['handler', describeFunction(handler, { ...functionMeta(handler), tool: true })],
  ]);
  return registryOf([entry]);
}

/** The tools of a registry, or of a list of entries, as a loop runs them. */
export function toolsFrom(value: Value | undefined): readonly Tool[] {
  if (value === undefined || value === null) return [];
  const entries = isList(value) ? value.filter(isDict) : entriesOf('agent_loop', value);
  return entries.map((entry) => {
    const handler = dictGet(entry, 'handler');
    const declared = dataOf(entry);
    return toTool(
      declared,
      handler !== undefined && isFunction(handler)
        ? toolHandlerOf(handler, fromJson(faceOf(entry).parameters))
        : declaredMcpHandler(declared),
    );
  });
}

/** A function as the handler of a tool. Text becomes a decimal where the schema of its parameters says so. */
export function toolHandlerOf(fn: HarnFunction, parameters: Value = null): ToolHandler {
  return {
    kind: 'program',
    isAbort: HarnAbort.is,
    fn,
    run: function* (ctx: RunContext, args, { idempotencyKey, callId, sessionId }) {
      const site = { call_id: callId, idempotency_key: idempotencyKey, session_id: sessionId };
      const read = withDecimals(fromJson(args), parameters) as Dict;
      const given = argumentsOf(fn, read, fromJson(site));
      return toData(yield* call(fn, ctx, given) as Suspending<Value>);
    },
  };
}

/** What a handler is called with: its arguments and, where it takes two, the call; of a declaration one by one. */
function argumentsOf(fn: HarnFunction, args: Dict, site: Value): Value[] {
  const { tool, params = [] } = functionMeta(fn);
  if (tool === true) return params.map((name) => dictGet(args, name) as Value);
  return [args, ...(arityOf(fn) >= 2 ? [site] : [])];
}

/** A registry, or a list of entries, as models are told of it: without the code. */
export function withoutHandlers(tools: Value): Value {
  const isCode = (value: Value) => !isFunction(value);
  const shown = (entry: Value) => (isDict(entry) ? shownTool(entry, isCode) : entry);
  if (isList(tools)) return tools.map(shown);
  const list = isDict(tools) ? dictGet(tools, 'tools') : undefined;
  return list !== undefined && isList(list) ? list.map(shown) : tools;
}

/** What a model or a host is told about an entry. */
function faceOf(entry: Dict): { name: string; description: string; parameters: JsonObject } {
  const name = nameOf(entry);
  const parameters = parameterSchema(name, toData(dictGet(entry, 'parameters') ?? {}));
  return { name, description: display(dictGet(entry, 'description') ?? ''), parameters };
}

function schemaOf(fn: string, registry: Value, components: Value | undefined): Value {
  const tools = entriesOf(fn, registry).map((entry) => {
    const { name, description, parameters } = faceOf(entry);
    const output = dictGet(entry, 'outputSchema');
    return {
      name,
      description,
      inputSchema: parameters,
      ...(output === undefined ? {} : { outputSchema: asJsonSchema(toData(output)) }),
    };
  });
  const shared = isDict(components ?? null) ? { components: toData(components) } : {};
  return fromJson({ schema_version: SCHEMA_VERSION, tools, ...shared });
}

/** An entry without its handler, and without whatever else does not pass. */
export function shownTool(entry: Dict, passes: (value: Value) => boolean = () => true): Dict {
  const facts = Object.entries(entry).filter(
    ([key, value]) => key !== 'handler' && passes(value as Value),
  );
  return dictFrom([
    ['name', dictGet(entry, 'name') ?? null],
    ['description', dictGet(entry, 'description') ?? ''],
    ['parameters', dictGet(entry, 'parameters') ?? {}],
    ...(facts as [string, Value][]),
  ]);
}

const find = (fn: string, registry: Value, name: Value): Dict | undefined =>
  entriesOf(fn, registry).find((entry) => nameOf(entry) === display(name));

export function agentToolRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '@tool(spec: any, handler: any) -> any',
      { doc: 'The registry of a tool declaration.' },
      (_, spec, handler) => declared(spec as Dict, handler as HarnFunction),
    ),
    builtin('tool_registry() -> dict', { doc: 'An empty tool registry.' }, () => empty()),
    builtin(
      'tool_define(registry: any, name: string, description: string, config: any) -> dict',
      {
        doc: 'The registry with a tool: `{parameters, handler, returns?, annotations?, mutates?, parallel?, ...}`.',
      },
      (_, registry, name, description, config) =>
        withEntry(registry, 'tool_define', defined(display(name), display(description), config)),
    ),
    builtin(
      'agent_lifecycle_tools(registry: any?, options: any?) -> dict',
      {
        doc: 'The registry with the tools by which a model asks to be suspended and, with `{subagents: true}`, pauses, resumes and stops workers.',
      },
      (_, registry, options) => withLifecycle(registry ?? empty(), options ?? null),
    ),
    builtin(
      'tool_list(registry: any) -> list',
      {
        doc: 'The tools as they were declared, without their handlers: `{name, description, parameters, ...}`.',
      },
      (_, registry) => entriesOf('tool_list', registry).map((entry) => shownTool(entry)),
    ),
    builtin(
      'tool_find(registry: any, name: string) -> dict | nil',
      { doc: 'The entry of a tool; nil when there is none.' },
      (_, registry, name) => find('tool_find', registry, name) ?? null,
    ),
    builtin(
      'tool_select(registry: any, names: list) -> dict',
      { doc: 'A registry of the named tools only.' },
      (_, registry, names) => {
        const wanted = new Set(listArgument('tool_select', names).map((name) => display(name)));
        return registryOf(
          entriesOf('tool_select', registry).filter((entry) => wanted.has(nameOf(entry))),
        );
      },
    ),
    builtin(
      'tool_remove(registry: any, name: string) -> dict',
      { doc: 'The registry without a tool.' },
      (_, registry, name) =>
        registryOf(
          entriesOf('tool_remove', registry).filter((entry) => nameOf(entry) !== display(name)),
        ),
    ),
    builtin(
      'tool_count(registry: any) -> int',
      { doc: 'How many tools a registry has.' },
      (_, registry) => entriesOf('tool_count', registry).length,
    ),
    ...textRows(),
  ];
}

function textRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'tool_describe(registry: any) -> string',
      { doc: 'The tools of a registry for people, a line each.' },
      (_, registry) =>
        entriesOf('tool_describe', registry)
          .map(faceOf)
          .map(({ name, description, parameters }) => {
            const names = Object.keys(parameters['properties'] ?? {}).join(', ');
            return `${name}(${names})${description === '' ? '' : `: ${description}`}`;
          })
          .join('\n'),
    ),
    builtin(
      'tool_schema(registry: any, components: any?) -> dict',
      { doc: 'The tools with JSON Schemas for input and output.' },
      (_, registry, components) => schemaOf('tool_schema', registry, components),
    ),
    builtin(
      'tool_prompt(registry: any) -> string',
      { doc: 'The part of a system prompt that teaches tools as tagged text.' },
      (_, registry) => toolPrompt(entriesOf('tool_prompt', registry).map(faceOf)),
    ),
    builtin(
      'tool_parse_call(text: string) -> list',
      { doc: 'The tool calls in a text: `{name, arguments}`.' },
      (_, text) =>
        fromJson(
          parseToolCalls(display(text))
            .filter(({ problem }) => problem === undefined)
            .map(({ name, arguments: args }) => ({ name, arguments: args })),
        ),
    ),
    builtin(
      'tool_format_result(name: string, result: any) -> string',
      { doc: 'A result as a prompt shows it to a model.' },
      (_, name, result) => formatToolResult(display(name), display(result)),
    ),
  ];
}
