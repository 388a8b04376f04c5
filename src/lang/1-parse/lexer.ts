// Text to tokens. Never throws: what is not a token becomes a `bad` token and a diagnostic. Runs of characters
// that are wrong for the same reason are one diagnostic.
import type { DiagnosticSink, Source } from '../../base/index.ts';
import { lexErrors, parseErrors } from '../errors.ts';
import { Reporter } from './report.ts';
import {
  createScanRange,
  endOfRaw,
  endOfString,
  endOfTriple,
  type ScanRange,
} from './string-scan.ts';
import { KEYWORDS, T, type TokenKind, TokenList } from './token.ts';

/** Offsets are 32-bit and nodes are large: longer texts are data, not programs. */
export const MAX_SOURCE_LENGTH = 64 * 1024 * 1024;

/** Reads a whole text: skips a byte order mark and a `#!` line. */
export function tokenize(source: Source, sink: DiagnosticSink): TokenList {
  return tokenizeWith(new Reporter(source.id, source.text, sink), source.text);
}

export function tokenizeWith(reporter: Reporter, text: string): TokenList {
  if (text.length > MAX_SOURCE_LENGTH) {
    const params = { length: text.length, limit: MAX_SOURCE_LENGTH };
    reporter.error(0, 0, (_, span) => lexErrors.tooLong(params, { span }));
    const empty = new TokenList(text, 1);
    empty.push(T.eof, 0, 0);
    return empty;
  }
  const nul = text.indexOf('\0');
  if (nul !== -1) reporter.error(nul, nul + 1, (at, span) => lexErrors.binary(at, { span }));
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const lexer = new Lexer(reporter, text, start, text.length);
  if (text.startsWith('#!', start)) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lexer.tokens.shebang = { start, end };
    start = end;
  }
  return lexer.run(start);
}

/** Reads the text of an interpolation; offsets stay those of the whole text. */
export function tokenizeRange(
  reporter: Reporter,
  text: string,
  start: number,
  end: number,
): TokenList {
  return new Lexer(reporter, text, start, end).run(start);
}

/** What a character begins. Everything above ASCII begins nothing. */
const C = {
  bad: 0,
  space: 1,
  newline: 2,
  word: 3,
  digit: 4,
  quote: 5,
  slash: 6,
  punct: 7,
  back: 8,
};

const CLASS_OF = (() => {
  const table = new Uint8Array(128);
  const set = (chars: string, value: number) => {
    for (const ch of chars) table[ch.charCodeAt(0)] = value;
  };
  set(' \t\r', C.space);
  set('\n', C.newline);
  set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', C.word);
  set('0123456789', C.digit);
  set('"', C.quote);
  set('/', C.slash);
  set('\\', C.back);
  set('{}()[],:;@.=+-*%<>!&|?', C.punct);
  return table;
})();

const UNITS = new Set(['ms', 's', 'm', 'h', 'd', 'w']);

const PUNCT3: ReadonlyMap<string, TokenKind> = new Map([['...', T.ellipsis]]);

const PUNCT2: ReadonlyMap<string, TokenKind> = new Map([
  ['==', T.eq],
  ['!=', T.neq],
  ['&&', T.and],
  ['||', T.or],
  ['|>', T.pipe],
  ['??', T.nilCoal],
  ['**', T.pow],
  ['?.', T.questionDot],
  ['->', T.arrow],
  ['<=', T.lte],
  ['>=', T.gte],
  ['+=', T.plusAssign],
  ['-=', T.minusAssign],
  ['*=', T.starAssign],
  ['%=', T.percentAssign],
  ['::', T.doubleColon],
]);

const PUNCT1 = (() => {
  const table = new Uint8Array(128);
  const entries: readonly (readonly [string, TokenKind])[] = [
    ['{', T.lbrace],
    ['}', T.rbrace],
    ['(', T.lparen],
    [')', T.rparen],
    ['[', T.lbracket],
    [']', T.rbracket],
    [',', T.comma],
    [':', T.colon],
    [';', T.semicolon],
    ['@', T.at],
    ['.', T.dot],
    ['=', T.assign],
    ['<', T.lt],
    ['>', T.gt],
    ['+', T.plus],
    ['-', T.minus],
    ['*', T.star],
    ['%', T.percent],
    ['!', T.not],
    ['&', T.amp],
    ['|', T.bar],
    ['?', T.question],
  ];
  for (const [ch, kind] of entries) table[ch.charCodeAt(0)] = kind;
  return table;
})();

