// Requests for approval in the store: making them, answering them, closing them. For the CLI and for servers; approve.ts is
// the side of a running program. Who answers does so in a transaction that checks that nobody has in the meantime.
import { HarnError, type Json, type JsonObject } from '../../base/index.ts';
import { type Store, sto, type Tx } from '../../store/index.ts';
import { timestamp } from '../run/index.ts';
import { count, type Vote } from './ballot.ts';
import { humanErrors } from './errors.ts';
import {
  alreadyClosed,
  expireQuestion,
  type QuestionRow,
  questionIndex,
  showQuestion,
} from './question-record.ts';
import type { RequestKind } from './request-fold.ts';
import { requestTopic } from './topics.ts';

/** What is asked for. Times in ms since the Unix epoch. */
export type Request = {
  readonly request_id: string;
  readonly kind: Exclude<RequestKind, 'question'>;
  readonly run_id: string;
  readonly agent: string;
  readonly trace_id: string;
  readonly requested_at_ms: number;
  /** Further facts for whoever answers; `prompt`, `quorum`, `reviewers`, `timeout_ms` and `due_ms` mean something here. */
  readonly payload: JsonObject;
};

const MADE = {
  approval: 'hitl.approval_requested',
  dual_control: 'hitl.dual_control_requested',
  escalation: 'hitl.escalation_issued',
} as const;

/** Makes a request; the same one twice is written once. */
export function appendRequest(tx: Tx, request: Request): void {
  const { request_id, kind, run_id, agent, trace_id, requested_at_ms, payload } = request;
  append(tx, { request_id, request_kind: kind, run_id }, MADE[kind], requested_at_ms, {
    kind,
    agent,
    trace_id,
    run_id,
    requested_at: timestamp(requested_at_ms),
    payload,
  });
}

/** Says that an action under dual control was done. */
export function appendExecuted(
  tx: Tx,
  request: Pick<QuestionRow, 'request_id' | 'run_id'>,
  nowMs: number,
): void {
  const at = { ...request, request_kind: 'dual_control' } as const;
  append(tx, at, 'hitl.dual_control_executed', nowMs, { executed_at: timestamp(nowMs) });
}

type Place = Pick<QuestionRow, 'request_id' | 'run_id' | 'request_kind'>;

function append(
  tx: Tx,
  { request_id, run_id, request_kind }: Place,
  kind: string,
  atMs: number,
  facts: JsonObject,
  key: string = kind,
): void {
  const topic = requestTopic(request_kind);
  tx.append(topic.name, {
    kind,
    payload: topic.encode({ request_id, ...facts }),
    headers: { request_id, ...(run_id === null ? {} : { run_id }) },
    key: `${request_id}:${key}`,
    occurredAtMs: atMs,
  });
}

/** What somebody says to a request. */
export interface Response {
  readonly approved: boolean;
  /** Approvals without a name count for nothing and are refused. */
  readonly reviewer: string;
  readonly reason?: string | undefined;
  /** Of whoever can sign; a fingerprint is made otherwise. */
  readonly signature?: string | undefined;
  readonly nowMs: number;
}

/** How often it is tried when others answer at the same instant. */
const ATTEMPTS = 20;

/**
 * Approves or denies an open request. Who is not among its reviewers, has approved before, or comes too late is refused,
 * and nothing changes. Gives the request as it is then: still open while approvals are missing.
 */
export async function respondToRequest(
  store: Store,
  id: string,
  { approved, reviewer, reason, signature, nowMs }: Response,
): Promise<QuestionRow> {
  const vote: Vote = {
    approved,
    reviewer,
    reason: reason ?? null,
    signed_at: timestamp(nowMs),
    signature: signature ?? null,
  };
  for (let attempt = 1; ; attempt += 1) {
    const row = await showQuestion(store, id);
    await assertOpen(store, row, nowMs);
    const ends = endOf(row, vote);
    try {
      await store.tx((tx) => {
        tx.check(questionIndex, id, (now) => now?.status === 'open' && sameVotes(now, row));
        writeResponse(tx, row, vote, nowMs);
        if (ends !== undefined) append(tx, row, ends, nowMs, resolutionOf(row, vote));
      });
      return await showQuestion(store, id);
    } catch (error) {
      const isRaced = HarnError.is(error) && error.code === sto.$code('checkFailed');
      if (!isRaced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function assertOpen(store: Store, row: QuestionRow, nowMs: number): Promise<void> {
  const { request_id: id, request_kind, status, due_ms } = row;
  if (request_kind === 'question') throw humanErrors.needsAnswer({ id });
  if (status !== 'open') throw alreadyClosed(row);
  if (due_ms !== null && nowMs >= due_ms)
    throw alreadyClosed(await expireQuestion(store, id, nowMs));
}

function sameVotes(now: QuestionRow, then: QuestionRow): boolean {
  return now.signatures.length === then.signatures.length;
}

/** The event by which this vote ends the request; undefined while approvals are missing. */
function endOf(row: QuestionRow, vote: Vote): string | undefined {
  const { request_id: id, request_kind: kind } = row;
  if (kind === 'escalation') return vote.approved ? 'hitl.escalation_accepted' : undefined;
  const counted = count(row, vote);
  if (counted.kind === 'ignored') {
    throw humanErrors.doesNotCount({ id, reviewer: vote.reviewer ?? '', why: WHY[counted.why] });
  }
  if (counted.kind === 'denied') return `hitl.${kind}_denied`;
  return counted.isEnough ? `hitl.${kind}_approved` : undefined;
}

const WHY = {
  anonymous: 'whoever approves needs a name',
  not_a_reviewer: 'they are not among its reviewers',
  voted_before: 'they have approved it before',
} as const;

/** One event per reviewer: the same person twice is written once. */
function writeResponse(tx: Tx, row: QuestionRow, vote: Vote, nowMs: number): void {
  const { reviewer, approved, reason, signed_at: responded_at, signature = null } = vote;
  const isEscalation = row.request_kind === 'escalation';
  // An accepted escalation has an event of its own.
  if (isEscalation && approved) return;
  const facts = {
    answer: null,
    approved: isEscalation ? null : approved,
    accepted: isEscalation ? approved : null,
    reviewer,
    reason,
    metadata: null,
    responded_at,
    signature,
  };
  append(tx, row, 'hitl.response_received', nowMs, facts, `hitl.response_received:${reviewer}`);
}

function resolutionOf(row: QuestionRow, vote: Vote): { readonly [field: string]: Json } {
  const { reviewer, reason, signed_at } = vote;
  const accepted = row.request_kind === 'escalation' ? { accepted: true } : {};
  return { ...accepted, reviewer, reason, responded_at: signed_at };
}
