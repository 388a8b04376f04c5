// The arguments of a call, as its tool may have them: defaults put in, what models commonly get wrong mended where there
// is one way to mean it, and everything else refused with its problems. What fits is never touched.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { schemaProblems } from '../llm/index.ts';
import { aliasesOf } from './tool-annotations.ts';
import { readLiteral } from './tool-literal.ts';
import type { Tool } from './tools.ts';

/** Arguments that fit, with what was mended in them; or what is wrong. */
export type ReadArguments =
  | { readonly args: JsonObject; readonly repaired: readonly string[] }
  | { readonly problems: readonly string[] };

/** Reads the arguments of a call. */
export function readArguments(
  { parameters, annotations }: Pick<Tool, 'parameters' | 'annotations'>,
  given: Json,
): ReadArguments {
  const dict = typeof given === 'string' ? readLiteral(given) : { ok: true as const, value: given };
  if (!dict.ok || !isJsonObject(dict.value)) {
    return { problems: ['the arguments must be a JSON object'] };
  }
  const repaired: string[] =
    typeof given === 'string' ? ['read the arguments from their text'] : [];
  const named = withoutAliases(dict.value, aliasesOf(annotations), repaired);
  const args = withDefaults(named, parameters);
  const problems = schemaProblems(args, parameters);
  if (problems.length === 0) return { args, repaired };
  const mended = mend(args, parameters, '$', repaired);
  const left = schemaProblems(mended, parameters);
  if (left.length === 0 && isJsonObject(mended)) return { args: mended, repaired };
  return { problems };
}

function withoutAliases(
  args: JsonObject,
  aliases: ReadonlyMap<string, string>,
  repaired: string[],
): JsonObject {
  const named: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(args)) {
    const canonical = aliases.get(name);
    if (canonical === undefined || Object.hasOwn(args, canonical)) named[name] = value;
    else {
      named[canonical] = value;
      repaired.push(`took "${name}" for "${canonical}"`);
    }
  }
  return named;
}

function withDefaults(given: JsonObject, parameters: JsonObject): JsonObject {
  const args: { [name: string]: Json } = { ...given };
  for (const [name, schema] of Object.entries(propertiesOf(parameters))) {
    if (args[name] !== undefined || !isJsonObject(schema)) continue;
    if (schema['default'] !== undefined) args[name] = schema['default'];
  }
  return args;
}

const propertiesOf = (schema: JsonObject): JsonObject =>
  isJsonObject(schema['properties']) ? schema['properties'] : {};

/** A value as its schema can only have meant it. */
function mend(value: Json, schema: JsonObject, at: string, repaired: string[]): Json {
  const inside = mendInside(value, schema, at, repaired);
  if (schemaProblems(inside, schema).length === 0) return inside;
  for (const other of otherReadings(inside, schema)) {
    const tried: string[] = [];
    const read = mendInside(other.value, schema, at, tried);
    if (schemaProblems(read, schema).length > 0) continue;
    repaired.push(`${at}: ${other.how}`, ...tried);
    return read;
  }
  return inside;
}

function mendInside(value: Json, schema: JsonObject, at: string, repaired: string[]): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isJsonObject(items)) return value;
    return value.map((item: Json, k: number) => mend(item, items, `${at}[${k}]`, repaired));
  }
  if (!isJsonObject(value)) return value;
  const properties = propertiesOf(schema);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const out: { [name: string]: Json } = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isJsonObject(inner)) out[name] = item;
    else if (item === null && !required.includes(name) && schemaProblems(null, inner).length > 0) {
      repaired.push(`${at}.${name}: left out a null`);
    } else out[name] = mend(item, inner, `${at}.${name}`, repaired);
  }
  return out;
}

interface Reading {
  readonly value: Json;
  readonly how: string;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** What else a value can stand for, the likeliest first. Lossy readings are not among them. */
function otherReadings(value: Json, schema: JsonObject): readonly Reading[] {
  const wanted = new Set([schema['type'] ?? null].flat() as readonly Json[]);
  const readings: Reading[] = [];
  if (typeof value === 'string') {
    const text = value.trim();
    if ((wanted.has('integer') || wanted.has('number')) && NUMBER.test(text)) {
      readings.push({ value: Number(text), how: 'read a number from its text' });
    }
    if (wanted.has('boolean') && /^(?:true|false)$/i.test(text)) {
      readings.push({ value: text.toLowerCase() === 'true', how: 'read a bool from its text' });
    }
    if (
      (wanted.has('array') && text.startsWith('[')) ||
      (wanted.has('object') && text.startsWith('{'))
    ) {
      const literal = readLiteral(text);
      if (literal.ok) readings.push({ value: literal.value, how: 'read JSON from its text' });
    }
  }
  if (wanted.has('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    readings.push({ value: String(value), how: 'made a text of it' });
  }
  if (wanted.has('array') && !Array.isArray(value) && value !== null) {
    readings.push({ value: [value], how: 'made a list of it' });
  }
  return readings;
}
