// What of a text can be folded away: brackets, comments and imports that go over several lines. Read off the tokens, so it
// holds for texts that do not parse.
import type { Source } from '../../base/index.ts';
import { T, type TokenKind } from '../1-parse/token.ts';
import { tokensOf } from './cursor-context.ts';

/** From one offset to another, which lie on different lines; the end of a bracket is its closing one. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind: 'bracket' | 'comment' | 'imports';
}

const OPENING: ReadonlySet<TokenKind> = new Set([T.lparen, T.lbracket, T.lbrace]);
const CLOSING: ReadonlySet<TokenKind> = new Set([T.rparen, T.rbracket, T.rbrace]);

export function foldsOf(source: Source): Fold[] {
  const tokens = tokensOf(source);
  const found: Fold[] = [];
  const open: number[] = [];
  let imports: { start: number; end: number } | undefined;
  for (let i = 0; i < tokens.count; i += 1) {
    const kind = tokens.kindAt(i);
    const start = tokens.starts[i] as number;
    if (kind === T.import) imports = { start: imports?.start ?? start, end: start };
    else if (OPENING.has(kind)) open.push(start);
    else if (CLOSING.has(kind)) {
      const from = open.pop();
      if (from !== undefined) found.push({ start: from, end: start, kind: 'bracket' });
    }
  }
  if (imports !== undefined) found.push({ ...imports, kind: 'imports' });
  for (const { start, end } of tokens.comments) found.push({ start, end, kind: 'comment' });
  return found.filter(({ start, end }) => source.text.slice(start, end).includes('\n'));
}
