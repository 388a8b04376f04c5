// What a worker is, and how it may change: one pure function from a worker and a change to the worker after it.
// A change that is not legal throws a coded error, and since nothing is mutated, nothing has changed.
//
// States
// - running: its body is at work (or about to be).
// - suspended: someone asked it to stop at its next checkpoint. `parked` is false until the body has got there.
// - awaiting: a retriggerable worker between two pieces of work.
// - completed, failed, cancelled, stopped: ended; more input starts it again.
// - interrupted: its run ended (or its process died and nobody continued its journal) while it was running.
//
// Changes            from                                  to
//   suspend          running                               suspended (not parked)
//   park             running, suspended (not parked)       suspended (parked)
//   resume           suspended (parked)                    running
//   expire           suspended                             failed
//   complete         running, suspended (not parked)       completed, or awaiting when retriggerable
//   fail             running, suspended (not parked)       failed
//   trigger          awaiting, retriggerable               running
//   replay           all but running and not yet parked    running
//   interrupt        running, suspended (not parked)       interrupted
//   cancel, stop     all                                   cancelled, stopped
//
// A body that ends before its next checkpoint has ended: there is nothing left to suspend, so `complete` and `fail`
// win over a suspension that was only asked for.
import { assertNever, type Json, type JsonObject } from '../../base/index.ts';
import type { WorkerBounds } from './worker-bounds.ts';
import type { WorkerCode } from './worker-code.ts';
import type { CarryPolicy, WorkerConfig } from './worker-config.ts';
import { susErrors, workerErrors } from './worker-errors.ts';

/** An instant with an id that sorts by it; the language sees the id. */
export type Stamp = { readonly uuid: string; readonly at_ms: number };

export type SuspendInitiator = 'self' | 'parent' | 'operator' | 'triggered';

/** Why a worker stopped, and what may wake it. */
export type Suspension = {
  readonly reason: string;
  readonly initiator: SuspendInitiator;
  readonly at: Stamp;
  readonly turn: number | null;
  /** Parsed resume conditions; null: only by hand. */
  readonly conditions: Json;
  /** The last event that was in the log when it was suspended; later ones may wake it. */
  readonly eventFrom: number;
  /** The same for the events that triggers listen to. */
  readonly triggerFrom: number;
  /** Links to spans, as JSON; null without tracing. */
  readonly priorSpanLink: Json;
  readonly pipelineSpanLink: Json;
  /** What a function body left at its checkpoint. */
  readonly checkpoint: Json;
};

/** Where the logs of the events that wake stood; later events do. */
export type WakePositions = Pick<Suspension, 'eventFrom' | 'triggerFrom'>;

/** Of a suspension that no event wakes. */
export const NOWHERE: WakePositions = { eventFrom: 0, triggerFrom: 0 };

export type EndedStatus = 'completed' | 'failed' | 'cancelled' | 'stopped' | 'interrupted';

export type WorkerState =
  | { readonly status: 'running' }
  | { readonly status: 'suspended'; readonly suspension: Suspension; readonly parked: boolean }
  | { readonly status: 'awaiting'; readonly since: Stamp }
  | { readonly status: EndedStatus; readonly at: Stamp };

export type WorkerStatus = WorkerState['status'];

/** Everything that is known about a worker. Never changed in place. */
export type Worker = {
  readonly id: string;
  readonly name: string;
  readonly state: WorkerState;
  /** The latest task text. */
  readonly task: string;
  readonly history: readonly string[];
  /** As first asked; the same over all replays. */
  readonly request: JsonObject;
  readonly config: WorkerConfig;
  readonly carry: CarryPolicy;
  /** What is left of its parent's policy; null: unrestricted. */
  readonly policy: Json;
  /** What restricts it besides, for another run that goes on with it. */
  readonly bounds: WorkerBounds;
  /** How many tokens it may spend; null: as many as there are above. */
  readonly tokenBudget: number | null;
  /** Tokens that it and what worked for it have cost so far. */
  readonly tokensSpent: number;
  readonly execution: JsonObject;
  readonly audit: JsonObject;
  readonly snapshotPath: string;
  readonly parentWorkerId: string | null;
  readonly parentStageId: string | null;
  /** The worker whose body started it. */
  readonly spawnedBy: string | null;
  /** How many pieces of work it has begun. */
  readonly cycle: number;
  readonly created: Stamp;
  readonly started: Stamp;
  readonly result: Json;
  readonly error: string | null;
  /** Null: none. */
  readonly transcript: Json;
  readonly artifacts: readonly Json[];
  readonly childRunId: string | null;
  readonly childRunPath: string | null;
  /** Where its functions are found again in another run; see worker-code.ts. */
  readonly code: WorkerCode;
};

/** What a body hands over when it ends or parks. */
export type CycleFacts = {
  readonly payload: Json;
  readonly transcript?: Json | undefined;
  readonly artifacts?: readonly Json[] | undefined;
  readonly childRunId?: string | undefined;
  readonly childRunPath?: string | undefined;
};

export type WorkerChange =
  | { readonly change: 'suspend'; readonly suspension: Suspension }
  | {
      readonly change: 'park';
      /** Given when the body parks by its own decision. */
      readonly suspension?: Suspension | undefined;
      readonly turn?: number | null | undefined;
      readonly checkpoint?: Json | undefined;
      readonly facts?: CycleFacts | undefined;
    }
  | {
      readonly change: 'resume';
      /** Null keeps the task. */
      readonly input: string | null;
      readonly transcript: Json;
      readonly config: WorkerConfig;
    }
  | { readonly change: 'expire'; readonly at: Stamp }
  | { readonly change: 'complete'; readonly at: Stamp; readonly facts: CycleFacts }
  | { readonly change: 'fail'; readonly at: Stamp; readonly error: string }
  | { readonly change: 'interrupt'; readonly at: Stamp }
  | { readonly change: 'cancel'; readonly at: Stamp }
  | { readonly change: 'stop'; readonly at: Stamp; readonly result: Json }
  | {
      readonly change: 'trigger' | 'replay';
      readonly at: Stamp;
      readonly task: string;
      readonly transcript: Json;
      readonly config: WorkerConfig;
    };

