// What a condition says about the values it names, when it holds and when it does not.
import type { Binary, Call, Expression, MethodCall } from '../../ast.ts';
import { argumentValue } from '../call-target.ts';
import { isUnchecked } from './boundary.ts';
import { expand, fieldsOf, withoutNil } from './expand.ts';
import { propertyType } from './members.ts';
import { narrowPlace, typeOfPlace } from './references.ts';
import { schemaType } from './schema-types.ts';
import {
  ANY,
  BOOL,
  BYTES,
  CLOSURE,
  container,
  DECIMAL,
  DICT,
  DURATION,
  FLOAT,
  INT,
  isNil,
  LIST,
  type LiteralType,
  literal,
  NIL,
  STRING,
  type Type,
} from './type.ts';
import { filterUnion, membersOf } from './union.ts';
import type { Walk } from './walk.ts';

/** Takes into the flow what holds when `condition` is truthy (or falsy). */
export function refine(walk: Walk, condition: Expression, holds: boolean): void {
  switch (condition.kind) {
    case 'Unary':
      if (condition.operator === '!') refine(walk, condition.operand, !holds);
      return;
    case 'Binary':
      refineBinary(walk, condition, holds);
      return;
    case 'Identifier':
    case 'Member':
    case 'Index':
      refineTruth(walk, condition, holds);
      return;
    case 'Call':
      refineCall(walk, condition, holds);
      return;
    case 'MethodCall':
      if (holds) refineHas(walk, condition);
      return;
    default:
  }
}

function refineBinary(walk: Walk, node: Binary, holds: boolean): void {
  switch (node.operator) {
    case '&&':
      refineBoth(walk, node, holds, true);
      return;
    case '||':
      refineBoth(walk, node, holds, false);
      return;
    case '==':
    case '!=':
      refineEqual(walk, node, (node.operator === '==') === holds);
      return;
    default:
  }
}

/** `a && b` when it holds, `a || b` when it does not: both are known. Otherwise one of two ways was taken. */
function refineBoth(walk: Walk, node: Binary, holds: boolean, isAnd: boolean): void {
  const { left } = node;
  const { flow } = walk;
  if (holds === isAnd) {
    refine(walk, left, holds);
    refineReached(walk, node, holds);
    return;
  }
  const mark = flow.mark();
  refine(walk, left, holds);
  const first = flow.take(mark);
  refine(walk, left, !holds);
  refineReached(walk, node, holds);
  flow.join([first, flow.take(mark)]);
}

/** The right side has run: what it changed is no longer what the left side found. */
function refineReached(walk: Walk, node: Binary, holds: boolean): void {
  const changes = walk.rightChanges.get(node);
  if (changes !== undefined) walk.flow.apply(changes);
  refine(walk, node.right, holds);
}

function refineTruth(walk: Walk, node: Expression, holds: boolean): void {
  if (holds) {
    narrowWith(walk, node, (type) =>
      filterUnion(expand(type), (member) => !isNil(member) && !isFalse(member)),
    );
    refineOptionalChain(walk, node);
  }
  if (node.kind === 'Member') refineTag(walk, node.object, node.name, literal(true), holds);
}

function isFalse(type: Type): boolean {
  return type.kind === 'literal' && type.value === false;
}

function narrowWith(walk: Walk, node: Expression, change: (type: Type) => Type): void {
  const before = typeOfPlace(walk, node);
  if (before.kind === 'any' && !isUnchecked(before)) return;
  const after = change(before);
  if (after !== before && after !== expand(before)) narrowPlace(walk, node, after);
}

/** `x?.name` that is something: then x is something too. */
function refineOptionalChain(walk: Walk, node: Expression): void {
  let at = node;
  while (at.kind === 'Member' || at.kind === 'Index') {
    if (at.optional) narrowWith(walk, at.object, withoutNil);
    at = at.object;
  }
}

// ---------------------------------------------------------------- equality

function refineEqual(walk: Walk, { left, right }: Binary, isEqual: boolean): void {
  if (left.kind === 'NilLiteral') refineNil(walk, right, isEqual);
  else if (right.kind === 'NilLiteral') refineNil(walk, left, isEqual);
  else {
    const rightValue = literalOf(right);
    if (rightValue !== undefined) refineLiteral(walk, left, rightValue, isEqual);
    const leftValue = literalOf(left);
    if (leftValue !== undefined) refineLiteral(walk, right, leftValue, isEqual);
  }
}

