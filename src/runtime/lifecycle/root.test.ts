// The root methods: receipts with their exact shapes, the order they insist on, and the audit log.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { lifecycleAgent as agent, lifecycleKey, lifecycleRoot as root } from './index.ts';
import { acts, ended, type Fakes, hook, TRIGGER, WORKER } from './kit.fixture.ts';

async function ask(
  question: (ctx: RunContext, fakes: Fakes) => Suspending<unknown>,
): Promise<{ value: unknown; error: Error; acted: readonly string[] }> {
  const { result, store } = await ended((fakes) => (ctx) => question(ctx, fakes));
  const { main } = result;
  const acted = await acts(store);
  return main.ok
    ? { value: main.value, error: new Error('none'), acted }
    : { value: undefined, error: main.error as Error, acted };
}

describe('reading open work', () => {
  it('counts and summarises what it is given or what there is', async () => {
    const { value } = await ask(function* (ctx) {
      return {
        state: yield* root.unsettled_state(ctx),
        empty: yield* root.is_empty(ctx),
        counts: yield* root.counts(ctx, { queued_triggers: [1, 2] }),
        summary: yield* root.summary(ctx),
        id: root.current_pipeline_id(ctx) === ctx.runId,
      };
    });
    expect(value).toEqual({
      state: {
        suspended_subagents: [],
        queued_triggers: [],
        partial_handoffs: [],
        in_flight_llm_calls: [],
        pool_pending_tasks: [],
      },
      empty: true,
      counts: { suspended: 0, queued: 2, partial: 0, in_flight: 0, pool_pending: 0 },
      summary: 'no unsettled work',
      id: true,
    });
  });

  it.each<[string, Json, string]>([
    ['nil', null, 'expect a state dict'],
    [
      'a bucket that is no list',
      { queued_triggers: 'x' },
      '`queued_triggers` must be a list, got string',
    ],
  ])('refuses %s', async (_name, state, text) => {
    const { error } = await ask((ctx) => root.counts(ctx, state));
    expect(error.message).toContain(text);
  });
});

describe('missing arguments', () => {
  const cases: [string, (ctx: RunContext) => Suspending<JsonObject>, string][] = [
    ['handoff_to', (ctx) => root.handoff_to(ctx), 'missing target pipeline argument'],
    ['acknowledge_handoff', (ctx) => root.acknowledge_handoff(ctx), 'missing envelope id'],
    ['acknowledge_trigger', (ctx) => root.acknowledge_trigger(ctx, ''), 'missing trigger id'],
    ['defer_trigger', (ctx) => root.defer_trigger(ctx), 'missing trigger id'],
  ];
  it.each(cases)('of %s are rejected by name', async (method, call, reason) => {
    const { value } = await ask(call);
    expect(value).toEqual({ status: 'rejected', method, reason });
  });
});

describe('workers', () => {
  it('are resumed and cancelled with their reason', async () => {
    const { acted } = await ask(function* (ctx, { workers }) {
      for (const id of ['w1', 'w2']) workers.open(ctx, { id, actions: WORKER });
      yield* root.resume_subagent(ctx, { handle: 'w1' }, 'go on');
      return yield* root.cancel_subagent(ctx, 'w2', 'too late');
    });
    expect(acted).toEqual(['suspended_subagents w1 resume', 'suspended_subagents w2 cancel']);
  });

  it('that do not exist, or refuse, are errors', async () => {
    expect((await ask((ctx) => root.resume_subagent(ctx))).error.message).toBe(
      'Harness.resume_subagent expects a handle',
    );
    expect((await ask((ctx) => root.cancel_subagent(ctx, 'w9'))).error.message).toBe(
      'unknown worker: w9',
    );
    const refused = await ask(function* (ctx, { workers }) {
      workers.open(ctx, { id: 'w1', actions: WORKER, refusesWith: 'busy' });
      return yield* root.cancel_subagent(ctx, 'w1');
    });
    expect(refused.error.message).toBe('cancel_subagent of w1 was refused: busy');
  });
});

