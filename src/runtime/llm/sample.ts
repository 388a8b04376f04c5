// Arguments that fit a tool's schema: the least that a mock model can call it with.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';

/** Schemas that contain themselves end here. */
const MAX_DEPTH = 8;

/** A value that fits a JSON schema: what the schema suggests, or else the plainest of its type. */
export function sampleOf(schema: Json | undefined, depth = 0): Json {
  if (!isJsonObject(schema ?? null) || depth > MAX_DEPTH) return null;
  const { const: fixed, default: usual, examples, enum: choices } = schema as JsonObject;
  if (fixed !== undefined) return fixed;
  if (usual !== undefined) return usual;
  for (const list of [examples, choices]) {
    if (Array.isArray(list) && list.length > 0) return list[0] as Json;
  }
  return plainest(schema as JsonObject, depth);
}

function plainest(schema: JsonObject, depth: number): Json {
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const options = schema[key];
    if (Array.isArray(options) && options.length > 0) return sampleOf(options[0], depth + 1);
  }
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'string':
      return 'x'.repeat(Math.max(1, Number(schema['minLength'] ?? 0)));
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 0);
    case 'boolean':
      return false;
    case 'array': {
      const length = Number(schema['minItems'] ?? 0);
      return Array.from({ length }, () => sampleOf(schema['items'], depth + 1));
    }
    default:
      return type === 'object' || schema['properties'] !== undefined
        ? fieldsOf(schema, depth)
        : null;
  }
}

function fieldsOf(schema: JsonObject, depth: number): JsonObject {
  const properties = isJsonObject(schema['properties'] ?? null)
    ? (schema['properties'] as JsonObject)
    : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.fromEntries(
    required.map((name) => [String(name), sampleOf(properties[String(name)], depth + 1)]),
  );
}
