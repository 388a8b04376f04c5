// Front door of text: formats and syntaxes that programs read and write. Knows nothing of Harn values.

export { blake3 } from './blake3.ts';
export {
  COMPRESSION_LEVELS,
  type Compression,
  compress,
  decompress,
  MOST_UNPACKED,
} from './compress.ts';
export {
  type CookieAttributes,
  type CookiePairs,
  formatCookie,
  isCookieName,
  isCookieValue,
  parseCookies,
  readSetCookie,
} from './cookie.ts';
export { formatCsv, parseCsv } from './csv.ts';
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
export { unifiedDiff } from './diff.ts';
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
export type { ExactData } from './exact.ts';
export { FormatError } from './format-error.ts';
export { graphemes } from './graphemes.ts';
export { parseGraphqlOperations, parseGraphqlSchema } from './graphql.ts';
export { type JqNode, parseJq } from './jq.ts';
export {
  boundaryOf,
  type FormLimits,
  type FormPart,
  formatForm,
  parseForm,
} from './multipart.ts';
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
export { createTar, extractTar, type TarEntry } from './tar.ts';
export { parseToml, tomlReason } from './toml.ts';
export { formatExactToml, parseExactToml } from './toml-exact.ts';
export { parseXml, type XmlElement } from './xml.ts';
export { formatYaml, parseYaml } from './yaml.ts';
export { createZip, extractZip, type ZipEntry } from './zip.ts';
