// Hash and length of a request are those of its whole text, however much of the conversation was known before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, checkHash, type Json } from '../../base/index.ts';
import type { LlmMessage, LlmRequest } from './request.ts';
import { requestHash, requestSize } from './request-text.ts';

const message = (): fc.Arbitrary<LlmMessage> =>
  fc.oneof(
    fc.record({ role: fc.constant('user' as const), content: fc.string() }),
    fc.record({
      role: fc.constant('user' as const),
      content: fc.array(
        fc.oneof(
          fc.record({ type: fc.constant('text' as const), text: fc.string() }),
          fc.record({
            type: fc.constant('image' as const),
            base64: fc.string(),
            media_type: fc.constant('image/png'),
          }),
        ),
      ),
    }),
  );

const request = (messages: readonly LlmMessage[], more: Partial<LlmRequest>): LlmRequest => ({
  system: null,
  output: { kind: 'text' },
  timeout_ms: 1,
  messages,
  ...more,
});

const plainHash = (asked: LlmRequest, model: string, provider: string) =>
  checkHash(canonicalJson({ request: { ...asked }, provider, model } as unknown as Json));

function plainSize({ system, messages, tools }: LlmRequest) {
  const images = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.filter(({ type }) => type === 'image'),
  ).length;
  const words = messages.map((one) =>
    typeof one.content === 'string'
      ? one
      : { ...one, content: one.content.filter(({ type }) => type !== 'image') },
  );
  const text = canonicalJson([system, words, tools ?? null] as unknown as Json);
  const ascii = [...text].filter((char) => char.charCodeAt(0) < 128).length;
  return { ascii, other: text.length - ascii, images };
}

describe('the text of a request', () => {
  it('is the whole of it at every step of a conversation, also of two that begin the same', () => {
    const tools = [{ name: 't', description: 'ä', parameters: { type: 'object' } }];
    const fields = fc.constantFrom<Partial<LlmRequest>>(
      {},
      { tools },
      { max_tokens: 5, temperature: 1 },
      { system: 'é', cache: true },
    );
    const steps = fc.array(fc.tuple(fc.nat(6), fields, fc.constantFrom('a', 'b')), {
      minLength: 1,
    });
    fc.assert(
      fc.property(
        fc.array(message(), { minLength: 7, maxLength: 7 }),
        fc.array(message(), { minLength: 6, maxLength: 6 }),
        steps,
        (one, rest, given) => {
          const other = [one[0] as LlmMessage, ...rest];
          for (const [at, [last, more, model]] of given.entries()) {
            const asked = request((at % 3 === 0 ? other : one).slice(0, last), more);
            expect(requestSize(asked)).toEqual(plainSize(asked));
            expect(requestHash(asked, model, 'p')).toBe(plainHash(asked, model, 'p'));
          }
        },
      ),
    );
  });
});
