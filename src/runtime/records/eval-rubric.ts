// Rubrics of an evaluation: named sets of assertions about a run. Those that need a model to judge are not run here.

import { type Finding, thresholdFailures, thresholdsShape } from './eval-threshold.ts';
import { metricFailure } from './metrics.ts';
import type { RunDocument } from './run-document.ts';
import { json, listOf, mapOf, maybe, number, record, text, type ValueOf } from './shape.ts';

const assertionShape = record(
  {
    kind: text,
    stage: maybe(text),
    expected: json,
    contains: maybe(text),
    metric: maybe(text),
    min: maybe(number),
    max: maybe(number),
  },
  { kebab: true },
);
type Assertion = ValueOf<typeof assertionShape>;

export const rubricShape = record(
  {
    id: text,
    kind: text,
    description: maybe(text),
    prompt: maybe(text),
    assertions: listOf(assertionShape),
    judge: json,
    calibration: listOf(json),
    thresholds: thresholdsShape,
    metadata: mapOf(json),
  },
  { kebab: true },
);
export type Rubric = ValueOf<typeof rubricShape>;

const LOCAL: ReadonlySet<string> = new Set([
  '',
  'deterministic',
  'replay',
  'budget',
  'hitl',
  'side-effect',
]);
const JUDGED: ReadonlySet<string> = new Set(['llm-judge', 'llm_as_judge', 'judge']);

/** What a rubric has against a run. */
export function rubricFindings(rubric: Rubric, run: RunDocument): readonly Finding[] {
  const { id, kind } = rubric;
  if (JUDGED.has(kind)) {
    return [{ text: `rubric '${id}' requires an external LLM judge and was not run locally` }];
  }
  if (!LOCAL.has(kind)) return [{ text: `rubric '${id}' has the unknown kind '${kind}'` }];
  return [
    ...thresholdFailures(run, rubric.thresholds),
    ...rubric.assertions.flatMap((assertion) => assertionFindings(assertion, run)),
  ];
}

function assertionFindings(assertion: Assertion, run: RunDocument): readonly Finding[] {
  const failure = assertionFailure(assertion, run);
  return failure === undefined ? [] : [{ text: failure }];
}

function assertionFailure(assertion: Assertion, run: RunDocument): string | undefined {
  const { contains, stage } = assertion;
  const expected = typeof assertion.expected === 'string' ? assertion.expected : '';
  switch (assertion.kind) {
    case '':
      return undefined;
    case 'run-status':
    case 'run_status':
    case 'status':
      return run.status === expected
        ? undefined
        : `run status mismatch: expected ${expected}, got ${run.status}`;
    case 'stage-status':
    case 'stage_status':
      return stageStatus(run, stage ?? '', expected);
    case 'visible-text-contains':
    case 'visible_text_contains':
      return visibleText(run, stage, contains ?? expected);
    case 'hitl-question-contains':
    case 'hitl_question_contains': {
      const part = contains ?? expected;
      const asked = run.hitl_questions.some(({ prompt }) => prompt.includes(part));
      return asked ? undefined : `no question contains ${JSON.stringify(part)}`;
    }
    case 'metric':
      return metricFailure(run.metrics, { ...assertion, name: assertion.metric ?? '' });
    default:
      return `assertion kind '${assertion.kind}' is not supported`;
  }
}

function stageStatus(run: RunDocument, stage: string, expected: string): string | undefined {
  const last = run.stages.findLast(({ node_id }) => node_id === stage);
  if (last === undefined) return `missing stage ${stage}`;
  if (last.status === expected) return undefined;
  return `stage ${stage} status mismatch: expected ${expected}, got ${last.status}`;
}

function visibleText(run: RunDocument, stage: string | null, part: string): string | undefined {
  const stages = stage === null ? run.stages : run.stages.filter((s) => s.node_id === stage);
  if (stages.some(({ visible_text }) => (visible_text ?? '').includes(part))) return undefined;
  const where = stage === null ? 'the run' : `stage ${stage}`;
  return `visible text of ${where} does not contain ${JSON.stringify(part)}`;
}
