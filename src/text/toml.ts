// TOML as JSON data. The parser loads when the first text is read.
import type { Json } from '../base/index.ts';

/** The data of a TOML text; dates and times become RFC 3339 text. Mistakes are the parser's errors, with their line. */
export async function parseToml(text: string): Promise<Json> {
  const { parse } = await import('smol-toml');
  return dataOf(parse(text));
}

function dataOf(value: unknown): Json {
  if (Array.isArray(value)) return value.map(dataOf);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dataOf(item)]));
}
