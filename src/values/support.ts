// The closed table `$`: everything generated code may call, by the names it uses. Its type is what the emitter's names
// are checked against. Changing the meaning of an entry, or removing one, needs a new ABI number.
import { HarnError } from '../base/index.ts';
import {
  contains,
  index,
  optionalIndex,
  optionalProperty,
  property,
  setIndex,
  setProperty,
  slice,
} from './access.ts';
import { add, div, mod, mul, neg, pow, sub } from './arithmetic.ts';
import { callMethod } from './callbacks/dispatch.ts';
import { callMethod as callMethodSync } from './callbacks-sync/dispatch.ts';
import { greaterOrEqual, greaterThan, lessOrEqual, lessThan } from './compare.ts';
import { dictCopy, dictGet, dictMerge, dictPut, type MutableDict } from './dict.ts';
import { display } from './display.ts';
import { HarnDuration } from './duration.ts';
import { HarnEnum, isVariant, makeEnum } from './enum.ts';
import { equal } from './equal.ts';
import { fail } from './errors.ts';
import { callSync, describeFunction, finishWithoutSuspending, isSuspending } from './function.ts';
import {
  checkParameter,
  dictOf,
  guardNamed,
  listOf,
  literalOf,
  shapeOf,
  unionOf,
} from './guard.ts';
import { HarnPair } from './pair.ts';
import { makeRange } from './range.ts';
import { err, expectResult, isErr, payload, wrapOk } from './result.ts';
import { END, iterate } from './source.ts';
import { Emit, makeGenerator, makeStream } from './stream.ts';
import {
  defineStruct,
  HarnStruct,
  makeStruct,
  type StructClass,
  structToDict,
  structType,
} from './struct.ts';
import { caught, HarnThrow, retried } from './thrown.ts';
import { truthy } from './truthy.ts';
import {
  asDouble,
  type Ctx,
  type Dict,
  type HarnFunction,
  isDict,
  isFunction,
  isList,
  type List,
  makeFloat,
  typeOf,
  type Value,
} from './value.ts';

/** Version of the contract with generated code; checked when a module is linked. */
export const SUPPORT_ABI = 1;

/**
 * What generated code does with the hidden ctx, and all it does: counts nested and recursive calls, and asks now and
 * then whether to go on. Each task has its own; a ctx derived from another (a deadline) counts for itself.
 */
export interface CallContext {
  /** Counted calls that are open. Starts at 0. */
  depth: number;
  /** Counted calls so far. Starts at 0. */
  calls: number;
  /** The numbered place of the latest call that may be an effect; set by the caller, read by the runtime. */
  at: number;
  /**
   * Called after every 1024 rounds of a loop or counted calls, always at the same points of a run. Throws to interrupt.
   * In a function that may suspend, a result other than undefined is yielded to the scheduler.
   */
  tick(): unknown;
}

/** A call in tail position, on its way to the function that performs it. */
class Tail {
  readonly fn: HarnFunction;
  readonly args: List;

  constructor(fn: HarnFunction, args: List) {
    this.fn = fn;
    this.args = args;
  }
}

function tick(ctx: Ctx): unknown {
  return (ctx as CallContext).tick();
}

/** Undoes the count that went over the limit and reports it. */
function overflow(ctx: Ctx): never {
  (ctx as CallContext).depth -= 1;
  throw fail.stackOverflow({});
}

function callee(value: Value): HarnFunction {
  if (isFunction(value)) return value;
  throw fail.notCallable({ kind: typeOf(value) });
}

function spreadList(value: Value, into: string): List {
  if (isList(value)) return value;
  const got = typeOf(value);
  throw into === 'a list'
    ? fail.destructure({ pattern: '[...]', got })
    : fail.spread({ into, got });
}

function spreadDict(value: Value): Dict {
  if (isDict(value)) return value;
  if (value instanceof HarnStruct) return structToDict(value);
  throw fail.destructure({ pattern: '{...}', got: typeOf(value) });
}

function unwrapNil(): never {
  throw fail.unwrapNil({});
}

/** `xs + ys` where the left side may be changed because its variable owns it. */
function join(left: Value, right: Value, owned: boolean): Value {
  if (isList(left) && isList(right)) {
    if (!owned) return [...left, ...right];
    for (const item of right) (left as Value[]).push(item);
    return left;
  }
  if (isDict(left) && isDict(right)) {
    if (!owned) return dictMerge(left, right);
    for (const key of Object.keys(right)) dictPut(left as MutableDict, key, right[key] as Value);
    return left;
  }
  return add(left, right);
}

/** `xs.push(item)` of a list. */
function append(list: List, item: Value, owned: boolean): List {
  if (!owned) return [...list, item];
  (list as Value[]).push(item);
  return list;
}

function asList(value: Value): List {
  if (isList(value)) return value;
  throw fail.destructure({ pattern: '[...]', got: typeOf(value) });
}

function asDict(value: Value): Dict {
  if (isDict(value)) return value;
  if (value instanceof HarnStruct) return structToDict(value);
  throw fail.destructure({ pattern: '{...}', got: typeOf(value) });
}

