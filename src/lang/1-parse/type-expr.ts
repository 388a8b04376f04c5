// Type expressions, from `throws` unions down to names; also what stands between `<` and `>`.
import type {
  FnTypeParam,
  ShapeField,
  ShapeSpread,
  TypeExpr,
  TypeParam,
  WhereClause,
} from '../ast.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { parseInt64, stringContent } from './literal.ts';
import { isKeyword, T } from './token.ts';

/** `A | B`, over line breaks before and after the bar; a bar may also come first. */
export function parseType(c: Cursor): TypeExpr {
  c.skipNewlines();
  const start = c.start;
  if (c.take(T.bar)) c.skipNewlines();
  const first = intersection(c);
  if (c.kindAt(c.past(0)) !== T.bar) return first;
  const members = [first];
  while (c.takePastNewline(T.bar)) {
    c.skipNewlines();
    members.push(intersection(c));
  }
  return { kind: 'UnionType', span: c.spanFrom(start), members };
}

function intersection(c: Cursor): TypeExpr {
  const start = c.start;
  const first = postfix(c);
  if (c.kindAt(c.past(0)) !== T.amp) return first;
  const members = [first];
  while (c.takePastNewline(T.amp)) {
    c.skipNewlines();
    members.push(postfix(c));
  }
  return { kind: 'IntersectionType', span: c.spanFrom(start), members };
}

/** `T?`; `T??` adds nothing. */
function postfix(c: Cursor): TypeExpr {
  const start = c.start;
  const type = primary(c);
  if (!c.at(T.question) && !c.at(T.nilCoal)) return type;
  while (c.take(T.question) || c.take(T.nilCoal));
  return { kind: 'OptionalType', span: c.spanFrom(start), type };
}

function primary(c: Cursor): TypeExpr {
  const start = c.start;
  switch (c.kind) {
    case T.identifier:
      return named(c);
    case T.nil:
      c.advance();
      return { kind: 'NamedType', span: c.spanFrom(start), name: 'nil', args: [] };
    case T.true:
    case T.false: {
      const value = c.at(T.true);
      c.advance();
      return { kind: 'LiteralType', span: c.spanFrom(start), value };
    }
    case T.string:
    case T.rawString: {
      const value = stringContent(c);
      return { kind: 'LiteralType', span: c.spanFrom(start), value };
    }
    case T.int:
    case T.minus: {
      const negative = c.take(T.minus);
      if (!c.at(T.int)) c.fail('integer');
      const value = parseInt64(c, negative);
      return { kind: 'LiteralType', span: c.spanFrom(start), value };
    }
    case T.lbracket:
      return listOrTuple(c, start);
    case T.lparen:
      return parenthesised(c, start);
    case T.lbrace:
      return shape(c, start);
    case T.fn:
      return fnType(c, start);
    default:
      return c.fail('type');
  }
}

function named(c: Cursor): TypeExpr {
  const start = c.start;
  let { name } = c.takeName();
  while (c.at(T.dot) && c.kindAt(1) === T.identifier) {
    c.advance();
    name += `.${c.takeName().name}`;
  }
  const args = c.at(T.lt) ? parseTypeArgs(c) : [];
  const span = c.spanFrom(start);
  const [only] = args;
  if (name === 'owned' && args.length === 1 && only !== undefined)
    return { kind: 'OwnedType', span, type: only };
  return { kind: 'NamedType', span, name, args };
}

/** `<A, B>`, with the cursor at `<`. */
export function parseTypeArgs(c: Cursor): TypeExpr[] {
  c.expect(T.lt);
  return bracketed(c, true, () => {
    const args = [parseType(c)];
    while (c.takePastNewline(T.comma)) {
      if (c.kindAt(c.past(0)) === T.gt) break;
      args.push(parseType(c));
    }
    closeAngle(c);
    return args;
  });
}

/** Takes `>`; a `>=` gives its first half. */
function closeAngle(c: Cursor): void {
  c.skipNewlines();
  if (c.at(T.gte)) {
    c.tokens.kinds[c.pos] = T.assign;
    c.tokens.starts[c.pos] = c.start + 1;
    return;
  }
  c.expect(T.gt);
}

function listOrTuple(c: Cursor, start: number): TypeExpr {
  c.advance();
  const elements = bracketed(c, true, () => commaList(c, T.rbracket, () => parseType(c)));
  const span = c.spanFrom(start);
  const [only] = elements;
  if (elements.length === 1 && only !== undefined) return { kind: 'ListType', span, element: only };
  return { kind: 'TupleType', span, elements };
}

function parenthesised(c: Cursor, start: number): TypeExpr {
  c.advance();
  const elements = bracketed(c, true, () => commaList(c, T.rparen, () => parseType(c)));
  const [only] = elements;
  if (elements.length === 1 && only !== undefined) return only;
  return { kind: 'TupleType', span: c.spanFrom(start), elements };
}

