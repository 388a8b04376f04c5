// Sub-agents: an agent loop of its own session as the body of a worker. The parent's conversation gets two facts, not the
// child's messages. A loop that fails is an envelope with `ok: false`, not an error of the parent. Loops that nobody
// delegated and that parked go on here too, and come to what they would have come to: their own result.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import { jsonIn, schemaProblems } from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { type CycleEnd, TOP_LEVEL_MODE, type WorkerCycle, type WorkerKind } from '../work/index.ts';
import { attachmentsOfLoop } from './attachments.ts';
import { agentLoop } from './loop.ts';
import type { LoopGate, ParkWish } from './loop-gate.ts';
import type { LoopOptions, LoopParts } from './loop-options.ts';
import { parkWorker } from './loop-park.ts';
import type { AgentLoopResult } from './loop-result.ts';
import { newSession, type Session, sessionsKey } from './session.ts';
import { isOfTheTask } from './task-errors.ts';
import { Transcript } from './transcript.ts';

/** Runs workers of the mode `sub_agent`. Their tools come as attachments: `tools`, a list of `Tool`. */
export const subAgentKind: WorkerKind = {
  mode: 'sub_agent',
  *run(ctx: RunContext, cycle: WorkerCycle): Suspending<CycleEnd> {
    const spec = objectOf(cycle.config['spec']);
    const session = sessionFor(ctx, cycle, spec);
    note(ctx, spec, 'sub_agent_start', { task: cycle.task });
    const { session_id: _id, _resume_continuity: _told, ...options } = objectOf(spec['options']);
    const system = typeof spec['system'] === 'string' ? spec['system'] : null;
    const parts = partsOf(cycle);
    const before = session.transcript.events.length;
    let envelope: JsonObject;
    try {
      const given = { ...options, session_id: session.id } as LoopOptions;
      const result = yield* agentLoop(ctx, taskOf(cycle), system, given, parts);
      if (result.status === 'suspended') return parked(result);
      envelope = envelopeOf(result, session, spec, before);
    } catch (error) {
      if (!HarnError.is(error) || isOfTheTask(error)) throw error;
      envelope = failedEnvelope(error, session);
    }
    const { ok, summary, evidence_added, budget_exceeded, error } = envelope;
    note(ctx, spec, 'sub_agent_result', {
      ok,
      summary,
      evidence_added,
      budget_exceeded,
      error,
    } as JsonObject);
    return { status: 'completed', payload: envelope, transcript: envelope['transcript'] as Json };
  },
};

/** Goes on with loops that parked without a worker. */
export const topLevelKind: WorkerKind = {
  mode: TOP_LEVEL_MODE,
  *run(ctx: RunContext, cycle: WorkerCycle): Suspending<CycleEnd> {
    const spec = objectOf(cycle.config['spec']);
    const session = sessionFor(ctx, cycle, spec);
    const { _resume_continuity: _told, ...options } = objectOf(spec['options']);
    const system = typeof spec['system'] === 'string' ? spec['system'] : null;
    const given = { ...options, session_id: session.id } as LoopOptions;
    const result = yield* agentLoop(ctx, taskOf(cycle), system, given, partsOf(cycle));
    if (result.status === 'suspended') return parked(result);
    const payload = result as unknown as Json;
    return { status: 'completed', payload, transcript: result.transcript };
  },
};

/** What of the loop is not data. */
function partsOf(cycle: WorkerCycle): LoopParts {
  const { tools, permissionCode, ...code } = attachmentsOfLoop(cycle.attachments);
  const given = Object.entries(code).filter(([, handler]) => handler !== undefined);
  return { tools, permissionCode, gate: gateOf(cycle), ...Object.fromEntries(given) };
}

/** The child's session: the one it had, the transcript it was parked with, or a fork of its parent's. */
function sessionFor(ctx: RunContext, cycle: WorkerCycle, spec: JsonObject): Session {
  const sessions = ctx.get(sessionsKey);
  const id = String(spec['session_id']);
  const known = sessions.find(id);
  // Told to go on from a digest: what was said before is no longer there.
  const isDigest = cycle.resume?.continue_transcript === false;
  if (known !== undefined && !isDigest) return known;
  const nowMs = ctx.sync(clockEffects.now_ms, []);
  const carried = Transcript.fromJson(cycle.transcript);
  if (known !== undefined) {
    known.replace(carried ?? newSession(id, nowMs).transcript);
    return known;
  }
  const parentId = spec['parent_session_id'];
  const parent = typeof parentId === 'string' ? sessions.find(parentId) : undefined;
  if (carried === undefined && parent !== undefined) return sessions.fork(parent, id, nowMs);
  const session = sessions.add(newSession(id, nowMs));
  if (carried !== undefined) session.replace(carried);
  return session;
}

