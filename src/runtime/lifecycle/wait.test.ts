// Waiting for settlement really waits, and always ends.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { testClockEffects } from '../io/index.ts';
import { defineEffect, loadJournal } from '../run/index.ts';
import {
  lifecycleAgent as agent,
  onFinishAbandon,
  onFinishBlockUntilSettled,
  lifecycleRoot as root,
  type UnsettledSource,
  unsettledHubKey,
} from './index.ts';
import {
  auditKinds,
  CALL,
  ended,
  lines,
  live,
  newStore,
  type Scenario,
  spin,
  TRIGGER,
  WORKER,
} from './kit.fixture.ts';

describe('wait_for_any_settlement', () => {
  it('answers at once when nothing is open', async () => {
    const { final } = await ended(() => (ctx) => root.wait_for_any_settlement(ctx, 0));
    expect(final).toMatchObject({ value: { status: 'settled', timed_out: false } });
  });

  it('waits until the last item has ended by itself', async () => {
    const { final, host } = await ended(
      ({ calls, tasks }) =>
        function* (ctx) {
          calls.open(ctx, { id: 'c1', actions: CALL, endsAfter: 3 });
          tasks.open(ctx, { id: 't1', actions: CALL, endsAfter: 9 });
          return yield* root.wait_for_any_settlement(ctx, '15s');
        },
    );
    expect(final).toMatchObject({ value: { status: 'settled', timed_out: false } });
    expect(host.clock.pendingTimers).toBe(0);
  });

  it('gives up at its deadline and says so', async () => {
    const life = await live(
      ({ calls }) =>
        function* (ctx) {
          calls.open(ctx, { id: 'c1', actions: CALL, moves: true });
          return yield* root.wait_for_any_settlement(ctx, 15_000);
        },
    );
    await spin(20);
    life.host.clock.advance(14_999);
    await spin(20);
    expect(life.run.record.status).toBe('running');
    life.host.clock.advance(1);
    const result = (await life.done) as unknown as { main: { value: JsonObject } };
    expect(result.main.value).toMatchObject({
      status: 'unsettled',
      timed_out: true,
      reason: 'deadline',
      state: { in_flight_llm_calls: [{ call_id: 'c1' }] },
    });
  });

  it('returns at once when nothing that is left can move by itself', async () => {
    const { final, host } = await ended(
      ({ workers, calls }) =>
        function* (ctx) {
          workers.open(ctx, { id: 'w1', actions: WORKER });
          calls.open(ctx, { id: 'c1', actions: CALL, endsAfter: 5 });
          return yield* root.wait_for_any_settlement(ctx, { seconds: 3600 });
        },
    );
    expect(final).toMatchObject({
      value: { status: 'unsettled', timed_out: true, reason: 'stuck' },
    });
    expect(host.clock.nowMs()).toBe(Date.UTC(2026, 0, 1));
  });

  it('obeys a mocked clock: others get their turns, then time jumps', async () => {
    const { final, host } = await ended(
      ({ calls, tasks }) =>
        function* (ctx) {
          ctx.sync(testClockEffects.clock_set, [1000]);
          calls.open(ctx, { id: 'c1', actions: CALL, endsAfter: 5 });
          tasks.open(ctx, { id: 't1', actions: CALL, moves: true });
          const end = yield* root.wait_for_any_settlement(ctx, '1h');
          return { end, now: ctx.clock.nowMs() };
        },
    );
    expect(final).toMatchObject({
      value: {
        now: 3_601_000,
        end: { reason: 'deadline', state: { in_flight_llm_calls: [] } },
      },
    });
    expect(host.clock.nowMs()).toBe(Date.UTC(2026, 0, 1));
  });

  it('delivers handoffs whose target is in the program', async () => {
    const { final, receipt, record, run } = await ended(
      () =>
        function* (ctx) {
          yield* root.handoff_to(ctx, 'nightly', { job: 1 });
          return yield* root.wait_for_any_settlement(ctx, '15s');
        },
      { pipelines: ['nightly'] },
    );
    expect(final).toMatchObject({ value: { status: 'settled' } });
    expect(receipt.items).toEqual([]);
    expect(record.child_runs).toMatchObject([{ pipeline: 'nightly' }]);
    expect(run.id).not.toBe(record.child_runs[0]?.run_id);
  });
});

