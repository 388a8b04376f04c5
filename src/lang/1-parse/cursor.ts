// The parser's state: where it is in the tokens, how deep, and how it fails. Grammar files are functions over a
// Cursor; what would be a cycle of imports between them goes through `grammar`.
import type { HarnError, Span } from '../../base/index.ts';
import type { Block, Expression, Statement } from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { adviceFor } from './advice.ts';
import { closureBraces } from './braces.ts';
import { opensDict } from './opens-dict.ts';
import type { Reporter } from './report.ts';
import { createScanRange, type ScanRange } from './string-scan.ts';
import {
  describeToken,
  isKeyword,
  spellingOf,
  T,
  type TokenKind,
  type TokenList,
} from './token.ts';

/** The productions that lower grammar files need from higher ones. */
export interface Grammar {
  readonly expression: (c: Cursor) => Expression;
  /** `{ … }`, also after a line break. */
  readonly block: (c: Cursor) => Block;
  /** Statements up to the `}` that closes them, which is left. */
  readonly statements: (c: Cursor) => Statement[];
  readonly statement: (c: Cursor) => Statement;
}

/** Thrown to the nearest statement list after an error was reported. One object: it carries nothing. */
export const PARSE_FAILURE = new Error('parse failure');

/** Brackets inside brackets. */
export const MAX_DEPTH = 500;

/** Operators, members or `else if` in a row: later phases walk them by recursion. */
const MAX_CHAIN = 1_000;

export class Cursor {
  readonly tokens: TokenList;
  readonly reporter: Reporter;
  readonly grammar: Grammar;
  readonly range: ScanRange;
  /** Index of the current token. */
  pos = 0;
  depth: number;
  /** Deepest bracket and longest operator chain seen: decides whether the tree is measured at the end. */
  maxDepth = 0;
  maxChain = 0;
  /** In a condition, `Name {` opens the block, not a struct literal. */
  noStruct = false;
  /** Between round or square brackets line breaks mean nothing. */
  grouped = false;
  /** Inside the right side of a pipe, `_` stands for the value. */
  inPipe = false;
  placeholders = 0;
  /** Set when reading stops for good. */
  aborted = false;
  #lastErrorAt = -1;
  #nextGt = -1;
  readonly #closures: Uint8Array;

  constructor(tokens: TokenList, reporter: Reporter, grammar: Grammar, depth = 0) {
    this.tokens = tokens;
    this.reporter = reporter;
    this.grammar = grammar;
    this.depth = depth;
    this.range = createScanRange(tokens.text);
    this.#closures = closureBraces(tokens);
  }

  get kind(): TokenKind {
    return this.tokens.kinds[this.pos] as TokenKind;
  }

  get start(): number {
    return this.tokens.starts[this.pos] as number;
  }

  get end(): number {
    return this.tokens.ends[this.pos] as number;
  }

  /** Where the token before the current one ends. */
  get lastEnd(): number {
    return this.pos === 0 ? 0 : (this.tokens.ends[this.pos - 1] as number);
  }

  get text(): string {
    return this.tokens.textAt(this.pos);
  }

  kindAt(offset: number): TokenKind {
    return this.tokens.kindAt(this.pos + offset);
  }

  textAt(offset: number): string {
    return this.tokens.textAt(this.pos + offset);
  }

  /** The index of the first token at or after `offset` that is not a line break. */
  past(offset: number): number {
    return this.kindAt(offset) === T.newline ? offset + 1 : offset;
  }

  advance(): void {
    if (this.pos < this.tokens.count - 1) this.pos += 1;
  }

  skipNewlines(): void {
    if (this.kind === T.newline) this.advance();
  }

