// Expressions by precedence climbing: binary operators, ternary, range and pipe in one loop, then prefix and
// postfix operators. Few stack frames per level: 500 brackets must fit on a small stack.
import type { Argument, BinaryOperator, Expression } from '../ast.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { intLiteral } from './literal.ts';
import { parsePrimary } from './primary.ts';
import { T, type TokenKind } from './token.ts';
import { parseTypeArgs } from './type-expr.ts';

/** Binding strength, weakest first. */
const PREC = {
  pipe: 1,
  range: 2,
  ternary: 3,
  or: 4,
  and: 5,
  equality: 6,
  comparison: 7,
  additive: 8,
  coalesce: 9,
  multiplicative: 10,
} as const;

interface Operator {
  readonly prec: number;
  /** The node's operator; undefined for those with a node of their own. */
  readonly name: BinaryOperator | undefined;
  /** Whether a line that begins with it continues the expression before. */
  readonly continues: boolean;
}

const OPERATORS: readonly (Operator | undefined)[] = (() => {
  const table: Operator[] = [];
  const add = (
    kind: TokenKind,
    prec: number,
    name: BinaryOperator | undefined,
    continues = true,
  ) => {
    table[kind] = { prec, name, continues };
  };
  add(T.pipe, PREC.pipe, undefined);
  add(T.to, PREC.range, undefined, false);
  add(T.question, PREC.ternary, undefined);
  add(T.or, PREC.or, '||');
  add(T.and, PREC.and, '&&');
  add(T.eq, PREC.equality, '==');
  add(T.neq, PREC.equality, '!=');
  add(T.lt, PREC.comparison, '<');
  add(T.gt, PREC.comparison, '>');
  add(T.lte, PREC.comparison, '<=');
  add(T.gte, PREC.comparison, '>=');
  add(T.in, PREC.comparison, 'in', false);
  add(T.plus, PREC.additive, '+');
  add(T.minus, PREC.additive, '-', false);
  add(T.nilCoal, PREC.coalesce, '??');
  add(T.star, PREC.multiplicative, '*');
  add(T.slash, PREC.multiplicative, '/');
  add(T.percent, PREC.multiplicative, '%');
  return table;
})();

const NOT_IN: Operator = { prec: PREC.comparison, name: 'not in', continues: false };

/** The words whose calls take named arguments. */
const NAMED_ARGUMENT_WORDS: ReadonlySet<string> = new Set([
  'ask_user',
  'request_approval',
  'dual_control',
  'escalate_to',
]);

export function parseExpression(c: Cursor): Expression {
  c.skipNewlines();
  return binary(c, PREC.pipe);
}

function binary(c: Cursor, min: number): Expression {
  const start = c.start;
  let left = prefix(c);
  let links = 0;
  let ranged = false;
  for (;;) {
    const newline = c.kind === T.newline ? 1 : 0;
    const kind = c.kindAt(newline);
    const isNotIn =
      kind === T.identifier && c.kindAt(newline + 1) === T.in && c.wordAt(newline, 'not');
    const operator = isNotIn ? NOT_IN : OPERATORS[kind];
    if (operator === undefined || operator.prec < min) return left;
    if (newline === 1 && !operator.continues && !c.grouped) return left;
    if (kind === T.to && ranged) return left;
    c.pos += newline + (isNotIn ? 2 : 1);
    c.skipNewlines();
    links += 1;
    c.chain(links);
    if (operator.name !== undefined) {
      const right = binary(c, operator.prec + 1);
      left = { kind: 'Binary', span: c.spanFrom(start), operator: operator.name, left, right };
    } else if (kind === T.pipe) left = pipe(c, start, left);
    else if (kind === T.to) {
      left = range(c, start, left);
      ranged = true;
    } else left = ternary(c, start, left);
  }
}

function pipe(c: Cursor, start: number, left: Expression): Expression {
  const { inPipe, placeholders } = c;
  c.inPipe = true;
  c.placeholders = 0;
  const right = binary(c, PREC.pipe + 1);
  const placeholder = c.placeholders > 0;
  c.inPipe = inPipe;
  c.placeholders = placeholders;
  return { kind: 'Pipe', span: c.spanFrom(start), left, right, placeholder };
}

function range(c: Cursor, start: number, first: Expression): Expression {
  const end = binary(c, PREC.range + 1);
  const inclusive = !c.take(T.exclusive);
  return { kind: 'Range', span: c.spanFrom(start), start: first, end, inclusive };
}

