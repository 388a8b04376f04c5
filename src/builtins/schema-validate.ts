// Checking values against schema dicts. A schema is written in Harn's own keys or in those of JSON Schema and OpenAPI;
// both are read into one form first. Checking collects every problem with its place, and can fill in defaults.
import { DECIMAL_PATTERN, Decimal, ownEntry } from '../base/index.ts';
import { compilePattern, PatternError } from '../text/index.ts';
import {
  asDecimal,
  asDouble,
  compare,
  type Dict,
  dictGet,
  dictKeys,
  dictPut,
  display,
  equal,
  HarnDecimal,
  HarnStruct,
  isDict,
  isList,
  type List,
  type MutableDict,
  size,
  structToDict,
  typeOf,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';

/** Other spellings of schema keys and of type names. */
const KEY_ALIASES: { readonly [alias: string]: string } = {
  minLength: 'min_length',
  maxLength: 'max_length',
  minItems: 'min_items',
  maxItems: 'max_items',
  minimum: 'min',
  maximum: 'max',
  oneOf: 'union',
  anyOf: 'union',
  any_of: 'union',
  one_of: 'union',
  allOf: 'all_of',
  additionalProperties: 'additional_properties',
};
const TYPE_ALIASES: { readonly [alias: string]: string } = {
  object: 'dict',
  array: 'list',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'nil',
};

export interface CheckOptions {
  readonly defaults?: boolean;
  readonly asItIs?: boolean;
}

/** What one check found, and the value with defaults filled in. */
export interface Checked {
  readonly value: Value;
  readonly errors: readonly string[];
}

/**
 * Checks a value; with `defaults`, absent properties that have a default get it. Unless it is only asked `asItIs`, text
 * and ints become decimals where the schema has those: JSON has no other way to write them.
 */
export function checkSchema(
  value: Value,
  schema: Value,
  { defaults = false, asItIs = false }: CheckOptions = {},
): Checked {
  const check = new Check(defaults, asItIs);
  const normalized = check.run(value, schema, '');
  return { value: normalized, errors: check.errors };
}

/** Reads a key of a schema under each of its spellings. */
export function schemaKey(schema: Dict, key: string): Value {
  const own = dictGet(schema, key);
  if (own !== undefined) return own;
  for (const [alias, name] of Object.entries(KEY_ALIASES)) {
    const value = name === key ? dictGet(schema, alias) : undefined;
    if (value !== undefined) return value;
  }
  return null;
}

/** The types that a schema allows, in Harn's names; none means any. */
export function schemaTypes(schema: Dict): readonly string[] {
  const type = dictGet(schema, 'type') ?? null;
  const names = isList(type) ? type : [type];
  const isDecimal = dictGet(schema, 'pattern') === DECIMAL_PATTERN;
  return names
    .filter((name) => typeof name === 'string')
    .map((name) =>
      isDecimal && name === 'string' ? 'decimal' : (ownEntry(TYPE_ALIASES, name) ?? name),
    );
}

class Check {
  readonly errors: string[] = [];
  readonly #defaults: boolean;
  readonly #asItIs: boolean;

  constructor(defaults: boolean, asItIs: boolean) {
    this.#defaults = defaults;
    this.#asItIs = asItIs;
  }

  run(given: Value, schema: Value, path: string): Value {
    if (!isDict(schema)) return given;
    const types = schemaTypes(schema);
    const value = this.#asItIs ? given : asWanted(given, types);
    if (value === null && (dictGet(schema, 'nullable') === true || types.includes('nil'))) {
      return value;
    }
    this.#literals(value, schema, path);
    const branches = schemaKey(schema, 'union');
    if (isList(branches)) return this.#union(value, branches, path);
    let result = value;
    const all = schemaKey(schema, 'all_of');
    if (isList(all)) for (const each of all) result = this.run(result, each, path);
    if (!fitsType(value, types)) {
      this.#report(path, `expected type '${types.join('|')}', got '${typeOf(value)}'`);
      return value;
    }
    return this.#contents(result, schema, path);
  }

  #contents(value: Value, schema: Dict, path: string): Value {
    if (typeof value === 'string') this.#text(value, schema, path);
    else if (asDouble(value) !== undefined || value instanceof HarnDecimal)
      this.#bounds(value, value, schema, ['min', 'max'], path);
    else if (isList(value)) return this.#list(value, schema, path);
    else if (isDict(value)) return this.#dict(value, value, schema, path);
    else if (value instanceof HarnStruct) {
      return this.#dict(structToDict(value), value, schema, path);
    }
    return value;
  }

  #report(path: string, problem: string): void {
    this.errors.push(path === '' ? problem : `${path}: ${problem}`);
  }

  #literals(value: Value, schema: Dict, path: string): void {
    const allowed = dictGet(schema, 'enum');
    if (allowed !== undefined && isList(allowed) && !allowed.some((each) => equal(each, value))) {
      this.#report(path, `expected one of ${display(allowed)}, got ${display(value)}`);
    }
    const only = dictGet(schema, 'const');
    if (only !== undefined && !equal(only, value)) {
      this.#report(path, `expected ${display(only)}, got ${display(value)}`);
    }
  }

  /** The first branch that accepts the value decides; otherwise one problem for all of them. */
  #union(value: Value, branches: List, path: string): Value {
    for (const branch of branches) {
      const attempt = new Check(this.#defaults, this.#asItIs);
      const result = attempt.run(value, branch, path);
      if (attempt.errors.length === 0) return result;
    }
    this.#report(path, `${typeOf(value)} matches none of the ${branches.length} alternatives`);
    return value;
  }

  #bounds(
    measured: Value,
    value: Value,
    schema: Dict,
    [least, most]: readonly [string, string],
    path: string,
  ): void {
    const min = limitFor(measured, schemaKey(schema, least));
    if (min !== undefined && compare(measured, min) < 0) {
      this.#report(path, `${display(value)} is below ${least} ${display(min)}`);
    }
    const max = limitFor(measured, schemaKey(schema, most));
    if (max !== undefined && compare(measured, max) > 0) {
      this.#report(path, `${display(value)} is above ${most} ${display(max)}`);
    }
  }

  #text(text: string, schema: Dict, path: string): void {
    this.#bounds(size(text), text, schema, ['min_length', 'max_length'], path);
    const pattern = dictGet(schema, 'pattern');
    if (typeof pattern === 'string' && !matches(pattern, text)) {
      this.#report(path, `${text} does not match pattern ${pattern}`);
    }
  }

  #list(list: List, schema: Dict, path: string): Value {
    this.#bounds(list.length, list, schema, ['min_items', 'max_items'], path);
    const items = dictGet(schema, 'items');
    if (items === undefined) return list;
    return list.map((item, i) => this.run(item, items, `${path}[${i}]`));
  }

  #dict(dict: Dict, original: Value, schema: Dict, path: string): Value {
    const properties = propertiesOf(schema);
    const filled = this.#withDefaults(dict, properties);
    const required = dictGet(schema, 'required');
    if (required !== undefined && isList(required)) {
      for (const key of required.map(display)) {
        if (dictGet(filled, key) === undefined) this.#report(path, `missing required key '${key}'`);
      }
    }
    const out: MutableDict = {};
    const extra = schemaKey(schema, 'additional_properties');
    for (const key of dictKeys(filled)) {
      const value = filled[key] as Value;
      const inner = path === '' ? key : `${path}.${key}`;
      const property = dictGet(properties, key);
      if (property !== undefined) dictPut(out, key, this.run(value, property, inner));
      else {
        if (extra === false) this.#report(path, `unexpected key '${key}'`);
        dictPut(out, key, isDict(extra) ? this.run(value, extra, inner) : value);
      }
    }
    // A struct stays the struct it is unless a default made it into something else.
    return isDict(original) || filled !== dict ? out : original;
  }

  #withDefaults(dict: Dict, properties: Dict): Dict {
    if (!this.#defaults) return dict;
    const absent = dictKeys(properties).filter((key) => {
      const property = properties[key] as Value;
      return (
        dictGet(dict, key) === undefined &&
        isDict(property) &&
        dictGet(property, 'default') !== undefined
      );
    });
    if (absent.length === 0) return dict;
    const filled: MutableDict = { ...dict };
    for (const key of absent)
      dictPut(filled, key, dictGet(properties[key] as Dict, 'default') as Value);
    return filled;
  }
}

