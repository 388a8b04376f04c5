import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../store/index.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import {
  loadJournal,
  payingFrom,
  performUnit,
  type RunBody,
  SpendAccount,
  usdOf,
} from '../run/index.ts';
import { llmCall, llmMockEffects, llmSpendEffects } from './index.ts';
import { completion, live, loadSdk, newStore, resultOf, until } from './llm-run.fixture.ts';

/** A server of gpt-4o: an answer of 12 and 5 tokens costs 0.00008 dollars. */
function paidHost(): MockHost {
  const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
  host.onRequest('POST', 'https://api.openai.com/*', { json: completion('yes') });
  return host;
}

const COST = (12 * 2.5 + 5 * 10) / 1e6;

const refusal = (error: unknown) =>
  (error as { readonly data: { readonly [key: string]: unknown } }).data;

describe('the budget of a call', () => {
  it('refuses a call that may cost more, before anything leaves', async () => {
    const host = paidHost();
    const budget = { max_cost_usd: 0.0001 };
    const failed = await resultOf(
      (ctx) => llmCall(ctx, 'hi', null, { max_tokens: 1024, model: 'gpt-4o', budget }),
      { host },
    ).catch(refusal);
    expect(failed).toMatchObject({
      category: 'budget_exceeded',
      kind: 'terminal',
      reason: 'budget_exceeded',
      limit: 'max_cost_usd',
      provider: 'openai',
      projected_output_tokens: 1024,
    });
    expect(refusedCost(failed)).toBeGreaterThan(0.01);
    expect(sentTo(host)).toEqual([]);
  });

  it('limits the tokens of the request and of the answer', async () => {
    const ask = (options: object) =>
      resultOf((ctx) =>
        llmCall(ctx, 'more than one token', null, { provider: 'mock', ...options }),
      );
    await expect(ask({ budget: { max_input_tokens: 1 } }).catch(refusal)).resolves.toMatchObject({
      limit: 'max_input_tokens',
    });
    await expect(
      ask({ max_tokens: 64, budget: { max_output_tokens: 63 } }).catch(refusal),
    ).resolves.toMatchObject({ limit: 'max_output_tokens' });
    await expect(ask({ max_tokens: 64, budget: { max_output_tokens: 64 } })).resolves.toMatchObject(
      { provider: 'mock' },
    );
  });

  it('tells the provider how long the answer may get, when the call does not', async () => {
    const host = paidHost();
    await resultOf(
      function* (ctx) {
        yield* llmCall(ctx, 'a', null, { model: 'gpt-4o', budget: { max_output_tokens: 77 } });
        ctx.sync(llmSpendEffects.budget, [1]);
        yield* llmCall(ctx, 'b', null, { model: 'gpt-4o' });
        return null;
      },
      { host },
    );
    expect(sentTo(host)).toMatchObject([{ max_tokens: 77 }, { max_tokens: 16_384 }]);
  });

  it('refuses a model whose price nobody knows, but not one on a machine of one’s own', async () => {
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    host.onRequest('POST', 'http://localhost:11434/*', { json: completion('yes') });
    const ask = (options: object) =>
      resultOf((ctx) => llmCall(ctx, 'hi', null, { ...options, budget: { max_cost_usd: 9 } }), {
        host,
      });
    await expect(
      ask({ provider: 'openai', model: 'mystery-1' }).catch(refusal),
    ).resolves.toMatchObject({ limit: 'unknown_price', projected_cost_usd: null });
    await expect(ask({ provider: 'ollama', model: 'llama3.2' })).resolves.toMatchObject({
      text: 'yes',
    });
  });

  it('holds for all attempts together as total_budget_usd', async () => {
    const asked: unknown[] = [];
    const failed = await resultOf(function* (ctx) {
      for (let i = 0; i < 3; i += 1) {
        ctx.sync(llmMockEffects.mock_enqueue, [
          { text: 'no json', model: 'gpt-4o', input_tokens: 1000, output_tokens: 1000 },
        ]);
      }
      try {
        return yield* llmCall(ctx, 'data', null, {
          provider: 'mock',
          model: 'gpt-4o',
          max_tokens: 1000,
          schema: { type: 'object' },
          output_validation: 'error',
          schema_retries: 5,
          budget: { total_budget_usd: 0.03 },
        });
      } catch (error) {
        asked.push(...ctx.sync(llmMockEffects.mock_calls, []));
        throw error;
      }
    }).catch(refusal);
    expect(failed).toMatchObject({ limit: 'total_budget_usd', remaining_usd: 0.005 });
    expect(asked).toHaveLength(2);
  });

  it('is refused when it makes no sense', async () => {
    for (const budget of [{ max_cost: 1 }, { max_cost_usd: -1 }, { max_input_tokens: '1' }]) {
      await expect(
        resultOf((ctx) => llmCall(ctx, 'x', null, { provider: 'mock', budget })),
      ).rejects.toMatchObject({ code: 'HARN-LLM-140' });
    }
  });
});

