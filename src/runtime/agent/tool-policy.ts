// What the capability policy in force says about a tool: which ones a model is offered, and why a call is not made. The
// policy comes with the scope of the task, so it holds for everything below a worker or a loop and ends with it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { globMatches } from '../run/index.ts';
import type { Tool } from './tools.ts';

const LEVELS: readonly string[] = [
  'none',
  'read_only',
  'workspace_write',
  'process_exec',
  'network',
];

/** Why the policy does not let a tool be called with these arguments; undefined: it does. */
export function beyondPolicy(
  policy: JsonObject | null,
  tool: Pick<Tool, 'name' | 'sideEffects' | 'mutates' | 'handler'>,
  args: JsonObject,
): string | undefined {
  if (policy === null) return undefined;
  if (!isOffered(policy, tool.name)) return `the policy in force has no tool "${tool.name}"`;
  const most = levelOf(policy['side_effect_level']);
  const needs = levelOf(tool.sideEffects) ?? nativeLevel(tool);
  if (most !== undefined && needs !== undefined && needs > most) {
    const [may, would] = [LEVELS[most], LEVELS[needs]];
    return `"${tool.name}" has side effects up to ${would}, where ${may} is the most`;
  }
  return brokenConstraint(policy, tool.name, args);
}

/** Whether a model is told of a tool. An empty list of tools restricts nothing. */
export function isOffered(policy: JsonObject | null, name: string): boolean {
  const tools = policy?.['tools'];
  if (!Array.isArray(tools) || tools.length === 0) return true;
  return (tools as readonly Json[]).includes(name);
}

function levelOf(level: Json | undefined): number | undefined {
  const at = typeof level === 'string' ? LEVELS.indexOf(level) : -1;
  return at === -1 ? undefined : at;
}

/** A native handler is not watched by anything else: when it changes something, it writes at least. */
function nativeLevel({ handler, mutates }: Pick<Tool, 'mutates' | 'handler'>): number | undefined {
  return handler?.kind === 'native' && mutates ? LEVELS.indexOf('workspace_write') : undefined;
}

function brokenConstraint(policy: JsonObject, tool: string, args: JsonObject): string | undefined {
  for (const key of ['tool_arg_constraints', 'arg_constraints']) {
    const list = policy[key];
    for (const constraint of Array.isArray(list) ? (list as readonly Json[]) : []) {
      if (!isJsonObject(constraint) || !globMatches(String(constraint['tool'] ?? '*'), tool))
        continue;
      const patterns = constraint['arg_patterns'];
      if (!Array.isArray(patterns) || patterns.length === 0) continue;
      const texts = argTexts(args, constraint['arg_key']);
      const fits = texts.some((text) =>
        patterns.some((pattern: Json) => globMatches(String(pattern), text)),
      );
      if (!fits) {
        const key = constraint['arg_key'];
        const about = typeof key === 'string' ? `argument "${key}"` : 'no argument';
        const verb = typeof key === 'string' ? 'does not match' : 'matches the';
        return `${about} of "${tool}" ${verb} allowed patterns: ${patterns.join(', ')}`;
      }
    }
  }
  return undefined;
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
