// Workers as programs use them: delegated work with a name and a life of its own. Starting, giving more to do,
// waiting, closing, listing. Suspension is in suspend.ts and resume.ts, snapshots of other runs in snapshot.ts.
import type { Json, JsonObject } from '../../base/index.ts';
import { accountOf, type RunContext, type Suspending } from '../run/index.ts';
import type { ResumeConditions } from './suspend-conditions.ts';
import { armWake, checkWake, wakePositions } from './suspend-wake.ts';
import { auditOf, inheritedAudit, underAudit } from './worker-audit.ts';
import { type WorkerBounds, workerBounds } from './worker-bounds.ts';
import { checkBudget } from './worker-budget.ts';
import { carryOver, ensureSessions } from './worker-carry.ts';
import { codeOf, NO_CODE, type WorkerCode } from './worker-code.ts';
import { parseSpawn, type SpawnRequest, textOf } from './worker-config.ts';
import { assertKind, dropCycle, startCycle, stopWaking } from './worker-cycle.ts';
import { workerErrors } from './worker-errors.ts';
import { emitWorkerEvent } from './worker-events.ts';
import { absoluteRoots, resolveExecution } from './worker-execution.ts';
import { narrowPolicy, policyRules } from './worker-policy.ts';
import { recordSuspension } from './worker-receipts.ts';
import {
  assertMay,
  bookkeeping,
  commitWorker,
  type SnapshotDir,
  workerDir,
  workerStamp,
  writeSnapshotFile,
} from './worker-record.ts';
import { type LiveParts, LiveWorker, liveOf, register, workersKey } from './worker-registry.ts';
import {
  changeWorker,
  isAtWork,
  isBusy,
  NOWHERE,
  type Stamp,
  type WakePositions,
  type Worker,
  type WorkerChange,
} from './worker-state.ts';
import { summaryOf } from './worker-view.ts';
import { leaveWorktree } from './worker-worktree.ts';

/** `spawn_agent(config)`; `parts.body` is a function to run instead of a graph or node. */
export function* spawnAgent(
  ctx: RunContext,
  config: Json | undefined,
  parts: Omit<LiveParts, 'authority' | 'carried'> = {},
): Suspending<JsonObject> {
  assertMay(ctx, 'worker_spawn');
  const request = parseSpawn(config, parts.body !== undefined);
  const live = yield* startWorker(ctx, request, parts);
  if (!request.wait) return summaryOf(live.worker);
  assertMay(ctx, 'worker_wait', 'read');
  // Nobody else has its handle yet who could give a retriggerable worker more to do: awaiting that, it has done its task.
  return yield* waited(ctx, live, isAtWork);
}

/** Makes a worker and starts its body, unless it is born parked. */
export function* startWorker(
  ctx: RunContext,
  request: SpawnRequest,
  parts: Omit<LiveParts, 'authority' | 'carried'> = {},
): Suspending<LiveWorker> {
  const spawner = ctx.get(workersKey).ofTask(ctx.task);
  const wanted = absoluteRoots(ctx, request.policy);
  const narrowed = narrowPolicy(ctx.scope.policy, { ...request, policy: wanted });
  const policy = underAudit(ctx, narrowed, request.audit);
  checkBudget(accountOf(ctx), { limit: request.tokenBudget ?? null, spent: 0 });
  const own = bookkeeping(ctx);
  const conditions = request.resumeWhen as ResumeConditions | null;
  checkWake(ctx, conditions);
  const positions = yield* wakePositions(own, conditions);
  const directory = own.sync(workerDir, []);
  const at = own.sync(workerStamp, []);
  const authority = ctx.authority
    .without(request.without, `worker ${request.name}`)
    .without(policyRules(policy), `the policy of worker ${request.name}`);
  const spawnedBy = spawner?.id ?? null;
  const code = codeOf(ctx, parts);
  const execution = resolveExecution(ctx, request.execution, `worker_${at.uuid}`, policy);
  const placed = { ...request, execution };
  const audit = inheritedAudit(ctx);
  const bounds = workerBounds(ctx, authority);
  const facts = { at, directory, policy, bounds, spawnedBy, positions, code, audit };
  const worker = newWorker(placed, facts);
  // Asked before anyone knows of the worker: without code for it there is none.
  const { attached } = ctx.task;
  const all = { ...parts, authority, carried: { attached, locals: {} } };
  assertKind(ctx, new LiveWorker(worker, QUIET, all));
  const live = register(ctx, worker, all);
  yield* commitWorker(ctx, live, worker, 'worker_spawned', { file: false });
  if (worker.state.status === 'suspended') {
    yield* recordSuspension(ctx, live, worker.state.suspension);
  }
  const problem = yield* writeSnapshotFile(ctx, live, worker);
  if (problem !== null) throw workerErrors.snapshotWrite({ path: worker.snapshotPath, problem });
  if (worker.state.status === 'suspended') armWake(own, live);
  else startCycle(own, live, undefined);
  return live;
}

