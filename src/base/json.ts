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
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      // An argument that was left out has no text, as between the commas of `[,1]`.
      const item: string | undefined = canonicalJson(value[at] as Json);
      text += at === 0 ? (item ?? '') : `,${item ?? ''}`;
    }
    return `[${text}]`;
  }
  const object = value as JsonObject;
  for (const key of Object.keys(object).sort()) {
    const field = `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`;
    text += text === '' ? field : `,${field}`;
  }
  return `{${text}}`;
}

/** Whether the JSON text of a value has more characters than this. What is clearly short is not written out for it. */
export function isLongerThan(value: Json, chars: number): boolean {
  return atMost(value, chars) < 0 && JSON.stringify(value).length > chars;
}

/**
 * What is left of so many characters after a value, each character of it taken for the longest escape. Below zero also
 * for what is no plain JSON: writing it out says what becomes of that. Each level takes some, so it never goes deep.
 */
function atMost(value: Json, left: number): number {
  if (typeof value === 'string') return left - 6 * value.length - 2;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return left - 24;
  if (typeof value !== 'object') return -1;
  let rest = left - 16;
  if (rest < 0) return rest;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      rest = atMost(item, rest) - 1;
      if (rest < 0) return rest;
    }
    return rest;
  }
  if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') return -1;
  for (const name of Object.keys(value)) {
    rest = atMost((value as JsonObject)[name] as Json, rest) - 6 * name.length - 4;
    if (rest < 0) return rest;
  }
  return rest;
}

/** Whether a value is a JSON object (not null, not a list). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a table has under a name that came from outside; never what every object has (`constructor`). */
export function ownEntry<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A method of values that are no plain data but can be kept: what they are kept as. */
export const KEPT = Symbol.for('harn.kept');

/** Where a value stops being plain data. */
export interface NotPlain {
  /** From the value itself: `.when`, `[2].id`; empty for the value. */
  readonly path: string;
  /** What stands there, as people call it: `a function`, `a Date`. */
  readonly type: string;
}

/**
 * A copy of plain data, as JSON text would give it back: fields without a value are left out, other missing values are
 * null, a value with `KEPT` is what that gives. `refuse` is called for what text could not give back (functions, dates, class instances, NaN, cycles).
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
  if (isKeepable(value)) return value[KEPT]();
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

function isKeepable(value: unknown): value is { readonly [KEPT]: () => Json } {
  return typeof value === 'object' && value !== null && KEPT in value;
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
