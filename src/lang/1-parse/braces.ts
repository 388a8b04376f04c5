// Which `{` opens a closure: found once for all braces, because looking ahead at each brace would be quadratic.
import { T, type TokenKind, type TokenList } from './token.ts';

/**
 * One byte per token: 1 where `{` opens a closure, that is `{ -> …`, `{ a -> …`, `{ a, b = 1 -> …`, `{ a: T -> …`
 * or `{ ...a -> …`. `{ a: … }` is ambiguous up to the arrow; arrows behind `fn(…)` do not count.
 */
export function closureBraces(tokens: TokenList): Uint8Array {
  const { kinds, count } = tokens;
  const out = new Uint8Array(count);
  const fnParen = new Uint8Array(count);
  const open: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const kind = kinds[i] as TokenKind;
    if (kind === T.lbrace || kind === T.lbracket) open.push(i);
    else if (kind === T.lparen) {
      if (isSignatureParen(tokens, i)) fnParen[i] = 1;
      open.push(i);
    } else if (kind === T.rparen) {
      const from = open.pop();
      if (from !== undefined && fnParen[from] === 1) fnParen[i] = 1;
    } else if (kind === T.rbrace || kind === T.rbracket) open.pop();
    else if (kind === T.arrow && open.length > 0 && fnParen[i - 1] !== 1) {
      const from = open[open.length - 1] as number;
      if (kinds[from] === T.lbrace && looksLikeParams(tokens, from)) out[from] = 1;
    }
  }
  return out;
}

/** The `(` of `fn(`, `fn name(`, `tool name(` and `pipeline name(`. */
function isSignatureParen({ kinds }: TokenList, paren: number): boolean {
  if (paren > 0 && kinds[paren - 1] === T.fn) return true;
  if (paren < 2 || kinds[paren - 1] !== T.identifier) return false;
  const word = kinds[paren - 2];
  return word === T.fn || word === T.tool || word === T.pipeline;
}

/** Whether a `{` that has an arrow begins as parameters do. */
function looksLikeParams(tokens: TokenList, brace: number): boolean {
  let i = brace + 1;
  if (tokens.kindAt(i) === T.newline) i += 1;
  const first = tokens.kindAt(i);
  if (first === T.arrow) return true;
  if (first === T.ellipsis) return isParamEnd(tokens.kindAt(i + 2));
  if (first !== T.identifier) return false;
  return isParamEnd(tokens.kindAt(i + 1));
}

/** What may follow the name of a closure parameter. */
function isParamEnd(kind: TokenKind): boolean {
  return kind === T.arrow || kind === T.comma || kind === T.assign || kind === T.colon;
}
