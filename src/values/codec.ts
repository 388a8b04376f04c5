// Values as JSON data without loss, for whoever keeps a value and gives it back to a program: snapshots, checkpoints,
// messages. Kinds that JSON lacks are objects with a `$harn` key. Functions and handles have no such form.
import { Decimal, isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { HarnDecimal } from './decimal.ts';
import { dictFrom } from './dict.ts';
import { HarnDuration } from './duration.ts';
import { HarnEnum } from './enum.ts';
import { fail } from './errors.ts';
import { HarnPair } from './pair.ts';
import { HarnRange } from './range.ts';
import { HarnSet } from './set.ts';
import { HarnStruct, makeStruct, type StructClass, structToDict, structType } from './struct.ts';
import {
  type Dict,
  HarnObject,
  HFloat,
  type List,
  makeFloat,
  makeInt,
  typeOf,
  type Value,
} from './value.ts';

const TAG = '$harn';

/** The JSON data of a value. Throws for functions and handles, however deep they hide. */
export function encodeValue(value: Value): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { [TAG]: 'float', value: String(value) };
    case 'bigint':
      return { [TAG]: 'int', value: String(value) };
    case 'function':
      throw fail.notData({ kind: typeOf(value) });
    default:
      return encodeObject(value);
  }
}

function encodeObject(value: List | Dict | Uint8Array | HarnObject | null): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(encodeValue);
  if (value instanceof HarnObject) return encodeKind(value);
  if (value instanceof Uint8Array) return { [TAG]: 'bytes', value: encodeBase64(value) };
  const encoded = encodeFields(value as Dict);
  return Object.hasOwn(encoded, TAG) ? { [TAG]: 'dict', fields: encoded } : encoded;
}

function encodeFields(dict: Dict): JsonObject {
  return dictFrom(
    Object.entries(dict).map(([key, value]) => [key, encodeValue(value) as Value]),
  ) as JsonObject;
}

function encodeKind(value: HarnObject): Json {
  if (value instanceof HFloat) {
    return { [TAG]: 'float', value: Object.is(value.value, -0) ? '-0' : String(value.value) };
  }
  if (value instanceof HarnStruct) {
    return {
      [TAG]: 'struct',
      fields: encodeFields(structToDict(value)),
      name: structType(value).name,
    };
  }
  if (value instanceof HarnEnum) {
    const { enumName, variant, fields } = value;
    return { [TAG]: 'enum', fields: fields.map(encodeValue), name: enumName, variant };
  }
  if (value instanceof HarnSet) return { [TAG]: 'set', items: value.toList().map(encodeValue) };
  if (value instanceof HarnPair) {
    return { [TAG]: 'pair', items: [encodeValue(value.first), encodeValue(value.second)] };
  }
  if (value instanceof HarnDecimal) return { [TAG]: 'decimal', value: value.decimal.toString() };
  if (value instanceof HarnDuration) return { [TAG]: 'duration', ms: value.ms };
  if (value instanceof HarnRange) {
    return { [TAG]: 'range', inclusive: value.inclusive, start: value.start, stop: value.stop };
  }
  throw fail.notData({ kind: typeOf(value) });
}

/** Finds the class of a struct by name, as the program that decodes declares it. */
export type FindStruct = (name: string) => StructClass | undefined;

/** The value of such data. A struct that the program does not declare comes back as a dict of its fields. */
export function decodeValue(json: Json, findStruct: FindStruct = () => undefined): Value {
  if (Array.isArray(json)) return json.map((item: Json) => decodeValue(item, findStruct));
  if (!isJsonObject(json)) return json as Value;
  if (!Object.hasOwn(json, TAG)) return decodeFields(json, findStruct);
  const items = (json['items'] ?? json['fields'] ?? []) as Json;
  const list = (Array.isArray(items) ? items : []).map((each: Json) =>
    decodeValue(each, findStruct),
  );
  switch (json[TAG]) {
    case 'float':
      return makeFloat(Number(json['value']));
    case 'int':
      return makeInt(BigInt(String(json['value'])));
    case 'decimal':
      return new HarnDecimal(Decimal.from(String(json['value'])));
    case 'bytes':
      return decodeBase64(String(json['value'])) ?? new Uint8Array();
    case 'set':
      return new HarnSet(list);
    case 'pair':
      return new HarnPair(list[0] ?? null, list[1] ?? null);
    case 'duration':
      return new HarnDuration(Number(json['ms']));
    case 'range':
      return new HarnRange(Number(json['start']), Number(json['stop']), json['inclusive'] === true);
    case 'enum':
      return new HarnEnum(String(json['name']), String(json['variant']), list);
    default:
      break;
  }
  const fields = decodeFields((isJsonObject(items) ? items : {}) as JsonObject, findStruct);
  const struct = json[TAG] === 'struct' ? findStruct(String(json['name'])) : undefined;
  return struct === undefined ? fields : makeStruct(struct, fields);
}

function decodeFields(json: JsonObject, findStruct: FindStruct): Dict {
  return dictFrom(
    Object.entries(json).map(([key, value]) => [key, decodeValue(value, findStruct)] as const),
  );
}
