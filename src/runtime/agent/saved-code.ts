// Tools, skills and functions of permissions as data: the place where the program finds each function again stands for it, and
// what has no such place is named in `missing`.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Handler } from '../run/index.ts';
import type { Skill } from '../skills/index.ts';
import type { CodeSource } from '../work/index.ts';
import { hostHandler } from './host-tools.ts';
import { mcpHandler } from './mcp-tools.ts';
import type { Tool, ToolExecutor, ToolHandler } from './tools.ts';

/** The tools as data. */
export function saveTools(tools: readonly Tool[], source: CodeSource, missing: string[]): Json {
  return tools.map((tool) => {
    const ref = refOf(tool.handler, source);
    const isCode = tool.handler !== undefined && tool.hostCapability === undefined;
    if (isCode && ref === null) missing.push(`the tool "${tool.name}"`);
    return savedTool(tool, ref);
  });
}

export function loadTools(
  saved: Json | undefined,
  source: CodeSource,
  missing: string[],
): readonly Tool[] {
  return listOf(saved).map((one) => {
    const tool = loadedTool(one, source);
    if (tool.handler === undefined && isJsonObject(one['ref'])) {
      missing.push(`the tool "${tool.name}"`);
    }
    return tool;
  });
}

/** Skills: their cards, and where the program finds what it does when they come into force and cease to be. */
export function saveSkills(skills: readonly Skill[], source: CodeSource, missing: string[]): Json {
  return skills.map(({ card, onActivate, onDeactivate }) => {
    const refs: { [hook: string]: Json } = {};
    for (const [hook, handler] of Object.entries({
      on_activate: onActivate,
      on_deactivate: onDeactivate,
    })) {
      if (handler === undefined) continue;
      const ref = handler.fn === undefined ? undefined : source.refOf(handler.fn);
      if (ref === undefined) missing.push(`${hook} of the skill "${String(card['name'])}"`);
      else refs[hook] = ref;
    }
    return { card, ...refs };
  });
}

export function loadSkills(
  saved: Json | undefined,
  source: CodeSource,
  missing: string[],
): readonly Skill[] {
  return listOf(saved).map(({ card, on_activate, on_deactivate }) => {
    const named = isJsonObject(card) ? card : {};
    const hook = (name: string, ref: Json | undefined) => {
      if (!isJsonObject(ref)) return undefined;
      const handler = source.callback(ref);
      if (handler === undefined) missing.push(`${name} of the skill "${String(named['name'])}"`);
      return handler;
    };
    return {
      card: named,
      onActivate: hook('on_activate', on_activate),
      onDeactivate: hook('on_deactivate', on_deactivate),
    };
  });
}

/** Functions among permissions, by their places. */
export function savePermissions(
  code: readonly (Handler | undefined)[],
  source: CodeSource,
  missing: string[],
): Json {
  return code.map((handler, k) => {
    const ref = handler?.fn === undefined ? undefined : source.refOf(handler.fn);
    if (ref === undefined) missing.push(`function ${k + 1} of its permissions`);
    return ref ?? null;
  });
}

export function loadPermissions(
  saved: readonly Json[],
  source: CodeSource,
  missing: string[],
): readonly (Handler | undefined)[] {
  return saved.map((ref, k) => {
    const handler = isJsonObject(ref) ? source.callback(ref) : undefined;
    if (isJsonObject(ref) && handler === undefined) {
      missing.push(`function ${k + 1} of its permissions`);
    }
    return handler;
  });
}

function refOf(handler: ToolHandler | undefined, source: CodeSource): Json {
  if (handler?.kind === 'program' && handler.mcp !== undefined) return { mcp: handler.mcp };
  return handler?.fn === undefined ? null : (source.refOf(handler.fn) ?? null);
}

function savedTool(tool: Tool, ref: Json): JsonObject {
  return {
    name: tool.name,
    description: tool.description,
    parameters: tool.parameters,
    executor: tool.executor,
    ...(tool.hostCapability === undefined ? {} : { host_capability: tool.hostCapability }),
    mutates: tool.mutates,
    side_effects: tool.sideEffects ?? null,
    parallel: tool.parallel,
    on_unknown: tool.onUnknown,
    timeout_ms: tool.timeoutMs ?? null,
    max_output_chars: tool.maxOutputChars,
    defer_loading: tool.deferLoading,
    namespace: tool.namespace ?? null,
    annotations: tool.annotations,
    ref,
  };
}

function loadedTool(saved: JsonObject, source: CodeSource): Tool {
  const { timeout_ms: timeout, side_effects: level, namespace, annotations } = saved;
  const { host_capability: host } = saved;
  const hostCapability = typeof host === 'string' ? host : undefined;
  return {
    name: String(saved['name']),
    description: String(saved['description']),
    parameters: saved['parameters'] as JsonObject,
    executor: String(saved['executor']) as ToolExecutor,
    handler: handlerOf(saved, hostCapability, source),
    hostCapability,
    mutates: saved['mutates'] === true,
    sideEffects: typeof level === 'string' ? level : undefined,
    parallel: saved['parallel'] === true,
    onUnknown: saved['on_unknown'] === 'retry' ? 'retry' : 'fail',
    timeoutMs: typeof timeout === 'number' ? timeout : undefined,
    maxOutputChars: Number(saved['max_output_chars']),
    deferLoading: saved['defer_loading'] === true,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    annotations: isJsonObject(annotations) ? annotations : {},
  };
}

function handlerOf(
  { ref, parameters }: JsonObject,
  host: string | undefined,
  source: CodeSource,
): ToolHandler | undefined {
  if (host !== undefined) return hostHandler(host);
  if (!isJsonObject(ref)) return undefined;
  const { mcp } = ref;
  if (isJsonObject(mcp)) return mcpHandler(String(mcp['server']), String(mcp['tool']));
  return source.tool(ref, parameters as JsonObject) as ToolHandler | undefined;
}

function listOf(given: Json | undefined): readonly JsonObject[] {
  return Array.isArray(given) ? given.filter(isJsonObject) : [];
}
