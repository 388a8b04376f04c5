// Hooks of the tool path, as `harness.tools` and the older globals.
import { clearToolHooks, registerToolHook } from '../runtime/agent/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import { type Ctx, dictGet, isDict, isFunction, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';
import { jsonHandler } from './permission-code.ts';

/** A leading handle is whose authority counts. */
function withHandle(ctx: Ctx, [first, ...rest]: Value[]): [RunContext, Value[]] {
  const run = ctx as RunContext;
  if (first instanceof HarnHandle) return [run.through(first.authority), rest];
  return [run, first === undefined ? [] : [first, ...rest]];
}

/** The data of a hook and its closures. */
function partsOf(config: Value) {
  if (!isDict(config)) return { data: toData(config), code: {} };
  const entries = Object.entries(config as { readonly [key: string]: Value });
  const code = (key: string) => {
    const value = dictGet(config, key);
    return value !== undefined && isFunction(value) ? jsonHandler(value) : undefined;
  };
  const data = toData(
    Object.fromEntries(entries.filter(([, value]) => !isFunction(value))) as Value,
  );
  return { data, code: { pre: code('pre'), post: code('post') } };
}

export function toolHookRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'tools.register_hook(config: any, more: any?) -> nil',
      {
        doc: 'Watches calls of tools: `{pattern, deny?, max_output?, pre?, post?}`.',
        effect: 'ambient',
        aliases: ['register_tool_hook'],
      },
      (ctx: Ctx, ...given: Value[]) => {
        const [run, [config]] = withHandle(ctx, given);
        const { data, code } = partsOf(config ?? null);
        return registerToolHook(run, data, code);
      },
    ),
    builtin(
      'tools.clear_hooks(more: any?) -> nil',
      {
        doc: 'Forgets every hook of tools.',
        effect: 'ambient',
        aliases: ['clear_tool_hooks'],
      },
      (ctx: Ctx, ...given: Value[]) => clearToolHooks(withHandle(ctx, given)[0]),
    ),
  ];
}
