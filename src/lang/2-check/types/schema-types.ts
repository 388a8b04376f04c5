// Schemas as types: the alias or `Schema<T>` that an expression denotes, or a schema dict that is written out, in place
// or in a constant.
import type { DictLiteral, Expression } from '../../ast.ts';
import { expand } from './expand.ts';
import {
  ANY,
  BOOL,
  BYTES,
  CLOSURE,
  container,
  DECIMAL,
  DICT,
  type Field,
  FLOAT,
  INT,
  LIST,
  literal,
  NIL,
  NUMBER,
  STRING,
  type Type,
} from './type.ts';
import { orNil, unionOf } from './union.ts';
import type { Walk } from './walk.ts';

/** Schemas nested deeper than this are taken as open. */
const MAX_DEPTH = 8;

/** The type whose values match a schema; undefined when nothing is known of it. */
export function schemaType(walk: Walk, node: Expression, actual?: Type): Type | undefined {
  const type = expand(actual ?? walk.infer(node));
  if (type.kind === 'container' && type.name === 'Schema') return type.args[0];
  const written = writtenDict(walk, node);
  return written === undefined ? undefined : typeOfSchema(walk, written, 0);
}

/** A dict literal, or the one that a constant of this module was given. */
function writtenDict(walk: Walk, node: Expression): DictLiteral | undefined {
  if (node.kind === 'DictLiteral') return node;
  const binding = node.kind === 'Identifier' ? walk.record.uses.get(node) : undefined;
  if (binding === undefined || binding.reassigned || binding.opaque) return undefined;
  const [only, ...others] = binding.received;
  return others.length === 0 && only?.value.kind === 'DictLiteral' ? only.value : undefined;
}

const BY_NAME: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['string', STRING],
  ['int', INT],
  ['integer', INT],
  ['float', FLOAT],
  ['number', NUMBER],
  ['bool', BOOL],
  ['boolean', BOOL],
  ['nil', NIL],
  ['null', NIL],
  ['bytes', BYTES],
  ['decimal', DECIMAL],
  ['closure', CLOSURE],
  ['set', container('set')],
]);

function typeOfSchema(walk: Walk, node: DictLiteral, depth: number): Type {
  if (depth > MAX_DEPTH) return ANY;
  const inner = (value: Expression | undefined): Type => {
    const dict = value === undefined ? undefined : writtenDict(walk, value);
    return dict === undefined ? ANY : typeOfSchema(walk, dict, depth + 1);
  };
  const type = plainType(node, inner);
  const nullable = entry(node, 'nullable');
  return nullable?.kind === 'BoolLiteral' && nullable.value ? orNil(type) : type;
}

function plainType(node: DictLiteral, inner: (value: Expression | undefined) => Type): Type {
  const choices = entry(node, 'enum');
  if (choices?.kind === 'ListLiteral') return enumType(choices.elements as readonly Expression[]);
  const union = entry(node, 'union') ?? entry(node, 'anyOf') ?? entry(node, 'oneOf');
  if (union?.kind === 'ListLiteral')
    return unionOf(union.elements.map((each) => inner(each.kind === 'Spread' ? undefined : each)));
  const name = entry(node, 'type');
  if (name?.kind !== 'StringLiteral') return ANY;
  switch (name.value) {
    case 'list':
    case 'array': {
      const element = inner(entry(node, 'items'));
      return element.kind === 'any' ? LIST : container('list', [element]);
    }
    case 'dict':
    case 'object':
      return shapeOfSchema(node, inner);
    default:
      return BY_NAME.get(name.value) ?? ANY;
  }
}

function shapeOfSchema(node: DictLiteral, inner: (value: Expression | undefined) => Type): Type {
  const properties = entry(node, 'properties');
  if (properties?.kind !== 'DictLiteral') return DICT;
  const required = entry(node, 'required');
  const names = required?.kind === 'ListLiteral' ? required.elements.map(textOf) : [];
  const fields: Field[] = [];
  for (const property of properties.entries) {
    if (property.kind === 'Spread' || property.key.kind !== 'StringLiteral') return DICT;
    const name = property.key.value;
    fields.push({ name, type: inner(property.value), optional: !names.includes(name) });
  }
  return { kind: 'shape', fields, declared: false };
}

function textOf(node: { readonly kind: string; readonly value?: unknown }): string | undefined {
  return node.kind === 'StringLiteral' ? String(node.value) : undefined;
}

function enumType(elements: readonly Expression[]): Type {
  const types = elements.map((element): Type => {
    if (element.kind === 'NilLiteral') return NIL;
    return element.kind === 'StringLiteral' || element.kind === 'IntLiteral'
      ? literal(element.value)
      : ANY;
  });
  return types.length === 0 ? ANY : unionOf(types);
}

function entry({ entries }: DictLiteral, name: string): Expression | undefined {
  for (const each of entries)
    if (each.kind === 'DictEntry' && each.key.kind === 'StringLiteral' && each.key.value === name)
      return each.value;
  return undefined;
}
