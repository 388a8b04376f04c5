// Metrics and friction of TypeScript runs: in the record, in evaluations, once each whatever happens to the process.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { createRuntime } from '../compose.ts';
import { createMockHost } from '../host/index.ts';
import { diffRuns, evaluateCase, loadRecordFile, readPack, runPack } from '../records/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { pipeline } from './index.ts';

const sink = { write: () => undefined };
const FRICTION = { kind: 'tool_gap', redacted_summary: 'No tool for refunds' };

const measured = (accuracy: number) =>
  pipeline('measured', async ({ obs }) => {
    obs.evalMetric('accuracy', accuracy, { dataset: 'v2' });
    obs.evalMetric('correct', true);
    obs.evalMetric('correct', false);
    obs.evalMetric('note', 'a text');
    return obs.evalMetrics().length;
  });

async function recordOf(accuracy: number, host = createMockHost()) {
  await using store = await openStore('memory:');
  const one = measured(accuracy);
  const records = { folder: '/runs' };
  const runtime = createRuntime({ store, host, sink, pipelines: [one], records });
  const run = runtime.start(one, null as never);
  expect(await run.done).toMatchObject({ status: 'settled', returned: 4 });
  return loadRecordFile(host.fs, `/runs/${run.id}.json`);
}

describe('metrics', () => {
  it('keep their run, stand in its record and are counted by an evaluation', async () => {
    const record = await recordOf(0.9);
    expect(record.metrics).toEqual([
      { name: 'accuracy', value: 0.9, metadata: { dataset: 'v2' } },
      { name: 'correct', value: true },
      { name: 'correct', value: false },
      { name: 'note', value: 'a text' },
    ]);
    expect(evaluateCase({ run: record }).metrics).toEqual({
      accuracy: { count: 1, mean: 0.9, min: 0.9, max: 0.9 },
      correct: { count: 2, mean: 0.5, min: 0, max: 1 },
    });
  });

  it('are told apart when runs are compared', async () => {
    const [left, same, other] = [await recordOf(0.9), await recordOf(0.9), await recordOf(0.5)];
    expect(diffRuns(left, same).identical).toBe(true);
    const { identical, outcome_diffs: diffs } = diffRuns(left, other);
    expect(identical).toBe(false);
    expect(diffs.map(({ section }) => section)).toContain('metrics');
  });

  it('are judged by the rubrics of a pack, which says which one is not enough', async () => {
    const run = await recordOf(0.9);
    const packOf = (assertion: object) =>
      readPack({
        id: 'p',
        rubrics: [
          { id: 'r', kind: 'deterministic', assertions: [{ kind: 'metric', ...assertion }] },
        ],
        cases: [{ run: 'any.json', rubrics: ['r'] }],
      } as never);
    const sources = { run: async () => ({ run }), json: async () => null };
    const failures = async (assertion: object) =>
      (await runPack(packOf(assertion), sources, { folder: '/' })).cases[0]?.failures;
    expect(await failures({ metric: 'accuracy', min: 0.8, max: 1 })).toEqual([]);
    expect(await failures({ metric: 'note', expected: 'a text' })).toEqual([]);
    expect(await failures({ metric: 'correct', min: 0.6 })).toEqual([
      "metric 'correct' is 0.5, below 0.6",
    ]);
    expect(await failures({ metric: 'note', min: 1 })).toEqual(["metric 'note' is no number"]);
    expect(await failures({ metric: 'gone' })).toEqual(["metric 'gone' was not noted"]);
  });

  it('are refused when they have no name or are too large', async () => {
    await using store = await openStore('memory:');
    const bad = pipeline('bad', async ({ obs }) => {
      const codes: unknown[] = [];
      for (const [name, value] of [
        ['', 1],
        ['big', 'x'.repeat(9000)],
      ] as const) {
        try {
          obs.evalMetric(name, value);
        } catch (error) {
          codes.push((error as { code?: string }).code ?? null);
        }
      }
      return [...codes, obs.evalMetrics().length] as never;
    });
    const runtime = createRuntime({ store, host: createMockHost(), sink, pipelines: [bad] });
    expect(await runtime.start(bad, null as never).done).toMatchObject({
      returned: ['HARN-REC-013', 'HARN-REC-013', 0],
    });
  });

  it('and friction are noted once when the run is killed after any commit', async () => {
    let kills = 0;
    for (let n = 0; n < 40; n += 1) {
      await using store = await openStore('memory:');
      const host = createMockHost({ seed: n + 1 });
      const notes = pipeline('notes', async ({ obs, fs }) => {
        obs.evalMetric('before', 1);
        await obs.frictionRecord(FRICTION, { log_path: '/work/friction.jsonl' });
        await fs.writeText('/work/out.txt', 'x');
        obs.evalMetric('after', 2);
        return [obs.evalMetrics().map(({ name }) => name), obs.frictionEvents().length] as never;
      });
      const { store: dying, alive } = stoppingStore(store, n);
      const first = createRuntime({ store: dying, host, sink, pipelines: [notes] });
      const run = first.start(notes, null as never);
      let ended = false;
      void run.done.then(() => {
        ended = true;
      });
      while (alive() && !ended) await new Promise((ok) => setImmediate(ok));
      if (alive()) break;
      if ((await store.latest(`runs.${run.id}`)) === undefined) continue;
      kills += 1;
      const again = createRuntime({ store, host, sink, pipelines: [notes] });
      const result = await (await again.resume(run.id, { force: true })).done;
      expect(result, `killed after ${n}`).toMatchObject({
        returned: [['before', 'after'], 1],
        record: { metrics: [{ name: 'before' }, { name: 'after' }] },
      });
      const lines = (await host.fs.readText('/work/friction.jsonl')).trim().split('\n');
      expect(lines, `killed after ${n}`).toHaveLength(1);
    }
    expect(kills).toBeGreaterThan(3);
  });
});

