// Reading options that are plain data: each gives undefined where nothing is given, and refuses what cannot be meant.
import { isJsonObject, type Json, nearestName } from '../../base/index.ts';
import { loopErrors } from './errors.ts';

export type Given = { readonly [name: string]: Json };

export function badOption(option: string, expected: string): Error {
  return loopErrors.badOption({ option, expected });
}

export function textOption(given: Given, option: string): string | undefined {
  const value = given[option];
  if (value === undefined || typeof value === 'string') return value;
  throw badOption(option, 'a text');
}

export function flagOption(given: Given, option: string): boolean | undefined {
  const value = given[option];
  if (value === undefined || typeof value === 'boolean') return value;
  throw badOption(option, 'a bool');
}

export function numberOption(given: Given, option: string): number | undefined {
  const value = given[option];
  if (value === undefined || (typeof value === 'number' && value >= 0)) return value;
  throw badOption(option, 'a number from 0');
}

export function intOption(given: Given, option: string, min: number): number | undefined {
  const value = given[option];
  if (
    value === undefined ||
    (typeof value === 'number' && Number.isInteger(value) && value >= min)
  ) {
    return value;
  }
  throw badOption(option, `an int of at least ${min}`);
}

/** A limit that 0 switches off. */
export function limitOption(given: Given, option: string, fallback: number): number {
  const value = intOption(given, option, 0) ?? fallback;
  return value === 0 ? Number.POSITIVE_INFINITY : value;
}

export function oneOf<T extends string>(
  given: Given,
  option: string,
  names: readonly T[],
): T | undefined {
  const value = given[option];
  if (value === undefined) return undefined;
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw badOption(option, `one of ${names.join(', ')}`);
}

export function namesOption(given: Given, option: string, what = 'tool names'): readonly string[] {
  const value = given[option];
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((name: Json) => typeof name === 'string')) {
    return value as readonly string[];
  }
  throw badOption(option, `a list of ${what}`);
}

/** The fields of an option that is a dict; others than the known ones are refused by name. */
export function fieldsOption(option: string, value: Json, known: readonly string[]): Given {
  if (!isJsonObject(value)) throw badOption(option, 'a dict');
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw unknownField(option, unknown, known);
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

/** A field that does not exist, with the one that may be meant. */
export function unknownField(option: string, field: string, known: Iterable<string>): Error {
  const meant = nearestName(field, [...known], 2);
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  return badOption(option, `without "${field}"${hint}`);
}
