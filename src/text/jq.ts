// The syntax of the query language after jq: text to a tree. What the tree means is for whoever has the values.
import { FormatError } from './format-error.ts';

/** A query. Every node turns one input into a stream of outputs. */
export type JqNode =
  | { readonly kind: 'identity' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'index'; readonly of: JqNode; readonly by: JqNode }
  | { readonly kind: 'slice'; readonly of: JqNode; readonly from?: JqNode; readonly to?: JqNode }
  | { readonly kind: 'each'; readonly of: JqNode }
  | { readonly kind: 'try'; readonly of: JqNode }
  | { readonly kind: 'pipe' | 'comma'; readonly left: JqNode; readonly right: JqNode }
  | {
      readonly kind: 'operator';
      readonly name: string;
      readonly left: JqNode;
      readonly right: JqNode;
    }
  | { readonly kind: 'negate'; readonly of: JqNode }
  | { readonly kind: 'list'; readonly of: JqNode | undefined }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [JqNode, JqNode])[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly JqNode[] };

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

/** So much of what nobody understands is repeated in an error. */
const MOST_SHOWN = 200;

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\.\.|\/\/|[=!<>]=|[.[\](){}|,:;?<>+\-*/%]))/y;

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = query.trimEnd().length;
  let at = 0;
  while (at < end) {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match === null) {
      throw new FormatError(`unexpected text at ${at + 1}: ${query.slice(at, at + MOST_SHOWN)}`);
    }
    const [, string, number, word, mark] = match;
    const kind =
      string !== undefined ? 'string' : number !== undefined ? 'number' : word ? 'word' : 'mark';
    const text = string ?? number ?? word ?? mark ?? '';
    at = pattern.lastIndex;
    tokens.push({ kind, text, at: at - text.length });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: query.length }];
}

const IDENTITY: JqNode = { kind: 'identity' };
/** From what binds least to what binds most; `|` and `,` come before them. */
const LEVELS: readonly (readonly string[])[] = [
  ['//'],
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The tree of a query; a mistake is an error with its place. */
export function parseJq(query: string): JqNode {
  const parser = new Parser(tokensOf(query));
  const node = parser.pipe(true);
  parser.expectEnd();
  return node;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #is(text: string): boolean {
    return this.#next.text === text && this.#next.kind !== 'string';
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected(`expected \`${text}\``);
  }

  expectEnd(): void {
    if (this.#next.kind !== 'end') this.#unexpected('expected an operator');
  }

  #unexpected(what: string): never {
    throw new FormatError(`${what} at ${this.#next.at + 1}, found ${this.#next.text}`);
  }

  /** Without `commas`, a comma ends the expression: the values of a dict. */
  pipe(commas: boolean): JqNode {
    const left = commas ? this.#commas() : this.#level(0);
    if (!this.#take('|')) return left;
    return { kind: 'pipe', left, right: this.pipe(commas) };
  }

  #commas(): JqNode {
    let left = this.#level(0);
    while (this.#take(',')) left = { kind: 'comma', left, right: this.#level(0) };
    return left;
  }

  #level(depth: number): JqNode {
    const names = LEVELS[depth];
    if (names === undefined) return this.#unary();
    let left = this.#level(depth + 1);
    for (;;) {
      const name = this.#next.text;
      if (this.#next.kind === 'string' || !names.includes(name)) return left;
      this.#at += 1;
      left = { kind: 'operator', name, left, right: this.#level(depth + 1) };
    }
  }

  #unary(): JqNode {
    if (this.#take('-')) return { kind: 'negate', of: this.#unary() };
    if (this.#is('not')) {
      this.#at += 1;
      // `not` alone is a filter, before a term it negates that.
      const args = this.#startsTerm() ? [this.#unary()] : [];
      return { kind: 'call', name: 'not', args };
    }
    return this.#postfix(this.#term());
  }

  #startsTerm(): boolean {
    const { kind, text } = this.#next;
    if (kind === 'word') return !['and', 'or'].includes(text);
    return kind === 'string' || kind === 'number' || ['.', '..', '(', '[', '{'].includes(text);
  }

  #term(): JqNode {
    const { kind, text } = this.#next;
    if (kind === 'end') this.#unexpected('expected a query');
    this.#at += 1;
    if (kind === 'string') return { kind: 'literal', value: unquoted(text) };
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'word') return this.#word(text);
    if (text === '..') return { kind: 'descend' };
    if (text === '.') return this.#field(IDENTITY) ?? IDENTITY;
    if (text === '(') return this.#closed(this.pipe(true), ')');
    if (text === '[') {
      if (this.#take(']')) return { kind: 'list', of: undefined };
      return this.#closed<JqNode>({ kind: 'list', of: this.pipe(true) }, ']');
    }
    if (text === '{') return this.#dict();
    this.#at -= 1;
    return this.#unexpected('expected a query');
  }

  #closed<T>(node: T, mark: string): T {
    this.#expect(mark);
    return node;
  }

  #word(name: string): JqNode {
    if (name === 'null') return { kind: 'literal', value: null };
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
    const args: JqNode[] = [];
    if (this.#take('(')) {
      do args.push(this.pipe(true));
      while (this.#take(';') || this.#take(','));
      this.#expect(')');
    }
    return { kind: 'call', name, args };
  }

  #dict(): JqNode {
    const entries: (readonly [JqNode, JqNode])[] = [];
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      entries.push(this.#entry());
    }
    return { kind: 'dict', entries };
  }

  #entry(): readonly [JqNode, JqNode] {
    const { kind, text } = this.#next;
    if (kind === 'end' || (kind === 'mark' && text !== '(')) this.#unexpected('expected a key');
    this.#at += 1;
    const key: JqNode =
      kind === 'mark' && text === '('
        ? this.#closed(this.pipe(true), ')')
        : { kind: 'literal', value: kind === 'string' ? unquoted(text) : text };
    if (this.#take(':')) return [key, this.pipe(false)];
    return [key, { kind: 'index', of: IDENTITY, by: key }];
  }

  #postfix(start: JqNode): JqNode {
    let node = start;
    for (;;) {
      if (this.#take('?')) node = { kind: 'try', of: node };
      else if (this.#take('[')) node = this.#brackets(node);
      else if (this.#take('.')) {
        const field = this.#field(node);
        if (field !== undefined) node = field;
        else if (this.#take('[')) node = this.#brackets(node);
        else this.#unexpected('expected a name');
      } else return node;
    }
  }

  /** `.name` and `."name"`, after the dot. */
  #field(of: JqNode): JqNode | undefined {
    const { kind, text } = this.#next;
    if (kind !== 'word' && kind !== 'string') return undefined;
    this.#at += 1;
    const value = kind === 'string' ? unquoted(text) : text;
    return { kind: 'index', of, by: { kind: 'literal', value } };
  }

  #brackets(of: JqNode): JqNode {
    if (this.#take(']')) return { kind: 'each', of };
    if (this.#take(':'))
      return this.#closed<JqNode>({ kind: 'slice', of, to: this.pipe(true) }, ']');
    const from = this.pipe(true);
    if (!this.#take(':')) return this.#closed<JqNode>({ kind: 'index', of, by: from }, ']');
    if (this.#take(']')) return { kind: 'slice', of, from };
    return this.#closed<JqNode>({ kind: 'slice', of, from, to: this.pipe(true) }, ']');
  }
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new FormatError(`${text} is no string`);
  }
}
