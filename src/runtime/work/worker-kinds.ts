// How a worker of a mode runs its body: a port. Rooms above register what they can run (sub-agents, workflows,
// stages); functions are run by worker-cycle.ts itself.
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext, ServiceKey, Suspending } from '../run/index.ts';
import type { Attachments, ResumeContinuity } from './worker-registry.ts';
import type { CycleFacts, Suspension, Worker } from './worker-state.ts';

/** What someone asked for when they asked the worker to suspend. */
export type SuspendRequest = Pick<Suspension, 'reason' | 'initiator' | 'conditions'>;

/** The worker's side of suspension, for bodies that have turns. */
export interface TurnGate {
  /**
   * What asked this worker to stop at its next turn boundary; undefined: go on. A body that is asked makes its turn
   * whole and ends its cycle with `parked`. One that wants to stop by itself calls `suspendSelf` first.
   */
  readonly requested: () => SuspendRequest | undefined;
  /** The worker as programs see it; absent for a body that no worker stands behind. */
  readonly handle?: () => JsonObject;
}

/** One piece of work. */
export interface WorkerCycle {
  readonly worker: Worker;
  readonly task: string;
  /** The kind's own part of what the worker was started with. */
  readonly config: JsonObject;
  readonly transcript: Json;
  readonly artifacts: readonly Json[];
  /** `{cwd, env, worktree}`. */
  readonly execution: JsonObject;
  readonly policy: Json;
  readonly attachments: Attachments;
  /** Set when this cycle goes on after a suspension. */
  readonly resume: ResumeContinuity | undefined;
  readonly gate: TurnGate;
}

/** How a cycle ended. A throw is a failure. */
export type CycleEnd =
  | ({ readonly status: 'completed' } & CycleFacts)
  | ({ readonly status: 'parked'; readonly turn?: number | undefined } & CycleFacts);

/** Runs the bodies of one mode. */
export interface WorkerKind {
  readonly mode: string;
  /** Runs one cycle. All it needs is in `cycle`, so that it can also go on in another process. */
  run(ctx: RunContext, cycle: WorkerCycle): Suspending<CycleEnd>;
}

/** The kinds that this run has code for. */
export class WorkerKinds {
  readonly #kinds = new Map<string, WorkerKind>();

  add(kind: WorkerKind): void {
    this.#kinds.set(kind.mode, kind);
  }

  find(mode: string): WorkerKind | undefined {
    return this.#kinds.get(mode);
  }
}

/** The kinds of the run; composition adds to it. */
export const workerKindsKey: ServiceKey<WorkerKinds> = {
  name: 'work.worker_kinds',
  create: () => new WorkerKinds(),
};

/** What followers of a run are told about a worker. */
export type WorkerUpdate = {
  readonly session_id: string | null;
  readonly worker_id: string;
  readonly worker_name: string;
  readonly worker_task: string;
  readonly worker_mode: string;
  readonly event: string;
  readonly status: string;
  readonly metadata: JsonObject;
  readonly audit: JsonObject;
};

/** Who is told. In memory; a listener does not throw. */
export class WorkerUpdates {
  readonly #listeners = new Set<(update: WorkerUpdate) => void>();

  listen(listener: (update: WorkerUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(update: WorkerUpdate): void {
    for (const listener of [...this.#listeners]) listener(update);
  }
}

export const workerUpdatesKey: ServiceKey<WorkerUpdates> = {
  name: 'work.worker_updates',
  create: () => new WorkerUpdates(),
};
