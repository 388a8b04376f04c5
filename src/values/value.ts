// What a Harn value is at run time. Scalars, lists and dicts are plain JavaScript values, so that generated code is
// fast; every other kind is an object whose class extends HarnObject and answers a protocol keyed by symbols (never
// by names, because struct fields share the name space of the object).

/** The hidden first parameter of every Harn function. Opaque here: only the runtime looks inside. */
export type Ctx = unknown;

/** What a suspending function runs as. What it yields is for the scheduler, never for this room. */
export type Steps<T = Value> = Generator<unknown, T, unknown>;

/** A function that cannot suspend: an ordinary JavaScript function. */
export type SyncFunction = (ctx: Ctx, ...args: Value[]) => Value;
/** A function that may suspend: a JavaScript generator function, called with `yield*`. */
export type SuspendingFunction = (ctx: Ctx, ...args: Value[]) => Steps;
export type HarnFunction = SyncFunction | SuspendingFunction;

/** Never changed once another value, binding or task can see it. */
export type List = readonly Value[];
/** String keys; prototype Object.prototype, so read through `dictGet` unless the name is known to be safe. */
export interface Dict {
  readonly [key: string]: Value;
}

/**
 * Any Harn value. nil is `null` and `undefined` is never a value. An int is a number with `Number.isSafeInteger`,
 * or a bigint beyond that up to 64 bits. A float is a number when it has a fraction or is NaN or infinite, else an
 * HFloat. Bytes are a Uint8Array.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | List
  | Dict
  | Uint8Array
  | HarnFunction
  | HarnObject;

/** A method of a value that is not a plain JavaScript value. Suspending ones are generator functions. */
export type Method<Self = HarnObject> =
  | ((ctx: Ctx, self: Self, args: List) => Value)
  | ((ctx: Ctx, self: Self, args: List) => Steps);

/** Methods by name; a Map so that `constructor` and its like are ordinary names. */
export type MethodTable<Self = HarnObject> = ReadonlyMap<string, Method<Self>>;

/** The name that `type_of` reports. */
export const KIND = Symbol.for('harn.value.kind');
/** How it prints; the argument prints nested values. */
export const DISPLAY = Symbol.for('harn.value.display');
/** Whether it counts as true in a condition. */
export const TRUTHY = Symbol.for('harn.value.truthy');
/** `==` with a value that is not the same object; the second argument compares nested values. */
export const EQUAL = Symbol.for('harn.value.equal');
/** Reading `.name`; undefined when there is no such property. */
export const PROPERTY = Symbol.for('harn.value.property');
/** Its built-in methods. */
export const METHODS = Symbol.for('harn.value.methods');

/** The base of every value that is an object with a behaviour of its own: handles, ranges, structs and so on. */
export abstract class HarnObject {
  abstract get [KIND](): string;

  [DISPLAY](_show: (value: Value) => string): string {
    return `<${this[KIND]}>`;
  }

  get [TRUTHY](): boolean {
    return true;
  }

  /** Handles are not comparable: `==` is false even with itself. Data kinds override this. */
  [EQUAL](_other: Value, _equal: (a: Value, b: Value) => boolean): boolean {
    return false;
  }

  [PROPERTY](_name: string): Value | undefined {
    return undefined;
  }

  get [METHODS](): MethodTable | undefined {
    return undefined;
  }
}

/** A float whose value is integral (1.0, -0.0, 1e20): a bare number there would be an int. */
export class HFloat extends HarnObject {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  get [KIND](): string {
    return 'float';
  }

  override get [TRUTHY](): boolean {
    return this.value !== 0;
  }

  override [EQUAL](other: Value): boolean {
    return asDouble(other) === this.value;
  }
}

/** A double as a Harn float. */
export function makeFloat(value: number): number | HFloat {
  return Number.isInteger(value) ? new HFloat(value) : value;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
export const MAX_INT = 2n ** 63n - 1n;
export const MIN_INT = -(2n ** 63n);

/** An exact integer as a Harn number: int while it fits 64 bits, else the nearest float. */
export function makeInt(value: bigint): number | bigint | HFloat {
  if (value >= MIN_SAFE && value <= MAX_SAFE) return Number(value);
  if (value >= MIN_INT && value <= MAX_INT) return value;
  return new HFloat(Number(value));
}

/** An integral double (of a length, an index, a parsed text) as a Harn number. */
export function intFromNumber(value: number): number | bigint | HFloat {
  if (Number.isSafeInteger(value)) return value + 0;
  return Number.isInteger(value) ? makeInt(BigInt(value)) : value;
}

export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'bigint';
}

export function isFloat(value: Value): value is number | HFloat {
  return typeof value === 'number' ? !Number.isInteger(value) : value instanceof HFloat;
}

export function isNumber(value: Value): value is number | bigint | HFloat {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof HFloat;
}

/** A number as a double; undefined for anything else. */
export function asDouble(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof HFloat ? value.value : undefined;
}

export function isList(value: Value): value is List {
  return Array.isArray(value);
}

export function isDict(value: Value): value is Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof HarnObject) &&
    !(value instanceof Uint8Array)
  );
}

export function isBytes(value: Value): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function isFunction(value: Value): value is HarnFunction {
  return typeof value === 'function';
}

/** Set on a function that is a builtin row, so that `type_of` and printing can tell it from a closure. */
export const BUILTIN = Symbol.for('harn.function.builtin');

/** The name of a value's type, as the builtin `type_of` reports it. */
export function typeOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'function':
      return BUILTIN in value ? 'builtin' : 'closure';
    default:
      return typeOfObject(value);
  }
}

function typeOfObject(value: List | Dict | Uint8Array | HarnObject | null): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return 'list';
  if (value instanceof HarnObject) return value[KIND];
  return value instanceof Uint8Array ? 'bytes' : 'dict';
}
