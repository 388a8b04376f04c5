// Run-time checks of annotated parameters, and types as JSON Schema for tools. Only what upstream can check at run
// time is checked: primitives, lists, dicts, shapes, literals and unions of those. Names of structs, interfaces and
// type parameters are left to the checker.
import { DECIMAL_PATTERN, ownEntry } from '../../base/index.ts';
import type { NamedType, Param, ShapeType, TypeExpr } from '../ast.ts';
import { SCHEMA_NAMES } from '../schema-names.ts';
import type { Emitter } from './emitter.ts';
import { type Js, quote } from './js.ts';

const CHECKED = new Set([
  'int',
  'float',
  'number',
  'string',
  'bool',
  'nil',
  'bytes',
  'list',
  'dict',
  'set',
  'duration',
  'decimal',
  'closure',
]);

/** What `typeof` answers for the values of a type, where that alone decides. */
const BY_TYPEOF: { readonly [name: string]: string } = {
  int: 'number',
  float: 'number',
  string: 'string',
  bool: 'boolean',
};

/** Emits the check of one parameter, if its annotation can be checked. */
export function parameterCheck(em: Emitter, param: Param, name: string): void {
  const guard = param.type === undefined ? undefined : guardOf(em, param.type, []);
  if (guard === undefined || param.type === undefined) return;
  const simple = param.type.kind === 'NamedType' ? ownEntry(BY_TYPEOF, param.type.name) : undefined;
  const test = simple === undefined ? '' : `if (typeof ${name} !== "${simple}") `;
  em.push(`${test}${em.call('checkParameter', [guard, quote(param.name), name], param)};`);
}

/** A guard made once per module; undefined when the type is not checked. `seen` are the aliases on the way. */
function guardOf(em: Emitter, type: TypeExpr, seen: readonly string[]): Js | undefined {
  const make = (js: Js | undefined) => (js === undefined ? undefined : em.prelude.constant(js));
  switch (type.kind) {
    case 'NamedType':
      return guardOfName(em, type, seen);
    case 'ListType':
      return containerGuard(em, 'list', type.element, seen);
    case 'OptionalType':
      return make(unionGuard(em, [type.type], seen, true));
    case 'UnionType':
      return make(unionGuard(em, type.members, seen, false));
    case 'LiteralType':
      return make(`${em.$('literalOf')}(${literal(type.value)})`);
    case 'ShapeType':
      return make(shapeGuard(em, type, seen));
    case 'OwnedType':
      return guardOf(em, type.type, seen);
    default:
      return undefined;
  }
}

function literal(value: string | bigint | boolean): Js {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value))
    ? `${value}n`
    : String(value);
}

function guardOfName(em: Emitter, type: NamedType, seen: readonly string[]): Js | undefined {
  if (type.name === 'list') return containerGuard(em, 'list', type.args[0], seen);
  if (type.name === 'dict') return containerGuard(em, 'dict', type.args[1] ?? type.args[0], seen);
  if (CHECKED.has(type.name)) return named(em, type.name);
  if (seen.includes(type.name) || type.args.length > 0) return undefined;
  const alias = aliasOf(em, type.name);
  return alias === undefined ? undefined : guardOf(em, alias, [...seen, type.name]);
}

function named(em: Emitter, name: string): Js {
  return em.prelude.constant(`${em.$('guardNamed')}(${quote(name)})`);
}

function containerGuard(
  em: Emitter,
  kind: 'list' | 'dict',
  element: TypeExpr | undefined,
  seen: readonly string[],
): Js {
  const inner = element === undefined ? undefined : guardOf(em, element, seen);
  if (inner === undefined) return named(em, kind);
  return em.prelude.constant(`${em.$(kind === 'list' ? 'listOf' : 'dictOf')}(${inner})`);
}

/** A union is checked only when every member can be. */
function unionGuard(
  em: Emitter,
  members: readonly TypeExpr[],
  seen: readonly string[],
  orNil: boolean,
): Js | undefined {
  const guards = members.map((member) => guardOf(em, member, seen));
  if (guards.includes(undefined)) return undefined;
  if (orNil) guards.push(named(em, 'nil'));
  return `${em.$('unionOf')}([${guards.join(', ')}])`;
}

