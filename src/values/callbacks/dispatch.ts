// `receiver.name(args)`: which method that is. First the built-in methods of the receiver's kind, then a callable
// field of a dict or struct, then the `impl` methods of a struct. The sync twin is generated.
import { dictGet } from '../dict.ts';
import { call, runMethod } from '../function.ts';
import { bytesMethods } from '../methods/bytes.ts';
import { dictMethods } from '../methods/dict.ts';
import { iterMethods } from '../methods/iter.ts';
import { listMethods } from '../methods/list.ts';
import type { PlainMethods } from '../methods/method.ts';
import { rangeMethods } from '../methods/range.ts';
import { setMethods } from '../methods/set.ts';
import { stringMethods } from '../methods/string.ts';
import { HarnRange } from '../range.ts';
import { HarnSet } from '../set.ts';
import { HarnSource, toIter } from '../source.ts';
import { fieldOf, HarnStruct, structType } from '../struct.ts';
import {
  type Ctx,
  type Dict,
  HarnObject,
  type List,
  METHODS,
  type Steps,
  type Value,
} from '../value.ts';
import { dictCallbacks } from './dict.ts';
import { listCallbacks } from './list.ts';
import type { CallbackMethods } from './method.ts';
import { setCallbacks } from './set.ts';
import { sinks } from './sinks.ts';

/** Whether this twin of the file serves code that may suspend. */
const STEPS = true;

/** Calls a method. A name that the receiver does not have gives nil, as the language has it. */
export function* callMethod(ctx: Ctx, receiver: Value, name: string, args: List): Steps {
  if (typeof receiver === 'string') return stringMethods.get(name)?.(receiver, args) ?? null;
  if (typeof receiver !== 'object' || receiver === null) return null;
  if (Array.isArray(receiver)) {
    return yield* either(ctx, receiver as List, name, args, listMethods, listCallbacks);
  }
  if (receiver instanceof HarnObject) return yield* methodOfObject(ctx, receiver, name, args);
  if (receiver instanceof Uint8Array) return bytesMethods.get(name)?.(receiver, args) ?? null;
  return yield* methodOfDict(ctx, receiver as Dict, name, args);
}

function* either<Self>(
  ctx: Ctx,
  self: Self,
  name: string,
  args: List,
  plain: PlainMethods<Self>,
  callbacks: CallbackMethods<Self>,
): Steps {
  const simple = plain.get(name);
  if (simple !== undefined) return simple(self, args);
  const callback = callbacks.get(name);
  return callback === undefined ? null : yield* callback(ctx, self, args);
}

function* methodOfDict(ctx: Ctx, dict: Dict, name: string, args: List): Steps {
  if (dictMethods.has(name) || dictCallbacks.has(name)) {
    return yield* either(ctx, dict, name, args, dictMethods, dictCallbacks);
  }
  const field = dictGet(dict, name);
  return typeof field === 'function' ? yield* call(field, ctx, args) : null;
}

function* methodOfObject(ctx: Ctx, object: HarnObject, name: string, args: List): Steps {
  const own = object[METHODS]?.get(name);
  if (own !== undefined) return yield* runMethod(own, ctx, object, args);
  if (object instanceof HarnStruct) return yield* methodOfStruct(ctx, object, name, args);
  if (object instanceof HarnSet) {
    return yield* either(ctx, object, name, args, setMethods, setCallbacks);
  }
  if (object instanceof HarnRange) return yield* methodOfRange(ctx, object, name, args);
  if (object instanceof HarnSource) return yield* methodOfSource(ctx, object, name, args);
  return null;
}

function* methodOfStruct(ctx: Ctx, struct: HarnStruct, name: string, args: List): Steps {
  const method = structType(struct).methods.get(name);
  if (method !== undefined) return yield* call(method, ctx, [struct, ...args]);
  const field = fieldOf(struct, name);
  return typeof field === 'function' ? yield* call(field, ctx, args) : null;
}

function* methodOfRange(ctx: Ctx, range: HarnRange, name: string, args: List): Steps {
  const quick = rangeMethods.get(name);
  if (quick !== undefined) return quick(range, args);
  return yield* methodOfSource(ctx, toIter(range), name, args);
}

function* methodOfSource(ctx: Ctx, source: HarnSource, name: string, args: List): Steps {
  const lazy = iterMethods.get(name);
  if (lazy !== undefined) return lazy(source, args, STEPS);
  const sink = sinks.get(name);
  return sink === undefined ? null : yield* sink(ctx, source, args);
}
