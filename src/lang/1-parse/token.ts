// Token kinds and the token list. Tokens are columns of numbers, not objects: a text of ten megabytes must not
// cost a gigabyte. Texts and values are cut from the source when somebody asks.

/** Kinds as small numbers; names are for the parser's eyes. Words start at `pipeline`. */
export const T = {
  eof: 0,
  newline: 1,
  identifier: 2,
  int: 3,
  float: 4,
  duration: 5,
  string: 6,
  rawString: 7,
  tripleString: 8,
  /** Text the lexer has already reported. */
  bad: 9,
  lbrace: 10,
  rbrace: 11,
  lparen: 12,
  rparen: 13,
  lbracket: 14,
  rbracket: 15,
  comma: 16,
  colon: 17,
  semicolon: 18,
  at: 19,
  dot: 20,
  ellipsis: 21,
  arrow: 22,
  assign: 23,
  plusAssign: 24,
  minusAssign: 25,
  starAssign: 26,
  slashAssign: 27,
  percentAssign: 28,
  eq: 29,
  neq: 30,
  lt: 31,
  gt: 32,
  lte: 33,
  gte: 34,
  and: 35,
  or: 36,
  pipe: 37,
  bar: 38,
  amp: 39,
  nilCoal: 40,
  question: 41,
  questionDot: 42,
  not: 43,
  plus: 44,
  minus: 45,
  star: 46,
  slash: 47,
  percent: 48,
  pow: 49,
  doubleColon: 50,
  pipeline: 64,
  extends: 65,
  override: 66,
  let: 67,
  var: 68,
  if: 69,
  else: 70,
  for: 71,
  in: 72,
  match: 73,
  retry: 74,
  parallel: 75,
  defer: 76,
  return: 77,
  import: 78,
  true: 79,
  false: 80,
  nil: 81,
  try: 82,
  catch: 83,
  throw: 84,
  finally: 85,
  fn: 86,
  emit: 87,
  spawn: 88,
  while: 89,
  type: 90,
  enum: 91,
  eval_pack: 92,
  struct: 93,
  interface: 94,
  pub: 95,
  from: 96,
  to: 97,
  tool: 98,
  exclusive: 99,
  guard: 100,
  require: 101,
  deadline: 102,
  yield: 103,
  mutex: 104,
  break: 105,
  continue: 106,
  select: 107,
  impl: 108,
  skill: 109,
} as const;

export type TokenKind = (typeof T)[keyof typeof T];

const FIRST_WORD = T.pipeline;

const SPELLING: { readonly [K in keyof typeof T]?: string } = {
  eof: 'end of file',
  newline: '\\n',
  bad: 'invalid text',
  lbrace: '{',
  rbrace: '}',
  lparen: '(',
  rparen: ')',
  lbracket: '[',
  rbracket: ']',
  comma: ',',
  colon: ':',
  semicolon: ';',
  at: '@',
  dot: '.',
  ellipsis: '...',
  arrow: '->',
  assign: '=',
  plusAssign: '+=',
  minusAssign: '-=',
  starAssign: '*=',
  slashAssign: '/=',
  percentAssign: '%=',
  eq: '==',
  neq: '!=',
  lt: '<',
  gt: '>',
  lte: '<=',
  gte: '>=',
  and: '&&',
  or: '||',
  pipe: '|>',
  bar: '|',
  amp: '&',
  nilCoal: '??',
  question: '?',
  questionDot: '?.',
  not: '!',
  plus: '+',
  minus: '-',
  star: '*',
  slash: '/',
  percent: '%',
  pow: '**',
  doubleColon: '::',
};

/** How a kind without a value is written, by number. */
const TEXT_OF: readonly string[] = (() => {
  const out: string[] = [];
  for (const [name, kind] of Object.entries(T)) {
    out[kind] = SPELLING[name as keyof typeof T] ?? name;
  }
  return out;
})();

/** The reserved words. */
export const KEYWORDS: ReadonlyMap<string, TokenKind> = new Map(
  Object.entries(T).filter(([, kind]) => kind >= FIRST_WORD),
);

export function isKeyword(kind: TokenKind): boolean {
  return kind >= FIRST_WORD;
}

/** The spelling of a kind, for messages. */
export function spellingOf(kind: TokenKind): string {
  return TEXT_OF[kind] as string;
}

/** One token as an object: for tools. The parser reads the columns. */
export interface Token {
  readonly kind: TokenKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where a comment is and of which style. */
export interface CommentSpan {
  readonly style: 'line' | 'block' | 'doc';
  readonly start: number;
  readonly end: number;
}

/** Tokens of one text in order, the last one `eof`; newlines in a row are one token. */
export class TokenList {
  readonly text: string;
  readonly comments: CommentSpan[] = [];
  /** The range of a `#!` line. */
  shebang: { readonly start: number; readonly end: number } | undefined;
  kinds: Uint8Array;
  starts: Uint32Array;
  ends: Uint32Array;
  count = 0;

  constructor(text: string, expected: number) {
    this.text = text;
    const size = Math.max(16, expected);
    this.kinds = new Uint8Array(size);
    this.starts = new Uint32Array(size);
    this.ends = new Uint32Array(size);
  }

  push(kind: TokenKind, start: number, end: number): void {
    const i = this.count;
    if (i === this.kinds.length) this.#grow();
    this.kinds[i] = kind;
    this.starts[i] = start;
    this.ends[i] = end;
    this.count = i + 1;
  }

  kindAt(index: number): TokenKind {
    return (index < this.count ? this.kinds[index] : T.eof) as TokenKind;
  }

  textAt(index: number): string {
    return this.text.slice(this.starts[index], this.ends[index]);
  }

  at(index: number): Token {
    const kind = this.kindAt(index);
    return {
      kind,
      name: tokenName(kind),
      start: this.starts[index] as number,
      end: this.ends[index] as number,
    };
  }

  *[Symbol.iterator](): Generator<Token, void, undefined> {
    for (let i = 0; i < this.count; i += 1) yield this.at(i);
  }

  #grow(): void {
    const size = this.kinds.length * 2;
    const kinds = new Uint8Array(size);
    const starts = new Uint32Array(size);
    const ends = new Uint32Array(size);
    kinds.set(this.kinds);
    starts.set(this.starts);
    ends.set(this.ends);
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
  }
}

const NAME_OF: readonly string[] = (() => {
  const out: string[] = [];
  for (const [name, kind] of Object.entries(T)) out[kind] = name;
  return out;
})();

function tokenName(kind: TokenKind): string {
  return NAME_OF[kind] as string;
}

/** The longest piece of a name or a string that a message repeats. */
const MAX_SHOWN = 60;

/** A token as messages name it: `id(x)`, `int(5)`, `str(text)`, `;`. */
export function describeToken(tokens: TokenList, index: number): string {
  const kind = tokens.kindAt(index);
  const text = () => {
    const all = tokens.textAt(index);
    return all.length > MAX_SHOWN ? `${all.slice(0, MAX_SHOWN)}…` : all;
  };
  switch (kind) {
    case T.identifier:
      return `id(${text()})`;
    case T.int:
      return `int(${text()})`;
    case T.float:
      return `float(${text()})`;
    case T.duration:
      return `duration(${text()})`;
    case T.string:
    case T.rawString:
    case T.tripleString:
      return `str(${text().replace(/^r?#*"+|"+#*$/g, '')})`;
    default:
      return spellingOf(kind);
  }
}

export function isStringKind(kind: number): boolean {
  return kind === T.string || kind === T.rawString || kind === T.tripleString;
}
