// Aliases opened: a type by its structure instead of its name. Aliases may mention themselves; one that leads to itself
// without anything in between means nothing and counts as not known.
import { bind, substitute } from './substitute.ts';
import { type AliasType, ANY, NIL, type ShapeType, type Type } from './type.ts';
import { filterUnion, membersOf, unionOf } from './union.ts';

const MAX_STEPS = 32;

/** The type behind a chain of aliases; unions are flattened one level deep. */
export function expand(type: Type): Type {
  if (type.kind !== 'alias' && type.kind !== 'union') return type;
  return type.kind === 'alias' ? expandAlias(type) : expandUnion(type);
}

function expandAlias(start: AliasType): Type {
  const known = start.memo.expanded;
  if (known !== undefined) return known;
  let type: Type = start;
  for (let steps = 0; type.kind === 'alias'; steps += 1) {
    const target = type.decl.members?.target;
    if (target === undefined || steps > MAX_STEPS) return ANY;
    type = substitute(target, bind(type.decl.variables, type.args, ANY));
  }
  start.memo.expanded = ANY;
  const result = type.kind === 'union' ? expandUnion(type) : type;
  start.memo.expanded = result;
  return result;
}

function expandUnion(type: Extract<Type, { kind: 'union' }>): Type {
  if (!type.members.some((member) => member.kind === 'alias')) return type;
  return unionOf(type.members.map((member) => expand(member)));
}

/** Every way a value of the type can look, aliases opened. */
export function alternatives(type: Type): readonly Type[] {
  return membersOf(expand(type));
}

export function mayBeNil(type: Type): boolean {
  return alternatives(type).some((member) => member.kind === 'primitive' && member.name === 'nil');
}

/** Without nil. The name of an alias is kept when nil is not in it. */
export function withoutNil(type: Type): Type {
  if (!mayBeNil(type)) return type;
  return filterUnion(expand(type), (member) => member.kind !== NIL.kind || member.name !== 'nil');
}

/** The fields of a shape, of a struct, or of an intersection of shapes. */
export function fieldsOf(type: Type): ShapeType['fields'] | undefined {
  switch (type.kind) {
    case 'shape':
      return type.fields;
    case 'nominal': {
      const { decl, args } = type;
      const members = decl.node.kind === 'StructDeclaration' ? decl.members : undefined;
      if (members === undefined) return undefined;
      const bindings = bind(decl.variables, args, ANY);
      return members.fields.map((f) => ({ ...f, type: substitute(f.type, bindings) }));
    }
    case 'intersection': {
      const parts = type.members.map((member) => fieldsOf(expand(member)));
      return parts.some((part) => part === undefined)
        ? undefined
        : parts.flatMap((part) => part ?? []);
    }
    default:
      return undefined;
  }
}
