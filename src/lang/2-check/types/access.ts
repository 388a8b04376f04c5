// Names and what is read below them: fields, elements, slices, and the nil that may be in the way.
import { nearestName } from '../../../base/index.ts';
import type { Expression, Identifier, Index, Member, Propagate, Slice } from '../../ast.ts';
import { checkBoundary } from './boundary.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { alternatives, expand, fieldsOf, mayBeNil, withoutNil } from './expand.ts';
import { elementType, propertyType } from './members.ts';
import { keyOf, knownPath } from './references.ts';
import { ANY, functionType, NEVER, type Parameter, STRING, type Type } from './type.ts';
import { orNil } from './union.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

export function inferIdentifier(walk: Walk, node: Identifier): Type {
  const binding = walk.record.uses.get(node);
  return binding === undefined ? ANY : walk.typeOf(binding);
}

export function inferMember(walk: Walk, node: Member): Type {
  const { object, name, optional } = node;
  const target = walk.infer(object);
  if (target.kind === 'namespace') return variantValue(walk, target, node);
  if (target.kind === 'any' || target.kind === 'unknown' || target.kind === 'never') {
    checkBoundary(walk, target, `\`${name}\``, node);
    return target.kind === 'never' ? NEVER : (knownPath(walk, node) ?? ANY);
  }
  if (target.kind === 'handle')
    return { kind: 'handle', path: target.path === '' ? name : `${target.path}.${name}` };
  const known = knownPath(walk, node);
  const nilable = mayBeNil(target);
  const present = nilable ? withoutNil(target) : target;
  if (nilable && !optional) checkNilAccess(walk, node, target, `\`.${name}\``, '?.');
  const type = propertyType(present, name);
  if (type === undefined) return missingProperty(walk, node, present);
  if (known !== undefined) return known;
  return nilable && optional ? orNil(type) : type;
}

/** Reading below something that may be nil. What is nil for certain fails when a run gets there. */
function checkNilAccess(
  walk: Walk,
  node: Member | Index | Slice,
  type: Type,
  what: string,
  operator: string,
): void {
  if (!walk.isStrict) return;
  const hint = `Check for nil first, or write \`${operator}\` to get nil.`;
  const error = typeErrors.nilAccess({ what, type: typeText(type), hint }, { span: node.span });
  if (withoutNil(type).kind === 'never') walk.latent(error);
  else walk.error(error);
}

/** A property that values of the type do not have: an error for plain values, nil for what has fields. */
function missingProperty(walk: Walk, node: Member, type: Type): Type {
  if (type.kind === 'never') return ANY;
  const { name, nameSpan, optional } = node;
  const fields = alternatives(type).flatMap((each) => fieldsOf(each) ?? []);
  const isDeclared = alternatives(type).every((each) => each.kind !== 'shape' || each.declared);
  if (fields.length === 0 && !alternatives(type).some((each) => fieldsOf(each) !== undefined)) {
    if (!optional)
      walk.latent(
        typeErrors.noProperties({ name, type: typeText(widen(type)) }, { span: nameSpan }),
      );
  } else if (isDeclared && walk.isStrict) {
    const suggestion = nearestName(
      name,
      fields.map((field) => field.name),
    );
    if (suggestion !== undefined || isClosed(type, name))
      walk.warn(
        typeErrors.unknownField({ name, type: typeText(type), suggestion }, { span: nameSpan }),
      );
  }
  return ANY;
}

/** Values of a struct have its fields and no others; dicts of a shape may have more than it names. */
function isClosed(type: Type, name: string): boolean {
  return alternatives(type).every(
    (each) => each.kind === 'nominal' && !each.decl.methods.has(name),
  );
}

/** `Color.Red`: a value without payload, or the constructor of one with. */
function variantValue(
  walk: Walk,
  { decl }: Extract<Type, { kind: 'namespace' }>,
  node: Member,
): Type {
  if (decl.node.kind !== 'EnumDeclaration') return ANY;
  const variant = decl.variant(node.name);
  if (variant === undefined) {
    const names = decl.members?.variants.map((each) => each.name) ?? [];
    const suggestion = nearestName(node.name, names);
    const problem = { name: decl.name, variant: node.name, suggestion };
    walk.error(typeErrors.unknownVariant(problem, { span: node.nameSpan }));
    return ANY;
  }
  const type: Type = { kind: 'nominal', decl, args: [] };
  if (variant.payload.length === 0) return type;
  const params = variant.payload.map((each, i): Parameter => {
    return { name: each.label, type: each.type, optional: i >= variant.required };
  });
  return functionType(params, type, { variables: decl.variables });
}

export function inferIndex(walk: Walk, node: Index): Type {
  const target = walk.infer(node.object);
  walk.infer(node.index);
  if (target.kind === 'any' || target.kind === 'unknown') {
    checkBoundary(walk, target, 'an element', node);
    return knownPath(walk, node) ?? ANY;
  }
  const nilable = mayBeNil(target);
  if (nilable && !node.optional) checkNilAccess(walk, node, target, '`[…]`', '?[');
  const known = knownPath(walk, node);
  if (known !== undefined) return known;
  const type = elementType(nilable ? withoutNil(target) : target, keyOf(node.index));
  return nilable && node.optional ? orNil(type) : type;
}

export function inferSlice(walk: Walk, node: Slice): Type {
  const target = walk.infer(node.object);
  if (node.start !== undefined) walk.infer(node.start);
  if (node.end !== undefined) walk.infer(node.end);
  const open = expand(target);
  if (open.kind === 'container') return open.name === 'list' ? widen(open) : ANY;
  return open === STRING || (open.kind === 'literal' && typeof open.value === 'string')
    ? STRING
    : ANY;
}

export function inferNonNull(walk: Walk, operand: Expression): Type {
  return withoutNil(walk.infer(operand));
}

/** `x?`: the value of an Ok. */
export function inferPropagate(walk: Walk, { operand }: Propagate): Type {
  const type = expand(walk.infer(operand));
  return type.kind === 'container' && type.name === 'Result' ? (type.args[0] ?? ANY) : ANY;
}
