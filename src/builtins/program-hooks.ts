// Hooks as closures: of programs, which register them, and of projects, which declare them.
import type { Json } from '../base/index.ts';
import { registerToolHook } from '../runtime/agent/index.ts';
import { lifecycleAgent } from '../runtime/lifecycle/index.ts';
import { type Handler, hookEvent, type RunContext, type Suspending } from '../runtime/run/index.ts';
import {
  arityOf,
  call,
  fromJson,
  functionMeta,
  type HarnFunction,
  isFunction,
  type Value,
} from '../values/index.ts';
import { rootHandle } from './control.ts';
import { toData } from './data.ts';
import { wrong } from './errors.ts';

/** Moments of the tool path, which have hooks of their own. */
const TOOL_EVENTS = { pretooluse: 'pre', posttooluse: 'post' } as const;

function toolEvent(name: string): 'pre' | 'post' | undefined {
  const key = name.trim().replaceAll('_', '').toLowerCase();
  return TOOL_EVENTS[key as keyof typeof TOOL_EVENTS];
}

/** Whether a project can declare a hook for an event. */
export function isProgramHookEvent(name: string): boolean {
  return (toolEvent(name) ?? hookEvent(name)) !== undefined;
}

/** Registers a hook that a project declares. */
export function registerProgramHook(
  ctx: RunContext,
  hook: { readonly event: string; readonly pattern: string | null; readonly handler: Value },
): void {
  const { event, pattern, handler } = hook;
  if (!isFunction(handler)) {
    throw wrong.argument({
      builtin: '[[hooks]]',
      detail: `the handler of ${event} is no function`,
    });
  }
  const when = toolEvent(event);
  if (when === undefined) {
    lifecycleAgent.register_session_hook(ctx, event, pattern ?? undefined, hookHandler(handler));
    return;
  }
  registerToolHook(ctx, { pattern: pattern ?? '*' }, { [when]: hookHandler(handler) });
}

/** A closure `(event)` or `(harness, event)` as a hook. */
export function hookHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'hook',
    run: function* (ctx, [payload]) {
      const event = fromJson((payload ?? null) as Json);
      const args = arityOf(fn) >= 2 ? [rootHandle(ctx), event] : [event];
      return toData(yield* call(fn, ctx, args) as Suspending<Value>);
    },
  };
}
