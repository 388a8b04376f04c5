// Structured calls that tell how it went: attempts, extraction, repair, and failures that are no exceptions.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import {
  llmCallStructuredResult,
  llmMockEffects,
  type StructuredResult,
  type StructuredResultOptions,
} from './index.ts';
import { resultOf } from './llm-run.fixture.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  required: ['city'],
  properties: { city: { type: 'string' } },
};

interface Told extends StructuredResult {
  readonly asked: number;
  readonly lastPrompt: string;
}

/** Asks with these prepared answers; also gives how many of them were asked for. */
async function told(
  answers: readonly Json[],
  options: StructuredResultOptions = {},
): Promise<Told> {
  return (await resultOf(function* (ctx) {
    for (const answer of answers) ctx.sync(llmMockEffects.mock_enqueue, [answer]);
    const result = yield* llmCallStructuredResult(ctx, 'where?', SCHEMA, {
      provider: 'mock',
      ...options,
    });
    const calls = ctx.sync(llmMockEffects.mock_calls, []);
    const messages = calls.at(-1)?.messages as readonly { readonly content: string }[];
    return { ...result, asked: calls.length, lastPrompt: messages.at(-1)?.content ?? '' };
  })) as Told;
}

const GOOD = { text: '{"city": "Oslo"}' };
const BAD = { text: '{"town": "Oslo"}' };

describe('a structured call that tells how it went', () => {
  it('gives the data of a good answer, and what it cost', async () => {
    expect(await told([{ ...GOOD, input_tokens: 5, output_tokens: 4 }])).toMatchObject({
      ok: true,
      data: { city: 'Oslo' },
      raw_text: GOOD.text,
      error: '',
      error_category: null,
      attempts: 1,
      repaired: false,
      extracted_json: false,
      usage: { input_tokens: 5, output_tokens: 4 },
      provider: 'mock',
    });
  });

  it.each(['Well:\n```json\n{"city": "Oslo"}\n```', 'It is {"city": "Oslo"}, I think'])(
    'says that data were taken out of %j',
    async (text) => {
      expect(await told([{ text }])).toMatchObject({
        ok: true,
        data: { city: 'Oslo' },
        extracted_json: true,
      });
    },
  );

  it('counts the answers until one fits', async () => {
    expect(await told([BAD, GOOD])).toMatchObject({ ok: true, attempts: 2, asked: 2 });
  });

  it.each([
    [BAD, 'schema_validation'],
    [{ text: 'no idea' }, 'missing_json'],
  ])('keeps the text of an answer that does not fit: %j', async (answer, category) => {
    expect(await told([answer], { retries: 0 })).toMatchObject({
      ok: false,
      data: null,
      raw_text: answer.text,
      error_category: category,
      attempts: 1,
    });
  });

  it('asks once more for a repair, with the wrong answer and what is wrong with it', async () => {
    const result = await told([BAD, GOOD], { retries: 0, repair: { max_tokens: 50 } });
    expect(result).toMatchObject({
      ok: true,
      data: { city: 'Oslo' },
      raw_text: BAD.text,
      attempts: 1,
      repaired: true,
      asked: 2,
    });
    expect(result.lastPrompt).toContain(BAD.text);
    expect(result.lastPrompt).toContain('city');
  });

  it('says when the repair failed, too, and asks no third time', async () => {
    expect(await told([BAD, BAD, GOOD], { retries: 0, repair: {} })).toMatchObject({
      ok: false,
      raw_text: BAD.text,
      error_category: 'repair_failed',
      repaired: false,
      asked: 2,
    });
  });

  it('does not repair when it is told not to, nor what the provider failed at', async () => {
    const off = await told([BAD, GOOD], { retries: 0, repair: { enabled: false } });
    expect(off).toMatchObject({ ok: false, error_category: 'schema_validation', asked: 1 });
    const failing = [{ error: { category: 'rate_limit', message: 'slow down' } }, GOOD];
    expect(await told(failing, { repair: {} })).toMatchObject({
      ok: false,
      error: 'slow down',
      error_category: 'rate_limit',
      attempts: 0,
      raw_text: '',
      asked: 1,
    });
  });

  it('refuses options that mean nothing', async () => {
    const wrong = { repair: 'yes' } as unknown as StructuredResultOptions;
    await expect(told([], wrong)).rejects.toMatchObject({ code: 'HARN-LLM-140' });
  });
});
