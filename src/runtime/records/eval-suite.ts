// Evaluation of saved runs: one run against its fixture and a baseline, and suites of such cases. Where runs come from
// is the caller's business (a file, or a fixture that is executed again).
import type { Json } from '../../base/index.ts';
import { joinPath, resolvePath } from '../host/index.ts';
import { diffRuns, type RunDiff } from './diff.ts';
import { type MetricSummary, mergeSummaries, summarizeMetrics } from './metrics.ts';
import { evaluateRun, replayFixtureOf } from './replay-fixture.ts';
import {
  type ReplayFixture,
  type RunDocument,
  readDocument,
  replayFixtureShape,
} from './run-document.ts';
import { fieldAt, listOf, maybe, record, text, textOr, type ValueOf } from './shape.ts';

const suiteCaseShape = record({
  label: maybe(text),
  run_path: text,
  fixture_path: maybe(text),
  compare_to: maybe(text),
});

export const evalSuiteShape = record({
  _type: textOr('eval_suite_manifest'),
  id: text,
  name: maybe(text),
  base_dir: maybe(text),
  cases: listOf(suiteCaseShape),
});
/** Cases to evaluate, by path. */
export type EvalSuite = ValueOf<typeof evalSuiteShape>;

/** A run to evaluate. */
export interface EvalRun {
  readonly run: RunDocument;
  /** What executing it again showed; nothing for a record that was only read. */
  readonly failures?: readonly string[];
}

/** How an evaluation gets at what it evaluates. */
export interface EvalSources {
  /** The run in a file: its record, or what a run fixture gives when it is executed again. */
  readonly run: (path: string) => Promise<EvalRun>;
  /** Any JSON file. */
  readonly json: (path: string) => Promise<Json>;
}

export type CaseReport = {
  readonly run_id: string;
  readonly workflow_id: string;
  readonly label: string | null;
  readonly pass: boolean;
  readonly failures: readonly string[];
  readonly stage_count: number;
  readonly source_path: string | null;
  readonly comparison: RunDiff | null;
  /** What the run noted; left out when that is nothing. */
  readonly metrics?: { readonly [name: string]: MetricSummary };
};

export type SuiteReport<C extends { readonly pass: boolean } = CaseReport> = {
  readonly pass: boolean;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly C[];
  /** The metrics of all cases; left out when there are none. */
  readonly metrics?: { readonly [name: string]: MetricSummary };
};

/** What one run is held against. */
export interface CaseSpec extends EvalRun {
  readonly fixture?: ReplayFixture | undefined;
  readonly baseline?: { readonly run: RunDocument; readonly path: string } | undefined;
  readonly label?: string | null;
  readonly sourcePath?: string | null;
}

/** Evaluates one run: against the fixture given, else its own, and against the baseline if there is one. */
export function evaluateCase(spec: CaseSpec): CaseReport {
  const { run, failures: before = [], baseline, label = null, sourcePath = null } = spec;
  const fixture = spec.fixture ?? run.replay_fixture ?? replayFixtureOf(run);
  const { failures, stage_count } = evaluateRun(run, fixture);
  const comparison = baseline === undefined ? null : diffRuns(baseline.run, run);
  const all = [...before, ...failures, ...baselineFailures(comparison, baseline?.path)];
  const metrics = summarizeMetrics([run.metrics]);
  return {
    run_id: run.id,
    workflow_id: run.workflow_id,
    label,
    pass: all.length === 0,
    failures: all,
    stage_count,
    source_path: sourcePath,
    comparison,
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
  };
}

/** A file that holds a fixture: one by itself, or a record with one inside, or a record that stands for one. */
export function fixtureIn(value: Json): ReplayFixture {
  if (
    fieldAt(value, '_type') === 'replay_fixture' ||
    fieldAt(value, 'stage_assertions') !== undefined
  ) {
    return replayFixtureShape(value, '');
  }
  const run = readDocument(value);
  return run.replay_fixture ?? replayFixtureOf(run);
}

/** Runs a suite. Paths are relative to its `base_dir`, else to `folder`. */
export async function runSuite(
  suite: EvalSuite,
  sources: EvalSources,
  folder: string,
): Promise<SuiteReport> {
  const base = suite.base_dir === null ? folder : resolvePath(folder, suite.base_dir);
  const at = (path: string) => resolvePath(base, path);
  const cases: CaseReport[] = [];
  for (const { label, run_path, fixture_path, compare_to } of suite.cases) {
    const path = at(run_path);
    const found = await sources.run(path);
    const fixture =
      fixture_path === null ? undefined : fixtureIn(await sources.json(at(fixture_path)));
    const baseline =
      compare_to === null
        ? undefined
        : { run: (await sources.run(at(compare_to))).run, path: compare_to };
    cases.push(evaluateCase({ ...found, fixture, baseline, label, sourcePath: path }));
  }
  return suiteReport(cases);
}

/** Evaluates every record among `paths`. */
export async function runFolder(
  folder: string,
  names: readonly string[],
  sources: EvalSources,
): Promise<SuiteReport> {
  const cases: CaseReport[] = [];
  for (const name of names) {
    const sourcePath = joinPath(folder, name);
    cases.push(evaluateCase({ ...(await sources.run(sourcePath)), sourcePath }));
  }
  return suiteReport(cases);
}

export function suiteReport<C extends Pick<CaseReport, 'pass' | 'metrics'>>(
  cases: readonly C[],
): SuiteReport<C> {
  const passed = cases.filter(({ pass }) => pass).length;
  const total = cases.length;
  const metrics = mergeSummaries(cases.map((each) => each.metrics ?? {}));
  return {
    pass: passed === total,
    total,
    passed,
    failed: total - passed,
    cases,
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
  };
}

function baselineFailures(diff: RunDiff | null, path: string | undefined): readonly string[] {
  if (diff === null || diff.identical) return [];
  const count = diff.stage_diffs.length;
  return [`run differs from baseline ${path ?? ''} with ${count} stage changes`];
}
