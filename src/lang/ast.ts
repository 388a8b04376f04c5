// The syntax tree of Harn: readonly unions, discriminated by `kind`. Every node has a `span`. The tree says what
// was written, for the whole union grammar (all editions); facts about nodes live in side tables of the checker.
// Names that stand for declarations also have a `nameSpan`. Nothing here is resolved: `Color.Red` is a Member
// and `Color.Custom(1)` a MethodCall until the checker says otherwise.
import type { Span } from '../base/index.ts';
import type {
  AssociatedType,
  Attribute,
  AttributeArgument,
  Declaration,
  EnumVariant,
  ImportName,
  InterfaceMethod,
  NamedField,
  Param,
  StructField,
  TypeParam,
  VariantField,
  WhereClause,
} from './ast-declaration.ts';
import type {
  CatchClause,
  DictEntry,
  Expression,
  Identifier,
  Index,
  MatchArm,
  Member,
  NamedArgument,
  SelectCase,
  SelectTimeout,
  Spread,
  StringText,
} from './ast-expression.ts';
import type {
  BindingPattern,
  MatchField,
  MatchPattern,
  PatternElement,
  PatternField,
} from './ast-pattern.ts';
import type { FnTypeParam, ShapeField, ShapeSpread, TypeExpr } from './ast-type.ts';

export type {
  AssociatedType,
  Attribute,
  AttributeArgument,
  AttributeLiteral,
  AttributeValue,
  Declaration,
  EnumDeclaration,
  EnumVariant,
  EvalPackDeclaration,
  FunctionDeclaration,
  ImplDeclaration,
  ImportDeclaration,
  ImportName,
  InterfaceDeclaration,
  InterfaceMethod,
  NamedField,
  OverrideDeclaration,
  Param,
  PipelineDeclaration,
  SkillDeclaration,
  StructDeclaration,
  StructField,
  ToolDeclaration,
  TypeDeclaration,
  TypeParam,
  VariantField,
  WhereClause,
} from './ast-declaration.ts';
export type {
  Argument,
  Binary,
  BinaryOperator,
  BlockExpression,
  BoolLiteral,
  Call,
  CatchClause,
  Closure,
  Deadline,
  DictEntry,
  DictLiteral,
  DurationLiteral,
  Emit,
  ErrorExpression,
  Expression,
  FloatLiteral,
  Identifier,
  If,
  Index,
  InterpolatedString,
  IntLiteral,
  ListLiteral,
  Match,
  MatchArm,
  Member,
  MethodCall,
  Mutex,
  NamedArgument,
  NilLiteral,
  NonNull,
  Parallel,
  Pipe,
  Placeholder,
  Propagate,
  Range,
  Retry,
  Select,
  SelectCase,
  SelectTimeout,
  Slice,
  Spawn,
  Spread,
  StringLiteral,
  StringStyle,
  StringText,
  StructLiteral,
  Ternary,
  Try,
  TryStar,
  Unary,
  Yield,
} from './ast-expression.ts';
export type {
  BindingPattern,
  BindPattern,
  DictMatchPattern,
  DictPattern,
  ListMatchPattern,
  ListPattern,
  MatchField,
  MatchPattern,
  NamePattern,
  OrPattern,
  PairPattern,
  PatternElement,
  PatternField,
  ValuePattern,
  VariantPattern,
  WildcardPattern,
} from './ast-pattern.ts';
export type {
  ErrorType,
  FnType,
  FnTypeParam,
  IntersectionType,
  ListType,
  LiteralType,
  NamedType,
  OptionalType,
  OwnedType,
  ShapeField,
  ShapeSpread,
  ShapeType,
  TupleType,
  TypeExpr,
  UnionType,
} from './ast-type.ts';

/** Which generation's meaning a file has (see the README of the language: editions). */
export type Edition = '0.7' | '2026';

/** A parsed file. `body` keeps declarations and statements in source order. */
export interface Module {
  readonly kind: 'Module';
  readonly span: Span;
  readonly body: readonly Statement[];
  /** All comments in source order, so that a formatter can put them back. */
  readonly comments: readonly Comment[];
  /** The `#!` line, without its line break. */
  readonly shebang: Span | undefined;
  readonly edition: Edition;
  /** Whether the spelling of the file or the configuration decided the edition, rather than the default. */
  readonly editionIsShown: boolean;
}