const QUIET = { changed: () => undefined } as never;

/** A worker's first state. */
export function newWorker(
  request: SpawnRequest,
  {
    at,
    directory,
    policy,
    bounds = null,
    spawnedBy,
    positions = NOWHERE,
    code = NO_CODE,
    audit: inherited,
  }: {
    readonly at: Stamp;
    readonly directory: SnapshotDir;
    readonly policy: Json;
    readonly bounds?: WorkerBounds;
    readonly spawnedBy: string | null;
    readonly positions?: WakePositions;
    readonly code?: WorkerCode;
    /** What of the mutation session around is the worker's too. */
    readonly audit: JsonObject;
  },
): Worker {
  const id = `worker_${at.uuid}`;
  const { name, task, config, execution, audit } = request;
  const asked = typeof directory === 'string' ? undefined : directory.asked;
  const carry =
    asked === undefined ? request.carry : { ...request.carry, snapshot_file: true as const };
  return {
    id,
    name,
    state:
      request.resumeWhen === null
        ? { status: 'running' }
        : bornParked(at, request.resumeWhen, positions),
    task,
    history: [task],
    request: request.request,
    config: ensureSessions(config, id),
    carry,
    policy,
    bounds,
    tokenBudget: request.tokenBudget ?? null,
    tokensSpent: 0,
    execution,
    audit: auditOf(audit, inherited, { id, mode: config.mode, uuid: at.uuid }),
    snapshotPath: `${asked ?? String(directory)}/${id}.json`,
    parentWorkerId: request.parentWorkerId,
    parentStageId: request.parentStageId,
    spawnedBy,
    cycle: 1,
    created: at,
    started: at,
    result: null,
    error: null,
    transcript: config['transcript'] ?? null,
    artifacts: Array.isArray(config['artifacts']) ? (config['artifacts'] as readonly Json[]) : [],
    childRunId: null,
    childRunPath: null,
    code,
  };
}

function bornParked(at: Stamp, conditions: Json, positions: WakePositions): Worker['state'] {
  return {
    status: 'suspended',
    parked: true,
    suspension: {
      reason: 'waiting for its resume conditions',
      initiator: 'parent',
      at,
      turn: null,
      conditions,
      ...positions,
      priorSpanLink: null,
      pipelineSpanLink: null,
      checkpoint: null,
    },
  };
}

/** `send_input(worker, task)`: begins again with another task; its last result is forgotten. */
export function* sendInput(
  ctx: RunContext,
  ref: Json | undefined,
  task: Json | undefined,
): Suspending<JsonObject> {
  assertMay(ctx, 'worker_send_input');
  if (ref === undefined || task === undefined || task === null) {
    throw refuse('send_input: requires worker handle and task text');
  }
  const live = liveOf(ctx, ref);
  const text = textOf(task);
  if (text.trim() === '') throw refuse('send_input: task text must not be empty');
  yield* beginAgain(ctx, live, 'replay', text);
  return summaryOf(live.worker);
}

/** `worker_trigger(worker, payload)`: the next piece of work of a worker that awaits one. */
export function* workerTrigger(
  ctx: RunContext,
  ref: Json | undefined,
  payload: Json | undefined,
): Suspending<JsonObject> {
  assertMay(ctx, 'worker_trigger');
  if (ref === undefined || payload === undefined) {
    throw refuse('worker_trigger: requires worker handle and payload');
  }
  const live = liveOf(ctx, ref);
  const text = textOf(payload);
  if (text.trim() === '') throw refuse('worker_trigger: payload must not be empty');
  yield* beginAgain(ctx, live, 'trigger', text);
  yield* emitWorkerEvent(ctx, live, 'WorkerProgressed');
  return summaryOf(live.worker);
}

