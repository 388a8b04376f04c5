// Reading and writing parts of values: `.name`, `[key]`, `[a:b]`. Reads outside a list or text give nil, writes
// outside are errors. A write makes a new container unless the caller owns the old one, that is, made it and has
// shown it to nobody; the compiler proves that.
import { dictCopy, dictGet, dictPut } from './dict.ts';
import { display } from './display.ts';
import { HarnEnum } from './enum.ts';
import { equal } from './equal.ts';
import { fail } from './errors.ts';
import { HarnPair } from './pair.ts';
import { HarnRange } from './range.ts';
import { HarnSet } from './set.ts';
import { charAt, charCount, sliceChars } from './string.ts';
import { fieldOf, HarnStruct, withField } from './struct.ts';
import {
  asDouble,
  type Dict,
  HarnObject,
  isDict,
  isInt,
  type List,
  PROPERTY,
  typeOf,
  type Value,
} from './value.ts';

/** `object.name`. Absent parts of data are nil; a value without parts is an error. */
export function property(object: Value, name: string): Value {
  if (typeof object === 'string') return propertyOfString(object, name);
  if (typeof object !== 'object' || object === null)
    throw fail.noProperty({ name, kind: typeOf(object) });
  if (Array.isArray(object)) return propertyOfList(object, name);
  if (object instanceof HarnObject) return propertyOfObject(object, name);
  if (object instanceof Uint8Array) return sizeProperty(object.length, name);
  return dictGet(object as Dict, name) ?? null;
}

/** `object?.name`: nil where `object.name` would be an error. */
export function optionalProperty(object: Value, name: string): Value {
  if (object === null || (typeof object !== 'object' && typeof object !== 'string')) return null;
  return property(object, name);
}

function propertyOfString(text: string, name: string): Value {
  if (name === 'count') return charCount(text);
  return name === 'empty' ? text === '' : null;
}

function propertyOfList(list: List, name: string): Value {
  if (name === 'first') return list[0] ?? null;
  return name === 'last' ? (list.at(-1) ?? null) : sizeProperty(list.length, name);
}

function sizeProperty(size: number, name: string): Value {
  if (name === 'count') return size;
  return name === 'empty' ? size === 0 : null;
}

function propertyOfObject(object: HarnObject, name: string): Value {
  const value = object[PROPERTY](name);
  if (value !== undefined) return value;
  if (object instanceof HarnSet) return sizeProperty(object.size, name);
  if (object instanceof HarnRange) return propertyOfRange(object, name);
  if (isData(object)) return null;
  throw fail.noProperty({ name, kind: typeOf(object) });
}

/** Kinds of data whose absent parts read as nil; handles have a fixed set of parts and say so. */
function isData(object: HarnObject): boolean {
  return object instanceof HarnStruct || object instanceof HarnEnum || object instanceof HarnPair;
}

function propertyOfRange(range: HarnRange, name: string): Value {
  if (name === 'first') return range.at(0) ?? null;
  return name === 'last' ? (range.at(-1) ?? null) : sizeProperty(range.length, name);
}

/** `object[key]`. */
export function index(object: Value, key: Value): Value {
  if (Array.isArray(object)) return elementOf(object, key);
  if (typeof object === 'string') return charAt(object, position(key, 'string')) ?? null;
  if (object instanceof HarnRange) return elementOfRange(object, key);
  if (object instanceof HarnStruct) return fieldOf(object, display(key)) ?? null;
  if (object instanceof Uint8Array) return object.at(position(key, 'bytes')) ?? null;
  if (isDict(object)) return dictGet(object, display(key)) ?? null;
  throw fail.notIndexable({ kind: typeOf(object) });
}

/** `object?[key]`: nil for nil. */
export function optionalIndex(object: Value, key: Value): Value {
  return object === null ? null : index(object, key);
}

