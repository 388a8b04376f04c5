// Statements and lists of them: separators, recovery after errors, and what is a statement but not a declaration.
import type { AssignOperator, Block, Expression, Statement } from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { endsValue } from './control.ts';
import { type Cursor, PARSE_FAILURE, parseCondition } from './cursor.ts';
import { declarationDoc, parseDeclaration } from './declaration.ts';
import { opensDict } from './opens-dict.ts';
import { parseBindingPattern } from './pattern.ts';
import { isKeyword, T, type TokenKind } from './token.ts';
import { parseAnnotation } from './type-expr.ts';

/** After so many errors the rest of a text is not looked at. */
const MAX_FAILURES = 10_000;

/** `{ statements }` */
export function parseBlock(c: Cursor): Block {
  c.skipNewlines();
  const { start } = c;
  if (!c.at(T.lbrace)) c.fail('{');
  c.advance();
  const before = c.open(false);
  const statements = parseStatements(c, T.rbrace);
  c.expect(T.rbrace);
  c.close(before);
  return { kind: 'Block', span: c.spanFrom(start), statements };
}

/** Statements up to `close`, which is left. Never throws but for nesting. */
export function parseStatements(c: Cursor, close: typeof T.rbrace | typeof T.eof): Statement[] {
  const statements: Statement[] = [];
  let failures = 0;
  c.skipNewlines();
  while (!c.at(close) && !c.at(T.eof)) {
    const { pos, start, depth, noStruct, grouped, inPipe, placeholders } = c;
    try {
      statements.push(parseStatement(c));
      separator(c, close);
    } catch (failure) {
      if (failure !== PARSE_FAILURE || c.aborted) throw failure;
      Object.assign(c, { depth, noStruct, grouped, inPipe, placeholders });
      failures += 1;
      if (failures > MAX_FAILURES) c.pos = c.tokens.count - 1;
      else synchronise(c, pos, close);
      const last = statements.at(-1);
      if (last === undefined || last.span.start < start || c.pos === pos)
        statements.push({ kind: 'ErrorStatement', span: c.spanFrom(start) });
    }
  }
  return statements;
}

/** One `;` or line breaks; the end of the list needs none. */
function separator(c: Cursor, close: TokenKind): void {
  if (c.take(T.semicolon)) c.skipNewlines();
  else if (c.at(T.newline)) c.skipNewlines();
  else if (!c.at(close)) c.fail('statement separator (`;` or newline)');
}

/** Skips to where a statement may begin: behind a line break outside brackets, or at the `}` of the list. */
function synchronise(c: Cursor, from: number, close: TokenKind): void {
  let depth = 0;
  if (c.pos === from && !c.at(T.newline)) depth = skipOne(c, depth);
  for (; !c.at(T.eof); depth = skipOne(c, depth)) {
    if (c.at(T.rbrace) && depth === 0 && close === T.rbrace) return;
    if (c.at(T.newline) && (depth === 0 || beginsDeclaration(c, 1))) {
      c.skipNewlines();
      return;
    }
    if (c.tokens.kinds[c.pos - 1] === T.newline && depth === 0 && beginsStatement(c)) return;
  }
}

function skipOne(c: Cursor, depth: number): number {
  const { kind } = c;
  c.advance();
  if (kind === T.lbrace || kind === T.lparen || kind === T.lbracket) return depth + 1;
  const closes = kind === T.rbrace || kind === T.rparen || kind === T.rbracket;
  return closes && depth > 0 ? depth - 1 : depth;
}

function beginsDeclaration(c: Cursor, offset: number): boolean {
  switch (c.kindAt(offset)) {
    case T.pipeline:
    case T.import:
    case T.pub:
    case T.struct:
    case T.enum:
    case T.impl:
    case T.interface:
    case T.tool:
      return true;
    case T.fn:
      return c.kindAt(offset + 1) === T.identifier;
    default:
      return false;
  }
}

function beginsStatement(c: Cursor): boolean {
  switch (c.kind) {
    case T.let:
    case T.var:
    case T.return:
    case T.for:
    case T.while:
      return true;
    default:
      return beginsDeclaration(c, 0);
  }
}

