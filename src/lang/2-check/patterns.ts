// Walking patterns: which names they declare and which expressions they contain.
import { assertNever } from '../../base/index.ts';
import type { BindingPattern, Expression, MatchPattern, NamePattern, Node } from '../ast.ts';

/** The name patterns inside a pattern, in order; `_` is among them. */
export function* namesOf(pattern: BindingPattern): Iterable<NamePattern> {
  switch (pattern.kind) {
    case 'NamePattern':
      yield pattern;
      return;
    case 'PairPattern':
      yield* namesOf(pattern.first);
      yield* namesOf(pattern.second);
      return;
    case 'ListPattern':
      for (const element of pattern.elements) yield* namesOf(element.pattern);
      break;
    case 'DictPattern':
      for (const field of pattern.fields) yield* namesOf(field.pattern);
      break;
    default:
      return assertNever(pattern);
  }
  if (pattern.rest !== undefined) yield pattern.rest;
}

/** The names and the default expressions inside a pattern in the order in which a run gets to them. */
export function* partsOf(pattern: BindingPattern): Iterable<NamePattern | { default: Expression }> {
  if (pattern.kind === 'NamePattern') {
    yield pattern;
    return;
  }
  if (pattern.kind === 'PairPattern') {
    yield* partsOf(pattern.first);
    yield* partsOf(pattern.second);
    return;
  }
  for (const part of pattern.kind === 'ListPattern' ? pattern.elements : pattern.fields) {
    if (part.default !== undefined) yield { default: part.default };
    yield* partsOf(part.pattern);
  }
  if (pattern.rest !== undefined) yield pattern.rest;
}

/** What to do with the parts of a match pattern. */
export interface MatchPatternVisitor {
  bind(node: Node, name: string): void;
  value(node: Expression): void;
  enumName(node: Node, name: string): void;
}

/** Visits a match pattern from left to right. */
export function visitMatchPattern(pattern: MatchPattern, visitor: MatchPatternVisitor): void {
  const visitAll = (parts: readonly MatchPattern[]) => {
    for (const part of parts) visitMatchPattern(part, visitor);
  };
  switch (pattern.kind) {
    case 'WildcardPattern':
      break;
    case 'BindPattern':
      visitor.bind(pattern, pattern.name);
      break;
    case 'ValuePattern':
      visitor.value(pattern.value);
      break;
    case 'VariantPattern':
      if (pattern.enumName !== undefined) visitor.enumName(pattern, pattern.enumName);
      visitAll(pattern.args ?? []);
      break;
    case 'OrPattern':
      visitAll(pattern.alternatives);
      break;
    case 'ListMatchPattern':
      visitAll(pattern.elements);
      break;
    case 'DictMatchPattern':
      visitAll(pattern.fields.map((field) => field.pattern));
      break;
    default:
      assertNever(pattern);
  }
  if ('rest' in pattern && pattern.rest !== undefined)
    visitor.bind(pattern.rest, pattern.rest.name);
}