describe('a wait that is parked', () => {
  it('goes on for what was left of it, counting only time during which a process held the run', async () => {
    const scenario: Scenario = ({ calls }) =>
      function* (ctx) {
        yield* root.emit_audit(ctx, 'begun');
        calls.open(ctx, { id: 'c1', actions: CALL, moves: true });
        agent.pipeline_on_finish(ctx, onFinishBlockUntilSettled('15s', onFinishAbandon));
        return 'v';
      };
    const first = await live(scenario);
    await spin(20);
    first.host.clock.advance(10_000);
    await spin(20);
    expect(await first.run.park('test')).toMatchObject({ status: 'parked' });
    const host = createMockHost({ nowMs: Date.UTC(2026, 5, 1) });
    const second = await live(scenario, { store: first.store, resume: first.run.id, host });
    await spin(20);
    host.clock.advance(4_999);
    await spin(20);
    expect(second.run.record.status).toBe('finishing');
    host.clock.advance(1);
    expect(await second.done).toMatchObject({
      status: 'settled',
      receipt: { items: [{ id: 'c1', disposition: 'abandoned', decided_by: 'callback' }] },
    });
    expect(await auditKinds(first.store)).toEqual([
      'begun',
      'settlement_timeout',
      'pipeline_abandoned_unsettled',
    ]);
  });
});

describe('work that moves outside of this process', () => {
  it('wakes a wait through its owner, and a replay does not ask again', async () => {
    let outside: (() => void) | undefined;
    let looks = 0;
    let queued = true;
    const look = defineEffect({ name: 'fake.queue', class: 'read', access: 'read' }, () => {
      looks += 1;
      return queued;
    });
    const change = defineEffect(
      { name: 'fake.change', class: 'read', access: 'read' },
      () => new Promise<null>((ok) => (outside = () => ok(null))),
    );
    const source: UnsettledSource = {
      bucket: 'queued_triggers',
      *items(ctx) {
        if (!(yield* ctx.perform(look, []))) return [];
        const view = { id: 'q1' };
        return [{ bucket: 'queued_triggers', id: 'q1', view, moves: true, actions: TRIGGER }];
      },
      *act() {
        yield* [];
        return { status: 'gone' };
      },
      moved: (ctx) => ctx.perform(change, []),
    };
    const scenario: Scenario = () =>
      function* (ctx) {
        ctx.get(unsettledHubKey).add(source);
        yield* root.emit_audit(ctx, 'begun');
        agent.pipeline_on_finish(ctx, onFinishBlockUntilSettled('1m'));
        return 'v';
      };
    const life = await live(scenario);
    await spin(20);
    expect(life.run.record.status).toBe('finishing');
    queued = false;
    outside?.();
    const result = await life.done;
    expect(result).toMatchObject({ receipt: { items: [{ id: 'q1', disposition: 'settled' }] } });
    const { entries } = await loadJournal(life.store, life.run.id);
    const store = await newStore();
    await store.tx((tx) => {
      for (const entry of entries.slice(0, -1)) {
        tx.append(`runs.${life.run.id}`, { kind: entry.kind, payload: entry as never });
      }
    });
    const before = looks;
    const again = await live(scenario, { store, resume: life.run.id });
    expect(await again.done).toMatchObject({
      receipt: (result as { receipt: JsonObject }).receipt,
    });
    expect(looks).toBe(before);
  });
});

describe('on_finish_block_until_settled', () => {
  it('gives the value back when everything ended in time', async () => {
    const { final, receipt, store } = await ended(
      ({ calls }) =>
        function* (ctx) {
          yield* [];
          calls.open(ctx, { id: 'c1', actions: CALL, endsAfter: 4 });
          agent.pipeline_on_finish(ctx, onFinishBlockUntilSettled('15s'));
          return 'v';
        },
    );
    expect(final).toEqual({ ok: true, value: 'v' });
    expect(lines(receipt)).toEqual(['in_flight_llm_calls c1 settled item']);
    const [entry] = await store.read('pipeline.lifecycle.audit');
    expect(entry?.payload).toMatchObject({
      kind: 'pipeline_finalized',
      payload: { reason: 'settled_within_timeout', timeout: '15s' },
    });
  });

  it('says settlement_timeout and drains when it is stuck', async () => {
    const { final, receipt, store } = await ended(
      () =>
        function* (ctx) {
          yield* root.handoff_to(ctx, 'nobody', 1);
          agent.pipeline_on_finish(ctx, onFinishBlockUntilSettled(15_000));
          return 'v';
        },
    );
    expect(final).toMatchObject({ value: { status: 'completed', return_value: 'v' } });
    expect(await auditKinds(store)).toEqual([
      'settlement_timeout',
      'handoff_acknowledged',
      'drain_decision',
      'pipeline_finalized',
    ]);
    expect(receipt.items).toMatchObject([
      { disposition: 'deferred', decided_by: 'settlement', to: 'nobody' },
    ]);
  });
});
