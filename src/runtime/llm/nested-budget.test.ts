// Calls made while another call is heard, under a budget that has no room for both.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../host/index.ts';
import { clockEffects } from '../io/index.ts';
import {
  payingFrom,
  type RunBody,
  type RunContext,
  SpendAccount,
  type Suspending,
} from '../run/index.ts';
import { llmCall } from './index.ts';
import { live, newStore, resultOf, until } from './llm-run.fixture.ts';

const OPTIONS = { provider: 'mock', model: 'gpt-4o', max_tokens: 1000 };

/** A call whose listener asks a model about the first piece, once. */
function* nested(ctx: RunContext, codes: unknown[]): Suspending<string> {
  let asked = false;
  const result = yield* llmCall(ctx, 'outer', null, OPTIONS, {
    onDelta: {
      kind: 'generator',
      name: 'hear',
      *run(inner: RunContext): Suspending<null> {
        if (asked) return null;
        asked = true;
        try {
          codes.push((yield* llmCall(inner, 'inner', null, OPTIONS)).text);
        } catch (error) {
          const { code, data } = error as { code: string; data: { limit: string } };
          codes.push([code, data.limit]);
        }
        return null;
      },
    },
  });
  return result.text;
}

const under = (ctx: RunContext, limit: { tokens?: number; usd?: number }): RunContext =>
  payingFrom(
    ctx,
    new SpendAccount(undefined, limit.tokens, {
      nanoUsd: limit.usd === undefined ? undefined : limit.usd * 1e9,
    }),
  );

describe('a call inside of the listener of another one', () => {
  it.each([
    ['tokens', { tokens: 1500 }],
    ['dollars', { usd: 0.015 }],
  ] as const)(
    'is refused when what is left in %s is put aside for the outer one',
    async (_, limit) => {
      const codes: unknown[] = [];
      const text = await resultOf((ctx) => nested(under(ctx, limit), codes));
      expect(codes).toEqual([['HARN-LLM-116', 'held']]);
      expect(text).not.toBe('');
    },
  );

  it('is made when both fit', async () => {
    const codes: unknown[] = [];
    await resultOf((ctx) => nested(under(ctx, { tokens: 5000 }), codes));
    expect(codes).toEqual([expect.any(String)]);
  });

  it('is refused also when two such calls hold what the other one needs', async () => {
    const codes: unknown[] = [];
    await resultOf(function* (ctx) {
      const paid = under(ctx, { tokens: 2500 });
      const tasks = ['a', 'b'].map((name) => paid.startTask(name, (inner) => nested(inner, codes)));
      for (const task of tasks) yield* ctx.join(task);
      return null;
    });
    expect(codes).toHaveLength(2);
    expect(codes).toContainEqual(['HARN-LLM-116', 'held']);
  });

  it('waits for calls that end by themselves', async () => {
    const host = createMockHost();
    const codes: unknown[] = [];
    const body: RunBody = function* (ctx) {
      const paid = under(ctx, { tokens: 2900 });
      const other = paid.startTask('other', function* (inner) {
        let heard = false;
        const onDelta = {
          kind: 'generator' as const,
          name: 'slow',
          *run(at: RunContext): Suspending<null> {
            if (heard) return null;
            heard = true;
            yield* at.perform(clockEffects.sleep_ms, [5000]);
            return null;
          },
        };
        return (yield* llmCall(inner, 'other', null, OPTIONS, { onDelta })).text;
      });
      const text = yield* nested(paid, codes);
      yield* ctx.join(other);
      return text;
    };
    const life = await live({ body, store: await newStore(), host });
    expect(await until(() => host.clock.pendingTimers > 0)).toBe(true);
    expect(codes).toEqual([]);
    host.clock.advance(5000);
    expect(await life.result).toMatchObject({ status: 'settled', main: { ok: true } });
    expect(codes).toEqual([expect.any(String)]);
  });
});
