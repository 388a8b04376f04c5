// Methods of strings. Positions and lengths count characters (Unicode scalars).
import { slice } from '../access.ts';
import { display } from '../display.ts';
import { toIter } from '../source.ts';
import { charAt, charCount, charOffset, chars } from '../string.ts';
import type { List, Value } from '../value.ts';
import { arg, intArg, type PlainMethods, plainMethods, textArg } from './method.ts';

/** Unicode White_Space: unlike JavaScript's `trim` it has U+0085 and lacks U+FEFF. All of it is one unit long. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && SPACE.test(text.charAt(start))) start += 1;
  return text.slice(start);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

export function trim(text: string): string {
  return trimEnd(trimStart(text));
}

/** Every occurrence; an empty search text matches between all characters. */
export function replaceText(text: string, search: string, replacement: string): string {
  if (search !== '') return text.replaceAll(search, () => replacement);
  return (
    replacement +
    chars(text)
      .map((char) => char + replacement)
      .join('')
  );
}

/** The parts between separators; an empty separator gives the characters between two empty ends. */
export function splitText(text: string, separator: string): List {
  return separator === '' ? ['', ...chars(text), ''] : text.split(separator);
}

/** Without line ends; a final line break does not start another line. */
export function lines(text: string): List {
  const parts = text.split('\n');
  if (parts.at(-1) === '') parts.pop();
  return parts.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

export function reverseText(text: string): string {
  return chars(text).reverse().join('');
}

/** The character position of a part, or -1. */
export function indexOfText(text: string, part: string): number {
  return charOffset(text, text.indexOf(part));
}

export function lastIndexOfText(text: string, part: string): number {
  return charOffset(text, text.lastIndexOf(part));
}

/** Enough padding characters to reach `width`; only the first character of `fill` counts. */
export function padding(text: string, width: number, fill: string): string {
  const missing = width - charCount(text);
  return missing > 0 ? (charAt(fill, 0) ?? ' ').repeat(missing) : '';
}

/** `substring(start, end)` as a method: end exclusive, both cut to the text. */
export function substring(text: string, args: List): Value {
  const end = arg(args, 1);
  const from = Math.max(0, intArg(args, 0, 0));
  return slice(text, from, end === null ? null : Math.max(0, intArg(args, 1, 0)));
}

export const stringMethods: PlainMethods<string> = plainMethods<string>(
  {
    count: (text) => charCount(text),
    empty: (text) => text === '',
    contains: (text, args) => text.includes(display(arg(args, 0))),
    starts_with: (text, args) => text.startsWith(display(arg(args, 0))),
    ends_with: (text, args) => text.endsWith(display(arg(args, 0))),
    replace: (text, args) => replaceText(text, display(arg(args, 0)), display(arg(args, 1))),
    split: (text, args) => splitText(text, textArg(args, 0, ',')),
    trim,
    trim_start: trimStart,
    trim_end: trimEnd,
    lines,
    lowercase: (text) => text.toLowerCase(),
    uppercase: (text) => text.toUpperCase(),
    substring,
    slice: (text, args) => slice(text, intArg(args, 0, 0), arg(args, 1)),
    char_at: (text, args) => {
      const at = intArg(args, 0, 0);
      return at < 0 ? null : (charAt(text, at) ?? null);
    },
    index_of: (text, args) => indexOfText(text, display(arg(args, 0))),
    last_index_of: (text, args) => lastIndexOfText(text, display(arg(args, 0))),
    chars: (text) => chars(text),
    reverse: reverseText,
    repeat: (text, args) => text.repeat(Math.max(0, intArg(args, 0, 0))),
    pad_left: (text, args) => padding(text, intArg(args, 0, 0), textArg(args, 1, ' ')) + text,
    pad_right: (text, args) => text + padding(text, intArg(args, 0, 0), textArg(args, 1, ' ')),
    iter: (text) => toIter(text),
  },
  {
    len: 'count',
    size: 'count',
    lower: 'lowercase',
    to_lower: 'lowercase',
    upper: 'uppercase',
    to_upper: 'uppercase',
    rfind: 'last_index_of',
    reversed: 'reverse',
  },
);
