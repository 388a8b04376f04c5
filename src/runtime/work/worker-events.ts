// What a run says about its workers while they live: hooks of the same name, and updates to whoever follows. A hook
// that throws fails whoever made the change; its blocks mean nothing.
import type { JsonObject } from '../../base/index.ts';
import { fireHooks, type HookEvent, type RunContext, type Suspending } from '../run/index.ts';
import { workerUpdatesKey } from './worker-kinds.ts';
import { bookkeeping } from './worker-record.ts';
import type { LiveWorker } from './worker-registry.ts';
import { metadataOf } from './worker-view.ts';

/** Events of workers with the status that followers see. */
const WIRE_STATUS = {
  WorkerSpawned: 'running',
  WorkerProgressed: 'progressed',
  WorkerWaitingForInput: 'awaiting_input',
  WorkerSuspended: 'suspended',
  WorkerResumed: 'running',
  WorkerCompleted: 'completed',
  WorkerFailed: 'failed',
  WorkerStopped: 'stopped',
  WorkerCancelled: 'cancelled',
} as const satisfies { readonly [E in HookEvent]?: string };

export type WorkerEvent = keyof typeof WIRE_STATUS;

/** Calls the hooks of an event and tells the followers. */
export function* emitWorkerEvent(
  ctx: RunContext,
  live: LiveWorker,
  event: WorkerEvent,
  extra: JsonObject = {},
): Suspending<void> {
  const { worker } = live;
  const { id, name, task, audit } = worker;
  const { mode } = worker.config;
  const status = WIRE_STATUS[event];
  const metadata = { ...metadataOf(worker), ...extra };
  const payload = { event, worker: { id, name, task, mode, status, metadata } };
  yield* fireHooks(bookkeeping(ctx), event, payload, { onBlock: 'ignore' });
  const parent = audit['parent_session_id'];
  ctx.get(workerUpdatesKey).tell({
    session_id: typeof parent === 'string' ? parent : null,
    worker_id: id,
    worker_name: name,
    worker_task: task,
    worker_mode: mode,
    event,
    status,
    metadata,
    audit,
  });
}
