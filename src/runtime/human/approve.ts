// Approvals in a running program: request_approval, dual_control, escalate_to. Each is a durable wait of the run, like a
// question: put in the transaction that opens the wait, answered by anyone who may, found again after a kill.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { mockedAnswer } from '../boundary/index.ts';
import { durationMs } from '../lifecycle/index.ts';
import {
  defineEffect,
  type RunContext,
  type Suspending,
  timestamp,
  type WaitFacts,
  type WaitSite,
} from '../run/index.ts';
import { DEFAULT_TIMEOUT_MS, dropQuestion, passTime } from './ask.ts';
import { awaitAnswer } from './await-answer.ts';
import { type ApprovalSignature, count } from './ballot.ts';
import { humanErrors } from './errors.ts';
import type { QuestionRow } from './question-record.ts';
import { HUMAN_WAIT } from './record-section.ts';
import { type RequestKind, reviewersOf, voteOf } from './request-fold.ts';
import { appendExecuted, appendRequest, type Request } from './request-record.ts';

/** How approval is asked for. */
export interface ApprovalOptions {
  /** What is to be done, for whoever decides. */
  readonly args?: Json;
  readonly detail?: Json;
  /** How many people must approve; 1 by default. */
  readonly quorum?: number;
  /** Who may; anyone with a name when left out. */
  readonly reviewers?: readonly string[];
  /** Ms or `"30m"`; a day by default. */
  readonly deadline?: number | string;
  readonly principal?: string;
  readonly evidence_refs?: readonly JsonObject[];
  readonly undo_metadata?: JsonObject;
  readonly capabilities_requested?: readonly string[];
}

/** That enough people approved. */
export type ApprovalRecord = {
  readonly approved: true;
  readonly request_id: string;
  readonly reviewers: readonly string[];
  /** RFC 3339. */
  readonly approved_at: string;
  readonly reason: string | null;
  readonly signatures: readonly ApprovalSignature[];
};

/** That somebody took over. */
export type EscalationHandle = {
  readonly request_id: string;
  readonly role: string;
  readonly reason: string;
  readonly trace_id: string;
  readonly status: 'accepted';
  readonly accepted_at: string | null;
  readonly reviewer: string | null;
};

type Kind = Exclude<RequestKind, 'question'>;

/** The arguments of the effect, in full. */
type Wish = {
  readonly kind: Kind;
  readonly prompt: string;
  readonly quorum: number;
  readonly reviewers: readonly string[];
  /** Null: for ever. */
  readonly timeout_ms: number | null;
  readonly agent: string;
  readonly trace_id: string;
  readonly payload: JsonObject;
};

type Settled = Pick<QuestionRow, 'request_id' | 'status' | 'reviewer' | 'reason' | 'signatures'> & {
  readonly resolved_at: string | null;
  readonly virtual_ms?: number;
};

/** Each call is an effect of its own, so that a run can be denied one of them. */
const requestEffects = {
  approval: requestEffect('interaction.request_approval'),
  dual_control: requestEffect('interaction.dual_control'),
  escalation: requestEffect('interaction.escalate_to'),
};

function requestEffect(name: string) {
  return defineEffect(
    {
      name,
      class: 'read',
      access: 'observe',
      wait: ([wish]: readonly [Wish], nowMs, { key }) => waitOf(wish, nowMs, key),
      waitRows: {
        open: (tx, wait, { runId }: WaitSite, [wish]) =>
          appendRequest(tx, requestOf(wish, wait, runId)),
        drop: dropQuestion,
      },
    },
    async (env, _wish: Wish): Promise<Settled> => {
      const { due_ms: dueMs, request_id: id } = env.wait as WaitFacts;
      const row = await awaitAnswer(env, String(id), dueMs);
      const jumped = row.status === 'timed_out' && env.clock.isMocked && dueMs !== undefined;
      const { request_id, status, reviewer, reason, signatures, resolved_at_ms } = row;
      return {
        ...{ request_id, status, reviewer, reason, signatures },
        resolved_at: resolved_at_ms === null ? null : timestamp(resolved_at_ms),
        ...(jumped ? { virtual_ms: dueMs } : {}),
      };
    },
  );
}

function waitOf(wish: Wish, nowMs: number, key: string): WaitFacts {
  const { kind, prompt, agent, trace_id, timeout_ms } = wish;
  const request_id = `hitl_${kind}_${sha256(key).slice(0, 16)}`;
  const asked_ms = Math.floor(nowMs);
  return {
    kind: `${HUMAN_WAIT}${kind}`,
    ...(timeout_ms === null ? {} : { due_ms: asked_ms + timeout_ms }),
    ...{ request_id, request_kind: kind, prompt, agent, trace_id, asked_ms },
    answered_by: `a person: harn hitl approve ${request_id}`,
  };
}