function ternary(c: Cursor, start: number, condition: Expression): Expression {
  c.enter();
  const whenTrue = binary(c, PREC.ternary);
  c.expect(T.colon);
  c.skipNewlines();
  const whenFalse = binary(c, PREC.ternary);
  c.leave();
  return { kind: 'Ternary', span: c.spanFrom(start), condition, whenTrue, whenFalse };
}

/** `!x`, `-x`, `try* x`, and `x ** y`, which binds tighter than a sign on its left. */
function prefix(c: Cursor): Expression {
  const { start, kind } = c;
  if (kind === T.not || kind === T.minus) {
    if (kind === T.minus && c.kindAt(1) === T.int && isLowestInt(c)) {
      c.advance();
      return postfix(c, intLiteral(c, true, start), start);
    }
    c.advance();
    c.enter();
    const operand = prefix(c);
    c.leave();
    const operator = kind === T.not ? '!' : '-';
    return { kind: 'Unary', span: c.spanFrom(start), operator, operand };
  }
  if (kind === T.try && c.kindAt(1) === T.star) {
    c.advance();
    c.advance();
    c.enter();
    const operand = prefix(c);
    c.leave();
    return { kind: 'TryStar', span: c.spanFrom(start), operand };
  }
  const base = postfix(c, parsePrimary(c), start);
  const newline = c.kind === T.newline ? 1 : 0;
  if (c.kindAt(newline) !== T.pow) return base;
  c.pos += newline + 1;
  c.skipNewlines();
  c.enter();
  const right = prefix(c);
  c.leave();
  return { kind: 'Binary', span: c.spanFrom(start), operator: '**', left: base, right };
}

const LOWEST_INT_DIGITS = '9223372036854775808';

function isLowestInt(c: Cursor): boolean {
  return c.textAt(1) === LOWEST_INT_DIGITS && c.kindAt(2) !== T.pow;
}

/** Everything that may follow a value: members, calls, subscripts, `?` and `!`. */
function postfix(c: Cursor, first: Expression, start: number): Expression {
  let value = first;
  let links = 0;
  for (;;) {
    const newline = c.kind === T.newline ? 1 : 0;
    const kind = c.kindAt(newline);
    if (newline === 1 && kind !== T.dot && kind !== T.questionDot) break;
    const next = postfixLink(c, kind, newline, value, start);
    if (next === undefined) break;
    value = next;
    links += 1;
    c.chain(links);
  }
  return value;
}

function postfixLink(
  c: Cursor,
  kind: TokenKind,
  newline: number,
  value: Expression,
  start: number,
): Expression | undefined {
  switch (kind) {
    case T.dot:
    case T.questionDot:
      c.pos += newline + 1;
      if (kind === T.questionDot && c.at(T.lbracket)) return subscript(c, value, start, true);
      return member(c, value, start, kind === T.questionDot);
    case T.lbracket:
      return subscript(c, value, start, false);
    case T.lparen: {
      const args = parseArguments(c, value.kind === 'Identifier' ? value.name : '');
      return { kind: 'Call', span: c.spanFrom(start), callee: value, typeArgs: [], args };
    }
    case T.lt: {
      if (value.kind !== 'Identifier' || c.start !== c.lastEnd || !opensTypeArgs(c))
        return undefined;
      const typeArgs = parseTypeArgs(c);
      const args = parseArguments(c, value.name);
      return { kind: 'Call', span: c.spanFrom(start), callee: value, typeArgs, args };
    }
    case T.question:
      if (c.kindAt(1) === T.lbracket && c.tokens.starts[c.pos + 1] === c.end) {
        c.advance();
        return subscript(c, value, start, true);
      }
      if (!isPropagation(c)) return undefined;
      c.advance();
      return { kind: 'Propagate', span: c.spanFrom(start), operand: value };
    case T.not:
      if (c.start !== c.lastEnd) return undefined;
      c.advance();
      return { kind: 'NonNull', span: c.spanFrom(start), operand: value };
    default:
      return undefined;
  }
}

function member(c: Cursor, object: Expression, start: number, optional: boolean): Expression {
  const { name, span: nameSpan } = c.fieldName();
  const generic = c.at(T.lt) && c.start === c.lastEnd && opensTypeArgs(c);
  if (!generic && !c.at(T.lparen))
    return { kind: 'Member', span: c.spanFrom(start), object, name, nameSpan, optional };
  const typeArgs = generic ? parseTypeArgs(c) : [];
  const args = parseArguments(c, name);
  const span = c.spanFrom(start);
  return { kind: 'MethodCall', span, receiver: object, name, nameSpan, optional, typeArgs, args };
}

