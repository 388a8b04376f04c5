// What the capability policy in force says about a tool: which ones a model is offered, and why a call is not made. The
// policy comes with the scope of the task, so it holds for everything below a worker or a loop and ends with it.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { normalizePath } from '../host/index.ts';
import {
  assertInside,
  capabilityErrors,
  defineEffect,
  globMatches,
  type RootLists,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { SIDE_EFFECT_LEVELS } from '../work/index.ts';
import { levelRank, pathParamsOf } from './tool-annotations.ts';
import type { Tool } from './tools.ts';

/** Why the policy does not let a tool be called with these arguments; undefined: it does. */
export function beyondPolicy(
  policy: JsonObject | null,
  tool: Pick<Tool, 'name' | 'sideEffects' | 'mutates' | 'handler' | 'annotations'>,
  args: JsonObject,
): string | undefined {
  if (policy === null) return undefined;
  if (!isOffered(policy, tool.name)) return `the policy in force has no tool "${tool.name}"`;
  const most = levelRank(policy['side_effect_level']);
  const needs = levelRank(tool.sideEffects) ?? nativeLevel(tool);
  if (most !== undefined && needs !== undefined && needs > most) {
    const [may, would] = [SIDE_EFFECT_LEVELS[most], SIDE_EFFECT_LEVELS[needs]];
    return `"${tool.name}" has side effects up to ${would}, where ${may} is the most`;
  }
  return brokenConstraint(policy, tool, args);
}

/** Whether a model is told of a tool. An empty list of tools restricts nothing. */
export function isOffered(policy: JsonObject | null, name: string): boolean {
  const tools = policy?.['tools'];
  if (!Array.isArray(tools) || tools.length === 0) return true;
  return (tools as readonly Json[]).includes(name);
}

/** A native handler is not watched by anything else: when it changes something, it writes at least. */
function nativeLevel({ handler, mutates }: Pick<Tool, 'mutates' | 'handler'>): number | undefined {
  return handler?.kind === 'native' && mutates ? levelRank('workspace_write') : undefined;
}

function brokenConstraint(
  policy: JsonObject,
  { name, annotations }: Pick<Tool, 'name' | 'annotations'>,
  args: JsonObject,
): string | undefined {
  for (const list of [policy['tool_arg_constraints'], policy['arg_constraints']]) {
    for (const constraint of Array.isArray(list) ? (list as readonly Json[]) : []) {
      if (!isJsonObject(constraint)) continue;
      if (!globMatches(String(constraint['tool'] ?? '*'), name)) continue;
      const patterns = constraint['arg_patterns'];
      if (!Array.isArray(patterns) || patterns.length === 0) continue;
      const key = constraint['arg_key'] ?? null;
      const isPath = typeof key === 'string' && pathParamsOf(annotations).includes(key);
      if (isWithin(patterns.map(String), argTexts(args, key), key !== null, isPath)) continue;
      const about = typeof key === 'string' ? `argument "${key}"` : 'no argument';
      const verb = typeof key === 'string' ? 'does not match' : 'matches the';
      return `${about} of "${name}" ${verb} allowed patterns: ${patterns.join(', ')}`;
    }
  }
  return undefined;
}

/** Whether the texts of one argument all match, or of all arguments one does. A path is meant as where it leads. */
function isWithin(
  patterns: readonly string[],
  texts: readonly string[],
  isOne: boolean,
  isPath: boolean,
): boolean {
  const fits = (text: string) => {
    const climbs = /(?:^|[/\\])\.\.?(?:[/\\]|$)|\/\//.test(text);
    const meant = isPath || climbs ? normalizePath(text) : text;
    return patterns.some((pattern) => globMatches(pattern, meant));
  };
  return isOne ? texts.length > 0 && texts.every(fits) : texts.some(fits);
}

/** The texts among arguments: of one of them, or all that stand anywhere. */
export function argTexts(args: Json, key?: Json | undefined): readonly string[] {
  if (typeof key === 'string') {
    const value = isJsonObject(args) ? args[key] : undefined;
    return value === undefined ? [] : argTexts(value);
  }
  if (typeof args === 'string') return [args];
  if (Array.isArray(args)) return args.flatMap((item: Json) => argTexts(item));
  if (isJsonObject(args)) return Object.values(args).flatMap((item) => argTexts(item));
  return args === null ? [] : [String(args)];
}

/** Where paths really lead; recorded, so that a resumed turn decides the same. */
const insideEffect = defineEffect(
  { name: 'tools.paths_inside', class: 'read', access: 'read' },
  async (env, paths: readonly string[], lists: RootLists): Promise<string | null> => {
    for (const path of paths) {
      try {
        await assertInside(env.host.fs, path, lists);
      } catch (error) {
        if (HarnError.is(error)) return error.message;
        throw error;
      }
    }
    return null;
  },
);

/** Why the paths among the arguments may not be reached; undefined: they may, or nothing is bound. */
export function* outsideOfRoots(
  ctx: RunContext,
  { annotations }: Pick<Tool, 'annotations'>,
  args: JsonObject,
): Suspending<string | undefined> {
  const { roots } = ctx.scope;
  if (roots.length === 0) return undefined;
  const texts = pathParamsOf(annotations).flatMap((param) => argTexts(args, param));
  if (texts.length === 0) return undefined;
  try {
    const paths = texts.map((text) => ctx.scope.path(text));
    return (yield* ctx.perform(insideEffect, [paths, roots])) ?? undefined;
  } catch (error) {
    if (HarnError.is(error) && error.code === capabilityErrors.$code('outsideRoots')) {
      return error.message;
    }
    throw error;
  }
}
