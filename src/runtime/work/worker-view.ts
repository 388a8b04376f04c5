// Workers as data: the summary that programs see, and the snapshot that is kept and read back.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { workerBoundsFrom } from './worker-bounds.ts';
import { codeFrom } from './worker-code.ts';
import type { CarryPolicy, WorkerConfig } from './worker-config.ts';
import { objectOf, parseCarry } from './worker-config.ts';
import type { Stamp, SuspendInitiator, Suspension, Worker, WorkerState } from './worker-state.ts';

/** The `agent_handle` of the language. */
export function summaryOf(worker: Worker): JsonObject {
  const { state, created, started } = worker;
  const ended = endOf(state);
  const since = state.status === 'awaiting' ? state.since : undefined;
  return {
    _type: 'agent_handle',
    id: worker.id,
    name: worker.name,
    task: worker.task,
    mode: worker.config.mode,
    status: state.status,
    created_at: created.uuid,
    started_at: started.uuid,
    finished_at: ended?.uuid ?? null,
    awaiting_started_at: since?.uuid ?? null,
    created_at_ms: created.at_ms,
    started_at_ms: started.at_ms,
    finished_at_ms: ended?.at_ms ?? null,
    wall_ms: ended === undefined ? null : Math.max(0, ended.at_ms - started.at_ms),
    history: worker.history,
    request: worker.request,
    provenance: provenanceOf(worker),
    result: worker.result,
    error: worker.error,
    artifact_count: worker.artifacts.length,
    has_transcript: worker.transcript !== null,
    parent_worker_id: worker.parentWorkerId,
    parent_stage_id: worker.parentStageId,
    child_run_id: worker.childRunId,
    child_run_path: worker.childRunPath,
    execution: executionView(worker.execution),
    snapshot_path: worker.snapshotPath,
    audit: worker.audit,
    suspension: suspensionView(worker),
  };
}

/** What worker events carry besides name, task, mode and status. */
export function metadataOf(worker: Worker): JsonObject {
  const { _type, id, name, status, history, result, ...rest } = summaryOf(worker) as {
    readonly [k: string]: Json;
  };
  return rest;
}

function provenanceOf(worker: Worker): JsonObject {
  return {
    worker_id: worker.id,
    worker_name: worker.name,
    mode: worker.config.mode,
    parent_worker_id: worker.parentWorkerId,
    parent_stage_id: worker.parentStageId,
    session_id: sessionOf(worker),
    parent_session_id: worker.audit['parent_session_id'] ?? null,
    snapshot_path: worker.snapshotPath,
    run_id: worker.childRunId ?? worker.audit['run_id'] ?? null,
    run_path: worker.childRunPath,
  };
}

function executionView(execution: JsonObject): JsonObject {
  return {
    cwd: execution['cwd'] ?? null,
    env: execution['env'] ?? {},
    worktree: execution['worktree'] ?? null,
  };
}

/** The session a worker writes to: that of its audit, else that of its sub-agent spec. */
export function sessionOf({ audit, config }: Worker): string | null {
  const session = audit['session_id'] ?? objectOf(config['spec'])['session_id'] ?? null;
  return typeof session === 'string' ? session : null;
}

/** The instant of an end; undefined while there is none. */
export function endOf(state: WorkerState): Stamp | undefined {
  return 'at' in state ? state.at : undefined;
}

/** How summaries and snapshots spell who suspended. */
export function initiatorName(initiator: SuspendInitiator): string {
  return initiator === 'self' ? 'self_initiated' : initiator;
}

/** The suspension as programs see it; null when there is none. */
export function suspensionView({ id, state, snapshotPath }: Worker): Json {
  if (state.status !== 'suspended') return null;
  const { suspension, parked } = state;
  return {
    handle: id,
    reason: suspension.reason,
    initiator: initiatorName(suspension.initiator),
    suspended_at: suspension.at.uuid,
    suspended_at_ms: suspension.at.at_ms,
    suspended_at_turn: suspension.turn,
    snapshot_ref: snapshotPath,
    prior_span_link: suspension.priorSpanLink,
    pipeline_span_link: suspension.pipelineSpanLink,
    conditions: suspension.conditions,
    event_from: suspension.eventFrom,
    trigger_from: suspension.triggerFrom,
    auto_resume_trigger: null,
    resume_by_mechanism: 'manual',
    checkpoint: suspension.checkpoint,
    parked,
  };
}

/** Everything that is needed to go on with a worker elsewhere. */
export function snapshotOf(worker: Worker): JsonObject {
  const { state, created, started } = worker;
  return {
    _type: 'worker_snapshot',
    v: 1,
    id: worker.id,
    name: worker.name,
    task: worker.task,
    status: state.status,
    mode: worker.config.mode,
    created_at: created.uuid,
    created_at_ms: created.at_ms,
    started_at: started.uuid,
    started_at_ms: started.at_ms,
    finished_at: endOf(state)?.uuid ?? null,
    finished_at_ms: endOf(state)?.at_ms ?? null,
    awaiting_started_at: state.status === 'awaiting' ? state.since.uuid : null,
    awaiting_started_at_ms: state.status === 'awaiting' ? state.since.at_ms : null,
    history: worker.history,
    config: worker.config,
    request: worker.request,
    latest_payload: worker.result,
    latest_error: worker.error,
    transcript: worker.transcript,
    artifacts: worker.artifacts,
    parent_worker_id: worker.parentWorkerId,
    parent_stage_id: worker.parentStageId,
    spawned_by: worker.spawnedBy,
    child_run_id: worker.childRunId,
    child_run_path: worker.childRunPath,
    carry_policy: worker.carry,
    policy: worker.policy,
    bounds: worker.bounds,
    token_budget: worker.tokenBudget,
    tokens_spent: worker.tokensSpent,
    execution: worker.execution,
    snapshot_path: worker.snapshotPath,
    audit: worker.audit,
    cycle: worker.cycle,
    code: worker.code as Json,
    suspension: suspensionView(worker),
  };
}

