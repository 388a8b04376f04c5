// What to do about text that is no program: for habits of other languages, and for what was opened and never closed.
import { nearestName } from '../../base/index.ts';
import { T, type TokenKind, type TokenList } from './token.ts';

/** What to do, and what to write for some stretch of the text where that is all there is to do. */
export interface Advice {
  readonly text: string;
  readonly suggestion?: string;
  readonly replaces?: { readonly start: number; readonly end: number };
}

/** What stands for words of other languages, one for one. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['func', 'fn'],
  ['function', 'fn'],
  ['def', 'fn'],
  ['elif', 'else if'],
  ['elseif', 'else if'],
  ['export', 'pub'],
  ['public', 'pub'],
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['of', 'in'],
]);

/** Words of other languages where a statement begins. */
const FIRST_WORDS: ReadonlyMap<string, string> = new Map([
  ['func', 'Functions are declared with `fn`.'],
  ['function', 'Functions are declared with `fn`.'],
  ['def', 'Functions are declared with `fn`.'],
  ['async', 'There is no `async`: a function that waits is declared and called like any other.'],
  ['await', 'A call waits by itself; `await(task)` is for what `spawn` started.'],
  ['elif', 'Write `else if`.'],
  ['elseif', 'Write `else if`.'],
  ['class', 'Write `struct` for the fields and `impl` for the methods.'],
  ['export', 'Write `pub` before the declaration.'],
  ['public', 'Write `pub` before the declaration.'],
  ['print', 'Write `harness.stdio.println(...)`.'],
]);

/** Words of other languages inside of expressions and heads. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['and', 'Write `&&`.'],
  ['or', 'Write `||`.'],
  ['not', 'Write `!`.'],
  ['then', 'There is no `then`: the block stands in braces.'],
  ['of', 'Write `for x in xs`.'],
  ['is', 'Write `==`, or `type_of(x) == "..."`.'],
]);

const CLOSERS: ReadonlyMap<TokenKind, TokenKind> = new Map([
  [T.rparen, T.lparen],
  [T.rbrace, T.lbrace],
  [T.rbracket, T.lbracket],
]);
const SPELLED: ReadonlyMap<TokenKind, string> = new Map([
  [T.lparen, '('],
  [T.lbrace, '{'],
  [T.lbracket, '['],
]);

/** Advice about the token at `pos`, where `expected` should stand. `lineOf` counts from 1. */
export function adviceFor(
  tokens: TokenList,
  pos: number,
  expected: string,
  lineOf: (offset: number) => number,
): Advice | undefined {
  const text = adviceText(tokens, pos, expected, lineOf);
  if (text === undefined) return undefined;
  const isStatement = expected.startsWith('statement separator');
  const before = previous(tokens, pos);
  for (const at of isStatement && before !== undefined ? [pos, before] : [pos]) {
    const suggestion = insteadOf(tokens, at, text, isStatement && at === before);
    if (suggestion === undefined) continue;
    const [start, end] = [tokens.starts[at], tokens.ends[at]];
    if (start !== undefined && end !== undefined)
      return { text, suggestion, replaces: { start, end } };
  }
  return { text };
}

/** What to write for a word, when the advice is about that word. */
function insteadOf(
  tokens: TokenList,
  at: number,
  text: string,
  isFirst: boolean,
): string | undefined {
  const word = tokens.textAt(at);
  if (FIRST_WORDS.get(word) === text || WORDS.get(word) === text) return INSTEAD.get(word);
  const misspelt = isFirst ? misspeltKeyword(tokens, at) : undefined;
  return misspelt !== undefined && text === didYouMean(misspelt) ? misspelt : undefined;
}

function didYouMean(word: string): string {
  return `Did you mean \`${word}\`?`;
}

