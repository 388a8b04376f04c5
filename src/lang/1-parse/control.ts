// Expressions with blocks: branches, error handling and concurrency.
import type {
  CatchClause,
  Expression,
  If,
  MatchArm,
  NamedField,
  Param,
  SelectCase,
  SelectTimeout,
} from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { bracketed, type Cursor, commaList, parseCondition } from './cursor.ts';
import { parseParam } from './params.ts';
import { parseMatchPattern } from './pattern.ts';
import { T } from './token.ts';
import { parseAnnotation } from './type-expr.ts';

/** The form that begins at the cursor, or undefined when none does. */
export function parseControl(c: Cursor): Expression | undefined {
  const { start } = c;
  switch (c.kind) {
    case T.if:
      return parseIf(c);
    case T.match:
      return parseMatch(c);
    case T.try:
      return parseTry(c);
    case T.parallel:
      return parseParallel(c);
    case T.select:
      return parseSelect(c);
    case T.retry: {
      c.advance();
      const count = parseCondition(c);
      const body = c.grammar.block(c);
      return { kind: 'Retry', span: c.spanFrom(start), count, body };
    }
    case T.deadline: {
      c.advance();
      const duration = parseCondition(c);
      const body = c.grammar.block(c);
      return { kind: 'Deadline', span: c.spanFrom(start), duration, body };
    }
    case T.mutex: {
      c.advance();
      const key = c.kindAt(c.past(0)) === T.lbrace ? undefined : parseCondition(c);
      const body = c.grammar.block(c);
      return { kind: 'Mutex', span: c.spanFrom(start), key, body };
    }
    case T.spawn: {
      c.advance();
      const body = c.grammar.block(c);
      return { kind: 'Spawn', span: c.spanFrom(start), body };
    }
    case T.yield: {
      c.advance();
      c.enter();
      const value = endsValue(c) ? undefined : c.grammar.expression(c);
      c.leave();
      return { kind: 'Yield', span: c.spanFrom(start), value };
    }
    case T.emit: {
      c.advance();
      c.enter();
      const value = c.grammar.expression(c);
      c.leave();
      return { kind: 'Emit', span: c.spanFrom(start), value };
    }
    default:
      return undefined;
  }
}

/** Whether nothing follows `return` or `yield` on its line. */
export function endsValue(c: Cursor): boolean {
  switch (c.kind) {
    case T.newline:
    case T.semicolon:
    case T.rbrace:
    case T.rparen:
    case T.rbracket:
    case T.comma:
    case T.eof:
      return true;
    default:
      return false;
  }
}

/** A chain of `else if` is read in a loop and nested afterwards: its length is no depth of calls. */
function parseIf(c: Cursor): If {
  const branches: Pick<If, 'condition' | 'then' | 'span'>[] = [];
  let otherwise: If['otherwise'];
  do {
    const { start } = c;
    c.advance();
    const condition = parseCondition(c);
    const then = c.grammar.block(c);
    branches.push({ condition, then, span: c.spanFrom(start) });
    c.chain(branches.length);
    if (!c.takePastNewline(T.else)) break;
    c.skipNewlines();
    if (!c.at(T.if)) otherwise = c.grammar.block(c);
  } while (otherwise === undefined);
  const end = c.lastEnd;
  for (const { condition, then, span } of branches.reverse()) {
    otherwise = { kind: 'If', span: c.span(span.start, end), condition, then, otherwise };
  }
  return otherwise as If;
}

function parseMatch(c: Cursor): Expression {
  const { start } = c;
  c.advance();
  const subject = parseCondition(c);
  c.expect(T.lbrace);
  const before = c.open(false);
  const arms: MatchArm[] = [];
  c.skipNewlines();
  while (!c.take(T.rbrace)) {
    arms.push(matchArm(c));
    if (c.take(T.comma) || c.take(T.semicolon)) c.skipNewlines();
    else c.skipNewlines();
  }
  c.close(before);
  return { kind: 'Match', span: c.spanFrom(start), subject, arms };
}

function matchArm(c: Cursor): MatchArm {
  const { start } = c;
  const pattern = parseMatchPattern(c);
  const guard = c.takePastNewline(T.if) ? c.grammar.expression(c) : undefined;
  c.expect(T.arrow);
  c.skipNewlines();
  if (c.at(T.lbrace) && !c.opensClosure) {
    const body = c.grammar.block(c);
    return { kind: 'MatchArm', span: c.spanFrom(start), pattern, guard, body };
  }
  const from = c.start;
  const statements = [c.grammar.statement(c)];
  const body = { kind: 'Block', span: c.spanFrom(from), statements } as const;
  return { kind: 'MatchArm', span: c.spanFrom(start), pattern, guard, body };
}

