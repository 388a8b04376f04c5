// What people are asked, as facts in topics and one row each. This file works on the store alone, for the CLI and for
// servers; ask.ts is the side of a running program. Approvals: request-fold.ts and request-record.ts.
//
// States of a question: open -> answered (the first answer that fits) | timed_out | cancelled (its asker is gone).
// Whoever resolves it does so in a transaction that checks that it is still open, so there is one resolution.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineProjection, type Store, sto, type Tx } from '../../store/index.ts';
import { type RunKeeper, timestamp } from '../run/index.ts';
import { readAnswer } from './answer.ts';
import type { ApprovalSignature } from './ballot.ts';
import { humanErrors } from './errors.ts';
import { foldRequest, type RequestKind, requested, requestedKind } from './request-fold.ts';
import { OLD_RESPONSE_TOPIC, REQUEST_TOPICS, requestTopic } from './topics.ts';

export type QuestionStatus =
  | 'open'
  | 'answered'
  | 'approved'
  | 'denied'
  | 'accepted'
  | 'timed_out'
  | 'cancelled';

/** What is asked. Times in ms since the Unix epoch. */
export type Question = {
  readonly request_id: string;
  readonly run_id: string | null;
  /** Who asks: the pipeline's name. */
  readonly agent: string;
  readonly trace_id: string | null;
  readonly prompt: string;
  readonly schema: Json;
  readonly default: Json;
  readonly has_default: boolean;
  readonly timeout_ms: number | null;
  readonly due_ms: number | null;
  readonly requested_at_ms: number;
  /** Further facts for whoever answers. */
  readonly details: Json;
};

/** A line of `harn hitl ls`. */
export type QuestionRow = Question & {
  readonly request_kind: RequestKind;
  readonly status: QuestionStatus;
  readonly answer: Json;
  readonly reviewer: string | null;
  readonly reason: string | null;
  readonly resolved_at_ms: number | null;
  /** Approvals: how many are needed, who may give them (empty: anyone with a name), and those so far. */
  readonly quorum: number;
  readonly reviewers: readonly string[];
  readonly signatures: readonly ApprovalSignature[];
};

/** The rows behind the list. */
export const questionIndex = defineProjection<QuestionRow>({
  name: 'hitl_questions',
  version: 3,
  topics: [...REQUEST_TOPICS, OLD_RESPONSE_TOPIC],
  columns: { status: 'text', run_id: 'text', requested_at_ms: 'number' },
  indexes: [['status', 'requested_at_ms']],
  keyOf: (event) => {
    const payload = event.payload;
    const id = isJsonObject(payload) ? payload['request_id'] : undefined;
    return typeof id === 'string' ? id : event.headers['request_id'];
  },
  fold(row, event) {
    const facts = isJsonObject(event.payload) ? event.payload : {};
    if (event.kind === 'hitl.question_asked') return row ?? asked(facts, event.occurredAtMs);
    const kind = requestedKind(event.kind);
    if (kind !== undefined) return row ?? requested(kind, facts, event.occurredAtMs);
    if (row === undefined || row.status !== 'open') return row;
    if (row.request_kind !== 'question') return foldRequest(row, event);
    const resolved_at_ms = event.occurredAtMs;
    switch (event.kind) {
      case 'hitl.response_received':
        return {
          ...row,
          status: 'answered',
          answer: facts['answer'] ?? null,
          reviewer: textOrNull(facts['reviewer']),
          reason: textOrNull(facts['reason']),
          resolved_at_ms,
        };
      case 'hitl.timeout':
        return { ...row, status: 'timed_out', resolved_at_ms };
      case 'hitl.question_cancelled':
        return {
          ...row,
          status: 'cancelled',
          reason: textOrNull(facts['reason']),
          resolved_at_ms,
        };
      default:
        return row;
    }
  },
});

