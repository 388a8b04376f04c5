// Schemas in other notations: JSON Schema, OpenAPI, and variations of a schema.
import { DECIMAL_PATTERN, ownEntry } from '../base/index.ts';
import {
  type Dict,
  dictFrom,
  dictGet,
  dictKeys,
  dictPut,
  isDict,
  isList,
  type MutableDict,
  type Value,
} from '../values/index.ts';
import { schemaKey, schemaTypes } from './schema-validate.ts';

const JSON_TYPES: { readonly [type: string]: string } = {
  dict: 'object',
  list: 'array',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  nil: 'null',
  decimal: 'string',
};

/** Canonical keys and what JSON Schema calls them; those of equal name come first. */
const KEYS: readonly (readonly [string, string])[] = [
  ['title', 'title'],
  ['description', 'description'],
  ['required', 'required'],
  ['pattern', 'pattern'],
  ['enum', 'enum'],
  ['const', 'const'],
  ['default', 'default'],
  ['min', 'minimum'],
  ['max', 'maximum'],
  ['min_length', 'minLength'],
  ['max_length', 'maxLength'],
  ['min_items', 'minItems'],
  ['max_items', 'maxItems'],
];

type Convert = (schema: Value) => Value;

/** The parts of a schema that hold schemas, each converted. */
function convertParts(
  schema: Dict,
  convert: Convert,
  names: { readonly union: string; readonly all: string; readonly additional: string },
  out: MutableDict,
): void {
  const properties = dictGet(schema, 'properties');
  if (properties !== undefined && isDict(properties)) {
    out['properties'] = mapDict(properties, convert);
  }
  const items = dictGet(schema, 'items');
  if (items !== undefined) out['items'] = convert(items);
  for (const [key, name] of [
    ['union', names.union],
    ['all_of', names.all],
  ] as const) {
    const branches = schemaKey(schema, key);
    if (isList(branches)) out[name] = branches.map(convert);
  }
  const extra = schemaKey(schema, 'additional_properties');
  if (extra !== null) out[names.additional] = isDict(extra) ? convert(extra) : extra;
}

function mapDict(dict: Dict, convert: Convert): Dict {
  return dictFrom(dictKeys(dict).map((key) => [key, convert(dict[key] as Value)]));
}

/** A schema as JSON Schema, or as an OpenAPI schema object, which says `nullable` instead of a null type. */
export function toJsonSchema(schema: Value, openApi = false): Value {
  if (!isDict(schema)) return schema;
  const out: MutableDict = {};
  const types = schemaTypes(schema)
    .filter((type) => type !== 'any')
    .map((type) => ownEntry(JSON_TYPES, type) ?? type);
  const nullable = dictGet(schema, 'nullable') === true;
  if (nullable && openApi) out['nullable'] = true;
  const named = nullable && !openApi && types.length > 0 ? [...types, 'null'] : types;
  if (named.length > 0) out['type'] = named.length === 1 ? (named[0] as string) : named;
  if (schemaTypes(schema).includes('decimal')) out['pattern'] = DECIMAL_PATTERN;
  for (const [key, name] of KEYS) {
    const value = schemaKey(schema, key);
    if (value !== null) out[name] = value;
  }
  const names = { union: 'oneOf', all: 'allOf', additional: 'additionalProperties' };
  convertParts(schema, (part) => toJsonSchema(part, openApi), names, out);
  return out;
}

/** A JSON Schema or OpenAPI schema object in canonical keys. */
export function fromJsonSchema(schema: Value): Value {
  if (!isDict(schema)) return schema;
  const out: MutableDict = {};
  const all = schemaTypes(schema);
  const types = all.filter((type) => type !== 'nil');
  if (types.length === 1) out['type'] = types[0] as string;
  else if (types.length > 1) out['union'] = types.map((type) => ({ type }));
  else if (all.length > 0) out['type'] = 'nil';
  if (dictGet(schema, 'nullable') === true || (all.includes('nil') && types.length > 0)) {
    out['nullable'] = true;
  }
  for (const [key] of KEYS) {
    const value = schemaKey(schema, key);
    if (value !== null && value !== DECIMAL_PATTERN) out[key] = value;
  }
  const names = { union: 'union', all: 'all_of', additional: 'additional_properties' };
  convertParts(schema, fromJsonSchema, names, out);
  return out;
}

/** The schema with every property optional, all the way down. */
export function partialSchema(schema: Value): Value {
  if (!isDict(schema)) return schema;
  const out: MutableDict = {};
  for (const key of dictKeys(schema)) {
    const value = schema[key] as Value;
    if (key === 'required') continue;
    if (key === 'properties' && isDict(value)) dictPut(out, key, mapDict(value, partialSchema));
    else dictPut(out, key, key === 'items' ? partialSchema(value) : value);
  }
  return out;
}

/** The schema with only those properties that `keep` accepts. */
export function selectProperties(schema: Dict, keep: (key: string) => boolean): Dict {
  const out: MutableDict = { ...schema };
  const properties = dictGet(schema, 'properties');
  if (properties !== undefined && isDict(properties)) {
    const kept = dictKeys(properties).filter(keep);
    out['properties'] = dictFrom(kept.map((key) => [key, properties[key] as Value]));
  }
  const required = dictGet(schema, 'required');
  if (required !== undefined && isList(required)) {
    out['required'] = required.filter((key) => typeof key === 'string' && keep(key));
  }
  return out;
}

const JSON_NAMES: { readonly [key: string]: string } = {
  ...Object.fromEntries(KEYS),
  union: 'anyOf',
  all_of: 'allOf',
  additional_properties: 'additionalProperties',
};

/**
 * A schema in either notation as JSON Schema for whoever is outside. Unlike `toJsonSchema` it keeps what it does not
 * know: a program may use more of JSON Schema than this language does.
 */
export function outsideSchema(schema: Value): Value {
  if (isList(schema)) return schema.map(outsideSchema);
  if (!isDict(schema)) return schema;
  const out: MutableDict = {};
  for (const key of dictKeys(schema)) {
    const value = schema[key] as Value;
    const name = Object.hasOwn(JSON_NAMES, key) ? (JSON_NAMES[key] as string) : key;
    if (key === 'properties' && isDict(value)) out[name] = mapDict(value, outsideSchema);
    else if (key === 'type') out[name] = outsideType(value);
    else dictPut(out, name, SCHEMA_KEYS.has(name) ? outsideSchema(value) : value);
  }
  if (schemaTypes(schema).includes('decimal')) out['pattern'] = DECIMAL_PATTERN;
  if (dictGet(out, 'type') === 'any') delete out['type'];
  return out;
}

const SCHEMA_KEYS = new Set(['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', 'not']);

function outsideType(type: Value): Value {
  if (isList(type)) return type.map(outsideType);
  return typeof type === 'string' ? (ownEntry(JSON_TYPES, type) ?? type) : type;
}