function* beginAgain(
  ctx: RunContext,
  live: LiveWorker,
  change: 'replay' | 'trigger',
  task: string,
): Suspending<void> {
  const { worker } = live;
  // Looked at twice: before the clock is asked, so that a refusal leaves no trace, and for what follows from it.
  const probe = { change, task, at: worker.started, transcript: null, config: worker.config };
  changeWorker(worker, probe);
  assertKind(ctx, live);
  const own = bookkeeping(ctx);
  const at = own.sync(workerStamp, []);
  const next = changeWorker(worker, { ...probe, at, ...carryOver(worker, task, at.uuid) });
  stopWaking(ctx, live);
  dropCycle(ctx, live);
  yield* commitWorker(ctx, live, next, 'worker_restarted');
  if (live.worker !== next) return;
  own.sync(workerStamp, []);
  startCycle(own, live, undefined);
}

/**
 * `wait_agent(worker)`: waits until it has ended, or has parked. The first who waits for a failed worker gets
 * its error; later ones see its status.
 */
export function* waitAgent(ctx: RunContext, ref: Json | undefined): Suspending<JsonObject> {
  assertMay(ctx, 'worker_wait', 'read');
  if (ref === undefined || ref === null) throw refuse('wait_agent: missing worker handle');
  return yield* waited(ctx, liveOf(ctx, ref), isBusy);
}

function* waited(
  ctx: RunContext,
  live: LiveWorker,
  goesOn: (worker: Worker) => boolean,
): Suspending<JsonObject> {
  if (goesOn(live.worker)) {
    yield* ctx.block(`worker ${live.id}`, (resume) =>
      live.onChange(() => {
        if (!goesOn(live.worker)) resume({ ok: true, value: null });
      }),
    );
  }
  const { thrown } = live;
  live.thrown = undefined;
  if (thrown !== undefined && live.worker.state.status === 'failed') throw thrown.error;
  return summaryOf(live.worker);
}

/** Waits for every worker of a list, in order. */
export function* waitAgents(
  ctx: RunContext,
  refs: readonly Json[],
): Suspending<readonly JsonObject[]> {
  const summaries: JsonObject[] = [];
  for (const ref of refs) summaries.push(yield* waitAgent(ctx, ref));
  return summaries;
}

/** `close_agent(worker)`: ends it now, whatever it does. */
export function* closeAgent(ctx: RunContext, ref: Json | undefined): Suspending<JsonObject> {
  assertMay(ctx, 'worker_close');
  if (ref === undefined || ref === null) throw refuse('close_agent: missing worker handle');
  const live = liveOf(ctx, ref);
  yield* closeWorker(ctx, live);
  return summaryOf(live.worker);
}

/** Ends a worker; closing it again changes nothing. */
export function* closeWorker(
  ctx: RunContext,
  live: LiveWorker,
  options: { readonly file?: boolean } = {},
): Suspending<void> {
  if (live.worker.state.status === 'cancelled') return;
  const at = bookkeeping(ctx).sync(workerStamp, []);
  yield* endWorker(ctx, live, { change: 'cancel', at }, options);
  yield* emitWorkerEvent(ctx, live, 'WorkerCancelled');
}

/** Drops what is at work and puts the end in place. */
export function* endWorker(
  ctx: RunContext,
  live: LiveWorker,
  change: Extract<WorkerChange, { readonly change: 'cancel' | 'stop' | 'interrupt' }>,
  options: { readonly file?: boolean } = {},
): Suspending<void> {
  const next = changeWorker(live.worker, change);
  const facts = {
    cancel: 'worker_cancelled',
    stop: 'worker_stopped',
    interrupt: 'worker_interrupted',
  };
  live.thrown = undefined;
  dropCycle(ctx, live);
  stopWaking(ctx, live);
  yield* commitWorker(ctx, live, next, facts[change.change] as 'worker_cancelled', options);
  // An interrupted worker can be gone on with, and finds its worktree as it left it.
  if (change.change !== 'interrupt') yield* leaveWorktree(ctx, next.execution);
}

/** `list_agents()`: every worker of this run, in the order they were made. */
export function listAgents(ctx: RunContext): readonly JsonObject[] {
  assertMay(ctx, 'worker_list', 'read');
  return ctx
    .get(workersKey)
    .all()
    .map((live) => summaryOf(live.worker));
}

function refuse(problem: string) {
  return workerErrors.badConfig({ problem });
}
