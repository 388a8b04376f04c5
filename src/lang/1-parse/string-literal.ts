// What a string token means: escapes, interpolations, and the indentation rule of triple-quoted strings.
import { endOfInterpolation, type ScanRange } from './string-scan.ts';

/** A piece of a string: text, or the range of an expression (without `${` and `}`). */
export type StringPiece =
  | { readonly kind: 'text'; readonly value: string; readonly start: number; readonly end: number }
  | { readonly kind: 'code'; readonly start: number; readonly end: number };

const ESCAPES: { readonly [ch: string]: string } = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  '\\': '\\',
  '"': '"',
  $: '$',
};

/** The content of `r"…"` and `r#"…"#` from `start` to `end`. */
export function rawContent(text: string, start: number, end: number): string {
  const quote = text.indexOf('"', start);
  const hashes = quote - start - 1;
  return text.slice(quote + 1, end - 1 - hashes);
}

/** The pieces of a `"…"` whose quotes are at `start` and `end - 1`. */
export function plainPieces(range: ScanRange, start: number, end: number): readonly StringPiece[] {
  return merge(split(range, start + 1, end - 1).map(unescapePiece));
}

/** The pieces of a `"""…"""` from `start` to `end`. */
export function triplePieces(range: ScanRange, start: number, end: number): readonly StringPiece[] {
  const { text } = range;
  let from = start + 3;
  if (text.startsWith('\r\n', from)) from += 2;
  else if (text.charCodeAt(from) === 10) from += 1;
  const pieces = split(range, from, end - 3);
  return merge(dedent(pieces).map(unescapePiece));
}

/** Cuts at interpolations; texts are still as written. */
function split(range: ScanRange, start: number, end: number): StringPiece[] {
  const { text } = range;
  const pieces: StringPiece[] = [];
  let from = start;
  const flush = (to: number) => {
    if (to > from) pieces.push({ kind: 'text', value: text.slice(from, to), start: from, end: to });
  };
  for (let i = start; i < end; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 92) i += 1;
    else if (c === 36 && text.charCodeAt(i + 1) === 123) {
      const close = endOfInterpolation(range, i + 2, 1);
      if (close === -1 || close >= end) continue;
      flush(i);
      pieces.push({ kind: 'code', start: i + 2, end: close });
      from = close + 1;
      i = close;
    }
  }
  flush(end);
  return pieces;
}

/**
 * Removes the indentation that all non-blank lines share, empties blank lines and drops one final line break.
 * An interpolation counts as ink: a line that holds only one is not blank.
 */
function dedent(pieces: readonly StringPiece[]): StringPiece[] {
  const lines = linesOf(pieces);
  let common = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (!line.blank) common = Math.min(common, line.indent);
  }
  const out: StringPiece[] = [];
  for (const [number, line] of lines.entries()) {
    if (number > 0) out.push({ ...line.at, kind: 'text', value: '\n' });
    if (line.blank) continue;
    for (const [i, piece] of line.pieces.entries()) {
      if (i > 0 || piece.kind === 'code') out.push(piece);
      else out.push({ ...piece, value: piece.value.slice(Math.min(common, line.indent)) });
    }
  }
  const last = lines.at(-1);
  if (lines.length > 1 && last?.blank === true) out.pop();
  return out;
}

interface Line {
  readonly pieces: StringPiece[];
  /** Where the line break before it is. */
  readonly at: { readonly start: number; readonly end: number };
  indent: number;
  blank: boolean;
}

function linesOf(pieces: readonly StringPiece[]): Line[] {
  const newLine = (start: number): Line => ({
    pieces: [],
    at: { start, end: start },
    indent: 0,
    blank: true,
  });
  let line = newLine(pieces[0]?.start ?? 0);
  const lines = [line];
  for (const piece of pieces) {
    if (piece.kind === 'code') {
      line.pieces.push(piece);
      line.blank = false;
      continue;
    }
    let from = piece.start;
    for (const [i, row] of piece.value.split('\n').entries()) {
      if (i > 0) {
        line = newLine(from - 1);
        lines.push(line);
      }
      const value = row.endsWith('\r') ? row.slice(0, -1) : row;
      if (line.pieces.length === 0) line.indent = value.length - value.trimStart().length;
      if (value.trim() !== '') line.blank = false;
      if (value !== '')
        line.pieces.push({ kind: 'text', value, start: from, end: from + value.length });
      from += row.length + 1;
    }
  }
  return lines;
}

function unescapePiece(piece: StringPiece): StringPiece {
  if (piece.kind === 'code' || !piece.value.includes('\\')) return piece;
  const value = piece.value.replace(/\\([\s\S])/g, (whole, ch: string) => ESCAPES[ch] ?? whole);
  return { ...piece, value };
}

/** Joins neighbouring texts and drops empty ones. */
function merge(pieces: readonly StringPiece[]): readonly StringPiece[] {
  const out: StringPiece[] = [];
  let texts: string[] = [];
  let span = { start: 0, end: 0 };
  const flush = () => {
    const value = texts.join('');
    if (value !== '') out.push({ kind: 'text', value, ...span });
    texts = [];
  };
  for (const piece of pieces) {
    if (piece.kind === 'code') {
      flush();
      out.push(piece);
    } else {
      span = { start: texts.length === 0 ? piece.start : span.start, end: piece.end };
      texts.push(piece.value);
    }
  }
  flush();
  return out;
}
