// What somebody is in the middle of writing, read off the tokens, because the tree of an unfinished text may lack it:
// the word at the cursor, the string of an import, the call whose arguments are being written.
import { DiagnosticSink, type Source } from '../../base/index.ts';
import { tokenize, tokenizeRange } from '../1-parse/lexer.ts';
import { Reporter } from '../1-parse/report.ts';
import { KEYWORDS, T, type TokenKind, type TokenList } from '../1-parse/token.ts';
import type { CheckedModule } from '../2-check/checked-module.ts';
import { pathTo } from './tree.ts';

/** Stands for the name that is about to be typed. */
const STAND_IN = 'harn__';

/**
 * A text that can be checked while a name is missing at the offset: with a stand-in where no word is, and behind a
 * reserved word, which may become another one. `after` follows the stand-in, which then always comes.
 */
export function withStandIn(text: string, offset: number, after = ''): string {
  const { start, end } = wordAt(text, offset);
  const word = text.slice(start, end);
  if (after === '' && word !== '' && !KEYWORDS.has(word)) return text;
  return `${text.slice(0, offset)}${STAND_IN}${after}${text.slice(offset)}`;
}

/** The tokens of an unfinished text. */
export function tokensOf(source: Source): TokenList {
  return tokenize(source, new DiagnosticSink());
}

/** The tokens around a place: of the expression where it stands in the middle of a text. */
export function tokensAround({ source, module }: CheckedModule, offset: number): TokenList {
  const path = pathTo(module, offset);
  const string = path.findLastIndex(({ kind }) => kind === 'InterpolatedString');
  const inside = string === -1 ? undefined : path[string + 1];
  if (inside === undefined || inside.kind === 'StringText') return tokensOf(source);
  const reporter = new Reporter(source.id, source.text, new DiagnosticSink());
  return tokenizeRange(reporter, source.text, inside.span.start, inside.span.end);
}

/** The word that the cursor is in or behind. */
function wordAt(text: string, offset: number): { readonly start: number; readonly end: number } {
  let start = offset;
  while (start > 0 && /\w/.test(text.charAt(start - 1))) start -= 1;
  let end = offset;
  while (end < text.length && /\w/.test(text.charAt(end))) end += 1;
  return { start, end };
}

/** The index of the last token that begins before the offset; -1 when there is none. */
export function tokenBefore(tokens: TokenList, offset: number): number {
  let low = 0;
  let high = tokens.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens.starts[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const STRINGS: ReadonlySet<TokenKind> = new Set([T.string, T.rawString, T.tripleString, T.bad]);

/** The path of an import that the cursor is in, up to the cursor; undefined elsewhere. */
export function importPathAt(tokens: TokenList, offset: number): string | undefined {
  const at = tokenBefore(tokens, offset);
  if (at < 1 || !STRINGS.has(tokens.kindAt(at))) return undefined;
  const start = tokens.starts[at] as number;
  const isOpen = tokens.kindAt(at) === T.bad || offset < (tokens.ends[at] as number);
  const before = tokens.kindAt(at - 1);
  if (!isOpen || (before !== T.import && before !== T.from)) return undefined;
  return tokens.text.slice(start, offset).replace(/^r?#*"+/, '');
}

/** Whether the cursor is in a string that nobody has closed yet. */
export function isInOpenString(tokens: TokenList, offset: number): boolean {
  const at = tokenBefore(tokens, offset);
  return tokens.kindAt(at) === T.bad && /^r?#*"/.test(tokens.textAt(at));
}

/** Whether the cursor is in a comment. */
export function isInComment({ comments }: TokenList, offset: number): boolean {
  return comments.some(
    ({ style, start, end }) => offset > start && (style === 'line' ? offset <= end : offset < end),
  );
}

/** A call that is being written. */
export interface OpenCall {
  /** Where its `(` is. */
  readonly open: number;
  /** The last word of what is called. */
  readonly callee: { readonly start: number; readonly end: number; readonly name: string };
  /** Counted from 0. */
  readonly argument: number;
}

const OPENING: ReadonlySet<TokenKind> = new Set([T.lparen, T.lbracket, T.lbrace]);
const CLOSING: ReadonlySet<TokenKind> = new Set([T.rparen, T.rbracket, T.rbrace]);

/** The innermost call around the cursor. */
export function openCallAt(tokens: TokenList, offset: number): OpenCall | undefined {
  let depth = 0;
  let argument = 0;
  for (let i = tokenBefore(tokens, offset); i > 0; i -= 1) {
    const kind = tokens.kindAt(i);
    if (kind === T.eof || (CLOSING.has(kind) && (tokens.ends[i] as number) > offset)) continue;
    if (CLOSING.has(kind)) depth += 1;
    else if (OPENING.has(kind)) {
      if (depth > 0) depth -= 1;
      else if (kind !== T.lparen) argument = 0;
      else return callBefore(tokens, i, argument);
    } else if (kind === T.comma && depth === 0) argument += 1;
  }
  return undefined;
}

/** A name that is being written in a dict among the arguments of a call. */
export interface OpenOption {
  readonly call: OpenCall;
  /** Whether a value follows already. */
  readonly hasValue: boolean;
}

/** Undefined where no name of a dict can be written, or the dict is no argument. */
export function openOptionAt(tokens: TokenList, offset: number): OpenOption | undefined {
  let at = tokenBefore(tokens, offset);
  const isWord = (tokens.ends[at] ?? 0) >= offset && /^\w+$/.test(tokens.textAt(at));
  const next = at + 1;
  if (isWord) at -= 1;
  const kind = tokens.kindAt(at);
  if (at < 1 || (kind !== T.lbrace && kind !== T.comma)) return undefined;
  let depth = 0;
  while (at > 0 && (depth > 0 || tokens.kindAt(at) !== T.lbrace)) {
    const each = tokens.kindAt(at);
    if (CLOSING.has(each)) depth += 1;
    else if (OPENING.has(each)) {
      if (depth === 0) return undefined;
      depth -= 1;
    }
    at -= 1;
  }
  const before = tokens.kindAt(at - 1);
  if (before !== T.comma && before !== T.lparen) return undefined;
  const call = openCallAt(tokens, tokens.starts[at] as number);
  if (call === undefined) return undefined;
  return { call, hasValue: tokens.kindAt(next) === T.colon };
}

function callBefore(tokens: TokenList, open: number, argument: number): OpenCall | undefined {
  const at = open - 1;
  const name = tokens.textAt(at);
  const isDeclared = tokens.kindAt(at - 1) === T.fn || tokens.kindAt(at - 1) === T.pipeline;
  if (at < 0 || isDeclared || !/^\w+$/.test(name) || tokens.kindAt(at) !== T.identifier)
    return undefined;
  const start = tokens.starts[at] as number;
  const end = tokens.ends[at] as number;
  return { open: tokens.starts[open] as number, callee: { start, end, name }, argument };
}