/**
 * A worker from its snapshot. One that was running when the snapshot was taken is `interrupted`: whoever loads it is
 * not the run that was at work on it. Throws plain errors whose text says what is wrong.
 */
export function workerFromSnapshot(given: Json): Worker {
  if (!isJsonObject(given)) throw new Error('a snapshot must be a dict');
  const { id, config } = given;
  if (typeof id !== 'string' || id === '') throw new Error('a snapshot must have an id');
  if (!isJsonObject(config) || typeof config['mode'] !== 'string') {
    throw new Error('worker snapshot is missing a valid config mode');
  }
  const text = (key: string) => (typeof given[key] === 'string' ? (given[key] as string) : null);
  const created = stampOf(given, 'created_at') ?? { uuid: '', at_ms: 0 };
  const started = stampOf(given, 'started_at') ?? created;
  const task = text('task') ?? '';
  return {
    id,
    name: text('name') ?? 'worker',
    state: stateFrom(given, started),
    task,
    history: listOf(given['history']).flatMap((item) => (typeof item === 'string' ? [item] : [])),
    request: isJsonObject(given['request']) ? given['request'] : { task },
    config: config as WorkerConfig,
    carry: carryFrom(given['carry_policy']),
    policy: given['policy'] ?? null,
    bounds: workerBoundsFrom(given['bounds']),
    tokenBudget: typeof given['token_budget'] === 'number' ? given['token_budget'] : null,
    tokensSpent: typeof given['tokens_spent'] === 'number' ? given['tokens_spent'] : 0,
    execution: objectOf(given['execution']),
    audit: objectOf(given['audit']),
    snapshotPath: text('snapshot_path') ?? '',
    parentWorkerId: text('parent_worker_id'),
    parentStageId: text('parent_stage_id'),
    spawnedBy: text('spawned_by'),
    cycle: typeof given['cycle'] === 'number' ? given['cycle'] : 1,
    created,
    started,
    result: given['latest_payload'] ?? null,
    error: text('latest_error'),
    transcript: given['transcript'] ?? null,
    artifacts: listOf(given['artifacts']),
    childRunId: text('child_run_id'),
    childRunPath: text('child_run_path'),
    code: codeFrom(given['code']),
  };
}

function stateFrom(given: JsonObject, started: Stamp): WorkerState {
  const at = stampOf(given, 'finished_at') ?? started;
  switch (given['status']) {
    case 'suspended': {
      // Whatever its body was doing has ended with its run: it starts from the snapshot.
      const suspension = suspensionFrom(objectOf(given['suspension']), started);
      return { status: 'suspended', suspension, parked: true };
    }
    case 'awaiting':
      return { status: 'awaiting', since: stampOf(given, 'awaiting_started_at') ?? started };
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'stopped':
      return { status: given['status'], at };
    default:
      return { status: 'interrupted', at };
  }
}

function suspensionFrom(given: JsonObject, started: Stamp): Suspension {
  const turn = given['suspended_at_turn'];
  return {
    reason: typeof given['reason'] === 'string' ? given['reason'] : '',
    initiator: parseInitiator(given['initiator'] ?? null),
    at: stampOf(given, 'suspended_at') ?? started,
    turn: typeof turn === 'number' ? turn : null,
    conditions: given['conditions'] ?? null,
    eventFrom: typeof given['event_from'] === 'number' ? given['event_from'] : 0,
    triggerFrom: typeof given['trigger_from'] === 'number' ? given['trigger_from'] : 0,
    priorSpanLink: given['prior_span_link'] ?? null,
    pipelineSpanLink: given['pipeline_span_link'] ?? null,
    checkpoint: given['checkpoint'] ?? null,
  };
}

/** Both spellings of the self variant; anything unknown is an operator. */
export function parseInitiator(given: Json): SuspendInitiator {
  if (given === 'self' || given === 'self_initiated') return 'self';
  return given === 'parent' || given === 'triggered' ? given : 'operator';
}

function carryFrom(given: Json | undefined): CarryPolicy {
  return parseCarry(given);
}

function stampOf(given: JsonObject, key: string): Stamp | undefined {
  const uuid = given[key];
  if (typeof uuid !== 'string') return undefined;
  const atMs = given[`${key}_ms`];
  return { uuid, at_ms: typeof atMs === 'number' ? atMs : msOfUuid(uuid) };
}

/** The time inside a UUID version 7. */
function msOfUuid(uuid: string): number {
  const ms = Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
  return Number.isNaN(ms) ? 0 : ms;
}

function listOf(given: Json | undefined): readonly Json[] {
  return Array.isArray(given) ? (given as readonly Json[]) : [];
}
