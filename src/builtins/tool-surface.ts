// Registries that are looked at as a whole: bound for naming their tools, checked against policies and prompts, and tools
// that are made from a description.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import {
  toolBindingEffects,
  toolErrors,
  toolSurface,
  toolSynthesis,
} from '../runtime/agent/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  type Dict,
  describeFunction,
  dictGet,
  display,
  fromJson,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type Value,
} from '../values/index.ts';
import { entriesOf, shownTool } from './agent-tools.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** The entry of a bound tool. */
function boundTool(ctx: Ctx, fn: string, name: Value | undefined): Dict {
  const registry = (ctx as RunContext).sync(toolBindingEffects.bound, []) as Value;
  if (registry === null) throw toolErrors.notBound({ fn });
  const entries = entriesOf(fn, registry);
  const wanted = display(name ?? null);
  const found = entries.find((entry) => dictGet(entry, 'name') === wanted);
  if (found !== undefined) return found;
  const known = entries.map((entry) => display(dictGet(entry, 'name') ?? null)).join(', ');
  throw toolErrors.unknownTool({ fn, tool: wanted, known });
}

/** The entries of a surface as data; code is told by `handler: true`. */
function surfaceTools(tools: Value | undefined): readonly JsonObject[] {
  if (tools === undefined || tools === null) return [];
  const entries = isList(tools) ? tools : entriesOf('tool_surface_validate', tools);
  return entries.map((entry) => {
    if (!isDict(entry)) return { name: display(entry) };
    const handler = dictGet(entry, 'handler');
    const data = toData(shownTool(entry, (value) => !isFunction(value))) as JsonObject;
    return { ...data, ...(handler !== undefined && isFunction(handler) ? { handler: true } : {}) };
  });
}

function validate(surface: Value | undefined, options: Value | undefined): Value {
  if (!isDict(surface ?? null)) {
    throw wrong.argument({
      builtin: 'tool_surface_validate',
      detail: 'the surface must be a dict with `tools`',
    });
  }
  const { tools, ...rest } = surface as Dict & { readonly [key: string]: Value };
  const data = {
    ...(toData(rest as Value) as JsonObject),
    ...(isDict(options ?? null) ? (toData(options as Value) as JsonObject) : {}),
  };
  return fromJson(
    toolSurface.validate(toolSurface.read(data, surfaceTools(tools))) as unknown as Json,
  );
}

/** The closure of a synthesized tool. */
function synthesized(ctx: Ctx, config: Value | undefined): HarnFunction {
  const tool = toolSynthesis.make(ctx as RunContext, synthesisConfig(config));
  const call = (_: Ctx, args?: Value) => fromJson(toolSynthesis.call(tool, toData(args ?? {})));
  return describeFunction(call, { name: tool.name, params: ['args'], doc: tool.description });
}

/** A client is a handle, not data: what counts is that there is one. */
function synthesisConfig(config: Value | undefined): Json {
  if (!isDict(config ?? null)) return null;
  const data: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(config as { readonly [key: string]: Value })) {
    const isCode = isFunction(value) || (key === 'mcp_client' && value !== null);
    data[key] = isCode ? true : toData(value);
  }
  return isJsonObject(data) ? data : null;
}

export function toolSurfaceRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'tool_bind(registry: any?) -> nil',
      { doc: 'Binds a registry for `tool_ref` and `tool_def`; nil binds none.', effect: 'ambient' },
      (ctx: Ctx, registry?: Value) => {
        const bound = registry ?? null;
        if (bound !== null) entriesOf('tool_bind', bound);
        return (ctx as RunContext).sync(toolBindingEffects.bind, [bound]) as null;
      },
    ),
    builtin(
      'tool_ref(name: string) -> string',
      {
        doc: 'The name of a tool of the bound registry; an error when it has none such.',
        effect: 'ambient',
      },
      (ctx: Ctx, name?: Value) => dictGet(boundTool(ctx, 'tool_ref', name), 'name') ?? null,
    ),
    builtin(
      'tool_def(name: string) -> dict',
      { doc: 'The entry of a tool of the bound registry.', effect: 'ambient' },
      (ctx: Ctx, name?: Value) => boundTool(ctx, 'tool_def', name),
    ),
    builtin(
      'tool_surface_validate(surface: dict, options: dict?) -> dict',
      {
        doc: 'Whether tools, policy, approvals and prompts fit each other: `{valid, diagnostics: [{code, severity, message}]}`.',
      },
      (_, surface?: Value, options?: Value) => validate(surface, options),
    ),
    builtin(
      'tool_synthesize(config: dict) -> closure',
      {
        doc: 'A callable tool of a description: it checks its arguments and shows what would be called.',
        effect: 'ambient',
      },
      (ctx: Ctx, config?: Value) => synthesized(ctx, config),
    ),
    builtin(
      'tool_synthesis_cache() -> list',
      { doc: 'The tools that were synthesized in this run.', effect: 'ambient' },
      (ctx: Ctx) => fromJson(toolSynthesis.list(ctx as RunContext) as unknown as Json),
    ),
    builtin(
      'tool_synthesis_clear() -> nil',
      { doc: 'Forgets the tools that were synthesized in this run.', effect: 'ambient' },
      (ctx: Ctx) => toolSynthesis.clear(ctx as RunContext),
    ),
  ];
}
