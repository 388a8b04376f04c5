// TOML as JSON data. The parser loads when the first text is read.
import type { Json } from '../base/index.ts';

/** The data of a TOML text; dates and times become RFC 3339 text. Mistakes are the parser's errors, with their line. */
export async function parseToml(text: string): Promise<Json> {
  const { parse } = await import('smol-toml');
  return dataOf(parse(text));
}

/** Why a text is no TOML, in one line, with line and column where the parser tells them. */
export function tomlReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const told = (cause.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
  const { line, column } = cause as { line?: unknown; column?: unknown };
  return typeof line === 'number' ? `line ${line}, column ${column}: ${told}` : told;
}

function dataOf(value: unknown): Json {
  if (Array.isArray(value)) return value.map(dataOf);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dataOf(item)]));
}