describe('the budget of a run', () => {
  it('is what is left after all that was asked before, and nil without one', async () => {
    const host = paidHost();
    const result = await resultOf(
      function* (ctx) {
        const before = ctx.sync(llmSpendEffects.budget_remaining, []);
        yield* llmCall(ctx, 'a', null, { model: 'gpt-4o' });
        ctx.sync(llmSpendEffects.budget, [1]);
        const left = ctx.sync(llmSpendEffects.budget_remaining, []);
        ctx.sync(llmSpendEffects.budget, [null]);
        const without = ctx.sync(llmSpendEffects.budget_remaining, []);
        return [before, left, without, ctx.sync(llmSpendEffects.session_cost, [])];
      },
      { host },
    );
    const cost = { total_cost: COST, input_tokens: 12, output_tokens: 5, call_count: 1 };
    expect(result).toEqual([null, 1 - COST, null, cost]);
  });

  it('counts a call at its most when its time ran out: nobody knows what it has cost', async () => {
    await loadSdk();
    const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
    host.onRequest('POST', 'https://api.openai.com/*', () => new Promise(() => undefined));
    const body: RunBody = function* (ctx) {
      ctx.sync(llmSpendEffects.budget, [1]);
      try {
        yield* llmCall(ctx, 'a', null, { model: 'gpt-4o', max_tokens: 10_000, timeout_ms: 50 });
      } catch {
        return ctx.sync(llmSpendEffects.budget_remaining, []);
      }
      return null;
    };
    const left = resultOf(body, { host });
    await until(() => host.clock.pendingTimers > 0);
    host.clock.advance(50);
    expect(await left).toBeLessThan(0.9);
    expect(await left).toBeGreaterThan(0.89);
  });

  it('stays right over every kill, also for calls inside of units that replay does not enter', async () => {
    await loadSdk();
    const body: RunBody = function* (ctx) {
      for (let turn = 0; turn < 2; turn += 1) {
        yield* performUnit(ctx, { name: 'test.turn', access: 'read' }, [turn], (inner) =>
          llmCall(inner, `turn ${turn}`, null, { model: 'gpt-4o' }),
        );
      }
      ctx.sync(llmSpendEffects.budget, [1]);
      yield* llmCall(ctx, 'last', null, { model: 'gpt-4o' });
      return [
        ctx.sync(llmSpendEffects.session_cost, []),
        ctx.sync(llmSpendEffects.budget_remaining, []),
      ];
    };
    const whole = await resultOf(body, { host: paidHost() });
    expect(whole).toMatchObject([
      { call_count: 3, input_tokens: 36 },
      expect.closeTo(1 - 3 * COST),
    ]);
    let losses = 0;
    for (let kill = 1; kill < 40; kill += 1) {
      const store = await newStore();
      const host = paidHost();
      const first = await live({ body, store, host, killAfter: kill });
      const ended = await Promise.race([
        first.result.then((result) => result.status),
        untilStopped(first),
      ]);
      if (ended !== 'stopped') {
        expect(losses).toBeGreaterThan(0);
        return;
      }
      const again = await resultOf(body, { store, host, resume: first.run.id });
      const lost = await lostIn(store, first.run.id);
      losses += lost;
      if (lost === 0) {
        expect(again).toEqual(whole);
        continue;
      }
      expect(again, `killed after ${kill}`).toMatchObject([
        { call_count: 3 + lost, input_tokens: 36, total_cost: expect.closeTo(3 * COST) as number },
        expect.any(Number),
      ]);
      const [, left] = again as [unknown, number];
      expect(left, `killed after ${kill}`).toBeLessThan(1 - 3 * COST - lost * 0.16);
    }
    throw new Error('every life was killed');
  });

  it('counts every call that was under way when its process was killed, life after life', async () => {
    await loadSdk();
    const MOST = 16_384;
    const body: RunBody = function* (ctx) {
      ctx.sync(llmSpendEffects.budget, [1]);
      const { text } = yield* llmCall(ctx, 'hi', null, { model: 'gpt-4o', max_tokens: MOST });
      return [text, ctx.sync(llmSpendEffects.budget_remaining, [])];
    };
    const store = await newStore();
    let id: string | undefined;
    const sent: number[] = [];
    for (let life = 0; life < 3; life += 1) {
      const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
      let asked = 0;
      host.onRequest('POST', 'https://api.openai.com/*', () => {
        asked += 1;
        return new Promise(() => undefined);
      });
      const killed = await live({ body, store, host, ...(id === undefined ? {} : { resume: id }) });
      expect(await until(() => asked > 0)).toBe(true);
      sent.push(asked);
      id = killed.run.id;
      // The next life takes over with force; this one hears of nothing any more.
    }
    const [text, left] = (await resultOf(body, {
      store,
      host: paidHost(),
      ...(id === undefined ? {} : { resume: id }),
    })) as [string, number];
    expect([text, sent]).toEqual(['yes', [1, 1, 1]]);
    const most = (MOST * 10) / 1e6;
    expect(left).toBeLessThan(1 - COST - 3 * most);
    expect(left).toBeGreaterThan(1 - COST - 3 * most - 0.01);
    expect(await lostIn(store, id as string)).toBe(3);
  });

  it.each([
    ['dollars', { nanoUsd: 0.25e9 }, undefined],
    ['tokens', {}, 18_000],
  ] as const)(
    'does not ask again when what is left in %s is not enough for it',
    async (_, more, tokens) => {
      await loadSdk();
      const body: RunBody = function* (ctx) {
        const paid = payingFrom(ctx, new SpendAccount(undefined, tokens, more));
        return (yield* llmCall(paid, 'hi', null, { model: 'gpt-4o', max_tokens: 20_000 })).text;
      };
      const store = await newStore();
      const host = createMockHost({ env: { OPENAI_API_KEY: 'k' } });
      let asked = 0;
      host.onRequest('POST', 'https://api.openai.com/*', () => {
        asked += 1;
        return new Promise(() => undefined);
      });
      const first = await live({ body, store, host });
      expect(await until(() => asked > 0)).toBe(true);
      const later = { store, host: paidHost(), resume: first.run.id };
      await expect(resultOf(body, later)).rejects.toMatchObject({ code: 'HARN-LLM-116' });
      expect(sentTo(later.host)).toEqual([]);
    },
  );

  it('is never exceeded by calls that run beside each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 100 }),
        async (answers, thousandths) => {
          const limit = thousandths / 1000;
          const spent = await resultOf(function* (ctx) {
            const account = new SpendAccount(undefined, undefined, { nanoUsd: limit * 1e9 });
            const paid = payingFrom(ctx, account);
            const tasks = answers.map((tokens, i) =>
              paid.startTask(`t${i}`, function* (inner) {
                inner.sync(llmMockEffects.mock_enqueue, [
                  { text: 'a', model: 'gpt-4o', input_tokens: 10, output_tokens: tokens },
                ]);
                try {
                  yield* llmCall(inner, 'q', null, {
                    provider: 'mock',
                    model: 'gpt-4o',
                    max_tokens: 4000,
                  });
                } catch (error) {
                  expect(refusal(error)).toMatchObject({ limit: 'total_budget_usd' });
                }
              }),
            );
            for (const task of tasks) yield* ctx.join(task);
            return account.dollars.spent;
          });
          expect(usdOf(spent as number)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** The bodies of what went out. */
function sentTo(host: MockHost): unknown[] {
  return host.calls
    .filter(({ port }) => port === 'http')
    .map(
      ({ args }) =>
        JSON.parse(new TextDecoder().decode((args[0] as { body: Uint8Array }).body)) as unknown,
    );
}

function refusedCost(failed: unknown): number {
  return (failed as { projected_cost_usd: number }).projected_cost_usd;
}

/** How many calls of a run count as lost. */
async function lostIn(store: Store, runId: string): Promise<number> {
  const { entries } = await loadJournal(store, runId);
  return entries.filter((entry) => entry.kind === 'outcome' && entry.error?.code === 'HARN-LLM-118')
    .length;
}

async function untilStopped(life: { alive(): boolean }): Promise<'stopped'> {
  while (life.alive()) await new Promise((ok) => setImmediate(ok));
  return 'stopped';
}