  at(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** Whether the current token is this contextual word. */
  atWord(word: string): boolean {
    return this.kind === T.identifier && this.text === word;
  }

  wordAt(offset: number, word: string): boolean {
    return this.kindAt(offset) === T.identifier && this.textAt(offset) === word;
  }

  take(kind: TokenKind): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  /** Takes a token, also after a line break. */
  takePastNewline(kind: TokenKind): boolean {
    const offset = this.past(0);
    if (this.kindAt(offset) !== kind) return false;
    this.pos += offset;
    this.advance();
    return true;
  }

  /** Takes a required token, also after a line break. */
  expect(kind: TokenKind, expected = spellingOf(kind)): void {
    if (!this.takePastNewline(kind)) {
      this.skipNewlines();
      this.fail(expected);
    }
  }

  /** Takes a required identifier and returns its text. */
  identifier(expected = 'identifier'): { readonly name: string; readonly span: Span } {
    this.skipNewlines();
    if (this.kind !== T.identifier) this.fail(expected);
    return this.takeName();
  }

  /** An identifier or a reserved word: names of fields. */
  fieldName(expected = 'property name'): { readonly name: string; readonly span: Span } {
    this.skipNewlines();
    if (this.kind !== T.identifier && !isKeyword(this.kind)) this.fail(expected);
    return this.takeName();
  }

  takeName(): { readonly name: string; readonly span: Span } {
    const name = this.text;
    const span = this.span(this.start, this.end);
    this.advance();
    return { name, span };
  }

  /** How many tokens away the next `>` is. Cheap when asked at growing positions. */
  get distanceToGt(): number {
    if (this.#nextGt < this.pos) {
      let i = this.pos;
      while (i < this.tokens.count && this.tokens.kinds[i] !== T.gt) i += 1;
      this.#nextGt = i;
    }
    return this.#nextGt - this.pos;
  }

  span(start: number, end: number): Span {
    return { source: this.reporter.sourceId, start, end };
  }

  /** From `start` to the end of the last token taken. */
  spanFrom(start: number): Span {
    return this.span(start, Math.max(start, this.lastEnd));
  }

  /** Whether the `{` at the current token opens a closure with parameters. */
  get opensClosure(): boolean {
    return this.opensClosureAt(0);
  }

  opensClosureAt(offset: number): boolean {
    return this.#closures[this.pos + offset] === 1;
  }

  /** Enters a bracket; what it returns is for `close`. */
  open(grouped: boolean): number {
    const before = (this.noStruct ? 1 : 0) | (this.grouped ? 2 : 0);
    this.noStruct = false;
    this.grouped = grouped;
    this.enter();
    return before;
  }

  close(before: number): void {
    this.leave();
    this.noStruct = (before & 1) !== 0;
    this.grouped = (before & 2) !== 0;
  }

  /** Counts the links of a chain of operators; too many end the reading. */
  chain(links: number): void {
    if (links <= this.maxChain) return;
    this.maxChain = links;
    if (links <= MAX_CHAIN) return;
    this.giveUp(this.start, this.end, (at, span) =>
      parseErrors.longChain({ limit: MAX_CHAIN, ...at }, { span }),
    );
  }

  /** Counts one more bracket. */
  enter(): void {
    this.depth += 1;
    if (this.depth > this.maxDepth) {
      this.maxDepth = this.depth;
      if (this.depth > MAX_DEPTH) this.abort(this.start, this.end);
    }
  }

  leave(): void {
    this.depth -= 1;
  }

  /** Reports too deep nesting and gives up the rest of the text. */
  abort(start: number, end: number): never {
    return this.giveUp(start, end, (at, span) =>
      parseErrors.tooDeep({ limit: MAX_DEPTH, ...at }, { span }),
    );
  }

  giveUp(
    start: number,
    end: number,
    make: (at: { line: number; column: number }, span: Span) => HarnError,
  ): never {
    this.error(start, end, make);
    this.aborted = true;
    this.pos = this.tokens.count - 1;
    throw PARSE_FAILURE;
  }

  /** Reports what stands here instead of `expected`, and leaves to the nearest statement list. */
  fail(expected: string): never {
    this.unexpected(expected);
    throw PARSE_FAILURE;
  }

  /** Reports without leaving. Text that the lexer has reported is not reported again. */
  unexpected(expected: string): void {
    const { kind, start, end } = this;
    if (kind === T.bad || this.aborted || start <= this.#lastErrorAt) return;
    this.#lastErrorAt = start;
    const got = this.#describe(expected);
    this.reporter.error(start, end, (at, span) => {
      const lineOf = (offset: number) => this.reporter.positionOf(offset).line;
      const found = adviceFor(this.tokens, this.pos, expected, lineOf);
      const { text: advice, suggestion, replaces } = found ?? { text: undefined };
      const more = { advice, suggestion, replaces };
      return kind === T.eof
        ? parseErrors.unexpectedEnd({ expected, ...more }, { span })
        : parseErrors.unexpectedToken({ expected, got, ...more, ...at }, { span });
    });
  }

  error(
    start: number,
    end: number,
    make: (at: { line: number; column: number }, span: Span) => HarnError,
  ): void {
    if (!this.aborted) this.reporter.error(start, end, make);
  }

  #describe(expected: string): string {
    const got = describeToken(this.tokens, this.pos);
    const wantsName = expected.endsWith('name') || expected.startsWith('identifier');
    return wantsName && isKeyword(this.kind) ? `'${got}' (reserved keyword)` : got;
  }
}

/**
 * Runs `read` with the context of a bracket: no condition, line breaks as given. The context is not restored when
 * `read` fails: the statement list that catches the failure does that. Deeply recursive productions call
 * `open` and `close` themselves, to save stack.
 */
export function bracketed<R>(c: Cursor, grouped: boolean, read: () => R): R {
  const before = c.open(grouped);
  const result = read();
  c.close(before);
  return result;
}

/** Reads `item, item, …` up to `close`, which it takes. Line breaks anywhere, trailing comma allowed. */
export function commaList<R>(c: Cursor, close: TokenKind, item: () => R): R[] {
  const items: R[] = [];
  c.skipNewlines();
  while (!c.take(close)) {
    items.push(item());
    c.skipNewlines();
    if (c.take(T.comma)) c.skipNewlines();
    else if (!c.at(close)) c.fail(spellingOf(close));
  }
  return items;
}

/** An expression before a block: `Name {` is not a struct literal there, and a line break ends it. */
export function parseCondition(c: Cursor): Expression {
  // `while {`: the block of a head that says nothing.
  if (c.at(T.lbrace) && !c.opensClosure && !opensDict(c)) c.fail('an expression before the block');
  const { noStruct, grouped } = c;
  c.noStruct = true;
  c.grouped = false;
  c.enter();
  const condition = c.grammar.expression(c);
  c.leave();
  c.noStruct = noStruct;
  c.grouped = grouped;
  return condition;
}
