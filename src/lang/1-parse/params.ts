// Parameter lists of declarations and closures.
import type { Expression, Param, TypeExpr } from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { T } from './token.ts';
import { parseAnnotation } from './type-expr.ts';

/** `(a, b: T = 1, ...rest)`, with the cursor before `(`. */
export function parseParams(c: Cursor): Param[] {
  c.expect(T.lparen);
  const params = bracketed(c, true, () => commaList(c, T.rparen, () => parseParam(c)));
  checkOrder(c, params);
  return params;
}

/** Parameters of a brace closure, up to and with the arrow. */
export function parseClosureParams(c: Cursor): Param[] {
  const params: Param[] = [];
  c.skipNewlines();
  while (!c.take(T.arrow)) {
    params.push(parseParam(c));
    c.skipNewlines();
    if (c.take(T.comma)) c.skipNewlines();
    else if (!c.at(T.arrow)) c.fail('->');
  }
  checkOrder(c, params);
  return params;
}

export function parseParam(c: Cursor): Param {
  c.skipNewlines();
  const start = c.start;
  const rest = c.take(T.ellipsis);
  const { name, span: nameSpan } = c.identifier('parameter name');
  const optional = c.kindAt(0) === T.question && c.take(T.question);
  const type: TypeExpr | undefined = parseAnnotation(c);
  const fallback: Expression | undefined = c.takePastNewline(T.assign)
    ? c.grammar.expression(c)
    : undefined;
  const span = c.spanFrom(start);
  return { kind: 'Param', span, name, nameSpan, type, default: fallback, rest, optional };
}

function checkOrder(c: Cursor, params: readonly Param[]): void {
  let defaulted = false;
  for (const [i, param] of params.entries()) {
    const { start, end } = param.nameSpan;
    if (param.rest && i < params.length - 1) {
      c.error(start, end, (at, span) =>
        parseErrors.restNotLast({ name: param.name, ...at }, { span }),
      );
    }
    if (param.default !== undefined) defaulted = true;
    else if (defaulted && !param.rest) {
      c.error(start, end, (at, span) =>
        parseErrors.requiredAfterDefault({ name: param.name, ...at }, { span }),
      );
    }
  }
}
