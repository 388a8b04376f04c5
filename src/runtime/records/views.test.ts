// What is made of records: action graphs, differences, trees, fixtures and evaluations.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { actionGraphOf, mermaidOf } from './action-graph.ts';
import { diffLines, diffRuns } from './diff.ts';
import { readPack, runPack } from './eval-pack.ts';
import { type EvalSources, evalSuiteShape, evaluateCase, runSuite } from './eval-suite.ts';
import { prune } from './prune.ts';
import { loadRecordFile, parseJson, saveRecord } from './record-file.ts';
import { evaluateRun, replayFixtureOf } from './replay-fixture.ts';
import { listRecordFiles } from './retention.ts';
import { type RunDocument, readDocument } from './run-document.ts';
import { loadRunTree } from './run-tree.ts';
import { compactionsOf } from './sidecar.ts';
import { parseTimestampMs } from './timestamps.ts';
import { wholeRecord } from './whole-record.fixture.ts';

const stage = (run: string, n: number, fields: JsonObject = {}) => ({
  id: `${run}:${fields['node_id'] ?? 'work'}:${n}`,
  node_id: 'work',
  status: 'completed',
  outcome: 'success',
  ...fields,
});
const runOf = (id: string, stages: readonly JsonObject[], fields: JsonObject = {}) =>
  readDocument({ id, workflow_id: 'w', status: 'completed', stages, ...fields });

describe('an action graph', () => {
  it('shows what started a run, its stages, workers and how they led to each other', () => {
    const { nodes, edges } = actionGraphOf(readDocument(wholeRecord()));
    expect(nodes.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      'run run:r1',
      'trigger trigger:ev1',
      'predicate stage:r1:node1:1',
      'stage stage:r1:node2:2',
      'worker worker:w1',
    ]);
    expect(edges.map((e) => `${e.from_id} ${e.kind} ${e.to_id} ${e.label ?? ''}`.trim())).toEqual([
      'run:r1 entry trigger:ev1 ev1',
      'trigger:ev1 trigger_dispatch stage:r1:node1:1',
      'stage:r1:node1:1 predicate_gate stage:r1:node2:2 yes',
      'run:r1 delegates worker:w1 scout',
    ]);
  });

  it('names the event that a replay is of', () => {
    const record = wholeRecord();
    const metadata = { ...(record['metadata'] as JsonObject), replay_of_event_id: 'ev0' };
    const { edges } = actionGraphOf(readDocument({ ...record, metadata }));
    expect(edges).toContainEqual(
      expect.objectContaining({
        from_id: 'trigger:ev0',
        to_id: 'trigger:ev1',
        kind: 'replay_chain',
      }),
    );
  });

  it('is Mermaid text with its quotes made harmless', () => {
    const text = mermaidOf(actionGraphOf(runOf('r', [stage('r', 1, { node_id: 'say "hi" #1' })])));
    expect(text.split('\n')).toEqual([
      'flowchart TD',
      '  n0(["run w: completed"])',
      '  n1["stage say #quot;hi#quot; #35;1: completed"]',
      '  n0 -->|"entry"| n1',
    ]);
  });
});

describe('a difference', () => {
  const twin = async (id: string): Promise<RunDocument> => {
    const text = JSON.stringify(wholeRecord()).replaceAll('r1', id);
    const host = createMockHost();
    const path = `/work/${id}/${id}.json`;
    return (await saveRecord(host, readDocument(JSON.parse(text) as Json), { path })).run;
  };

  it('is none between two runs that did the same, wherever they were saved', async () => {
    const diff = diffRuns(await twin('run_a'), await twin('run_b'));
    expect(diffLines(diff)).toEqual([]);
    expect(diff.identical).toBe(true);
  });

  it('tells visits of one node apart', () => {
    const left = runOf('a', [stage('a', 1), stage('a', 2)]);
    const right = runOf('b', [stage('b', 1), stage('b', 2, { outcome: 'failed' }), stage('b', 3)]);
    expect(diffRuns(left, right).stage_diffs).toEqual([
      { node_id: 'work', visit: 2, change: 'changed', details: ['outcome: success -> failed'] },
      { node_id: 'work', visit: 3, change: 'added', details: [] },
    ]);
  });

  it('names results, receipts, effects and tools that came out otherwise', () => {
    const call = (result: string) => [{ tool_name: 't', args_hash: 'h', result }];
    const left = runOf('a', [], {
      returned: { id: '0190f3a0-0000-7000-8000-000000000001' },
      final: 1,
      receipt: { status: 'settled', items: [] },
      effects: { 'fs.read': { ok: 1 } },
      tool_recordings: call('x'),
    });
    const right = runOf('b', [], {
      returned: { id: '0190f3a0-0000-7000-8000-000000000002' },
      final: 2,
      receipt: {
        status: 'partial',
        items: [{ bucket: 'b', disposition: 'abandoned', decided_by: 'policy' }],
      },
      effects: { 'fs.read': { ok: 2 } },
      tool_recordings: call('y'),
    });
    const diff = diffRuns(left, right);
    expect(diff.identical).toBe(false);
    expect(diff.outcome_diffs.map(({ section }) => section)).toEqual([
      'result',
      'receipt',
      'effects',
    ]);
    // Which id a run got is chance; what it returned is not.
    expect(diff.outcome_diffs[0]?.details).toEqual(['final: 1 -> 2']);
    expect(diff.tool_diffs).toMatchObject([{ tool_name: 't', result_changed: true }]);
  });
});

