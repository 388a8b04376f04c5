// Reads the literals that models write where JSON was asked for: JSON, and with it unquoted keys, single quotes,
// backticks, trailing commas and comments. Data only; nothing is evaluated.
import type { Json } from '../../base/index.ts';

export type LiteralRead =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly problem: string };

/** Reads a whole text as one literal. */
export function readLiteral(text: string): LiteralRead {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    // Not strict JSON: the reader below knows the freer forms and says where it stops.
  }
  const reader = new LiteralReader(text);
  try {
    return { ok: true, value: reader.whole() };
  } catch (error) {
    if (error instanceof LiteralStop) return { ok: false, problem: error.problem };
    throw error;
  }
}

class LiteralStop extends Error {
  readonly problem: string;

  constructor(problem: string) {
    super(problem);
    this.problem = problem;
  }
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['nil', null],
  ['None', null],
  ['True', true],
  ['False', false],
]);
const ESCAPES: { readonly [char: string]: string } = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
};
const MAX_DEPTH = 64;

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#stop('something follows the value');
    return value;
  }

  #value(depth: number): Json {
    if (depth > MAX_DEPTH) throw this.#stop('it is nested too deeply');
    this.#space();
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#list(depth);
    if (char === '"' || char === "'" || char === '`') return this.#string(char);
    const word = this.#match(/[A-Za-z_]\w*/y);
    if (word !== undefined) {
      const value = WORDS.get(word);
      if (value === undefined) throw this.#stop(`"${word}" is no value; put texts in quotes`);
      return value;
    }
    const number = this.#match(/-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (number === undefined) throw this.#stop('a value is missing');
    return Number(number);
  }

  #object(depth: number): Json {
    const entries: [string, Json][] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#take('}')) return Object.fromEntries(entries);
      const quote = this.#text[this.#at];
      const key =
        quote === '"' || quote === "'" ? this.#string(quote) : this.#match(/[A-Za-z_$][\w$-]*/y);
      if (key === undefined) throw this.#stop('a key is missing');
      this.#space();
      if (!this.#take(':')) throw this.#stop(`":" is missing after "${key}"`);
      entries.push([key, this.#value(depth + 1)]);
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== '}')
        throw this.#stop('"," or "}" is missing');
    }
  }

  #list(depth: number): Json {
    const items: Json[] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#take(']')) return items;
      items.push(this.#value(depth + 1));
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== ']')
        throw this.#stop('"," or "]" is missing');
    }
  }

  #string(quote: string): string {
    let out = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at] as string;
      if (char === quote) {
        this.#at += 1;
        return out;
      }
      out += char === '\\' ? this.#escape() : char;
    }
    throw this.#stop('a text is not closed');
  }

  #escape(): string {
    this.#at += 1;
    const char = this.#text[this.#at] ?? '';
    if (char !== 'u') return ESCAPES[char] ?? char;
    const code = this.#text.slice(this.#at + 1, this.#at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(code)) throw this.#stop('\\u needs four hex digits');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  #space(): void {
    this.#match(/(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y);
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #stop(what: string): LiteralStop {
    return new LiteralStop(`${what} (at character ${this.#at + 1})`);
  }
}
