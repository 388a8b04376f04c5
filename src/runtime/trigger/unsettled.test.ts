// Queued triggers in the receipt of a run: its own, once each, whatever becomes of its process.
import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { createMockHost } from '../host/index.ts';
import {
  createFinisher,
  equipLifecycle,
  handoffIndex,
  lifecycleAgent,
  lifecycleRoot,
  onFinishDrain,
  type SettlementReceipt,
} from '../lifecycle/index.ts';
import { Run, type RunBody, type RunDeps, runIndex, type Suspending } from '../run/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { ackJob, enqueueFromRun, listJobs } from '../work/index.ts';
import { listQueuedEvents } from './inbox.ts';
import { markOutcome } from './outbox.ts';
import { publishFromRun } from './publish.ts';
import { triggerUnsettledSource } from './unsettled.ts';

const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };
const EVENT = { id: 'e1', provider: 'github', kind: 'issues' };

interface LifeOptions {
  readonly store: Store;
  readonly resume?: string;
  readonly killAfter?: number;
}

async function live(body: RunBody, { store, resume, killAfter }: LifeOptions) {
  const used = killAfter === undefined ? store : stoppingStore(store, killAfter).store;
  const deps: RunDeps = {
    host: createMockHost(),
    openStore: async () => used,
    finish: createFinisher(),
    sink: { write: () => undefined },
    equip: (core) => equipLifecycle(core, { sources: [triggerUnsettledSource] }),
  };
  const run =
    resume === undefined
      ? Run.create(deps, SPEC)
      : await Run.resume(deps, used, resume, { force: true });
  return { run, done: run.begin(body) };
}

async function newStore(): Promise<Store> {
  const store = await openStore('memory:');
  await store.declare(runIndex, handoffIndex);
  return store;
}

async function ended(body: RunBody, options: LifeOptions) {
  const { done } = await live(body, options);
  const result = await done;
  if (result.status !== 'settled') throw new Error(JSON.stringify(result));
  const receipt = result.receipt as unknown as SettlementReceipt;
  const lines = receipt.items.map((i) => `${i.id} ${i.disposition} ${i.decided_by}`);
  return { result, receipt, lines };
}

const queueBoth: RunBody = function* (ctx) {
  yield* publishFromRun(ctx, EVENT, { trigger_id: 't', binding_version: 1 });
  yield* enqueueFromRun(ctx, 'q', { ...EVENT, id: 'e2' }, { trigger_id: 'u' });
  return null;
};

it('are listed as programs know them, oldest first', async () => {
  const store = await newStore();
  const { result } = await ended(
    function* (ctx) {
      yield* queueBoth(ctx);
      const state = yield* lifecycleRoot.unsettled_state(ctx);
      return state['queued_triggers'];
    },
    { store },
  );
  expect(result.main.ok && result.main.value).toMatchObject([
    {
      id: 'trigger://t@v1/e1',
      event_id: 'e1',
      trigger_id: 't',
      binding_key: 't@v1',
      spec_summary: 't: github.issues',
      source: 'trigger_inbox',
    },
    {
      id: 'worker://q/1',
      event_id: 'e2',
      trigger_id: 'u',
      spec_summary: 'u: github.issues',
      source: 'worker_queue',
      queue: 'q',
      job_event_id: 1,
      claimed: false,
    },
  ]);
});

it('of other runs are not this run’s to account for, and cost it no look at the store', async () => {
  const store = await newStore();
  await ended(queueBoth, { store });
  const other = { ...SPEC, pipeline: 'other' };
  const host = createMockHost({ seed: 2 });
  const run = Run.create(
    {
      host,
      openStore: () => Promise.reject(new Error('opened')),
      finish: createFinisher(),
      sink: { write: () => undefined },
      equip: (core) => equipLifecycle(core, { sources: [triggerUnsettledSource] }),
    },
    other,
  );
  const result = await run.begin(function* () {
    yield* [];
    return 1;
  });
  expect(result).toMatchObject({ status: 'settled', receipt: { items: [] } });
});

