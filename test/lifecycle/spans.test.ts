// Spans of whole runs: what there is one for, what points to what, and that a replay writes none twice.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { type Harness, MemoryExporter, onFinishDrainWith } from '../../src/index.ts';
import { RECORD_SECTIONS } from '../../src/runtime/index.ts';
import { loadRecord, type RunRecord } from '../../src/runtime/run/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore } from '../../src/store/index.ts';
import { ended, runtimeOf } from './world.ts';

type Shown = {
  readonly span_id: string;
  readonly trace_id: string;
  readonly parent_span_id: string | null;
  readonly kind: string;
  readonly name: string;
  readonly start_ms: number;
  readonly duration_ms: number;
  readonly links: readonly JsonObject[];
  readonly metadata: JsonObject;
};

const spansOf = (record: RunRecord) => record['trace_spans'] as readonly Shown[];
const ofKind = (spans: readonly Shown[], kind: string) =>
  spans.filter((span) => span.kind === kind);
const linked = (span: Shown | undefined) => span?.links.map(({ span_id }) => span_id);

const mocks: readonly Json[] = [
  { text: 'hello', match: '*greet*' },
  {
    text: JSON.stringify({ item_1: { action: 'cancel', reason: 'enough' } }),
    match: '*Open items*',
    consume_match: true,
  },
];

/** A worker that asks a model and is suspended and resumed, a pool task, and a settlement by a model. */
const story = async (harness: Harness) => {
  harness.agent.pipelineOnFinish(onFinishDrainWith({ model: 'judge' }));
  const worker = await harness.agent.workerSpawn({ name: 'w', task: 't' }, async (own) => {
    await own.agent.workerCheckpoint();
    return (await own.llm.call('greet')).text;
  });
  await harness.agent.workerSuspend(worker, 'pause');
  await harness.agent.workerWait(worker);
  await harness.agent.workerResume(worker, 'secret words');
  await harness.agent.workerWait(worker);
  const pool = harness.agent.poolCreate({ name: 'p' });
  await harness.agent.poolWait(await pool.submit(async () => 1));
  await harness.handoffTo('nobody', 'secret words');
  return 'done';
};

describe('the spans of a run', () => {
  it('are in its record, with their parents and links, and without what was said', async () => {
    const { record, store, id } = await ended(story, { mocks });
    const spans = spansOf(record);
    const [run] = ofKind(spans, 'pipeline');
    const [worker] = ofKind(spans, 'spawn');
    const [suspension] = ofKind(spans, 'suspension');
    const [resume] = ofKind(spans, 'resume');
    const [asked, judged] = ofKind(spans, 'llm_call');
    const [submit] = ofKind(spans, 'pool_submit');
    const [dequeue] = ofKind(spans, 'pool_dequeue');
    const [drain] = ofKind(spans, 'drain');
    const [decision] = ofKind(spans, 'drain_decision');
    expect(spans).toHaveLength(10);
    expect(run).toMatchObject({
      name: 'main',
      parent_span_id: null,
      metadata: { status: 'completed' },
    });
    for (const span of [worker, suspension, submit])
      expect(span?.parent_span_id).toBe(run?.span_id);
    expect(asked).toMatchObject({
      parent_span_id: worker?.span_id,
      metadata: { input_tokens: expect.any(Number) },
    });
    expect(judged).toMatchObject({ parent_span_id: drain?.span_id, name: 'judge' });
    for (const span of [resume, dequeue, drain, decision]) expect(span?.parent_span_id).toBeNull();
    expect(linked(resume)).toEqual([suspension?.span_id, run?.span_id]);
    expect(linked(dequeue)).toEqual([submit?.span_id]);
    expect(linked(drain)).toEqual([run?.span_id]);
    expect(linked(decision)).toEqual([drain?.span_id]);
    expect(decision).toMatchObject({ name: 'cancel', metadata: { decided_by: 'model' } });
    expect(new Set(spans.map(({ trace_id }) => trace_id)).size).toBe(1);
    expect(JSON.stringify(spans)).not.toContain('secret words');
    const folded = await loadRecord(store, id, RECORD_SECTIONS);
    expect(folded['trace_spans']).toEqual(spans);
  });

  it('are the same in every run of the same program under a virtual clock', async () => {
    const first = await ended(story, { mocks });
    const second = await ended(story, { mocks });
    expect(spansOf(second.record)).toEqual(spansOf(first.record));
  });

  it('reach an exporter in the order they end, and one that throws breaks nothing', async () => {
    const tracer = new MemoryExporter();
    const { record } = await ended(story, { mocks, tracer });
    const ids = spansOf(record).map(({ span_id }) => span_id);
    expect(tracer.spans.map(({ spanId }) => spanId)).toEqual(ids);
    const broken = {
      export: () => {
        throw new Error('no');
      },
      flush: async () => undefined,
    };
    expect((await ended(story, { mocks, tracer: broken })).returned).toBe('done');
  });

  it('are written once, and those of the run follow each other, after a kill at any commit', async () => {
    const whole = spansOf((await ended(story, { mocks })).record);
    const place = ({ kind, name, span_id }: Shown) => `${kind} ${name} ${span_id}`;
    const work = (spans: readonly Shown[]) =>
      spans
        .filter(({ kind }) => kind !== 'pipeline')
        .map(place)
        .sort();
    let kills = 0;
    for (let limit = 1; limit < 40; limit += 1) {
      const store = await openStore('memory:');
      let dead = false;
      const mortal = stoppingStore(store, limit, () => {
        dead = true;
      });
      const first = await runtimeOf(story, { store: mortal.store, mocks });
      const tracer = new MemoryExporter();
      const handle = first.runtime.start(first.main, null as never);
      let result: unknown;
      void handle.done.then((r) => {
        result = r;
      });
      while (!dead && result === undefined) {
        await new Promise((ok) => setImmediate(ok));
      }
      if (!dead) break;
      if ((await store.latest(`runs.${handle.id}`)) === undefined) continue;
      kills += 1;
      const second = await runtimeOf(story, { store, mocks, tracer, seed: 2 });
      const again = await second.runtime.resume(handle.id, { force: true });
      const { record } = await again.done;
      const spans = spansOf(record);
      expect(work(spans), `killed after ${limit}`).toEqual(work(whole));
      expect(new Set(spans.map(({ span_id }) => span_id)).size).toBe(spans.length);
      const lives = ofKind(spans, 'pipeline');
      expect(lives.map(({ metadata }) => metadata['status'])).toEqual(['interrupted', 'completed']);
      expect(linked(lives[1])).toEqual([lives[0]?.span_id]);
      expect(tracer.spans.length).toBeLessThanOrEqual(spans.length);
    }
    expect(kills).toBeGreaterThan(3);
  });
});
