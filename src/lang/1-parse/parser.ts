// The front of the phase: text to Module, whatever the text is.
import { DiagnosticSink, type Source } from '../../base/index.ts';
import type { Comment, Edition, Module, Statement } from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { Cursor, type Grammar, MAX_DEPTH, PARSE_FAILURE } from './cursor.ts';
import { DEFAULT_EDITION, detectEdition } from './edition.ts';
import { parseExpression } from './expression.ts';
import { tokenizeWith } from './lexer.ts';
import { findTooHigh, MAX_HEIGHT } from './nesting.ts';
import { Reporter } from './report.ts';
import { parseBlock, parseStatement, parseStatements } from './statement.ts';
import { T, type TokenList } from './token.ts';

export interface ParseOptions {
  /** Decides the edition; without it the spelling of the file does. */
  readonly edition?: Edition | undefined;
  /** For files whose spelling shows no edition. */
  readonly fallbackEdition?: Edition | undefined;
  /** Where findings go; a new sink by default. */
  readonly sink?: DiagnosticSink | undefined;
}

export interface ParseResult {
  readonly module: Module;
  readonly diagnostics: DiagnosticSink;
}

/** The productions that grammar files reach through the cursor. */
export const grammar: Grammar = {
  expression: parseExpression,
  block: parseBlock,
  statements: (c) => parseStatements(c, T.rbrace),
  statement: parseStatement,
};

/**
 * Reads a program. Always returns a module: broken parts are ErrorStatements, and every error is a coded
 * diagnostic. Never throws for any text.
 *
 * @example
 * const { module, diagnostics } = parse({ id: 'a.harn', text: 'log(1 + 2)' });
 * if (diagnostics.hasErrors) show(diagnostics.all);
 */
export function parse(source: Source, options: ParseOptions = {}): ParseResult {
  const sink = options.sink ?? new DiagnosticSink();
  const reporter = new Reporter(source.id, source.text, sink);
  const tokens = tokenizeWith(reporter, source.text);
  const shown = options.edition ?? detectEdition(tokens);
  const edition = shown ?? options.fallbackEdition ?? DEFAULT_EDITION;
  const c = new Cursor(tokens, reporter, grammar);
  const module: Module = {
    kind: 'Module',
    span: reporter.span(0, source.text.length),
    body: topLevel(c),
    comments: comments(tokens, reporter),
    shebang: tokens.shebang && reporter.span(tokens.shebang.start, tokens.shebang.end),
    edition,
    editionIsShown: shown !== undefined,
  };
  return { module: checkHeight(c, module), diagnostics: sink };
}

function topLevel(c: Cursor): Statement[] {
  const { start } = c;
  try {
    return parseStatements(c, T.eof);
  } catch (failure) {
    // The counted limits fit on the usual stack. A caller deep in its own recursion may have less.
    if (failure instanceof RangeError) reportTooDeep(c);
    else if (failure !== PARSE_FAILURE) throw failure;
    return [{ kind: 'ErrorStatement', span: c.span(start, c.tokens.text.length) }];
  }
}

function reportTooDeep(c: Cursor): void {
  const { start, end } = c;
  c.error(start, end, (at, span) => parseErrors.tooDeep({ limit: c.depth, ...at }, { span }));
  c.aborted = true;
}

function comments(tokens: TokenList, reporter: Reporter): Comment[] {
  return tokens.comments.map(({ style, start, end }) => {
    const open = style === 'doc' ? 3 : 2;
    const text = tokens.text.slice(start + open, style === 'line' ? end : end - 2);
    return { kind: 'Comment', style, text, span: reporter.span(start, end) };
  });
}

/** One bracket level is at most three nodes; only then can chains make the tree too high. */
const NODES_PER_LEVEL = 4;

function checkHeight(c: Cursor, module: Module): Module {
  if (c.aborted) return module;
  if (NODES_PER_LEVEL * (c.maxDepth + 1) * (c.maxChain + 1) <= MAX_HEIGHT) return module;
  const high = findTooHigh(module);
  if (high === undefined) return module;
  const { start, end } = high.span;
  c.error(start, end, (at, span) => parseErrors.tooDeep({ limit: MAX_DEPTH, ...at }, { span }));
  return { ...module, body: [{ kind: 'ErrorStatement', span: module.span }] };
}