describe('triggers', () => {
  it('that are not queued are not found', async () => {
    const { value } = await ask((ctx) => root.acknowledge_trigger(ctx, 'missing'));
    expect(value).toEqual({
      status: 'not_found',
      method: 'acknowledge_trigger',
      trigger_id: 'missing',
    });
    const deferred = await ask((ctx) => root.defer_trigger(ctx, 'missing', ' '));
    expect(deferred.value).toMatchObject({ status: 'not_found', method: 'defer_trigger' });
  });

  const blockers: [string, (ctx: RunContext, fakes: Fakes) => Suspending<unknown>][] = [
    [
      'suspended_subagents',
      function* (ctx, { workers }) {
        yield* [];
        workers.open(ctx, { id: 'w', actions: WORKER });
      },
    ],
    ['partial_handoffs', (ctx) => root.handoff_to(ctx, 'x')],
  ];
  it.each(blockers)('come after %s', async (blocker, open) => {
    const { value } = await ask(function* (ctx, fakes) {
      yield* open(ctx, fakes);
      return yield* root.acknowledge_trigger(ctx, 'q1');
    });
    expect(value).toMatchObject({
      status: 'rejected',
      reason: 'HARN-DRN-001: cannot acknowledge trigger while suspended subagents remain',
      blocked_by: [blocker],
    });
  });

  it('can be deferred one after the other', async () => {
    const { value, acted } = await ask(function* (ctx, { triggers }) {
      for (const id of ['q1', 'q2']) triggers.open(ctx, { id, actions: TRIGGER });
      const first = yield* root.defer_trigger(ctx, 'q1');
      const second = yield* root.defer_trigger(ctx, 'q2', 'tomorrow');
      return { first, second };
    });
    expect(value).toMatchObject({
      first: { status: 'deferred', trigger_id: 'q1', envelope: { to: 'deferred-triggers' } },
      second: {
        status: 'deferred',
        envelope: { to: 'tomorrow', payload: { deferred_trigger: { id: 'q2' } } },
        acknowledgement: { status: 'acknowledged', method: 'acknowledge_trigger' },
      },
    });
    expect(acted).toEqual(['queued_triggers q1 acknowledge', 'queued_triggers q2 acknowledge']);
  });

  it('come before handoffs', async () => {
    const { value } = await ask(function* (ctx, { triggers }) {
      triggers.open(ctx, { id: 'q1', actions: TRIGGER });
      yield* root.handoff_to(ctx, 'x');
      return yield* root.acknowledge_handoff(ctx, 'envelope_1');
    });
    expect(value).toMatchObject({
      status: 'rejected',
      envelope_id: 'envelope_1',
      reason: 'HARN-DRN-001: cannot acknowledge handoff while queued triggers remain',
    });
  });

  it('of an owner that refuses stay, with the reason', async () => {
    const { value } = await ask(function* (ctx, { triggers }) {
      triggers.open(ctx, { id: 'q1', actions: TRIGGER, refusesWith: 'no binding' });
      return yield* root.acknowledge_trigger(ctx, 'q1');
    });
    expect(value).toMatchObject({ status: 'rejected', reason: 'no binding', item: { id: 'q1' } });
  });
});

describe('audits', () => {
  it('are numbered, kept, taken once, and appended durably', async () => {
    const { result, store, run } = await ended(
      () =>
        function* (ctx) {
          const first = yield* root.emit_audit(ctx, 'a', { n: 1 });
          yield* root.finalize(ctx, { ok: true });
          const snapshot = agent.pipeline_lifecycle_audit_log_snapshot(ctx);
          const taken = agent.pipeline_lifecycle_audit_log_take(ctx);
          const after = agent.pipeline_lifecycle_audit_log_take(ctx);
          const third = yield* root.emit_audit(ctx);
          const { disposition } = ctx.get(lifecycleKey);
          return { first, same: snapshot.length === taken.length, after, third, disposition };
        },
    );
    expect(result.main).toMatchObject({
      value: {
        first: {
          status: 'recorded',
          method: 'emit_audit',
          entry: { seq: 1, kind: 'a', payload: { n: 1 }, pipeline_id: run.id },
        },
        same: true,
        after: [],
        third: { entry: { seq: 3, kind: '', payload: null } },
        disposition: { ok: true },
      },
    });
    const events = await store.read('pipeline.lifecycle.audit');
    expect(events.map(({ kind, headers }) => [kind, headers['kind'], headers['seq']])).toEqual([
      ['lifecycle_audit', 'a', '1'],
      ['lifecycle_audit', 'pipeline_finalized', '2'],
      ['lifecycle_audit', '', '3'],
    ]);
  });

  it('of a drain decision pass the hooks: vetoed, changed, or failed', async () => {
    const { value } = await ask(function* (ctx) {
      const answers: (JsonObject | false)[] = [{ modify: { payload: { a: 2 } } }, false];
      agent.register_session_hook(
        ctx,
        'OnDrainDecision',
        undefined,
        hook(() => answers.shift() ?? 'nonsense'),
      );
      const results: JsonObject[] = [];
      for (let i = 0; i < 3; i += 1) {
        results.push(yield* root.emit_audit(ctx, 'drain_decision', { a: 1 }));
      }
      return results;
    });
    expect(value).toMatchObject([
      { status: 'recorded', entry: { payload: { a: 2 } } },
      { status: 'blocked', kind: 'drain_decision', reason: 'OnDrainDecision hook returned false' },
      { status: 'error', kind: 'drain_decision' },
    ]);
  });
});
