// Which `{` opens a closure: found once for all braces, because looking ahead at each brace would be quadratic.
import { T, type TokenKind, type TokenList } from './token.ts';

/**
 * One byte per token: 1 where `{` opens a closure, that is `{ -> …`, `{ a -> …`, `{ a, b = 1 -> …`, `{ a: T -> …`
 * or `{ ...a -> …`. `{ a: … }` is ambiguous up to the arrow; arrows behind `fn(…)` do not count.
 */
export function closureBraces(tokens: TokenList): Uint8Array {
  const out = new Uint8Array(tokens.count);
  const arrow = new Uint8Array(tokens.count);
  const fnParen = new Uint8Array(tokens.count);
  const open: number[] = [];
  const { kinds } = tokens;
  for (let i = 0; i < tokens.count; i += 1) {
    switch (kinds[i]) {
      case T.lbrace:
      case T.lbracket:
        open.push(i);
        break;
      case T.lparen:
        if (isSignatureParen(tokens, i)) fnParen[i] = 1;
        open.push(i);
        break;
      case T.rparen: {
        const from = open.pop();
        if (from !== undefined && fnParen[from] === 1) fnParen[i] = 1;
        break;
      }
      case T.rbrace:
      case T.rbracket:
        open.pop();
        break;
      case T.arrow: {
        const from = open.at(-1);
        if (from !== undefined && fnParen[i - 1] !== 1) arrow[from] = 1;
        break;
      }
      default:
    }
  }
  for (let i = 0; i < tokens.count; i += 1) {
    if (kinds[i] === T.lbrace && looksLikeParams(tokens, i, arrow[i] === 1)) out[i] = 1;
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

function looksLikeParams(tokens: TokenList, brace: number, hasArrow: boolean): boolean {
  if (!hasArrow) return false;
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
