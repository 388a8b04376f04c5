// Tasks: the unit that holds the turn. A task is a generator (Harn code and runtime functions) or a lane (an async
// TypeScript function). Its id is its place in the call tree, never a matter of scheduling.
import type { RunContext } from './context.ts';
import type { EffectSpec, WaitFacts } from './effect.ts';
import type { EffectOp, Op, Outcome } from './op.ts';

/** One operation a task waits for. */
export interface OpenOp {
  readonly task: Task;
  /** Identity in the journal; for named steps the id carries the name. */
  readonly id: string;
  readonly ordinal: number;
  readonly what: string;
  readonly describe?: (() => string) | undefined;
  readonly effect: EffectOp | undefined;
  /** Made when the effect asks for its signal. */
  controller: AbortController | undefined;
  /** True once the task gave up the turn for it: the outcome will be delivered. */
  given: boolean;
  settled: boolean;
  /** True once the outside may have been touched. */
  started: boolean;
  cancel: (() => void) | undefined;
  /** The durable wait of the call, once opened; with its rows when the effect did not declare them itself. */
  wait?: WaitFacts;
  waitRows?: NonNullable<EffectSpec<readonly unknown[], unknown>['waitRows']>;
  /** True while it is found out what became of it in an earlier life: nothing is called meanwhile. */
  resolving: boolean;
  /** True while only people can move it. */
  awaitsPeople: boolean;
  /** Replay: the value is being read again and the delivery must wait for it. */
  rereading: Promise<Outcome> | undefined;
  reread: Outcome | undefined;
  /** How the task goes on. */
  resume: (outcome: Outcome) => void;
}

/** A deadline around a block of one task. */
export interface Deadline {
  readonly ms: number;
  readonly dueMono: number;
  expired: boolean;
  raised: boolean;
  /** What it raised. */
  error?: object;
  disarm: () => void;
}

export class Task {
  readonly id: string;
  readonly parent: Task | undefined;
  readonly isLane: boolean;
  readonly children = new Set<Task>();
  readonly open = new Map<string, OpenOp>();
  readonly deadlines: Deadline[] = [];
  /** Undo functions for what the task holds (permits, timers): run when it ends in any way. */
  readonly owned = new Set<() => void>();
  ctx!: RunContext;
  gen: Generator<Op, unknown, unknown> | undefined;
  status: 'ready' | 'running' | 'blocked' | 'done' | 'dropped' = 'ready';
  outcome: Outcome | undefined;
  ticks = 0;
  /** Outcomes it took since it gave up the turn last. */
  inline = 0;
  /** Task-local values of the program. Replaced as a whole, so a child keeps those of the moment it was made. */
  locals: { readonly [name: string]: unknown };
  /**
   * The same for what rooms attach to a task and all it starts from then on; programs do not see it. It only restricts, a list
   * the more the longer it is: bounds.ts puts lists of two tasks together.
   */
  attached: { readonly [name: string]: unknown };
  /** True once somebody asked the task to come to its end by itself. */
  stopRequested = false;
  /** True for a call of a lane that runs as a task of its own: the lane waits for it. */
  isCall = false;
  #ordinal = 0;
  #groups = 0;
  #spawns = 0;
  #callbacks = new Map<number, number>();
  #steps = new Map<string, number>();
  #joiners: ((outcome: Outcome) => void)[] = [];

  constructor(id: string, parent: Task | undefined, isLane: boolean) {
    this.id = id;
    this.parent = parent;
    this.isLane = isLane;
    this.locals = parent?.locals ?? {};
    this.attached = parent?.attached ?? {};
    parent?.children.add(this);
  }

  get alive(): boolean {
    return this.status !== 'done' && this.status !== 'dropped';
  }

  /** Whether this task, or one above it, was asked to stop. */
  get isStopping(): boolean {
    return this.stopRequested || this.parent?.isStopping === true;
  }

  /** The next ordinal of this task, from 1. */
  nextOrdinal(): number {
    this.#ordinal += 1;
    return this.#ordinal;
  }

  get lastOrdinal(): number {
    return this.#ordinal;
  }

  /** A child id for the next spawn or parallel of this task: one counter for spawns, one for all other forms. */
  nextGroup(form: string): string {
    if (form === 'spawn') {
      this.#spawns += 1;
      return `${this.id}:${form}:${this.#spawns}`;
    }
    this.#groups += 1;
    return `${this.id}:${form}:${this.#groups}`;
  }

  /** The id of the next callback called by the effect with this ordinal: `<task>/<ordinal>:<k>`. */
  nextCallback(ordinal: number): string {
    const k = this.#callbacks.get(ordinal) ?? 0;
    this.#callbacks.set(ordinal, k + 1);
    return `${this.id}/${ordinal}:${k}`;
  }

  /** How often a step of this name was begun, this time included. */
  nextStep(name: string): number {
    const n = (this.#steps.get(name) ?? 0) + 1;
    this.#steps.set(name, n);
    return n;
  }

  /** Calls `fn` with the outcome, at once when the task has ended. Dropped tasks never answer. */
  onDone(fn: (outcome: Outcome) => void): () => void {
    if (this.outcome !== undefined) {
      fn(this.outcome);
      return () => undefined;
    }
    this.#joiners.push(fn);
    return () => {
      this.#joiners = this.#joiners.filter((joiner) => joiner !== fn);
    };
  }

  /** Marks the end: releases what is held and tells the joiners. */
  finish(outcome: Outcome): void {
    this.status = 'done';
    this.outcome = outcome;
    this.parent?.children.delete(this);
    this.release();
    const joiners = this.#joiners;
    this.#joiners = [];
    for (const joiner of joiners) joiner(outcome);
  }

  /** Runs the undo functions, newest first. */
  release(): void {
    for (const deadline of this.deadlines) deadline.disarm();
    this.deadlines.length = 0;
    for (const undo of [...this.owned].reverse()) undo();
    this.owned.clear();
  }
}
