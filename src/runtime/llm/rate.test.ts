import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import type { RunBody, RunContext } from '../run/index.ts';
import { llmCall, llmMockEffects, llmRateEffects, withRateLimit } from './index.ts';
import { completion, live, loadSdk, newStore, resultOf, until } from './llm-run.fixture.ts';

const limit = (ctx: RunContext, provider: string, options: Json = null) =>
  ctx.sync(llmRateEffects.rate_limit, [provider, options]);

/** A body whose calls are told with the time of the virtual clock. */
function timed(prompts: readonly string[], times: number[], clock: { nowMs(): number }): RunBody {
  return function* (ctx) {
    limit(ctx, 'mock', { rpm: 2 });
    for (const prompt of prompts) {
      yield* llmCall(ctx, prompt, null, { provider: 'mock' });
      times.push(clock.nowMs());
    }
    return null;
  };
}

describe('the limit of a provider', () => {
  it('is set, told and lifted', async () => {
    const told = await resultOf((ctx) =>
      (function* () {
        yield* [];
        const before = limit(ctx, 'x');
        limit(ctx, 'x', { rpm: 100 });
        const set = limit(ctx, 'x');
        limit(ctx, 'x', { rpm: 0 });
        return [before, set, limit(ctx, 'x')];
      })(),
    );
    expect(told).toEqual([null, 100, null]);
    await expect(
      resultOf(function* (ctx) {
        yield* [];
        return limit(ctx, 'x', { rpm: 1.5 });
      }),
    ).rejects.toMatchObject({ code: 'HARN-LLM-199' });
  });

  it('lets so many calls through in any minute, also over runs', async () => {
    const host = createMockHost();
    const times: number[] = [];
    const startMs = host.clock.nowMs();
    const first = resultOf(timed(['a', 'b', 'c'], times, host.clock), { host });
    await until(() => host.clock.pendingTimers > 0);
    host.clock.advance(59_999);
    await until(() => false, 20);
    expect(times).toHaveLength(2);
    host.clock.advance(1);
    await first;
    expect(times.map((at) => at - startMs)).toEqual([0, 0, 60_000]);
    const second = resultOf(timed(['d', 'e'], times, host.clock), { host });
    await until(() => host.clock.pendingTimers > 0);
    host.clock.advance(60_000);
    await second;
    expect(times.map((at) => at - startMs).slice(3)).toEqual([60_000, 120_000]);
  });

  it('comes from the environment for calls that leave the machine', async () => {
    await loadSdk();
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k', HARN_RATE_LIMIT_OPENAI: '1' } });
    host.onRequest('POST', 'https://api.openai.com/*', { json: completion('yes') });
    const asked = () => host.calls.filter(({ port }) => port === 'http').length;
    const both = resultOf(
      function* (ctx) {
        yield* llmCall(ctx, 'a', null, { model: 'gpt-4o' });
        yield* llmCall(ctx, 'b', null, { model: 'gpt-4o' });
        return null;
      },
      { host },
    );
    await until(() => asked() === 1 && host.clock.pendingTimers > 0);
    expect(asked()).toBe(1);
    host.clock.advance(60_000);
    await both;
    expect(asked()).toBe(2);
  });

  it('is the same for a run that is resumed, whatever commit it was killed after', async () => {
    let kills = 0;
    for (let killAfter = 1; killAfter < 40; killAfter += 1) {
      const store = await newStore();
      const run = async (resume: string | undefined, kill: number) => {
        const host = createMockHost();
        const body = timed(['a', 'b', 'c', 'd'], [], host.clock);
        const life = await live({
          body,
          store,
          host,
          killAfter: kill,
          ...(resume === undefined ? {} : { resume }),
        });
        let status: string | undefined;
        life.result.then(
          (result) => {
            status = result.status;
          },
          () => undefined,
        );
        while (status === undefined && life.alive()) {
          host.clock.advance(60_000);
          await until(() => false, 5);
        }
        return { id: life.run.id, isKilled: !life.alive(), status };
      };
      const first = await run(undefined, killAfter);
      if (!first.isKilled) break;
      kills += 1;
      const again = await run(first.id, Number.POSITIVE_INFINITY);
      expect(again.status, `killed after ${killAfter}`).toBe('settled');
    }
    expect(kills).toBeGreaterThan(0);
  });
});

describe('with_rate_limit', () => {
  it('goes by the category of an error, whoever made it', async () => {
    const failing = async (error: unknown, host = createMockHost()) => {
      let tries = 0;
      const result = resultOf(
        function* (ctx) {
          const options = { max_retries: 1, backoff_ms: 0 };
          return yield* withRateLimit(ctx, ctx.task, 'mock', options, function* () {
            yield* [];
            tries += 1;
            throw error;
          });
        },
        { host },
      );
      await expect(result).rejects.toBe(error);
      return tries;
    };
    const own = (category: string) => Object.assign(new Error('429 rate_limit'), { category });
    expect(await failing(own('overloaded'))).toBe(2);
    expect(await failing(own('auth'))).toBe(1);
    expect(await failing(new Error('429 rate_limit'))).toBe(1);
  });

  it('tries again after failures that may pass, later each time, and gives others on', async () => {
    const host = createMockHost();
    const pauses: number[] = [];
    const startMs = host.clock.nowMs();
    const text = resultOf(
      function* (ctx) {
        const enqueue = (mock: Json) => ctx.sync(llmMockEffects.mock_enqueue, [mock]);
        enqueue({ error: { category: 'rate_limit', message: '429' } });
        enqueue({ error: { category: 'transient_network', message: 'reset' } });
        enqueue({ text: 'finally' });
        return yield* withRateLimit(ctx, ctx.task, 'mock', { backoff_ms: 100 }, function* () {
          pauses.push(host.clock.nowMs() - startMs);
          return (yield* llmCall(ctx, 'q', null, { provider: 'mock' })).text;
        });
      },
      { host },
    );
    for (const ms of [100, 200]) {
      await until(() => host.clock.pendingTimers > 0);
      host.clock.advance(ms);
    }
    expect(await text).toBe('finally');
    expect(pauses).toEqual([0, 100, 300]);
    const failed = resultOf(function* (ctx) {
      ctx.sync(llmMockEffects.mock_enqueue, [{ error: { category: 'auth', message: 'no' } }]);
      return yield* withRateLimit(ctx, ctx.task, 'mock', {}, () =>
        llmCall(ctx, 'q', null, { provider: 'mock' }),
      );
    });
    await expect(failed).rejects.toMatchObject({ data: { category: 'auth' } });
  });

  it('takes one turn for itself and the first call in it', async () => {
    const host = createMockHost();
    await resultOf(
      function* (ctx) {
        limit(ctx, 'mock', 2);
        for (const prompt of ['a', 'b']) {
          yield* withRateLimit(ctx, ctx.task, 'mock', {}, () =>
            llmCall(ctx, prompt, null, { provider: 'mock' }),
          );
        }
        return null;
      },
      { host },
    );
    expect(host.clock.pendingTimers).toBe(0);
  });
});
