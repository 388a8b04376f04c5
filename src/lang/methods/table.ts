// All methods of built-in values, by kind. Kinds that are not here have none: calling one gives nil.
import { DICT_METHODS } from './dict.ts';
import { ITER_METHODS } from './iter.ts';
import { LIST_METHODS } from './list.ts';
import type { MethodSpec } from './method-spec.ts';
import { BYTES_METHODS, OPERATOR_METHODS, POOL_METHODS, RANGE_METHODS } from './other-kinds.ts';
import { SET_METHODS } from './set.ts';
import { STRING_METHODS } from './string.ts';

/** Kinds with methods, as the documentation names them. `stream` is the value of that name; a stream is an `iter`. */
export const METHOD_KINDS: { readonly [kind: string]: readonly MethodSpec[] } = {
  bytes: BYTES_METHODS,
  dict: DICT_METHODS,
  iter: ITER_METHODS,
  list: LIST_METHODS,
  pool: POOL_METHODS,
  range: RANGE_METHODS,
  set: SET_METHODS,
  stream: OPERATOR_METHODS,
  string: STRING_METHODS,
};

/** Types whose values have the methods of another kind. */
const SAME_AS: { readonly [type: string]: string } = {
  Generator: 'iter',
  Stream: 'iter',
  channel: 'iter',
};

/** The kind in the table for the name of a type; undefined for types without methods. */
export function methodKindOf(type: string): string | undefined {
  const kind = Object.hasOwn(SAME_AS, type) ? SAME_AS[type] : type;
  return kind !== undefined && Object.hasOwn(METHOD_KINDS, kind) ? kind : undefined;
}

/** The rows for values of a type (`list`, `Stream`); none for types without methods. */
export function methodsOfType(type: string): readonly MethodSpec[] {
  const kind = methodKindOf(type);
  return (kind === undefined ? undefined : METHOD_KINDS[kind]) ?? [];
}

const BY_NAME = new Map<string, ReadonlyMap<string, MethodSpec>>();

/** The row of a method by any of its names. */
export function methodSpec(type: string, name: string): MethodSpec | undefined {
  const kind = methodKindOf(type);
  if (kind === undefined) return undefined;
  let rows = BY_NAME.get(kind);
  if (rows === undefined) {
    rows = new Map(
      methodsOfType(kind).flatMap((row) => [row.name, ...row.aliases].map((each) => [each, row])),
    );
    BY_NAME.set(kind, rows);
  }
  return rows.get(name);
}

/** Every name that a method of the type has. */
export function methodNames(type: string): readonly string[] {
  return methodsOfType(type).flatMap(({ name, aliases }) => [name, ...aliases]);
}
