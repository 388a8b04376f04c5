// One piece of work of a worker: its body as a task of the run, and what becomes of the worker when it ends. The task
// stands below the run itself, so that a worker outlives whoever started it, with the authority it was given.
//
// Why a task of the run and not a run of its own: a body may be a closure over its run's values, and hooks, prepared
// model answers, virtual time, sessions and budgets are the run's. Killed and resumed, the run re-makes the task from
// its journal; what outlives the run is the worker's snapshot (worker-record.ts).
import { bug, HarnError, type Json } from '../../base/index.ts';
import {
  callHandler,
  coerceError,
  type RunContext,
  runErrors,
  runSpansKey,
  type Suspending,
} from '../run/index.ts';
import { SPAN_METADATA } from '../trace/index.ts';
import { workerBudgetsKey } from './worker-budget.ts';
import { endTranscript } from './worker-carry.ts';
import { workerErrors } from './worker-errors.ts';
import { emitWorkerEvent } from './worker-events.ts';
import { scopeOf } from './worker-execution.ts';
import {
  type CycleEnd,
  type TurnGate,
  type WorkerCycle,
  type WorkerKind,
  workerKindsKey,
} from './worker-kinds.ts';
import { recordSuspension } from './worker-receipts.ts';
import {
  bookkeeping,
  commitWorker,
  type WorkerFact,
  workerStamp,
  writeSnapshotFile,
} from './worker-record.ts';
import { type LiveWorker, type ResumeContinuity, workersKey } from './worker-registry.ts';
import {
  changeWorker,
  isAtWork,
  isEnded,
  NOWHERE,
  type Worker,
  type WorkerChange,
} from './worker-state.ts';
import { summaryOf } from './worker-view.ts';
import { enterWorktree, leaveWorktree } from './worker-worktree.ts';

/** Whether there is code for a worker's body; throws the coded error when there is none. */
export function assertKind(ctx: RunContext, live: LiveWorker): void {
  const { id, missing } = live;
  if (missing.length > 0) throw workerErrors.codeGone({ id, what: missing.join(', ') });
  kindOf(ctx, live);
}

function kindOf(ctx: RunContext, live: LiveWorker): WorkerKind {
  const { mode } = live.worker.config;
  const kind = ctx.get(workerKindsKey).find(mode);
  if (kind !== undefined) return kind;
  if (mode === 'function' && live.body !== undefined) return functionKind(live);
  throw workerErrors.noKind({ mode });
}

/** Workers whose body is a function of the program: `body(task, worker)`. */
function functionKind(live: LiveWorker): WorkerKind {
  return {
    mode: 'function',
    *run(ctx, cycle) {
      const body = live.body ?? bug('a function worker without a body');
      const view = { ...summaryOf(cycle.worker), resume: cycle.resume ?? null };
      const payload = yield* callHandler(ctx, body, [cycle.task, view]);
      return { status: 'completed', payload: asJson(payload) };
    },
  };
}

function asJson(value: unknown): Json {
  const type = typeof value;
  if (type === 'function' || type === 'symbol' || type === 'bigint') {
    throw runErrors.notJson({ what: 'the result of a worker', type });
  }
  return (value ?? null) as Json;
}

/**
 * Starts the body on its next piece of work. The caller has just made a recorded call (a stamp), by which the task is
 * named.
 */
export function startCycle(
  ctx: RunContext,
  live: LiveWorker,
  resume: ResumeContinuity | undefined,
): void {
  const owner = ctx.run.scheduler.find('run')?.ctx ?? bug('a run without a supervisor');
  const id = ctx.task.nextCallback(ctx.task.lastOrdinal);
  live.thrown = undefined;
  live.holdsBody = false;
  live.resumedWith = undefined;
  live.task = owner.startTask(id, (child) => runCycle(child, live, resume), {
    authority: live.authority,
    carried: live.carried,
    scope: scopeOf(live.worker.execution, live.worker.policy).with({
      account: ctx.get(workerBudgetsKey).find(live.id),
      mutation: live.worker.audit,
    }),
  });
}

/** Ends the task that is at work, if there is one: nothing of it runs again. */
export function dropCycle(ctx: RunContext, live: LiveWorker): void {
  live.holdsBody = false;
  live.atCheckpoint.clear();
  if (live.task !== undefined) ctx.run.scheduler.drop(live.task);
  live.task = undefined;
}

function* runCycle(
  ctx: RunContext,
  live: LiveWorker,
  resume: ResumeContinuity | undefined,
): Suspending<void> {
  const { worker } = live;
  const spans = ctx.get(runSpansKey);
  const span = spans.start(ctx.task, 'spawn', `worker ${worker.name}`, {
    attributes: {
      [SPAN_METADATA.workerId]: live.id,
      mode: worker.config.mode,
      cycle: worker.cycle,
    },
  });
  spans.enter(ctx.task, span);
  const undo = () => span.end();
  ctx.task.owned.add(undo);
  yield* runCycleIn(ctx, live, resume);
  const { status } = live.worker.state;
  span.set({ [SPAN_METADATA.status]: status });
  span.end(status === 'failed' ? 'error' : 'ok');
}

function* runCycleIn(
  ctx: RunContext,
  live: LiveWorker,
  resume: ResumeContinuity | undefined,
): Suspending<void> {
  let end: CycleEnd;
  try {
    yield* emitWorkerEvent(ctx, live, 'WorkerSpawned');
    yield* enterWorktree(ctx, live.worker.execution);
    end = yield* kindOf(ctx, live).run(ctx, cycleOf(live, resume));
  } catch (error) {
    yield* endFailed(ctx, live, error);
    return;
  }
  if (end.status === 'parked') yield* endParked(ctx, live, end);
  else yield* endCompleted(ctx, live, end);
}

