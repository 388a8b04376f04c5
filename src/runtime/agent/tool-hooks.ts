// Hooks of the tool path: registered for tools by a pattern, in memory and re-made by replay. Before a call one can deny it
// or change its arguments; after it one can change or shorten what the model reads. In the order they were registered.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  callHandler,
  defineSyncEffect,
  globMatches,
  type Handler,
  hookMatches,
  isTruthy,
  keptHandler,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { microcompact } from './artifact-select.ts';
import { toolErrors } from './errors.ts';

/** A hook as it is registered; see `registerToolHook`. */
export interface ToolHook {
  readonly pattern: string;
  readonly deny: string | undefined;
  readonly maxOutput: number | undefined;
  readonly pre: Handler | undefined;
  readonly post: Handler | undefined;
}

/** The code of a hook. */
export interface ToolHookCode {
  readonly pre?: Handler | undefined;
  readonly post?: Handler | undefined;
}

const hooksKey: ServiceKey<{ list: readonly ToolHook[] }> = {
  name: 'agent.tool_hooks',
  create: () => ({ list: [] }),
};

const local = { class: 'local', access: 'write' } as const;

const register = defineSyncEffect(
  { name: 'tools.register_hook', ...local },
  (env, hook: ToolHook) => {
    const hooks = env.get(hooksKey);
    hooks.list = [...hooks.list, hook];
    return null;
  },
);

const clear = defineSyncEffect({ name: 'tools.clear_hooks', ...local }, (env) => {
  env.get(hooksKey).list = [];
  return null;
});

/**
 * Registers `{pattern, deny?, max_output?}` and the code `pre` and `post` of a hook. `pre({event, tool: {name, args}, ...})`
 * answers false, `{deny: reason}` or `{block, reason?}` to deny, `{args}` to change the arguments, nothing otherwise;
 * `post({event, tool, result: {text, status}})` answers text, or `{text}`, that stands instead of the result.
 */
export function registerToolHook(
  ctx: RunContext,
  given: Json | undefined,
  code: ToolHookCode = {},
): null {
  if (!isJsonObject(given)) throw bad('a dict {pattern, deny?, max_output?, pre?, post?}');
  const { pattern = '*', deny = null, max_output: max = null } = given;
  if (typeof pattern !== 'string' || pattern === '') throw bad('given a pattern that is a text');
  if (deny !== null && typeof deny !== 'string') throw bad('given a deny that is a text');
  const isSize = typeof max === 'number' && Number.isInteger(max) && max > 0;
  if (max !== null && !isSize) throw bad('given a max_output that is an int above 0');
  const hook: ToolHook = {
    pattern,
    deny: deny ?? undefined,
    maxOutput: isSize ? max : undefined,
    pre: code.pre === undefined ? undefined : keptHandler(ctx, code.pre),
    post: code.post === undefined ? undefined : keptHandler(ctx, code.post),
  };
  return ctx.sync(register, [hook]);
}

/** Forgets all hooks. */
export function clearToolHooks(ctx: RunContext): null {
  return ctx.sync(clear, []);
}

/** The hooks of a tool: by a glob over its name, or by an expression over what the hook would be told. */
function hooksFor(ctx: RunContext, event: string, about: JsonObject): readonly ToolHook[] {
  const isAbout = ({ pattern }: ToolHook) =>
    /==|!=|=~/.test(pattern)
      ? hookMatches(pattern, event, about)
      : globMatches(pattern, about['tool_name'] as string);
  return ctx.get(hooksKey).list.filter(isAbout);
}

/** The arguments after the hooks before a call, or why there is no call. */
export function* beforeTool(
  ctx: RunContext,
  tool: string,
  given: JsonObject,
  site: JsonObject,
): Suspending<{ readonly args: JsonObject } | { readonly denied: string }> {
  let args = given;
  const about = { tool: { name: tool, args }, tool_name: tool, ...site };
  for (const { deny, pre } of hooksFor(ctx, 'PreToolUse', about)) {
    if (deny !== undefined) return { denied: deny };
    if (pre === undefined) continue;
    const event = { event: 'PreToolUse', tool: { name: tool, args }, tool_name: tool, ...site };
    const answer = ((yield* callHandler(ctx, pre, [event])) ?? null) as Json;
    if (answer === false) return { denied: `a hook denied ${tool}` };
    if (!isJsonObject(answer)) continue;
    const { deny: why = null, block = null, reason = null, args: changed = null } = answer;
    if (isTruthy(why)) return { denied: textOf(why === true ? reason : why) };
    if (isTruthy(block)) return { denied: textOf(reason ?? `a hook denied ${tool}`) };
    if (isJsonObject(changed)) args = changed;
  }
  return { args };
}

/** What the model reads after the hooks behind a call. */
export function* afterTool(
  ctx: RunContext,
  tool: { readonly name: string; readonly args: JsonObject },
  result: { readonly text: string; readonly status: string },
  site: JsonObject,
): Suspending<string> {
  let { text } = result;
  const first = { tool: { ...tool }, tool_name: tool.name, result: { ...result }, ...site };
  for (const { post, maxOutput } of hooksFor(ctx, 'PostToolUse', first)) {
    if (post !== undefined) {
      const about = { tool: { ...tool }, tool_name: tool.name, result: { ...result, text } };
      const event = { event: 'PostToolUse', ...about, ...site };
      const answer = ((yield* callHandler(ctx, post, [event])) ?? null) as Json;
      const said = isJsonObject(answer) ? (answer['text'] ?? answer['result'] ?? null) : answer;
      if (typeof said === 'string') text = said;
    }
    if (maxOutput !== undefined) text = microcompact(text, maxOutput);
  }
  return text;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bad(expected: string): Error {
  return toolErrors.badHook({ expected });
}
