// Permissions with closures in them: their data, and the closures as handlers that travel beside it.
import { isJsonObject, type Json } from '../base/index.ts';
import { CODE_PLACE } from '../runtime/agent/index.ts';
import { failureAgain } from '../runtime/llm/index.ts';
import type { Handler, RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  describeFunction,
  fromJson,
  functionMeta,
  type HarnFunction,
  HarnThrow,
  isDict,
  isFunction,
  isList,
  type Steps,
  type Value,
} from '../values/index.ts';
import { toData } from './data.ts';

/** What a closure around a call gets to make the call with. */
type NextCall = (ctx: RunContext, request: Json) => Suspending<Json>;

function nextClosure(next: NextCall): HarnFunction {
  return describeFunction(
    function* (at: Ctx, asked: Value = null): Steps {
      return fromJson(yield* next(at as RunContext, toData(asked)));
    } as HarnFunction,
    { name: 'next', params: ['request'], required: 0 },
  );
}

/**
 * A closure that is called with JSON and gives JSON. What goes on with a call comes as a closure, too. The failure of a model
 * call that the closure caught and throws again is that failure, not a thrown value.
 */
export function jsonHandler(fn: HarnFunction): Handler {
  return {
    kind: 'generator',
    name: functionMeta(fn).name ?? 'closure',
    fn,
    run: function* (ctx: RunContext, args) {
      const given = args.map((arg) =>
        typeof arg === 'function' ? nextClosure(arg as NextCall) : fromJson((arg ?? null) as Json),
      );
      try {
        return toData(yield* call(fn, ctx, given) as Suspending<Value>);
      } catch (error) {
        const data = HarnThrow.is(error) && isDict(error.value) ? toData(error.value) : null;
        throw (isJsonObject(data) ? failureAgain(data) : undefined) ?? error;
      }
    },
  };
}

/** The data of permissions, with a place for each closure, and the closures in the order of their places. */
export function detachPermissions(value: Value | undefined): {
  readonly data: Json;
  readonly code: readonly Handler[];
} {
  const code: Handler[] = [];
  return { data: detached(value ?? null, code), code };
}

function detached(value: Value, code: Handler[]): Json {
  if (isFunction(value)) {
    code.push(jsonHandler(value));
    return { [CODE_PLACE]: code.length - 1 };
  }
  if (isList(value)) return value.map((item) => detached(item, code));
  if (!isDict(value)) return toData(value);
  const entries = Object.entries(value as { readonly [key: string]: Value });
  return Object.fromEntries(entries.map(([key, item]) => [key, detached(item, code)]));
}
