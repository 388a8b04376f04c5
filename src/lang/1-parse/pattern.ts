// Patterns: what bindings and loops take apart, and what match arms compare.
import type { Span } from '../../base/index.ts';
import type {
  BindingPattern,
  ListPattern,
  MatchField,
  MatchPattern,
  NamePattern,
  PatternElement,
  PatternField,
} from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { stringContent } from './literal.ts';
import { isStringKind, T } from './token.ts';

/** A name, `[a, b]`, `{ a, b: c }` or `(a, b)`. */
export function parseBindingPattern(c: Cursor): BindingPattern {
  c.skipNewlines();
  const start = c.start;
  switch (c.kind) {
    case T.lbracket:
      return listPattern(c);
    case T.lbrace: {
      c.advance();
      const { items, rest } = withRest(c, T.rbrace, () => patternField(c));
      return { kind: 'DictPattern', span: c.spanFrom(start), fields: items, rest };
    }
    case T.lparen: {
      c.advance();
      return bracketed(c, true, () => {
        const first = parseBindingPattern(c);
        c.expect(T.comma);
        const second = parseBindingPattern(c);
        c.expect(T.rparen);
        return { kind: 'PairPattern', span: c.spanFrom(start), first, second };
      });
    }
    default:
      return namePattern(c);
  }
}

function listPattern(c: Cursor): ListPattern {
  const start = c.start;
  c.advance();
  const { items, rest } = withRest(c, T.rbracket, (): PatternElement => {
    const from = c.start;
    const pattern = parseBindingPattern(c);
    const fallback = c.takePastNewline(T.assign) ? c.grammar.expression(c) : undefined;
    return { kind: 'PatternElement', span: c.spanFrom(from), pattern, default: fallback };
  });
  return { kind: 'ListPattern', span: c.spanFrom(start), elements: items, rest };
}

function patternField(c: Cursor): PatternField {
  const start = c.start;
  const keySpan = c.span(start, c.end);
  const quoted = isStringKind(c.kind);
  const renamed = quoted || c.kindAt(c.past(1)) === T.colon;
  const key = quoted
    ? stringContent(c)
    : (renamed ? c.fieldName('field name') : c.identifier('field name')).name;
  let pattern: BindingPattern = { kind: 'NamePattern', span: keySpan, name: key };
  if (renamed) {
    c.expect(T.colon);
    pattern = parseBindingPattern(c);
  }
  const fallback = c.takePastNewline(T.assign) ? c.grammar.expression(c) : undefined;
  const span = c.spanFrom(start);
  return { kind: 'PatternField', span, key, keySpan, pattern, default: fallback };
}

function namePattern(c: Cursor): NamePattern {
  const { name, span } = c.identifier('identifier or destructuring pattern name');
  return { kind: 'NamePattern', span, name };
}

/** Items up to `close`; a `...name` must be the last one. */
function withRest<R>(
  c: Cursor,
  close: typeof T.rbrace | typeof T.rbracket,
  item: () => R,
): { readonly items: R[]; readonly rest: NamePattern | undefined } {
  const items: R[] = [];
  let rest: NamePattern | undefined;
  bracketed(c, true, () =>
    commaList(c, close, () => {
      if (rest !== undefined) reportRestNotLast(c, rest);
      if (c.take(T.ellipsis)) rest = namePattern(c);
      else items.push(item());
    }),
  );
  return { items, rest };
}

function reportRestNotLast(c: Cursor, rest: NamePattern): void {
  const { start, end } = rest.span;
  c.error(start, end, (at, span) => parseErrors.restNotLast({ name: rest.name, ...at }, { span }));
}

/** The left side of a match arm, alternatives included. */
export function parseMatchPattern(c: Cursor): MatchPattern {
  c.skipNewlines();
  const start = c.start;
  const first = alternative(c);
  if (c.kindAt(c.past(0)) !== T.bar) return first;
  const alternatives = [first];
  while (c.takePastNewline(T.bar)) {
    c.skipNewlines();
    alternatives.push(alternative(c));
  }
  for (const each of alternatives) reportNames(c, each);
  return { kind: 'OrPattern', span: c.spanFrom(start), alternatives };
}