/** Punctuation that may begin a longer token. */
const MAY_PAIR = (() => {
  const table = new Uint8Array(128);
  for (const ch of '=!&|?*-<>+%:.') table[ch.charCodeAt(0)] = 1;
  return table;
})();

const LONGEST_KEYWORD = Math.max(...Array.from(KEYWORDS.keys(), (word) => word.length));

class Lexer {
  readonly tokens: TokenList;
  readonly #reporter: Reporter;
  readonly #text: string;
  readonly #end: number;
  readonly #range: ScanRange;

  constructor(reporter: Reporter, text: string, start: number, end: number) {
    this.#reporter = reporter;
    this.#text = text;
    this.#end = end;
    this.#range = createScanRange(text, start, end);
    this.tokens = new TokenList(text, ((end - start) >> 2) + 16);
  }

  run(start: number): TokenList {
    const text = this.#text;
    const end = this.#end;
    let i = start;
    while (i < end) {
      const c = text.charCodeAt(i);
      switch (c < 128 ? CLASS_OF[c] : C.bad) {
        case C.space:
          i += 1;
          break;
        case C.newline:
          this.#newline(i);
          i += 1;
          break;
        case C.word:
          i = this.#word(i);
          break;
        case C.digit:
          i = this.#number(i);
          break;
        case C.quote:
          i = this.#string(i);
          break;
        case C.slash:
          i = this.#slash(i);
          break;
        case C.punct:
          i = this.#punctuation(i, c);
          break;
        case C.back:
          i = this.#backslash(i);
          break;
        default:
          i = this.#bad(i);
      }
    }
    this.tokens.push(T.eof, end, end);
    return this.tokens;
  }

