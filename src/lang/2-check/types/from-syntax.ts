// Type expressions as types. Names nobody declares are not known rather than wrong: hosts and packages bring types
// that this program does not contain.
import type {
  FnType,
  NamedType,
  Param,
  ShapeType,
  TypeExpr,
  TypeParam,
  WhereClause,
} from '../../ast.ts';
import { handlePath } from '../call-target.ts';
import { Declared } from './declared.ts';
import { expand, fieldsOf } from './expand.ts';
import {
  ANY,
  aliasOf,
  BOOL,
  BYTES,
  CLOSURE,
  type ContainerName,
  container,
  DECIMAL,
  DURATION,
  type Field,
  FLOAT,
  type FunctionType,
  functionType,
  INT,
  listOf,
  literal,
  NEVER,
  NIL,
  NUMBER,
  type Parameter,
  STRING,
  type Type,
  UNKNOWN,
  type VariableType,
} from './type.ts';
import { TypeScope } from './type-scope.ts';
import { membersOf, orNil, unionOf } from './union.ts';

const SIMPLE: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['any', ANY],
  ['unknown', UNKNOWN],
  ['never', NEVER],
  ['nil', NIL],
  ['int', INT],
  ['float', FLOAT],
  ['number', NUMBER],
  ['string', STRING],
  ['bool', BOOL],
  ['bytes', BYTES],
  ['duration', DURATION],
  ['decimal', DECIMAL],
  ['closure', CLOSURE],
]);

const CONTAINERS: ReadonlyMap<string, ContainerName> = new Map<string, ContainerName>([
  ['list', 'list'],
  ['dict', 'dict'],
  ['set', 'set'],
  ['iter', 'iter'],
  ['Iter', 'iter'],
  ['range', 'range'],
  ['pair', 'pair'],
  ['Pair', 'pair'],
  ['Generator', 'Generator'],
  ['Stream', 'Stream'],
  ['Result', 'Result'],
  ['Schema', 'Schema'],
  ['channel', 'channel'],
  ['task_handle', 'task_handle'],
  ['atomic', 'atomic'],
]);

/** Every type name that the language itself has. */
export function builtinTypeNames(): Iterable<string> {
  return [...SIMPLE.keys(), ...CONTAINERS.keys()];
}

/** Told about a name that is no type here. */
export type UnknownTypeName = (node: NamedType) => void;

export function readType(
  node: TypeExpr | undefined,
  scope: TypeScope,
  unknownName?: UnknownTypeName,
): Type {
  if (node === undefined) return ANY;
  const read = (inner: TypeExpr) => readType(inner, scope, unknownName);
  switch (node.kind) {
    case 'NamedType':
      return namedType(node, scope, read, unknownName);
    case 'ListType':
      return listOf(read(node.element));
    case 'TupleType':
      return { kind: 'tuple', elements: node.elements.map(read) };
    case 'OptionalType':
      return orNil(read(node.type));
    case 'UnionType':
      return unionOf(node.members.map(read));
    case 'IntersectionType':
      return intersection(node.members.map(read));
    case 'LiteralType':
      return literal(node.value);
    case 'ShapeType':
      return shapeType(node, read, (tail) => readType(tail, scope));
    case 'FnType':
      return fnType(node, read);
    case 'OwnedType':
      return read(node.type);
    case 'ErrorType':
      return ANY;
  }
}

type Read = (node: TypeExpr) => Type;

function namedType(
  node: NamedType,
  scope: TypeScope,
  read: Read,
  unknownName: UnknownTypeName | undefined,
): Type {
  const simple = node.args.length === 0 ? SIMPLE.get(node.name) : undefined;
  if (simple !== undefined) return simple;
  const declared = scope.lookup(node.name);
  if (declared instanceof Declared) return declaredType(declared, node.args.map(read));
  if (declared !== undefined) return declared;
  const builtin = CONTAINERS.get(node.name);
  if (builtin !== undefined) return containerType(builtin, node.args.map(read));
  const path = handlePath(node);
  if (path !== undefined) return { kind: 'handle', path };
  unknownName?.(node);
  return ANY;
}

function containerType(name: ContainerName, args: readonly Type[]): Type {
  // `dict<int>` names the values.
  if (name === 'dict' && args.length === 1) return container(name, [STRING, args[0] as Type]);
  return container(name, args.every((arg) => arg.kind === 'any') ? [] : args);
}

/** A use of a declared type. A generic alias over a closed union is the union of its uses. */
function declaredType(decl: Declared, args: readonly Type[]): Type {
  if (decl.node.kind !== 'TypeDeclaration') return { kind: 'nominal', decl, args };
  const choices = args.map((arg) => {
    const members = arg.kind === 'union' || arg.kind === 'alias' ? membersOf(expand(arg)) : [arg];
    return members.length > 1 && members.every(isClosed) ? members : [arg];
  });
  const size = choices.reduce((product, each) => product * each.length, 1);
  if (size === 1 || size > 64) return aliasOf(decl, args);
  let combinations: Type[][] = [[]];
  for (const choice of choices)
    combinations = combinations.flatMap((head) => choice.map((last) => [...head, last]));
  return unionOf(combinations.map((each) => aliasOf(decl, each)));
}