describe('friction', () => {
  it('is reported to memory, to the log of the environment, or not at all', async () => {
    await using store = await openStore('memory:');
    const host = createMockHost({ env: { HARN_FRICTION_LOG: '/work/team.jsonl' } });
    const reports = pipeline('reports', async ({ obs, runId }) => {
      const off = await obs.frictionRecord(FRICTION, { enabled: false });
      const on = await obs.frictionRecord(FRICTION);
      const known = obs.frictionEvents().map(({ run_id }) => run_id === runId);
      obs.frictionClear();
      return [off.sink, on.sink, on.log_path, known, obs.frictionEvents().length] as never;
    });
    const runtime = createRuntime({ store, host, sink, pipelines: [reports] });
    expect(await runtime.start(reports, null as never).done).toMatchObject({
      returned: ['none', 'jsonl', '/work/team.jsonl', [true], 0],
    });
    expect(JSON.parse(await host.fs.readText('/work/team.jsonl'))).toMatchObject({
      kind: 'tool_gap',
      schema_version: 1,
    });
  });

  it('is evaluated by a pack without any run', async () => {
    const events = [1, 2].map(() => ({
      ...FRICTION,
      source: 'refunds',
      metadata: { capability: 'pay' },
    }));
    const packOf = (expected: object) =>
      readPack({
        id: 'team',
        fixtures: [{ id: 'refunds', kind: 'friction-events', path: 'refunds.json' }],
        rubrics: [
          {
            id: 'suggests',
            kind: 'friction',
            assertions: [{ kind: 'context-pack-suggestion', contains: 'refunds', expected }],
          },
          { id: 'ended', kind: 'deterministic' },
        ],
        cases: [
          { id: 'a', friction_events: 'refunds', rubrics: ['suggests'] },
          { id: 'b', friction_events: 'refunds', rubrics: ['ended'] },
          { id: 'c', run: 'x.json', rubrics: ['suggests'] },
        ],
      } as never);
    const run = await recordOf(1);
    const sources = { run: async () => ({ run }), json: async () => ({ events }) as never };
    const report = await runPack(packOf({ required_capability: 'pay' }), sources, { folder: '/' });
    expect(report.cases.map(({ pass, failures }) => [pass, failures])).toEqual([
      [true, []],
      [false, ["rubric 'ended' does not judge friction"]],
      [false, ["rubric 'suggests' needs friction_events"]],
    ]);
    const worse = await runPack(packOf({ min_suggestions: 2 }), sources, { folder: '/' });
    expect(worse.cases[0]?.failures[0]).toContain('expected at least 2 suggestion(s)');
  });
});