function requestOf(wish: Wish, wait: WaitFacts, runId: string): Request {
  const { kind, prompt, quorum, reviewers, timeout_ms, agent, trace_id } = wish;
  const request_id = String(wait['request_id']);
  const requested_at_ms = Number(wait['asked_ms']);
  const due_ms = wait.due_ms ?? null;
  const facts = { prompt, quorum, reviewers, timeout_ms, due_ms };
  const { approval_request: request, ...rest } = wish.payload;
  const canonical = isJsonObject(request)
    ? {
        ...request,
        id: request_id,
        requested_at: timestamp(requested_at_ms),
        deadline: due_ms === null ? null : timestamp(due_ms),
      }
    : undefined;
  const payload =
    canonical === undefined
      ? { ...rest, ...facts }
      : { ...rest, ...canonical, approval_request: canonical, deadline_ms: timeout_ms, ...facts };
  return { request_id, kind, run_id: runId, agent, trace_id, requested_at_ms, payload };
}

/** Asks people and waits; what came of it when they agreed, else it throws. */
function* request(ctx: RunContext, wish: Wish): Suspending<Settled> {
  const settled = prepared(ctx, wish) ?? (yield* ctx.perform(requestEffects[wish.kind], [wish]));
  if (settled.virtual_ms !== undefined) ctx.sync(passTime, [settled.virtual_ms]);
  const { request_id, status, reviewer, reason, signatures } = settled;
  switch (status) {
    case 'approved':
    case 'accepted':
      return settled;
    case 'denied': {
      const reviewers = [...reviewersOf(signatures), ...(reviewer === null ? [] : [reviewer])];
      throw humanErrors.denied({ request_id, kind: wish.kind, reviewers, reason: reason ?? '' });
    }
    case 'cancelled':
      throw humanErrors.cancelled({ request_id, reason: reason ?? 'no reason given' });
    default:
      throw humanErrors.timeout({ request_id, kind: wish.kind, ms: wish.timeout_ms ?? 0 });
  }
}

/** The answers that a program under test prepared for `hitl.<kind>`: one, or a list. Too few of them are a timeout. */
function prepared(ctx: RunContext, wish: Wish): Settled | undefined {
  const { kind, quorum, reviewers } = wish;
  const params = { prompt: wish.prompt, quorum, reviewers };
  const mocked = mockedAnswer(ctx, { capability: 'hitl', operation: kind, params });
  if (mocked === undefined) return undefined;
  const request_id = `hitl_${kind}_prepared`;
  const answers = Array.isArray(mocked.value) ? mocked.value : [mocked.value];
  let signatures: readonly ApprovalSignature[] = [];
  for (const answer of answers) {
    const facts = isJsonObject(answer) ? answer : {};
    const signed_at = facts['responded_at'] ?? timestamp(Math.floor(ctx.clock.nowMs()));
    const vote = voteOf({ ...facts, responded_at: signed_at });
    const { reviewer, reason } = vote;
    const ended = { request_id, reviewer, reason, resolved_at: vote.signed_at };
    if (kind === 'escalation') {
      const accepted = facts['accepted'] === true || facts['approved'] === true;
      return { ...ended, status: accepted ? 'accepted' : 'denied', signatures };
    }
    const counted = count({ request_id, quorum, reviewers, signatures }, vote);
    if (counted.kind === 'denied') return { ...ended, status: 'denied', signatures };
    if (counted.kind === 'counted') signatures = counted.signatures;
    if (counted.kind === 'counted' && counted.isEnough) {
      return { ...ended, status: 'approved', signatures };
    }
  }
  const open = { reviewer: null, reason: null, resolved_at: null };
  return { request_id, status: 'timed_out', signatures, ...open };
}

/** Waits until enough people approve an action. Denial, a deadline and a withdrawal are errors by code. */
export function* requestApproval(
  ctx: RunContext,
  action: string,
  options: ApprovalOptions = {},
): Suspending<ApprovalRecord> {
  const method = 'request_approval';
  const { quorum = 1, detail = null, principal } = options;
  const reviewers = namesOf(method, 'reviewers', options.reviewers);
  assertQuorum(method, 'quorum', quorum, reviewers);
  const approval_request = {
    action,
    args: options.args ?? detail,
    principal: principal ?? ctx.run.start.pipeline,
    approvers_required: quorum,
    evidence_refs: options.evidence_refs ?? [],
    undo_metadata: options.undo_metadata ?? null,
    capabilities_requested: options.capabilities_requested ?? [],
  };
  return approvalOf(
    yield* request(ctx, {
      kind: 'approval',
      prompt: action,
      quorum,
      reviewers,
      timeout_ms: deadlineOf(method, options.deadline),
      ...asker(ctx),
      payload: { approval_request, detail },
    }),
  );
}

