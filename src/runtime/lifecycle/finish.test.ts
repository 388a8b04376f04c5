// The end of a run: order, values, failures, and one disposition for every open item.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import type { RunContext, RunEvent, Suspending } from '../run/index.ts';
import {
  lifecycleAgent as agent,
  isPartial,
  onFinishAbandon,
  onFinishDrain,
  receiptLine,
  lifecycleRoot as root,
  type SettlementReceipt,
  settingsFrom,
} from './index.ts';
import {
  acts,
  CALL,
  ended,
  generator,
  hook,
  lines,
  live,
  spin,
  TRIGGER,
  WORKER,
} from './kit.fixture.ts';

const keep = (seen: string[], name: string) => hook(() => void seen.push(name));

function watch(ctx: RunContext, seen: string[]): void {
  for (const event of ['PreFinish', 'OnUnsettledDetected', 'PostFinish']) {
    agent.register_session_hook(ctx, event, undefined, keep(seen, event));
  }
}

describe('the end of a run', () => {
  it('writes an empty receipt and opens no store when nothing is open', async () => {
    const { receipt, store, run } = await ended(
      () =>
        function* () {
          yield* [];
          return 7;
        },
    );
    expect(receipt).toMatchObject({
      v: 1,
      run_id: run.id,
      status: 'settled',
      items: [],
      counts: {},
    });
    expect(receipt.main_returned_at_ms).toBeLessThanOrEqual(receipt.settled_at_ms);
    expect(await store.topics()).toEqual([]);
  });

  it('fires its hooks around the callback, whose result replaces the value', async () => {
    const seen: string[] = [];
    const { result } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          watch(ctx, seen);
          agent.pipeline_on_finish(
            ctx,
            generator('cb', function* (_c, [value]) {
              yield* [];
              seen.push(`callback ${String(value)}`);
              return 'replaced';
            }),
          );
          return 'body';
        },
    );
    expect(seen).toEqual(['PreFinish', 'OnUnsettledDetected', 'callback body', 'PostFinish']);
    expect(result.main).toEqual({ ok: true, value: 'body' });
    expect(result.final).toEqual({ ok: true, value: 'replaced' });
    expect(result.record).toMatchObject({ returned: 'body', final: 'replaced' });
  });

  it('does not fire OnUnsettledDetected when nothing is open', async () => {
    const seen: string[] = [];
    await ended(
      () =>
        function* (ctx) {
          yield* [];
          watch(ctx, seen);
          return 1;
        },
    );
    expect(seen).toEqual(['PreFinish', 'PostFinish']);
  });

  it('gives PostFinish the state as it is then, and the receipt', async () => {
    let payload: JsonObject = {};
    const { receipt } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          agent.register_session_hook(
            ctx,
            'post_finish',
            undefined,
            hook((given) => {
              payload = given;
              return null;
            }),
          );
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
    );
    expect(payload['unsettled']).toMatchObject({ suspended_subagents: [] });
    expect(payload['receipt']).toEqual(receipt);
    expect(payload['event']).toBe('PostFinish');
  });

  it('names what is abandoned when no callback is registered', async () => {
    const { receipt, store } = await ended(
      ({ workers, tasks }) =>
        function* (ctx) {
          workers.open(ctx, { id: 'w1', actions: WORKER, resumeToken: 'snap-1' });
          tasks.open(ctx, { id: 't1', actions: CALL });
          yield* root.handoff_to(ctx, 'elsewhere', { x: 1 });
          return 1;
        },
    );
    expect(receipt.status).toBe('partial');
    expect(isPartial(receipt)).toBe(true);
    expect(receipt.counts).toEqual({ abandoned: 3 });
    expect(receipt.items[0]).toMatchObject({
      id: 'w1',
      decided_by: 'policy',
      resume_token: 'snap-1',
    });
    expect(receiptLine(receipt.items[0] as never)).toContain('subagent w1: abandoned');
    expect(receipt.items.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await acts(store)).toEqual([]);
  });

  it('says that the callback decided when it abandons on purpose', async () => {
    const { receipt, final } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          agent.pipeline_on_finish(ctx, onFinishAbandon);
          return 'v';
        },
    );
    expect(final).toEqual({ ok: true, value: 'v' });
    expect(lines(receipt)).toEqual(['suspended_subagents w1 abandoned callback']);
  });

  it('keeps only the last registration and refuses one while finishing', async () => {
    const { final, receipt } = await ended(
      () =>
        function* (ctx) {
          yield* [];
          agent.pipeline_on_finish(ctx, onFinishDrain);
          agent.pipeline_on_finish(
            ctx,
            generator('late', function* (inner) {
              yield* [];
              agent.pipeline_on_finish(inner, onFinishDrain);
              return 1;
            }),
          );
          return 0;
        },
    );
    expect((final as { error: { code: string } }).error.code).toBe('HARN-LIF-001');
    expect(receipt.status).toBe('failed');
    expect(receipt.finish_error?.['code']).toBe('HARN-LIF-001');
  });

  it('fails with the known text when PreFinish blocks, and still ends what is open', async () => {
    const { final, receipt } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          agent.register_session_hook(
            ctx,
            'PreFinish',
            undefined,
            hook(() => false),
          );
          return 0;
        },
    );
    expect((final as { error: Error }).error.message).toContain('PreFinish hook returned block');
    expect(lines(receipt)).toEqual(['suspended_subagents w1 cancelled policy']);
  });

  it('lets PreFinish change the value that on_finish gets', async () => {
    const { final } = await ended(
      () =>
        function* (ctx) {
          yield* [];
          const change = hook((payload) => ({ modify: { ...payload, return_value: 'changed' } }));
          agent.register_session_hook(ctx, 'PreFinish', undefined, change);
          return 'body';
        },
    );
    expect(final).toEqual({ ok: true, value: 'changed' });
  });

  it('covers what a PostFinish hook opens', async () => {
    const { receipt } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          const opens = generator('opens', function* (inner) {
            yield* [];
            workers.open(inner, { id: 'late', actions: WORKER });
            return null;
          });
          agent.register_session_hook(ctx, 'PostFinish', undefined, opens);
          return 1;
        },
    );
    expect(lines(receipt)).toEqual(['suspended_subagents late abandoned policy']);
    expect(receipt.status).toBe('partial');
  });

  it('ends open work of a body that threw, without hooks or callback', async () => {
    const seen: string[] = [];
    const { receipt, final, store } = await ended(
      ({ workers, triggers }) =>
        function* (ctx) {
          yield* [];
          watch(ctx, seen);
          workers.open(ctx, { id: 'w1', actions: WORKER });
          triggers.open(ctx, { id: 'q1', actions: TRIGGER });
          agent.pipeline_on_finish(
            ctx,
            generator('cb', function* () {
              yield* [];
              seen.push('callback');
              return 1;
            }),
          );
          throw new Error('boom');
        },
    );
    expect(final).toMatchObject({ ok: false });
    expect(seen).toEqual([]);
    expect(receipt.status).toBe('failed');
    expect(lines(receipt)).toEqual([
      'suspended_subagents w1 cancelled policy',
      'queued_triggers q1 abandoned policy',
    ]);
    expect(await acts(store)).toEqual(['suspended_subagents w1 cancel']);
  });

  it('ends open work of a body that was cancelled, and the receipt says so', async () => {
    const life = await live(
      ({ workers, calls }) =>
        function* (ctx) {
          workers.open(ctx, { id: 'w1', actions: WORKER });
          calls.open(ctx, { id: 'c1', actions: CALL });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          ctx.run.scheduler.expectExternal(1);
          return yield* ctx.block('somebody', () => undefined);
        },
    );
    await spin(20);
    life.run.cancel('operator');
    const result = await life.done;
    expect(result).toMatchObject({ status: 'settled', receipt: { status: 'cancelled' } });
    const { receipt } = result as unknown as { receipt: SettlementReceipt };
    expect(lines(receipt)).toEqual([
      'suspended_subagents w1 cancelled policy',
      'in_flight_llm_calls c1 cancelled policy',
    ]);
  });

  it.each(['PreFinish', 'PostFinish'])(
    'settles from a %s hook: everything is done once, and the receipt says what was done',
    async (event) => {
      const { receipt, store } = await ended(
        ({ workers, triggers }) =>
          function* (ctx) {
            yield* [];
            workers.open(ctx, { id: 'w1', actions: WORKER });
            triggers.open(ctx, { id: 'q1', actions: TRIGGER });
            const settles = generator('settles', function* (inner) {
              yield* onFinishDrain.run(inner, [null]) as Suspending<unknown>;
              return null;
            });
            agent.register_session_hook(ctx, event, undefined, settles);
            if (event === 'PreFinish') agent.pipeline_on_finish(ctx, onFinishDrain);
            return 1;
          },
      );
      expect(lines(receipt)).toEqual([
        'suspended_subagents w1 cancelled settlement',
        'queued_triggers q1 acknowledged settlement',
      ]);
      expect(receipt.status).toBe('settled');
      expect(await acts(store)).toEqual([
        'suspended_subagents w1 cancel',
        'queued_triggers q1 acknowledge',
      ]);
    },
  );

  it('keeps open work of a failed body when that is declared', async () => {
    const settings = settingsFrom({ settlement: { on_failure: 'keep' } });
    const { receipt } = await ended(
      ({ workers, calls }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          calls.open(ctx, { id: 'c1', actions: CALL });
          throw new Error('boom');
        },
      { parts: { settings } },
    );
    expect(lines(receipt)).toEqual([
      'suspended_subagents w1 deferred policy',
      'in_flight_llm_calls c1 cancelled policy',
    ]);
  });

  it('calls the end of an item unknown when its owner throws', async () => {
    const { receipt } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER, failsWith: 'no such process' });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
    );
    expect(receipt.items[0]).toMatchObject({ disposition: 'unknown', reason: 'no such process' });
    expect(receipt.status).toBe('partial');
  });

  it('is cancelled while its callback waits, and the callback does not run on', async () => {
    const after: string[] = [];
    const life = await live(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          agent.pipeline_on_finish(
            ctx,
            generator('cb', function* (inner) {
              inner.run.scheduler.expectExternal(1);
              yield* inner.block('somebody', () => undefined);
              after.push('ran on');
              return 1;
            }),
          );
          return 'v';
        },
    );
    await spin(20);
    life.run.cancel('operator');
    const result = await life.done;
    expect(result).toMatchObject({ status: 'settled', receipt: { status: 'cancelled' } });
    expect(after).toEqual([]);
    expect((result as unknown as { receipt: { items: unknown[] } }).receipt.items).toHaveLength(1);
  });

  it('does not wait for ever for its callback', async () => {
    const settings = settingsFrom({ settlement: { finish_timeout_ms: 5000 } });
    const life = await live(
      () =>
        function* (ctx) {
          yield* [];
          agent.pipeline_on_finish(
            ctx,
            generator('cb', function* (inner) {
              inner.run.scheduler.expectExternal(1);
              return yield* inner.block('somebody', () => undefined);
            }),
          );
          return 'v';
        },
      { parts: { settings } },
    );
    await spin(20);
    life.host.clock.advance(5000);
    expect(await life.done).toMatchObject({ status: 'settled', receipt: { status: 'cancelled' } });
  });

  it('shows listeners main_returned, audits and run_settled in this order', async () => {
    const events: RunEvent[] = [];
    await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
      { onEvent: (event) => events.push(event) },
    );
    expect(events.map(({ event_type }) => event_type)).toEqual([
      'main_returned',
      'audit',
      'audit',
      'run_settled',
    ]);
  });

  it('refuses settings it does not know', () => {
    expect(() => settingsFrom({ settlement: { on_failure: 'pray' } })).toThrow('on_failure');
    expect(() => settingsFrom({ settlement: { finish_timeout_ms: 0 } })).toThrow('finish_timeout');
  });
});
