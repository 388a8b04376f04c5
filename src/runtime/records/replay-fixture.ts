// Replay fixtures: what a run is expected to look like, as assertions on its status and stages, and their evaluation.
// A fixture made from a run is a function of that run, so making it twice gives the same.

import type { StageRecord } from './record-parts.ts';
import type {
  ClarifyingQuestion,
  ReplayFixture,
  RunDocument,
  StageAssertion,
} from './run-document.ts';

const SNIPPET_CHARS = 80;

/** What came of comparing a run with a fixture. */
export type ReplayEvalReport = {
  readonly pass: boolean;
  readonly failures: readonly string[];
  readonly stage_count: number;
};

/** The fixture that a run stands for. */
export function replayFixtureOf(run: RunDocument): ReplayFixture {
  return {
    _type: 'replay_fixture',
    id: `fixture_${run.id}`,
    source_run_id: run.id,
    workflow_id: run.workflow_id,
    workflow_name: run.workflow_name,
    created_at: run.finished_at ?? run.started_at,
    eval_kind: 'replay',
    clarifying_question: null,
    expected_status: run.status,
    stage_assertions: run.stages.map((stage) => ({
      node_id: stage.node_id,
      expected_status: stage.status,
      expected_outcome: stage.outcome,
      expected_branch: stage.branch,
      required_artifact_kinds: stage.artifacts.map(({ kind }) => kind),
      visible_text_contains: snippet(stage.visible_text),
    })),
  };
}

/** The record with a fixture of its own when it has none. */
export function withReplayFixture(run: RunDocument): RunDocument {
  return run.replay_fixture === null ? { ...run, replay_fixture: replayFixtureOf(run) } : run;
}

/** Compares a run with what is expected of it. */
export function evaluateRun(run: RunDocument, fixture: ReplayFixture): ReplayEvalReport {
  const failures =
    fixture.eval_kind === 'clarifying_question'
      ? questionFailures(run, fixture.clarifying_question)
      : replayFailures(run, fixture);
  return { pass: failures.length === 0, failures, stage_count: run.stages.length };
}

function snippet(text: string | null): string | null {
  if (text === null || text === '') return null;
  return Array.from(text).slice(0, SNIPPET_CHARS).join('');
}

function replayFailures(run: RunDocument, fixture: ReplayFixture): readonly string[] {
  const failures: string[] = [];
  if (run.status !== fixture.expected_status) {
    failures.push(`run status mismatch: expected ${fixture.expected_status}, got ${run.status}`);
  }
  const visits = new Map<string, StageRecord[]>();
  for (const stage of run.stages) {
    visits.set(stage.node_id, [...(visits.get(stage.node_id) ?? []), stage]);
  }
  const asserted = new Map<string, number>();
  for (const { node_id } of fixture.stage_assertions) {
    asserted.set(node_id, (asserted.get(node_id) ?? 0) + 1);
  }
  const seen = new Map<string, number>();
  for (const assertion of fixture.stage_assertions) {
    const { node_id } = assertion;
    const nth = seen.get(node_id) ?? 0;
    seen.set(node_id, nth + 1);
    const of = visits.get(node_id) ?? [];
    // One assertion about a node that was visited often means its last visit; several mean one visit each.
    const stage = asserted.get(node_id) === 1 ? of.at(-1) : of[nth];
    failures.push(...stageFailures(assertion, stage));
  }
  return failures;
}

function stageFailures(want: StageAssertion, stage: StageRecord | undefined): readonly string[] {
  const name = want.node_id;
  if (stage === undefined) return [`missing stage ${name}`];
  const failures: string[] = [];
  const compare = (what: string, expected: string, got: string) => {
    if (expected !== got) {
      failures.push(`stage ${name} ${what} mismatch: expected ${expected}, got ${got}`);
    }
  };
  compare('status', want.expected_status, stage.status);
  compare('outcome', want.expected_outcome, stage.outcome);
  compare('branch', branchText(want.expected_branch), branchText(stage.branch));
  for (const kind of want.required_artifact_kinds) {
    if (stage.artifacts.some((artifact) => artifact.kind === kind)) continue;
    failures.push(`stage ${name} missing artifact kind ${kind}`);
  }
  const part = want.visible_text_contains;
  if (part !== null && !(stage.visible_text ?? '').includes(part)) {
    failures.push(
      `stage ${name} visible text does not contain expected snippet ${JSON.stringify(part)}`,
    );
  }
  return failures;
}

function branchText(branch: string | null): string {
  return branch === null ? 'None' : `Some(${JSON.stringify(branch)})`;
}

function questionFailures(run: RunDocument, want: ClarifyingQuestion | null): readonly string[] {
  const min = Math.max(1, want?.min_questions ?? 1);
  const max = Math.max(1, want?.max_questions ?? 1);
  const prompts = run.hitl_questions.map(({ prompt }) => prompt);
  const failures: string[] = [];
  if (prompts.length < min) {
    failures.push(`expected at least ${min} clarifying question(s), got ${prompts.length}`);
  }
  if (prompts.length > max) {
    failures.push(`expected at most ${max} clarifying question(s), got ${prompts.length}`);
  }
  if (want !== null && prompts.length > 0 && !prompts.some((prompt) => answers(want, prompt))) {
    const actual = prompts.map((prompt) => JSON.stringify(prompt)).join(', ');
    failures.push(`no clarifying question matched fixture; actual questions: ${actual}`);
  }
  return failures;
}

function answers(want: ClarifyingQuestion, prompt: string): boolean {
  const text = plain(prompt);
  const { expected_question, accepted_questions, required_terms, forbidden_terms } = want;
  if (expected_question !== null && plain(expected_question) !== text) return false;
  const accepted = accepted_questions.map(plain);
  if (accepted.length > 0 && !accepted.includes(text)) return false;
  return (
    required_terms.every((term) => text.includes(plain(term))) &&
    !forbidden_terms.some((term) => text.includes(plain(term)))
  );
}

/** Words only: what stands between them and how they are capitalised does not matter. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
