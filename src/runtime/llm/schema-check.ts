// Whether the JSON a model wrote fits the schema it was asked for. The part of JSON Schema that models are sent: types,
// objects, lists, enums, bounds and combinations; other keywords are hints to the model and not checked here.
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';

/** What does not fit, one line per place; empty when all fits. */
export function schemaProblems(value: Json, schema: JsonObject, at = '$'): readonly string[] {
  const problems: string[] = [];
  const { enum: allowed, const: fixed } = schema;
  const wanted = typesOf(schema);
  if (schema['nullable'] === true && value === null) return [];
  if (wanted.length > 0 && !wanted.some((type) => hasType(value, type))) {
    return [`${at} must be ${wanted.join(' or ')}, not ${nameOf(value)}`];
  }
  if (Array.isArray(allowed) && !allowed.some((one: Json) => same(one, value))) {
    problems.push(`${at} must be one of ${JSON.stringify(allowed)}`);
  }
  if (fixed !== undefined && !same(fixed, value)) {
    problems.push(`${at} must be ${JSON.stringify(fixed)}`);
  }
  if (typeof value === 'number') problems.push(...boundProblems(value, schema, at, NUMBER));
  if (typeof value === 'string') {
    problems.push(...boundProblems([...value].length, schema, `the length of ${at}`, TEXT));
  }
  if (Array.isArray(value)) problems.push(...listProblems(value as readonly Json[], schema, at));
  if (isJsonObject(value)) problems.push(...objectProblems(value, schema, at));
  return [...problems, ...combinationProblems(value, schema, at)];
}

const NUMBER = { min: 'minimum', max: 'maximum' } as const;
const TEXT = { min: 'minLength', max: 'maxLength' } as const;
const LIST = { min: 'minItems', max: 'maxItems' } as const;

function boundProblems(
  size: number,
  schema: JsonObject,
  at: string,
  { min, max }: { readonly min: string; readonly max: string },
): readonly string[] {
  const low = schema[min];
  const high = schema[max];
  const problems: string[] = [];
  if (typeof low === 'number' && size < low) problems.push(`${at} must be at least ${low}`);
  if (typeof high === 'number' && size > high) problems.push(`${at} must be at most ${high}`);
  return problems;
}

function listProblems(list: readonly Json[], schema: JsonObject, at: string): readonly string[] {
  const { items } = schema;
  const problems = [...boundProblems(list.length, schema, `the length of ${at}`, LIST)];
  if (!isJsonObject(items)) return problems;
  for (const [index, item] of list.entries()) {
    problems.push(...schemaProblems(item, items, `${at}[${index}]`));
  }
  return problems;
}

function objectProblems(value: JsonObject, schema: JsonObject, at: string): readonly string[] {
  const problems: string[] = [];
  const { required, properties, additionalProperties: others } = schema;
  for (const name of Array.isArray(required) ? (required as readonly Json[]) : []) {
    if (typeof name === 'string' && !Object.hasOwn(value, name)) {
      problems.push(`${at}.${name} is missing`);
    }
  }
  const known = isJsonObject(properties) ? properties : {};
  for (const [name, item] of Object.entries(value)) {
    const inner = Object.hasOwn(known, name) ? known[name] : others;
    if (inner === false) problems.push(`${at}.${name} is not allowed`);
    else if (isJsonObject(inner)) problems.push(...schemaProblems(item, inner, `${at}.${name}`));
  }
  return problems;
}

function combinationProblems(value: Json, schema: JsonObject, at: string): readonly string[] {
  const problems: string[] = [];
  for (const inner of schemasIn(schema['allOf'])) {
    problems.push(...schemaProblems(value, inner, at));
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const choices = schemasIn(schema[keyword]);
    const fitting = choices.filter((inner) => schemaProblems(value, inner, at).length === 0);
    const wrong = keyword === 'oneOf' ? fitting.length !== 1 : fitting.length === 0;
    if (choices.length > 0 && wrong) {
      problems.push(`${at} must fit ${keyword === 'oneOf' ? 'exactly one' : 'one'} of its forms`);
    }
  }
  return problems;
}

function schemasIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

/** The names of types in a schema; those of the language's own spelling are understood. */
function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  const list = typeof type === 'string' ? [type] : Array.isArray(type) ? type : [];
  return list.filter((one: Json): one is string => typeof one === 'string');
}

function hasType(value: Json, type: string): boolean {
  switch (type) {
    case 'object':
    case 'dict':
      return isJsonObject(value);
    case 'array':
    case 'list':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
    case 'bool':
      return typeof value === 'boolean';
    case 'integer':
    case 'int':
      return Number.isInteger(value);
    case 'number':
    case 'float':
      return typeof value === 'number';
    case 'null':
    case 'nil':
      return value === null;
    default:
      return true;
  }
}

function nameOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function same(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
