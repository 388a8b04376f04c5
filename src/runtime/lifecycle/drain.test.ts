// The settlement loop acts on every item, decides once, and says what it could not end.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/index.ts';
import {
  lifecycleAgent as agent,
  onFinishDrain,
  lifecycleRoot as root,
  settlementDeciderKey,
} from './index.ts';
import {
  acts,
  auditKinds,
  CALL,
  ended,
  hook,
  lines,
  live,
  newStore,
  spin,
  TRIGGER,
  WORKER,
} from './kit.fixture.ts';

describe('draining', () => {
  it('gives the value back and says so when nothing is open', async () => {
    const { final, store } = await ended(
      () =>
        function* (ctx) {
          yield* [];
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 'v';
        },
    );
    expect(final).toEqual({ ok: true, value: 'v' });
    expect(await auditKinds(store)).toEqual(['pipeline_finalized']);
  });

  it('ends every kind of item once, in bucket order', async () => {
    const { final, receipt, store } = await ended(
      ({ workers, triggers, calls, tasks }) =>
        function* (ctx) {
          for (const id of ['w1', 'w2']) workers.open(ctx, { id, actions: WORKER });
          triggers.open(ctx, { id: 'q1', actions: TRIGGER });
          yield* root.handoff_to(ctx, 'nobody', { a: 1 });
          calls.open(ctx, { id: 'c1', actions: CALL, endsAfter: 40 });
          tasks.open(ctx, { id: 't1', actions: CALL, endsAfter: 60 });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 'v';
        },
    );
    expect(final).toMatchObject({
      value: { status: 'completed', items_processed: 6, return_value: 'v', budget: 5 },
    });
    expect(await acts(store)).toEqual([
      'suspended_subagents w1 cancel',
      'queued_triggers q1 acknowledge',
      'suspended_subagents w2 cancel',
    ]);
    expect([...lines(receipt)].sort()).toEqual([
      'in_flight_llm_calls c1 drained settlement',
      expect.stringMatching(/^partial_handoffs handoff_\S+ deferred settlement$/),
      'pool_pending_tasks t1 drained settlement',
      'queued_triggers q1 acknowledged settlement',
      'suspended_subagents w1 cancelled settlement',
      'suspended_subagents w2 cancelled settlement',
    ]);
    const kinds = await auditKinds(store);
    expect(kinds.filter((kind) => kind === 'drain_decision')).toHaveLength(6);
  });

  it('counts one handoff as three audits and two iterations', async () => {
    const { final } = await ended(
      () =>
        function* (ctx) {
          yield* root.handoff_to(ctx, 'nobody');
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return null;
        },
    );
    expect(final).toMatchObject({
      value: { status: 'completed', iterations: 2, items_processed: 1, audit_count: 3, budget: 5 },
    });
  });

  it('reports no work left when its rounds were exactly enough', async () => {
    const { final } = await ended(
      () =>
        function* (ctx) {
          yield* root.handoff_to(ctx, 'nobody');
          return yield* root.spawn_settlement_agent(ctx, null, 'v', 1);
        },
    );
    expect(final).toMatchObject({
      value: { status: 'completed', iterations: 1, remaining: { partial_handoffs: [] } },
    });
  });

  it('abandons by name what is left when its rounds are spent', async () => {
    const { final, receipt, store } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          for (const id of ['w1', 'w2', 'w3']) workers.open(ctx, { id, actions: WORKER });
          agent.pipeline_on_finish(ctx, {
            kind: 'generator',
            name: 'cb',
            run: (inner) =>
              root.spawn_settlement_agent(inner, null, 'v', { drain_budget_iterations: 2 }),
          });
          return 'v';
        },
    );
    expect(final).toMatchObject({ value: { status: 'exhausted', items_processed: 2 } });
    expect(lines(receipt)).toEqual([
      'suspended_subagents w1 cancelled settlement',
      'suspended_subagents w2 cancelled settlement',
      'suspended_subagents w3 abandoned settlement',
    ]);
    expect((await auditKinds(store)).at(-1)).toBe('drain_unsettled_remaining');
  });

  it('cancels what does not end within its time', async () => {
    const life = await live(
      ({ calls }) =>
        function* (ctx) {
          yield* [];
          calls.open(ctx, { id: 'c1', actions: CALL, moves: true });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 'v';
        },
    );
    await spin(30);
    expect(life.run.record.status).toBe('finishing');
    life.host.clock.advance(30_000);
    const result = (await life.done) as unknown as { receipt: JsonObject };
    expect(result.receipt['items']).toMatchObject([
      { id: 'c1', disposition: 'cancelled', decided_by: 'settlement' },
    ]);
    expect(await acts(life.store)).toEqual(['in_flight_llm_calls c1 cancel']);
  });

  it('commits the decisions of one round together', async () => {
    const store = await newStore();
    const commits: number[] = [];
    const counting = new Proxy(store, {
      get(target, key) {
        if (key !== 'tx') {
          const value = Reflect.get(target, key) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (fn: never) => {
          const done = target.tx(fn);
          void done.then(({ appends }) =>
            commits.push(appends.filter(({ topic }) => topic === 'fake.acts').length),
          );
          return done;
        };
      },
    });
    await ended(
      ({ workers, triggers, tasks }) =>
        function* (ctx) {
          yield* root.emit_audit(ctx, 'begun');
          workers.open(ctx, { id: 'w1', actions: WORKER });
          triggers.open(ctx, { id: 'q1', actions: TRIGGER });
          tasks.open(ctx, { id: 't1', actions: ['cancel'] });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
      { store: counting },
    );
    expect(commits.filter((count) => count > 0)).toEqual([3]);
  });

  it('skips when PreDrain blocks, and narrows to what PreDrain hands back', async () => {
    const skipped = await ended(
      ({ workers }) =>
        function* (ctx) {
          workers.open(ctx, { id: 'w1', actions: WORKER });
          agent.register_session_hook(
            ctx,
            'PreDrain',
            undefined,
            hook(() => ({ block: true, reason: 'no' })),
          );
          return yield* root.spawn_settlement_agent(ctx, null, 1);
        },
    );
    expect(skipped.result.main).toMatchObject({ value: { status: 'skipped', reason: 'no' } });
    const narrowed = await ended(
      ({ workers }) =>
        function* (ctx) {
          for (const id of ['w1', 'w2']) workers.open(ctx, { id, actions: WORKER });
          const only = { unsettled: { suspended_subagents: [{ handle: 'w2' }] } };
          agent.register_session_hook(
            ctx,
            'PreDrain',
            undefined,
            hook(() => ({ modify: only })),
          );
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
    );
    expect(await acts(narrowed.store)).toEqual(['suspended_subagents w2 cancel']);
    expect(narrowed.final).toMatchObject({ value: { status: 'exhausted', items_processed: 1 } });
  });

  it('obeys OnDrainDecision hooks: a veto leaves the item, another legal action is taken', async () => {
    const { receipt, store } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          for (const id of ['veto', 'resume', 'plain']) workers.open(ctx, { id, actions: WORKER });
          const judge = hook((payload) => {
            const { id } = payload['item'] as { id: string };
            if (id === 'veto') return { block: true, reason: 'needs a human' };
            if (id !== 'resume') return null;
            const given = payload['payload'] as JsonObject;
            return { modify: { ...payload, payload: { ...given, action: 'resume' } } };
          });
          agent.register_session_hook(ctx, 'on_drain_decision', undefined, judge);
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
    );
    expect(receipt.items).toMatchObject([
      { id: 'veto', disposition: 'abandoned', decided_by: 'callback', reason: 'needs a human' },
      { id: 'resume', disposition: 'resumed', decided_by: 'callback' },
      { id: 'plain', disposition: 'cancelled', decided_by: 'settlement' },
    ]);
    const kinds = await auditKinds(store);
    expect(kinds.filter((kind) => kind === 'drain_decision')).toHaveLength(2);
  });

  it('lets PostDrain see the outcome and be advisory', async () => {
    const seen: unknown[] = [];
    const { final } = await ended(
      ({ workers }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          const look = hook((payload) => {
            seen.push((payload['outcome'] as JsonObject)['status']);
            return false;
          });
          agent.register_session_hook(ctx, 'PostDrain', undefined, look);
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
    );
    expect(seen).toEqual(['completed']);
    expect(final).toMatchObject({ value: { status: 'completed' } });
  });

  it('lets a decider choose among legal actions and falls back to the table', async () => {
    const { receipt } = await ended(
      ({ workers }) =>
        function* (ctx) {
          ctx.run.provide(settlementDeciderKey, {
            *decide(_ctx, items) {
              yield* [];
              const wishes = items.map(({ id }) =>
                id === 'w1'
                  ? { action: 'resume' as const, reason: 'still useful' }
                  : { action: 'deliver' as const, reason: 'just because' },
              );
              return { wishes };
            },
          });
          yield* [];
          for (const id of ['w1', 'w2']) workers.open(ctx, { id, actions: WORKER });
          agent.pipeline_on_finish(ctx, onFinishDrain);
          return 1;
        },
    );
    expect(lines(receipt)).toEqual([
      'suspended_subagents w1 resumed model',
      'suspended_subagents w2 cancelled settlement',
    ]);
    expect(receipt.items[1]?.reason).toContain('deliver is not legal for it');
  });
});
