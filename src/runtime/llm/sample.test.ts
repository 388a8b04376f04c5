// The arguments of a mock model's call fit the schema of the tool.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { sampleOf } from './sample.ts';

describe('the sample of a schema', () => {
  it.each<[Json, Json]>([
    [{ type: 'string' }, 'x'],
    [{ type: 'string', minLength: 3 }, 'xxx'],
    [{ type: 'integer', minimum: 4 }, 4],
    [{ type: ['number', 'null'] }, 0],
    [{ type: 'boolean' }, false],
    [{ enum: ['low', 'high'] }, 'low'],
    [{ const: 7 }, 7],
    [{ type: 'string', default: 'here' }, 'here'],
    [{ type: 'string', examples: ['Rome'] }, 'Rome'],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 0],
    [{ type: 'array', minItems: 2, items: { type: 'boolean' } }, [false, false]],
    [{}, null],
    [{ type: 'object' }, {}],
    [
      {
        type: 'object',
        properties: {
          city: { type: 'string' },
          days: { type: 'integer' },
          at: { type: 'object', required: ['lat'], properties: { lat: { type: 'number' } } },
        },
        required: ['city', 'at'],
      },
      { city: 'x', at: { lat: 0 } },
    ],
  ])('of %j is %j', (schema, sample) => {
    expect(sampleOf(schema)).toEqual(sample);
  });

  it('ends for a schema that contains itself', () => {
    const schema: { [key: string]: unknown } = { type: 'object', required: ['next'] };
    schema['properties'] = { next: schema };
    expect(JSON.stringify(sampleOf(schema as Json)).length).toBeLessThan(200);
  });
});
