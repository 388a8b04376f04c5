// ask_user: a question to a person as a durable wait of the run. It is put in the transaction that opens the wait, any
// process may answer it, and a run that was parked or killed meanwhile finds the answer when it is resumed.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import type { Tx } from '../../store/index.ts';
import { mockedAnswer } from '../boundary/index.ts';
import { durationMs } from '../lifecycle/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type RunContext,
  type Suspending,
  timestamp,
  type WaitFacts,
  type WaitSite,
} from '../run/index.ts';
import { readAnswer } from './answer.ts';
import { awaitAnswer } from './await-answer.ts';
import { humanErrors } from './errors.ts';
import {
  appendCancelled,
  appendQuestion,
  listQuestions,
  type Question,
  type QuestionRow,
} from './question-record.ts';
import { QUESTION_WAIT } from './record-section.ts';

/** How long people have when the program does not say. */
export const DEFAULT_TIMEOUT_MS = 24 * 3_600_000;

/** How a question is asked. */
export interface AskOptions {
  /** What an answer must look like; text that people type is read towards it. */
  readonly schema?: Json;
  /** Ms or `"30m"`; a day by default. */
  readonly timeout?: number | string;
  /** The value when nobody answers in time; without one that is an error. */
  readonly default?: Json;
}

/** The arguments of the effect, in full. */
export type Ask = {
  readonly prompt: string;
  readonly schema: Json;
  readonly default: Json;
  readonly has_default: boolean;
  readonly timeout_ms: number;
  readonly agent: string;
  readonly trace_id: string;
  readonly details: Json;
};

/** The id of the question that a call puts: the same whoever asks for it and however often. */
export function requestIdOf(key: string): string {
  return `hitl_question_${sha256(key).slice(0, 16)}`;
}

/** The wait of a question, with what people need to answer it. */
export function questionWait(
  requestId: string,
  {
    prompt,
    agent,
    trace_id,
    timeout_ms,
  }: Pick<Ask, 'prompt' | 'agent' | 'trace_id' | 'timeout_ms'>,
  nowMs: number,
): WaitFacts & { readonly request_id: string; readonly due_ms: number } {
  return {
    kind: QUESTION_WAIT,
    due_ms: Math.floor(nowMs) + timeout_ms,
    request_id: requestId,
    prompt,
    agent,
    trace_id,
    answered_by: `a person: harn hitl answer ${requestId} TEXT`,
  };
}

/** The question of a wait. */
export function questionOf(ask: Ask, wait: WaitFacts, runId: string): Question {
  const { timeout_ms, ...rest } = ask;
  const due_ms = wait.due_ms ?? null;
  const requested_at_ms = due_ms === null ? 0 : due_ms - timeout_ms;
  const request_id = String(wait['request_id']);
  return { ...rest, request_id, run_id: runId, timeout_ms, due_ms, requested_at_ms };
}

/** Withdraws the question of a call that is given up. */
export function dropQuestion(tx: Tx, wait: WaitFacts, { runId, nowMs }: WaitSite): void {
  const request_kind = (wait['request_kind'] ?? 'question') as QuestionRow['request_kind'];
  const question = { request_id: String(wait['request_id']), request_kind, run_id: runId };
  appendCancelled(tx, question, { reason: 'nobody waits for the answer any more', nowMs });
}

/** What came of a question, as the journal keeps it. */
type Settled = {
  readonly request_id: string;
  readonly status: QuestionRow['status'];
  readonly answer: Json;
  readonly reviewer: string | null;
  readonly reason: string | null;
  readonly responded_at: string | null;
  /** Under a mocked clock: the instant to which waiting moved it. */
  readonly virtual_ms?: number;
};

const askPerson = defineEffect(
  {
    name: 'interaction.ask_user',
    class: 'read',
    access: 'observe',
    wait: ([ask]: readonly [Ask], nowMs, { key }) => questionWait(requestIdOf(key), ask, nowMs),
    waitRows: {
      open: (tx, wait, { runId }, [ask]) => appendQuestion(tx, questionOf(ask, wait, runId)),
      drop: dropQuestion,
    },
  },
  async (env, _ask: Ask): Promise<Settled> => {
    const { due_ms: dueMs, request_id: id } = env.wait as WaitFacts;
    const row = await awaitAnswer(env, String(id), dueMs);
    const jumped = row.status === 'timed_out' && env.clock.isMocked && dueMs !== undefined;
    return {
      request_id: row.request_id,
      status: row.status,
      answer: row.answer,
      reviewer: row.reviewer,
      reason: row.reason,
      responded_at: row.resolved_at_ms === null ? null : timestamp(row.resolved_at_ms),
      ...(jumped ? { virtual_ms: dueMs } : {}),
    };
  },
);

/** Virtual time lives in memory: each life moves it anew. */
export const passTime = defineSyncEffect(
  { name: 'interaction.pass_time', class: 'local', access: 'observe' },
  (env, untilMs: number) => {
    env.clock.advance(Math.max(0, untilMs - env.clock.nowMs()));
    return null;
  },
);

