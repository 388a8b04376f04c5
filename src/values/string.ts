// Strings are JavaScript strings whose characters are Unicode scalars: every index, length and order here counts
// code points, not UTF-16 units. Texts without surrogates, nearly all, take the fast path of plain units.

const SURROGATE = /[\ud800-\udfff]/;

/** Whether units and characters differ. One-byte texts answer at once: V8 compiles the test to "never". */
function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text);
}

let cachedText: string | undefined;
let cachedChars: readonly string[] | undefined;

/** The characters of a text that has surrogates; the last answer is kept, because loops ask again and again. */
function charsOf(text: string): readonly string[] {
  if (cachedChars === undefined || cachedText !== text) {
    cachedText = text;
    cachedChars = Array.from(text);
  }
  return cachedChars;
}

/** The number of characters. */
export function charCount(text: string): number {
  return hasSurrogates(text) ? charsOf(text).length : text.length;
}

/** The characters as one-character strings. */
export function chars(text: string): string[] {
  return hasSurrogates(text) ? [...charsOf(text)] : text.split('');
}

/** The character at an index; negative counts from the end; undefined outside. */
export function charAt(text: string, index: number): string | undefined {
  if (!hasSurrogates(text)) return text[index < 0 ? index + text.length : index];
  const list = charsOf(text);
  return list[index < 0 ? index + list.length : index];
}

/** The characters in `[start, end)`; both are already inside `0..charCount`. */
export function sliceChars(text: string, start: number, end: number): string {
  if (start >= end) return '';
  return hasSurrogates(text) ? charsOf(text).slice(start, end).join('') : text.slice(start, end);
}

/** A unit offset as a character offset. */
export function charOffset(text: string, unitOffset: number): number {
  return unitOffset <= 0 || !hasSurrogates(text)
    ? unitOffset
    : charCount(text.slice(0, unitOffset));
}

/** Order by code point, which is also the order of UTF-8 bytes: -1, 0 or 1. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  // Below the surrogates unit order is code-point order, so only a difference at a surrogate needs care.
  if (!hasSurrogates(a) && !hasSurrogates(b)) return a < b ? -1 : 1;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return orderOfUnit(x) < orderOfUnit(y) ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** Moves surrogates above the rest of the plane they stand in for. */
function orderOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