/** `[index]` or `[start:end]`, with the cursor at `[`. */
function subscript(c: Cursor, object: Expression, start: number, optional: boolean): Expression {
  c.advance();
  return bracketed(c, true, () => {
    c.skipNewlines();
    const first = c.at(T.colon) ? undefined : parseExpression(c);
    if (first !== undefined && c.takePastNewline(T.rbracket))
      return { kind: 'Index', span: c.spanFrom(start), object, index: first, optional };
    if (!c.takePastNewline(T.colon)) {
      c.skipNewlines();
      c.fail(']');
    }
    c.skipNewlines();
    const end = c.at(T.rbracket) ? undefined : parseExpression(c);
    c.expect(T.rbracket);
    return { kind: 'Slice', span: c.spanFrom(start), object, start: first, end, optional };
  });
}

/** `(a, ...b, name: c)`, with the cursor at `(`. */
function parseArguments(c: Cursor, calleeName: string): Argument[] {
  c.expect(T.lparen);
  const named = NAMED_ARGUMENT_WORDS.has(calleeName);
  return bracketed(c, true, () =>
    commaList(c, T.rparen, (): Argument => {
      const start = c.start;
      if (c.take(T.ellipsis)) {
        const value = parseExpression(c);
        return { kind: 'Spread', span: c.spanFrom(start), value };
      }
      if (named && c.kindAt(1) === T.colon && c.kind !== T.string) {
        const { name, span: nameSpan } = c.fieldName('argument name');
        c.expect(T.colon);
        const value = parseExpression(c);
        return { kind: 'NamedArgument', span: c.spanFrom(start), name, nameSpan, value };
      }
      return parseExpression(c);
    }),
  );
}

/** How far `f<…>(` is looked for. */
const MAX_TYPE_ARG_TOKENS = 100;

/** Whether `<` at the cursor opens type arguments: only type tokens up to a `>` with `(` right behind. */
function opensTypeArgs(c: Cursor): boolean {
  if (c.distanceToGt > MAX_TYPE_ARG_TOKENS) return false;
  let depth = 0;
  for (let i = 0; i < MAX_TYPE_ARG_TOKENS; i += 1) {
    switch (c.kindAt(i)) {
      case T.lt:
      case T.lbracket:
      case T.lparen:
      case T.lbrace:
        depth += 1;
        break;
      case T.rbracket:
      case T.rparen:
      case T.rbrace:
        depth -= 1;
        if (depth < 1) return false;
        break;
      case T.gt:
        depth -= 1;
        if (depth === 0) return c.kindAt(i + 1) === T.lparen;
        break;
      case T.identifier:
      case T.comma:
      case T.colon:
      case T.bar:
      case T.amp:
      case T.question:
      case T.ellipsis:
      case T.dot:
      case T.arrow:
      case T.string:
      case T.int:
      case T.fn:
      case T.nil:
      case T.true:
      case T.false:
      case T.newline:
        break;
      default:
        return false;
    }
  }
  return false;
}

/** Whether `?` at the cursor unwraps a Result: nothing that could begin a ternary branch follows. */
function isPropagation(c: Cursor): boolean {
  const offset = c.grouped ? c.past(1) : 1;
  switch (c.kindAt(offset)) {
    case T.identifier:
      return (
        (c.wordAt(offset, 'not') && c.kindAt(offset + 1) === T.in) ||
        (c.wordAt(offset, 'with') && c.kindAt(offset + 1) === T.lbrace)
      );
    case T.lbrace:
      return c.noStruct;
    case T.minus: {
      // `f()? - 1` against `c ? -1 : 1`: a sign sticks to its operand.
      const { starts, ends } = c.tokens;
      const i = c.pos + offset;
      return c.start === c.lastEnd && starts[i + 1] !== ends[i];
    }
    case T.if:
    case T.int:
    case T.float:
    case T.duration:
    case T.string:
    case T.rawString:
    case T.tripleString:
    case T.true:
    case T.false:
    case T.nil:
    case T.lparen:
    case T.lbracket:
    case T.not:
    case T.match:
    case T.try:
    case T.fn:
    case T.spawn:
    case T.parallel:
    case T.retry:
    case T.deadline:
    case T.bad:
      return false;
    default:
      return true;
  }
}
