// Whether a `{` opens a dict, told from the tokens behind it; the other things that it may open are a closure and a block.
import type { Cursor } from './cursor.ts';
import { isKeyword, isStringKind, T } from './token.ts';

/** Whether the `{` at the cursor opens a dict: an empty one counts. */
export function opensDict(c: Cursor): boolean {
  const offset = c.past(1);
  const kind = c.kindAt(offset);
  if (kind === T.rbrace || kind === T.ellipsis) return true;
  if (kind === T.lbracket) return computedKeyFollows(c, offset);
  const named = kind === T.identifier || isKeyword(kind) || isStringKind(kind);
  return named && c.kindAt(offset + 1) === T.colon;
}

/** How far the end of a computed key is looked for. */
const MAX_KEY_TOKENS = 100;

/** `[…]:` opens a dict, `[…]` alone a list in a block. */
function computedKeyFollows(c: Cursor, offset: number): boolean {
  let depth = 0;
  for (let i = offset; i < offset + MAX_KEY_TOKENS; i += 1) {
    const kind = c.kindAt(i);
    if (kind === T.lbracket) depth += 1;
    else if (kind === T.rbracket) {
      depth -= 1;
      if (depth === 0) return c.kindAt(i + 1) === T.colon;
    } else if (kind === T.eof) return false;
  }
  return false;
}
