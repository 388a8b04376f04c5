// Regular expressions in the syntax that Harn programs use (that of Rust's regex crate), translated. Differences that would change a result are translated, what the syntax does not have
// (look-around, back-references) is refused. Only patterns with bounded work at each place run on the platform's engine,
// all others on a linear one: time grows with the text, whatever the pattern, wherever it comes from.

import { ownEntry } from '../base/index.ts';
import { LinearRegExp } from './linear-regex.ts';
import { isBounded } from './pattern-cost.ts';

/** A pattern that cannot be used; the message says why. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}

const FLAG_MEANING: { readonly [flag: string]: string } = { i: 'i', m: 'm', s: 's' };
/** Meta characters of JavaScript that keep their backslash; other escaped punctuation becomes itself. */
const SYNTAX = new Set('^$\\.*+?()[]{}|/');
/** Shorthand classes mean Unicode classes; these work inside and outside brackets. */
const CLASSES: { readonly [letter: string]: string } = {
  w: '\\p{L}\\p{M}\\p{N}\\p{Pc}',
  d: '\\p{Nd}',
  s: '\\t-\\r \\u{85}\\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}\\u{205f}\\u{3000}',
};
/** What is not in those, for inside of brackets. */
const OTHERS: { readonly [letter: string]: string } = {
  D: '\\P{Nd}',
  S: '\\x00-\\x08\\x0e-\\x1f!-\\u{84}\\u{86}-\\u{9f}\\u{a1}-\\u{167f}\\u{1681}-\\u{1fff}\\u{200b}-\\u{2027}\\u{202a}-\\u{202e}\\u{2030}-\\u{205e}\\u{2060}-\\u{2fff}\\u{3001}-\\u{10ffff}',
};
/** Written twice in brackets: intersection, difference and symmetric difference. Dashes in front are members. */
const SET_OPERATORS = new Set('&-~');
const TEXT_START = '(?<![\\s\\S])';
const TEXT_END = '(?![\\s\\S])';
const POSIX: { readonly [name: string]: string } = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t-\\r ',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

/** Programs match with few patterns, many times; translating one costs far more than most matches. */
const MOST_COMPILED = 256;
/** Longer patterns are somebody's mistake: they take seconds to compile. */
const MOST_CHARS = 65_536;
/** What the platform's engine surely takes; it refuses long patterns, and only when they are first used. */
const MOST_PLAIN = 10_000;
/** Groups in groups. */
const DEEPEST = 250;
const COMPILED = new Map<string, RegExp>();

/**
 * A compiled, global pattern. `flags` are any of `i`, `m`, `s` and `x`. The same pattern gives the same object: use it
 * through methods that keep no position in it (`matchAll`, `search`, `replace`, `split`), not `test` or `exec`.
 */
export function compilePattern(pattern: string, flags = ''): RegExp {
  // The length first: no flags and pattern read as other flags and another pattern.
  const key = `${flags.length}:${flags}${pattern}`;
  const known = COMPILED.get(key);
  if (known !== undefined) return known;
  const compiled = compile(pattern, flags);
  if (COMPILED.size >= MOST_COMPILED) forgetOldest();
  COMPILED.set(key, compiled);
  return compiled;
}

function forgetOldest(): void {
  for (const key of COMPILED.keys()) {
    COMPILED.delete(key);
    return;
  }
}

function compile(pattern: string, flags: string): RegExp {
  if (pattern.length > MOST_CHARS)
    throw new PatternError(`the pattern is longer than ${MOST_CHARS} characters`);
  const translator = new Translator(pattern, flags);
  const source = translator.translate();
  try {
    const all = `gu${translator.flags}`;
    // The anchors of a whole text are look-around in JavaScript, and bounded.
    const isPlain =
      source.length <= MOST_PLAIN &&
      isBounded(source.replaceAll(TEXT_START, '^').replaceAll(TEXT_END, '$'));
    return isPlain ? new RegExp(source, all) : new LinearRegExp(source, all);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new PatternError(
      text.replace(/^(?:Invalid regular expression|error parsing regexp): /, ''),
    );
  }
}

