import { describe, expect, test } from 'vitest';
import {
  callSync,
  defineStruct,
  display,
  isOk,
  jsonStringify,
  makeFloat,
  makeStruct,
  type Value,
} from '../values/index.ts';
import { createRegistry } from './registry.ts';

const registry = createRegistry();
const run = (name: string, ...args: Value[]): Value =>
  callSync(registry.find(name)?.impl ?? null, null, args);

const user: Value = {
  type: 'dict',
  required: ['name', 'age'],
  properties: {
    name: { type: 'string', min_length: 2 },
    age: { type: 'int', min: 0 },
    role: { type: 'string', enum: ['admin', 'user'], default: 'user' },
    tags: { type: 'list', min_items: 1, items: { type: 'string', pattern: '^[a-z]+$' } },
  },
};

describe('what does not fit is named with its place', () => {
  test.each<[Value, Value, string]>([
    [42, { type: 'string' }, "expected type 'string', got 'int'"],
    [{ name: 'Ada' }, user, "missing required key 'age'"],
    [{ name: 'A', age: -1 }, user, 'age: -1 is below min 0; name: A is below min_length 2'],
    [
      { name: 'Ada', age: 1, tags: ['Core'] },
      user,
      'tags[0]: Core does not match pattern ^[a-z]+$',
    ],
    [{ name: 'Ada', age: 1, tags: [] }, user, 'tags: [] is below min_items 1'],
    [{ name: 'Ada', age: 1, role: 'x' }, user, 'role: expected one of [admin, user], got x'],
    [
      'hi',
      { union: [{ type: 'string', min_length: 3 }, { type: 'int' }] },
      'string matches none of the 2 alternatives',
    ],
    [{ a: 1 }, { type: 'object', additionalProperties: false }, "unexpected key 'a'"],
    [
      { a: 1 },
      { type: 'dict', additional_properties: { type: 'string' } },
      "a: expected type 'string', got 'int'",
    ],
    [5, { all_of: [{ min: 1 }, { max: 4 }] }, '5 is above max 4'],
    [null, { type: 'string' }, "expected type 'string', got 'nil'"],
    [1, { const: 2 }, 'expected 2, got 1'],
  ])('case %#', (value, schema, message) => {
    expect(() => run('json_validate', value, schema)).toThrow(message);
    expect(run('schema_is', value, schema)).toBe(false);
    expect(display(run('schema_check', value, schema))).toContain(message.split('; ')[0]);
  });
});

test('what fits passes: spellings of JSON Schema, nullable, ints for floats, structs', () => {
  const Person = defineStruct('Person', ['name', 'age']);
  const fitting: [Value, Value][] = [
    [[1], { type: 'array', items: { type: 'integer' }, minItems: 1 }],
    [1, { type: 'number' }],
    [makeFloat(1), { type: 'float' }],
    [null, { type: 'string', nullable: true }],
    [null, { type: ['string', 'null'] }],
    [makeStruct(Person, { name: 'Ada', age: 36 }), user],
    ['x', { type: 'any' }],
    ['x', {}],
  ];
  for (const [value, schema] of fitting)
    expect(isOk(run('schema_check', value, schema))).toBe(true);
});

test('only parsing fills in defaults, also in nested dicts', () => {
  const outer: Value = { type: 'dict', properties: { inner: user } };
  const data: Value = { inner: { name: 'Ada', age: 36 } };
  expect(display(run('schema_parse', data, outer))).toContain('role: user');
  expect(display(run('schema_check', data, outer))).not.toContain('role: user');
});

test('JSON Schema and back keeps the meaning', () => {
  const json = run('schema_to_json_schema', {
    type: 'dict',
    properties: { n: { type: 'int', min: 1, nullable: true } },
    additional_properties: false,
  });
  expect(jsonStringify(json)).toBe(
    '{"additionalProperties":false,"properties":{"n":{"minimum":1,"type":["integer","null"]}},"type":"object"}',
  );
  expect(jsonStringify(run('schema_from_json_schema', json))).toBe(
    '{"additional_properties":false,"properties":{"n":{"min":1,"nullable":true,"type":"int"}},"type":"dict"}',
  );
  expect(jsonStringify(run('schema_to_openapi_schema', { type: 'int', nullable: true }))).toBe(
    '{"nullable":true,"type":"integer"}',
  );
});

test('schemas can be cut and extended', () => {
  expect(display(run('schema_pick', user, ['name', 'role']))).toContain('required: [name]');
  expect(display(run('schema_omit', user, ['name']))).toContain('required: [age]');
  expect(display(run('schema_partial', user))).not.toContain('required');
  expect(display(run('schema_extend', user, { title: 'User' }))).toContain('title: User');
});
