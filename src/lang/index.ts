// Front door of lang: source text to checked module to JavaScript. Pure and synchronous.
// Reading: text to tokens to tree
export {
  DEFAULT_EDITION,
  detectEdition,
  type EditionSources,
  editionOfRange,
  resolveEdition,
  toEdition,
} from './1-parse/edition.ts';
export { tokenize } from './1-parse/lexer.ts';
export { type ParseOptions, type ParseResult, parse } from './1-parse/parser.ts';
export { parseSignature, type Signature } from './1-parse/signature.ts';
export { KEYWORDS, T, type Token, type TokenKind, TokenList } from './1-parse/token.ts';
// Error tables of this room, for `explain` and the docs
export { lexErrors, parseErrors } from './errors.ts';
