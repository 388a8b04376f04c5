// A JSON parser that keeps what Harn values can hold and JavaScript numbers cannot, and that says where a text stops
// being JSON. Used when the platform's parser would lose something or has refused.
import { dictPut, type MutableDict } from './dict.ts';
import { fail } from './errors.ts';
import { HFloat, MAX_INT, MIN_INT, makeFloat, makeInt, type Value } from './value.ts';

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: { readonly [char: string]: string } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
/** Deeper nesting is refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 512;

export class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The whole text as one value. */
  document(): Value {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('trailing characters');
    return value;
  }

  #value(): Value {
    this.#space();
    const char = this.#text[this.#at];
    if (char === undefined) return this.#fail('EOF while parsing a value');
    if (char === '"') return this.#string();
    if (char === '{') return this.#nested(() => this.#object());
    if (char === '[') return this.#nested(() => this.#list());
    if (char === '-' || (char >= '0' && char <= '9')) return this.#number();
    return this.#word();
  }

  #nested(read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail('recursion limit exceeded');
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #word(): Value {
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#fail('expected value', 1);
  }

  #number(): Value {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) return this.#fail('invalid number', 1);
    this.#at += match[0].length;
    if (/^[\d.eE+-]/.test(this.#text.slice(this.#at, this.#at + 1)))
      this.#fail('invalid number', 1);
    const [text, fraction, exponent] = match;
    const double = Number(text);
    if (!Number.isFinite(double)) return this.#fail('number out of range');
    if (fraction !== undefined || exponent !== undefined) return makeFloat(double);
    if (text === '-0') return new HFloat(-0);
    if (Number.isSafeInteger(double)) return double;
    const exact = BigInt(text);
    return exact >= MIN_INT && exact <= MAX_INT ? makeInt(exact) : new HFloat(double);
  }

  #string(): string {
    this.#at += 1;
    let out = '';
    for (;;) {
      PLAIN_TEXT.lastIndex = this.#at;
      const plain = PLAIN_TEXT.exec(this.#text)?.[0] ?? '';
      out += plain;
      this.#at += plain.length;
      const char = this.#text[this.#at];
      this.#at += 1;
      if (char === '"') return out;
      if (char === undefined) return this.#fail('EOF while parsing a string', -1);
      if (char !== '\\')
        this.#fail('control character (\\u0000-\\u001F) found while parsing a string');
      out += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text[this.#at];
    if (char === undefined) return this.#fail('EOF while parsing a string');
    this.#at += 1;
    if (char === 'u') return this.#unicode();
    return ESCAPES[char] ?? this.#fail('invalid escape');
  }

  #unicode(): string {
    const first = this.#hex();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first > 0xdbff || !this.#text.startsWith('\\u', this.#at)) {
      return this.#fail('lone leading surrogate in hex escape');
    }
    this.#at += 2;
    const second = this.#hex();
    if (second < 0xdc00 || second > 0xdfff) this.#fail('lone leading surrogate in hex escape');
    return String.fromCharCode(first, second);
  }

  #hex(): number {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[\da-fA-F]{4}$/.test(digits)) return this.#fail('invalid escape');
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #list(): Value {
    const out: Value[] = [];
    this.#space();
    if (this.#take(']')) return out;
    for (;;) {
      out.push(this.#value());
      this.#space();
      if (this.#take(']')) return out;
      if (!this.#take(',')) this.#separator('EOF while parsing a list', 'expected `,` or `]`');
      this.#space();
      if (this.#text[this.#at] === ']') this.#fail('trailing comma', 1);
    }
  }

  #object(): Value {
    const out: MutableDict = {};
    this.#space();
    if (this.#take('}')) return out;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') {
        this.#separator('EOF while parsing an object', 'key must be a string');
      }
      const key = this.#string();
      this.#space();
      if (!this.#take(':')) this.#separator('EOF while parsing an object', 'expected `:`');
      dictPut(out, key, this.#value());
      this.#space();
      if (this.#take('}')) return out;
      if (!this.#take(',')) this.#separator('EOF while parsing an object', 'expected `,` or `}`');
      this.#space();
      if (this.#text[this.#at] === '}') this.#fail('trailing comma', 1);
    }
  }

  #separator(atEnd: string, otherwise: string): never {
    return this.#at >= this.#text.length ? this.#fail(atEnd) : this.#fail(otherwise, 1);
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char !== ' ' && char !== '\n' && char !== '\r' && char !== '\t') return;
      this.#at += 1;
    }
  }

  /** Positions are 1-based; the end of the text counts as its last character. */
  #fail(problem: string, ahead = 0): never {
    const read = this.#text.slice(0, this.#at + ahead);
    const lines = read.split('\n');
    throw fail.json({
      problem,
      line: lines.length,
      column: new TextEncoder().encode(lines.at(-1)).length,
    });
  }
}
