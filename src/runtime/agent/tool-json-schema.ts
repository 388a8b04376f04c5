// Schemas of tools as JSON Schema, whichever words a program uses: names of types and keys of the language are translated
// wherever they stand, because what a model is offered is checked by its provider. What is JSON Schema already stays.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';

/** Type names of the language, as JSON Schema knows them. `any` says nothing; JSON Schema says nothing by not saying it. */
const TYPES: { readonly [name: string]: string } = {
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
  nil: 'null',
};

/** Keys of the language's schemas that JSON Schema has under another name. */
const KEYS: { readonly [key: string]: string } = {
  min: 'minimum',
  max: 'maximum',
  min_length: 'minLength',
  max_length: 'maxLength',
  min_items: 'minItems',
  max_items: 'maxItems',
  union: 'oneOf',
  all_of: 'allOf',
  additional_properties: 'additionalProperties',
};

const LISTS: ReadonlySet<string> = new Set(['oneOf', 'anyOf', 'allOf', 'prefixItems']);
const SCHEMAS: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'not']);
const TABLES: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

/** One schema, or the name of a type, as JSON Schema. */
export function asJsonSchema(given: Json): JsonObject {
  if (typeof given === 'string') return typed(given);
  if (!isJsonObject(given)) return {};
  const out: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(given as JsonObject)) {
    const name = Object.hasOwn(KEYS, key) ? (KEYS[key] as string) : key;
    if (key === 'type') Object.assign(out, typed(value));
    else if (key !== 'nullable') out[name] = part(name, value);
  }
  return given['nullable'] === true ? orNull(out) : out;
}

function part(name: string, value: Json): Json {
  const isSchema = SCHEMAS.has(name);
  // `items` may be a list, one schema for each place.
  if ((isSchema || LISTS.has(name)) && Array.isArray(value)) {
    return (value as readonly Json[]).map(asJsonSchema);
  }
  if (isSchema) return typeof value === 'boolean' ? value : asJsonSchema(value);
  if (!TABLES.has(name) || !isJsonObject(value)) return value;
  const all = Object.entries(value as JsonObject).map(([key, one]) => [key, asJsonSchema(one)]);
  return Object.fromEntries(all) as JsonObject;
}

function typed(given: Json): JsonObject {
  if (given === 'any') return {};
  if (typeof given === 'string') return { type: typeName(given) };
  if (!Array.isArray(given)) return { type: given };
  return {
    type: (given as readonly Json[]).map((one) => (typeof one === 'string' ? typeName(one) : one)),
  };
}

function typeName(name: string): string {
  return Object.hasOwn(TYPES, name) ? (TYPES[name] as string) : name;
}

function orNull(schema: JsonObject): JsonObject {
  const { type } = schema;
  return typeof type === 'string' ? { ...schema, type: [type, 'null'] } : schema;
}
