// Evaluation packs: cases with fixtures, rubrics, thresholds, severities and trials, as data. The manifest is TOML or
// JSON; this file gets it parsed. What needs a live model or a shell is not evaluated here, and the report says so.
import type { Json } from '../../base/index.ts';
import { resolvePath } from '../host/index.ts';
import { recErrors } from './errors.ts';
import { frictionFailures, isFrictionRubric } from './eval-friction.ts';
import { type Rubric, rubricFindings, rubricShape } from './eval-rubric.ts';
import {
  type CaseReport,
  type EvalSources,
  evaluateCase,
  fixtureIn,
  suiteReport,
} from './eval-suite.ts';
import {
  type Finding,
  type Thresholds,
  thresholdFailures,
  thresholdsShape,
} from './eval-threshold.ts';
import type { MetricSummary } from './metrics.ts';
import type { RunDocument } from './run-document.ts';
import { json, listOf, mapOf, maybe, number, record, text, type ValueOf } from './shape.ts';

const KEBAB = { kebab: true } as const;
const metadata = mapOf(json);

const packFixtureShape = record(
  {
    id: text,
    kind: text,
    path: maybe(text),
    trace_id: maybe(text),
    provider: maybe(text),
    event_kind: maybe(text),
    inline: json,
    metadata,
  },
  KEBAB,
);

const packCaseShape = record(
  {
    id: maybe(text),
    name: maybe(text),
    description: maybe(text),
    kind: maybe(text),
    run: maybe(text),
    run_path: maybe(text),
    friction_events: json,
    fixture: maybe(text),
    fixture_path: maybe(text),
    compare_to: maybe(text),
    verify_command: json,
    executor: json,
    rubrics: listOf(text),
    severity: maybe(text),
    trials: maybe(number),
    thresholds: thresholdsShape,
    metadata,
  },
  KEBAB,
);
type PackCase = ValueOf<typeof packCaseShape>;

export const evalPackShape = record(
  {
    version: number,
    id: text,
    name: maybe(text),
    description: maybe(text),
    base_dir: maybe(text),
    baseline: maybe(text),
    executor: json,
    trials: maybe(number),
    split: json,
    package: json,
    defaults: record(
      {
        severity: maybe(text),
        fixture_root: maybe(text),
        thresholds: thresholdsShape,
        judge: json,
      },
      KEBAB,
    ),
    fixtures: listOf(packFixtureShape),
    rubrics: listOf(rubricShape),
    judge: json,
    cases: listOf(packCaseShape),
    ladders: listOf(json),
    metadata,
  },
  KEBAB,
);
/** A pack of cases. */
export type EvalPack = ValueOf<typeof evalPackShape>;

export type Severity = 'blocking' | 'warning' | 'informational';

/** How often a case was evaluated, and how often it passed. */
export type TrialReport = {
  readonly total: number;
  readonly passed: number;
  readonly pass_rate: number;
  readonly majority: boolean;
};

export type PackCaseReport = CaseReport & {
  readonly case_id: string;
  readonly severity: Severity;
  readonly warnings: readonly string[];
  readonly informational: readonly string[];
  readonly trials: TrialReport;
};

export type PackReport = {
  readonly pack_id: string;
  readonly pass: boolean;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly blocking_failed: number;
  readonly warning_failed: number;
  readonly informational_failed: number;
  readonly cases: readonly PackCaseReport[];
  readonly metrics?: { readonly [name: string]: MetricSummary };
};

export interface PackOptions {
  /** Where the manifest stands. */
  readonly folder: string;
  /** Overrides the trials of pack and cases. */
  readonly trials?: number | undefined;
  /** Whether evaluating a case again can give something else: true for fixtures that are executed. */
  readonly isRepeatable?: (path: string) => Promise<boolean>;
}

/** Reads a manifest; version 0 is version 1. */
export function readPack(value: Json): EvalPack {
  const pack = evalPackShape(value, '');
  const id = pack.id === '' ? (pack.name ?? 'eval_pack') : pack.id;
  return { ...pack, id, version: pack.version === 0 ? 1 : pack.version };
}

