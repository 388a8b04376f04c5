// How a Harn program finds the functions of its workers again: as bodies, callbacks and tool handlers made from functions
// that stand at the top level of a module, or in a tool registry that does.
import type { JsonObject } from '../base/index.ts';
import type { CodeSource } from '../runtime/work/index.ts';
import {
  fromJson,
  HarnAbort,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type Value,
} from '../values/index.ts';
import { toolHandlerOf } from './agent-tools.ts';
import { jsonHandler } from './permission-code.ts';
import { bodyHandler } from './worker.ts';

/** The top level of a program: names of modules with their values of this moment. */
export interface TopLevel {
  modules(): Iterable<readonly [id: string, exports: { readonly [name: string]: Value }]>;
  value(module: string, name: string): Value | undefined;
}

/** `{module, name}` of a function, with `tool` where it is the handler of that tool of a registry. */
type Ref = { readonly module: string; readonly name: string; readonly tool?: string };

/** Finds functions by where they stand. */
export function codeSource(top: TopLevel): CodeSource {
  const known = new WeakMap<object, Ref | 'nowhere'>();
  const refOf = (fn: object) => {
    const found = known.get(fn);
    if (found !== undefined) return found === 'nowhere' ? undefined : found;
    for (const [module, exports] of top.modules()) {
      for (const [each, ref] of functionsIn(module, exports)) known.set(each, ref);
    }
    // Looked for once: what stands at the top level is there before anything can ask.
    if (!known.has(fn)) known.set(fn, 'nowhere');
    return refOfKnown(known.get(fn));
  };
  const find = (ref: JsonObject): HarnFunction | undefined => {
    const { module, name, tool } = ref;
    const value = top.value(String(module), String(name));
    if (typeof tool !== 'string')
      return isFunction(value ?? null) ? (value as HarnFunction) : undefined;
    for (const [each, handler] of handlersIn(value)) if (each === tool) return handler;
    return undefined;
  };
  const as =
    <T>(make: (fn: HarnFunction) => T) =>
    (ref: JsonObject): T | undefined => {
      const fn = find(ref);
      return fn === undefined ? undefined : make(fn);
    };
  return {
    refOf,
    body: as(bodyHandler),
    callback: as(jsonHandler),
    tool: (ref, parameters) => {
      const fn = find(ref);
      return fn === undefined ? undefined : toolHandlerOf(fn, fromJson(parameters));
    },
    isAbort: HarnAbort.is,
  };
}

function refOfKnown(found: Ref | 'nowhere' | undefined): Ref | undefined {
  return found === 'nowhere' ? undefined : found;
}

function* functionsIn(
  module: string,
  exports: { readonly [name: string]: Value },
): Iterable<readonly [object, Ref]> {
  for (const name of Object.keys(exports)) {
    const value = topValue(exports, name);
    if (isFunction(value ?? null)) yield [value as HarnFunction, { module, name }];
    for (const [tool, handler] of handlersIn(value)) yield [handler, { module, name, tool }];
  }
}

/** A variable that nothing has been put into yet says so by throwing. */
function topValue(exports: { readonly [name: string]: Value }, name: string): Value | undefined {
  try {
    return exports[name];
  } catch {
    return undefined;
  }
}

/** The handlers of a tool registry. */
function* handlersIn(value: Value | undefined): Iterable<readonly [string, HarnFunction]> {
  if (!isDict(value ?? null)) return;
  const { _type, tools } = value as { readonly [key: string]: Value };
  if (_type !== 'tool_registry' || !isList(tools ?? null)) return;
  for (const entry of tools as readonly Value[]) {
    if (!isDict(entry)) continue;
    const { name, handler } = entry as { readonly [key: string]: Value };
    if (typeof name === 'string' && isFunction(handler ?? null)) {
      yield [name, handler as HarnFunction];
    }
  }
}
