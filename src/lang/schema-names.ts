// Built-in types as JSON Schema names them, for checks of arguments and for what a program shows to callers from outside.

export const SCHEMA_NAMES: { readonly [name: string]: string } = {
  int: 'integer',
  float: 'number',
  number: 'number',
  string: 'string',
  bool: 'boolean',
  nil: 'null',
  list: 'array',
  dict: 'object',
};
