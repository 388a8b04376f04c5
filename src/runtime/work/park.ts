// A loop that nobody delegated parks: it becomes a worker of its own, born suspended, so that whatever resumes workers
// resumes it too. What it was made of goes into the worker's config; its conversation into the snapshot.
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import type { ResumeConditions } from './suspend-conditions.ts';
import { openSuspensionSpan, runSpanLink } from './suspend-spans.ts';
import { armWake, checkWake, wakePositions } from './suspend-wake.ts';
import { newWorker } from './worker.ts';
import { inheritedAudit } from './worker-audit.ts';
import { workerBounds } from './worker-bounds.ts';
import { codeOf } from './worker-code.ts';
import { parseCarry, type SpawnRequest } from './worker-config.ts';
import { emitWorkerEvent } from './worker-events.ts';
import { resolveExecution } from './worker-execution.ts';
import { recordSuspension } from './worker-receipts.ts';
import { bookkeeping, commitWorker, workerDir, workerStamp } from './worker-record.ts';
import { type Attachments, type LiveWorker, register, workersKey } from './worker-registry.ts';
import type { Suspension, Worker } from './worker-state.ts';

/** The mode of workers that were loops of nobody. */
export const TOP_LEVEL_MODE = 'top_level_agent';

/** A loop that parks. */
export interface ParkedLoop {
  readonly sessionId: string;
  readonly task: string;
  readonly system: string | null;
  /** The options of the loop that are data. */
  readonly options: JsonObject;
  readonly reason: string;
  readonly conditions: ResumeConditions | null;
  /** How many turns it has taken. */
  readonly turn: number;
  readonly transcript: Json;
  /** What it had come to, for those who look at the worker. */
  readonly payload: Json;
  /** Its tools and callbacks. */
  readonly attachments: Attachments;
}

/** Makes the worker that stands for the loop from here on. No suspension hooks are asked: it is the loop's own wish. */
export function* parkTopLevel(ctx: RunContext, loop: ParkedLoop): Suspending<LiveWorker> {
  const own = bookkeeping(ctx);
  checkWake(ctx, loop.conditions);
  const positions = yield* wakePositions(own, loop.conditions);
  const directory = own.sync(workerDir, []);
  const created = own.sync(workerStamp, []);
  const at = own.sync(workerStamp, []);
  // Where it goes on it is under all that it is under here, its own policy among it.
  const { policy } = ctx.scope;
  const execution = resolveExecution(ctx, {}, `worker_${created.uuid}`, policy);
  const base = newWorker(
    { ...requestOf(loop), execution },
    {
      at: created,
      directory,
      policy,
      bounds: workerBounds(ctx, ctx.authority),
      spawnedBy: ctx.get(workersKey).ofTask(ctx.task)?.id ?? null,
      code: codeOf(ctx, { attachments: loop.attachments }),
      audit: {
        ...inheritedAudit(ctx),
        parent_session_id: ctx.scope.mutation?.['session_id'] ?? null,
      },
    },
  );
  const { reason, conditions, turn } = loop;
  const span = openSuspensionSpan(ctx, {
    workerId: base.id,
    reason,
    initiator: 'self',
    hasConditions: conditions !== null,
    parentWorkerId: null,
  });
  const suspension: Suspension = {
    reason,
    initiator: 'self',
    at,
    turn,
    conditions: conditions as Json,
    ...positions,
    priorSpanLink: span.link,
    pipelineSpanLink: runSpanLink(ctx),
    checkpoint: null,
  };
  const worker: Worker = {
    ...base,
    state: { status: 'suspended', suspension, parked: true },
    transcript: loop.transcript,
    result: loop.payload,
  };
  const live = register(ctx, worker, {
    authority: ctx.authority,
    carried: { attached: ctx.task.attached, locals: {} },
    attachments: loop.attachments,
  });
  yield* commitWorker(ctx, live, worker, 'worker_suspended');
  yield* recordSuspension(ctx, live, suspension);
  armWake(own, live);
  span.end();
  yield* emitWorkerEvent(ctx, live, 'WorkerSuspended');
  return live;
}

function requestOf({ sessionId, task, system, options }: ParkedLoop): SpawnRequest {
  const spec = {
    name: 'top-level-agent',
    task,
    system,
    options,
    session_id: sessionId,
    parent_session_id: null,
  };
  return {
    name: 'top-level-agent',
    task,
    wait: false,
    config: { mode: TOP_LEVEL_MODE, spec },
    carry: parseCarry(null),
    request: { task, system },
    execution: {},
    audit: { session_id: sessionId },
    resumeWhen: null,
    tools: undefined,
    policy: null,
    without: [],
    parentWorkerId: null,
    parentStageId: null,
    tokenBudget: undefined,
  };
}