function parseTry(c: Cursor): Expression {
  const { start } = c;
  c.advance();
  const body = c.grammar.block(c);
  const catching = c.takePastNewline(T.catch) ? catchClause(c) : undefined;
  const last = c.takePastNewline(T.finally) ? c.grammar.block(c) : undefined;
  return { kind: 'Try', span: c.spanFrom(start), body, catch: catching, finally: last };
}

/** After `catch`: `{`, `e {`, `(e) {` or `(e: T) {`. */
function catchClause(c: Cursor): CatchClause {
  const start = c.lastEnd - 'catch'.length;
  const open = c.take(T.lparen);
  const named = open || c.at(T.identifier) ? c.identifier('error variable name') : undefined;
  const type = open ? parseAnnotation(c) : undefined;
  if (open) c.expect(T.rparen);
  const body = c.grammar.block(c);
  const span = c.spanFrom(start);
  return { kind: 'CatchClause', span, name: named?.name, nameSpan: named?.span, type, body };
}

function parseParallel(c: Cursor): Expression {
  const { start } = c;
  c.advance();
  const word = c.atWord('each') || c.atWord('settle') ? c.text : 'count';
  // `parallel each { i -> … }` counts to the value of a variable named each.
  const mode = c.kindAt(1) === T.lbrace && c.opensClosureAt(1) ? 'count' : word;
  if (mode !== 'count') c.advance();
  const subject = parseCondition(c);
  const options = c.atWord('with') ? parallelOptions(c) : [];
  c.expect(T.lbrace);
  const { param, body } = parallelBody(c);
  let stream = false;
  if (c.atWord('as') && c.wordAt(1, 'stream')) {
    c.advance();
    c.advance();
    stream = true;
  }
  const span = c.spanFrom(start);
  const kind = 'Parallel';
  return { kind, span, mode: mode as 'count', subject, options, param, body, stream };
}

function parallelOptions(c: Cursor): NamedField[] {
  c.advance();
  c.expect(T.lbrace);
  return bracketed(c, false, () =>
    commaList(c, T.rbrace, (): NamedField => {
      const { name, span: nameSpan } = c.fieldName('option name');
      c.expect(T.colon);
      const value = c.grammar.expression(c);
      return { kind: 'NamedField', span: c.spanFrom(nameSpan.start), name, nameSpan, value };
    }),
  );
}

/** After `{`: `[name [: T] ->] statements }`. */
function parallelBody(
  c: Cursor,
): Pick<Extract<Expression, { kind: 'Parallel' }>, 'param' | 'body'> {
  const closure = c.opensClosureAt(-1);
  const before = c.open(false);
  let param: Param | undefined;
  if (closure) {
    c.skipNewlines();
    if (!c.at(T.arrow)) param = parseParam(c);
    c.expect(T.arrow);
  }
  const from = c.lastEnd;
  const statements = c.grammar.statements(c);
  const span = c.span(from, Math.max(from, c.lastEnd));
  c.expect(T.rbrace);
  c.close(before);
  return { param, body: { kind: 'Block', span, statements } };
}

function parseSelect(c: Cursor): Expression {
  const { start } = c;
  c.advance();
  c.expect(T.lbrace);
  const cases: SelectCase[] = [];
  let timeout: SelectTimeout | undefined;
  let otherwise: SelectTimeout['body'] | undefined;
  bracketed(c, false, () => {
    c.skipNewlines();
    while (!c.take(T.rbrace)) {
      const from = c.start;
      if (c.atWord('timeout') && c.kindAt(1) !== T.from) {
        c.advance();
        const duration = parseCondition(c);
        const body = c.grammar.block(c);
        timeout = { kind: 'SelectTimeout', span: c.spanFrom(from), duration, body };
      } else if (c.atWord('default') && c.kindAt(1) !== T.from) {
        c.advance();
        otherwise = c.grammar.block(c);
      } else cases.push(selectCase(c));
      if (timeout !== undefined && otherwise !== undefined)
        c.error(from, c.lastEnd, (at, span) => parseErrors.selectBoth(at, { span }));
      if (c.take(T.comma) || c.take(T.semicolon)) c.skipNewlines();
      else c.skipNewlines();
    }
  });
  return { kind: 'Select', span: c.spanFrom(start), cases, timeout, otherwise };
}

function selectCase(c: Cursor): SelectCase {
  const { name, span: nameSpan } = c.identifier('variable name');
  c.expect(T.from);
  const channel = parseCondition(c);
  const body = c.grammar.block(c);
  const span = c.spanFrom(nameSpan.start);
  return { kind: 'SelectCase', span, name, nameSpan, channel, body };
}
