// Readers of JSON data by shape: missing and null fields become their defaults, fields nobody knows are kept, and a
// field of the wrong type is a coded error that names it. One declaration gives the reader and the TypeScript type.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { recErrors } from './errors.ts';
import { isRedacted, redactedText } from './redaction.ts';

/** Reads one value; `path` names it in errors. `undefined` as the result leaves the field out. */
export type Reader<T> = (value: Json | undefined, path: string) => T;

/** What a reader gives. */
export type ValueOf<R> = R extends Reader<infer T> ? T : never;

type Fields = { readonly [name: string]: Reader<unknown> };
type RecordOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** How a record may be spelled besides its present field names. */
export interface RecordSpelling {
  /** Older names of fields, each with the present one. */
  readonly renamed?: { readonly [old: string]: string };
  /** Whether `max-cost-usd` means `max_cost_usd`. */
  readonly kebab?: boolean;
}

export const text: Reader<string> = (value, path) => textOr('')(value, path);

export function textOr(otherwise: string): Reader<string> {
  return (value, path) => {
    if (isMissing(value)) return otherwise;
    if (isRedacted(value)) return redactedText(value);
    return typeof value === 'string' ? value : wrong(path, 'text');
  };
}

/** A point in time in whatever spelling its writer used; numbers become their text. See timestamps.ts. */
export const stamp: Reader<string> = (value, path) => {
  if (isMissing(value)) return '';
  if (typeof value === 'number') return String(value);
  if (isRedacted(value)) return redactedText(value);
  return typeof value === 'string' ? value : wrong(path, 'a time');
};

export const number: Reader<number> = (value, path) => {
  if (isMissing(value) || isRedacted(value)) return 0;
  return typeof value === 'number' ? value : wrong(path, 'a number');
};

export const flag: Reader<boolean> = (value, path) => {
  if (isMissing(value) || isRedacted(value)) return false;
  return typeof value === 'boolean' ? value : wrong(path, 'true or false');
};

/** Any JSON; null when missing. */
export const json: Reader<Json> = (value) => value ?? null;

/** Null when missing, else what `reader` reads. */
export function maybe<T>(reader: Reader<T>): Reader<T | null> {
  return (value, path) => (isMissing(value) ? null : reader(value, path));
}

/** A field that stays away when it is missing. */
export function ifGiven<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined ? undefined : reader(value, path));
}

export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (isMissing(value) || isRedacted(value)) return [];
    if (!Array.isArray(value)) return wrong(path, 'a list');
    return (value as readonly Json[]).map((item, i) => reader(item, `${path}[${i}]`));
  };
}

export function mapOf<T>(reader: Reader<T>): Reader<{ readonly [key: string]: T }> {
  return (value, path) => {
    if (isMissing(value)) return {};
    if (!isJsonObject(value)) return wrong(path, 'an object');
    const out: { [key: string]: T } = {};
    for (const key of Object.keys(value)) put(out, key, reader(value[key], `${path}.${key}`));
    return out;
  };
}

/** An object with these fields, in this order, and after them whatever else was there. */
export function record<F extends Fields>(
  fields: F,
  { renamed = {}, kebab = false }: RecordSpelling = {},
): Reader<RecordOf<F>> {
  const known = Object.entries(fields);
  return (given, path) => {
    if (!isMissing(given) && !isJsonObject(given)) return wrong(path, 'an object');
    const value = respell((given ?? {}) as JsonObject, fields, renamed, kebab);
    const out: { [name: string]: unknown } = {};
    const prefix = path === '' ? '' : `${path}.`;
    for (const [name, reader] of known) {
      const field = reader(own(value, name), prefix + name);
      if (field !== undefined) out[name] = field;
    }
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name)) put(out, name, value[name]);
    }
    return out as RecordOf<F>;
  };
}

/** What `reader` makes of nothing: every default. */
export function emptyOf<T>(reader: Reader<T>): T {
  return reader({}, '');
}

/** What `reader` reads, or undefined when the value does not fit. */
export function tryRead<T>(reader: Reader<T>, value: Json | undefined): T | undefined {
  try {
    return reader(value, '');
  } catch {
    return undefined;
  }
}

/** A text field of untyped data; empty when it is not one. */
export function textAt(value: Json | undefined, name: string): string {
  const field = isJsonObject(value) ? own(value, name) : undefined;
  return typeof field === 'string' ? field : '';
}

/** A number field of untyped data; 0 when it is not one. */
export function numberAt(value: Json | undefined, name: string): number {
  const field = isJsonObject(value) ? own(value, name) : undefined;
  return typeof field === 'number' ? field : 0;
}

/** The items of a list field of untyped data. */
export function listAt(value: Json | undefined, name: string): readonly Json[] {
  const field = isJsonObject(value) ? own(value, name) : undefined;
  return Array.isArray(field) ? (field as readonly Json[]) : [];
}

/** A field of untyped data. */
export function fieldAt(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? own(value, name) : undefined;
}

function respell(
  value: JsonObject,
  fields: Fields,
  renamed: { readonly [old: string]: string },
  kebab: boolean,
): JsonObject {
  const today = (name: string) => {
    const next = Object.hasOwn(renamed, name)
      ? (renamed[name] as string)
      : kebab
        ? name.replaceAll('-', '_')
        : name;
    // A spelling gives way where the present name is used too.
    return next !== name && Object.hasOwn(fields, next) && !Object.hasOwn(value, next)
      ? next
      : name;
  };
  const names = Object.keys(value);
  if (names.every((name) => today(name) === name)) return value;
  const out: { [name: string]: Json } = {};
  for (const name of names) put(out, today(name), value[name] as Json);
  return out;
}

function own(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Sets a field whatever its name: `__proto__` is one like any other in JSON. */
function put<T>(out: { [name: string]: T }, name: string, value: T): void {
  if (name !== '__proto__') out[name] = value;
  else {
    const field = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(out, name, field);
  }
}

function isMissing(value: Json | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function wrong(path: string, expected: string): never {
  throw recErrors.wrongField({ field: path === '' ? 'it' : path, expected });
}
