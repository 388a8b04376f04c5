// Patterns on a linear engine, as RegExps to whoever uses them, so that nobody has to tell the two engines apart.
import { type Matcher, RE2JS } from 're2js';

/** A global RegExp whose matches the linear engine finds, in time that grows with the text and not faster. */
export class LinearRegExp extends RegExp {
  readonly #engine: RE2JS;
  readonly #names: readonly (readonly [string, number])[];

  /** `source` is in JavaScript's syntax, without look-around but for the two that `linearSource` knows. */
  constructor(source: string, flags: string) {
    super(source, flags);
    const wanted: readonly (readonly [string, number])[] = [
      ['i', RE2JS.CASE_INSENSITIVE],
      ['m', RE2JS.MULTILINE],
      ['s', RE2JS.DOTALL],
    ];
    const bits = wanted.reduce((all, [flag, bit]) => (flags.includes(flag) ? all | bit : all), 0);
    this.#engine = RE2JS.compile(linearSource(source), bits);
    this.#names = Object.entries(this.#engine.namedGroups() as { readonly [name: string]: number });
  }

  override exec(text: string): RegExpExecArray | null {
    if (this.lastIndex <= text.length) {
      const matcher = this.#engine.matcher(text);
      if (matcher.find(this.lastIndex)) {
        this.lastIndex = matcher.end(0);
        return this.#found(matcher, text);
      }
    }
    this.lastIndex = 0;
    return null;
  }

  override [Symbol.split](text: string, limit = 2 ** 32 - 1): string[] {
    const parts: string[] = [];
    let last = 0;
    for (const match of this[Symbol.matchAll](text)) {
      parts.push(text.slice(last, match.index), ...match.slice(1));
      last = match.index + match[0].length;
    }
    return [...parts, text.slice(last)].slice(0, limit);
  }

  override *[Symbol.matchAll](text: string): RegExpStringIterator<RegExpExecArray> {
    const matcher = this.#engine.matcher(text);
    let at = 0;
    while (at <= text.length && matcher.find(at)) {
      const match = this.#found(matcher, text);
      yield match;
      at = match.index + match[0].length;
      if (match[0] === '') at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    }
  }

  #found(matcher: Matcher, text: string): RegExpExecArray {
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) =>
      matcher.start(group) < 0 ? undefined : text.slice(matcher.start(group), matcher.end(group)),
    );
    const match = { index: matcher.start(0), input: text };
    if (this.#names.length === 0) return Object.assign(groups as [string], match);
    const named = this.#names.map(([name, at]) => [name, groups[at] as string]);
    return Object.assign(groups as [string], match, { groups: Object.fromEntries(named) });
  }
}

/** JavaScript's spelling as the linear engine reads it. */
function linearSource(source: string): string {
  return source
    .replaceAll('(?<![\\s\\S])', '\\A')
    .replaceAll('(?![\\s\\S])', '\\z')
    .replace(ESCAPE, (whole, hex?: string, sign?: string, name?: string) => {
      if (hex !== undefined) return `\\x{${hex.replace(/[{}]/g, '')}}`;
      return sign === undefined ? whole : `\\${sign}{${name}}`;
    });
}

/** An escape; those that the engines spell differently in groups. */
const ESCAPE =
  /\\(?:u([0-9A-Fa-f]{4}|\{[^}]*\})|([pP])\{(?:Script|sc|General_Category|gc)=([^}]*)\}|[\s\S])/g;