function elementOf(list: List, key: Value): Value {
  if (!isInt(key)) throw fail.badIndex({ kind: 'list', index: typeOf(key) });
  return list.at(Number(key)) ?? null;
}

function elementOfRange(range: HarnRange, key: Value): Value {
  const at = position(key, 'range');
  const value = range.at(at);
  if (value === undefined) throw fail.rangeIndex({ index: String(at), length: range.length });
  return value;
}

function position(key: Value, kind: string): number {
  if (!isInt(key)) throw fail.badIndex({ kind, index: typeOf(key) });
  return Number(key);
}

/** `object[start:end]`, end exclusive; nil is an open end, negative counts from the end, outside is cut off. */
export function slice(object: Value, start: Value, end: Value): Value {
  const length = sliceLength(object);
  const from = bound(start, length, 0);
  const to = bound(end, length, length);
  if (typeof object === 'string') return sliceChars(object, from, to);
  if (object instanceof HarnRange) return object.toList().slice(from, to);
  return (object as List | Uint8Array).slice(from, to);
}

function sliceLength(object: Value): number {
  if (typeof object === 'string') return charCount(object);
  if (Array.isArray(object) || object instanceof Uint8Array || object instanceof HarnRange)
    return object.length;
  throw fail.notIndexable({ kind: typeOf(object) });
}

function bound(at: Value, length: number, open: number): number {
  if (at === null) return open;
  const n = position(at, 'a slice');
  return Math.max(0, Math.min(n < 0 ? n + length : n, length));
}

/** The container after `object.name = value`. */
export function setProperty(object: Value, name: string, value: Value, owned = false): Value {
  if (object instanceof HarnStruct) return withField(object, name, value);
  if (isDict(object)) return writeDict(object, name, value, owned);
  throw fail.notAssignable({ name, kind: typeOf(object) });
}

/** The container after `object[key] = value`. */
export function setIndex(object: Value, key: Value, value: Value, owned = false): Value {
  if (Array.isArray(object)) return writeList(object, key, value, owned);
  if (isDict(object)) return writeDict(object, display(key), value, owned);
  if (object instanceof HarnStruct) return withField(object, display(key), value);
  throw fail.notAssignable({ name: `[${display(key)}]`, kind: typeOf(object) });
}

function writeDict(dict: Dict, key: string, value: Value, owned: boolean): Dict {
  const target = owned ? (dict as { [key: string]: Value }) : dictCopy(dict);
  dictPut(target, key, value);
  return target;
}

/** Negative positions count from the end; one before the start is taken as the start. */
function writeList(list: List, key: Value, value: Value, owned: boolean): List {
  const at = position(key, 'list');
  const place = at < 0 ? Math.max(0, at + list.length) : at;
  if (place >= list.length)
    throw fail.indexOutOfBounds({ index: String(at), length: list.length, what: 'list' });
  const target = owned ? (list as Value[]) : list.slice();
  target[place] = value;
  return target;
}

/** `len(x)` and `.count()`: 0 for what has no size. */
export function size(value: Value): number {
  if (typeof value === 'string') return charCount(value);
  if (Array.isArray(value) || value instanceof Uint8Array || value instanceof HarnRange)
    return value.length;
  if (value instanceof HarnSet) return value.size;
  return isDict(value) ? Object.keys(value).length : 0;
}

/** `item in container`: an item, a key, a part of a text. False where nothing can be inside. */
export function contains(container: Value, item: Value): boolean {
  if (Array.isArray(container)) return container.some((each: Value) => equal(each, item));
  if (typeof container === 'string') return typeof item === 'string' && container.includes(item);
  if (container instanceof HarnSet) return container.has(item);
  if (container instanceof HarnRange) {
    const n = asDouble(item);
    return n !== undefined && Number.isInteger(n) && container.contains(n);
  }
  if (container instanceof HarnStruct) return fieldOf(container, display(item)) !== undefined;
  return isDict(container) && dictGet(container, display(item)) !== undefined;
}
