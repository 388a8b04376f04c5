// Run-time type guards for annotated parameters. A guard answers fast whether a value fits; only when it does not is
// the value looked at again to say what is wrong and where.
import type { HarnError } from '../base/index.ts';
import { HarnDecimal } from './decimal.ts';
import { dictGet } from './dict.ts';
import { display } from './display.ts';
import { HarnEnum } from './enum.ts';
import { equal } from './equal.ts';
import { fail } from './errors.ts';
import { fieldOf, HarnStruct, structType } from './struct.ts';
import {
  type Dict,
  isBytes,
  isDict,
  isFunction,
  isList,
  isNumber,
  typeOf,
  type Value,
} from './value.ts';

/** What an annotation demands of a value. */
export interface Guard {
  /** How messages name the type. */
  readonly name: string;
  readonly test: (value: Value) => boolean;
  /** The error for a value that fails; `path` starts with the parameter's name. */
  readonly explain: (path: string, value: Value) => HarnError;
}

/** One field of a shape. */
export interface ShapeField {
  readonly name: string;
  readonly guard: Guard;
  readonly optional?: boolean;
}

/** Throws unless the argument fits. */
export function checkParameter(guard: Guard, name: string, value: Value): void {
  if (!guard.test(value)) throw guard.explain(name, value);
}

/** Whether a value fits, for code that decides by type. */
export function accepts(guard: Guard, value: Value): boolean {
  return guard.test(value);
}

function simple(name: string, test: (value: Value) => boolean): Guard {
  return {
    name,
    test,
    explain: (path, value) =>
      fail.parameterType({
        name: path,
        expected: name,
        got: typeOf(value),
        shown: display(value),
      }),
  };
}

/** int and float accept each other: an int given for a float stays an int. */
const SIMPLE: readonly Guard[] = [
  simple('any', () => true),
  simple('int', isNumber),
  simple('float', isNumber),
  simple('number', isNumber),
  simple('string', (value) => typeof value === 'string'),
  simple('bool', (value) => typeof value === 'boolean'),
  simple('nil', (value) => value === null),
  simple('bytes', isBytes),
  simple('list', isList),
  simple('dict', (value) => isDict(value) || value instanceof HarnStruct),
  simple('set', (value) => typeOf(value) === 'set'),
  simple('duration', (value) => typeOf(value) === 'duration'),
  // An int is none: `x / 3` would then cut where a decimal does not.
  simple('decimal', (value) => value instanceof HarnDecimal),
  simple('closure', isFunction),
];

const BY_NAME: ReadonlyMap<string, Guard> = new Map(SIMPLE.map((guard) => [guard.name, guard]));

/** The guard of a type that needs no parameters; undefined for names that are not checked at run time. */
export function guardNamed(name: string): Guard | undefined {
  return BY_NAME.get(name);
}

function problem(path: string, detail: string): HarnError {
  return fail.parameterShape({ path, detail });
}

/** `list<T>` */
export function listOf(item: Guard): Guard {
  return {
    name: `list<${item.name}>`,
    test: (value) => isList(value) && value.every(item.test),
    explain: (path, value) => {
      if (!isList(value)) return problem(path, `expected list, got ${typeOf(value)}`);
      const at = value.findIndex((each) => !item.test(each));
      const got = typeOf(value[at] ?? null);
      return problem(path, `[${at}]: expected type '${item.name}', got '${got}'`);
    },
  };
}

/** `dict<string, T>` */
export function dictOf(item: Guard): Guard {
  return {
    name: `dict<string, ${item.name}>`,
    test: (value) => isDict(value) && Object.values(value).every(item.test),
    explain: (path, value) => {
      if (!isDict(value)) return problem(path, `expected dict, got ${typeOf(value)}`);
      const key = Object.keys(value).find((each) => !item.test(value[each] as Value)) ?? '';
      const got = typeOf(dictGet(value, key) ?? null);
      return problem(path, `${key}: expected type '${item.name}', got '${got}'`);
    },
  };
}

/** `A | B` */
export function unionOf(members: readonly Guard[]): Guard {
  const name = members.map((member) => member.name).join('|');
  return {
    name,
    test: (value) => members.some((member) => member.test(value)),
    explain: (path, value) => problem(path, `expected ${name}, got ${typeOf(value)}`),
  };
}

/** A literal type: only this value. */
export function literalOf(literal: string | number | bigint | boolean | null): Guard {
  const name = typeof literal === 'string' ? `"${literal}"` : display(literal);
  return {
    name,
    test: (value) => typeOf(value) === typeOf(literal) && equal(value, literal),
    explain: (path, value) => problem(path, `expected ${name}, got ${display(value)}`),
  };
}

export function structOf(name: string): Guard {
  return simple(name, (value) => value instanceof HarnStruct && structType(value).name === name);
}

export function enumOf(name: string): Guard {
  return simple(name, (value) => value instanceof HarnEnum && value.enumName === name);
}

const SHAPE_NAME = 'dict or struct';

/** A dict or struct with at least these fields. */
export function shapeOf(fields: readonly ShapeField[]): Guard {
  return {
    name: SHAPE_NAME,
    test: (value) =>
      fields.every((field) => {
        const part = partOf(value, field.name);
        return isAbsent(field, part) ? field.optional === true : field.guard.test(part as Value);
      }) && partsOf(value),
    explain: (path, value) => {
      if (!partsOf(value)) return problem(path, `expected ${SHAPE_NAME}, got ${typeOf(value)}`);
      for (const field of fields) {
        const error = explainField(path, field, partOf(value, field.name));
        if (error !== undefined) return error;
      }
      return problem(path, `expected ${SHAPE_NAME}`);
    },
  };
}

function partsOf(value: Value): value is Dict | HarnStruct {
  return isDict(value) || value instanceof HarnStruct;
}

function partOf(value: Value, name: string): Value | undefined {
  if (value instanceof HarnStruct) return fieldOf(value, name);
  return isDict(value) ? dictGet(value, name) : undefined;
}

/** nil in an optional field is the same as no field. */
function isAbsent(field: ShapeField, part: Value | undefined): boolean {
  return part === undefined || (part === null && field.optional === true);
}

function explainField(path: string, field: ShapeField, part: Value | undefined) {
  const { name, guard, optional } = field;
  if (part === undefined || isAbsent(field, part)) {
    return optional === true ? undefined : problem(path, `missing field '${name}' (${guard.name})`);
  }
  if (guard.test(part)) return undefined;
  // Inside a nested shape the path says where; for anything else the field and the two types say enough.
  if (guard.name === SHAPE_NAME && partsOf(part)) return guard.explain(`${path}.${name}`, part);
  return problem(path, `field '${name}' expected ${guard.name}, got ${typeOf(part)}`);
}