it('stay queued and are named as abandoned when nobody settles them', async () => {
  const store = await newStore();
  const { lines } = await ended(queueBoth, { store });
  expect(lines).toEqual(['trigger://t@v1/e1 abandoned policy', 'worker://q/1 abandoned policy']);
  expect(await listQueuedEvents(store)).toHaveLength(1);
  expect(await listJobs(store, { queue: 'q', state: 'ready' })).toHaveLength(1);
});

it('are acknowledged and deferred by the program, through the root methods', async () => {
  const store = await newStore();
  const { result, lines } = await ended(
    function* (ctx): Suspending<Json> {
      yield* queueBoth(ctx);
      const first = yield* lifecycleRoot.acknowledge_trigger(ctx, 'trigger://t@v1/e1');
      const twice = yield* lifecycleRoot.acknowledge_trigger(ctx, 'trigger://t@v1/e1');
      const deferred = yield* lifecycleRoot.defer_trigger(ctx, 'worker://q/1', 'later');
      return [first['status'], twice['status'], deferred['status']] as Json;
    },
    { store },
  );
  expect(result.main.ok && result.main.value).toEqual(['acknowledged', 'not_found', 'deferred']);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^handoff_.* abandoned/);
  expect(await listQueuedEvents(store)).toEqual([]);
  expect(await listJobs(store, { queue: 'q' })).toMatchObject([{ state: 'acked' }]);
  expect(await store.read('trigger.cancel.requests')).toMatchObject([
    {
      kind: 'dispatch_cancel_requested',
      payload: { event_id: 'e1', binding_key: 't@v1', requested_by: 'pipeline_lifecycle' },
    },
  ]);
});

it('that others ended meanwhile have settled by themselves', async () => {
  const store = await newStore();
  const { lines } = await ended(
    function* (ctx) {
      yield* queueBoth(ctx);
      lifecycleAgent.pipeline_on_finish(ctx, {
        kind: 'async',
        name: 'others',
        run: async () => {
          const dispatch = { event_id: 'e1', binding_key: 't@v1', nowMs: 1 };
          await markOutcome(store, 'dispatch_started', dispatch);
          await ackJob(store, 'q', 1, { consumerId: 'w', nowMs: 1 });
          return null;
        },
      });
      return null;
    },
    { store },
  );
  expect(lines).toEqual(['trigger://t@v1/e1 settled item', 'worker://q/1 settled item']);
});

it('get exactly one disposition, and are queued once, whichever commit the process dies at', async () => {
  const body: RunBody = function* (ctx) {
    lifecycleAgent.pipeline_on_finish(ctx, onFinishDrain);
    return yield* queueBoth(ctx);
  };
  const whole = await newStore();
  const baseline = await ended(body, { store: whole });
  expect(baseline.lines).toEqual([
    'trigger://t@v1/e1 acknowledged settlement',
    'worker://q/1 acknowledged settlement',
  ]);
  let kills = 0;
  for (let commits = 1; commits < 60; commits += 1) {
    const store = await newStore();
    const first = await live(body, { store, killAfter: commits });
    for (let i = 0; i < 400; i += 1) await new Promise<void>((ok) => setImmediate(ok));
    const journal = await store.read(`runs.${first.run.id}`);
    if (journal.some(({ kind }) => kind === 'settled')) break;
    if (journal.length === 0) continue;
    kills += 1;
    const { receipt, lines } = await ended(body, { store, resume: first.run.id });
    expect(lines).toEqual(baseline.lines);
    expect((receipt as unknown as JsonObject)['status']).toBe('settled');
    expect(await store.read('trigger.inbox.envelopes')).toHaveLength(1);
    expect(await store.read('worker.q')).toHaveLength(1);
    expect(await store.read('trigger.cancel.requests')).toHaveLength(1);
  }
  expect(kills).toBeGreaterThan(4);
});
