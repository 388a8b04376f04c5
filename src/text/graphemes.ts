// Extended grapheme clusters: what a reader counts as one character. The platform's segmenter takes time with the square
// of a text's length, so long texts are given to it in pieces.

const PIECE = 1024;

/** The clusters of a text, in order; together they are the text. `piece` is how much is looked at at once, in UTF-16 units. */
export function graphemes(text: string, piece = PIECE): string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const found: string[] = [];
  let at = 0;
  let size = piece;
  while (at < text.length) {
    const end = endOf(text, at + size);
    const parts = Array.from(segmenter.segment(text.slice(at, end)), ({ segment }) => segment);
    // The last cluster of a piece may go on behind it. Clusters depend on nothing before them, so going on there is safe.
    if (end < text.length) parts.pop();
    if (parts.length === 0) {
      size *= 2;
      continue;
    }
    for (const part of parts) {
      found.push(part);
      at += part.length;
    }
    size = piece;
  }
  return found;
}

/** Not between the halves of a character. */
function endOf(text: string, from: number): number {
  let end = from;
  while (end < text.length && isFirstHalf(text.charCodeAt(end - 1))) end += 1;
  return Math.min(end, text.length);
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
