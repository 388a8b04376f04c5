// What models get wrong in the arguments of a call, and what becomes of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { parameterSchema } from './index.ts';
import { readArguments } from './tool-arguments.ts';

const parameters = parameterSchema('t', {
  path: 'string',
  n: { type: 'int', required: false },
  all: { type: 'bool', required: false },
  tags: { type: 'array', items: { type: 'string' }, required: false },
  more: {
    type: 'object',
    properties: { k: { type: 'integer' } },
    required: ['k'],
    default: { k: 1 },
  },
});

const read = (given: Json, annotations: JsonObject = {}) =>
  readArguments({ parameters, annotations }, given);

describe('arguments', () => {
  it.each<[string, Json, JsonObject]>([
    ['a number in a text', { path: 'a', n: ' 12 ' }, { path: 'a', n: 12 }],
    ['a bool in a text', { path: 'a', all: 'True' }, { path: 'a', all: true }],
    ['a list in a text', { path: 'a', tags: '["x"]' }, { path: 'a', tags: ['x'] }],
    ['one thing for a list', { path: 'a', tags: 'x' }, { path: 'a', tags: ['x'] }],
    ['a number for a text', { path: 7 }, { path: '7' }],
    ['a null for what may be left out', { path: 'a', n: null }, { path: 'a' }],
    ['an object in a text', { path: 'a', more: '{k: "3"}' }, { path: 'a', more: { k: 3 } }],
    ['all of them in a text', "{path: 'a'}", { path: 'a' }],
  ])('are mended where there is one way to mean them: %s', (_name, given, meant) => {
    expect(read(given)).toMatchObject({ args: meant });
    expect(read(given)).not.toHaveProperty('repaired', []);
  });

  it.each<[string, Json]>([
    ['what is missing', { n: 1 }],
    ['a fraction for an int', { path: 'a', n: '1.5' }],
    ['words for a number', { path: 'a', n: 'seven' }],
    ['a list for a text', { path: ['a'] }],
    ['no object', ['a']],
  ])('are refused otherwise: %s', (_name, given) => {
    expect(read(given)).toHaveProperty('problems');
  });

  it('are known by the aliases that a tool declares, unless the name itself is there', () => {
    const annotations = { arg_schema: { arg_aliases: { file: 'path' } } };
    expect(read({ file: 'a' }, annotations)).toMatchObject({
      args: { path: 'a' },
      repaired: ['took "file" for "path"'],
    });
    expect(read({ file: 'b', path: 'a' }, annotations)).toMatchObject({ args: { path: 'a' } });
  });

  it('that fit are never touched', () => {
    const fitting = fc.record(
      { path: fc.string(), n: fc.integer(), all: fc.boolean(), tags: fc.array(fc.string()) },
      { requiredKeys: ['path'] },
    );
    fc.assert(
      fc.property(fitting, (args) => {
        expect(read(args)).toEqual({ args: { ...args, more: { k: 1 } }, repaired: [] });
      }),
    );
  });

  it('keep what an object requires of itself apart from whether it is required', () => {
    expect(parameters['required']).toEqual(['path']);
    expect(read({ path: 'a', more: {} })).toHaveProperty('problems');
  });
});