/** Asks a person and waits for the answer, however long the process lives. */
export function* askUser(
  ctx: RunContext,
  prompt: string,
  options: AskOptions = {},
  details: Json = null,
): Suspending<Json> {
  const ask = askOf(ctx, prompt, options, details);
  const prepared = preparedAnswer(ctx, ask);
  if (prepared !== undefined) return prepared;
  const settled = yield* ctx.perform(askPerson, [ask]);
  if (settled.virtual_ms !== undefined) ctx.sync(passTime, [settled.virtual_ms]);
  const { request_id } = settled;
  switch (settled.status) {
    case 'answered': {
      const read = readAnswer(settled.answer, ask);
      if (read.ok) return read.value;
      throw humanErrors.badAnswer({ id: request_id, problems: read.problems });
    }
    case 'cancelled':
      throw humanErrors.cancelled({ request_id, reason: settled.reason ?? 'no reason given' });
    default:
      if (ask.has_default) return ask.default;
      throw humanErrors.timeout({ request_id, kind: 'question', ms: ask.timeout_ms });
  }
}

/** The answer that a program under test prepared for `hitl.question`: `{answer}`. */
function preparedAnswer(ctx: RunContext, ask: Ask): Json | undefined {
  const { prompt, schema, details } = ask;
  const params = { prompt, schema, details, default: ask.default };
  const mocked = mockedAnswer(ctx, { capability: 'hitl', operation: 'question', params });
  if (mocked === undefined) return undefined;
  const { value } = mocked;
  const answer = isJsonObject(value) && value['answer'] !== undefined ? value['answer'] : value;
  const read = readAnswer(answer, ask);
  if (read.ok) return read.value;
  throw humanErrors.badAnswer({ id: 'prepared for a test', problems: read.problems });
}

function askOf(ctx: RunContext, prompt: string, options: AskOptions, details: Json): Ask {
  const { schema = null, timeout } = options;
  const ms = timeout === undefined || timeout === null ? DEFAULT_TIMEOUT_MS : durationMs(timeout);
  if (ms === undefined || ms < 0) {
    const detail = 'timeout must be a duration such as 30m, or milliseconds';
    throw humanErrors.badOptions({ method: 'ask_user', detail });
  }
  if (schema !== null && !isJsonObject(schema)) {
    throw humanErrors.badOptions({ method: 'ask_user', detail: 'schema must be a dict' });
  }
  const { start } = ctx.run;
  return {
    prompt,
    schema,
    default: options.default ?? null,
    has_default: options.default !== undefined,
    timeout_ms: ms,
    agent: start.pipeline,
    trace_id: start.root_run_id,
    details,
  };
}

/** Which open questions a program wants to see. */
export interface PendingFilters {
  /** RFC 3339. */
  readonly since?: string;
  readonly until?: string;
  readonly kinds?: readonly string[];
  readonly agent?: string;
  readonly limit?: number;
}

const pendingEffect = defineEffect(
  { name: 'interaction.hitl_pending', class: 'read', access: 'read' },
  async (env, limit: number): Promise<readonly QuestionRow[]> =>
    listQuestions(await env.store(), { status: 'open', limit, newestFirst: true }),
);

const KINDS: ReadonlySet<string> = new Set(['question', 'approval', 'dual_control', 'escalation']);
const MOST = 5000;

/** Open requests to people, of all runs of the store, newest first. */
export function* hitlPending(ctx: RunContext, given: Json = null): Suspending<Json> {
  const { since, until, kinds, agent, limit } = filtersOf(given);
  const rows = yield* ctx.perform(pendingEffect, [MOST]);
  return rows
    .filter((row) => kinds.has(row.request_kind) && (agent === undefined || row.agent === agent))
    .filter(({ requested_at_ms: at }) => at >= since && at <= until)
    .slice(0, limit)
    .map(pendingView);
}

function pendingView(row: QuestionRow): JsonObject {
  const { prompt, schema, timeout_ms, details, request_kind, reviewers } = row;
  const asked = { prompt, schema, default: row.default, timeout_ms, details };
  return {
    request_id: row.request_id,
    request_kind,
    agent: row.agent,
    prompt,
    trace_id: row.trace_id,
    timestamp: timestamp(row.requested_at_ms),
    approvers: reviewers,
    metadata: request_kind === 'question' ? asked : details,
  };
}

function filtersOf(given: Json) {
  const wrong = (detail: string) => humanErrors.badOptions({ method: 'hitl_pending', detail });
  if (given !== null && !isJsonObject(given)) throw wrong('filters must be a dict or nil');
  const { since, until, kinds = [...KINDS], agent, limit = 500 } = given ?? {};
  if (!Array.isArray(kinds)) throw wrong('kinds must be a list<string>');
  for (const kind of kinds as readonly Json[]) {
    if (typeof kind !== 'string') throw wrong('kinds must be a list<string>');
    if (!KINDS.has(kind)) throw wrong(`unsupported kind '${kind}'`);
  }
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    throw wrong('limit must be a positive int');
  }
  const instant = (name: string, value: Json | undefined, otherwise: number) => {
    if (value === undefined || value === null) return otherwise;
    const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) throw wrong(`invalid ${name}: it is no RFC 3339 time`);
    return ms;
  };
  return {
    since: instant('since', since, Number.NEGATIVE_INFINITY),
    until: instant('until', until, Number.POSITIVE_INFINITY),
    kinds: new Set(kinds as readonly string[]),
    agent: typeof agent === 'string' ? agent : undefined,
    limit: Math.min(limit, MOST),
  };
}