  #newline(at: number): void {
    const { tokens } = this;
    const last = tokens.count - 1;
    if (last >= 0 && tokens.kinds[last] === T.newline) return;
    tokens.push(T.newline, at, at + 1);
  }

  #word(start: number): number {
    const text = this.#text;
    if (text.charCodeAt(start) === 114) {
      const next = text.charCodeAt(start + 1);
      if (next === 34 || next === 35) {
        const after = endOfRaw(this.#range, start);
        if (after > 0) return this.#push(T.rawString, start, after);
        if (after === -1) return this.#unterminated(start);
      }
    }
    let i = start + 1;
    while (i < this.#end && isWord(text.charCodeAt(i))) i += 1;
    const kind = i - start <= LONGEST_KEYWORD ? KEYWORDS.get(text.slice(start, i)) : undefined;
    return this.#push(kind ?? T.identifier, start, i);
  }

  /** Digits with `_` between them, a fraction, or a unit right behind. */
  #number(start: number): number {
    const text = this.#text;
    const digits = (from: number): number => {
      let i = from;
      while (i < this.#end) {
        const c = text.charCodeAt(i);
        if (isDigit(c)) i += 1;
        else if (c === 95 && isDigit(text.charCodeAt(i + 1)) && i + 1 < this.#end) i += 2;
        else break;
      }
      return i;
    };
    const i = digits(start);
    if (text.charCodeAt(i) === 46 && i + 1 < this.#end && isDigit(text.charCodeAt(i + 1))) {
      return this.#push(T.float, start, digits(i + 1));
    }
    let unit = i;
    while (unit < this.#end && unit - i < 3 && isWord(text.charCodeAt(unit))) unit += 1;
    if (unit > i && UNITS.has(text.slice(i, unit))) return this.#push(T.duration, start, unit);
    return this.#push(T.int, start, i);
  }

  #string(start: number): number {
    if (this.#text.startsWith('"""', start) && start + 3 <= this.#end) {
      const after = endOfTriple(this.#range, start);
      if (after !== -1) return this.#push(T.tripleString, start, after);
      this.#reportUnterminated(start);
      return this.#push(T.bad, start, this.#end);
    }
    const after = endOfString(this.#range, start);
    return after === -1 ? this.#unterminated(start) : this.#push(T.string, start, after);
  }

  /** Goes on after the line, so that one open quote is one error. */
  #unterminated(start: number): number {
    this.#reportUnterminated(start);
    const newline = this.#text.indexOf('\n', start);
    return this.#push(T.bad, start, newline === -1 ? this.#end : Math.min(newline, this.#end));
  }

  #reportUnterminated(start: number): void {
    this.#reporter.error(start, start + 1, (at, span) =>
      parseErrors.unterminatedString(at, { span }),
    );
  }

  #slash(start: number): number {
    const next = start + 1 < this.#end ? this.#text.charCodeAt(start + 1) : 0;
    if (next === 47) {
      const newline = this.#text.indexOf('\n', start);
      const end = newline === -1 ? this.#end : Math.min(newline, this.#end);
      this.tokens.comments.push({ style: 'line', start, end });
      return end;
    }
    if (next === 42) return this.#blockComment(start);
    if (next === 61) return this.#push(T.slashAssign, start, start + 2);
    return this.#push(T.slash, start, start + 1);
  }

  #blockComment(start: number): number {
    const text = this.#text;
    let depth = 1;
    let i = start + 2;
    while (i < this.#end) {
      const c = text.charCodeAt(i);
      if (c === 42 && text.charCodeAt(i + 1) === 47) {
        i += 2;
        depth -= 1;
        if (depth === 0) break;
      } else if (c === 47 && text.charCodeAt(i + 1) === 42) {
        i += 2;
        depth += 1;
      } else i += 1;
    }
    if (depth > 0) {
      this.#reporter.error(start, start + 2, (at, span) =>
        parseErrors.unterminatedComment(at, { span }),
      );
      return this.#push(T.bad, start, this.#end);
    }
    const doc = text.charCodeAt(start + 2) === 42 && i - start > 4;
    this.tokens.comments.push({ style: doc ? 'doc' : 'block', start, end: i });
    return i;
  }

  #punctuation(start: number, c: number): number {
    if (MAY_PAIR[c] === 1) {
      const two =
        start + 2 <= this.#end ? PUNCT2.get(this.#text.slice(start, start + 2)) : undefined;
      if (two !== undefined) return this.#push(two, start, start + 2);
      if (c === 46 && start + 3 <= this.#end) {
        const three = PUNCT3.get(this.#text.slice(start, start + 3));
        if (three !== undefined) return this.#push(three, start, start + 3);
      }
    }
    return this.#push(PUNCT1[c] as TokenKind, start, start + 1);
  }

  /** Backslash and line break are nothing. */
  #backslash(start: number): number {
    const text = this.#text;
    if (text.charCodeAt(start + 1) === 10) return start + 2;
    if (text.charCodeAt(start + 1) === 13 && text.charCodeAt(start + 2) === 10) return start + 3;
    return this.#bad(start);
  }

  /** A run of characters that begin nothing, or a text in quotes of another language. */
  #bad(start: number): number {
    const text = this.#text;
    let binary = false;
    let i = this.#quoted(start);
    do {
      const c = text.charCodeAt(i);
      binary ||= c === 0 || c === 0xfffd;
      i += 1;
    } while (i < this.#end && isBad(text, i));
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0xfffd);
    this.#reporter.error(start, i, (at, span) =>
      binary
        ? lexErrors.binary(at, { span })
        : parseErrors.unexpectedCharacter({ character, ...at }, { span }),
    );
    return this.#push(T.bad, start, i);
  }

  /** The last quote of a text in single quotes or backticks that ends on its line; `start` where there is none. */
  #quoted(start: number): number {
    const quote = this.#text[start];
    if (quote !== "'" && quote !== '`') return start;
    const end = this.#text.indexOf(quote, start + 1);
    const line = this.#text.indexOf('\n', start);
    return end < 0 || end >= this.#end || (line >= 0 && line < end) ? start : end;
  }

  #push(kind: TokenKind, start: number, end: number): number {
    this.tokens.push(kind, start, end);
    return end;
  }
}

function isWord(c: number): boolean {
  return c < 128 && (CLASS_OF[c] === C.word || CLASS_OF[c] === C.digit);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isBad(text: string, i: number): boolean {
  const c = text.charCodeAt(i);
  if (c >= 128) return true;
  if (CLASS_OF[c] === C.back) {
    const next = text.charCodeAt(i + 1);
    return next !== 10 && next !== 13;
  }
  return CLASS_OF[c] === C.bad;
}