describe('a run tree', () => {
  const dir = '/work/.harn-runs';
  const file = (id: string, child_runs: readonly JsonObject[]) =>
    JSON.stringify({ _type: 'run_record', id, child_runs });

  it('holds children beside their parent, by path, and those without a record', async () => {
    const { fs } = createMockHost({
      files: {
        [`${dir}/a.json`]: file('a', [
          { worker_id: 'w1', run_id: 'b' },
          { worker_id: 'w2', run_path: 'sub/c.json' },
          { worker_id: 'w3', run_id: 'gone' },
        ]),
        [`${dir}/b.json`]: file('b', []),
        [`${dir}/sub/c.json`]: file('c', []),
      },
    });
    const tree = await loadRunTree(fs, `${dir}/a.json`);
    expect(tree.children.map(({ worker, run }) => [worker?.worker_id, run?.id ?? null])).toEqual([
      ['w1', 'b'],
      ['w2', 'c'],
      ['w3', null],
    ]);
  });

  it('that leads back to itself is an error', async () => {
    const files = { [`${dir}/a.json`]: file('a', [{ worker_id: 'w', run_id: 'a' }]) };
    const { fs } = createMockHost({ files });
    await expect(loadRunTree(fs, `${dir}/a.json`)).rejects.toMatchObject({ code: 'HARN-REC-010' });
  });
});

describe('a replay fixture', () => {
  it('of a run is always the same and passes its run', () => {
    const run = readDocument(wholeRecord());
    expect(replayFixtureOf(run)).toEqual(replayFixtureOf(run));
    expect(evaluateRun(run, replayFixtureOf(run))).toEqual({
      pass: true,
      failures: [],
      stage_count: 2,
    });
  });

  it('fails by name for status, branch, artifacts, text and stages that are missing', () => {
    const run = runOf('r', [
      stage('r', 1, { branch: 'yes', visible_text: 'fine', artifacts: [{ kind: 'plan' }] }),
      stage('r', 2, { node_id: 'end' }),
    ]);
    const other = runOf('r', [stage('r', 1, { outcome: 'failed' })], { status: 'failed' });
    expect(evaluateRun(other, replayFixtureOf(run)).failures).toEqual([
      'run status mismatch: expected completed, got failed',
      'stage work outcome mismatch: expected success, got failed',
      'stage work branch mismatch: expected Some("yes"), got None',
      'stage work missing artifact kind plan',
      'stage work visible text does not contain expected snippet "fine"',
      'missing stage end',
    ]);
  });

  it('checks each visit of a node when it knows several', () => {
    const twice = runOf('r', [stage('r', 1, { outcome: 'retry' }), stage('r', 2)]);
    const swapped = runOf('r', [stage('r', 1), stage('r', 2, { outcome: 'retry' })]);
    expect(evaluateRun(twice, replayFixtureOf(twice)).pass).toBe(true);
    expect(evaluateRun(swapped, replayFixtureOf(twice)).failures).toHaveLength(2);
  });

  it('compares clarifying questions by their words', () => {
    const run = runOf('r', [], {
      hitl_questions: [{ request_id: 'q', prompt: 'Which  branch—main or dev?' }],
    });
    const want = (fields: JsonObject) => ({
      ...replayFixtureOf(run),
      eval_kind: 'clarifying_question',
      clarifying_question: { ...EMPTY_QUESTION, ...fields },
    });
    const fails = (fields: JsonObject) => evaluateRun(run, want(fields) as never).failures.length;
    expect(fails({ expected_question: 'which branch, main or dev' })).toBe(0);
    expect(fails({ required_terms: ['Branch', 'dev'], forbidden_terms: ['prod'] })).toBe(0);
    expect(fails({ forbidden_terms: ['main'] })).toBe(1);
    expect(fails({ min_questions: 2 })).toBe(1);
  });
});

