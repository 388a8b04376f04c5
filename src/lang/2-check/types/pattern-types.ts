// Names that patterns bind, with what is known of the parts they stand for.
import type { BindingPattern, MatchPattern, Node } from '../../ast.ts';
import { checkBoundary } from './boundary.ts';
import { expand, mayBeNil, withoutNil } from './expand.ts';
import { elementType, iteratedType, propertyType } from './members.ts';
import { bind, substitute } from './substitute.ts';
import { ANY, argument, DICT, listOf, type Type } from './type.ts';
import { filterUnion, unionOf } from './union.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

/** Gives every name of a binding pattern its type. */
export function bindPattern(walk: Walk, pattern: BindingPattern, type: Type): void {
  switch (pattern.kind) {
    case 'NamePattern':
      bindName(walk, pattern, type);
      return;
    case 'ListPattern': {
      checkBoundary(walk, type, 'an element', pattern);
      const element = iteratedType(type) ?? ANY;
      for (const [i, each] of pattern.elements.entries())
        bindPart(walk, each, type.kind === 'tuple' ? (type.elements[i] ?? ANY) : element);
      if (pattern.rest !== undefined) bindName(walk, pattern.rest, listOf(element));
      return;
    }
    case 'DictPattern':
      checkBoundary(walk, type, 'a field', pattern);
      for (const field of pattern.fields) {
        const value = propertyType(withoutNil(type), field.key) ?? ANY;
        bindPart(walk, field, value);
      }
      if (pattern.rest !== undefined) bindName(walk, pattern.rest, DICT);
      return;
    case 'PairPattern': {
      const open = expand(type);
      const isPair = open.kind === 'container' && open.name === 'pair';
      bindPattern(walk, pattern.first, isPair ? argument(open, 0) : ANY);
      bindPattern(walk, pattern.second, isPair ? argument(open, 1) : ANY);
    }
  }
}

/** A default stands in for nil. */
function bindPart(
  walk: Walk,
  part:
    | Extract<BindingPattern, { kind: 'ListPattern' }>['elements'][number]
    | Extract<BindingPattern, { kind: 'DictPattern' }>['fields'][number],
  type: Type,
): void {
  if (part.default === undefined) {
    bindPattern(walk, part.pattern, type);
    return;
  }
  const value = widen(walk.infer(part.default));
  bindPattern(
    walk,
    part.pattern,
    mayBeNil(type) ? unionOf([withoutNil(type), value]) : unionOf([type, value]),
  );
}

function bindName(walk: Walk, node: Node, type: Type): void {
  const binding = walk.record.declares.get(node);
  if (binding === undefined) return;
  // A name that is assigned later may then hold anything; where others assign it too, nothing is known at all.
  const inferred = widen(type);
  const isShared = binding.reassigned && binding.captured;
  binding.declaredType = binding.reassigned ? ANY : inferred;
  binding.type = isShared ? ANY : inferred;
  binding.paths = undefined;
}

/** Gives every name of a match pattern its type. */
export function bindMatch(walk: Walk, pattern: MatchPattern, type: Type): void {
  switch (pattern.kind) {
    case 'BindPattern':
      bindName(walk, pattern, type);
      return;
    case 'VariantPattern':
      bindVariant(walk, pattern, type);
      return;
    case 'ListMatchPattern':
      for (const element of pattern.elements)
        bindMatch(walk, element, elementType(withoutNil(type), undefined));
      if (pattern.rest !== undefined)
        bindName(walk, pattern.rest, listOf(iteratedType(type) ?? ANY));
      return;
    case 'DictMatchPattern':
      for (const field of pattern.fields)
        bindMatch(walk, field.pattern, propertyType(withoutNil(type), field.key) ?? ANY);
      if (pattern.rest !== undefined) bindName(walk, pattern.rest, DICT);
      return;
    case 'OrPattern':
      for (const alternative of pattern.alternatives) bindMatch(walk, alternative, type);
      return;
    case 'ValuePattern':
      walk.infer(pattern.value);
      return;
    case 'WildcardPattern':
  }
}

function bindVariant(
  walk: Walk,
  pattern: Extract<MatchPattern, { kind: 'VariantPattern' }>,
  type: Type,
): void {
  const payload = payloadTypes(walk, pattern, type);
  for (const [i, arg] of (pattern.args ?? []).entries()) bindMatch(walk, arg, payload[i] ?? ANY);
}

function payloadTypes(
  walk: Walk,
  pattern: Extract<MatchPattern, { kind: 'VariantPattern' }>,
  type: Type,
): readonly Type[] {
  const open = expand(type);
  if (open.kind === 'container' && open.name === 'Result')
    return [argument(open, pattern.variant === 'Ok' ? 0 : 1)];
  const only = filterUnion(open, (member) => member.kind === 'nominal');
  const binding = walk.record.uses.get(pattern);
  const named = binding === undefined ? ANY : walk.typeOf(binding);
  const decl =
    only.kind === 'nominal' ? only.decl : named.kind === 'namespace' ? named.decl : undefined;
  if (decl === undefined) return [];
  const args = only.kind === 'nominal' && only.decl === decl ? only.args : [];
  const bindings = bind(decl.variables, args, ANY);
  return (decl.variant(pattern.variant)?.payload ?? []).map((e) => substitute(e.type, bindings));
}
