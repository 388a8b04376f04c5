// Syntax tree, part: patterns of bindings and of match arms.
import type { Span } from '../base/index.ts';
import type { Expression } from './ast-expression.ts';

/** Left sides of let, var, const and for. */
export type BindingPattern = NamePattern | ListPattern | DictPattern | PairPattern;

/** `_` binds nothing. */
export interface NamePattern {
  readonly kind: 'NamePattern';
  readonly span: Span;
  readonly name: string;
}

/** `[a, b = 1, ...rest]` */
export interface ListPattern {
  readonly kind: 'ListPattern';
  readonly span: Span;
  readonly elements: readonly PatternElement[];
  readonly rest: NamePattern | undefined;
}

export interface PatternElement {
  readonly kind: 'PatternElement';
  readonly span: Span;
  readonly pattern: BindingPattern;
  readonly default: Expression | undefined;
}

/** `{ a, b: alias = 1, ...rest }` */
export interface DictPattern {
  readonly kind: 'DictPattern';
  readonly span: Span;
  readonly fields: readonly PatternField[];
  readonly rest: NamePattern | undefined;
}

export interface PatternField {
  readonly kind: 'PatternField';
  readonly span: Span;
  readonly key: string;
  readonly keySpan: Span;
  readonly pattern: BindingPattern;
  readonly default: Expression | undefined;
}

/** `(a, b)`: takes a pair apart in `for`. */
export interface PairPattern {
  readonly kind: 'PairPattern';
  readonly span: Span;
  readonly first: BindingPattern;
  readonly second: BindingPattern;
}

/** Left sides of match arms. */
export type MatchPattern =
  | WildcardPattern
  | BindPattern
  | ValuePattern
  | VariantPattern
  | ListMatchPattern
  | DictMatchPattern
  | OrPattern;

export interface WildcardPattern {
  readonly kind: 'WildcardPattern';
  readonly span: Span;
}

/** A bare identifier: always matches, binds the value. */
export interface BindPattern {
  readonly kind: 'BindPattern';
  readonly span: Span;
  readonly name: string;
}

/** A literal or another expression, compared with `==`. */
export interface ValuePattern {
  readonly kind: 'ValuePattern';
  readonly span: Span;
  readonly value: Expression;
}

/** `Shape.Circle(r)`, `Color.Red` (args undefined: any payload), `Ok(v)` (enumName undefined). */
export interface VariantPattern {
  readonly kind: 'VariantPattern';
  readonly span: Span;
  readonly enumName: string | undefined;
  readonly variant: string;
  readonly args: readonly MatchPattern[] | undefined;
}

export interface ListMatchPattern {
  readonly kind: 'ListMatchPattern';
  readonly span: Span;
  readonly elements: readonly MatchPattern[];
  readonly rest: NamePattern | undefined;
}

export interface DictMatchPattern {
  readonly kind: 'DictMatchPattern';
  readonly span: Span;
  readonly fields: readonly MatchField[];
  readonly rest: NamePattern | undefined;
}

export interface MatchField {
  readonly kind: 'MatchField';
  readonly span: Span;
  readonly key: string;
  readonly pattern: MatchPattern;
}

export interface OrPattern {
  readonly kind: 'OrPattern';
  readonly span: Span;
  readonly alternatives: readonly MatchPattern[];
}