/** `doc` is the form that opens with two stars. `text` is without the delimiters. */
export interface Comment {
  readonly kind: 'Comment';
  readonly style: 'line' | 'block' | 'doc';
  readonly text: string;
  readonly span: Span;
}

/** `{ … }`: its value is the value of the last statement when that is an ExpressionStatement, else nil. */
export interface Block {
  readonly kind: 'Block';
  readonly span: Span;
  readonly statements: readonly Statement[];
}

export type Statement =
  | Declaration
  | LetStatement
  | AssignStatement
  | ReturnStatement
  | ThrowStatement
  | BreakStatement
  | ContinueStatement
  | GuardStatement
  | RequireStatement
  | DeferStatement
  | ForStatement
  | WhileStatement
  | ExpressionStatement
  | ErrorStatement;

/** `let|var|const PATTERN [: T] = value`. What `let` means depends on the edition; `var` is always mutable. */
export interface LetStatement {
  readonly kind: 'LetStatement';
  readonly span: Span;
  readonly binding: 'let' | 'var' | 'const';
  readonly pub: boolean;
  readonly pattern: BindingPattern;
  readonly type: TypeExpr | undefined;
  readonly value: Expression;
  readonly doc: string | undefined;
}

/** `target = value` or `target += value`. Its value is nil. The parser admits only these targets. */
export interface AssignStatement {
  readonly kind: 'AssignStatement';
  readonly span: Span;
  readonly target: AssignTarget;
  readonly operator: AssignOperator;
  readonly value: Expression;
}

export type AssignTarget = Identifier | Member | Index;
export type AssignOperator = '=' | '+=' | '-=' | '*=' | '/=' | '%=';

export interface ReturnStatement {
  readonly kind: 'ReturnStatement';
  readonly span: Span;
  readonly value: Expression | undefined;
}

export interface ThrowStatement {
  readonly kind: 'ThrowStatement';
  readonly span: Span;
  readonly value: Expression;
}

export interface BreakStatement {
  readonly kind: 'BreakStatement';
  readonly span: Span;
}

export interface ContinueStatement {
  readonly kind: 'ContinueStatement';
  readonly span: Span;
}

/** `guard condition else { … }` */
export interface GuardStatement {
  readonly kind: 'GuardStatement';
  readonly span: Span;
  readonly condition: Expression;
  readonly otherwise: Block;
}

/** `require condition [, message]` */
export interface RequireStatement {
  readonly kind: 'RequireStatement';
  readonly span: Span;
  readonly condition: Expression;
  readonly message: Expression | undefined;
}

export interface DeferStatement {
  readonly kind: 'DeferStatement';
  readonly span: Span;
  readonly body: Block;
}

/** `for pattern in iterable { … }` */
export interface ForStatement {
  readonly kind: 'ForStatement';
  readonly span: Span;
  readonly pattern: BindingPattern;
  readonly iterable: Expression;
  readonly body: Block;
}

export interface WhileStatement {
  readonly kind: 'WhileStatement';
  readonly span: Span;
  readonly condition: Expression;
  readonly body: Block;
}

export interface ExpressionStatement {
  readonly kind: 'ExpressionStatement';
  readonly span: Span;
  readonly expression: Expression;
}

/** Stands for text that did not parse. Only in modules with diagnostics. */
export interface ErrorStatement {
  readonly kind: 'ErrorStatement';
  readonly span: Span;
}

/** Every node of the tree. */
export type Node =
  | Module
  | Comment
  | Block
  | Statement
  | Expression
  | BindingPattern
  | MatchPattern
  | TypeExpr
  | ImportName
  | NamedField
  | StructField
  | EnumVariant
  | VariantField
  | AssociatedType
  | InterfaceMethod
  | Param
  | TypeParam
  | WhereClause
  | Attribute
  | AttributeArgument
  | StringText
  | Spread
  | DictEntry
  | NamedArgument
  | MatchArm
  | CatchClause
  | SelectCase
  | SelectTimeout
  | PatternElement
  | PatternField
  | MatchField
  | ShapeField
  | ShapeSpread
  | FnTypeParam;
