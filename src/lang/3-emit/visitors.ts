// Which visitor emits which kind of node. The tables are typed over the unions of the syntax tree, so a new kind of
// node does not compile until it is emitted somewhere.
import type { Expression, Statement } from '../ast.ts';
import { assignStatement } from './assignment.ts';
import { call, methodCall, pipe, placeholder, tailCall } from './call.ts';
import { emitExpression, parallel, spawn, yieldExpression } from './concurrency.ts';
import {
  blockExpression,
  deadline,
  ifExpression,
  mutex,
  propagate,
  retry,
  select,
  tryExpression,
  tryStar,
} from './control.ts';
import { evalPackDeclaration, skillDeclaration, toolDeclaration } from './declaration.ts';
import type { Emitter, Visitors } from './emitter.ts';
import type { Dest } from './frame.ts';
import { closure } from './function.ts';
import { identifier, memberExpression, read } from './identifier.ts';
import type { Js } from './js.ts';
import {
  dictLiteral,
  durationLiteral,
  floatLiteral,
  interpolation,
  intLiteral,
  listLiteral,
  range,
  stringLiteral,
  structLiteral,
} from './literal.ts';
import { forStatement, whileStatement } from './loop.ts';
import { matchExpression } from './match.ts';
import { binary, condition, indexRead, nonNull, sliceRead, ternary, unary } from './operators.ts';
import {
  breakStatement,
  continueStatement,
  expressionStatement,
  guardStatement,
  letStatement,
  requireStatement,
  returnStatement,
  statements,
  throwStatement,
} from './statement.ts';

type Of<Union, K> = Extract<Union, { readonly kind: K }>;

/** Expressions that are lowered to statements. */
type ControlKind =
  | 'If'
  | 'Match'
  | 'Try'
  | 'Retry'
  | 'Deadline'
  | 'Mutex'
  | 'Select'
  | 'BlockExpression';

const expressions: {
  readonly [K in Exclude<Expression['kind'], ControlKind>]: (
    em: Emitter,
    node: Of<Expression, K>,
  ) => Js;
} = {
  NilLiteral: () => 'null',
  BoolLiteral: (_, node) => String(node.value),
  IntLiteral: (_, node) => intLiteral(node),
  FloatLiteral: floatLiteral,
  DurationLiteral: durationLiteral,
  StringLiteral: (_, node) => stringLiteral(node),
  InterpolatedString: interpolation,
  ListLiteral: listLiteral,
  DictLiteral: dictLiteral,
  StructLiteral: structLiteral,
  Identifier: identifier,
  Placeholder: placeholder,
  Closure: closure,
  Call: call,
  MethodCall: methodCall,
  Member: memberExpression,
  Index: indexRead,
  Slice: sliceRead,
  Unary: unary,
  Binary: binary,
  Pipe: pipe,
  Range: range,
  Ternary: ternary,
  Propagate: propagate,
  NonNull: nonNull,
  TryStar: tryStar,
  Spawn: spawn,
  Parallel: parallel,
  Yield: yieldExpression,
  Emit: emitExpression,
  // Programs with syntax errors are not emitted.
  ErrorExpression: () => 'null',
};

const control: {
  readonly [K in ControlKind]: (em: Emitter, node: Of<Expression, K>, dest: Dest) => void;
} = {
  If: ifExpression,
  Match: matchExpression,
  Try: tryExpression,
  Retry: retry,
  Deadline: deadline,
  Mutex: mutex,
  Select: select,
  BlockExpression: blockExpression,
};

/** Hoisted or erased: nothing to do at their place. */
const nothing = () => undefined;

const statementVisitors: {
  readonly [K in Exclude<Statement['kind'], 'DeferStatement'>]: (
    em: Emitter,
    node: Of<Statement, K>,
  ) => void;
} = {
  LetStatement: letStatement,
  AssignStatement: assignStatement,
  ReturnStatement: returnStatement,
  ThrowStatement: throwStatement,
  BreakStatement: breakStatement,
  ContinueStatement: continueStatement,
  GuardStatement: guardStatement,
  RequireStatement: requireStatement,
  ForStatement: forStatement,
  WhileStatement: whileStatement,
  ExpressionStatement: expressionStatement,
  ToolDeclaration: toolDeclaration,
  SkillDeclaration: skillDeclaration,
  EvalPackDeclaration: evalPackDeclaration,
  ErrorStatement: nothing,
  ImportDeclaration: nothing,
  PipelineDeclaration: nothing,
  OverrideDeclaration: nothing,
  FunctionDeclaration: nothing,
  StructDeclaration: nothing,
  EnumDeclaration: nothing,
  ImplDeclaration: nothing,
  InterfaceDeclaration: nothing,
  TypeDeclaration: nothing,
};

export const visitors: Visitors = {
  expression: expressions,
  control,
  statement: statementVisitors,
  condition,
  statements,
  tailCall,
  read,
};
