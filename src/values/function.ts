// Harn functions as JavaScript functions. Every one takes the hidden ctx first. There are two colours: a sync
// function returns its value, a suspending one is a generator function. The colour is read off the function itself.
import { bug } from '../base/index.ts';
import { fail } from './errors.ts';
import {
  BUILTIN,
  type Ctx,
  type HarnFunction,
  type HarnObject,
  type List,
  type Method,
  type Steps,
  type SuspendingFunction,
  type SyncFunction,
  typeOf,
  type Value,
} from './value.ts';

/** What is known about a function beyond its code: for printing, errors, arity and documentation. */
export interface FunctionMeta {
  readonly name?: string;
  /** Parameter names without the hidden ctx, as written. */
  readonly params?: readonly string[];
  /** How many arguments a caller must give. */
  readonly required?: number;
  /** Whether the last parameter takes the remaining arguments. */
  readonly rest?: boolean;
  readonly doc?: string;
  /** Set for the body of a `tool` declaration: a caller with a dict gives its values by the names of the parameters. */
  readonly tool?: boolean;
  /** Set for rows of the builtin table. */
  readonly builtin?: boolean;
}

const META = Symbol.for('harn.function.meta');
const GENERATOR_FUNCTION = Object.getPrototypeOf(function* () {}) as object;

type Described = { [META]?: FunctionMeta; [BUILTIN]?: true };

/** Whether calling `fn` gives a generator to be driven with `yield*`. One prototype comparison. */
export function isSuspending(fn: HarnFunction): fn is SuspendingFunction {
  return Object.getPrototypeOf(fn) === GENERATOR_FUNCTION;
}

/** The same question about any JavaScript function. */
export function isGeneratorFunction(fn: object): boolean {
  return Object.getPrototypeOf(fn) === GENERATOR_FUNCTION;
}

/** Attaches what is known about a function and returns it. The meta object may be shared by many closures. */
export function describeFunction<F extends HarnFunction>(fn: F, meta: FunctionMeta): F {
  (fn as Described)[META] = meta;
  if (meta.builtin === true) (fn as Described)[BUILTIN] = true;
  return fn;
}

const NOTHING_KNOWN: FunctionMeta = {};

/** What `describeFunction` attached; an empty description otherwise. */
export function functionMeta(fn: HarnFunction): FunctionMeta {
  return (fn as Described)[META] ?? NOTHING_KNOWN;
}

/** How many arguments the function declares, rest parameter not counted. */
export function arityOf(fn: HarnFunction): number {
  const { params, rest } = functionMeta(fn);
  if (params === undefined) return Math.max(0, fn.length - 1);
  return rest === true ? params.length - 1 : params.length;
}

/**
 * The function, when calling it is an ordinary call: for loops, which ask once and not for every item. Undefined for
 * what `call` has to deal with.
 */
export function plainFunction(fn: Value): SyncFunction | undefined {
  return typeof fn === 'function' && !isSuspending(fn) ? (fn as SyncFunction) : undefined;
}

/** Calls a value from suspending code. */
export function* call(fn: Value, ctx: Ctx, args: List): Steps {
  if (typeof fn !== 'function') throw fail.notCallable({ kind: typeOf(fn) });
  if (isSuspending(fn)) return yield* fn(ctx, ...args);
  return (fn as SyncFunction)(ctx, ...args);
}

/**
 * Calls a value from code that cannot suspend. The compiler only gives such code functions that cannot suspend
 * either; one that is coloured suspending and returns without suspending works too.
 */
export function callSync(fn: Value, ctx: Ctx, args: List): Value {
  if (typeof fn !== 'function') throw fail.notCallable({ kind: typeOf(fn) });
  if (isSuspending(fn)) return finishWithoutSuspending(fn(ctx, ...args));
  // Nearly all callbacks take one argument; without the spread the argument list is not even allocated.
  if (args.length === 1) return (fn as SyncFunction)(ctx, args[0] as Value);
  return (fn as SyncFunction)(ctx, ...args);
}

/** Calls a method of a method table from suspending code. */
export function* runMethod(method: Method, ctx: Ctx, self: HarnObject, args: List): Steps {
  const result = method(ctx, self, args);
  return isGeneratorFunction(method) ? yield* result as Steps : (result as Value);
}

/** The same from code that cannot suspend. */
export function runMethodSync(method: Method, ctx: Ctx, self: HarnObject, args: List): Value {
  const result = method(ctx, self, args);
  return isGeneratorFunction(method) ? finishWithoutSuspending(result as Steps) : (result as Value);
}

/** Runs a generator to its end where suspending is impossible. */
export function finishWithoutSuspending<T>(steps: Steps<T>): T {
  const step = steps.next();
  if (step.done !== true) return bug('a function suspended while called from code that cannot');
  return step.value;
}
