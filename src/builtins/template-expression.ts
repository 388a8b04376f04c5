// Expressions inside `{{ ... }}` of prompt templates: literals, paths, comparisons, and/or/not, and filter pipes.

export type Expression =
  | {
      readonly kind: 'literal';
      readonly value: string | number | boolean | null;
      readonly float?: boolean;
    }
  | { readonly kind: 'path'; readonly root: string; readonly steps: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'filter';
      readonly name: string;
      readonly input: Expression;
      readonly args: readonly Expression[];
    };

/** A template that cannot be read; `offset` counts from the start of the text that was parsed. */
export class TemplateSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'TemplateSyntaxError';
    this.offset = offset;
  }
}

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:([A-Za-z_][\w-]*(?<!-))|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(==|!=|<=|>=|&&|\|\||[<>!|:,()[\].{}-]))/y;
const KINDS = ['name', 'number', 'string', 'symbol'] as const;
const ESCAPES: { readonly [char: string]: string } = { n: '\n', t: '\t', r: '\r' };

/** The tokens of a directive; names may contain dashes inside, as asset keys do. */
function tokenize(text: string, base: number): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  for (;;) {
    const at = TOKEN.lastIndex;
    if (at >= end) break;
    const match = TOKEN.exec(text);
    if (match === null)
      throw new TemplateSyntaxError(`unexpected \`${text.slice(at).trim()}\``, base + at);
    const group = KINDS.findIndex((_, i) => match[i + 1] !== undefined);
    tokens.push({ kind: KINDS[group] ?? 'symbol', text: match[group + 1] ?? '', at: base + at });
  }
  tokens.push({ kind: 'end', text: '', at: base + text.length });
  return tokens;
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

/** Reads a directive from left to right. */
export class ExpressionReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, base = 0) {
    this.#tokens = tokenize(text, base);
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** Takes the next token if it is this symbol or word. */
  take(text: string): boolean {
    if (this.#token.text !== text || this.#token.kind === 'string') return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected \`${text}\``);
  }

  name(): string {
    if (this.#token.kind !== 'name') this.fail('expected a name');
    this.#at += 1;
    return (this.#tokens[this.#at - 1] as Token).text;
  }

  end(): void {
    if (this.#token.kind !== 'end') this.fail(`unexpected \`${this.#token.text}\``);
  }

  fail(message: string): never {
    throw new TemplateSyntaxError(message, this.#token.at);
  }

  expression(): Expression {
    let out = this.#or();
    while (this.take('|')) {
      const name = this.name();
      const args: Expression[] = [];
      if (this.take(':')) {
        do args.push(this.#or());
        while (this.take(','));
      }
      out = { kind: 'filter', name, input: out, args };
    }
    return out;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.take('or') || this.take('||')) {
      left = { kind: 'binary', operator: 'or', left, right: this.#and() };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.take('and') || this.take('&&')) {
      left = { kind: 'binary', operator: 'and', left, right: this.#not() };
    }
    return left;
  }

  #not(): Expression {
    if (this.take('not') || this.take('!')) return { kind: 'not', operand: this.#not() };
    const left = this.#primary();
    const operator = COMPARISONS.find((each) => this.take(each));
    return operator === undefined
      ? left
      : { kind: 'binary', operator, left, right: this.#primary() };
  }

  #primary(): Expression {
    if (this.take('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    const negative = this.take('-');
    const token = this.#token;
    this.#at += 1;
    if (token.kind === 'number') {
      const value = Number(token.text) * (negative ? -1 : 1);
      return { kind: 'literal', value, float: token.text.includes('.') };
    }
    if (negative) this.fail('expected a number');
    if (token.kind === 'string') return { kind: 'literal', value: unquote(token.text) };
    if (token.kind === 'name') return this.#pathOrWord(token.text);
    this.#at -= 1;
    return this.fail('expected an expression');
  }

  #pathOrWord(root: string): Expression {
    if (root === 'true' || root === 'false') return { kind: 'literal', value: root === 'true' };
    if (root === 'nil') return { kind: 'literal', value: null };
    const steps: Expression[] = [];
    for (;;) {
      if (this.take('.')) steps.push({ kind: 'literal', value: this.name() });
      else if (this.take('[')) {
        steps.push(this.expression());
        this.expect(']');
      } else return { kind: 'path', root, steps };
    }
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
}
