// Structs: one JavaScript class per declaration, fields as own properties in declared order, so that a field read
// is one load. Methods of `impl` blocks sit in a table of the declaration, not in any scope.
import { fail } from './errors.ts';
import {
  DISPLAY,
  type Dict,
  EQUAL,
  type HarnFunction,
  HarnObject,
  KIND,
  PROPERTY,
  type Value,
} from './value.ts';

/** A declared struct: what all its instances share. */
export interface StructType {
  readonly name: string;
  /** Names in declared order. */
  readonly fields: readonly string[];
  readonly optional: ReadonlySet<string>;
  /** Filled by `impl` blocks; the receiver is the first argument after ctx. */
  readonly methods: Map<string, HarnFunction>;
}

const TYPE = Symbol.for('harn.struct.type');

/** The base of every struct class. */
export abstract class HarnStruct extends HarnObject {
  abstract get [TYPE](): StructType;

  get [KIND](): string {
    return 'struct';
  }

  override [DISPLAY](show: (value: Value) => string): string {
    const parts = fieldNames(this)
      .sort()
      .map((name) => `${name}: ${show(fieldOf(this, name) as Value)}`);
    return `${this[TYPE].name} {${parts.join(', ')}}`;
  }

  override [EQUAL](other: Value, equal: (a: Value, b: Value) => boolean): boolean {
    if (!(other instanceof HarnStruct) || other[TYPE].name !== this[TYPE].name) return false;
    const names = fieldNames(this);
    return (
      names.length === fieldNames(other).length &&
      names.every((name) => {
        const theirs = fieldOf(other, name);
        return theirs !== undefined && equal(fieldOf(this, name) as Value, theirs);
      })
    );
  }

  override [PROPERTY](name: string): Value | undefined {
    return fieldOf(this, name);
  }
}

/** A struct class as `defineStruct` makes it; `new` takes the fields in declared order, undefined for absent ones. */
export interface StructClass {
  new (...fields: readonly (Value | undefined)[]): HarnStruct;
  readonly type: StructType;
}

/** Declares a struct. */
export function defineStruct(
  name: string,
  fields: readonly string[],
  optional: readonly string[] = [],
): StructClass {
  const type: StructType = { name, fields, optional: new Set(optional), methods: new Map() };
  return class extends HarnStruct {
    static readonly type = type;

    constructor(...values: readonly (Value | undefined)[]) {
      super();
      for (let i = 0; i < fields.length; i += 1) {
        const value = values[i];
        if (value !== undefined) setOwn(this, fields[i] as string, value);
      }
    }

    get [TYPE](): StructType {
      return type;
    }
  };
}

/** `Point { x: 1, y: 2 }` from a dict of fields: required ones must be there, unknown ones are kept out. */
export function makeStruct(struct: StructClass, fields: Dict): HarnStruct {
  const { type } = struct;
  return new struct(
    ...type.fields.map((field) => {
      if (Object.hasOwn(fields, field)) return fields[field];
      if (type.optional.has(field)) return undefined;
      throw fail.missingField({ struct: type.name, field });
    }),
  );
}

export function structType(value: HarnStruct): StructType {
  return value[TYPE];
}

/** The names of the fields that are present. */
export function fieldNames(value: HarnStruct): string[] {
  return Object.keys(value);
}

export function fieldOf(value: HarnStruct, name: string): Value | undefined {
  return Object.hasOwn(value, name) ? (value as unknown as Dict)[name] : undefined;
}

/** A copy with one field changed; value semantics of `p.x = v`. */
export function withField(value: HarnStruct, name: string, field: Value): HarnStruct {
  const copy = Object.create(Object.getPrototypeOf(value) as object) as HarnStruct;
  Object.assign(copy, value);
  setOwn(copy, name, field);
  return copy;
}

/** The fields as a dict. */
export function structToDict(value: HarnStruct): Dict {
  return { ...(value as unknown as Dict) };
}

function setOwn(target: HarnStruct, name: string, value: Value): void {
  if (name === '__proto__' || name in HarnStruct.prototype) {
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    (target as unknown as { [key: string]: Value })[name] = value;
  }
}
