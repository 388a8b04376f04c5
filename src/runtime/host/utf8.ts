// Strict UTF-8 and lines of it, shared by the real and the mock files.

/** The text of bytes, or where they stop being UTF-8. A byte order mark is kept. */
export function decodeUtf8(
  bytes: Uint8Array,
): { readonly text: string } | { readonly badOffset: number } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { badOffset: firstBadByte(bytes) };
  }
}

/** Bytes of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/**
 * Lines without `\n` or `\r\n`. A last line without a break counts, an empty rest does not.
 * `onBad` gets the offset of the first byte that is not UTF-8 and must throw.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onBad: (offset: number) => never,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let offset = 0;
  // Pieces of an unfinished line are joined once, so that a long line costs linear time.
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      // The sequence may have begun in the piece before; then the start of this piece is near enough.
      return onBad(offset + firstBadByte(chunk));
    }
    offset += chunk.length;
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      pieces.push(text.slice(from, end));
      yield withoutReturn(pieces.join(''));
      pieces = [];
      from = end + 1;
    }
    if (from < text.length) pieces.push(text.slice(from));
  }
  try {
    decoder.decode();
  } catch {
    return onBad(offset);
  }
  const rest = pieces.join('');
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** By bisection: a prefix decodes (as the start of a stream) exactly when no bad byte is in it. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle - 1;
    }
  }
  return good;
}