function cycleOf(live: LiveWorker, resume: ResumeContinuity | undefined): WorkerCycle {
  const { worker } = live;
  const { task, config, transcript, artifacts, execution, policy } = worker;
  const gate = gateOf(live);
  const { attachments } = live;
  return {
    worker,
    task,
    config,
    transcript,
    artifacts,
    execution,
    policy,
    attachments,
    resume,
    gate,
  };
}

function gateOf(live: LiveWorker): TurnGate {
  return {
    requested: () => {
      const { state } = live.worker;
      if (state.status !== 'suspended' || state.parked) return undefined;
      const { reason, initiator, conditions } = state.suspension;
      return { reason, initiator, conditions };
    },
    handle: () => summaryOf(live.worker),
  };
}

function* endCompleted(
  ctx: RunContext,
  live: LiveWorker,
  end: CycleEnd & { readonly status: 'completed' },
): Suspending<void> {
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const transcript =
    end.transcript === undefined ? undefined : endTranscript(end.transcript, live.worker);
  const facts = { ...end, transcript };
  const done = yield* endCycle(ctx, live, () => ({ change: 'complete', at, facts }));
  if (done === undefined) return;
  const awaits = done.state.status === 'awaiting';
  yield* emitWorkerEvent(ctx, live, awaits ? 'WorkerWaitingForInput' : 'WorkerCompleted');
}

function* endParked(
  ctx: RunContext,
  live: LiveWorker,
  end: CycleEnd & { readonly status: 'parked' },
): Suspending<void> {
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const suspension = {
    reason: 'suspended',
    initiator: 'self' as const,
    at,
    turn: end.turn ?? null,
    conditions: null,
    ...NOWHERE,
    priorSpanLink: null,
    pipelineSpanLink: null,
    checkpoint: null,
  };
  const done = yield* endCycle(ctx, live, () => ({
    change: 'park',
    suspension,
    facts: end,
    ...(end.turn === undefined ? {} : { turn: end.turn }),
  }));
  // Who was asked to stop has its receipt; this one parked of its own accord.
  if (done?.state.status === 'suspended' && done.state.suspension.at.uuid === at.uuid) {
    yield* recordSuspension(ctx, live, suspension);
  }
}

function* endFailed(ctx: RunContext, live: LiveWorker, error: unknown): Suspending<void> {
  const at = bookkeeping(ctx).sync(workerStamp, []);
  const isCancel = isCancellation(error);
  const text = coerceError(error).message;
  live.thrown = isCancel ? undefined : { error };
  const done = yield* endCycle(ctx, live, () =>
    isCancel ? { change: 'cancel', at } : { change: 'fail', at, error: text },
  );
  if (done === undefined) return;
  yield* emitWorkerEvent(ctx, live, isCancel ? 'WorkerCancelled' : 'WorkerFailed');
}

function isCancellation(error: unknown): boolean {
  return HarnError.is(error) && error.code === runErrors.$code('cancelled');
}

/**
 * The end of a cycle: the worktree is gone and the file is written before anyone can see the end. What changed meanwhile (a suspension that was asked for) is taken into account.
 */
function* endCycle(
  ctx: RunContext,
  live: LiveWorker,
  change: (worker: Worker) => WorkerChange,
): Suspending<Worker | undefined> {
  for (;;) {
    const before = live.worker;
    if (!isAtWork(before)) return undefined;
    const next = changeWorker(before, change(before));
    if (isEnded(next)) yield* leaveWorktree(ctx, next.execution);
    yield* writeSnapshotFile(ctx, live, next);
    if (live.worker !== before) continue;
    if (next.state.status !== 'suspended') stopWaking(ctx, live);
    yield* commitWorker(ctx, live, next, factOf(next), { file: false });
    return next;
  }
}

function factOf({ state }: Worker): WorkerFact {
  switch (state.status) {
    case 'suspended':
      return 'worker_parked';
    case 'running':
      return 'worker_restarted';
    default:
      return `worker_${state.status}`;
  }
}

/** Stops waiting for resume conditions. */
export function stopWaking(ctx: RunContext, live: LiveWorker): void {
  const { wake } = live;
  live.wake = undefined;
  if (wake !== undefined) ctx.run.scheduler.drop(wake);
}

/**
 * The place where a function body can be suspended. Answers at once (null) unless someone asked; then it waits, also
 * over the end of the process, and answers what it was resumed with.
 */
export function* workerCheckpoint(ctx: RunContext, state: Json = null): Suspending<Json> {
  const live = ctx.get(workersKey).ofTask(ctx.task);
  if (live === undefined) throw workerErrors.outsideWorker({ call: 'worker_checkpoint' });
  const { worker } = live;
  if (worker.state.status !== 'suspended') return null;
  if (!worker.state.parked) {
    const parked = changeWorker(worker, { change: 'park', checkpoint: state });
    live.holdsBody = true;
    live.resumedWith = undefined;
    yield* commitWorker(ctx, live, parked, 'worker_parked');
    // The file takes time to write; someone quick may have resumed the worker already.
    if (live.resumedWith !== undefined) return live.resumedWith;
  }
  return (yield* ctx.block(`worker ${live.id} to be resumed`, (resume) => {
    const goOn = (continuity: ResumeContinuity) => resume({ ok: true, value: continuity });
    live.atCheckpoint.add(goOn);
    return () => live.atCheckpoint.delete(goOn);
  })) as Json;
}
