// What reading `value.name` and `value[key]` gives.
import { expand, fieldsOf } from './expand.ts';
import {
  ANY,
  argument,
  BOOL,
  type ContainerType,
  DICT,
  elementOf,
  INT,
  NIL,
  STRING,
  type Type,
} from './type.ts';
import { orNil, unionOf } from './union.ts';

/** The type of a property; undefined when values of the type certainly have none of that name. */
export function propertyType(type: Type, name: string): Type | undefined {
  switch (type.kind) {
    case 'primitive':
      if (type.name === 'string') return name === 'count' ? INT : name === 'empty' ? BOOL : ANY;
      return type.name === 'bytes' || type.name === 'duration' ? ANY : undefined;
    case 'literal':
      return typeof type.value === 'string' ? propertyType(STRING, name) : undefined;
    case 'container':
      return containerProperty(type, name);
    case 'nominal':
      if (type.decl.node.kind === 'EnumDeclaration') return enumProperty(type, name);
      if (type.decl.node.kind === 'InterfaceDeclaration') return ANY;
      return fieldType(type, name);
    case 'shape':
    case 'intersection':
      return fieldType(type, name);
    case 'union':
      return unionProperty(type.members, name);
    case 'alias':
      return propertyType(expand(type), name);
    default:
      return ANY;
  }
}

function unionProperty(members: readonly Type[], name: string): Type | undefined {
  const types = members.map((member) => propertyType(expand(member), name));
  const found = types.filter((type) => type !== undefined);
  if (found.length === 0) return undefined;
  return found.length === types.length ? unionOf(found) : ANY;
}

function fieldType(type: Type, name: string): Type | undefined {
  const fields = fieldsOf(type);
  if (fields === undefined) return ANY;
  const field = fields.find((each) => each.name === name);
  if (field === undefined) return undefined;
  return field.optional ? orNil(field.type) : field.type;
}

function enumProperty(type: Extract<Type, { kind: 'nominal' }>, name: string): Type {
  if (name !== 'variant') return ANY;
  const variants = type.decl.members?.variants ?? [];
  return unionOf(
    variants.map((variant): Type => ({ kind: 'literal', value: variant.name, fresh: false })),
  );
}

function containerProperty(type: ContainerType, name: string): Type {
  switch (type.name) {
    case 'list':
      if (name === 'count') return INT;
      if (name === 'empty') return BOOL;
      return name === 'first' || name === 'last' ? elementOf(type) : ANY;
    case 'dict':
      return elementOf(type);
    case 'pair':
      if (name === 'first') return argument(type, 0);
      return name === 'second' ? argument(type, 1) : ANY;
    default:
      return ANY;
  }
}

/** The type of `value[key]`; `key` when it is known at compile time. */
export function elementType(type: Type, key: string | undefined): Type {
  const open = expand(type);
  switch (open.kind) {
    case 'primitive':
      return open.name === 'string' ? STRING : open.name === 'bytes' ? INT : ANY;
    case 'literal':
      return typeof open.value === 'string' ? STRING : ANY;
    case 'container':
      return open.name === 'list' || open.name === 'dict' || open.name === 'range'
        ? elementOf(open)
        : ANY;
    case 'tuple':
      return (key === undefined ? undefined : open.elements[Number(key)]) ?? ANY;
    case 'shape':
    case 'nominal':
      return key === undefined ? ANY : (propertyType(open, key) ?? ANY);
    case 'union':
      return unionOf(open.members.map((member) => elementType(member, key)));
    default:
      return ANY;
  }
}

/** What `for x in value` binds; undefined when the loop certainly does not run. */
export function iteratedType(type: Type): Type | undefined {
  const open = expand(type);
  switch (open.kind) {
    case 'container':
      return open.name === 'dict' ? entryType(elementOf(open)) : elementOf(open);
    case 'tuple':
      return unionOf(open.elements);
    case 'shape':
      return entryType(ANY);
    case 'primitive':
      return open.name === 'bytes' || open.name === 'closure' ? ANY : undefined;
    case 'literal':
      return undefined;
    case 'union': {
      const types = open.members.map(iteratedType).filter((each) => each !== undefined);
      return types.length === 0 ? undefined : unionOf(types);
    }
    default:
      return ANY;
  }
}

function entryType(value: Type): Type {
  if (value === NIL) return DICT;
  const fields = [
    { name: 'key', type: STRING, optional: false },
    { name: 'value', type: value, optional: false },
  ];
  return { kind: 'shape', fields, declared: false };
}
