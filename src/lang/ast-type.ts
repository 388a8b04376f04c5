// Syntax tree, part: type expressions.
import type { Span } from '../base/index.ts';

export type TypeExpr =
  | NamedType
  | ListType
  | TupleType
  | OptionalType
  | UnionType
  | IntersectionType
  | LiteralType
  | ShapeType
  | FnType
  | OwnedType
  | ErrorType;

/** `int`, `nil`, `Point`, `dict<string, int>`; `args` is empty without `<…>`. */
export interface NamedType {
  readonly kind: 'NamedType';
  readonly span: Span;
  readonly name: string;
  readonly args: readonly TypeExpr[];
}

/** `[T]`, the same as `list<T>`. */
export interface ListType {
  readonly kind: 'ListType';
  readonly span: Span;
  readonly element: TypeExpr;
}

/** `[A, B]` or `(A, B)` */
export interface TupleType {
  readonly kind: 'TupleType';
  readonly span: Span;
  readonly elements: readonly TypeExpr[];
}

/** `T?`, the same as `T | nil`. */
export interface OptionalType {
  readonly kind: 'OptionalType';
  readonly span: Span;
  readonly type: TypeExpr;
}

export interface UnionType {
  readonly kind: 'UnionType';
  readonly span: Span;
  readonly members: readonly TypeExpr[];
}

export interface IntersectionType {
  readonly kind: 'IntersectionType';
  readonly span: Span;
  readonly members: readonly TypeExpr[];
}

export interface LiteralType {
  readonly kind: 'LiteralType';
  readonly span: Span;
  readonly value: string | bigint | boolean;
}

/** `{a: int, b?: string, ...rest}`. `spreads` are row tails and merged rows, in order. */
export interface ShapeType {
  readonly kind: 'ShapeType';
  readonly span: Span;
  readonly fields: readonly ShapeField[];
  readonly spreads: readonly ShapeSpread[];
}

export interface ShapeField {
  readonly kind: 'ShapeField';
  readonly span: Span;
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeExpr;
}

/** `...R`; a bare `...` has no type and means "and anything else". */
export interface ShapeSpread {
  readonly kind: 'ShapeSpread';
  readonly span: Span;
  readonly type: TypeExpr | undefined;
}

/** `fn(A, name: B, ...C) -> R`; no return type means any. */
export interface FnType {
  readonly kind: 'FnType';
  readonly span: Span;
  readonly params: readonly FnTypeParam[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
}

export interface FnTypeParam {
  readonly kind: 'FnTypeParam';
  readonly span: Span;
  readonly name: string | undefined;
  readonly type: TypeExpr;
  readonly optional: boolean;
  readonly rest: boolean;
}

/** `owned<T>`: dropped when its binding goes out of scope. */
export interface OwnedType {
  readonly kind: 'OwnedType';
  readonly span: Span;
  readonly type: TypeExpr;
}

/** Stands for a broken type. Only in modules with diagnostics. */
export interface ErrorType {
  readonly kind: 'ErrorType';
  readonly span: Span;
}
