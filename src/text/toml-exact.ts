// TOML texts to data that tells ints from floats, and back.
import { parse, stringify, TomlError } from 'smol-toml';
import type { ExactData } from './exact.ts';
import { FormatError } from './format-error.ts';

/** The data of a TOML text. Dates and times become RFC 3339 texts. */
export function parseExactToml(text: string): ExactData {
  try {
    return dataOf(parse(text, { integersAsBigInt: true }));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new FormatError(`${reason} at line ${error.line}, column ${error.column}`);
  }
}

/** Data as TOML. Only a table can be a document; entries of nil are left out, in a list they are refused. */
export function formatExactToml(data: { readonly [key: string]: ExactData }): string {
  try {
    return stringify(data, { numbersAsFloat: true }).replace(/^\n$/, '');
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) throw error;
    throw new FormatError(error.message);
  }
}

function dataOf(value: unknown): ExactData {
  if (Array.isArray(value)) return value.map(dataOf);
  // Milliseconds that the text did not have are not told.
  if (value instanceof Date) return value.toISOString().replace(/\.000(?=Z|[+-]|$)/, '');
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) {
    throw new FormatError(`${value} does not fit into an int of 64 bits`);
  }
  if (typeof value !== 'object' || value === null) return value as ExactData;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dataOf(item)]));
}
