// Signature texts of builtins: `map<T, U>(xs: list<T>, f: fn(T) -> U) -> list<U>`, `log(message?: any)`. Written by
// us, not by users, so a text that does not parse is a bug and throws.
import { bug, DiagnosticSink } from '../../base/index.ts';
import type { Param, TypeExpr, TypeParam } from '../ast.ts';
import { Cursor, PARSE_FAILURE } from './cursor.ts';
import { tokenizeWith } from './lexer.ts';
import { parseParams } from './params.ts';
import { grammar } from './parser.ts';
import { Reporter } from './report.ts';
import { T } from './token.ts';
import { parseReturnType, parseThrows, parseTypeParams } from './type-expr.ts';

/** A builtin as its signature text declares it. */
export interface Signature {
  /** May be dotted: `harness.fs.read_text`. */
  readonly name: string;
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Param[];
  readonly returns: TypeExpr | undefined;
  readonly throws: TypeExpr | undefined;
}

/** Reads one signature. A parameter is optional when it is written `name?`, has a default or is a rest. */
export function parseSignature(text: string): Signature {
  const sink = new DiagnosticSink(1);
  const reporter = new Reporter('<signature>', text, sink);
  const c = new Cursor(tokenizeWith(reporter, text), reporter, grammar);
  try {
    const signature = read(c);
    c.skipNewlines();
    if (!c.at(T.eof)) c.unexpected('end of signature');
    if (!sink.hasErrors) return signature;
  } catch (failure) {
    if (failure !== PARSE_FAILURE) throw failure;
  }
  return bug(`signature \`${text}\`: ${sink.all[0]?.message ?? 'does not parse'}`);
}

function read(c: Cursor): Signature {
  let { name } = c.fieldName('name');
  while (c.take(T.dot)) name += `.${c.fieldName('name').name}`;
  const typeParams = parseTypeParams(c);
  const params = parseParams(c);
  const returns = parseReturnType(c);
  const throws = parseThrows(c);
  return { name, typeParams, params, returns, throws };
}
