// Where string literals and their interpolations end. Used by the lexer to skip them and by string-literal.ts to
// take them apart, so that both agree.

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const DOLLAR = 36;
const LBRACE = 123;
const RBRACE = 125;
const HASH = 35;
const SMALL_R = 114;
const SLASH = 47;

/** Interpolations inside interpolations deeper than this are scanned by counting braces. */
const MAX_NESTED = 32;

/** The text, how far scanning may go, and how many characters inside interpolations may be looked at. */
export interface ScanRange {
  readonly text: string;
  readonly end: number;
  /** Nested strings are tried again at each level; hostile text would make that exponential. */
  budget: number;
}

export function createScanRange(text: string, start = 0, end = text.length): ScanRange {
  return { text, end, budget: 10_000 + 20 * (end - start) };
}

/** The offset after a `"…"` that opens at `start`, or -1 when it does not end on its line. */
export function endOfString(range: ScanRange, start: number, nested = 0): number {
  const { text, end } = range;
  for (let i = start + 1; i < end; i += 1) {
    if (nested > 0 && --range.budget < 0) return -1;
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i + 1;
    if (c === NEWLINE) return -1;
    if (c === BACKSLASH) {
      if (text.charCodeAt(i + 1) === NEWLINE) return -1;
      i += 1;
    } else if (c === DOLLAR && text.charCodeAt(i + 1) === LBRACE) {
      const close = endOfInterpolation(range, i + 2, nested + 1);
      if (close === -1) return -1;
      i = close;
    }
  }
  return -1;
}

/** The offset after a `"""…"""` that opens at `start`, or -1. */
export function endOfTriple(range: ScanRange, start: number): number {
  const { text, end } = range;
  for (let i = start + 3; i < end; i += 1) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i += 1;
    else if (c === QUOTE && text.startsWith('"""', i)) return i + 3;
    else if (c === DOLLAR && text.charCodeAt(i + 1) === LBRACE) {
      const close = endOfInterpolation(range, i + 2, 1);
      if (close !== -1) i = close;
    }
  }
  return -1;
}

/** The offset after `r"…"` or `r#"…"#` that starts at `start`, or -1; 0 when it is not a raw string at all. */
export function endOfRaw(range: ScanRange, start: number): number {
  const { text, end } = range;
  let hashes = 0;
  while (text.charCodeAt(start + 1 + hashes) === HASH) hashes += 1;
  if (text.charCodeAt(start + 1 + hashes) !== QUOTE) return 0;
  const open = start + 2 + hashes;
  const close = text.indexOf(`"${'#'.repeat(hashes)}`, open);
  if (close === -1 || close + 1 + hashes > end) return -1;
  if (hashes === 0) {
    const newline = text.indexOf('\n', open);
    if (newline !== -1 && newline < close) return -1;
  }
  return close + 1 + hashes;
}

/** The offset of the `}` that closes an interpolation whose text starts at `start`, or -1. */
export function endOfInterpolation(range: ScanRange, start: number, nested: number): number {
  if (nested <= MAX_NESTED) {
    const close = closeKnowingStrings(range, start, nested);
    if (close !== -1) return close;
  }
  return closeByCounting(range, start);
}

function closeKnowingStrings(range: ScanRange, start: number, nested: number): number {
  const { text, end } = range;
  let depth = 1;
  for (let i = start; i < end && range.budget > 0; i += 1) {
    range.budget -= 1;
    const c = text.charCodeAt(i);
    if (c === LBRACE) depth += 1;
    else if (c === RBRACE) {
      depth -= 1;
      if (depth === 0) return i;
    } else if (c === NEWLINE) {
      // An interpolation stays on its line; this also keeps unclosed ones from scanning the rest of the file.
      return -1;
    } else if (c === QUOTE) {
      const raw = text.charCodeAt(i - 1) === SMALL_R && !isWordCode(text.charCodeAt(i - 2));
      const after = raw ? endOfRaw(range, i - 1) : endOfString(range, i, nested);
      if (after <= 0) return -1;
      i = after - 1;
    } else if (c === SLASH && text.charCodeAt(i + 1) === SLASH) return -1;
  }
  return -1;
}

/** How far an interpolation may reach over line ends. */
const MAX_COUNTED = 4_000;

function closeByCounting({ text, end }: ScanRange, start: number): number {
  let depth = 1;
  const stop = Math.min(end, start + MAX_COUNTED);
  for (let i = start; i < stop; i += 1) {
    const c = text.charCodeAt(i);
    if (c === LBRACE) depth += 1;
    else if (c === RBRACE) {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}

function isWordCode(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95;
}