export function parseStatement(c: Cursor): Statement {
  const { start } = c;
  switch (c.kind) {
    case T.let:
    case T.var:
      return binding(c, start, false);
    case T.return: {
      c.advance();
      const value = endsValue(c) ? undefined : c.grammar.expression(c);
      return { kind: 'ReturnStatement', span: c.spanFrom(start), value };
    }
    case T.throw: {
      c.advance();
      const value = c.grammar.expression(c);
      return { kind: 'ThrowStatement', span: c.spanFrom(start), value };
    }
    case T.break:
      c.advance();
      return { kind: 'BreakStatement', span: c.spanFrom(start) };
    case T.continue:
      c.advance();
      return { kind: 'ContinueStatement', span: c.spanFrom(start) };
    case T.guard:
    case T.require:
      return check(c, start);
    case T.defer: {
      c.advance();
      const body = parseBlock(c);
      return { kind: 'DeferStatement', span: c.spanFrom(start), body };
    }
    case T.for:
    case T.while:
      return loop(c, start);
    case T.lbrace:
      return braceStatement(c, start);
    case T.identifier:
      if (isConst(c, 0)) return binding(c, start, false);
      break;
    case T.pub:
      if (c.kindAt(1) === T.let || c.kindAt(1) === T.var || isConst(c, 1))
        return binding(c, start, true);
      break;
    default:
  }
  const { pos } = c;
  const declaration = parseDeclaration(c);
  if (declaration !== undefined) return declaration;
  // Attributes before something else were reported and are gone; the rest is an ordinary statement.
  return c.pos === pos ? expressionStatement(c) : parseStatement(c);
}

/** `const` is a word only where a binding follows; older programs may use it as a name. */
function isConst(c: Cursor, offset: number): boolean {
  if (!c.wordAt(offset, 'const')) return false;
  const next = c.kindAt(offset + 1);
  return next === T.identifier || next === T.lbrace || next === T.lbracket || isKeyword(next);
}

function binding(c: Cursor, start: number, pub: boolean): Statement {
  const doc = declarationDoc(c, start);
  if (pub) c.advance();
  const word = c.at(T.let) ? 'let' : c.at(T.var) ? 'var' : 'const';
  c.advance();
  const pattern = parseBindingPattern(c);
  const type = parseAnnotation(c);
  c.expect(T.assign);
  const value = c.grammar.expression(c);
  const span = c.spanFrom(start);
  return { kind: 'LetStatement', span, binding: word, pub, pattern, type, value, doc };
}

function check(c: Cursor, start: number): Statement {
  const guard = c.at(T.guard);
  c.advance();
  if (guard) {
    const condition = parseCondition(c);
    c.expect(T.else);
    const otherwise = parseBlock(c);
    return { kind: 'GuardStatement', span: c.spanFrom(start), condition, otherwise };
  }
  const condition = c.grammar.expression(c);
  const message = c.takePastNewline(T.comma) ? c.grammar.expression(c) : undefined;
  return { kind: 'RequireStatement', span: c.spanFrom(start), condition, message };
}

function loop(c: Cursor, start: number): Statement {
  const isFor = c.at(T.for);
  c.advance();
  if (isFor) {
    const pattern = parseBindingPattern(c);
    c.expect(T.in);
    const iterable = parseCondition(c);
    const body = parseBlock(c);
    return { kind: 'ForStatement', span: c.spanFrom(start), pattern, iterable, body };
  }
  const condition = parseCondition(c);
  const body = parseBlock(c);
  return { kind: 'WhileStatement', span: c.spanFrom(start), condition, body };
}

/** A statement that begins with `{`: a closure, a dict, or else a block. */
function braceStatement(c: Cursor, start: number): Statement {
  if (c.opensClosure || opensDict(c)) return expressionStatement(c);
  const body = parseBlock(c);
  const span = c.spanFrom(start);
  const expression: Expression = { kind: 'BlockExpression', span, body };
  return { kind: 'ExpressionStatement', span, expression };
}

const ASSIGNMENTS: ReadonlyMap<TokenKind, AssignOperator> = new Map([
  [T.assign, '='],
  [T.plusAssign, '+='],
  [T.minusAssign, '-='],
  [T.starAssign, '*='],
  [T.slashAssign, '/='],
  [T.percentAssign, '%='],
]);

function expressionStatement(c: Cursor): Statement {
  const { start } = c;
  const expression = c.grammar.expression(c);
  const operator = ASSIGNMENTS.get(c.kind);
  if (operator === undefined)
    return { kind: 'ExpressionStatement', span: c.spanFrom(start), expression };
  const at = c.start;
  c.advance();
  const value = c.grammar.expression(c);
  const span = c.spanFrom(start);
  if (isTarget(expression))
    return { kind: 'AssignStatement', span, target: expression, operator, value };
  c.error(at, at + operator.length, (position, where) =>
    parseErrors.assignTarget(position, { span: where }),
  );
  return { kind: 'ErrorStatement', span };
}

function isTarget(
  e: Expression,
): e is Extract<Expression, { kind: 'Identifier' | 'Member' | 'Index' }> {
  if (e.kind === 'Identifier') return true;
  return (e.kind === 'Member' || e.kind === 'Index') && !e.optional && isTargetRoot(e.object);
}

/** `a.b[c].d` writes into `a`; a call on the way has no place to write to, but is left to the checker. */
function isTargetRoot(e: Expression): boolean {
  return e.kind !== 'ErrorExpression';
}
