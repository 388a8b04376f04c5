// Values on their way out of the language: what an effect, a journal or another process may keep. Handles are
// authority, not data; functions are code. Neither is serialised, however deep it hides.
import { isJsonObject, type Json } from '../base/index.ts';
import { capabilityErrors, runErrors } from '../runtime/run/index.ts';
import {
  HarnDuration,
  HarnObject,
  HFloat,
  isDict,
  isList,
  type List,
  plainForm,
  toJson,
  toKeptJson,
  typeOf,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';
import { HarnHandle } from './handle.ts';

/** A value as JSON data. Handles and functions are refused with a coded error. */
export function toData(value: Value | undefined): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  assertData(value);
  return toJson(value);
}

/** Like `toData`, for data that a program of this language gets back: decimals stay decimals. */
export function toKept(value: Value | undefined): Json {
  if (typeof value !== 'object' || value === null) return toData(value);
  assertData(value);
  return toKeptJson(value);
}

/** Options as data: nil stands for none, and what is no dict is refused. */
export function optionsOf<T>(value: Value | undefined): T {
  const data = toData(value) ?? {};
  if (isJsonObject(data)) return data as T;
  throw wrong.options({ kind: typeOf(value as Value) });
}

/** An argument that has to be a list. */
export function listArgument(builtin: string, value: Value | undefined): List {
  if (value !== undefined && isList(value)) return value;
  throw wrong.argument({ builtin, detail: `expected a list, got ${typeOf(value ?? null)}` });
}

/** Milliseconds of a duration or a number. */
export function toMs(value: Value | undefined, otherwise: number): number {
  if (value instanceof HarnDuration) return value.ms;
  if (typeof value === 'number') return value;
  if (value instanceof HFloat) return value.value;
  return otherwise;
}

/** A number, an int or a float, as a double. */
export function toNumber(value: Value | undefined, otherwise = 0): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof HFloat ? value.value : otherwise;
}

function assertData(value: Value): void {
  if (value instanceof HarnHandle) throw capabilityErrors.notData({ handle: value.typeName });
  if (typeof value === 'function') {
    throw runErrors.notJson({ what: 'this value', type: 'a function' });
  }
  if (isList(value)) for (const item of value) assertData(item);
  else if (isDict(value)) for (const item of Object.values(value)) assertData(item);
  else if (value instanceof HarnObject) {
    const plain = plainForm(value);
    if (plain !== undefined && typeof plain === 'object') assertData(plain);
  }
}