function asked(facts: JsonObject, atMs: number): QuestionRow | undefined {
  const { payload } = facts;
  if (!isJsonObject(payload)) return undefined;
  const timeout = payload['timeout_ms'];
  const due = payload['due_ms'];
  return {
    request_id: String(facts['request_id']),
    request_kind: 'question',
    run_id: textOrNull(facts['run_id']),
    agent: textOrNull(facts['agent']) ?? '',
    trace_id: textOrNull(facts['trace_id']),
    prompt: textOrNull(payload['prompt']) ?? '',
    schema: payload['schema'] ?? null,
    default: payload['default'] ?? null,
    has_default: payload['has_default'] === true,
    timeout_ms: typeof timeout === 'number' ? timeout : null,
    due_ms: typeof due === 'number' ? due : null,
    requested_at_ms: atMs,
    details: payload['details'] ?? null,
    status: 'open',
    answer: null,
    reviewer: null,
    reason: null,
    resolved_at_ms: null,
    quorum: 1,
    reviewers: [],
    signatures: [],
  };
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** Puts a question; the same one twice is written once. */
export function appendQuestion(tx: Tx, question: Question): void {
  const { request_id, run_id, agent, trace_id, requested_at_ms, ...rest } = question;
  const at = { request_id, run_id, request_kind: 'question' } as const;
  const { prompt, schema, timeout_ms, due_ms, has_default, details } = rest;
  append(tx, 'hitl.question_asked', at, requested_at_ms, {
    request_id,
    kind: 'question',
    agent,
    trace_id,
    run_id,
    requested_at: timestamp(requested_at_ms),
    payload: { prompt, schema, default: rest.default, has_default, timeout_ms, due_ms, details },
  });
}

/** Says that nobody waits for the answer any more. After an answer it changes nothing. */
export function appendCancelled(
  tx: Tx,
  question: Place,
  { reason, nowMs }: { readonly reason: string; readonly nowMs: number },
): void {
  const facts = { request_id: question.request_id, kind: question.request_kind, reason };
  append(tx, 'hitl.question_cancelled', question, nowMs, facts);
}

type Place = Pick<QuestionRow, 'request_id' | 'run_id' | 'request_kind'>;

function append(
  tx: Tx,
  kind: string,
  { request_id, run_id, request_kind }: Place,
  atMs: number,
  facts: JsonObject & { readonly request_id: string },
): void {
  const topic = requestTopic(request_kind);
  tx.append(topic.name, {
    kind,
    payload: topic.encode(facts),
    headers: { request_id, ...(run_id === null ? {} : { run_id }) },
    key: `${request_id}:${kind}`,
    occurredAtMs: atMs,
  });
}

/** Which questions to list. */
export interface QuestionQuery {
  readonly status?: QuestionStatus | undefined;
  readonly runId?: string | undefined;
  readonly limit?: number | undefined;
  readonly newestFirst?: boolean | undefined;
}

/** Questions, oldest first unless said otherwise. */
export async function listQuestions(
  store: Store,
  { status, runId, limit = 100, newestFirst = false }: QuestionQuery = {},
): Promise<readonly QuestionRow[]> {
  await store.declare(questionIndex);
  const where: { [column: string]: string } = {};
  if (status !== undefined) where['status'] = status;
  if (runId !== undefined) where['run_id'] = runId;
  const rows = await store.rows(questionIndex, {
    where,
    orderBy: ['requested_at_ms'],
    descending: newestFirst,
    limit,
  });
  return rows.map(({ row }) => row);
}

/** One question; an unknown id is an error. */
export async function showQuestion(store: Store, id: string): Promise<QuestionRow> {
  await store.declare(questionIndex);
  const row = await store.row(questionIndex, id);
  if (row === undefined) throw humanErrors.unknownQuestion({ id });
  return row;
}

/** What somebody says to a question. */
export interface Answer {
  readonly answer: Json;
  readonly reviewer?: string | undefined;
  readonly reason?: string | undefined;
  readonly nowMs: number;
}

/**
 * Answers an open question. Text is read as what the question expects; what does not fit is refused, and the question
 * stays open. The first answer counts: later ones are refused with `alreadyClosed`.
 */
export async function answerQuestion(
  store: Store,
  id: string,
  { answer, reviewer, reason, nowMs }: Answer,
): Promise<QuestionRow> {
  const row = await showQuestion(store, id);
  if (row.request_kind !== 'question') throw humanErrors.needsApproval({ id });
  if (row.status !== 'open') throw alreadyClosed(row);
  if (row.due_ms !== null && nowMs >= row.due_ms)
    throw alreadyClosed(await expireQuestion(store, id, nowMs));
  const read = readAnswer(answer, row);
  if (!read.ok) throw humanErrors.badAnswer({ id, problems: read.problems });
  const facts = {
    request_id: id,
    answer: read.value,
    approved: null,
    accepted: null,
    reviewer: reviewer ?? null,
    reason: reason ?? null,
    metadata: null,
    responded_at: timestamp(nowMs),
    signature: null,
  };
  const won = await resolve(store, id, (tx) =>
    append(tx, 'hitl.response_received', row, nowMs, facts),
  );
  const now = await showQuestion(store, id);
  if (!won) throw alreadyClosed(now);
  return now;
}

/** Closes a question whose time is up; one that was resolved in the meantime stays as it is. */
export async function expireQuestion(
  store: Store,
  id: string,
  nowMs: number,
): Promise<QuestionRow> {
  const row = await showQuestion(store, id);
  if (row.status !== 'open') return row;
  const { trace_id, request_kind: kind } = row;
  const facts = { request_id: id, kind, trace_id, timed_out_at: timestamp(nowMs) };
  await resolve(store, id, (tx) => append(tx, 'hitl.timeout', row, nowMs, facts));
  return showQuestion(store, id);
}

/** Writes a resolution if there is none yet; false when somebody else was first. */
async function resolve(store: Store, id: string, write: (tx: Tx) => void): Promise<boolean> {
  try {
    await store.tx((tx) => {
      tx.check(questionIndex, id, (now) => now?.status === 'open');
      write(tx);
    });
    return true;
  } catch (error) {
    if (HarnError.is(error) && error.code === sto.$code('checkFailed')) return false;
    throw error;
  }
}

/** That a request is not open any more, and who closed it. */
export function alreadyClosed({ request_id: id, status, reviewer }: QuestionRow): HarnError {
  const by = reviewer !== null ? ` by ${reviewer}` : '';
  return humanErrors.alreadyClosed({ id, status: status.replace('_', ' '), by });
}

/** Questions that somebody may still answer keep the run that asked. */
export const questionKeeper: RunKeeper = {
  async needs(store) {
    await store.declare(questionIndex);
    const rows = await store.rows(questionIndex, { where: { status: 'open' } });
    return rows.flatMap(({ row }) =>
      row.run_id === null
        ? []
        : [{ runId: row.run_id, reason: `question ${row.request_id} is open` }],
    );
  },
};