function refineNil(walk: Walk, node: Expression, isNilHere: boolean): void {
  if (!isNilHere) {
    narrowWith(walk, node, withoutNil);
    refineOptionalChain(walk, node);
    return;
  }
  narrowWith(walk, node, (type) => {
    if (type.kind === 'unknown') return NIL;
    const members = membersOf(expand(type));
    return members.some(isNil) ? NIL : type;
  });
}

/** The literal that an expression is, as a type. */
export function literalOf(node: Expression): LiteralType | undefined {
  switch (node.kind) {
    case 'StringLiteral':
    case 'IntLiteral':
    case 'BoolLiteral':
      return literal(node.value);
    default:
      return undefined;
  }
}

/** `node` equals a literal, or does not. Also used for the arms of a match. */
export function refineLiteral(
  walk: Walk,
  node: Expression,
  value: LiteralType,
  isEqual: boolean,
): void {
  const subject = typeOfSubject(node);
  if (subject !== undefined) {
    if (typeof value.value === 'string') refineTypeOf(walk, subject, value.value, isEqual);
    return;
  }
  narrowWith(walk, node, (type) => byLiteral(type, value, isEqual));
  if (isEqual) refineOptionalChain(walk, node);
  if (node.kind === 'Member') refineTag(walk, node.object, node.name, value, isEqual);
  else if (node.kind === 'Index' && node.index.kind === 'StringLiteral')
    refineTag(walk, node.object, node.index.value, value, isEqual);
}

function byLiteral(type: Type, value: LiteralType, isEqual: boolean): Type {
  const open = expand(type);
  if (!isEqual) return filterUnion(open, (m) => m.kind !== 'literal' || m.value !== value.value);
  return filterUnion(open, (member) => canBe(member, value));
}

/** What an int may equal. */
const NUMERIC: ReadonlySet<string> = new Set(['int', 'float', 'number', 'decimal']);

/** Whether a value of the type can equal the literal. */
function canBe(type: Type, { value }: LiteralType): boolean {
  switch (type.kind) {
    case 'literal':
      return type.value === value;
    case 'primitive':
      if (typeof value === 'string') return type.name === 'string';
      if (typeof value === 'boolean') return type.name === 'bool';
      return NUMERIC.has(type.name);
    case 'shape':
    case 'container':
    case 'nominal':
    case 'function':
      return false;
    default:
      return true;
  }
}

/** Keeps the members of a union whose field can (or need not) be the literal. */
function refineTag(
  walk: Walk,
  object: Expression,
  name: string,
  value: LiteralType,
  isEqual: boolean,
): void {
  narrowWith(walk, object, (type) => byTag(type, name, value, isEqual));
}

export function byTag(type: Type, name: string, value: LiteralType, isEqual: boolean): Type {
  const open = expand(type);
  if (open.kind !== 'union') return type;
  return filterUnion(open, (member) => {
    const field = propertyType(expand(member), name);
    if (field === undefined) return !isEqual;
    const options = membersOf(expand(field));
    return isEqual
      ? options.some((option) => canBe(option, value))
      : !options.every((option) => option.kind === 'literal' && option.value === value.value);
  });
}

// ----------------------------------------------------------------- type_of

/** What `type_of` answers, and the type it stands for. */
const BY_NAME: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['int', INT],
  ['float', FLOAT],
  ['string', STRING],
  ['bool', BOOL],
  ['nil', NIL],
  ['bytes', BYTES],
  ['duration', DURATION],
  ['decimal', DECIMAL],
  ['list', LIST],
  ['dict', DICT],
  ['set', container('set')],
  ['closure', CLOSURE],
  ['range', container('range')],
  ['iter', container('iter')],
  ['pair', container('pair')],
]);

/** The x of `type_of(x)`. */
function typeOfSubject(node: Expression): Expression | undefined {
  if (node.kind !== 'Call' || node.callee.kind !== 'Identifier') return undefined;
  const [first, ...others] = node.args;
  if (node.callee.name !== 'type_of' || first === undefined || others.length > 0) return undefined;
  return argumentValue(first);
}