function isClosed(type: Type): boolean {
  return type.kind === 'literal' || type.kind === 'shape';
}

/** Shapes become one shape with all fields; anything else stays an intersection. */
function intersection(members: readonly Type[]): Type {
  const parts = members.map((member) => expand(member));
  if (parts.some((part) => part.kind === 'any')) return ANY;
  if (!parts.every((part) => part.kind === 'shape')) return { kind: 'intersection', members };
  return {
    kind: 'shape',
    fields: mergeFields(parts.flatMap((p) => fieldsOf(p) ?? [])),
    declared: true,
  };
}

/** Later fields win, at the place of the first. */
function mergeFields(fields: readonly Field[]): Field[] {
  const merged = new Map<string, Field>();
  for (const field of fields) merged.set(field.name, field);
  return [...merged.values()];
}

/** `...rest` names what else there is when nothing is declared under the name; `...Base` is meant to be a type. */
function shapeType(node: ShapeType, read: Read, readTail: Read): Type {
  const spread = node.spreads.flatMap(({ type }) => {
    if (type === undefined) return [];
    const isTail = type.kind === 'NamedType' && /^[a-z_]/.test(type.name);
    return fieldsOf(expand(isTail ? readTail(type) : read(type))) ?? [];
  });
  const own = node.fields.map(({ name, optional, type }) => ({ name, optional, type: read(type) }));
  const fields = spread.length === 0 ? own : mergeFields([...spread, ...own]);
  return { kind: 'shape', fields, declared: node.spreads.length === 0 };
}

function fnType(node: FnType, read: Read): Type {
  const rest = node.params.find((param) => param.rest);
  const params = node.params
    .filter((param) => !param.rest)
    .map(({ name, type, optional }) => ({ name, type: read(type), optional }));
  return functionType(params, node.returns === undefined ? ANY : read(node.returns), {
    rest: rest === undefined ? undefined : read(rest.type),
    throws: node.throws === undefined ? undefined : read(node.throws),
  });
}

/** What the head of a function, method, tool, pipeline or signature says. */
export interface Head {
  readonly typeParams?: readonly TypeParam[];
  readonly params: readonly Param[];
  readonly returns?: TypeExpr | undefined;
  readonly throws?: TypeExpr | undefined;
  readonly where?: readonly WhereClause[];
}

/** A function's type, and the scope in which its own type parameters are visible. */
export interface ReadHead {
  readonly type: FunctionType;
  readonly scope: TypeScope;
}

/** `withoutSelf` leaves out the first parameter when it is `self`, as methods are called without it. */
export function readHead(
  head: Head,
  outer: TypeScope,
  options: {
    readonly withoutSelf?: boolean;
    readonly unknownName?: UnknownTypeName | undefined;
  } = {},
): ReadHead {
  const { withoutSelf = false, unknownName } = options;
  const { scope, variables } = declareVariables(head.typeParams ?? [], head.where ?? [], outer);
  const isSelf = withoutSelf && head.params[0]?.name === 'self';
  const written = isSelf ? head.params.slice(1) : head.params;
  const params: Parameter[] = [];
  let rest: Type | undefined;
  for (const param of written) {
    const type = readType(param.type, scope, unknownName);
    if (param.rest) rest = type;
    else
      params.push({
        name: param.name,
        type,
        optional: param.optional || param.default !== undefined,
      });
  }
  const returns = readType(head.returns, scope, unknownName);
  const throws = head.throws === undefined ? undefined : readType(head.throws, scope, unknownName);
  return { type: functionType(params, returns, { rest, variables, throws }), scope };
}

/** Type parameters with their bounds, in a scope of their own. */
export function declareVariables(
  typeParams: readonly TypeParam[],
  where: readonly WhereClause[],
  outer: TypeScope,
): { readonly scope: TypeScope; readonly variables: readonly VariableType[] } {
  if (typeParams.length === 0) return { scope: outer, variables: [] };
  const scope = new TypeScope(outer);
  const variables = typeParams.map((param): VariableType => {
    const variable: VariableType = { kind: 'variable', name: param.name, bounds: [] };
    scope.declare(param.name, variable);
    return variable;
  });
  for (const [i, param] of typeParams.entries()) {
    const clauses = where.filter((clause) => clause.name === param.name);
    const bounds = [...param.bounds, ...clauses.flatMap((clause) => clause.bounds)];
    const variable = variables[i];
    if (variable !== undefined) variable.bounds = bounds.map((bound) => readType(bound, scope));
  }
  return { scope, variables };
}