/** Evaluates a pack. It passes when no blocking case fails. */
export async function runPack(
  pack: EvalPack,
  sources: EvalSources,
  options: PackOptions,
): Promise<PackReport> {
  const base = pack.base_dir === null ? options.folder : resolvePath(options.folder, pack.base_dir);
  const cases: PackCaseReport[] = [];
  for (const [i, each] of pack.cases.entries()) {
    cases.push(await new PackCaseRun(pack, each, i, { sources, base, options }).report());
  }
  // A gate that passes over what it was asked to do is none.
  if (pack.ladders.length > 0) cases.push(notEvaluated('ladders'));
  const failed = (severity: Severity, has: (report: PackCaseReport) => readonly string[]) =>
    cases.filter((report) => report.severity === severity && has(report).length > 0).length;
  return {
    pack_id: pack.id,
    ...suiteReport(cases),
    blocking_failed: failed('blocking', ({ failures }) => failures),
    warning_failed: failed('warning', ({ warnings }) => warnings),
    informational_failed: failed('informational', ({ informational }) => informational),
    cases,
  };
}

/** A case that stands for a part of a pack that needs live models. */
function notEvaluated(part: string): PackCaseReport {
  return {
    run_id: '',
    workflow_id: '',
    label: part,
    pass: false,
    failures: [`pack has '${part}', which are not evaluated here`],
    stage_count: 0,
    source_path: null,
    comparison: null,
    case_id: part,
    severity: 'blocking',
    warnings: [],
    informational: [],
    trials: { total: 0, passed: 0, pass_rate: 0, majority: false },
  };
}

interface Surroundings {
  readonly sources: EvalSources;
  readonly base: string;
  readonly options: PackOptions;
}

class PackCaseRun {
  readonly #pack: EvalPack;
  readonly #case: PackCase;
  readonly #name: string;
  readonly #around: Surroundings;

  constructor(pack: EvalPack, each: PackCase, index: number, around: Surroundings) {
    this.#pack = pack;
    this.#case = each;
    this.#name = each.id ?? each.name ?? `case_${index + 1}`;
    this.#around = around;
  }