function refineTypeOf(walk: Walk, node: Expression, name: string, isSo: boolean): void {
  narrowWith(walk, node, (type) => byTypeName(type, name, isSo));
}

/** The members of a type whose `type_of` is (or is not) a name. */
function byTypeName(type: Type, name: string, isSo: boolean): Type {
  const named = BY_NAME.get(name);
  if (type.kind === 'any') return isSo ? (named ?? ANY) : type;
  if (type.kind === 'unknown') {
    if (isSo) return named ?? ANY;
    return type.excluded.includes(name)
      ? type
      : { kind: 'unknown', excluded: [...type.excluded, name] };
  }
  return filterUnion(expand(type), (member) => {
    const names = typeNames(member);
    return names === undefined || (isSo ? names.includes(name) : names.some((n) => n !== name));
  });
}

/** Everything `type_of` may answer for a type; undefined when that is not known. */
function typeNames(type: Type): readonly string[] | undefined {
  switch (type.kind) {
    case 'primitive':
      return type.name === 'number' ? ['int', 'float'] : [type.name];
    case 'literal':
      return [
        typeof type.value === 'string' ? 'string' : typeof type.value === 'bigint' ? 'int' : 'bool',
      ];
    case 'container':
      if (type.name === 'list') return ['list', 'range'];
      if (type.name === 'dict' || type.name === 'set' || type.name === 'iter') return [type.name];
      return type.name === 'Result' ? ['enum'] : undefined;
    case 'tuple':
      return ['list'];
    case 'shape':
      return ['dict', 'struct'];
    case 'nominal':
      return type.decl.node.kind === 'EnumDeclaration' ? ['enum'] : ['struct', 'enum', 'dict'];
    case 'function':
      return ['closure', 'builtin'];
    default:
      return undefined;
  }
}

// ------------------------------------------------------------------- calls

const SCHEMA_TESTS: ReadonlySet<string> = new Set(['schema_is', 'is_type']);

function refineCall(walk: Walk, node: Call, holds: boolean): void {
  const subject = node.args[0];
  const schema = node.args[1];
  if (node.callee.kind !== 'Identifier' || subject === undefined || schema === undefined) return;
  if (!SCHEMA_TESTS.has(node.callee.name)) return;
  const place = argumentValue(subject);
  // A schema that is only known at run time says nothing about the shape, but it was checked.
  const shape = schemaType(walk, argumentValue(schema)) ?? ANY;
  if (shape.kind === 'any' && !isUnchecked(typeOfPlace(walk, place))) return;
  if (holds) narrowWith(walk, place, (type) => bySchema(type, shape));
  else
    narrowWith(walk, place, (type) =>
      type.kind === 'unknown' ? type : withoutSchema(type, shape),
    );
}

function bySchema(type: Type, shape: Type): Type {
  const open = expand(type);
  if (open.kind !== 'union') return shape;
  const wanted = membersOf(expand(shape));
  const kept = filterUnion(open, (member) => wanted.some((each) => overlaps(expand(member), each)));
  return kept.kind === 'never' || kept.kind === 'union' ? shape : kept;
}

function withoutSchema(type: Type, shape: Type): Type {
  const wanted = membersOf(expand(shape));
  const open = expand(type);
  return open.kind === 'union' ? filterUnion(open, (member) => !wanted.includes(member)) : type;
}

/** Whether some value may be of both types, as far as their outsides tell. */
function overlaps(a: Type, b: Type): boolean {
  const first = typeNames(a);
  const second = typeNames(b);
  if (first === undefined || second === undefined) return true;
  return first.some((name) => second.includes(name));
}

/** `x.has("name")`: an optional field is there. */
function refineHas(walk: Walk, { receiver, name, args }: MethodCall): void {
  const key = args[0];
  if ((name !== 'has' && name !== 'contains') || key?.kind !== 'StringLiteral') return;
  narrowWith(walk, receiver, (type) => {
    const open = expand(type);
    if (open.kind !== 'shape') return type;
    const fields = fieldsOf(open) ?? [];
    if (!fields.some((field) => field.name === key.value && field.optional)) return type;
    const required = fields.map((f) => (f.name === key.value ? { ...f, optional: false } : f));
    return { ...open, fields: required };
  });
}
