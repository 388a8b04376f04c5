// The combinators against the table of cases both languages share, and what only time can show.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/index.ts';
import { testClockEffects } from '../io/index.ts';
import { type CallbackExpr, COMBINATOR_CASES } from './combinator-cases.fixture.ts';
import {
  lifecycleAgent as agent,
  callInline,
  compose,
  type FinishCallback,
  finishCallback,
  firstAvailable,
  ifUnsettled,
  lifecycleRoot as root,
  when,
  withTelemetry,
  withTimeout,
} from './index.ts';
import { ended, live, spin } from './kit.fixture.ts';

function plain(name: string, run: (value: unknown) => unknown): FinishCallback {
  return finishCallback(name, function* (_ctx, value) {
    yield* [];
    return run(value);
  });
}

function build(expr: CallbackExpr): FinishCallback {
  if ('returns' in expr) return plain('returns', () => expr.returns);
  if ('adds' in expr) return plain('adds', (value) => `${String(value)}${expr.adds}`);
  if ('equals' in expr) return plain('equals', (value) => value === expr.equals);
  if ('throws' in expr) {
    return plain('throws', () => {
      throw new Error(expr.throws);
    });
  }
  if ('takes_ms' in expr) {
    return finishCallback('takes', function* (ctx) {
      yield* [];
      ctx.sync(testClockEffects.clock_advance, [expr.takes_ms]);
      return expr.returning;
    });
  }
  if ('compose' in expr) return compose(...expr.compose.map(build));
  if ('first_available' in expr) return firstAvailable(...expr.first_available.map(build));
  if ('with_telemetry' in expr) return withTelemetry(build(expr.with_telemetry), expr.name);
  if ('with_timeout' in expr) return withTimeout(build(expr.with_timeout), expr.limit);
  if ('if_unsettled' in expr) return ifUnsettled(build(expr.if_unsettled));
  return when(build(expr.when), build(expr.call));
}

describe('combinators', () => {
  it.each(COMBINATOR_CASES.map((given) => [given.name, given] as const))(
    '%s',
    async (_name, given) => {
      const { result, receipt } = await ended(
        () =>
          function* (ctx) {
            ctx.sync(testClockEffects.clock_set, [1000]);
            for (let i = 0; i < (given.open ?? 0); i += 1) yield* root.handoff_to(ctx, 'nobody');
            let threw: string | null = null;
            let gives: Json = null;
            try {
              gives = (yield* callInline(ctx, build(given.callback), given.value)) as Json;
            } catch (error) {
              threw = (error as Error).message;
            }
            const audits = agent.pipeline_lifecycle_audit_log_take(ctx);
            return { gives, threw, audits: audits.map(({ kind, payload }) => [kind, payload]) };
          },
      );
      expect(result.main).toEqual({
        ok: true,
        value: {
          gives: given.throws === undefined ? given.gives : null,
          threw: given.throws ?? null,
          audits: given.audits ?? [],
        },
      });
      expect(receipt.items).toHaveLength(given.open ?? 0);
    },
  );

  it('interrupt a callback that takes too long in real time', async () => {
    const after: string[] = [];
    const slow = finishCallback('slow', function* (ctx) {
      yield* ctx.block('somebody', () => undefined);
      after.push('ran on');
      return 1;
    });
    const life = await live(
      () =>
        function* (ctx) {
          yield* [];
          agent.pipeline_on_finish(ctx, withTimeout(slow, '5s'));
          return 'v';
        },
    );
    await spin(20);
    life.host.clock.advance(5000);
    expect(await life.done).toMatchObject({
      final: {
        value: { __timed_out: true, timeout_ms: 5000, elapsed_ms: 5000, return_value: 'v' },
      },
    });
    expect(after).toEqual([]);
  });

  it('refuse a limit that is no duration', () => {
    expect(() => withTimeout(compose(), 'soon')).toThrow('got "soon"');
  });

  it('call TypeScript callbacks as lanes', async () => {
    const lane: FinishCallback = {
      kind: 'async',
      name: 'lane',
      run: async (_ctx, [value]) => `${String(value)}!`,
    };
    const { final } = await ended(
      () =>
        function* (ctx) {
          yield* [];
          agent.pipeline_on_finish(ctx, compose(lane, withTelemetry(lane)));
          return 'v';
        },
    );
    expect(final).toEqual({ ok: true, value: 'v!!' });
  });
});
