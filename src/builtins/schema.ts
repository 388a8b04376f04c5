// Builtins about schemas: checking data, and schemas in other notations.
import {
  type Dict,
  dictMerge,
  display,
  err,
  HarnThrow,
  isDict,
  isList,
  ok,
  truthy,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { fromJsonSchema, partialSchema, selectProperties, toJsonSchema } from './schema-convert.ts';
import { checkSchema } from './schema-validate.ts';

function checked(value: Value, schema: Value, defaults: boolean): Value {
  const result = checkSchema(value, schema, { defaults });
  if (result.errors.length === 0) return ok(result.value);
  return err({ errors: result.errors, message: result.errors.join('; '), value });
}

/** The value, or a thrown text with all the problems. */
function expected(value: Value, schema: Value, defaults: boolean): Value {
  const result = checkSchema(value, schema, { defaults });
  if (result.errors.length > 0) throw new HarnThrow(result.errors.join('; '));
  return result.value;
}

function schemaArg(name: string, schema: Value): Dict {
  if (isDict(schema)) return schema;
  throw wrong.argument({ builtin: name, detail: 'a schema is a dict' });
}

function names(keys: Value): ReadonlySet<string> {
  return new Set(isList(keys) ? keys.map(display) : []);
}

function checkRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'json_validate(data: any, schema: dict) -> bool',
      { doc: 'True when data fits a schema; fails with every problem when it does not.' },
      (_, data, schema) => {
        expected(data, schema, false);
        return true;
      },
    ),
    builtin(
      'schema_is(data: any, schema: any) -> bool',
      { doc: 'Whether data fits a schema.' },
      (_, data, schema) => checkSchema(data, schema, { asItIs: true }).errors.length === 0,
    ),
    builtin(
      'schema_check(data: any, schema: any) -> Result',
      { doc: 'Ok with the data, or Err with `{message, errors, value}`.' },
      (_, data, schema) => checked(data, schema, false),
    ),
    builtin(
      'schema_parse(data: any, schema: any) -> Result',
      { doc: 'Like schema_check, and absent properties get their defaults.' },
      (_, data, schema) => checked(data, schema, true),
    ),
    builtin(
      'schema_expect(data: any, schema: any, apply_defaults: bool?) -> any',
      { doc: 'The data when it fits a schema; fails with every problem when it does not.' },
      (_, data, schema, defaults = null) => expected(data, schema, truthy(defaults)),
    ),
  ];
}

export function schemaRows(): readonly BuiltinRow[] {
  return [
    ...checkRows(),
    builtin(
      'schema_of(schema: any) -> dict',
      {
        doc: 'The schema of a named type, in the keys of this language.',
      },
      (_, schema) => fromJsonSchema(schema),
    ),
    builtin(
      'schema_to_json_schema(schema: any) -> dict',
      { doc: 'A schema as JSON Schema.' },
      (_, schema) => toJsonSchema(schema),
    ),
    builtin(
      'schema_to_openapi_schema(schema: any) -> dict',
      { doc: 'A schema as an OpenAPI schema object.' },
      (_, schema) => toJsonSchema(schema, true),
    ),
    builtin(
      'schema_from_json_schema(schema: any) -> dict',
      { doc: 'A JSON Schema in canonical keys.', aliases: ['schema_from_openapi_schema'] },
      (_, schema) => fromJsonSchema(schema),
    ),
    builtin(
      'schema_extend(base: dict, overrides: dict) -> dict',
      { doc: 'A schema with keys of another put over it.' },
      (_, base, over) =>
        dictMerge(schemaArg('schema_extend', base), schemaArg('schema_extend', over)),
    ),
    builtin(
      'schema_partial(schema: dict) -> dict',
      { doc: 'A schema whose properties are all optional.' },
      (_, schema) => partialSchema(schema),
    ),
    builtin(
      'schema_pick(schema: dict, keys: list) -> dict',
      { doc: 'A schema with only these properties.' },
      (_, schema, keys) => {
        const wanted = names(keys);
        return selectProperties(schemaArg('schema_pick', schema), (key) => wanted.has(key));
      },
    ),
    builtin(
      'schema_omit(schema: dict, keys: list) -> dict',
      { doc: 'A schema without these properties.' },
      (_, schema, keys) => {
        const dropped = names(keys);
        return selectProperties(schemaArg('schema_omit', schema), (key) => !dropped.has(key));
      },
    ),
  ];
}
