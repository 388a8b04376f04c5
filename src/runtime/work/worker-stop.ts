// `agent_stop`: ends a worker so that its parent can take over. Gracefully it hands over what it has, and what the
// workers below it have: one handoff each, the worker's own first.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { closeWorker, endWorker } from './worker.ts';
import { digestOf } from './worker-carry.ts';
import { objectOf, textOf } from './worker-config.ts';
import { workerErrors } from './worker-errors.ts';
import { emitWorkerEvent } from './worker-events.ts';
import { assertMay, bookkeeping, workerStamp } from './worker-record.ts';
import { type LiveWorker, liveOf, workersKey } from './worker-registry.ts';
import { isEnded, type Worker } from './worker-state.ts';
import { sessionOf, summaryOf } from './worker-view.ts';

interface StopOptions {
  readonly graceful: boolean;
  readonly reason: string;
}

/** `agent_stop(worker, {graceful, reason}?)`. */
export function* agentStop(
  ctx: RunContext,
  ref: Json | undefined,
  options: Json = null,
): Suspending<JsonObject> {
  assertMay(ctx, 'worker_stop');
  if (ref === undefined || ref === null) {
    throw workerErrors.badReference({ problem: 'agent_stop: missing worker handle' });
  }
  const parsed = parseOptions(options);
  const live = liveOf(ctx, ref);
  if (parsed.graceful) return yield* stopTree(ctx, live, parsed.reason);
  yield* closeWorker(ctx, live);
  return summaryOf(live.worker);
}

function parseOptions(given: Json): StopOptions {
  if (given !== null && !isJsonObject(given)) {
    throw bad('options must be a dict with optional graceful/reason fields');
  }
  const { graceful = null, reason = null } = objectOf(given);
  if (graceful !== null && typeof graceful !== 'boolean') {
    throw bad(`options.graceful must be bool, got ${typeName(graceful)}`);
  }
  if (reason !== null && typeof reason !== 'string') {
    throw bad(`options.reason must be string, got ${typeName(reason)}`);
  }
  const why = reason === null || reason.trim() === '' ? 'worker stopped' : reason.trim();
  return { graceful: graceful === true, reason: why };
}

/** Stops the workers below first, so that nothing goes on while its parent is described. */
function* stopTree(ctx: RunContext, live: LiveWorker, reason: string): Suspending<JsonObject> {
  const children: JsonObject[] = [];
  for (const child of childrenOf(ctx, live)) {
    if (!isEnded(child.worker)) children.push(yield* stopTree(ctx, child, reason));
  }
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const { worker } = live;
  const result = stopResult(worker, { reason, uuid: at.uuid, children });
  const handoff = objectOf(result['handoff']);
  yield* endWorker(ctx, live, { change: 'stop', at, result });
  yield* emitWorkerEvent(ctx, live, 'WorkerStopped', { agent_stop: { reason }, handoff });
  return { ...result, worker: summaryOf(live.worker) };
}

/** What a worker that was stopped gracefully comes to. */
export function stopResult(
  worker: Worker,
  {
    reason,
    uuid,
    children,
  }: {
    readonly reason: string;
    readonly uuid: string;
    readonly children: readonly JsonObject[];
  },
): JsonObject {
  const below = children.flatMap((child) => child['handoffs'] as readonly Json[]);
  const handoff = handoffOf(worker, { reason, uuid, below });
  return {
    _type: 'agent_stop_result',
    schema: 'harn.agent_stop.result.v1',
    status: 'stopped',
    stop_mode: 'graceful',
    reason,
    worker_id: worker.id,
    session_id: sessionOf(worker),
    summary: handoff['summary'] ?? null,
    handoff,
    children,
    handoffs: [handoff, ...below],
  };
}

function childrenOf(ctx: RunContext, live: LiveWorker): readonly LiveWorker[] {
  return ctx
    .get(workersKey)
    .all()
    .filter(({ worker }) => worker.spawnedBy === live.id);
}

function handoffOf(
  worker: Worker,
  {
    reason,
    uuid,
    below,
  }: { readonly reason: string; readonly uuid: string; readonly below: readonly Json[] },
): JsonObject {
  const session = sessionOf(worker);
  const parent = worker.audit['parent_session_id'] ?? null;
  const hasTranscript = worker.transcript !== null;
  return {
    _type: 'handoff_artifact',
    id: `handoff_${uuid}`,
    kind: 'agent_stop',
    task: worker.task,
    summary: summaryText(worker),
    reason,
    source: { kind: 'worker', id: worker.id, label: worker.name },
    target: { kind: 'persona', id: parent ?? 'parent_agent', label: 'parent_agent' },
    requested_capabilities: ['parent_takeover'],
    confidence: hasTranscript ? 0.78 : 0.45,
    budget_remaining: { tokens: null, tool_calls: null, dollars: null },
    evidence_refs: evidenceOf(worker),
    metadata: {
      schema: 'harn.agent_stop.handoff.v1',
      stop_reason: reason,
      outcome: 'stopped',
      worker_id: worker.id,
      worker_status: worker.state.status,
      worker_mode: worker.config.mode,
      session_id: session,
      parent_session_id: parent,
      snapshot_path: worker.snapshotPath,
      child_run_id: worker.childRunId,
      child_run_path: worker.childRunPath,
      execution: worker.execution,
      child_handoffs: below.map((handoff) => objectOf(handoff)['id'] ?? null),
    },
  };
}

function evidenceOf(worker: Worker): readonly Json[] {
  const refs: Json[] = [{ kind: 'worker_snapshot', path: worker.snapshotPath }];
  if (worker.childRunPath !== null) refs.push({ kind: 'run_record', path: worker.childRunPath });
  for (const artifact of worker.artifacts) {
    const { id = null, title = null } = objectOf(artifact);
    refs.push({ kind: 'artifact', id, title });
  }
  return refs;
}

/** What is known of its work, in order of how much it says. */
function summaryText(worker: Worker): string {
  const payload = objectOf(worker.result);
  for (const key of ['summary', 'reason', 'outcome', 'result', 'error']) {
    const text = textOf(payload[key] ?? null).trim();
    if (text !== '') return text;
  }
  const digest = digestOf(worker.transcript);
  if (digest !== null) return digest;
  return worker.error ?? 'Stopped before the sub-agent produced a transcript summary.';
}

function bad(problem: string) {
  return workerErrors.badConfig({ problem: `agent_stop: ${problem}` });
}

function typeName(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'list' : 'dict';
}
