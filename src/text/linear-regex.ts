// Patterns on which a backtracking engine can take exponential time run on an engine that takes linear time. They are
// RegExps to whoever uses them, so nobody has to tell the two apart.
import { RE2JS } from 're2js';

/** Whether a group that repeats has repetition or choice in it, as in `(a+)+` and `(a|ab)*`. */
export function canExplode(source: string): boolean {
  const open: boolean[] = [];
  let inClass = false;
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (char === '\\') i += 1;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') open.push(false);
    else if (char === ')') {
      const varies = open.pop() === true;
      if (varies && /^(?:[*+]|\{\d+,?\d*\})/.test(source.slice(i + 1, i + 12))) return true;
      if (varies && open.length > 0) open[open.length - 1] = true;
    } else if (open.length > 0 && /[*+|{]/.test(char as string)) open[open.length - 1] = true;
  }
  return false;
}

/** A global RegExp whose matches the linear engine finds; `source` is in JavaScript's syntax without look-around. */
export class LinearRegExp extends RegExp {
  readonly #engine: RE2JS;

  constructor(source: string, flags: string) {
    super(source, flags);
    const wanted: readonly (readonly [string, number])[] = [
      ['i', RE2JS.CASE_INSENSITIVE],
      ['m', RE2JS.MULTILINE],
      ['s', RE2JS.DOTALL],
    ];
    const bits = wanted.reduce((all, [flag, bit]) => (flags.includes(flag) ? all | bit : all), 0);
    this.#engine = RE2JS.compile(source.replace(/\\u\{/g, '\\x{'), bits);
  }

  override exec(text: string): RegExpExecArray | null {
    if (this.lastIndex > text.length) {
      this.lastIndex = 0;
      return null;
    }
    const matcher = this.#engine.matcher(text);
    if (!matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) =>
      matcher.start(group) < 0 ? undefined : text.slice(matcher.start(group), matcher.end(group)),
    );
    this.lastIndex = matcher.end(0);
    const names = Object.entries(this.#engine.namedGroups() as { readonly [name: string]: number });
    const match = { index: matcher.start(0), input: text };
    if (names.length === 0) return Object.assign(groups as [string], match);
    const named = Object.fromEntries(names.map(([name, at]) => [name, groups[at] as string]));
    return Object.assign(groups as [string], match, { groups: named });
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
    // A copy keeps the position, because one compiled pattern serves many searches.
    const own = new LinearRegExp(this.source, this.flags);
    for (let match = own.exec(text); match !== null; match = own.exec(text)) {
      yield match;
      if (match[0] === '') own.lastIndex += (text.codePointAt(own.lastIndex) ?? 0) > 0xffff ? 2 : 1;
    }
  }
}
