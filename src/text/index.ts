// Front door of text: formats and syntaxes that programs read and write. Knows nothing of Harn values.
// Regular expressions

// Paths and tables
export { formatCsv, parseCsv } from './csv.ts';
// Dates
export {
  type CivilTime,
  civilFromInstant,
  formatDate,
  instantFromCivil,
  isValidDate,
  isZone,
  MONTHS,
  parseDate,
  WEEKDAYS,
} from './date.ts';
// Differences
export { unifiedDiff } from './diff.ts';
// Encodings
export {
  decodeBase32,
  decodeHex,
  decodeUrl,
  decodeUtf8,
  encodeBase32,
  encodeHex,
  encodeUrl,
  encodeUtf8,
} from './encoding.ts';
export {
  basename,
  extension,
  isAbsolutePath,
  joinPath,
  normalizePath,
  parentPath,
  pathSegments,
  relativePath,
  stem,
  toPosix,
} from './path.ts';
export { compilePattern, expandReplacement, PatternError } from './regex.ts';
// Data formats
export { parseToml } from './toml.ts';
