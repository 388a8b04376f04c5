// Syntax tree, part: declarations and what they are made of (parameters, attributes, fields).
import type { Span } from '../base/index.ts';
import type { Block, Statement } from './ast.ts';
import type {
  BoolLiteral,
  DurationLiteral,
  Expression,
  FloatLiteral,
  IntLiteral,
  NilLiteral,
  StringLiteral,
} from './ast-expression.ts';
import type { TypeExpr } from './ast-type.ts';

export type Declaration =
  | ImportDeclaration
  | PipelineDeclaration
  | OverrideDeclaration
  | FunctionDeclaration
  | ToolDeclaration
  | SkillDeclaration
  | EvalPackDeclaration
  | StructDeclaration
  | EnumDeclaration
  | ImplDeclaration
  | InterfaceDeclaration
  | TypeDeclaration;

/** What every declaration but an import may carry. */
interface Declared {
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly attributes: readonly Attribute[];
  /** The text of the doc comment right before it, without stars and delimiters. */
  readonly doc: string | undefined;
}

/**
 * `import "path"` (names undefined: everything), `import { a, b as c } from "path"`, `import a::b::{ x }`
 * (path `a/b`); `pub import` exports again.
 */
export interface ImportDeclaration {
  readonly kind: 'ImportDeclaration';
  readonly span: Span;
  readonly path: string;
  readonly pathSpan: Span;
  readonly names: readonly ImportName[] | undefined;
  readonly pub: boolean;
}

/** `name` is what the module exports, `local` what this file calls it. */
export interface ImportName {
  readonly kind: 'ImportName';
  readonly span: Span;
  readonly name: string;
  readonly local: string;
  readonly localSpan: Span;
}

export interface PipelineDeclaration extends Declared {
  readonly kind: 'PipelineDeclaration';
  readonly pub: boolean;
  readonly params: readonly Param[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
  readonly extends: string | undefined;
  readonly extendsSpan: Span | undefined;
  readonly body: Block;
}

/** `override name(params) { … }` inside a pipeline that extends another. */
export interface OverrideDeclaration extends Declared {
  readonly kind: 'OverrideDeclaration';
  readonly params: readonly Param[];
  readonly body: Block;
}

/** Top-level and nested functions, and methods of `impl`. `generator` is `gen fn`. */
export interface FunctionDeclaration extends Declared {
  readonly kind: 'FunctionDeclaration';
  readonly pub: boolean;
  readonly generator: boolean;
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Param[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
  readonly where: readonly WhereClause[];
  readonly body: Block;
}

/** The `description "…"` line, when there is one, is not part of `body`. */
export interface ToolDeclaration extends Declared {
  readonly kind: 'ToolDeclaration';
  readonly pub: boolean;
  readonly params: readonly Param[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
  readonly description: string | undefined;
  readonly body: Block;
}

/** `skill name { field expression … }` */
export interface SkillDeclaration extends Declared {
  readonly kind: 'SkillDeclaration';
  readonly pub: boolean;
  readonly fields: readonly NamedField[];
}

/** `eval_pack name ["id"] { field: expression … statements … summarize { … } }` */
export interface EvalPackDeclaration extends Declared {
  readonly kind: 'EvalPackDeclaration';
  readonly pub: boolean;
  /** The string of the header; `name` is derived from it when only it was written. */
  readonly id: string | undefined;
  readonly fields: readonly NamedField[];
  readonly statements: readonly Statement[];
  readonly summarize: Block | undefined;
}

export interface NamedField {
  readonly kind: 'NamedField';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Expression;
}

export interface StructDeclaration extends Declared {
  readonly kind: 'StructDeclaration';
  readonly pub: boolean;
  readonly typeParams: readonly TypeParam[];
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly kind: 'StructField';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly optional: boolean;
  readonly type: TypeExpr;
}

export interface EnumDeclaration extends Declared {
  readonly kind: 'EnumDeclaration';
  readonly pub: boolean;
  readonly typeParams: readonly TypeParam[];
  readonly variants: readonly EnumVariant[];
}

export interface EnumVariant {
  readonly kind: 'EnumVariant';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly fields: readonly VariantField[];
}

/**
 * `Custom(r: int)` has name and type. A lone identifier (`Circle(float)`, `Pending(reason)`) has only a name:
 * the grammar cannot tell a type from a label. `Pair(list<int>)` has only a type.
 */
export interface VariantField {
  readonly kind: 'VariantField';
  readonly span: Span;
  readonly name: string | undefined;
  readonly type: TypeExpr | undefined;
  readonly default: Expression | undefined;
}

export interface ImplDeclaration extends Declared {
  readonly kind: 'ImplDeclaration';
  /** `name` is the type's; `impl Pair<A, B>` also names its parameters. */
  readonly typeParams: readonly TypeParam[];
  readonly methods: readonly FunctionDeclaration[];
}

export interface InterfaceDeclaration extends Declared {
  readonly kind: 'InterfaceDeclaration';
  readonly pub: boolean;
  readonly typeParams: readonly TypeParam[];
  readonly associatedTypes: readonly AssociatedType[];
  readonly methods: readonly InterfaceMethod[];
}

export interface AssociatedType {
  readonly kind: 'AssociatedType';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly default: TypeExpr | undefined;
}

export interface InterfaceMethod {
  readonly kind: 'InterfaceMethod';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Param[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
}

export interface TypeDeclaration extends Declared {
  readonly kind: 'TypeDeclaration';
  readonly pub: boolean;
  readonly typeParams: readonly TypeParam[];
  readonly type: TypeExpr;
}

/** `name [: T] [= default]`, `...name [: T]`, and for signatures `name?: T`. */
export interface Param {
  readonly kind: 'Param';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly type: TypeExpr | undefined;
  readonly default: Expression | undefined;
  readonly rest: boolean;
  /** Written `name?`; only signature texts of builtins have it. */
  readonly optional: boolean;
}

export interface TypeParam {
  readonly kind: 'TypeParam';
  readonly span: Span;
  readonly name: string;
  readonly variance: 'in' | 'out' | undefined;
  /** Interfaces written at the parameter, `T: A + B`. */
  readonly bounds: readonly TypeExpr[];
}

/** One `T: A + B` of `where`. */
export interface WhereClause {
  readonly kind: 'WhereClause';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly bounds: readonly TypeExpr[];
}

/** `@name` or `@name(args)`. `name` may be dotted. */
export interface Attribute {
  readonly kind: 'Attribute';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly AttributeArgument[];
}

export interface AttributeArgument {
  readonly kind: 'AttributeArgument';
  readonly span: Span;
  readonly name: string | undefined;
  readonly value: AttributeValue;
}

/** A compile-time value; `path` is a bare or dotted name, `call` a sentinel such as `schedule("0 9 * * *")`. */
export type AttributeValue =
  | { readonly kind: 'literal'; readonly span: Span; readonly value: AttributeLiteral }
  | { readonly kind: 'path'; readonly span: Span; readonly name: string }
  | { readonly kind: 'list'; readonly span: Span; readonly items: readonly AttributeValue[] }
  | { readonly kind: 'dict'; readonly span: Span; readonly entries: readonly AttributeArgument[] }
  | {
      readonly kind: 'call';
      readonly span: Span;
      readonly name: string;
      readonly args: readonly AttributeArgument[];
    };

export type AttributeLiteral =
  | IntLiteral
  | FloatLiteral
  | StringLiteral
  | BoolLiteral
  | NilLiteral
  | DurationLiteral;
