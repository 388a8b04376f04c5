// JSON as a type, and its canonical text (sorted keys) that hashes are made of.

/** A JSON value. Everything that crosses a durable boundary has this type. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** JSON text with keys in code-unit order and no white space: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as JsonObject;
    const parts = Object.keys(object)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Whether a value is a JSON object (not null, not a list). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a value stops being plain data. */
export interface NotPlain {
  /** From the value itself: `.when`, `[2].id`; empty for the value. */
  readonly path: string;
  /** What stands there, as people call it: `a function`, `a Date`. */
  readonly type: string;
}

/**
 * A copy of plain data, as JSON text would give it back: fields without a value are left out, other missing values are
 * null. `refuse` is called for what text could not give back (functions, dates, class instances, NaN, cycles).
 */
export function copyPlain(value: unknown, refuse: (where: NotPlain) => never): Json {
  return copyAt(value, { path: [], within: new Set(), refuse });
}

interface Copying {
  readonly path: string[];
  readonly within: Set<object>;
  readonly refuse: (where: NotPlain) => never;
}

function copyAt(value: unknown, copying: Copying): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const { path, within, refuse } = copying;
  if (typeof value !== 'object' || (!Array.isArray(value) && !isPlainObject(value))) {
    return refuse({ path: path.join(''), type: nameOf(value) });
  }
  if (within.has(value)) return refuse({ path: path.join(''), type: 'a cycle' });
  within.add(value);
  const copy = Array.isArray(value)
    ? Array.from(value, (item, index) => copyPart(item, `[${index}]`, copying))
    : copyFields(value as { readonly [key: string]: unknown }, copying);
  within.delete(value);
  return copy;
}

function copyFields(object: { readonly [key: string]: unknown }, copying: Copying): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(object)) {
    if (item !== undefined) entries.push([key, copyPart(item, `.${key}`, copying)]);
  }
  return Object.fromEntries(entries);
}

function copyPart(value: unknown, step: string, copying: Copying): Json {
  copying.path.push(step);
  const copy = copyAt(value, copying);
  copying.path.pop();
  return copy;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  // Also the plain objects of another realm.
  return Object.getPrototypeOf(prototype) === null && !('toJSON' in value);
}

function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const { name } = value.constructor ?? {};
  return name === undefined || name === '' || name === 'Object' ? 'a handle' : `a ${name}`;
}
