// Requests other than questions as rows: approvals, dual control and escalations. Pure; the rows are those of
// question-record.ts, which owns the projection.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { StoredEvent } from '../../store/index.ts';
import { type ApprovalSignature, count, type Vote } from './ballot.ts';
import type { QuestionRow } from './question-record.ts';

/** What sort of thing people are asked. */
export type RequestKind = 'question' | 'approval' | 'dual_control' | 'escalation';

const KIND_OF: { readonly [event: string]: Exclude<RequestKind, 'question'> } = {
  'hitl.approval_requested': 'approval',
  'hitl.dual_control_requested': 'dual_control',
  'hitl.escalation_issued': 'escalation',
};

/** The kind of request that an event makes; undefined when it makes none. */
export function requestedKind(eventKind: string): RequestKind | undefined {
  return KIND_OF[eventKind];
}

/** The row of a request that was just made. */
export function requested(
  kind: RequestKind,
  facts: JsonObject,
  atMs: number,
): QuestionRow | undefined {
  const { payload } = facts;
  if (!isJsonObject(payload)) return undefined;
  const { quorum, reviewers, timeout_ms, due_ms, prompt } = payload;
  return {
    request_id: String(facts['request_id']),
    request_kind: kind,
    run_id: textOrNull(facts['run_id']),
    agent: textOrNull(facts['agent']) ?? '',
    trace_id: textOrNull(facts['trace_id']),
    prompt: textOrNull(prompt) ?? '',
    schema: null,
    default: null,
    has_default: false,
    timeout_ms: numberOrNull(timeout_ms),
    due_ms: numberOrNull(due_ms),
    requested_at_ms: atMs,
    details: payload,
    status: 'open',
    answer: null,
    reviewer: null,
    reason: null,
    resolved_at_ms: null,
    quorum: numberOrNull(quorum) ?? 1,
    reviewers: Array.isArray(reviewers) ? reviewers.map(String) : [],
    signatures: [],
  };
}

/** What an event makes of an open request. Responses that do not count change nothing, whoever wrote them. */
export function foldRequest(row: QuestionRow, event: StoredEvent): QuestionRow {
  const facts = isJsonObject(event.payload) ? event.payload : {};
  const resolved_at_ms = event.occurredAtMs;
  switch (event.kind) {
    case 'hitl.response_received':
      return voted(row, voteOf(facts), resolved_at_ms);
    case 'hitl.escalation_accepted':
      return {
        ...row,
        status: 'accepted',
        reviewer: textOrNull(facts['reviewer']),
        reason: textOrNull(facts['reason']),
        resolved_at_ms,
      };
    case 'hitl.timeout':
      return { ...row, status: 'timed_out', resolved_at_ms };
    case 'hitl.question_cancelled':
      return { ...row, status: 'cancelled', reason: textOrNull(facts['reason']), resolved_at_ms };
    default:
      return row;
  }
}

function voted(row: QuestionRow, vote: Vote, resolved_at_ms: number): QuestionRow {
  if (row.request_kind === 'escalation') {
    if (vote.approved || vote.reviewer === null) return row;
    const { reviewer, reason } = vote;
    return { ...row, status: 'denied', reviewer, reason, resolved_at_ms };
  }
  const counted = count(row, vote);
  if (counted.kind === 'ignored') return row;
  const reason = vote.reason ?? row.reason;
  if (counted.kind === 'denied') {
    const { reviewer } = counted;
    return { ...row, status: 'denied', reviewer, reason: vote.reason, resolved_at_ms };
  }
  const { signatures, isEnough } = counted;
  if (!isEnough) return { ...row, signatures, reason };
  const { reviewer } = vote;
  return { ...row, status: 'approved', signatures, reviewer, reason, resolved_at_ms };
}

/** A response as a vote: what does not say that it approves does not. */
export function voteOf(facts: JsonObject): Vote {
  return {
    approved: facts['approved'] === true,
    reviewer: textOrNull(facts['reviewer']),
    reason: textOrNull(facts['reason']),
    signed_at: textOrNull(facts['responded_at']) ?? '',
    signature: textOrNull(facts['signature']),
  };
}

/** The names in signatures, sorted. */
export function reviewersOf(signatures: readonly ApprovalSignature[]): readonly string[] {
  return signatures.map(({ reviewer }) => reviewer).sort();
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
