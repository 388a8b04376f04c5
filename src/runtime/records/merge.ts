// What a record takes over from elsewhere: workers that only a stage mentions, and questions that only the log knows.
// Merging fills what is missing and overwrites nothing, with one exception: of a question, the log knows best.
import { isJsonObject, type Json } from '../../base/index.ts';
import type { EventLog } from '../../store/index.ts';
import { scanTopic } from '../../store/index.ts';
import {
  type ChildRecord,
  childShape,
  executionShape,
  type QuestionRecord,
  type StageRecord,
} from './record-parts.ts';
import type { RunDocument } from './run-document.ts';
import { emptyOf, fieldAt, textAt, tryRead } from './shape.ts';

/** Where questions to people are written down. */
export const QUESTIONS_TOPIC = 'hitl.questions';
const QUESTION_KIND = 'hitl.question_asked';

/** Child runs that a stage tells of and the list does not: a crash between the two writes loses nobody. */
export function withStageChildren(run: RunDocument): RunDocument {
  const found = run.stages.flatMap((stage) => childOfStage(stage) ?? []);
  return found.length === 0 ? run : { ...run, child_runs: mergeChildren(run.child_runs, found) };
}

/** Known children keep what they have; what they lack is filled in; new ones come last. */
export function mergeChildren(
  known: readonly ChildRecord[],
  more: readonly ChildRecord[],
): readonly ChildRecord[] {
  const byId = new Map(known.map((child) => [child.worker_id, child]));
  for (const child of more) {
    const existing = byId.get(child.worker_id);
    byId.set(child.worker_id, existing === undefined ? child : fillMissing(existing, child));
  }
  return [...byId.values()];
}

/** A record with the empty fields of `into` taken from `from`. */
export function fillMissing<T extends object>(into: T, from: T): T {
  const out = { ...into } as { [name: string]: unknown };
  for (const [name, value] of Object.entries(from)) {
    if (isEmpty(out[name])) out[name] = value;
  }
  return out as unknown as T;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function childOfStage(stage: StageRecord): ChildRecord | undefined {
  const worker = stage.metadata['worker'];
  const id = textAt(worker, 'id');
  if (!isJsonObject(worker) || id === '') return undefined;
  const audit = worker['audit'];
  const given = {
    worker_id: id,
    worker_name: textAt(worker, 'name') || 'worker',
    parent_stage_id: stage.id === '' ? null : stage.id,
    session_id: textAt(audit, 'session_id') || null,
    parent_session_id: textAt(audit, 'parent_session_id') || null,
    mutation_scope: textAt(audit, 'mutation_scope') || null,
    approval_policy: fieldAt(audit, 'approval_policy') ?? null,
    task: textAt(worker, 'task'),
    request: worker['request'] ?? null,
    provenance: worker['provenance'] ?? null,
    status: textAt(worker, 'status') || 'completed',
    started_at: textAt(worker, 'started_at'),
    finished_at: textAt(worker, 'finished_at') || null,
    run_id: textAt(worker, 'child_run_id') || null,
    run_path: textAt(worker, 'child_run_path') || null,
    snapshot_path: textAt(worker, 'snapshot_path') || null,
  };
  const execution = worker['execution'] ?? null;
  return {
    ...emptyOf(childShape),
    ...given,
    execution: execution === null ? null : (tryRead(executionShape, execution) ?? null),
  };
}

/** The questions that a run asked people, as the log has them. */
export async function questionsFromLog(
  log: Pick<EventLog, 'read'>,
  runId: string,
): Promise<readonly QuestionRecord[]> {
  const questions: QuestionRecord[] = [];
  for await (const event of scanTopic(log, QUESTIONS_TOPIC, { kinds: [QUESTION_KIND] })) {
    const { payload, headers } = event;
    if (headers['run_id'] !== runId && textAt(payload, 'run_id') !== runId) continue;
    const question = questionOf(payload, headers['request_id'] ?? '');
    if (question !== undefined) questions.push(question);
  }
  return questions;
}

function questionOf(payload: Json, headerId: string): QuestionRecord | undefined {
  const request_id = textAt(payload, 'request_id') || headerId;
  const prompt = textAt(fieldAt(payload, 'payload'), 'prompt') || textAt(payload, 'prompt');
  if (request_id === '' || prompt === '') return undefined;
  return {
    request_id,
    prompt,
    agent: textAt(payload, 'agent'),
    trace_id: textAt(payload, 'trace_id') || null,
    asked_at: textAt(payload, 'requested_at'),
  };
}

/** Questions by id; of two with one id the one from the log wins. Sorted by time, then id. */
export function withQuestions(run: RunDocument, fromLog: readonly QuestionRecord[]): RunDocument {
  const byId = new Map(run.hitl_questions.map((question) => [question.request_id, question]));
  for (const question of fromLog) {
    byId.set(question.request_id, { ...byId.get(question.request_id), ...question });
  }
  const hitl_questions = [...byId.values()].sort(
    (a, b) => order(a.asked_at, b.asked_at) || order(a.request_id, b.request_id),
  );
  return { ...run, hitl_questions };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