/** Text and ints as decimals where only those are wanted. */
function asWanted(value: Value, types: readonly string[]): Value {
  if (!types.includes('decimal') || types.includes(typeOf(value))) return value;
  return asDecimal(value);
}

/** The limit of a value. That of a decimal is meant by its digits, also when JSON could only write it as a float. */
function limitFor(measured: Value, limit: Value): Value | undefined {
  if (limit instanceof HarnDecimal) return limit;
  const double = asDouble(limit);
  if (double === undefined || !(measured instanceof HarnDecimal)) {
    return double === undefined ? undefined : limit;
  }
  return Number.isFinite(double) ? new HarnDecimal(Decimal.from(display(limit))) : undefined;
}

/** The value with decimals where a schema of its parameters has them; it is not checked. */
export function withDecimals(value: Value, schema: Value): Value {
  return hasDecimals(schema) ? checkSchema(value, schema).value : value;
}

function hasDecimals(schema: Value): boolean {
  if (isList(schema)) return schema.some(hasDecimals);
  if (!isDict(schema)) return false;
  return schemaTypes(schema).includes('decimal') || Object.values(schema).some(hasDecimals);
}

function propertiesOf(schema: Dict): Dict {
  const properties = dictGet(schema, 'properties') ?? null;
  return isDict(properties) ? properties : {};
}

function fitsType(value: Value, types: readonly string[]): boolean {
  if (types.length === 0 || types.includes('any')) return true;
  const own = value instanceof HarnStruct ? 'dict' : typeOf(value);
  // JSON has one kind of number, so an int is fine where a float is asked for.
  return types.includes(own) || (own === 'int' && types.includes('float'));
}

function matches(pattern: string, text: string): boolean {
  try {
    return text.search(compilePattern(pattern)) !== -1;
  } catch (error) {
    if (error instanceof PatternError) throw wrong.pattern({ problem: error.message });
    throw error;
  }
}