const EMPTY_QUESTION = {
  expected_question: null,
  accepted_questions: [],
  required_terms: [],
  forbidden_terms: [],
  min_questions: 0,
  max_questions: null,
};

describe('evaluations', () => {
  const host = () =>
    createMockHost({
      files: {
        '/e/good.json': JSON.stringify(runOf('good', [stage('good', 1)], COSTLY)),
        '/e/bad.json': JSON.stringify(runOf('bad', [stage('bad', 1, { status: 'failed' })])),
        '/e/want.json': JSON.stringify(replayFixtureOf(runOf('good', [stage('good', 1)]))),
      },
    });
  const COSTLY = { usage: { input_tokens: 900, output_tokens: 200, total_cost: 0.5 } };
  const sources = (): EvalSources => {
    const { fs } = host();
    return {
      run: async (path) => ({ run: await loadRecordFile(fs, path) }),
      json: async (path) => parseJson(await fs.readText(path), path),
    };
  };

  it('of a suite count what passed and compare with baselines', async () => {
    const suite = evalSuiteShape(
      {
        cases: [
          { label: 'itself', run_path: 'good.json' },
          { label: 'expected', run_path: 'bad.json', fixture_path: 'want.json' },
          { label: 'baseline', run_path: 'bad.json', compare_to: 'good.json' },
        ],
      },
      '',
    );
    const report = await runSuite(suite, sources(), '/e');
    expect(report).toMatchObject({ pass: false, total: 3, passed: 1, failed: 2 });
    expect(report.cases.map(({ failures }) => failures)).toEqual([
      [],
      ['stage work status mismatch: expected completed, got failed'],
      ['run differs from baseline good.json with 1 stage changes'],
    ]);
  });

  it('of a record against itself pass', () => {
    expect(evaluateCase({ run: runOf('r', [stage('r', 1)]) })).toMatchObject({ pass: true });
  });

  it('do not pass on scores that nothing here gives', async () => {
    const pack = readPack({
      version: 1,
      id: 'scored',
      defaults: { thresholds: { 'min-score': 0.8 } },
      cases: [{ id: 'judged', run: 'good.json', rubrics: [], thresholds: { min_confidence: 0.5 } }],
    });
    const { cases } = await runPack(pack, sources(), { folder: '/e' });
    expect(cases[0]?.failures).toEqual([
      'threshold min_score 0.8 needs a judge and was not checked',
      'threshold min_confidence 0.5 needs a judge and was not checked',
    ]);
  });

  it('of a pack apply rubrics and thresholds, and block by severity', async () => {
    const pack = readPack({
      id: 'p',
      version: 1,
      defaults: { thresholds: { 'max-tokens': 1000 } },
      fixtures: [{ id: 'the-run', kind: 'run', path: 'good.json' }],
      rubrics: [
        {
          id: 'ended',
          kind: 'deterministic',
          assertions: [{ kind: 'status', expected: 'completed' }],
        },
        { id: 'judged', kind: 'llm-judge' },
      ],
      cases: [
        { id: 'dear', run: 'the-run', rubrics: ['ended'], thresholds: { 'max-cost-usd': 0.1 } },
        { id: 'noted', run: 'bad.json', rubrics: ['ended', 'judged', 'none'], severity: 'warn' },
        { id: 'fine', run: 'bad.json', rubrics: [], thresholds: { max_stage_count: 1 } },
        { id: 'live', run: 'bad.json', executor: 'npm test' },
      ],
    });
    const report = await runPack(pack, sources(), { folder: '/e' });
    expect(report).toMatchObject({
      pack_id: 'p',
      pass: false,
      blocking_failed: 2,
      warning_failed: 1,
    });
    expect(report.cases.map(({ case_id, pass }) => `${case_id} ${pass}`)).toEqual([
      'dear false',
      'noted true',
      'fine true',
      'live false',
    ]);
    expect(report.cases[0]?.failures).toEqual([
      'token count 1100 exceeds threshold 1000',
      'cost $0.500000 exceeds threshold $0.100000',
    ]);
    expect(report.cases[1]?.warnings).toEqual([
      "rubric 'judged' requires an external LLM judge and was not run locally",
      "case references unknown rubric 'none'",
    ]);
    expect(report.cases[3]?.failures).toEqual([
      "case uses 'executor', which is not evaluated here",
    ]);
  });

  it('of a pack that asks for ladders of models does not pass for want of trying', async () => {
    const pack = readPack({ id: 'p', ladders: [{ id: 'l' }] });
    expect(await runPack(pack, sources(), { folder: '/e' })).toMatchObject({
      pass: false,
      blocking_failed: 1,
      cases: [{ failures: ["pack has 'ladders', which are not evaluated here"] }],
    });
  });

  it('of a pack try a case often where it can come out differently', async () => {
    let calls = 0;
    const { json } = sources();
    const flaky: EvalSources = {
      json,
      run: async () => {
        calls += 1;
        return { run: runOf('r', [], { status: calls === 2 ? 'failed' : 'completed' }) };
      },
    };
    const pack = readPack({
      id: 'p',
      trials: 3,
      rubrics: [{ id: 'ok', kind: '', assertions: [{ kind: 'status', expected: 'completed' }] }],
      cases: [{ id: 'c', run: 'x.json', rubrics: ['ok'] }],
    });
    const report = await runPack(pack, flaky, { folder: '/e', isRepeatable: async () => true });
    expect(report.cases[0]).toMatchObject({
      pass: false,
      trials: { total: 3, passed: 2, majority: true },
      failures: ['run status mismatch: expected completed, got failed'],
    });
  });
});

