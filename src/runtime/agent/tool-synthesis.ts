// Tools made from a description (`tool_synthesize`): no code is written. A synthesized tool checks its arguments and
// shows what would be called; who really runs one is declared. The same description is the same tool, by its id.
import {
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  sha256,
} from '../../base/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey } from '../run/index.ts';
import { synthesisErrors } from './errors.ts';
import { levelRank } from './tool-annotations.ts';
import { readArguments } from './tool-arguments.ts';
import { parameterSchema } from './tools.ts';

/** A synthesized tool as it is kept for the run. */
export type SynthesizedTool = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly return_type: Json;
  readonly capabilities: readonly string[];
  readonly side_effect_level: string;
  readonly executor: 'dry_run' | 'host_bridge' | 'mcp_server';
  readonly host_tool: string | null;
  readonly mcp_tool: string | null;
};

const cacheKey: ServiceKey<Map<string, SynthesizedTool>> = {
  name: 'agent.synthesized_tools',
  create: () => new Map(),
};

const effects = {
  keep: defineSyncEffect(
    { name: 'tools.synthesize', class: 'local', access: 'write' },
    (env, tool: SynthesizedTool) => {
      env.get(cacheKey).set(tool.id, tool);
      return null;
    },
  ),
  cache: defineSyncEffect(
    { name: 'tools.synthesis_cache', class: 'local', access: 'read' },
    (env): readonly SynthesizedTool[] => [...env.get(cacheKey).values()],
  ),
  clear: defineSyncEffect(
    { name: 'tools.synthesis_clear', class: 'local', access: 'write' },
    (env) => {
      env.get(cacheKey).clear();
      return null;
    },
  ),
};

/** Makes a tool of `{description, name?, parameters?, return_type?, capabilities?, executor?, ...}` and keeps it. */
function synthesizeTool(ctx: RunContext, config: Json | undefined): SynthesizedTool {
  const tool = readSynthesis(config);
  ctx.sync(effects.keep, [tool]);
  return tool;
}

const synthesizedTools = (ctx: RunContext): readonly SynthesizedTool[] =>
  ctx.sync(effects.cache, []);

const clearSynthesizedTools = (ctx: RunContext): null => ctx.sync(effects.clear, []);

/** Calls a synthesized tool: what would be called, with checked arguments. Nothing outside is touched. */
function callSynthesized(tool: SynthesizedTool, given: Json): JsonObject {
  const required = tool.parameters['required'];
  const named = isJsonObject(given) ? given : {};
  for (const name of Array.isArray(required) ? (required as readonly Json[]) : []) {
    if ((named[String(name)] ?? null) !== null) continue;
    throw synthesisErrors.missingArgument({ tool: tool.name, argument: String(name) });
  }
  const read = readArguments({ parameters: tool.parameters, annotations: {} }, given);
  if ('problems' in read) {
    throw synthesisErrors.badArguments({ tool: tool.name, problems: read.problems.join('; ') });
  }
  const { id, name, description, executor, capabilities, side_effect_level, return_type } = tool;
  // A backend that is declared and not connected is not pretended to have answered.
  if (executor !== 'dry_run') throw synthesisErrors.notConnected({ tool: name, executor });
  return {
    status: 'dry_run',
    tool_id: id,
    name,
    description,
    executor,
    capabilities,
    side_effect_level,
    return_type,
    args: read.args,
  };
}

const EXECUTORS = ['dry_run', 'host_bridge', 'mcp_server'] as const;

const KNOWN: ReadonlySet<string> = new Set([
  ...['description', 'name', 'parameters', 'return_type', 'returns', 'capabilities', 'executor'],
  ...['host_tool', 'mcp_tool', 'mcp_client', 'side_effect_level'],
]);

function readSynthesis(config: Json | undefined): SynthesizedTool {
  if (!isJsonObject(config)) throw bad('the config', 'a dict with a description');
  if (Object.hasOwn(config, 'handler')) throw synthesisErrors.hasHandler({});
  const unknown = Object.keys(config).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw bad('the config', `without "${unknown}"`);
  const description = text(config, 'description')?.replace(/\s+/g, ' ').trim() ?? '';
  if (description === '') throw bad('description', 'a text that is not empty');
  const executor = EXECUTORS.find((one) => one === (config['executor'] ?? 'dry_run'));
  if (executor === undefined) throw bad('executor', `one of ${EXECUTORS.join(', ')}`);
  const capabilities = capabilitiesOf(config['capabilities'] ?? []);
  const hostTool = text(config, 'host_tool') ?? null;
  const mcpTool = text(config, 'mcp_tool') ?? null;
  if (executor === 'host_bridge' && hostTool === null) throw bad('host_tool', 'given');
  if (executor === 'mcp_server' && (mcpTool === null || (config['mcp_client'] ?? null) === null)) {
    throw bad('mcp_tool', 'given, with a connected mcp_client');
  }
  const level = text(config, 'side_effect_level') ?? inferredLevel(capabilities);
  if (levelRank(level) === undefined) throw bad('side_effect_level', 'a level of side effects');
  const name = text(config, 'name') ?? nameFrom(description);
  const identity: JsonObject = {
    name,
    description,
    parameters: parameterSchema(name, config['parameters'] ?? {}),
    return_type: config['return_type'] ?? config['returns'] ?? null,
    capabilities,
    side_effect_level: level,
    executor,
    host_tool: hostTool,
    mcp_tool: mcpTool,
  };
  const id = `synth_${sha256(canonicalJson(identity)).slice(0, 16)}`;
  return { id, ...identity } as SynthesizedTool;
}

function text(config: JsonObject, key: string): string | undefined {
  const value = config[key] ?? null;
  if (value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw bad(key, 'a text');
}

function capabilitiesOf(value: Json): readonly string[] {
  if (!Array.isArray(value) || !value.every((one: Json) => typeof one === 'string')) {
    throw bad('capabilities', 'a list of texts');
  }
  return [...new Set(value as readonly string[])].sort();
}

/** The level of side effects that capabilities mean, by their first word. */
const LEVELS: readonly (readonly [string, RegExp])[] = [
  ['network', /^(?:http|https|net|network|oauth|web|api|mcp|host)\b/],
  ['process_exec', /^(?:process|exec|shell|command)\b/],
  ['workspace_write', /\b(?:write|delete|edit|apply_edit)\b/],
  ['read_only', /./],
];

function inferredLevel(capabilities: readonly string[]): string {
  for (const [level, pattern] of LEVELS) {
    if (capabilities.some((capability) => pattern.test(capability.replaceAll('_', ' '))))
      return level;
  }
  return 'none';
}

function nameFrom(description: string): string {
  const words = description.toLowerCase().match(/[a-z0-9]+/g) ?? ['tool'];
  return words
    .slice(0, 6)
    .join('_')
    .replace(/^(?=\d)/, 'tool_');
}

function bad(option: string, expected: string): Error {
  return synthesisErrors.badConfig({ option, expected });
}

/** All of it, for front doors. */
export const toolSynthesis = {
  make: synthesizeTool,
  call: callSynthesized,
  list: synthesizedTools,
  clear: clearSynthesizedTools,
};
