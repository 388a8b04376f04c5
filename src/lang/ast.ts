// The syntax tree of Harn: readonly unions, discriminated by `kind`. Every node has a `span`. The tree says what
// was written, for the whole union grammar (all editions); facts about nodes live in side tables of the checker.
// Names that stand for declarations also have a `nameSpan`. Nothing here is resolved: `Color.Red` is a Member
// and `Color.Custom(1)` a MethodCall until the checker says otherwise.
import type { Span } from '../base/index.ts';

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

// ---------------------------------------------------------------- statements

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

// -------------------------------------------------------------- declarations

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

// --------------------------------------------------------------- expressions

export type Expression =
  | NilLiteral
  | BoolLiteral
  | IntLiteral
  | FloatLiteral
  | DurationLiteral
  | StringLiteral
  | InterpolatedString
  | ListLiteral
  | DictLiteral
  | StructLiteral
  | Identifier
  | Placeholder
  | Closure
  | Call
  | MethodCall
  | Member
  | Index
  | Slice
  | Unary
  | Binary
  | Pipe
  | Range
  | Ternary
  | Propagate
  | NonNull
  | TryStar
  | If
  | Match
  | Try
  | Retry
  | Deadline
  | Mutex
  | Spawn
  | Parallel
  | Select
  | Yield
  | Emit
  | BlockExpression
  | ErrorExpression;

export interface NilLiteral {
  readonly kind: 'NilLiteral';
  readonly span: Span;
}

export interface BoolLiteral {
  readonly kind: 'BoolLiteral';
  readonly span: Span;
  readonly value: boolean;
}

/** Within 64 bits. Negative only for the lowest int, whose digits alone would be out of range. */
export interface IntLiteral {
  readonly kind: 'IntLiteral';
  readonly span: Span;
  readonly value: bigint;
}

export interface FloatLiteral {
  readonly kind: 'FloatLiteral';
  readonly span: Span;
  readonly value: number;
}

/** `250ms 5s 30m 2h 1d 1w` */
export interface DurationLiteral {
  readonly kind: 'DurationLiteral';
  readonly span: Span;
  readonly ms: number;
}

/** A string without interpolation; `value` has escapes and indentation resolved. */
export interface StringLiteral {
  readonly kind: 'StringLiteral';
  readonly span: Span;
  readonly value: string;
  readonly style: StringStyle;
}

export type StringStyle = 'plain' | 'raw' | 'triple';

/** Parts alternate freely; texts are never empty. */
export interface InterpolatedString {
  readonly kind: 'InterpolatedString';
  readonly span: Span;
  readonly parts: readonly (StringText | Expression)[];
  readonly style: StringStyle;
}

export interface StringText {
  readonly kind: 'StringText';
  readonly span: Span;
  readonly value: string;
}

/** `...expression` in lists, dicts and arguments. */
export interface Spread {
  readonly kind: 'Spread';
  readonly span: Span;
  readonly value: Expression;
}

export interface ListLiteral {
  readonly kind: 'ListLiteral';
  readonly span: Span;
  readonly elements: readonly (Expression | Spread)[];
}

export interface DictLiteral {
  readonly kind: 'DictLiteral';
  readonly span: Span;
  readonly entries: readonly (DictEntry | Spread)[];
}

/** `name: v`, `"name": v` (key is a StringLiteral in both) or `[expr]: v` (computed). */
export interface DictEntry {
  readonly kind: 'DictEntry';
  readonly span: Span;
  readonly key: Expression;
  readonly computed: boolean;
  readonly value: Expression;
}

/** `Point { x: 1, y: 2 }` */
export interface StructLiteral {
  readonly kind: 'StructLiteral';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly entries: readonly (DictEntry | Spread)[];
}

export interface Identifier {
  readonly kind: 'Identifier';
  readonly span: Span;
  readonly name: string;
}

/** `_` on the right side of a pipe: the value of the innermost Pipe whose `right` contains it. */
export interface Placeholder {
  readonly kind: 'Placeholder';
  readonly span: Span;
}

