// Handoffs are durable: made, delivered once as a child run, or kept in the queue of their target for others.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../host/index.ts';
import { listRuns, loadJournal, Run, type RunDeps, type RunStart } from '../run/index.ts';
import { payloadSummary } from './handoff.ts';
import {
  acknowledgeHandoff,
  lifecycleAgent as agent,
  childRunIdOf,
  createFinisher,
  deliverHandoff,
  finishCallback,
  handoffIndex,
  listHandoffs,
  onFinishDrain,
  onFinishHandoffTo,
  lifecycleRoot as root,
  showHandoff,
} from './index.ts';
import { auditKinds, ended, lines, live, type Scenario, spin, WORKER } from './kit.fixture.ts';

const made =
  (target: string): Scenario =>
  () =>
    function* (ctx) {
      yield* root.handoff_to(ctx, target, { job: 7 });
      agent.pipeline_on_finish(ctx, onFinishDrain);
      return 'v';
    };

const START: RunStart = {
  kind: 'run_started',
  pipeline: 'nightly',
  origin: 'other.harn',
  program: null,
  version: '2',
  input: null,
  argv: [],
  cwd: '/',
  durability: 'power',
  deny: [],
  parent_run_id: null,
  root_run_id: 'r',
  options: {},
};

describe('a handoff', () => {
  it('is shown with its envelope and its age', async () => {
    const { final, run } = await ended(
      () =>
        function* (ctx) {
          const receipt = yield* root.handoff_to(ctx, 'nightly', { b: 1, a: 2 });
          const state = yield* root.unsettled_state(ctx);
          return { receipt, state, summary: yield* root.summary(ctx) };
        },
    );
    const envelope = {
      envelope_id: 'envelope_1',
      handoff_id: `handoff_${run.id}_1`,
      from: run.id,
      to: 'nightly',
      payload_summary: 'object(keys=a,b)',
      age_ms: 0,
      target_pipeline: 'nightly',
      origin_pipeline: run.id,
      payload: { b: 1, a: 2 },
      seq: 1,
    };
    expect(final).toMatchObject({
      value: {
        receipt: { status: 'queued', method: 'handoff_to', envelope },
        state: { partial_handoffs: [envelope] },
        summary:
          'unsettled work: 0 suspended subagents, 0 queued triggers, 1 partial handoffs, 0 in-flight llm calls, 0 pool pending tasks',
      },
    });
  });

  it.each([
    ['nil', null, 'nil'],
    ['short text', 'abc', 'abc'],
    ['long text', 'x'.repeat(81), `${'x'.repeat(80)}...`],
    ['a number', 4, '4'],
    ['a list', [1, 2], 'list(len=2)'],
    ['many keys', { g: 1, f: 1, e: 1, d: 1, c: 1, b: 1, a: 1 }, 'object(keys=a,b,c,d,e,f,...)'],
  ])('summarises %s', (_name, payload, summary) => {
    expect(payloadSummary(payload)).toBe(summary);
  });

  it('becomes a child run of the same program, named in the journal, the record and the receipt', async () => {
    const { receipt, store, run, record } = await ended(made('nightly'), {
      pipelines: ['main', 'nightly'],
    });
    const [item] = receipt.items;
    expect(item).toMatchObject({ disposition: 'handed_off', decided_by: 'settlement' });
    const child = item?.to ?? '';
    expect(child).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(record.child_runs).toMatchObject([{ run_id: child, pipeline: 'nightly' }]);
    expect(await listRuns(store, { parent: run.id })).toMatchObject([
      { run_id: child, pipeline: 'nightly', status: 'running' },
    ]);
    const { start } = await loadJournal(store, child);
    expect(start).toMatchObject({
      parent_run_id: run.id,
      root_run_id: run.id,
      input: {
        payload: { job: 7 },
        origin: { run_id: run.id, handoff_id: item?.id, envelope_id: 'envelope_1' },
      },
    });
    expect(await showHandoff(store, item?.id ?? '')).toMatchObject({
      status: 'delivered',
      child_run_id: child,
    });
    expect(await auditKinds(store)).toEqual([
      'handoff_delivered',
      'drain_decision',
      'pipeline_finalized',
    ]);
  });

  it('is taken up by whoever resumes the child run', async () => {
    const { receipt, store } = await ended(made('nightly'), { pipelines: ['nightly'] });
    const deps: RunDeps = {
      host: createMockHost({ seed: 2 }),
      openStore: async () => store,
      finish: createFinisher(),
      sink: { write: () => undefined },
    };
    const child = await Run.resume(deps, store, receipt.items[0]?.to ?? '');
    const result = await child.begin(function* () {
      yield* [];
      return child.start.input;
    });
    expect(result).toMatchObject({
      status: 'settled',
      main: { value: { payload: { job: 7 } } },
      receipt: { status: 'settled' },
    });
  });

  it('waits in the durable queue when its target is not at hand, and is delivered later with other code', async () => {
    const { receipt, store } = await ended(made('elsewhere'));
    const [item] = receipt.items;
    expect(item).toMatchObject({ disposition: 'deferred', to: 'elsewhere' });
    const id = item?.id ?? '';
    expect(await listHandoffs(store, { target: 'elsewhere', status: 'queued' })).toHaveLength(1);
    const options = { start: () => START, nowMs: 5 };
    const [one, two] = await Promise.allSettled([
      deliverHandoff(store, id, options),
      deliverHandoff(store, id, options),
    ]);
    expect([one.status, two.status].sort()).toEqual(['fulfilled', 'rejected']);
    const { start } = await loadJournal(store, childRunIdOf(id));
    expect(start).toMatchObject({ origin: 'other.harn', input: { payload: { job: 7 } } });
    await expect(acknowledgeHandoff(store, id, { nowMs: 6 })).rejects.toThrow('already delivered');
  });

  it('can be acknowledged in the queue', async () => {
    const { receipt, store } = await ended(made('elsewhere'));
    const id = receipt.items[0]?.id ?? '';
    const row = await acknowledgeHandoff(store, id, { decision: { why: 'old' }, nowMs: 9 });
    expect(row).toMatchObject({ status: 'acknowledged', decision: { why: 'old' }, updated_ms: 9 });
    expect(await listHandoffs(store, { status: 'queued' })).toEqual([]);
    await expect(showHandoff(store, 'handoff_x')).rejects.toThrow('there is no handoff');
  });

  it('belongs to its run until that has settled', async () => {
    const life = await live(
      () =>
        function* (ctx) {
          yield* root.handoff_to(ctx, 'nightly', 1);
          ctx.run.scheduler.expectExternal(1);
          return yield* ctx.block('somebody', () => undefined);
        },
    );
    await spin(50);
    const [row] = await listHandoffs(life.store, { runId: life.run.id });
    expect(row?.status).toBe('partial');
    await expect(
      deliverHandoff(life.store, row?.handoff_id ?? '', { start: () => START, nowMs: 1 }),
    ).rejects.toThrow('still belongs to run');
    life.run.cancel('operator');
    await life.done;
    expect((await showHandoff(life.store, row?.handoff_id ?? '')).status).toBe('cancelled');
  });

  it('made in on_finish is settled too, and takes the durable work that it describes with it', async () => {
    const { final, receipt } = await ended(
      ({ workers, tasks }) =>
        function* (ctx) {
          yield* [];
          workers.open(ctx, { id: 'w1', actions: WORKER });
          tasks.open(ctx, { id: 't1', actions: ['cancel'] });
          agent.pipeline_on_finish(ctx, onFinishHandoffTo('nightly', { note: 'n' }));
          return 'v';
        },
      { pipelines: ['nightly'] },
    );
    expect(final).toMatchObject({ value: { status: 'queued', envelope: { to: 'nightly' } } });
    expect(lines(receipt)).toEqual([
      'suspended_subagents w1 handed_off callback',
      expect.stringMatching(/^partial_handoffs handoff_\S+ handed_off settlement$/),
      'pool_pending_tasks t1 abandoned policy',
    ]);
    expect(receipt.items[0]?.to).toBe(receipt.items[1]?.id);
  });

  it('projects to the same rows when the log is folded again', async () => {
    const { store } = await ended(made('elsewhere'));
    const before = await listHandoffs(store);
    await store.rebuild(handoffIndex);
    expect(await listHandoffs(store)).toEqual(before);
  });

  it('is answered by finish callbacks written in TypeScript', async () => {
    const callback = finishCallback('mine', function* (ctx) {
      const state = yield* root.unsettled_state(ctx);
      const [first] = state['partial_handoffs'] as { envelope_id: string }[];
      return yield* root.acknowledge_handoff(ctx, first?.envelope_id ?? '', { ok: true });
    });
    const { final, receipt, store } = await ended(
      () =>
        function* (ctx) {
          yield* root.handoff_to(ctx, 'nightly', 1);
          agent.pipeline_on_finish(ctx, callback);
          return 'v';
        },
    );
    expect(final).toMatchObject({ value: { status: 'acknowledged' } });
    expect(receipt.items).toMatchObject([{ disposition: 'acknowledged', decided_by: 'callback' }]);
    expect(await auditKinds(store)).toEqual(['handoff_acknowledged']);
  });
});
