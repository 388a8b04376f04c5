// A supervisor as it is known to programs: children, counters and what happened, in memory of the run.
import type { Task } from '../../run/index.ts';
import type { RestartPolicy, SupervisorStrategy } from './supervisor-spec.ts';

export type SupervisorStatus =
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'completed'
  | 'failed'
  | 'escalated';

export type SupervisorChildStatus =
  | 'running'
  | 'waiting'
  | 'circuit_open'
  | 'stopped'
  | 'failed'
  | 'suppressed';

/** A child as programs see it. */
export interface SupervisorChildView {
  readonly name: string;
  readonly kind: string;
  readonly status: SupervisorChildStatus;
  readonly attempt: number;
  readonly restart_count: number;
  readonly last_error: string | null;
  readonly current_wait_reason: string | null;
  readonly active_lease: string | null;
  /** Wall time; null when no restart is due. */
  readonly next_restart_at_ms: number | null;
}

export interface SupervisorMetrics {
  readonly started: number;
  readonly stopped: number;
  readonly failed: number;
  readonly restarted: number;
  readonly suppressed: number;
  readonly escalated: number;
}

export interface SupervisorView {
  readonly _type: 'supervisor';
  readonly id: string;
  readonly name: string;
  readonly strategy: SupervisorStrategy;
  readonly status: SupervisorStatus;
  readonly children: readonly SupervisorChildView[];
  readonly metrics: SupervisorMetrics;
}

/** Something that happened. */
export interface SupervisorEvent {
  readonly kind: string;
  readonly supervisor_id: string;
  readonly child_name: string | null;
  readonly attempt: number | null;
  readonly at_ms: number;
  readonly reason: string | null;
}

/** How many events are kept. */
const KEPT_EVENTS = 1000;

/** One child, live. */
export interface Child {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly policy: RestartPolicy;
  readonly lease: string | null;
  status: SupervisorChildStatus;
  attempt: number;
  restarts: number;
  /** Wall time of the restarts that still count against the cap. */
  recent: number[];
  lastError: string | null;
  waitReason: string | null;
  nextAtMs: number | null;
  task: Task | undefined;
  timer: Task | undefined;
}

export class Supervisor {
  readonly id: string;
  readonly name: string;
  readonly strategy: SupervisorStrategy;
  readonly children: readonly Child[];
  readonly events: SupervisorEvent[] = [];
  readonly counts = {
    started: 0,
    stopped: 0,
    failed: 0,
    restarted: 0,
    suppressed: 0,
    escalated: 0,
  };
  status: SupervisorStatus = 'running';
  #ended: (() => void)[] = [];

  constructor(id: string, name: string, strategy: SupervisorStrategy, children: readonly Child[]) {
    this.id = id;
    this.name = name;
    this.strategy = strategy;
    this.children = children;
  }

  get isOver(): boolean {
    return this.status !== 'running' && this.status !== 'stopping';
  }

  note(kind: string, atMs: number, child?: Child, reason: string | null = null): void {
    this.events.push({
      kind,
      supervisor_id: this.id,
      child_name: child?.name ?? null,
      attempt: child?.attempt ?? null,
      at_ms: atMs,
      reason,
    });
    if (this.events.length > KEPT_EVENTS) this.events.shift();
  }

  whenOver(fn: () => void): () => void {
    this.#ended.push(fn);
    return () => {
      this.#ended = this.#ended.filter((each) => each !== fn);
    };
  }

  over(status: SupervisorStatus): void {
    this.status = status;
    for (const fn of this.#ended.splice(0)) fn();
  }

  view(): SupervisorView {
    const { id, name, strategy, status } = this;
    const children = this.children.map(viewOf);
    return {
      _type: 'supervisor',
      id,
      name,
      strategy,
      status,
      children,
      metrics: { ...this.counts },
    };
  }
}

function viewOf(child: Child): SupervisorChildView {
  return {
    name: child.name,
    kind: child.kind,
    status: child.status,
    attempt: child.attempt,
    restart_count: child.restarts,
    last_error: child.lastError,
    current_wait_reason: child.waitReason,
    active_lease: child.status === 'running' ? child.lease : null,
    next_restart_at_ms: child.nextAtMs,
  };
}