/** `{ x -> … }` (style brace) or `fn(x) { … }` (style fn). Both yield the value of their body. */
export interface Closure {
  readonly kind: 'Closure';
  readonly span: Span;
  readonly style: 'brace' | 'fn';
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Param[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
  readonly body: Block;
}

export type Argument = Expression | Spread | NamedArgument;

/** `name: value`; only the four human-in-the-loop words take them. */
export interface NamedArgument {
  readonly kind: 'NamedArgument';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Expression;
}

/** `callee<T>(args)`; the callee is nearly always an Identifier. */
export interface Call {
  readonly kind: 'Call';
  readonly span: Span;
  readonly callee: Expression;
  readonly typeArgs: readonly TypeExpr[];
  readonly args: readonly Argument[];
}

/** `receiver.name(args)`, `receiver?.name(args)`; also enum construction, see the top of the file. */
export interface MethodCall {
  readonly kind: 'MethodCall';
  readonly span: Span;
  readonly receiver: Expression;
  readonly name: string;
  readonly nameSpan: Span;
  readonly optional: boolean;
  readonly typeArgs: readonly TypeExpr[];
  readonly args: readonly Argument[];
}

/** `object.name`, `object?.name` */
export interface Member {
  readonly kind: 'Member';
  readonly span: Span;
  readonly object: Expression;
  readonly name: string;
  readonly nameSpan: Span;
  readonly optional: boolean;
}

/** `object[index]`, `object?[index]`, `object?.[index]` */
export interface Index {
  readonly kind: 'Index';
  readonly span: Span;
  readonly object: Expression;
  readonly index: Expression;
  readonly optional: boolean;
}

/** `object[start:end]` */
export interface Slice {
  readonly kind: 'Slice';
  readonly span: Span;
  readonly object: Expression;
  readonly start: Expression | undefined;
  readonly end: Expression | undefined;
  readonly optional: boolean;
}

export interface Unary {
  readonly kind: 'Unary';
  readonly span: Span;
  readonly operator: '!' | '-';
  readonly operand: Expression;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '&&'
  | '||'
  | '??'
  | 'in'
  | 'not in';

export interface Binary {
  readonly kind: 'Binary';
  readonly span: Span;
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `left |> right`. With `placeholder`, `right` is an expression in which `_` stands for the value. */
export interface Pipe {
  readonly kind: 'Pipe';
  readonly span: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly placeholder: boolean;
}

/** `start to end`, inclusive unless `exclusive` follows. */
export interface Range {
  readonly kind: 'Range';
  readonly span: Span;
  readonly start: Expression;
  readonly end: Expression;
  readonly inclusive: boolean;
}

export interface Ternary {
  readonly kind: 'Ternary';
  readonly span: Span;
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

/** Postfix `?`: unwraps Ok, returns Err from the function. */
export interface Propagate {
  readonly kind: 'Propagate';
  readonly span: Span;
  readonly operand: Expression;
}

/** Postfix `!`: throws when the operand is nil. */
export interface NonNull {
  readonly kind: 'NonNull';
  readonly span: Span;
  readonly operand: Expression;
}

/** Prefix `try*`: lets a thrown error of the operand reach the enclosing catch. */
export interface TryStar {
  readonly kind: 'TryStar';
  readonly span: Span;
  readonly operand: Expression;
}

/** `else if` is an `If` in `otherwise`. */
export interface If {
  readonly kind: 'If';
  readonly span: Span;
  readonly condition: Expression;
  readonly then: Block;
  readonly otherwise: Block | If | undefined;
}

export interface Match {
  readonly kind: 'Match';
  readonly span: Span;
  readonly subject: Expression;
  readonly arms: readonly MatchArm[];
}

/** An arm without braces has a Block of one statement. */
export interface MatchArm {
  readonly kind: 'MatchArm';
  readonly span: Span;
  readonly pattern: MatchPattern;
  readonly guard: Expression | undefined;
  readonly body: Block;
}

/** Without catch and finally it is the try expression that yields a Result. */
export interface Try {
  readonly kind: 'Try';
  readonly span: Span;
  readonly body: Block;
  readonly catch: CatchClause | undefined;
  readonly finally: Block | undefined;
}

/** `catch { }`, `catch e { }`, `catch (e: T) { }`. A variable `_` binds nothing. */
export interface CatchClause {
  readonly kind: 'CatchClause';
  readonly span: Span;
  readonly name: string | undefined;
  readonly nameSpan: Span | undefined;
  readonly type: TypeExpr | undefined;
  readonly body: Block;
}

/** `retry count { … }` */
export interface Retry {
  readonly kind: 'Retry';
  readonly span: Span;
  readonly count: Expression;
  readonly body: Block;
}

/** `deadline duration { … }` */
export interface Deadline {
  readonly kind: 'Deadline';
  readonly span: Span;
  readonly duration: Expression;
  readonly body: Block;
}

/** `mutex { … }`, or with a key: `mutex("name") { … }`. */
export interface Mutex {
  readonly kind: 'Mutex';
  readonly span: Span;
  readonly key: Expression | undefined;
  readonly body: Block;
}

export interface Spawn {
  readonly kind: 'Spawn';
  readonly span: Span;
  readonly body: Block;
}

/** `parallel n { i -> … }`, `parallel each xs { x -> … } [as stream]`, `parallel settle xs { x -> … }`. */
export interface Parallel {
  readonly kind: 'Parallel';
  readonly span: Span;
  readonly mode: 'count' | 'each' | 'settle';
  /** How many for `count`, else the list. */
  readonly subject: Expression;
  /** Entries of `with { max_concurrent: n }`. */
  readonly options: readonly NamedField[];
  readonly param: Param | undefined;
  readonly body: Block;
  readonly stream: boolean;
}

export interface Select {
  readonly kind: 'Select';
  readonly span: Span;
  readonly cases: readonly SelectCase[];
  readonly timeout: SelectTimeout | undefined;
  readonly otherwise: Block | undefined;
}

/** `name from channel { … }` */
export interface SelectCase {
  readonly kind: 'SelectCase';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly channel: Expression;
  readonly body: Block;
}

export interface SelectTimeout {
  readonly kind: 'SelectTimeout';
  readonly span: Span;
  readonly duration: Expression;
  readonly body: Block;
}

/** `yield [value]` makes the function a generator. */
export interface Yield {
  readonly kind: 'Yield';
  readonly span: Span;
  readonly value: Expression | undefined;
}

/** `emit value`, in `gen fn` only. */
export interface Emit {
  readonly kind: 'Emit';
  readonly span: Span;
  readonly value: Expression;
}

/** A bare `{ statements }` where a statement is expected: runs once, in a scope of its own. */
export interface BlockExpression {
  readonly kind: 'BlockExpression';
  readonly span: Span;
  readonly body: Block;
}

/** Stands for a missing or broken expression. Only in modules with diagnostics. */
export interface ErrorExpression {
  readonly kind: 'ErrorExpression';
  readonly span: Span;
}

// ------------------------------------------------------------------ patterns

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

// --------------------------------------------------------------------- types

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
