// Harn closures as handlers of the runtime: called with the context of the task they run in.
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import { call, functionMeta, type HarnFunction, type Value } from '../values/index.ts';
import { toKept } from './data.ts';

/** A closure whose arguments and result stay values (spawn, parallel, deadline). */
export function valueHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'closure',
    run: (ctx: RunContext, args) => call(fn, ctx, args as readonly Value[]) as Suspending<unknown>,
  };
}

/** A closure whose result must be kept: it is JSON data for whoever called. */
export function dataHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'closure',
    run: function* (ctx: RunContext, args) {
      const value = yield* call(fn, ctx, args as readonly Value[]) as Suspending<Value>;
      return toKept(value);
    },
  };
}
