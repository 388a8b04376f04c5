// Which generation's meaning a file has. Detection reads tokens only; configuration is combined by a pure
// function, and reading the configuration is the caller's.
import type { Edition } from '../ast.ts';
import { T, type TokenList } from './token.ts';

/** What new files mean when nothing says otherwise. */
export const DEFAULT_EDITION: Edition = '2026';

/**
 * The edition that the spelling of a file shows, or undefined when it shows none. `var` at the start of a
 * statement is 0.7, also beside `const`; `const` alone or a parameter of a Harness type is 2026.
 */
export function detectEdition(tokens: TokenList): Edition | undefined {
  let modern = false;
  for (let i = 0; i < tokens.count; i += 1) {
    const kind = tokens.kinds[i];
    if (kind === T.var) {
      if (beginsStatement(tokens, i) && tokens.kindAt(i + 1) !== T.colon) return '0.7';
    } else if (kind === T.identifier && !modern) {
      modern = isConstBinding(tokens, i) || isHarnessParam(tokens, i);
    }
  }
  return modern ? '2026' : undefined;
}

function beginsStatement(tokens: TokenList, index: number): boolean {
  if (index === 0) return true;
  switch (tokens.kinds[index - 1]) {
    case T.newline:
    case T.semicolon:
    case T.lbrace:
    case T.rbrace:
    case T.arrow:
    case T.pub:
      return true;
    default:
      return false;
  }
}

function isConstBinding(tokens: TokenList, index: number): boolean {
  if (!beginsStatement(tokens, index) || tokens.textAt(index) !== 'const') return false;
  const next = tokens.kindAt(index + 1);
  return next === T.identifier || next === T.lbrace || next === T.lbracket;
}

/** `name: Harness` or `name: HarnessFs` behind `(` or `,`. */
function isHarnessParam(tokens: TokenList, index: number): boolean {
  if (tokens.kindAt(index + 1) !== T.colon || tokens.kindAt(index + 2) !== T.identifier)
    return false;
  let before = index - 1;
  if (before >= 0 && tokens.kinds[before] === T.newline) before -= 1;
  const opener = tokens.kinds[before];
  if (opener !== T.lparen && opener !== T.comma) return false;
  return /^Harness([A-Z]\w*)?$/.test(tokens.textAt(index + 2));
}

/** Everything that may decide an edition, strongest first. Texts are as written by people. */
export interface EditionSources {
  readonly cli?: string | undefined;
  readonly env?: string | undefined;
  /** `[package] edition` of the manifest. */
  readonly manifestEdition?: string | undefined;
  /** `[package] harn` of the manifest: a range of language versions. */
  readonly manifestHarn?: string | undefined;
  readonly detected?: Edition | undefined;
  /** What most files of the project that show an edition have. */
  readonly projectMajority?: Edition | undefined;
}

/** The edition of a file. Texts that name no edition are passed over; callers check them where they are read. */
export function resolveEdition(sources: EditionSources): Edition {
  return (
    toEdition(sources.cli) ??
    toEdition(sources.env) ??
    toEdition(sources.manifestEdition) ??
    editionOfRange(sources.manifestHarn) ??
    sources.detected ??
    sources.projectMajority ??
    DEFAULT_EDITION
  );
}

/** Reads the name of an edition. */
export function toEdition(text: string | undefined): Edition | undefined {
  const name = text?.trim();
  return name === '0.7' || name === '2026' ? name : undefined;
}

/** 0.7 when a range ends at or below 0.8, 2026 when it begins at or above 0.9. */
export function editionOfRange(range: string | undefined): Edition | undefined {
  if (range === undefined) return undefined;
  let lower: number | undefined;
  let upper: number | undefined;
  for (const part of range.split(',')) {
    const match = /^\s*(>=|<=|>|<|\^|~|=)?\s*(\d+)(?:\.(\d+))?/.exec(part);
    if (match === null) continue;
    // Minor releases are generations: 0.7 counts 7, 0.10 counts 10, 1.0 counts 1000.
    const version = Number(match[2]) * 1000 + Number(match[3] ?? 0);
    switch (match[1]) {
      case '>=':
      case '>':
        lower = version;
        break;
      case '<':
        upper = version;
        break;
      case '<=':
        upper = version + 1;
        break;
      default:
        lower = version;
        upper = version + 1;
    }
  }
  if (upper !== undefined && upper <= 8) return '0.7';
  return lower !== undefined && lower >= 9 ? '2026' : undefined;
}
