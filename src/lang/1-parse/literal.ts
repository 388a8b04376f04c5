// Values of literal tokens.
import { parseDuration } from '../../base/index.ts';
import type { DurationLiteral, FloatLiteral, IntLiteral } from '../ast.ts';
import { parseErrors } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { plainPieces, rawContent, triplePieces } from './string-literal.ts';
import { T } from './token.ts';

const MAX_INT = 2n ** 63n - 1n;

/** Digits whose value cannot be in range whatever they are. */
const MAX_DIGITS = 40;

/** Takes an int token. Out of range is reported and gives 0. */
export function parseInt64(c: Cursor, negative: boolean): bigint {
  const { start, end } = c;
  const text = c.text.replaceAll('_', '');
  c.advance();
  const digits = text.length > MAX_DIGITS ? text.replace(/^0+(?=\d)/, '') : text;
  const value = digits.length > MAX_DIGITS ? MAX_INT + 2n : BigInt(digits);
  if (value <= MAX_INT) return negative ? -value : value;
  if (negative && value === MAX_INT + 1n) return -value;
  c.error(start, end, (at, span) =>
    parseErrors.intRange({ text: digits.slice(0, MAX_DIGITS), ...at }, { span }),
  );
  return 0n;
}

/** Takes an int token as a literal. */
export function intLiteral(c: Cursor, negative = false, start = c.start): IntLiteral {
  const value = parseInt64(c, negative);
  return { kind: 'IntLiteral', span: c.spanFrom(start), value };
}

export function floatLiteral(c: Cursor): FloatLiteral {
  const { start } = c;
  const value = Number(c.text.replaceAll('_', ''));
  c.advance();
  return { kind: 'FloatLiteral', span: c.spanFrom(start), value };
}

export function durationLiteral(c: Cursor): DurationLiteral {
  const { start } = c;
  const ms = parseDuration(c.text.replaceAll('_', '')) ?? 0;
  c.advance();
  return { kind: 'DurationLiteral', span: c.spanFrom(start), ms };
}

/** Takes a string token whose place admits no interpolation: `${…}` stays as written. */
export function stringContent(c: Cursor): string {
  const { kind, start, end } = c;
  c.advance();
  if (kind === T.rawString) return rawContent(c.range.text, start, end);
  const pieces =
    kind === T.tripleString ? triplePieces(c.range, start, end) : plainPieces(c.range, start, end);
  return pieces
    .map((piece) =>
      piece.kind === 'text' ? piece.value : `\${${c.range.text.slice(piece.start, piece.end)}}`,
    )
    .join('');
}