function shape(c: Cursor, start: number): TypeExpr {
  c.advance();
  const fields: ShapeField[] = [];
  const spreads: ShapeSpread[] = [];
  bracketed(c, false, () => {
    c.skipNewlines();
    while (!c.take(T.rbrace)) {
      if (c.at(T.ellipsis)) spreads.push(shapeSpread(c));
      else fields.push(shapeField(c));
      if (c.take(T.comma) || c.take(T.semicolon)) c.skipNewlines();
      else if (c.at(T.newline)) {
        c.skipNewlines();
        if (c.take(T.comma)) c.skipNewlines();
      } else if (!c.at(T.rbrace)) c.fail('}');
    }
  });
  return { kind: 'ShapeType', span: c.spanFrom(start), fields, spreads };
}

function shapeSpread(c: Cursor): ShapeSpread {
  const start = c.start;
  c.advance();
  const bare = c.at(T.rbrace) || c.at(T.comma) || c.at(T.newline);
  const type = bare ? undefined : postfix(c);
  return { kind: 'ShapeSpread', span: c.spanFrom(start), type };
}

function shapeField(c: Cursor): ShapeField {
  const start = c.start;
  const name =
    c.at(T.string) || c.at(T.rawString) ? stringContent(c) : c.fieldName('field name').name;
  const optional = c.take(T.question);
  c.expect(T.colon);
  const type = parseType(c);
  return { kind: 'ShapeField', span: c.spanFrom(start), name, optional, type };
}

function fnType(c: Cursor, start: number): TypeExpr {
  c.advance();
  c.expect(T.lparen);
  const params = bracketed(c, true, () => commaList(c, T.rparen, () => fnTypeParam(c)));
  c.enter();
  const returns = parseReturnType(c);
  const throws = parseThrows(c);
  c.leave();
  return { kind: 'FnType', span: c.spanFrom(start), params, returns, throws };
}

function fnTypeParam(c: Cursor): FnTypeParam {
  const start = c.start;
  const rest = c.take(T.ellipsis);
  let name: string | undefined;
  let optional = false;
  const word = c.at(T.identifier) || isKeyword(c.kind);
  const marked = c.kindAt(1) === T.question && c.kindAt(2) === T.colon;
  if (word && (marked || c.kindAt(1) === T.colon)) {
    name = c.takeName().name;
    optional = c.take(T.question);
    c.expect(T.colon);
  }
  const type = parseType(c);
  return { kind: 'FnTypeParam', span: c.spanFrom(start), name, type, optional, rest };
}

/** `-> T` when it is there. */
export function parseReturnType(c: Cursor): TypeExpr | undefined {
  return c.takePastNewline(T.arrow) ? parseType(c) : undefined;
}

/** `: T` when it is there. */
export function parseAnnotation(c: Cursor): TypeExpr | undefined {
  return c.take(T.colon) ? parseType(c) : undefined;
}

/** `throws E1 | E2` when it is there; `throws` is a word only in this place. */
export function parseThrows(c: Cursor): TypeExpr | undefined {
  const offset = c.past(0);
  if (!c.wordAt(offset, 'throws')) return undefined;
  c.pos += offset;
  c.advance();
  return parseType(c);
}

/** `<in A, out B, T: Bound>` when it is there. */
export function parseTypeParams(c: Cursor): TypeParam[] {
  if (!c.take(T.lt)) return [];
  return commaList(c, T.gt, () => {
    const start = c.start;
    const marked = c.kindAt(1) === T.identifier;
    const variance = marked && c.at(T.in) ? 'in' : marked && c.atWord('out') ? 'out' : undefined;
    if (variance !== undefined) c.advance();
    const { name } = c.identifier('type parameter name');
    const bounds = c.take(T.colon) ? parseBounds(c) : [];
    return { kind: 'TypeParam', span: c.spanFrom(start), name, variance, bounds };
  });
}

/** `where T: A + B, U: C` when it is there. */
export function parseWhere(c: Cursor): WhereClause[] {
  const offset = c.past(0);
  if (!c.wordAt(offset, 'where')) return [];
  c.pos += offset;
  c.advance();
  const clauses: WhereClause[] = [];
  do {
    const { name, span: nameSpan } = c.identifier('type parameter name');
    c.expect(T.colon);
    const bounds = parseBounds(c);
    const span = c.spanFrom(nameSpan.start);
    clauses.push({ kind: 'WhereClause', span, name, nameSpan, bounds });
  } while (c.takePastNewline(T.comma));
  return clauses;
}

function parseBounds(c: Cursor): TypeExpr[] {
  c.skipNewlines();
  const bounds = [postfix(c)];
  while (c.takePastNewline(T.plus)) {
    c.skipNewlines();
    bounds.push(postfix(c));
  }
  return bounds;
}
