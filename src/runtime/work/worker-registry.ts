// The workers of one run, live: what is known about each, the task that is at work on it, who waits for it. In memory
// only and re-made by replay; what outlives the run is in worker-record.ts.
import type { Json, JsonObject } from '../../base/index.ts';
import { type UnsettledHub, unsettledHubKey } from '../lifecycle/index.ts';
import type { Authority, Carried, Handler, RunContext, ServiceKey, Task } from '../run/index.ts';
import { workerErrors } from './worker-errors.ts';
import type { Worker } from './worker-state.ts';

/** What a body is told when it goes on after a suspension. */
export type ResumeContinuity = {
  readonly session_id: string | null;
  readonly worker: { readonly id: string; readonly name: string; readonly mode: string };
  readonly suspension: Json;
  readonly reason: string;
  readonly suspended_at_turn: number;
  readonly resume: Json;
  readonly initiator: string;
  readonly input: Json;
  readonly input_rendered: string | null;
  readonly input_present: boolean;
  readonly continue_transcript: boolean;
  readonly digest: string | null;
  /** What a function body left at its checkpoint. */
  readonly checkpoint: Json;
  readonly turn: 0;
  readonly iteration: 0;
};

/** What goes with a worker in memory only: tools with their handlers, callbacks. Gone when it is loaded elsewhere. */
export type Attachments = { readonly [name: string]: unknown };

/** What a worker has besides its facts, in memory only. */
export interface LiveParts {
  readonly authority: Authority;
  /** What restricts its body besides authority and policy: command policies. */
  readonly carried: Carried;
  readonly body?: Handler | undefined;
  readonly attachments?: Attachments | undefined;
  /** Functions of a loaded worker that could not be made again, in words. */
  readonly missing?: readonly string[] | undefined;
}

/** One worker of this run. */
export class LiveWorker {
  readonly id: string;
  /** What its body may do. */
  readonly authority: Authority;
  readonly carried: Carried;
  /** For workers of mode `function`. */
  readonly body: Handler | undefined;
  readonly attachments: Attachments;
  readonly missing: readonly string[];
  /** The task of the present cycle. */
  task: Task | undefined;
  /** Waits for the resume conditions. */
  wake: Task | undefined;
  /** What its body threw; the first who waits gets it. */
  thrown: { readonly error: unknown } | undefined;
  /** Whether the store knows it. */
  isKept = false;
  /** Whether its snapshot file was written. */
  hasFile = false;
  /** The last whole snapshot that this run has written down. */
  base: JsonObject | undefined;
  /** Whether this run has let go of it: it is someone else's to go on with. */
  isReleased = false;
  /** Whether the suspended body is still there, waiting at a checkpoint, rather than to be begun again. */
  holdsBody = false;
  /** What a body at its checkpoint is resumed with. */
  resumedWith: ResumeContinuity | undefined;
  /** How to wake the bodies that wait at a checkpoint. */
  readonly atCheckpoint = new Set<(continuity: ResumeContinuity) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #hub: UnsettledHub;
  #worker: Worker;

  constructor(
    worker: Worker,
    hub: UnsettledHub,
    { authority, carried, body, attachments = {}, missing = [] }: LiveParts,
  ) {
    this.id = worker.id;
    this.#worker = worker;
    this.#hub = hub;
    this.authority = authority;
    this.carried = carried;
    this.body = body;
    this.attachments = attachments;
    this.missing = missing;
  }

  get worker(): Worker {
    return this.#worker;
  }

  /** Puts the next state in place and wakes who waits for a change. */
  update(worker: Worker): void {
    this.#worker = worker;
    this.changed();
  }

  changed(): void {
    this.#hub.changed();
    for (const listener of [...this.#listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export class Workers {
  readonly #byId = new Map<string, LiveWorker>();

  add(live: LiveWorker): void {
    this.#byId.set(live.id, live);
  }

  find(id: string): LiveWorker | undefined {
    return this.#byId.get(id);
  }

  /** All of them, in the order they were made or loaded. */
  all(): readonly LiveWorker[] {
    return [...this.#byId.values()];
  }

  /** The worker whose body this task belongs to. */
  ofTask(task: Task | undefined): LiveWorker | undefined {
    const mine = new Map<Task, LiveWorker>();
    for (const live of this.#byId.values()) if (live.task !== undefined) mine.set(live.task, live);
    for (let at = task; at !== undefined; at = at.parent) {
      const live = mine.get(at);
      if (live !== undefined) return live;
    }
    return undefined;
  }
}

/** The workers of this run. */
export const workersKey: ServiceKey<Workers> = {
  name: 'work.workers',
  create: () => new Workers(),
};

/** A worker by id, or by a dict that has one. */
export type WorkerRef = string | { readonly [key: string]: Json };

export function workerIdOf(ref: Json | undefined): string {
  if (typeof ref === 'string' && ref.trim() !== '') return ref.trim();
  if (typeof ref === 'object' && ref !== null && !Array.isArray(ref)) {
    const { id, handle } = ref as { readonly [key: string]: Json };
    const found = id ?? handle;
    if (typeof found === 'string' && found !== '') return found;
    throw workerErrors.badReference({ problem: 'agent handle dict is missing an id field' });
  }
  throw workerErrors.badReference({ problem: 'expected agent handle or worker id' });
}

/** The live worker of a reference; an unknown one is an error. */
export function liveOf(ctx: RunContext, ref: Json | undefined): LiveWorker {
  const id = workerIdOf(ref);
  const live = ctx.get(workersKey).find(id);
  if (live === undefined) throw workerErrors.unknown({ id });
  return live;
}

/** Registers a worker with this run. */
export function register(ctx: RunContext, worker: Worker, parts: LiveParts): LiveWorker {
  const live = new LiveWorker(worker, ctx.get(unsettledHubKey), parts);
  ctx.get(workersKey).add(live);
  return live;
}
