// Values as the data of formats that tell ints from floats, and back.
import type { ExactData } from '../text/index.ts';
import {
  asDouble,
  type Dict,
  dictFrom,
  dictKeys,
  encodeBase64,
  HarnSet,
  HarnStruct,
  isBytes,
  isDict,
  isFloat,
  isInt,
  isList,
  makeFloat,
  makeInt,
  plainForm,
  structToDict,
  type Value,
} from '../values/index.ts';

/** Data as values. */
export function fromExact(data: ExactData): Value {
  if (typeof data === 'bigint') return makeInt(data);
  if (typeof data === 'number') return makeFloat(data);
  if (data === null || typeof data !== 'object') return data;
  if (isExactList(data)) return data.map(fromExact);
  if (data instanceof Uint8Array) return data;
  if (data instanceof Set) return new HarnSet([...data].map(fromExact));
  return dictFrom(Object.entries(data).map(([key, item]) => [key, fromExact(item)]));
}

/** A value as data. What is neither data nor has a plain form (functions, handles) becomes null. */
export function toExact(value: Value): ExactData {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (isInt(value)) return BigInt(value);
  if (isFloat(value)) return asDouble(value) as number;
  if (isBytes(value)) return { $bytes: encodeBase64(value) };
  if (isList(value)) return value.map(toExact);
  if (isDict(value)) return exactDict(value);
  if (value instanceof HarnStruct) return exactDict(structToDict(value));
  const plain = typeof value === 'function' ? undefined : plainForm(value);
  return plain === undefined ? null : toExact(plain as Value);
}

function isExactList(data: ExactData): data is readonly ExactData[] {
  return Array.isArray(data);
}

function exactDict(dict: Dict): { [key: string]: ExactData } {
  const out: { [key: string]: ExactData } = Object.create(null);
  for (const key of dictKeys(dict)) out[key] = toExact(dict[key] as Value);
  return out;
}
