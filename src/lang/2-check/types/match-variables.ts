// What type parameters stand for, read off by laying a type that mentions them over one that does not.
import { expand, fieldsOf, withoutNil } from './expand.ts';
import { argument, elementOf, INT, type Type, type VariableType } from './type.ts';
import { filterUnion, membersOf } from './union.ts';

export type OnVariable = (variable: VariableType, type: Type) => void;

/** Structure deeper than this says nothing more about a parameter. */
const MAX_DEPTH = 24;

/** Calls `found` for every parameter in `pattern` with what `actual` has in its place. */
export function matchVariables(pattern: Type, actual: Type, found: OnVariable, depth = 0): void {
  if (depth > MAX_DEPTH || actual.kind === 'any' || actual.kind === 'never') return;
  const next = (inner: Type, given: Type) => matchVariables(inner, given, found, depth + 1);
  switch (pattern.kind) {
    case 'variable':
      found(pattern, actual);
      return;
    case 'union':
      matchUnion(pattern.members, actual, next);
      return;
    case 'alias':
      if (actual.kind === 'alias' && actual.decl === pattern.decl)
        for (const [i, arg] of pattern.args.entries()) next(arg, actual.args[i] as Type);
      else if (pattern.args.length > 0) next(expand(pattern), expand(actual));
      return;
    case 'container':
      for (const member of membersOf(expand(actual))) matchContainer(pattern, member, next);
      return;
    case 'nominal':
      if (actual.kind === 'nominal' && actual.decl === pattern.decl)
        for (const [i, arg] of actual.args.entries())
          if (pattern.args[i] !== undefined) next(pattern.args[i] as Type, arg);
      return;
    case 'shape': {
      const fields = fieldsOf(expand(actual));
      for (const field of pattern.fields) {
        const given = fields?.find((each) => each.name === field.name);
        if (given !== undefined) next(field.type, given.type);
      }
      return;
    }
    case 'function':
      matchFunction(pattern, actual, next);
      return;
    case 'tuple':
      if (actual.kind === 'tuple')
        for (const [i, element] of pattern.elements.entries())
          if (actual.elements[i] !== undefined) next(element, actual.elements[i] as Type);
      return;
    default:
  }
}

type Next = (pattern: Type, actual: Type) => void;

/** `T | nil` against `int | nil`: what the fixed members do not account for belongs to the parameters. */
function matchUnion(members: readonly Type[], actual: Type, next: Next): void {
  const open = members.filter((member) => member.kind === 'variable');
  const fixed = members.filter((member) => member.kind !== 'variable');
  const hasNil = fixed.some((member) => member.kind === 'primitive' && member.name === 'nil');
  const rest = hasNil ? withoutNil(actual) : actual;
  for (const member of fixed) next(member, actual);
  const left = filterUnion(
    expand(rest),
    (each) => !fixed.some((member) => isSameKind(member, each)),
  );
  for (const member of open) next(member, left);
}

function isSameKind(a: Type, b: Type): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind === 'container' || a.kind === 'primitive' ? a.name === (b as typeof a).name : true;
}

function matchContainer(
  pattern: Extract<Type, { kind: 'container' }>,
  actual: Type,
  next: Next,
): void {
  if (actual.kind === 'container') {
    if (actual.name === pattern.name) {
      for (const [i, arg] of pattern.args.entries()) next(arg, argument(actual, i));
    } else if (actual.name === 'range' && pattern.args.length === 1)
      next(argument(pattern, 0), INT);
    return;
  }
  if (pattern.name === 'Schema' && actual.kind === 'namespace') return;
  const fields = pattern.name === 'dict' ? fieldsOf(actual) : undefined;
  for (const field of fields ?? []) next(elementOf(pattern), field.type);
}

function matchFunction(
  pattern: Extract<Type, { kind: 'function' }>,
  actual: Type,
  next: Next,
): void {
  if (actual.kind !== 'function') return;
  for (const [i, param] of pattern.params.entries()) {
    const given = actual.params[i];
    if (given !== undefined) next(param.type, given.type);
  }
  next(pattern.returns, actual.returns);
}
