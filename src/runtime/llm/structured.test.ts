import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext } from '../run/index.ts';
import { llmCall, llmCallStructured, llmCallStructuredSafe, llmMockEffects } from './index.ts';
import { resultOf } from './llm-run.fixture.ts';
import { schemaProblems } from './schema-check.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  required: ['verdict'],
  properties: {
    verdict: { type: 'string', enum: ['yes', 'no'] },
    score: { type: 'integer', maximum: 10 },
  },
  additionalProperties: false,
};

const prepare = (ctx: RunContext, ...texts: string[]) => {
  for (const text of texts) ctx.sync(llmMockEffects.mock_enqueue, [{ text }]);
};
const mock = { provider: 'mock' } as const;

describe('a schema', () => {
  it.each<[Json, readonly string[]]>([
    [{ verdict: 'yes', score: 3 }, []],
    [[], ['$ must be object, not array']],
    [{ score: 1 }, ['$.verdict is missing']],
    [{ verdict: 'maybe' }, ['$.verdict must be one of ["yes","no"]']],
    [{ verdict: 'no', score: 1.5 }, ['$.score must be integer, not number']],
    [{ verdict: 'no', score: 11 }, ['$.score must be at most 10']],
    [{ verdict: 'no', more: 1 }, ['$.more is not allowed']],
  ])('says what is wrong with %j', (value, problems) => {
    expect(schemaProblems(value, SCHEMA)).toEqual(problems);
  });

  it.each<[Json, JsonObject, number]>([
    [[1, 'a'], { type: 'array', items: { type: 'integer' } }, 1],
    [[1], { type: 'list', minItems: 2 }, 1],
    ['ab', { type: 'string', maxLength: 1 }, 1],
    [null, { type: ['string', 'null'] }, 0],
    [null, { type: 'string', nullable: true }, 0],
    [5, { anyOf: [{ type: 'string' }, { minimum: 6 }] }, 1],
    [5, { oneOf: [{ type: 'integer' }, { type: 'number' }] }, 1],
    [5, { allOf: [{ type: 'integer' }, { minimum: 6 }] }, 1],
    [5, { const: 5 }, 0],
    [5, {}, 0],
  ])('checks %j against %j', (value, schema, count) => {
    expect(schemaProblems(value, schema)).toHaveLength(count);
  });
});

describe('a structured call', () => {
  it('gives the data of an answer that fits', async () => {
    const data = await resultOf(function* (ctx) {
      prepare(ctx, 'Sure: {"verdict": "yes"}');
      return yield* llmCallStructured(ctx, 'q', SCHEMA, mock);
    });
    expect(data).toEqual({ verdict: 'yes' });
  });

  it('asks again with a correction and without the wrong answer', async () => {
    const [data, calls] = (await resultOf(function* (ctx) {
      prepare(ctx, '{"score": 1}', 'words', '{"verdict": "no"}');
      const found = yield* llmCallStructured(ctx, 'q', SCHEMA, { ...mock, system: 'judge' });
      return [found, ctx.sync(llmMockEffects.mock_calls, [])] as never;
    })) as [Json, { system: string; messages: { role: string; content: string }[] }[]];
    expect(data).toEqual({ verdict: 'no' });
    expect(calls.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ['user'],
      ['user', 'user'],
      ['user', 'user'],
    ]);
    expect(calls[0]?.system).toBe('judge');
    expect(calls[1]?.messages[1]?.content).toContain('$.verdict is missing');
    expect(calls[2]?.messages[1]?.content).toContain('parseable JSON');
  });

  it('throws a coded error when its attempts are spent', async () => {
    const failed = resultOf(function* (ctx) {
      prepare(ctx, '{}');
      return yield* llmCallStructured(ctx, 'q', SCHEMA, { ...mock, retries: 0 });
    });
    await expect(failed).rejects.toMatchObject({
      code: 'HARN-LLM-115',
      data: { category: 'schema_validation', kind: 'terminal' },
    });
  });

  it('comes as an envelope where failures are data', async () => {
    const envelopes = await resultOf(function* (ctx) {
      prepare(ctx, '{"verdict": "yes"}', '{}');
      const good = yield* llmCallStructuredSafe(ctx, 'q', SCHEMA, mock);
      const bad = yield* llmCallStructuredSafe(ctx, 'q', SCHEMA, { ...mock, retries: 0 });
      return [good, bad];
    });
    expect(envelopes).toMatchObject([
      { ok: true, data: { verdict: 'yes' }, error: null },
      { ok: false, data: null, error: { category: 'schema_validation' } },
    ]);
  });

  it('can repeat its request unchanged, and is checked only where that is asked for', async () => {
    const counts = await resultOf(function* (ctx) {
      prepare(ctx, '{}', '{"verdict": "no"}', '{}');
      const bare = {
        ...mock,
        schema: SCHEMA,
        output_validation: 'error',
        schema_retry_nudge: false,
      };
      yield* llmCall(ctx, 'q', null, bare);
      const unchecked = yield* llmCall(ctx, 'q', null, { ...mock, schema: SCHEMA });
      const calls = ctx.sync(llmMockEffects.mock_calls, []);
      return [unchecked.data, calls.map((call) => (call.messages as Json[]).length)] as never;
    });
    expect(counts).toEqual([{}, [1, 1, 1]]);
  });
});
