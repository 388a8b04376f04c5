// Source maps: writes and reads the standard v3 JSON for one generated file made from one source. Our own encoder,
// because the room takes no packages and the format is forty lines.

/** One fact: generated line and column (0-based) come from this source line and column (0-based). */
export interface Mapping {
  readonly line: number;
  readonly column: number;
  readonly sourceLine: number;
  readonly sourceColumn: number;
  /** Index of what the source calls the variable that stands there. */
  readonly name?: number | undefined;
}

/** The standard source map, version 3. */
export interface SourceMapJson {
  readonly version: 3;
  readonly file?: string;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encodeNumber(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let out = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    out += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return out;
}

/** Encodes mappings that are sorted by generated position. */
export function encodeMappings(mappings: readonly Mapping[]): string {
  let out = '';
  let line = 0;
  let last: Mapping = { line: 0, column: 0, sourceLine: 0, sourceColumn: 0 };
  let lastName = 0;
  let fresh = true;
  for (const at of mappings) {
    if (at.line > line) {
      out += ';'.repeat(at.line - line);
      line = at.line;
      fresh = true;
    }
    if (!fresh) out += ',';
    out += encodeNumber(at.column - (last.line === line ? last.column : 0));
    out += encodeNumber(0);
    out += encodeNumber(at.sourceLine - last.sourceLine);
    out += encodeNumber(at.sourceColumn - last.sourceColumn);
    if (at.name !== undefined) {
      out += encodeNumber(at.name - lastName);
      lastName = at.name;
    }
    last = at;
    fresh = false;
  }
  return out;
}

/** Decodes what `encodeMappings` wrote. */
export function decodeMappings(text: string): Mapping[] {
  const out: Mapping[] = [];
  let sourceLine = 0;
  let sourceColumn = 0;
  let name = 0;
  text.split(';').forEach((group, line) => {
    let column = 0;
    for (const segment of group === '' ? [] : group.split(',')) {
      const fields = decodeNumbers(segment);
      column += fields[0] ?? 0;
      sourceLine += fields[2] ?? 0;
      sourceColumn += fields[3] ?? 0;
      name += fields[4] ?? 0;
      const at = { line, column, sourceLine, sourceColumn };
      if (fields.length >= 4) out.push(fields.length > 4 ? { ...at, name } : at);
    }
  });
  return out;
}

function decodeNumbers(segment: string): number[] {
  const out: number[] = [];
  let value = 0;
  let shift = 0;
  for (const char of segment) {
    const digit = DIGITS.indexOf(char);
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    out.push((value & 1) === 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return out;
}

/** The source position (0-based) of a generated position (0-based): the nearest mapping at or before it on its line. */
export function lookUp(
  mappings: readonly Mapping[],
  line: number,
  column: number,
): { line: number; column: number } | undefined {
  let low = 0;
  let high = mappings.length - 1;
  let found: Mapping | undefined;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = mappings[middle] as Mapping;
    if (at.line < line || (at.line === line && at.column <= column)) {
      found = at;
      low = middle + 1;
    } else high = middle - 1;
  }
  if (found === undefined || found.line !== line) return undefined;
  return { line: found.sourceLine, column: found.sourceColumn };
}