/** An alternative that is not the one that fits would leave its names without a value. */
function reportNames(c: Cursor, pattern: MatchPattern): void {
  const report = ({ name, span }: { readonly name: string; readonly span: Span }) => {
    if (name === '_') return;
    c.error(span.start, span.end, (at, place) =>
      parseErrors.alternativeBinds({ name, ...at }, { span: place }),
    );
  };
  const parts = (inner: readonly MatchPattern[]) => {
    for (const each of inner) reportNames(c, each);
  };
  if ('rest' in pattern && pattern.rest !== undefined) report(pattern.rest);
  if (pattern.kind === 'BindPattern') report(pattern);
  else if (pattern.kind === 'VariantPattern') parts(pattern.args ?? []);
  else if (pattern.kind === 'ListMatchPattern') parts(pattern.elements);
  else if (pattern.kind === 'DictMatchPattern') parts(pattern.fields.map((f) => f.pattern));
}

function alternative(c: Cursor): MatchPattern {
  const start = c.start;
  switch (c.kind) {
    case T.identifier:
      return namedPattern(c);
    case T.lbracket: {
      c.advance();
      const { items, rest } = withRest(c, T.rbracket, () => parseMatchPattern(c));
      return { kind: 'ListMatchPattern', span: c.spanFrom(start), elements: items, rest };
    }
    case T.lbrace: {
      c.advance();
      const { items, rest } = withRest(c, T.rbrace, () => matchField(c));
      return { kind: 'DictMatchPattern', span: c.spanFrom(start), fields: items, rest };
    }
    default:
      return valuePattern(c);
  }
}

function matchField(c: Cursor): MatchField {
  const start = c.start;
  const nameSpan = c.span(start, c.end);
  const key = isStringKind(c.kind) ? stringContent(c) : c.fieldName('field name').name;
  const pattern: MatchPattern = c.takePastNewline(T.colon)
    ? parseMatchPattern(c)
    : { kind: 'BindPattern', span: nameSpan, name: key };
  return { kind: 'MatchField', span: c.spanFrom(start), key, pattern };
}

/** `_`, a name, `Enum.Variant(…)`, `Variant(…)`; other expressions that begin with a name are values. */
function namedPattern(c: Cursor): MatchPattern {
  const start = c.start;
  const next = c.kindAt(1);
  const upper = /^[A-Z]/.test(c.text);
  if (upper && next === T.dot && c.kindAt(2) !== T.newline) {
    const enumName = c.takeName().name;
    c.advance();
    const variant = c.fieldName('variant name').name;
    return variantPattern(c, start, enumName, variant);
  }
  if (upper && next === T.lparen) return variantPattern(c, start, undefined, c.takeName().name);
  if (!endsPattern(c, 1)) return valuePattern(c);
  const { name, span } = c.takeName();
  return name === '_' ? { kind: 'WildcardPattern', span } : { kind: 'BindPattern', span, name };
}

function variantPattern(
  c: Cursor,
  start: number,
  enumName: string | undefined,
  variant: string,
): MatchPattern {
  const args = c.take(T.lparen)
    ? bracketed(c, true, () => commaList(c, T.rparen, () => parseMatchPattern(c)))
    : undefined;
  return { kind: 'VariantPattern', span: c.spanFrom(start), enumName, variant, args };
}

/** Whether the token there ends a pattern. */
function endsPattern(c: Cursor, offset: number): boolean {
  switch (c.kindAt(c.past(offset))) {
    case T.arrow:
    case T.if:
    case T.bar:
    case T.comma:
    case T.rbracket:
    case T.rparen:
    case T.rbrace:
    case T.eof:
      return true;
    default:
      return false;
  }
}

function valuePattern(c: Cursor): MatchPattern {
  const start = c.start;
  const value = c.grammar.expression(c);
  return { kind: 'ValuePattern', span: c.spanFrom(start), value };
}