class Translator {
  readonly #pattern: string;
  readonly #flags = new Set<string>();
  #verbose = false;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, flags: string) {
    const inline = /^\(\?([imsxu]+)\)/.exec(pattern);
    this.#pattern = inline === null ? pattern : pattern.slice(inline[0].length);
    for (const flag of flags + (inline?.[1] ?? '')) this.#setFlag(flag);
  }

  get flags(): string {
    return [...this.#flags].join('');
  }

  translate(): string {
    let out = '';
    while (this.#at < this.#pattern.length) out += this.#piece();
    return out;
  }

  #setFlag(flag: string): void {
    if (flag === 'x') this.#verbose = true;
    else if (flag !== 'u') {
      const known = FLAG_MEANING[flag];
      if (known === undefined) throw new PatternError(`unknown flag '${flag}'`);
      this.#flags.add(known);
    }
  }

  #take(count = 1): string {
    const text = this.#pattern.slice(this.#at, this.#at + count);
    this.#at += count;
    return text;
  }

  #piece(): string {
    const char = this.#take();
    if (char === '\\') return this.#escape(false);
    if (char === '[') return this.#class();
    if (char === '(') return this.#group();
    if (char === ')') this.#depth -= 1;
    // `.` in JavaScript also stops at \r and the Unicode line ends.
    if (char === '.') return this.#flags.has('s') ? '.' : '[^\\n]';
    if (this.#verbose && /\s/.test(char)) return '';
    if (this.#verbose && char === '#') return this.#comment();
    return char === '/' ? '\\/' : char;
  }

  #comment(): string {
    const end = this.#pattern.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#pattern.length : end + 1;
    return '';
  }

  #group(): string {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new PatternError(`more than ${DEEPEST} groups in each other`);
    const rest = this.#pattern.slice(this.#at);
    if (/^\?(?:=|!|<=|<!)/.test(rest)) {
      throw new PatternError('look-around, including look-ahead and look-behind, is not supported');
    }
    const named = /^\?P?<([A-Za-z_]\w*)>/.exec(rest);
    if (named !== null) {
      this.#at += named[0].length;
      return `(?<${named[1]}>`;
    }
    if (rest.startsWith('?:')) return `(${this.#take(2)}`;
    if (rest.startsWith('?')) {
      throw new PatternError('flags are only supported at the start of the pattern');
    }
    return '(';
  }

  #escape(inClass: boolean): string {
    const char = this.#take();
    if (char === '') throw new PatternError('incomplete escape sequence');
    const shorthand = CLASSES[char];
    if (shorthand !== undefined) return inClass ? shorthand : `[${shorthand}]`;
    const negated = CLASSES[char.toLowerCase()];
    if (negated !== undefined) {
      if (!inClass) return `[^${negated}]`;
      const others = OTHERS[char];
      if (others === undefined) throw new PatternError('\\W is not supported inside brackets');
      return others;
    }
    if (/[1-9]/.test(char)) throw new PatternError('backreferences are not supported');
    return this.#plainEscape(char, inClass);
  }

  #plainEscape(char: string, inClass: boolean): string {
    if (char === 'A') return TEXT_START;
    if (char === 'z') return TEXT_END;
    if (char === 'b' && inClass) return '\\x08';
    if (char === 'a') return '\\x07';
    if (char === 'x' && this.#pattern[this.#at] === '{') {
      return `\\u${this.#take(this.#pattern.indexOf('}', this.#at) - this.#at + 1)}`;
    }
    if (/[bBnrtvfpPxu0]/.test(char)) return `\\${char}`;
    if (/[A-Za-z]/.test(char)) throw new PatternError(`unrecognized escape sequence \\${char}`);
    if (SYNTAX.has(char) || (inClass && char === '-')) return `\\${char}`;
    return char;
  }

  #class(): string {
    let out = '[';
    if (this.#pattern[this.#at] === '^') out += this.#take();
    // A closing bracket in first place is a member.
    if (this.#pattern[this.#at] === ']') {
      this.#take();
      out += '\\]';
    }
    for (;;) {
      const char = this.#take();
      if (char === '') throw new PatternError('unclosed character class');
      if (char === ']') return `${out}]`;
      if (SET_OPERATORS.has(char) && this.#pattern[this.#at] === char && !/^\[\^?-*$/.test(out)) {
        throw new PatternError(`the set operator ${char}${char} in brackets is not supported`);
      }
      if (char === '\\') out += this.#escape(true);
      else if (char === '[') out += this.#posix();
      else out += char;
    }
  }

  #posix(): string {
    const match = /^:(\w+):\]/.exec(this.#pattern.slice(this.#at));
    const members = match === null ? undefined : ownEntry(POSIX, match[1] as string);
    if (match === null || members === undefined) return '\\[';
    this.#at += match[0].length;
    return members;
  }
}

const REFERENCE = /\$(?:\$|\{([^}]*)\}|(\w+))/g;

/** Fills `$1`, `$name`, `${name}` and `$$` of a replacement from a match; an unknown group is empty. */
export function expandReplacement(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(REFERENCE, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    if (/^\d+$/.test(name)) return match[Number(name)] ?? '';
    return match.groups?.[name] ?? '';
  });
}
