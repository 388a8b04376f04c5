// Suspending a worker: by its parent, an operator, a trigger or itself. Cooperative: what is under way ends first, and
// the body stops at its next turn boundary or checkpoint. Everything that can be refused is refused before the worker
// changes; hooks may forbid it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { fireHooks, type RunContext, type Suspending } from '../run/index.ts';
import { parseResumeConditions, type ResumeConditions } from './suspend-conditions.ts';
import { openSuspensionSpan, runSpanLink } from './suspend-spans.ts';
import { armWake, checkWake, wakePositions } from './suspend-wake.ts';
import { objectOf, textOf } from './worker-config.ts';
import { susErrors, workerErrors } from './worker-errors.ts';
import { emitWorkerEvent } from './worker-events.ts';
import { recordSuspension } from './worker-receipts.ts';
import { assertMay, bookkeeping, commitWorker, workerStamp } from './worker-record.ts';
import { type LiveWorker, liveOf, workersKey } from './worker-registry.ts';
import { changeWorker, type SuspendInitiator } from './worker-state.ts';
import { parseInitiator, summaryOf } from './worker-view.ts';

/** What is asked of a worker. */
export interface SuspendOptions {
  readonly reason: string;
  readonly initiator: SuspendInitiator;
  readonly conditions: ResumeConditions | null;
}

/** `suspend_agent(worker, reason?, {initiator, conditions}?)`. A suspended worker stays as it is. */
export function* suspendAgent(
  ctx: RunContext,
  ref: Json | undefined,
  reason: Json = null,
  options: Json = null,
): Suspending<JsonObject> {
  assertMay(ctx, 'worker_suspend');
  if (ref === undefined || ref === null) {
    throw workerErrors.badReference({ problem: 'suspend_agent: missing worker handle' });
  }
  const live = liveOf(ctx, ref);
  const given = objectOf(options);
  const denied = yield* suspendWorker(ctx, live, {
    reason: textOf(reason),
    initiator: parseInitiator(given['initiator'] ?? null),
    conditions: parseResumeConditions(given['conditions'] ?? null),
  });
  const summary = summaryOf(live.worker);
  return denied === undefined ? summary : { ...summary, pre_suspend_denied: denied };
}

/** A worker's body asks to be suspended. Undefined: it ends its cycle with `parked` next; a reason: it was forbidden. */
export function* suspendSelf(
  ctx: RunContext,
  reason: string,
  conditions: Json = null,
): Suspending<string | undefined> {
  const live = ctx.get(workersKey).ofTask(ctx.task);
  if (live === undefined) {
    throw susErrors.awaitOutsideLoop({ problem: 'must be called from inside a worker' });
  }
  const { reason: why, conditions: parsed } = awaitResumption(reason, conditions);
  const request = { reason: why, initiator: 'self' as const, conditions: parsed };
  return yield* suspendWorker(ctx, live, request);
}

/** The worker, written as a function, in whose body this is. */
export function functionWorkerOf(ctx: RunContext): LiveWorker | undefined {
  const live = ctx.get(workersKey).ofTask(ctx.task);
  return live?.worker.config.mode === 'function' ? live : undefined;
}

/** `agent_await_resumption` as data: checked, nothing done. */
export function awaitResumption(
  reason: Json,
  conditions: Json = null,
): { readonly reason: string; readonly conditions: ResumeConditions | null } {
  const text = typeof reason === 'string' ? reason.trim() : '';
  if (text === '') throw susErrors.awaitOutsideLoop({ problem: 'reason must be non-empty text' });
  return { reason: text, conditions: parseResumeConditions(conditions) };
}

/** Suspends; the answer is why not, when a hook forbade it. */
export function* suspendWorker(
  ctx: RunContext,
  live: LiveWorker,
  options: SuspendOptions,
): Suspending<string | undefined> {
  const { state } = live.worker;
  if (state.status === 'suspended') return undefined;
  if (state.status !== 'running') {
    throw susErrors.notRunning({ id: live.id, status: state.status });
  }
  checkWake(ctx, options.conditions);
  // Before anyone sees the suspension: what happens from then on can wake it.
  const positions = yield* wakePositions(bookkeeping(ctx), options.conditions);
  const asked = yield* askHook(ctx, live, options);
  if (asked.denied !== undefined) return asked.denied;
  const { reason } = asked;
  // A hook takes its time; the worker may have ended meanwhile.
  if (live.worker.state.status === 'suspended') return undefined;
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const span = openSuspensionSpan(ctx, {
    workerId: live.id,
    reason,
    initiator: options.initiator,
    hasConditions: options.conditions !== null,
    parentWorkerId: live.worker.parentWorkerId,
  });
  const suspension = {
    reason,
    initiator: options.initiator,
    at,
    turn: null,
    conditions: options.conditions as Json,
    ...positions,
    priorSpanLink: span.link,
    pipelineSpanLink: runSpanLink(ctx),
    checkpoint: null,
  };
  const next = changeWorker(live.worker, { change: 'suspend', suspension });
  yield* commitWorker(ctx, live, next, 'worker_suspended');
  yield* recordSuspension(ctx, live, suspension);
  armWake(ctx, live);
  span.end();
  yield* emitWorkerEvent(ctx, live, 'WorkerSuspended');
  const { snapshotPath } = live.worker;
  const payload = { worker: { id: live.id }, reason, snapshot_path: snapshotPath };
  yield* fireHooks(bookkeeping(ctx), 'PostSuspend', payload, { onBlock: 'ignore' });
  return undefined;
}

function* askHook(
  ctx: RunContext,
  live: LiveWorker,
  { reason, initiator, conditions }: SuspendOptions,
): Suspending<{ readonly reason: string; readonly denied?: string }> {
  const payload = { worker: { id: live.id }, reason, initiator, conditions: conditions as Json };
  const control = yield* fireHooks(bookkeeping(ctx), 'PreSuspend', payload);
  if (control.kind === 'block') return { reason, denied: control.reason };
  const changed =
    control.kind === 'modify' && isJsonObject(control.payload)
      ? control.payload['reason']
      : undefined;
  return { reason: typeof changed === 'string' ? changed : reason };
}
