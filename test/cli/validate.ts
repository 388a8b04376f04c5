// Just enough of JSON Schema to hold lines of `harn run --json` against docs/events.schema.json. A keyword that it does not
// know is an error, so the schema cannot grow past it unnoticed.
import { isDeepStrictEqual } from 'node:util';

type Schema = { readonly [keyword: string]: unknown };

const IGNORED = new Set(['$schema', '$defs', 'title', 'description']);

/** What is wrong with a value, with the place; empty when nothing is. */
export function faultsOf(
  value: unknown,
  schema: Schema,
  root: Schema = schema,
  at = '$',
): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (IGNORED.has(keyword)) return [];
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`the schema uses ${keyword}`);
    return check({ value, wanted, schema, root, at });
  });
}

interface Check {
  readonly value: unknown;
  readonly wanted: unknown;
  readonly schema: Schema;
  readonly root: Schema;
  readonly at: string;
}

const fault = (isFine: boolean, { at, value }: Check, what: string): string[] =>
  isFine ? [] : [`${at} ${what}: ${JSON.stringify(value)}`];

const fieldsOf = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};

const TYPES: { readonly [name: string]: (value: unknown) => boolean } = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const KEYWORDS: { readonly [keyword: string]: (check: Check) => string[] } = {
  type: (check) => {
    const name = String(check.wanted);
    return fault(TYPES[name]?.(check.value) === true, check, `is no ${name}`);
  },
  const: (check) => fault(isDeepStrictEqual(check.value, check.wanted), check, 'is another value'),
  minimum: (check) => fault(Number(check.value) >= Number(check.wanted), check, 'is too small'),
  pattern: (check) =>
    fault(
      new RegExp(String(check.wanted), 'u').test(String(check.value)),
      check,
      'has another form',
    ),
  required: (check) =>
    (check.wanted as string[]).flatMap((name) =>
      fault(Object.hasOwn(fieldsOf(check.value), name), check, `lacks ${name}`),
    ),
  properties: ({ value, wanted, root, at }) =>
    Object.entries(fieldsOf(value)).flatMap(([name, field]) => {
      const schema = (wanted as { readonly [name: string]: Schema | undefined })[name];
      return schema === undefined ? [] : faultsOf(field, schema, root, `${at}.${name}`);
    }),
  additionalProperties: (check) => {
    const known = Object.keys(fieldsOf(check.schema['properties']));
    const more = Object.keys(fieldsOf(check.value)).filter((name) => !known.includes(name));
    return fault(check.wanted !== false || more.length === 0, check, `has ${more.join()} too`);
  },
  items: ({ value, wanted, root, at }) =>
    (Array.isArray(value) ? value : []).flatMap((item: unknown, i) =>
      faultsOf(item, wanted as Schema, root, `${at}[${i}]`),
    ),
  oneOf: (check) => {
    const results = (check.wanted as Schema[]).map((schema) =>
      faultsOf(check.value, schema, check.root, check.at),
    );
    const fits = results.filter((faults) => faults.length === 0).length;
    return fault(fits === 1, check, `fits ${fits} of ${results.length} forms`);
  },
  $ref: ({ value, wanted, root, at }) => {
    const name = String(wanted).replace('#/$defs/', '');
    return faultsOf(value, fieldsOf(root['$defs'])[name] as Schema, root, at);
  },
};
