// Expressions inside strings: the same grammar on a part of the same text, so spans are true.
import { DiagnosticSink } from '../../base/index.ts';
import type { Expression } from '../ast.ts';
import { Cursor, PARSE_FAILURE } from './cursor.ts';
import { tokenizeRange } from './lexer.ts';
import { KEYWORDS, T } from './token.ts';

const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** The expression between `start` and `end`, or undefined when there is none. */
export function parseInterpolation(c: Cursor, start: number, end: number): Expression | undefined {
  const { text } = c.range;
  const inner = text.slice(start, end);
  if (PLAIN_NAME.test(inner) && !KEYWORDS.has(inner))
    return { kind: 'Identifier', span: c.span(start, end), name: inner };
  const sink = new DiagnosticSink(1);
  const reporter = c.reporter.withSink(sink);
  const tokens = tokenizeRange(reporter, text, start, end);
  const sub = new Cursor(tokens, reporter, c.grammar, c.depth);
  sub.inPipe = c.inPipe;
  try {
    sub.enter();
    const value = c.grammar.expression(sub);
    sub.skipNewlines();
    if (!sub.at(T.eof) || sink.hasErrors) return undefined;
    c.placeholders += sub.placeholders;
    c.maxDepth = Math.max(c.maxDepth, sub.maxDepth);
    c.maxChain = Math.max(c.maxChain, sub.maxChain);
    return value;
  } catch (failure) {
    if (failure !== PARSE_FAILURE) throw failure;
    if (sub.aborted) c.abort(start, end);
    return undefined;
  }
}