/** Does `act` only after `n` of `m` people have approved it. */
export function* dualControl<T>(
  ctx: RunContext,
  parts: {
    readonly n: number;
    readonly m: number;
    /** What is to be done, for whoever decides. */
    readonly name: string;
    readonly approvers?: readonly string[] | undefined;
    readonly act: (ctx: RunContext) => Suspending<T>;
  },
): Suspending<T> {
  const method = 'dual_control';
  const { n, m, name, act } = parts;
  const approvers = namesOf(method, 'approvers', parts.approvers);
  if (!Number.isInteger(m) || m < 1) throw wrong(method, 'm must be a whole number above 0');
  assertQuorum(method, 'n', n, approvers);
  if (n > m) throw wrong(method, `${n} of ${m} cannot approve`);
  if (approvers.length > m) throw wrong(method, `there are more than ${m} approvers`);
  const approval_request = {
    action: name,
    args: null,
    principal: ctx.run.start.pipeline,
    approvers_required: n,
    evidence_refs: [],
    undo_metadata: null,
    capabilities_requested: [],
  };
  const { request_id } = yield* request(ctx, {
    kind: 'dual_control',
    prompt: name,
    quorum: n,
    reviewers: approvers,
    timeout_ms: DEFAULT_TIMEOUT_MS,
    ...asker(ctx),
    payload: { approval_request, n, m, approvers },
  });
  const value = yield* act(ctx);
  if (!request_id.endsWith('_prepared')) yield* ctx.perform(executed, [request_id]);
  return value;
}

const executed = defineEffect(
  { name: 'interaction.dual_control_executed', class: 'store', access: 'observe' },
  (env, request_id: string) => {
    const nowMs = Math.floor(env.clock.nowMs());
    env.inTx((tx) => appendExecuted(tx, { request_id, run_id: env.runId }, nowMs));
    return null;
  },
);

/** Waits until somebody of a role takes over, however long that is. A refusal is an error by code. */
export function* escalateTo(
  ctx: RunContext,
  role: string,
  reason: string,
): Suspending<EscalationHandle> {
  if (role.trim() === '') throw wrong('escalate_to', 'the role must not be empty');
  const { request_id, resolved_at, reviewer } = yield* request(ctx, {
    kind: 'escalation',
    prompt: `${role}: ${reason}`,
    quorum: 1,
    reviewers: [],
    timeout_ms: null,
    ...asker(ctx),
    payload: { role, reason, capability_policy: ctx.scope.policy },
  });
  const { trace_id } = asker(ctx);
  const status = 'accepted';
  return { request_id, role, reason, trace_id, status, accepted_at: resolved_at, reviewer };
}

function asker(ctx: RunContext) {
  const { pipeline: agent, root_run_id: trace_id } = ctx.run.start;
  return { agent, trace_id };
}

function approvalOf({ request_id, signatures, reason }: Settled): ApprovalRecord {
  return {
    approved: true,
    request_id,
    reviewers: reviewersOf(signatures),
    approved_at: signatures.at(-1)?.signed_at ?? '',
    reason,
    signatures,
  };
}

function assertQuorum(
  method: string,
  name: string,
  quorum: number,
  reviewers: readonly string[],
): void {
  if (!Number.isInteger(quorum) || quorum < 1) {
    throw wrong(method, `${name} must be a whole number above 0`);
  }
  if (reviewers.length > 0 && reviewers.length < quorum) {
    throw wrong(method, `${quorum} of ${reviewers.length} people cannot approve`);
  }
}

function namesOf(method: string, name: string, given: unknown): readonly string[] {
  if (given === undefined || given === null) return [];
  const all =
    Array.isArray(given) && given.every((each) => typeof each === 'string' && each !== '');
  if (!all) throw wrong(method, `${name} must be a list of names`);
  return [...new Set(given as readonly string[])];
}

function deadlineOf(method: string, given: number | string | undefined | null): number {
  const ms = given === undefined || given === null ? DEFAULT_TIMEOUT_MS : durationMs(given);
  if (ms !== undefined && ms >= 0) return ms;
  throw wrong(method, 'deadline must be a duration such as 30m, or milliseconds');
}

function wrong(method: string, detail: string) {
  return humanErrors.badOptions({ method, detail });
}