describe('compactions', () => {
  it('come from the transcript of the run and those of its stages, and say where the snapshot is', () => {
    const run = readDocument(wholeRecord());
    const found = compactionsOf(run);
    const at = found.map((each) => [each.stage_id, each.snapshot_location, each.available]);
    expect(at).toEqual([
      [null, 'run.transcript.assets[snap1]', true],
      ['r1:node1:1', 'run.stages[node1].transcript.assets[snap1]', true],
      ['r1:node2:2', 'run.stages[node2].transcript.assets[snap1]', true],
    ]);
    expect(found[0]).toMatchObject({ mode: 'auto', archived_messages: 4, transcript_id: 't1' });
    const event = { id: 'e', kind: 'compaction', metadata: { snapshot_asset_id: 'gone' } };
    const lost = readDocument({ transcript: { events: [event, { kind: 'message' }] } });
    expect(compactionsOf(lost)).toMatchObject([{ id: 'e', available: false }]);
  });
});

describe('retention', () => {
  const at = (id: string, status: string, day: number) => ({
    [`/r/${id}.json`]: JSON.stringify({
      _type: 'run_record',
      id,
      status,
      finished_at: `2026-01-0${day}T00:00:00Z`,
    }),
  });
  const host = () =>
    createMockHost({
      files: {
        ...at('a', 'completed', 1),
        ...at('b', 'parked', 2),
        ...at('c', 'failed', 3),
        ...at('d', 'completed', 4),
        '/r/notes.json': '{"mine": true}',
        '/r/broken.json': '{',
      },
    });

  it('lets go of ended runs only, the newest kept, and never of other files', async () => {
    const files = await listRecordFiles(host().fs, '/r');
    expect(files.map(({ runId }) => runId)).toEqual(['d', 'c', 'b', 'a']);
    const gone = async (rules: Parameters<typeof prune>[3]) => {
      const outside = host();
      const { runs } = await prune(outside, undefined, [], { folder: '/r', ...rules });
      const left = (await outside.fs.listDir('/r')).map(({ name }) => name);
      for (const { runId } of runs) expect(left).not.toContain(`${runId}.json`);
      expect(left).toHaveLength(6 - runs.length);
      return runs.map(({ runId }) => runId);
    };
    expect(await gone({ keep: 1 })).toEqual(['c', 'a']);
    expect(await gone({ endedBeforeMs: Date.UTC(2026, 0, 3) })).toEqual(['a']);
  });

  it('finds nothing where there is no folder', async () => {
    expect(await listRecordFiles(host().fs, '/none')).toEqual([]);
  });
});

describe('a time', () => {
  it.each([
    ['2024-04-30T10:00:00Z', Date.UTC(2024, 3, 30, 10)],
    ['1714470000', 1_714_470_000_000],
    ['1714470000.250', 1_714_470_000_250],
    ['1714470000250', 1_714_470_000_250],
    ['018f2e4b-7c00-7abc-8def-0123456789ab', 0x018f2e4b7c00],
    ['yesterday', undefined],
    ['', undefined],
    [null, undefined],
  ])('spelled %s is understood or left alone', (text, ms) => {
    expect(parseTimestampMs(text)).toBe(ms);
  });
});
