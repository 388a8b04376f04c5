// Attributes: `@name(arguments)` before a declaration. Their values are literals, names, lists, dicts and
// call-shaped sentinels; nothing is evaluated.
import type { Attribute, AttributeArgument, AttributeValue } from '../ast.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { durationLiteral, floatLiteral, intLiteral, stringContent } from './literal.ts';
import { isKeyword, isStringKind, T } from './token.ts';

/** All attributes at the cursor, with the line breaks behind them. */
export function parseAttributes(c: Cursor): Attribute[] {
  const attributes: Attribute[] = [];
  while (c.at(T.at)) {
    const { start } = c;
    c.advance();
    const { name, span: nameSpan } = dottedName(c);
    const args = c.at(T.lparen) ? attributeArguments(c) : [];
    attributes.push({ kind: 'Attribute', span: c.spanFrom(start), name, nameSpan, args });
    c.skipNewlines();
  }
  return attributes;
}

function dottedName(c: Cursor): { readonly name: string; readonly span: Attribute['span'] } {
  const first = c.fieldName('attribute name');
  let { name } = first;
  while (c.take(T.dot)) name += `.${c.fieldName('attribute name').name}`;
  return { name, span: c.spanFrom(first.span.start) };
}

function attributeArguments(c: Cursor): AttributeArgument[] {
  c.advance();
  return bracketed(c, true, () => commaList(c, T.rparen, () => argument(c)));
}

function argument(c: Cursor): AttributeArgument {
  const { start } = c;
  const named = c.kindAt(1) === T.colon && (c.at(T.identifier) || isKeyword(c.kind));
  const name = named ? c.fieldName().name : undefined;
  if (named) c.expect(T.colon);
  const value = attributeValue(c);
  return { kind: 'AttributeArgument', span: c.spanFrom(start), name, value };
}

function attributeValue(c: Cursor): AttributeValue {
  c.skipNewlines();
  const { start } = c;
  switch (c.kind) {
    case T.lbracket: {
      c.advance();
      const items = bracketed(c, true, () => commaList(c, T.rbracket, () => attributeValue(c)));
      return { kind: 'list', span: c.spanFrom(start), items };
    }
    case T.lbrace: {
      c.advance();
      const entries = bracketed(c, true, () => commaList(c, T.rbrace, () => dictEntry(c)));
      return { kind: 'dict', span: c.spanFrom(start), entries };
    }
    case T.identifier: {
      const { name } = dottedName(c);
      if (!c.at(T.lparen)) return { kind: 'path', span: c.spanFrom(start), name };
      const args = attributeArguments(c);
      return { kind: 'call', span: c.spanFrom(start), name, args };
    }
    default:
      return literal(c, start);
  }
}

function dictEntry(c: Cursor): AttributeArgument {
  const { start } = c;
  const name = isStringKind(c.kind) ? stringContent(c) : c.fieldName('key name').name;
  c.expect(T.colon);
  const value = attributeValue(c);
  return { kind: 'AttributeArgument', span: c.spanFrom(start), name, value };
}

function literal(c: Cursor, start: number): AttributeValue {
  const negative = c.take(T.minus);
  const wrap = (value: Extract<AttributeValue, { kind: 'literal' }>['value']): AttributeValue => ({
    kind: 'literal',
    span: c.spanFrom(start),
    value,
  });
  if (c.at(T.int)) return wrap(intLiteral(c, negative, start));
  if (c.at(T.float)) {
    const float = floatLiteral(c);
    return wrap(negative ? { ...float, span: c.spanFrom(start), value: -float.value } : float);
  }
  if (negative) c.fail('number');
  if (c.at(T.duration)) return wrap(durationLiteral(c));
  if (isStringKind(c.kind)) {
    const style = c.at(T.rawString) ? 'raw' : c.at(T.string) ? 'plain' : 'triple';
    const value = stringContent(c);
    return wrap({ kind: 'StringLiteral', span: c.spanFrom(start), value, style });
  }
  if (c.at(T.true) || c.at(T.false)) {
    const value = c.at(T.true);
    c.advance();
    return wrap({ kind: 'BoolLiteral', span: c.spanFrom(start), value });
  }
  if (c.take(T.nil)) return wrap({ kind: 'NilLiteral', span: c.spanFrom(start) });
  return c.fail('attribute value');
}