function shapeGuard(em: Emitter, type: ShapeType, seen: readonly string[]): Js {
  const fields = type.fields.map((field) => {
    const guard = guardOf(em, field.type, seen) ?? named(em, 'any');
    return `{ name: ${quote(field.name)}, guard: ${guard}, optional: ${field.optional} }`;
  });
  return `${em.$('shapeOf')}([${fields.join(', ')}])`;
}

/** The type behind an alias of this module or of one it imports. */
function aliasOf(em: Emitter, name: string): TypeExpr | undefined {
  for (const node of em.module.body)
    if (node.kind === 'TypeDeclaration' && node.name === name) return node.type;
  for (const { names } of em.checked.imports) {
    const node = names.get(name)?.node;
    if (node?.kind === 'TypeDeclaration') return node.type;
  }
  return undefined;
}

/** A type as the code of a JSON Schema dict; `{}` accepts anything. */
export function schemaOf(
  em: Emitter,
  type: TypeExpr | undefined,
  seen: readonly string[] = [],
): Js {
  if (type === undefined) return '{}';
  switch (type.kind) {
    case 'NamedType':
      return schemaOfName(em, type, seen);
    case 'ListType':
      return `{ items: ${schemaOf(em, type.element, seen)}, type: "array" }`;
    case 'OptionalType':
      return `{ anyOf: [${schemaOf(em, type.type, seen)}, { type: "null" }] }`;
    case 'UnionType':
      return unionSchema(em, type.members, seen);
    case 'LiteralType':
      return `{ const: ${literal(type.value)} }`;
    case 'ShapeType':
      return shapeSchema(em, type, seen);
    case 'OwnedType':
      return schemaOf(em, type.type, seen);
    default:
      return '{}';
  }
}

function schemaOfName(em: Emitter, type: NamedType, seen: readonly string[]): Js {
  const [first, second] = type.args;
  if (type.name === 'list' && first !== undefined)
    return `{ items: ${schemaOf(em, first, seen)}, type: "array" }`;
  if (type.name === 'dict' && second !== undefined)
    return `{ additionalProperties: ${schemaOf(em, second, seen)}, type: "object" }`;
  if (type.name === 'decimal') return `{ pattern: ${quote(DECIMAL_PATTERN)}, type: "string" }`;
  const name = SCHEMA_NAMES[type.name];
  if (name !== undefined) return `{ type: "${name}" }`;
  if (seen.includes(type.name)) return '{}';
  const alias = aliasOf(em, type.name);
  return alias === undefined ? '{}' : schemaOf(em, alias, [...seen, type.name]);
}

/** The type that all literals have. */
function literalType(members: readonly TypeExpr[]): string | undefined {
  const types = members.map((member) =>
    member.kind === 'LiteralType' ? LITERAL_TYPES[typeof member.value] : undefined,
  );
  return types.every((type) => type === types[0]) ? types[0] : undefined;
}

/** Numbers that are no ints are left without a type: an enumeration says enough. */
const LITERAL_TYPES: { readonly [type: string]: string } = {
  string: 'string',
  boolean: 'boolean',
  bigint: 'integer',
};

/** Unions of literals are an enumeration. */
function unionSchema(em: Emitter, members: readonly TypeExpr[], seen: readonly string[]): Js {
  const literals = members.flatMap((member) =>
    member.kind === 'LiteralType' ? [literal(member.value)] : [],
  );
  if (literals.length === members.length) {
    const type = literalType(members);
    return `{ enum: [${literals.join(', ')}]${type === undefined ? '' : `, type: "${type}"`} }`;
  }
  return `{ anyOf: [${members.map((member) => schemaOf(em, member, seen)).join(', ')}] }`;
}

function shapeSchema(em: Emitter, type: ShapeType, seen: readonly string[]): Js {
  const properties = type.fields.map((f) => `${quote(f.name)}: ${schemaOf(em, f.type, seen)}`);
  const required = type.fields.filter((f) => !f.optional).map((f) => quote(f.name));
  return `{ properties: { ${properties.join(', ')} }, required: [${required.join(', ')}], type: "object" }`;
}