function adviceText(
  tokens: TokenList,
  pos: number,
  expected: string,
  lineOf: (offset: number) => number,
): string | undefined {
  const before = previous(tokens, pos);
  const word = tokens.textAt(pos);
  const beforeText = before === undefined ? '' : tokens.textAt(before);
  const isEnd = tokens.kinds[pos] === T.eof;
  if (isEnd || [')', ']', '}'].includes(expected)) {
    const open = openBefore(tokens, pos);
    const start = open === undefined ? undefined : tokens.starts[open];
    const at = start === undefined ? 0 : lineOf(start);
    const isFar = isEnd || at < lineOf(tokens.starts[pos] ?? 0);
    if (open !== undefined && isFar)
      return `\`${SPELLED.get(tokens.kinds[open] as TokenKind)}\` of line ${at} is not closed.`;
    if (isEnd) return 'The text ends in the middle of something.';
  }
  if (tokens.kinds[pos] === T.identifier && WORDS.has(word)) return WORDS.get(word);
  if (expected.startsWith('statement separator')) return betweenStatements(tokens, pos, before);
  if (word === '=' && tokens.textAt(pos + 1) === '>')
    return expected === '->' ? 'An arm is written `pattern -> { ... }`.' : ARROW;
  if (word === '=' && expected === '{') return 'Write `==` to compare.';
  if (['+', '-'].includes(word) && beforeText === word)
    return `There is no \`${word}${word}\`: write \`x ${word}= 1\`.`;
  if (word === '.' && beforeText === '.') return 'A range is written `1 to 10`.';
  const isValue = [T.identifier, T.int, T.string].includes(tokens.kinds[pos] as typeof T.int);
  if (isValue && expected === ':')
    return `A type or value stands behind a colon: \`${beforeText}: ${word}\`.`;
  if (isValue && [')', ']', '}', ','].includes(expected) && before !== undefined)
    return `Something is missing before \`${word}\`: a comma, or a colon if it is a type.`;
  return undefined;
}

const ARROW = 'A closure is written `{ x -> x + 1 }`.';

function betweenStatements(
  tokens: TokenList,
  pos: number,
  before: number | undefined,
): string | undefined {
  if (before === undefined) return undefined;
  const afterBlock = tokens.kindAt(before) === T.rbrace ? tokens.textAt(pos) : undefined;
  const first = FIRST_WORDS.get(afterBlock ?? tokens.textAt(before));
  if (first !== undefined) return first;
  if (tokens.textAt(pos) === '=' && tokens.textAt(pos + 1) === '>') return ARROW;
  const misspelt = misspeltKeyword(tokens, before);
  if (misspelt !== undefined) return didYouMean(misspelt);
  const isGlued = tokens.ends[before] === tokens.starts[pos];
  if (tokens.kinds[before] === T.int && isGlued)
    return 'Numbers are written in decimal digits, without exponent.';
  return 'Each statement stands on a line of its own, or behind a `;`.';
}

/** Words that open statements and are long enough to be recognised when misspelt. */
const OPENING =
  'const defer enum guard impl import interface match parallel pipeline return spawn struct throw while yield'.split(
    ' ',
  );

/** The keyword that a name at the beginning of a statement was meant to be. */
function misspeltKeyword(tokens: TokenList, at: number): string | undefined {
  const isFirst =
    at === 0 ||
    [T.newline, T.lbrace, T.rbrace, T.semicolon].includes(tokens.kinds[at - 1] as typeof T.newline);
  if (!isFirst || tokens.kinds[at] !== T.identifier) return undefined;
  const word = tokens.textAt(at);
  return word.length < 4 ? undefined : nearestName(word, OPENING, word.length === 4 ? 1 : 2);
}

function previous(tokens: TokenList, pos: number): number | undefined {
  for (let i = pos - 1; i >= 0; i -= 1) if (tokens.kinds[i] !== T.newline) return i;
  return undefined;
}

/** The innermost bracket that is open where a token stands. */
function openBefore(tokens: TokenList, pos: number): number | undefined {
  const open: number[] = [];
  for (let i = 0; i < pos; i += 1) {
    const kind = tokens.kinds[i] as TokenKind;
    if (SPELLED.has(kind)) open.push(i);
    const opener = CLOSERS.get(kind);
    if (opener !== undefined && tokens.kinds[open.at(-1) ?? -1] === opener) open.pop();
  }
  return open.at(-1);
}
