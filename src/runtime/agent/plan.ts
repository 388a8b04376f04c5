// The plan that people see and approve: steps with a status, what is assumed, what is open, how it is checked. One shape
// (`harn.plan.v1`), whatever a model or a program handed in.
import { isJsonObject, type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import { planErrors } from './errors.ts';

export const PLAN_SCHEMA = 'harn.plan.v1';

export type PlanStepStatus = 'pending' | 'in_progress' | 'completed';
export type PlanStep = {
  readonly id: string;
  readonly content: string;
  readonly status: PlanStepStatus;
  readonly priority: 'high' | 'medium' | 'low';
};

export type PlanApproval = {
  /** `not_requested`, `pending`, `approved` or `denied`. */
  readonly state: string;
  readonly reviewers: readonly string[];
  readonly reason: string | null;
  readonly approved_at: string | null;
};

export type Plan = {
  readonly _type: 'plan';
  readonly schema_version: typeof PLAN_SCHEMA;
  readonly title: string | null;
  readonly summary: string;
  readonly steps: readonly PlanStep[];
  readonly assumptions: readonly string[];
  readonly open_questions: readonly string[];
  readonly verification_commands: readonly string[];
  readonly approval: PlanApproval;
  readonly metadata: JsonObject;
};

/** Words for a status. What is not known is pending. */
const STATUS_WORDS: { readonly [word: string]: PlanStepStatus } = {
  completed: 'completed',
  complete: 'completed',
  done: 'completed',
  finished: 'completed',
  in_progress: 'in_progress',
  active: 'in_progress',
  running: 'in_progress',
  started: 'in_progress',
};

const PRIORITIES: readonly Json[] = ['high', 'medium', 'low'];

/** A plan in its one shape. A dict, or a list of steps. */
export function planFrom(given: Json): Plan {
  const about = Array.isArray(given) ? { steps: given } : given;
  if (!isJsonObject(about)) throw planErrors.notPlan({ type: typeof given });
  const written = about['steps'] ?? about['entries'] ?? about['actions'] ?? [];
  if (!Array.isArray(written)) throw planErrors.notPlan({ type: 'a dict without a list of steps' });
  const title = textOf(about['title']);
  return {
    _type: 'plan',
    schema_version: PLAN_SCHEMA,
    title: title === '' ? null : title,
    summary: textOf(about['summary']),
    steps: (written as readonly Json[]).map(stepOf),
    assumptions: linesOf(about['assumptions']),
    open_questions: linesOf(about['open_questions']),
    verification_commands: linesOf(about['verification_commands']),
    approval: approvalOf(about['approval']),
    metadata: isJsonObject(about['metadata']) ? about['metadata'] : {},
  };
}

/** Whether a value is a plan in that shape. */
export function isPlan(value: Json | undefined): value is JsonObject {
  return (
    isJsonObject(value) && value['_type'] === 'plan' && value['schema_version'] === PLAN_SCHEMA
  );
}

/** The steps as entries of the agent client protocol: `{content, priority, status}`. */
export function planEntries(given: Json): readonly JsonObject[] {
  return planFrom(given).steps.map(({ content, priority, status }) => ({
    content,
    priority,
    status,
  }));
}

/** The plan with what people said to it: the answer of an approval. */
export function planWithApproval(given: Json, answer: Json): Plan {
  const plan = planFrom(given);
  const about = isJsonObject(answer) ? answer : {};
  const approved = about['approved'] === true;
  return {
    ...plan,
    approval: {
      state: approved ? 'approved' : 'denied',
      reviewers: linesOf(about['reviewers']),
      reason: textOf(about['reason']) === '' ? null : textOf(about['reason']),
      approved_at: approved ? textOf(about['approved_at']) || null : null,
    },
  };
}

/** A plan as markdown. */
export function planRender(given: Json): string {
  const { title, summary, steps, assumptions, open_questions, verification_commands } =
    planFrom(given);
  const list = (heading: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`## ${heading}`, ...lines.map((line) => `- ${line}`)];
  return [
    `# ${title ?? 'Plan'}`,
    ...(summary === '' ? [] : [summary]),
    ...list(
      'Steps',
      steps.map(({ content, status }) => `[${MARKS[status]}] ${content}`),
    ),
    ...list('Assumptions', assumptions),
    ...list('Open questions', open_questions),
    ...list('Verification', verification_commands),
  ].join('\n');
}

const MARKS: { readonly [S in PlanStepStatus]: string } = {
  pending: ' ',
  in_progress: '~',
  completed: 'x',
};

function stepOf(step: Json, index: number): PlanStep {
  const about = isJsonObject(step) ? step : { content: step };
  const content = ['content', 'title', 'description', 'step'].map((key) => textOf(about[key]));
  const shown = content.find((text) => text !== '');
  if (shown === undefined) throw planErrors.noTitle({ index: index + 1 });
  const { priority } = about;
  return {
    id: textOf(about['id']) || `step-${index + 1}`,
    content: shown,
    status: ownEntry(STATUS_WORDS, textOf(about['status']).toLowerCase()) ?? 'pending',
    priority: PRIORITIES.includes(priority as Json) ? (priority as PlanStep['priority']) : 'medium',
  };
}

function approvalOf(given: Json | undefined): PlanApproval {
  const about = isJsonObject(given) ? given : {};
  return {
    state: textOf(about['state']) || 'not_requested',
    reviewers: linesOf(about['reviewers']),
    reason: textOf(about['reason']) || null,
    approved_at: textOf(about['approved_at']) || null,
  };
}

function linesOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).map(textOf).filter((line) => line !== '');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}