  async report(): Promise<PackCaseReport> {
    const { run_path, run } = this.#case;
    const named = run ?? run_path;
    if (named === null) return this.#withoutRun();
    const path = await this.#runPath(named);
    const repeatable = (await this.#around.options.isRepeatable?.(path)) ?? false;
    const total = repeatable ? this.#trials() : 1;
    const trials: CaseReport[] = [];
    for (let i = 0; i < total; i += 1) trials.push(await this.#trial(path));
    // The trial to show is the first that failed: it says why.
    const shown = trials.find(({ pass }) => !pass) ?? (trials[0] as CaseReport);
    return this.#judged(shown, trials);
  }

  async #trial(path: string): Promise<CaseReport> {
    const { sources } = this.#around;
    const found = await sources.run(path);
    const { fixture, fixture_path } = this.#case;
    const expected = fixture ?? fixture_path;
    const compare = this.#case.compare_to ?? this.#pack.baseline;
    const baselinePath = compare === null ? undefined : this.#at(compare);
    const report = evaluateCase({
      ...found,
      fixture: expected === null ? undefined : fixtureIn(await this.#fixture(expected)),
      baseline:
        baselinePath === undefined
          ? undefined
          : { run: (await sources.run(baselinePath)).run, path: baselinePath },
      label: this.#case.name ?? this.#name,
      sourcePath: path,
    });
    const failures = [
      ...report.failures,
      ...this.#findings(found.run).map(({ text }) => text),
      ...(await this.#friction()),
    ];
    return { ...report, failures, pass: failures.length === 0 };
  }

  #findings(run: RunDocument): readonly Finding[] {
    const { defaults } = this.#pack;
    const thresholds: readonly Thresholds[] = [defaults.thresholds, this.#case.thresholds];
    return [
      ...thresholds.flatMap((each) => thresholdFailures(run, each)),
      ...this.#case.rubrics.flatMap((id) => this.#rubric(id, run)),
      ...this.#cannotDo(),
    ];
  }

  #rubric(id: string, run: RunDocument): readonly Finding[] {
    const rubric: Rubric | undefined = this.#pack.rubrics.find((each) => each.id === id);
    if (rubric === undefined) return [{ text: `case references unknown rubric '${id}'` }];
    if (isFrictionRubric(rubric)) return [];
    return rubricFindings(rubric, run);
  }

  /** What the case asks for and this evaluation does not do: said, never passed over. */
  #cannotDo(): readonly Finding[] {
    const asked: readonly (readonly [string, Json])[] = [
      ['executor', this.#case.executor],
      ['verify_command', this.#case.verify_command],
    ];
    return asked
      .filter(([, value]) => value !== null)
      .map(([field]) => ({ text: `case uses '${field}', which is not evaluated here` }));
  }

  /** What the friction of the case does not suggest although a rubric expects it. */
  async #friction(): Promise<readonly string[]> {
    const { friction_events: events, rubrics } = this.#case;
    const asked = this.#pack.rubrics.filter((each) => rubrics.includes(each.id));
    const judging = asked.filter(isFrictionRubric);
    if (events !== null) {
      const given = typeof events === 'string' ? await this.#fixture(events) : events;
      return frictionFailures(given, judging);
    }
    return judging.map(({ id }) => `rubric '${id}' needs friction_events`);
  }

  /** A case about friction alone has no run: rubrics about runs do not fit it. */
  async #withoutRun(): Promise<PackCaseReport> {
    const isFriction = this.#case.friction_events !== null;
    const known = new Map(this.#pack.rubrics.map((rubric) => [rubric.id, rubric]));
    const misfits = this.#case.rubrics.filter((id) => {
      const rubric = known.get(id);
      return rubric === undefined || !isFrictionRubric(rubric);
    });
    const failures = [
      ...this.#cannotDo().map(({ text }) => text),
      ...(await this.#friction()),
      ...(isFriction ? misfits.map((id) => `rubric '${id}' does not judge friction`) : []),
      ...(isFriction ? [] : ['case names no run']),
    ];
    const report: CaseReport = {
      run_id: '',
      workflow_id: '',
      label: this.#case.name ?? this.#name,
      pass: failures.length === 0,
      failures,
      stage_count: 0,
      source_path: null,
      comparison: null,
    };
    return this.#judged(report, [report]);
  }

  /** Failures that do not block become warnings or notes, and the case passes. */
  #judged(report: CaseReport, trials: readonly CaseReport[]): PackCaseReport {
    const severity = this.#severity();
    const passed = trials.filter(({ pass }) => pass).length;
    const total = trials.length;
    return {
      ...report,
      case_id: this.#name,
      severity,
      pass: severity !== 'blocking' || passed === total,
      failures: severity === 'blocking' ? report.failures : [],
      warnings: severity === 'warning' ? report.failures : [],
      informational: severity === 'informational' ? report.failures : [],
      trials: { total, passed, pass_rate: passed / total, majority: passed * 2 > total },
    };
  }

  #severity(): Severity {
    const { defaults } = this.#pack;
    const said =
      this.#case.severity ??
      this.#case.thresholds.severity ??
      defaults.severity ??
      defaults.thresholds.severity;
    if (said === 'warning' || said === 'warn') return 'warning';
    return said === 'informational' || said === 'info' ? 'informational' : 'blocking';
  }

  #trials(): number {
    const asked = this.#around.options.trials ?? this.#case.trials ?? this.#pack.trials ?? 1;
    return Math.max(1, Math.floor(asked));
  }

  /** A run is named by a fixture of the pack, or by its path. */
  async #runPath(named: string): Promise<string> {
    const declared = this.#pack.fixtures.find(({ id }) => id === named);
    if (declared === undefined) return this.#at(named);
    if (declared.path !== null) return this.#at(this.#inRoot(declared.path));
    throw recErrors.unknownFixture({ fixture: named, case: this.#name });
  }

  async #fixture(named: string): Promise<Json> {
    const declared = this.#pack.fixtures.find(({ id }) => id === named);
    if (declared === undefined) return this.#around.sources.json(this.#at(named));
    if (declared.inline !== null) return declared.inline;
    if (declared.path !== null) {
      return this.#around.sources.json(this.#at(this.#inRoot(declared.path)));
    }
    throw recErrors.unknownFixture({ fixture: named, case: this.#name });
  }

  #inRoot(path: string): string {
    const { fixture_root } = this.#pack.defaults;
    return fixture_root === null ? path : resolvePath(fixture_root, path);
  }

  #at(path: string): string {
    return resolvePath(this.#around.base, path);
  }
}
