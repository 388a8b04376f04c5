// JSON texts and Harn values. Ints and floats stay apart both ways: `1` is an int and `1.0` a float, and numbers
// beyond a double's exact range keep their digits. Most texts go through the platform's parser, which is faster.
import { Decimal, type Json } from '../base/index.ts';
import { encodeBase64 } from './base64.ts';
import { HarnDecimal } from './decimal.ts';
import { dictFrom, dictKeys } from './dict.ts';
import { display } from './display.ts';
import { HarnDuration } from './duration.ts';
import { HarnEnum } from './enum.ts';
import { JsonReader } from './json-reader.ts';
import { HarnPair } from './pair.ts';
import { HarnRange } from './range.ts';
import { HarnSet } from './set.ts';
import { HarnStruct, structToDict } from './struct.ts';
import {
  type Dict,
  HarnObject,
  HFloat,
  intFromNumber,
  isDict,
  type List,
  type Value,
} from './value.ts';

/** What the platform's parser would change or let through: integral floats, exponents, -0, 16 digits and more; halves of characters. */
const NEEDS_READER = /\d\.0|\d[eE]|-0|\d{16}|\\u[dD][89a-fA-F]/;

/** The value of a JSON text. Throws an error of the language when it is not JSON. */
export function jsonParse(text: string): Value {
  if (!NEEDS_READER.test(text)) {
    try {
      return JSON.parse(text) as Value;
    } catch {
      // The reader below says what is wrong and where.
    }
  }
  return new JsonReader(text).document();
}

/** JSON without spaces, keys in order. Functions and handles become null. `indent` spreads it over lines. */
export function jsonStringify(value: Value, indent = 0): string {
  return indent > 0 ? write(value, '\n', ' '.repeat(indent)) : write(value, '', '');
}

function write(value: Value, line: string, step: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'function':
      return 'null';
    default:
      return writeObject(value, line, step);
  }
}

function writeObject(
  value: List | Dict | Uint8Array | HarnObject | null,
  line: string,
  step: string,
): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return writeList(value, line, step);
  if (value instanceof HFloat) return writeIntegralFloat(value.value);
  if (value instanceof HarnObject) {
    const plain = plainForm(value);
    return plain === undefined ? 'null' : write(plain, line, step);
  }
  if (value instanceof Uint8Array) return writeDict({ $bytes: encodeBase64(value) }, line, step);
  return writeDict(value as Dict, line, step);
}

function writeIntegralFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('e') ? text : `${text}.0`;
}

function writeList(list: List, line: string, step: string): string {
  if (list.length === 0) return '[]';
  const inner = line + step;
  return `[${inner}${list.map((item) => write(item, inner, step)).join(`,${inner}`)}${line}]`;
}

function writeDict(dict: Dict, line: string, step: string): string {
  const keys = dictKeys(dict);
  if (keys.length === 0) return '{}';
  const inner = line + step;
  const colon = line === '' ? ':' : ': ';
  const parts = keys.map(
    (key) => JSON.stringify(key) + colon + write(dict[key] as Value, inner, step),
  );
  return `{${inner}${parts.join(`,${inner}`)}${line}}`;
}

/** Data kinds as lists, dicts and scalars; undefined for handles. */
export function plainForm(value: HarnObject): Value | undefined {
  if (value instanceof HarnStruct) return structToDict(value);
  if (value instanceof HarnSet) return value.toList();
  if (value instanceof HarnPair) return [value.first, value.second];
  if (value instanceof HarnDuration) return value.ms;
  if (value instanceof HarnDecimal) return value.decimal.toString();
  if (value instanceof HarnRange) return display(value);
  if (value instanceof HarnEnum) {
    return { enum: value.enumName, fields: value.fields, variant: value.variant };
  }
  return undefined;
}

/**
 * A value as JSON data for programs that know nothing of Harn (an HTTP body, a tool's arguments). Not lossless: an
 * int beyond 2^53 becomes the nearest double and a float without fraction looks like an int.
 */
export function toJson(value: Value): Json {
  return JSON.parse(jsonStringify(value)) as Json;
}

/**
 * Like `toJson`, for what a program itself gets back: a decimal is `{"$decimal": "0.10"}`, which `fromJson` reads. To
 * others it would be a riddle.
 */
export function toKeptJson(value: Value): Json {
  return toJson(holdsDecimal(value) ? withMarks(value) : value);
}

function holdsDecimal(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof HarnDecimal) return true;
  const plain = value instanceof HarnObject ? (plainForm(value) ?? null) : value;
  if (Array.isArray(plain)) return plain.some(holdsDecimal);
  return isDict(plain) && Object.values(plain).some(holdsDecimal);
}

function withMarks(value: Value): Value {
  if (value instanceof HarnDecimal) return { ...value.decimal.toData() };
  const plain = value instanceof HarnObject ? (plainForm(value) ?? value) : value;
  if (Array.isArray(plain)) return plain.map(withMarks);
  if (!isDict(plain)) return plain;
  return dictFrom(Object.entries(plain).map(([key, item]) => [key, withMarks(item)]));
}

/** JSON data as a value, kept decimals among it. The objects are shared where they can be, so nobody may change them afterwards. */
export function fromJson(json: Json): Value {
  return isOdd(json) ? convert(json) : (json as Value);
}

/** Whether data holds what no Harn value looks like: an int beyond the exact range, -0, or a kept decimal. */
function isOdd(json: Json): boolean {
  if (typeof json === 'number') {
    return (Number.isInteger(json) && !Number.isSafeInteger(json)) || Object.is(json, -0);
  }
  if (typeof json !== 'object' || json === null) return false;
  return Object.hasOwn(json, '$decimal') || Object.values(json).some(isOdd);
}

function convert(json: Json): Value {
  if (typeof json === 'number') {
    return Object.is(json, -0) ? new HFloat(-0) : intFromNumber(json);
  }
  if (Array.isArray(json)) return json.map(convert);
  if (typeof json !== 'object' || json === null) return json as Value;
  if (Decimal.isData(json)) return new HarnDecimal(Decimal.from(json));
  return dictFrom(Object.entries(json).map(([key, value]) => [key, convert(value)]));
}
