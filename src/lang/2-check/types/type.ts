// What the checker knows about values: one immutable union, discriminated by `kind`. Types are compared by structure,
// declared ones by identity of their declaration. `any` stands both for the written escape hatch and for "not known":
// the type system is gradual, so neither is ever a mistake.
import type { Declared } from './declared.ts';

export type Type =
  | AnyType
  | UnknownType
  | NeverType
  | PrimitiveType
  | LiteralType
  | ContainerType
  | NominalType
  | AliasType
  | ShapeType
  | FunctionType
  | UnionType
  | TupleType
  | IntersectionType
  | VariableType
  | HandleType
  | NamespaceType;

export interface AnyType {
  readonly kind: 'any';
  /** The builtin that brought it in from outside, unchecked; only in strict type mode. */
  readonly from?: string;
}

/** Anything, but nothing may be done with it before it is narrowed. */
export interface UnknownType {
  readonly kind: 'unknown';
  /** What `type_of` has been seen not to be on this path. */
  readonly excluded: readonly string[];
}

/** Has no values: what exits, or what is left after every case. */
export interface NeverType {
  readonly kind: 'never';
}

/** `number` is int or float, whichever; `closure` any function. */
export type PrimitiveName =
  | 'int'
  | 'float'
  | 'number'
  | 'string'
  | 'bool'
  | 'nil'
  | 'bytes'
  | 'duration'
  | 'decimal'
  | 'closure';

export interface PrimitiveType {
  readonly kind: 'primitive';
  readonly name: PrimitiveName;
}

export interface LiteralType {
  readonly kind: 'literal';
  readonly value: string | bigint | boolean;
  /** Inferred from a literal in the program: becomes its base type where it is given a name. */
  readonly fresh: boolean;
}

/** A builtin type with arguments; without any, nothing is known about what is inside. */
export interface ContainerType {
  readonly kind: 'container';
  readonly name: ContainerName;
  readonly args: readonly Type[];
  /** A list literal, which nobody else holds: each element may fit on its own. */
  readonly fresh: boolean;
}

export type ContainerName =
  | 'list'
  | 'dict'
  | 'set'
  | 'iter'
  | 'range'
  | 'pair'
  | 'Generator'
  | 'Stream'
  | 'Result'
  | 'Schema'
  | 'channel'
  | 'task_handle'
  | 'atomic';

/** A struct, enum or interface of the program. */
export interface NominalType {
  readonly kind: 'nominal';
  readonly decl: Declared;
  readonly args: readonly Type[];
}

/** The name of a `type` declaration; expanded when its structure matters, so it may mention itself. */
export interface AliasType {
  readonly kind: 'alias';
  readonly decl: Declared;
  readonly args: readonly Type[];
  /** What it stands for, once somebody has asked. */
  readonly memo: { expanded: Type | undefined };
}

/** A dict with known fields. More fields than these are always allowed. */
export interface ShapeType {
  readonly kind: 'shape';
  readonly fields: readonly Field[];
  /** Written by someone, not inferred from a literal: an unknown field may be a spelling mistake. */
  readonly declared: boolean;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly optional: boolean;
}

export interface FunctionType {
  readonly kind: 'function';
  readonly params: readonly Parameter[];
  /** The element type of `...rest`. */
  readonly rest: Type | undefined;
  readonly returns: Type;
  /** What a call chooses: empty for most. */
  readonly variables: readonly VariableType[];
  readonly throws: Type | undefined;
}

export interface Parameter {
  readonly name: string | undefined;
  readonly type: Type;
  readonly optional: boolean;
}

/** At least two members; never nested. */
export interface UnionType {
  readonly kind: 'union';
  readonly members: readonly Type[];
}

export interface TupleType {
  readonly kind: 'tuple';
  readonly elements: readonly Type[];
}

/** Only what does not reduce to one shape. */
export interface IntersectionType {
  readonly kind: 'intersection';
  readonly members: readonly Type[];
}

/** A type parameter; compared by identity. */
export interface VariableType {
  readonly kind: 'variable';
  readonly name: string;
  /** Interfaces it must satisfy; filled once, after the parameters are in scope. */
  bounds: readonly Type[];
}

/** The harness (`''`) or a handle below it. */
export interface HandleType {
  readonly kind: 'handle';
  readonly path: string;
}

/** The name of an enum or struct used as a value. */
export interface NamespaceType {
  readonly kind: 'namespace';
  readonly decl: Declared;
}

export const ANY: Type = { kind: 'any' };
export const UNKNOWN: Type = { kind: 'unknown', excluded: [] };
export const NEVER: Type = { kind: 'never' };

const primitive = (name: PrimitiveName): PrimitiveType => ({ kind: 'primitive', name });

export const INT = primitive('int');
export const FLOAT = primitive('float');
export const NUMBER = primitive('number');
export const STRING = primitive('string');
export const BOOL = primitive('bool');
export const NIL = primitive('nil');
export const BYTES = primitive('bytes');
export const DURATION = primitive('duration');
export const DECIMAL = primitive('decimal');
export const CLOSURE = primitive('closure');

const NO_TYPES: readonly Type[] = [];

export function container(name: ContainerName, args: readonly Type[] = NO_TYPES): ContainerType {
  return { kind: 'container', name, args, fresh: false };
}

export const LIST: Type = container('list');
export const DICT: Type = container('dict');
export const RANGE: Type = container('range');

/** `list<T>`, or the bare `list` when nothing is known of T. */
export function listOf(element: Type): Type {
  return element.kind === 'any' || element.kind === 'never' ? LIST : container('list', [element]);
}

/** The n-th argument of a builtin type; what is not written is not known. */
export function argument(type: ContainerType, index: number): Type {
  return type.args[index] ?? ANY;
}

/** What iterating or indexing a builtin type gives, as far as one type says it. */
export function elementOf(type: ContainerType): Type {
  switch (type.name) {
    case 'range':
      return INT;
    case 'dict':
      return type.args.length > 1 ? argument(type, 1) : argument(type, 0);
    default:
      return argument(type, 0);
  }
}

export function functionType(
  params: readonly Parameter[],
  returns: Type,
  more: Partial<Pick<FunctionType, 'rest' | 'variables' | 'throws'>> = {},
): FunctionType {
  const { rest, variables = [], throws } = more;
  return { kind: 'function', params, rest, returns, variables, throws };
}

export function literal(value: LiteralType['value'], fresh = false): LiteralType {
  return { kind: 'literal', value, fresh };
}

export function aliasOf(decl: Declared, args: readonly Type[]): AliasType {
  return { kind: 'alias', decl, args, memo: { expanded: undefined } };
}

export function isNil(type: Type): boolean {
  return type.kind === 'primitive' && type.name === 'nil';
}

/** The primitive whose values a literal is one of. */
export function baseOf(type: LiteralType): PrimitiveType {
  if (typeof type.value === 'string') return STRING;
  return typeof type.value === 'bigint' ? INT : BOOL;
}
