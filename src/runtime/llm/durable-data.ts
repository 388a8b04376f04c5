// What the journal keeps of a model object's requests and answers: JSON with marks for what JSON has no words for, so
// that a program gets back what the model gave. Values that mean nothing outside of their process (functions) are left out.
import type { Json } from '../../base/index.ts';

/** The marks. An object that happens to look like one is kept under `$object`. */
type Mark = '$bytes' | '$date' | '$error' | '$number' | '$object' | '$url';
const MARKS: readonly string[] = ['$bytes', '$date', '$error', '$number', '$object', '$url'];

/** A value as the journal keeps it. */
export function toKept(value: unknown): Json {
  return kept(value) ?? null;
}

function kept(value: unknown): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { $number: String(value) };
    case 'bigint':
      return Number(value);
    case 'object':
      return value === null ? null : keptObject(value);
    default:
      return undefined;
  }
}

function keptObject(value: object): Json {
  if (Array.isArray(value)) return value.map(toKept);
  if (value instanceof Uint8Array) return { $bytes: base64(value) };
  if (value instanceof ArrayBuffer) return { $bytes: base64(new Uint8Array(value)) };
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof URL) return { $url: value.href };
  if (value instanceof Error) return { $error: { name: value.name, message: value.message } };
  const fields: { [key: string]: Json } = {};
  for (const [key, field] of Object.entries(value)) {
    const json = kept(field);
    if (json !== undefined) fields[key] = json;
  }
  return markOf(fields) === undefined ? fields : { $object: fields };
}

/** The value that was kept. */
export function fromKept(json: Json): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return (json as readonly Json[]).map(fromKept);
  const fields = json as { readonly [key: string]: Json };
  const mark = markOf(fields);
  if (mark === undefined) return fieldsFrom(fields);
  return FROM[mark](fields[mark] as never);
}

const FROM: { readonly [M in Mark]: (kept: never) => unknown } = {
  $bytes: (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)),
  $date: (ms: number) => new Date(ms),
  $error: ({ name, message }: { readonly name: string; readonly message: string }) =>
    Object.assign(new Error(message), { name }),
  $number: (text: string) => Number(text),
  $object: (fields: { readonly [key: string]: Json }) => fieldsFrom(fields),
  $url: (href: string) => new URL(href),
};

function fieldsFrom(fields: { readonly [key: string]: Json }): object {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fromKept(field)]));
}

function markOf(fields: { readonly [key: string]: Json }): Mark | undefined {
  const [key, ...others] = Object.keys(fields);
  return key !== undefined && others.length === 0 && MARKS.includes(key)
    ? (key as Mark)
    : undefined;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
