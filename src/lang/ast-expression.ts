// Syntax tree, part: expressions, from literals to forms with blocks.
import type { Span } from '../base/index.ts';
import type { Block } from './ast.ts';
import type { NamedField, Param, TypeParam } from './ast-declaration.ts';
import type { MatchPattern } from './ast-pattern.ts';
import type { TypeExpr } from './ast-type.ts';

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
