// Workers as open work of a finishing run. While the body runs, programs see what upstream shows: suspended workers,
// and sub-agents that await input. Once the body has returned, a worker that is still at work is open work too, and so
// is every other one that awaits input: each needs its line in the receipt.
//
// | state                | moves by itself        | actions                        |
// |----------------------|------------------------|--------------------------------|
// | suspended            | when it has conditions | resume, cancel, defer, abandon |
// | suspended, not there | yes                    | cancel, defer, abandon         |
// | awaiting             | no                     | resume, cancel, defer, abandon |
// | running              | yes                    | drain, cancel, defer, abandon  |
//
// Deferred and abandoned workers are let go: they stay in the store, and any run may resume them by id.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  type ActOptions,
  type ActResult,
  lifecycleKey,
  type SettleAction,
  type UnsettledItem,
  type UnsettledSource,
} from '../lifecycle/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { resumeWorker } from './resume.ts';
import { closeWorker, endWorker, sendInput } from './worker.ts';
import { assertKind, dropCycle, stopWaking } from './worker-cycle.ts';
import { bookkeeping, releaseWorker, workerStamp } from './worker-record.ts';
import { type LiveWorker, workersKey } from './worker-registry.ts';
import { isAtWork, isEnded, type Worker } from './worker-state.ts';
import { initiatorName, sessionOf, summaryOf } from './worker-view.ts';

const BUCKET = 'suspended_subagents';

/** The workers of the run that are not done. */
export const workerUnsettledSource: UnsettledSource = {
  bucket: BUCKET,
  *items(ctx, nowMs) {
    yield* [];
    const isFinishing = ctx.get(lifecycleKey).isFinishing;
    return openWorkers(ctx, isFinishing).map((live) => itemOf(live.worker, nowMs));
  },
  item(ctx, id, nowMs) {
    const live = ctx.get(workersKey).find(id);
    if (live === undefined || !isOpen(live, ctx.get(lifecycleKey).isFinishing)) return undefined;
    return itemOf(live.worker, nowMs);
  },
  *act(ctx, item, action, options) {
    const live = ctx.get(workersKey).find(item.id);
    if (live === undefined || live.isReleased || isEnded(live.worker)) return { status: 'gone' };
    return yield* actOn(ctx, live, action, options);
  },
};

function openWorkers(ctx: RunContext, isFinishing: boolean): readonly LiveWorker[] {
  return ctx
    .get(workersKey)
    .all()
    .filter((live) => isOpen(live, isFinishing));
}

function isOpen({ worker, isReleased }: LiveWorker, isFinishing: boolean): boolean {
  if (isReleased || isEnded(worker)) return false;
  const { status } = worker.state;
  if (isFinishing || status === 'suspended') return true;
  return status === 'awaiting' && worker.config.mode === 'sub_agent';
}

function itemOf(worker: Worker, nowMs: number): UnsettledItem {
  return {
    bucket: BUCKET,
    id: worker.id,
    view: viewOf(worker, nowMs),
    moves: movesByItself(worker),
    actions: actionsOf(worker),
    resumeToken: worker.id,
  };
}

function movesByItself(worker: Worker): boolean {
  const { state } = worker;
  if (state.status === 'suspended' && state.parked)
    return hasConditions(state.suspension.conditions);
  return state.status !== 'awaiting';
}

function hasConditions(conditions: Json): boolean {
  return isJsonObject(conditions) && Object.keys(conditions).length > 0;
}

function actionsOf(worker: Worker): readonly SettleAction[] {
  const leaving = ['cancel', 'defer', 'abandon'] as const;
  if (worker.state.status === 'running') return ['drain', ...leaving];
  return isAtWork(worker) ? leaving : ['resume', ...leaving];
}

function viewOf(worker: Worker, nowMs: number): JsonObject {
  const { id, state, started, config, parentWorkerId } = worker;
  const head = { handle: id, session_id: sessionOf(worker) };
  const tail = { mode: config.mode, status: state.status };
  if (state.status === 'suspended') {
    const { suspension } = state;
    return {
      ...head,
      reason: suspension.reason.trim() === '' ? 'suspended' : suspension.reason,
      conditions: suspension.conditions,
      age_ms: Math.max(0, nowMs - suspension.at.at_ms),
      initiator: initiatorName(suspension.initiator),
      ...tail,
      suspended_at: suspension.at.uuid,
      snapshot_ref: worker.snapshotPath,
      auto_resume_trigger: null,
    };
  }
  const awaits = state.status === 'awaiting';
  const since = awaits ? state.since : started;
  const conditions = {
    status: state.status,
    retriggerable: worker.carry.retriggerable,
    awaiting_started_at: since.uuid,
  };
  return {
    ...head,
    reason: awaits ? 'awaiting_input' : 'running',
    conditions: awaits ? conditions : null,
    age_ms: Math.max(0, nowMs - since.at_ms),
    initiator: parentWorkerId ?? 'pipeline',
    ...tail,
  };
}

function* actOn(
  ctx: RunContext,
  live: LiveWorker,
  action: SettleAction,
  options: ActOptions,
): Suspending<ActResult> {
  switch (action) {
    case 'resume':
      return yield* resumeItem(ctx, live, options);
    case 'cancel':
      yield* closeWorker(ctx, live, { file: false });
      return { status: 'done', disposition: 'cancelled', result: summaryOf(live.worker) };
    case 'defer':
    case 'abandon':
      yield* letGo(ctx, live, options.reason);
      return {
        status: 'done',
        disposition: action === 'defer' ? 'deferred' : 'abandoned',
        resumeToken: live.id,
      };
    default:
      return { status: 'refused', reason: `a worker cannot be ended by ${action}` };
  }
}

function* resumeItem(
  ctx: RunContext,
  live: LiveWorker,
  { input = null }: ActOptions,
): Suspending<ActResult> {
  const { state } = live.worker;
  if (state.status === 'awaiting') {
    if (input === null) return { status: 'refused', reason: 'it awaits input and none was given' };
    const result = yield* sendInput(ctx, live.id, input);
    return { status: 'done', disposition: 'resumed', result };
  }
  if (state.status !== 'suspended' || !state.parked) {
    return { status: 'refused', reason: 'it has not reached its checkpoint yet' };
  }
  try {
    assertKind(ctx, live);
  } catch (error) {
    // It stays for whoever has the code.
    return { status: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
  const isSettling = ctx.get(lifecycleKey).settling;
  const denied = yield* resumeWorker(ctx, live, {
    input,
    continueTranscript: true,
    initiator: isSettling ? 'drain_agent' : 'operator',
    now: true,
  });
  if (denied !== undefined) return { status: 'refused', reason: denied };
  return { status: 'done', disposition: 'resumed', result: summaryOf(live.worker) };
}

/** Lets go of a worker: its body ends here, its snapshot stays for whoever goes on with it. */
function* letGo(ctx: RunContext, live: LiveWorker, reason: string): Suspending<void> {
  if (isAtWork(live.worker) && live.worker.state.status === 'running') {
    const at = bookkeeping(ctx).sync(workerStamp, []);
    yield* endWorker(ctx, live, { change: 'interrupt', at }, { file: false });
  } else {
    dropCycle(ctx, live);
    stopWaking(ctx, live);
  }
  yield* releaseWorker(ctx, live, reason);
}