/** Whether `wait_agent` waits for it. */
export function isBusy({ state }: Worker): boolean {
  if (state.status === 'suspended') return !state.parked;
  return state.status === 'running' || state.status === 'awaiting';
}

/** Whether a body may be at work on it. */
export function isAtWork({ state }: Worker): boolean {
  return state.status === 'running' || (state.status === 'suspended' && !state.parked);
}

/** Whether it has ended for observers. */
export function isEnded({ state }: Worker): boolean {
  return state.status !== 'running' && state.status !== 'awaiting' && state.status !== 'suspended';
}

/** The worker after a change, or the coded error that says why not. */
export function changeWorker(worker: Worker, change: WorkerChange): Worker {
  const { id, state } = worker;
  const refuse = () => workerErrors.illegal({ id, change: change.change, status: describe(state) });
  switch (change.change) {
    case 'suspend':
      if (state.status !== 'running') throw susErrors.notRunning({ id, status: state.status });
      return {
        ...worker,
        state: { status: 'suspended', suspension: change.suspension, parked: false },
      };
    case 'park':
      return parked(worker, change);
    case 'resume':
      return resumed(worker, change);
    case 'expire':
      if (state.status !== 'suspended') throw refuse();
      return {
        ...worker,
        state: { status: 'failed', at: change.at },
        error: workerErrors.expired({ id }).message,
      };
    case 'complete':
      if (!isAtWork(worker)) throw refuse();
      return completed(worker, change.at, change.facts);
    case 'fail':
      if (!isAtWork(worker)) throw refuse();
      return { ...worker, state: { status: 'failed', at: change.at }, error: change.error };
    case 'interrupt':
      if (!isAtWork(worker)) throw refuse();
      return { ...worker, state: { status: 'interrupted', at: change.at } };
    case 'cancel':
      return {
        ...worker,
        state: { status: 'cancelled', at: change.at },
        error: 'worker cancelled',
      };
    case 'stop':
      return { ...worker, state: { status: 'stopped', at: change.at }, result: change.result };
    case 'trigger':
    case 'replay':
      return begunAgain(worker, change);
    default:
      return assertNever(change);
  }
}

function parked(worker: Worker, change: Extract<WorkerChange, { change: 'park' }>): Worker {
  const { id, state } = worker;
  const suspension =
    state.status === 'suspended' && !state.parked
      ? state.suspension
      : state.status === 'running'
        ? change.suspension
        : undefined;
  if (suspension === undefined) {
    throw workerErrors.illegal({ id, change: 'park', status: describe(state) });
  }
  const { turn = suspension.turn, checkpoint = suspension.checkpoint, facts } = change;
  return {
    ...withFacts(worker, facts),
    state: { status: 'suspended', suspension: { ...suspension, turn, checkpoint }, parked: true },
  };
}

function resumed(worker: Worker, change: Extract<WorkerChange, { change: 'resume' }>): Worker {
  const { id, state, history, task } = worker;
  if (state.status === 'cancelled') throw susErrors.closed({ id });
  if (state.status !== 'suspended') throw susErrors.notSuspended({ id, status: state.status });
  if (!state.parked) throw workerErrors.notAtCheckpoint({ id });
  const { input, transcript, config } = change;
  return {
    ...worker,
    state: { status: 'running' },
    task: input ?? task,
    history: input === null ? history : [...history, input],
    transcript,
    config,
    error: null,
    cycle: worker.cycle + 1,
  };
}

function completed(worker: Worker, at: Stamp, facts: CycleFacts): Worker {
  const state: WorkerState = worker.carry.retriggerable
    ? { status: 'awaiting', since: at }
    : { status: 'completed', at };
  return { ...withFacts(worker, facts), state, error: null };
}

function withFacts(worker: Worker, facts: CycleFacts | undefined): Worker {
  if (facts === undefined) return worker;
  return {
    ...worker,
    result: facts.payload,
    transcript: facts.transcript === undefined ? worker.transcript : facts.transcript,
    artifacts: facts.artifacts ?? worker.artifacts,
    childRunId: facts.childRunId ?? worker.childRunId,
    childRunPath: facts.childRunPath ?? worker.childRunPath,
  };
}

function begunAgain(
  worker: Worker,
  change: Extract<WorkerChange, { change: 'trigger' | 'replay' }>,
): Worker {
  const { id, state } = worker;
  const isTrigger = change.change === 'trigger';
  const call = isTrigger ? 'worker_trigger' : 'send_input';
  if (isTrigger && !worker.carry.retriggerable) throw workerErrors.notRetriggerable({ id });
  if (isAtWork(worker)) throw workerErrors.stillRunning({ call, id });
  if (isTrigger && state.status !== 'awaiting') {
    throw workerErrors.notAwaiting({ id, status: state.status });
  }
  const { task, transcript, config, at } = change;
  return {
    ...worker,
    state: { status: 'running' },
    task,
    history: [...worker.history, task],
    transcript,
    config,
    started: at,
    cycle: worker.cycle + 1,
    error: null,
    result: isTrigger ? worker.result : null,
  };
}

function describe(state: WorkerState): string {
  if (state.status !== 'suspended') return state.status;
  return state.parked ? 'suspended' : 'on its way to a checkpoint';
}
