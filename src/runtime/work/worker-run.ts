// A run whose whole work is to go on with one worker: what `workers resume` and `workers wake` start. It claims the
// worker, lets it go on, and ends when the worker has come to rest.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { type ResumeInitiator, type ResumeOptions, resumeWorker } from './resume.ts';
import { loadWorker, waitAgain } from './snapshot.ts';
import { sendInput, workerTrigger } from './worker.ts';
import { workerErrors } from './worker-errors.ts';
import type { LiveWorker } from './worker-registry.ts';
import { isAtWork } from './worker-state.ts';
import { suspensionView } from './worker-view.ts';

/** The name that runs of this kind go by. */
export const WORKER_RUN = 'workers.resume';

/** How a worker is to go on; the option `worker` of its run. */
export type WorkerRunRequest = {
  readonly worker_id: string;
  /** Null keeps the task. */
  readonly input: Json;
  readonly continue_transcript: boolean;
  readonly initiator: ResumeInitiator;
  /** What set it off; null: a person. */
  readonly trigger: Json;
};

/** The request of a run that goes on with a worker; undefined for every other run. */
export function workerRequestOf(options: JsonObject): WorkerRunRequest | undefined {
  const { worker } = options;
  if (!isJsonObject(worker) || typeof worker['worker_id'] !== 'string') return undefined;
  return worker as WorkerRunRequest;
}

/** Goes on with the worker to its next rest. A worker that fails fails the run. */
export function* runWorker(ctx: RunContext, request: WorkerRunRequest): Suspending<JsonObject> {
  const live = yield* loadWorker(ctx, request.worker_id);
  const denied = yield* goOn(ctx, live, request);
  if (denied !== undefined) return { ...viewOf(live), pre_resume_denied: denied };
  yield* atRest(ctx, live);
  const { thrown } = live;
  live.thrown = undefined;
  if (thrown !== undefined && live.worker.state.status === 'failed') throw thrown.error;
  return viewOf(live);
}

function* goOn(
  ctx: RunContext,
  live: LiveWorker,
  { input, continue_transcript, initiator, trigger }: WorkerRunRequest,
): Suspending<string | undefined> {
  const { id, worker } = live;
  const { status } = worker.state;
  if (status === 'suspended') {
    const options: ResumeOptions = {
      input,
      continueTranscript: continue_transcript,
      initiator,
      trigger,
    };
    const denied = yield* resumeWorker(ctx, live, options);
    if (denied !== undefined) waitAgain(ctx, live);
    return denied;
  }
  if (status === 'awaiting' && input !== null) yield* workerTrigger(ctx, id, input);
  // Its run ended while it was at work: the same task again, on what it had come to.
  else if (status === 'interrupted') yield* sendInput(ctx, id, input ?? worker.task);
  else if (input !== null) yield* sendInput(ctx, id, input);
  else throw workerErrors.ended({ id, status });
  return undefined;
}

/** Unlike `wait_agent`, also a worker that awaits its next piece of work has come to rest. */
function* atRest(ctx: RunContext, live: LiveWorker): Suspending<void> {
  if (!isAtWork(live.worker)) return;
  yield* ctx.block(`worker ${live.id}`, (resume) =>
    live.onChange(() => {
      if (!isAtWork(live.worker)) resume({ ok: true, value: null });
    }),
  );
}

function viewOf({ worker }: LiveWorker): JsonObject {
  const { id, name, state, result, error } = worker;
  const suspension = suspensionView(worker);
  return { worker_id: id, name, status: state.status, result, error, suspension };
}
