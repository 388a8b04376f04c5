// Reading the arguments of what tasks share: limits of waits, names with options, and conditional writes.
import type { SharedName } from '../runtime/work/index.ts';
import {
  type Dict,
  dictGet,
  dictKeys,
  display,
  HarnDuration,
  isDict,
  isInt,
  isNumber,
  typeOf,
  type Value,
} from '../values/index.ts';
import { toMs, toNumber } from './data.ts';
import { wrong } from './errors.ts';

/** A limit in ms: a duration or a number. Nil and nothing mean no limit; below 0 is 0. */
export function limitOf(builtin: string, value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof HarnDuration) && !isNumber(value)) {
    const detail = `timeout must be a duration or milliseconds, got ${typeOf(value)}`;
    throw wrong.argument({ builtin, detail });
  }
  return Math.max(0, toMs(value, 0));
}

/** An int, or the fallback for nil and nothing. */
export function intOf<F>(
  builtin: string,
  name: string,
  value: Value | undefined,
  fallback: F,
): number | F {
  if (value === undefined || value === null) return fallback;
  if (!isInt(value)) {
    throw wrong.argument({ builtin, detail: `${name} must be an int, got ${typeOf(value)}` });
  }
  return toNumber(value);
}

/** The name of a cell, map or mailbox: a text, or a dict with the text and where it is visible. */
export function sharedName(
  builtin: string,
  given: Value | undefined,
  field: 'key' | 'name',
): SharedName & { readonly options: Dict } {
  if (!isDict(given as Value)) {
    const key = given === undefined || given === null ? 'default' : display(given);
    return { key, options: {} };
  }
  const options = given as Dict;
  const key = dictGet(options, field) ?? dictGet(options, field === 'key' ? 'name' : 'key');
  if (key === undefined || key === null) {
    throw wrong.argument({ builtin, detail: `options need a ${field}` });
  }
  const text = (name: string) => {
    const value = dictGet(options, name);
    return value === undefined || value === null ? undefined : display(value);
  };
  return { key: display(key), scope: text('scope'), tenantId: text('tenant_id'), options };
}

/** What a conditional write expects: a value, or `{value, version}` as a snapshot gives it. */
export function expectation(given: Value): {
  readonly expected: Value;
  readonly version: number | undefined;
} {
  if (isDict(given) && dictKeys(given).join(' ') === 'value version') {
    const version = dictGet(given, 'version') as Value;
    if (isInt(version)) {
      return { expected: dictGet(given, 'value') as Value, version: toNumber(version) };
    }
  }
  return { expected: given, version: undefined };
}
