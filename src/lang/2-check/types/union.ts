// Unions: flat, without duplicates and without `never`; what is known of a value that may come from several places.
import { NEVER, NIL, type Type, type UnknownType } from './type.ts';

/** A join with more members than this is not worth following. */
const MAX_MEMBERS = 24;

/** The union of types. `any` swallows the rest, because nothing can be said any more. */
export function unionOf(types: readonly Type[]): Type {
  if (types.length === 1) return types[0] as Type;
  const members: Type[] = [];
  for (const type of types) {
    if (type.kind === 'any') return type;
    if (type.kind === 'unknown') return joinUnknown(types);
    if (type.kind === 'union') for (const member of type.members) add(members, member);
    else if (type.kind !== 'never') add(members, type);
  }
  const [first] = members;
  if (first === undefined) return NEVER;
  if (members.length > MAX_MEMBERS && !members.every((m) => m.kind === 'literal'))
    return { kind: 'any' };
  return members.length === 1 ? first : { kind: 'union', members };
}

function add(members: Type[], type: Type): void {
  for (const member of members) if (sameType(member, type)) return;
  members.push(type);
}

/** Only what every part has excluded stays excluded. */
function joinUnknown(types: readonly Type[]): Type {
  if (types.some((type) => type.kind === 'any')) return { kind: 'any' };
  const unknowns = types.filter((type): type is UnknownType => type.kind === 'unknown');
  const others = types.some((type) => type.kind !== 'unknown' && type.kind !== 'never');
  const [first, ...rest] = unknowns;
  const excluded = (first?.excluded ?? []).filter((name) =>
    rest.every((each) => each.excluded.includes(name)),
  );
  return { kind: 'unknown', excluded: others ? [] : excluded };
}

/** Whether two types are written alike. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'primitive':
      return a.name === (b as typeof a).name;
    case 'literal':
      return a.value === (b as typeof a).value;
    case 'container':
      return a.name === (b as typeof a).name && sameTypes(a.args, (b as typeof a).args);
    case 'nominal':
    case 'alias':
      return a.decl === (b as typeof a).decl && sameTypes(a.args, (b as typeof a).args);
    case 'namespace':
      return a.decl === (b as typeof a).decl;
    case 'handle':
      return a.path === (b as typeof a).path;
    case 'union':
    case 'intersection':
      return sameTypes(a.members, (b as typeof a).members);
    case 'tuple':
      return sameTypes(a.elements, (b as typeof a).elements);
    case 'shape':
      return sameShape(a, b as typeof a);
    case 'function':
      return sameFunction(a, b as typeof a);
    case 'unknown':
      return a.excluded.length === (b as typeof a).excluded.length;
    case 'variable':
      return false;
    default:
      return true;
  }
}

type Of<K> = Extract<Type, { kind: K }>;

function sameShape(a: Of<'shape'>, b: Of<'shape'>): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i];
      return (
        other !== undefined &&
        field.name === other.name &&
        field.optional === other.optional &&
        sameType(field.type, other.type)
      );
    })
  );
}

function sameFunction(a: Of<'function'>, b: Of<'function'>): boolean {
  return (
    a.params.length === b.params.length &&
    a.params.every((param, i) => sameType(param.type, (b.params[i] as typeof param).type)) &&
    sameType(a.returns, b.returns) &&
    a.rest === b.rest
  );
}

function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, i) => sameType(type, b[i] as Type));
}

/** `T | nil`. */
export function orNil(type: Type): Type {
  return unionOf([type, NIL]);
}

/** The members of a union, or the type alone. */
export function membersOf(type: Type): readonly Type[] {
  return type.kind === 'union' ? type.members : [type];
}

/** Only the members that `keep` accepts; `never` when none is left. */
export function filterUnion(type: Type, keep: (member: Type) => boolean): Type {
  if (type.kind !== 'union') return keep(type) ? type : NEVER;
  const members = type.members.filter(keep);
  return members.length === type.members.length ? type : unionOf(members);
}