/** What the child is told: its task, or what it was resumed with. */
function taskOf({ task, resume }: WorkerCycle): string {
  if (resume === undefined) return task;
  return resume.input_rendered ?? `You were suspended (${resume.reason}) and go on now.`;
}

function gateOf({ gate }: WorkerCycle): LoopGate {
  const { handle } = gate;
  return {
    ...(handle === undefined
      ? {}
      : { park: (ctx: RunContext, wish: ParkWish) => parkWorker(ctx, wish, handle) }),
    *next() {
      yield* [];
      const asked = gate.requested();
      if (asked === undefined) return { kind: 'continue' };
      const { reason, initiator, conditions } = asked;
      return { kind: 'suspend', reason, initiator, conditions: conditions as JsonObject | null };
    },
  };
}

function parked(result: AgentLoopResult): CycleEnd {
  return {
    status: 'parked',
    payload: result as unknown as Json,
    transcript: result.transcript,
    turn: result.iterations_completed,
  };
}

/** The last call that was denied, as the error of an envelope. `before`: how long the history was at the start. */
function denialIn(session: Session, before: number): JsonObject | undefined {
  const denied = session.transcript.events
    .toArray(before)
    .findLast(({ kind }) => kind === 'PermissionDeny');
  if (denied === undefined) return undefined;
  const { tool = null, reason = null } = objectOf(denied['metadata']);
  return { category: 'permission_denied', message: reason, tool };
}

function envelopeOf(
  result: AgentLoopResult,
  session: Session,
  spec: JsonObject,
  before: number,
): JsonObject {
  const { llm, transcript, status } = result;
  const used = llm.input_tokens + llm.output_tokens;
  const budget = objectOf(spec['options'])['token_budget'];
  const assets = session.transcript.assets.toArray();
  const { data, problem } = dataOf(result.text, spec);
  const error =
    denialIn(session, before) ??
    (status === 'failed'
      ? { category: 'tool_error', message: 'no required tool succeeded' }
      : problem === undefined
        ? null
        : { category: 'schema_validation', message: problem });
  return {
    ok: error === null,
    summary: result.visible_text === '' ? (session.transcript.summary ?? '') : result.visible_text,
    artifacts: assets,
    evidence_added: assets.length,
    tokens_used: used,
    budget_exceeded: typeof budget === 'number' && used >= budget,
    data,
    error,
    status,
    session_id: session.id,
    transcript,
  };
}

function failedEnvelope(error: HarnError, session: Session): JsonObject {
  const category = error.data['category'];
  return {
    ok: false,
    summary: '',
    artifacts: [],
    evidence_added: 0,
    tokens_used: 0,
    budget_exceeded: false,
    data: null,
    error: {
      category: typeof category === 'string' ? category : 'generic',
      message: error.message,
      code: error.code,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
    status: 'failed',
    session_id: session.id,
    transcript: session.transcript.toJson(),
  };
}

/** Options that ask for JSON. */
const JSON_OPTIONS = ['output_format', 'response_format', 'schema', 'json_schema', 'output_schema'];

/** The JSON of an answer where JSON was asked for. */
function dataOf(
  text: string,
  spec: JsonObject,
): { readonly data: Json; readonly problem?: string } {
  const schema = spec['returns_schema'];
  const options = objectOf(spec['options']);
  const asked = isJsonObject(schema) || JSON_OPTIONS.some((name) => options[name] !== undefined);
  if (!asked) return { data: null };
  const data = jsonIn(text);
  if (!isJsonObject(schema)) return { data: data ?? null };
  if (data === undefined) {
    return { data: null, problem: 'sub_agent_run: child transcript did not contain valid JSON' };
  }
  const problems = schemaProblems(data, schema);
  if (problems.length === 0) return { data };
  return {
    data,
    problem: `sub_agent_run: return schema validation failed: ${problems.join('; ')}`,
  };
}

/** A fact of the child in its parent's history; no message. */
function note(ctx: RunContext, spec: JsonObject, kind: string, facts: JsonObject): void {
  const parentId = spec['parent_session_id'];
  const parent = typeof parentId === 'string' ? ctx.get(sessionsKey).find(parentId) : undefined;
  const metadata = {
    name: spec['name'] ?? null,
    child_session_id: spec['session_id'] ?? null,
    ...facts,
  };
  const event = { kind, role: 'system', visibility: 'internal', text: '', metadata };
  parent?.note((transcript) => transcript.withEvent(event));
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