function asPair(value: Value): HarnPair {
  if (value instanceof HarnPair) return value;
  throw fail.expectedPair({ where: 'for', kind: typeOf(value) });
}

function dictWithout(value: Value, keys: readonly string[]): Dict {
  const copy = dictCopy(asDict(value));
  for (const key of keys) delete copy[key];
  return copy;
}

/** Whether a dict pattern can look into a value. */
function hasFields(value: Value): boolean {
  return isDict(value) || value instanceof HarnStruct;
}

function fieldIn(value: Value, key: string): Value {
  return dictGet(asDict(value), key) ?? null;
}

function noMatch(): never {
  throw new HarnThrow(fail.noMatch({}).message);
}

/** Whether a typed catch takes a thrown value: an enum or struct of one of these types. */
function catches(value: Value, names: readonly string[]): boolean {
  if (value instanceof HarnEnum) return names.includes(value.enumName);
  return value instanceof HarnStruct && names.includes(structType(value).name);
}

/** How often `retry` tries. */
function retryCount(value: Value): number {
  const count = asDouble(value);
  if (count === undefined)
    throw fail.argument({ name: 'retry', expected: 'int', got: typeOf(value) });
  return Math.trunc(count);
}

function undefinedVariable(name: string, suggestion?: string): never {
  throw fail.undefinedVariable({ name, suggestion });
}

/** A variable of a module that is nil, or not there yet. */
function unset(value: Value | undefined, name: string): Value {
  if (value === undefined) throw fail.undefinedVariable({ name });
  return value;
}

function undefinedCall(name: string, suggestion?: string): never {
  throw fail.undefinedVariable({ name, suggestion });
}

function immutableAssignment(name: string): never {
  throw fail.immutableAssignment({ name });
}

function redeclared(name: string, keyword: string): never {
  throw fail.redeclared({ name, keyword });
}

/** A struct's name as a value: a function from its fields to an instance. */
function structMaker(struct: StructClass): HarnFunction {
  const make = (_ctx: Ctx, fields: Value) => makeStruct(struct, asDict(fields ?? {}));
  return describeFunction(make, { name: struct.type.name, params: ['fields'], required: 1 });
}

/** A struct literal whose name means nothing here. */
function structByName(name: string, _fields: Dict): never {
  throw fail.undefinedVariable({ name });
}

function implement(struct: StructClass, name: string, method: HarnFunction): void {
  struct.type.methods.set(name, method);
}

/** Reading a variable of a function that ran before the variable was declared. */
const BEFORE_DECLARATION = /^Cannot access '(\w+?)\$\d*' before initialization$/;

/** The error of a program that JavaScript raised in our place; anything else as it is. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof ReferenceError) || HarnError.is(error)) return error;
  const name = BEFORE_DECLARATION.exec(error.message)?.[1];
  return name === undefined ? error : fail.undefinedVariable({ name }, { cause: error });
}

function caughtValue(error: unknown): Value {
  return caught(translateError(error));
}

/** The helpers of generated code. Pure JavaScript values are handed through so that generated code names no globals. */
export const support = {
  // Operators
  add,
  sub,
  mul,
  div,
  mod,
  pow,
  neg,
  equal,
  lessThan,
  lessOrEqual,
  greaterThan,
  greaterOrEqual,
  contains,
  truthy,
  isSafe: Number.isSafeInteger,
  // Parts
  property,
  optionalProperty,
  index,
  optionalIndex,
  slice,
  setProperty,
  setIndex,
  append,
  join,
  isArray: Array.isArray,
  // What `.constructor` of a dict is; one that has a key of that name takes the slow path.
  Dict: Object,
  Struct: HarnStruct,
  // Making values
  makeFloat,
  Duration: HarnDuration,
  makeRange,
  makeEnum,
  makeStruct,
  structByName,
  structMaker,
  defineStruct,
  implement,
  display,
  dictKey: display,
  spreadList,
  spreadDict,
  describe: describeFunction,
  makeGenerator,
  makeStream,
  Emit,
  // Calls
  callee,
  callSync,
  callMethod,
  callMethodSync,
  isSuspending,
  finish: finishWithoutSuspending,
  Tail,
  tick,
  overflow,
  // Iteration and patterns
  iterate,
  END,
  asList,
  asDict,
  asPair,
  dictGet,
  dictWithout,
  hasFields,
  fieldIn,
  isVariant,
  noMatch,
  /** What it is given: a call that V8 knows never to have been made ends what it has to know of a value. */
  same: (value: Value): Value => value,
  // Errors and results
  Throw: HarnThrow,
  caught: caughtValue,
  retried: (error: unknown) => retried(translateError(error)),
  catches,
  wrapOk,
  err,
  expectResult,
  isErr,
  payload,
  retryCount,
  unwrapNil,
  undefinedVariable,
  unset,
  undefinedCall,
  immutableAssignment,
  redeclared,
  // Checks of annotated parameters
  checkParameter,
  guardNamed,
  listOf,
  dictOf,
  unionOf,
  literalOf,
  shapeOf,
} as const;

/** The type of `$`. */
export type Support = typeof support;
