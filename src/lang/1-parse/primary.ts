// Values that need no operator: literals, names, brackets and closures. Forms with blocks are in control.ts.
import type {
  DictEntry,
  Expression,
  Identifier,
  Spread,
  StringLiteral,
  StringText,
} from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { parseControl } from './control.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { parseInterpolation } from './interpolation.ts';
import { durationLiteral, floatLiteral, intLiteral } from './literal.ts';
import { parseClosureParams, parseParams } from './params.ts';
import { plainPieces, rawContent, type StringPiece, triplePieces } from './string-literal.ts';
import { isKeyword, isStringKind, T } from './token.ts';
import { parseReturnType, parseThrows, parseTypeParams } from './type-expr.ts';

export function parsePrimary(c: Cursor): Expression {
  const { start } = c;
  switch (c.kind) {
    case T.identifier:
      return name(c);
    case T.int:
      return intLiteral(c);
    case T.float:
      return floatLiteral(c);
    case T.duration:
      return durationLiteral(c);
    case T.string:
    case T.rawString:
    case T.tripleString:
      return parseString(c);
    case T.true:
    case T.false: {
      const value = c.at(T.true);
      c.advance();
      return { kind: 'BoolLiteral', span: c.spanFrom(start), value };
    }
    case T.nil:
      c.advance();
      return { kind: 'NilLiteral', span: c.spanFrom(start) };
    case T.lparen: {
      c.advance();
      const before = c.open(true);
      const inner = c.grammar.expression(c);
      c.expect(T.rparen);
      c.close(before);
      return inner;
    }
    case T.lbracket: {
      c.advance();
      const elements = bracketed(c, true, () => commaList(c, T.rbracket, () => element(c)));
      return { kind: 'ListLiteral', span: c.spanFrom(start), elements };
    }
    case T.lbrace:
      return c.opensClosure ? braceClosure(c) : dict(c);
    case T.fn:
      return fnClosure(c);
    case T.select:
      // `select(a, b)` is the builtin, `select { … }` the statement.
      if (c.kindAt(1) === T.lparen) return identifier(c);
      return parseControl(c) ?? c.fail('expression');
    default:
      return parseControl(c) ?? c.fail('expression');
  }
}

function identifier(c: Cursor): Identifier {
  const { name: text, span } = c.takeName();
  return { kind: 'Identifier', span, name: text };
}

function name(c: Cursor): Expression {
  const { start } = c;
  if (c.kindAt(1) === T.lbrace && !c.noStruct && opensStruct(c)) {
    const { name: text, span: nameSpan } = c.takeName();
    const entries = dictEntries(c);
    return { kind: 'StructLiteral', span: c.spanFrom(start), name: text, nameSpan, entries };
  }
  if (c.inPipe && c.end - start === 1 && c.text === '_') {
    c.placeholders += 1;
    c.advance();
    return { kind: 'Placeholder', span: c.spanFrom(start) };
  }
  return identifier(c);
}

/** `Name {` followed by a field, a spread or nothing; the name begins with a capital. */
function opensStruct(c: Cursor): boolean {
  const first = c.tokens.text.charCodeAt(c.start);
  if (first < 65 || first > 90) return false;
  const offset = c.past(2);
  const kind = c.kindAt(offset);
  if (kind === T.rbrace || kind === T.ellipsis) return true;
  return (
    (kind === T.identifier || isKeyword(kind) || isStringKind(kind)) &&
    c.kindAt(offset + 1) === T.colon
  );
}

function element(c: Cursor): Expression | Spread {
  const { start } = c;
  if (!c.take(T.ellipsis)) return c.grammar.expression(c);
  const value = c.grammar.expression(c);
  return { kind: 'Spread', span: c.spanFrom(start), value };
}

function dict(c: Cursor): Expression {
  const { start } = c;
  const entries = dictEntries(c);
  return { kind: 'DictLiteral', span: c.spanFrom(start), entries };
}

/** `{ key: value, … }`, with the cursor at `{`. */
function dictEntries(c: Cursor): (DictEntry | Spread)[] {
  c.advance();
  return bracketed(c, false, () => commaList(c, T.rbrace, () => dictEntry(c)));
}

function dictEntry(c: Cursor): DictEntry | Spread {
  const { start } = c;
  if (c.at(T.ellipsis)) return element(c) as Spread;
  let key: Expression;
  let computed = false;
  if (c.take(T.lbracket)) {
    computed = true;
    key = bracketed(c, true, () => c.grammar.expression(c));
    c.expect(T.rbracket);
  } else if (isStringKind(c.kind)) {
    key = parseString(c);
    computed = key.kind !== 'StringLiteral';
  } else {
    if (c.kind !== T.identifier && !isKeyword(c.kind)) c.fail('}');
    const { name: value, span } = c.takeName();
    key = { kind: 'StringLiteral', span, value, style: 'plain' };
  }
  c.expect(T.colon);
  const value = c.grammar.expression(c);
  return { kind: 'DictEntry', span: c.spanFrom(start), key, computed, value };
}

/** `{ a, b -> … }` */
function braceClosure(c: Cursor): Expression {
  const { start } = c;
  c.advance();
  const before = c.open(false);
  const params = parseClosureParams(c);
  const from = c.lastEnd;
  const statements = c.grammar.statements(c);
  const body = {
    kind: 'Block',
    span: c.span(from, Math.max(from, c.lastEnd)),
    statements,
  } as const;
  c.expect(T.rbrace);
  c.close(before);
  const span = c.spanFrom(start);
  const none = { typeParams: [], returns: undefined, throws: undefined };
  return { kind: 'Closure', span, style: 'brace', params, body, ...none };
}

/** `fn<T>(a: T) -> U { … }` */
function fnClosure(c: Cursor): Expression {
  const { start } = c;
  c.advance();
  const typeParams = parseTypeParams(c);
  const params = parseParams(c);
  const returns = parseReturnType(c);
  const throws = parseThrows(c);
  const body = c.grammar.block(c);
  const span = c.spanFrom(start);
  return { kind: 'Closure', span, style: 'fn', typeParams, params, returns, throws, body };
}

function parseString(c: Cursor): Expression {
  const { kind, start, end } = c;
  c.advance();
  const span = c.span(start, end);
  if (kind === T.rawString) {
    const value = rawContent(c.range.text, start, end);
    return { kind: 'StringLiteral', span, value, style: 'raw' };
  }
  const style = kind === T.tripleString ? 'triple' : 'plain';
  const pieces =
    style === 'triple' ? triplePieces(c.range, start, end) : plainPieces(c.range, start, end);
  const parts = pieces.map((piece) => stringPart(c, piece));
  if (parts.every((part) => part.kind === 'StringText')) {
    const value = parts.map((part) => part.value).join('');
    return { kind: 'StringLiteral', span, value, style } satisfies StringLiteral;
  }
  return { kind: 'InterpolatedString', span, parts, style };
}

/** Text that is not an expression stays text, as scripts with `${HOME:-x}` expect; a warning says so. */
function stringPart(c: Cursor, piece: StringPiece): StringText | Expression {
  const { start, end } = piece;
  if (piece.kind === 'text')
    return { kind: 'StringText', span: c.span(start, end), value: piece.value };
  const value = parseInterpolation(c, start, end);
  if (value !== undefined) return value;
  const text = c.range.text.slice(start, end);
  c.reporter.warning(start - 2, end + 1, (at, span) =>
    parseErrors.literalInterpolation({ text: text.slice(0, 60), ...at }, { span }),
  );
  return { kind: 'StringText', span: c.span(start - 2, end + 1), value: `\${${text}}` };
}
