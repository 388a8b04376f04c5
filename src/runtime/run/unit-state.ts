// Units while they run: effects with a body. The body is a task below the one that asks; its end is the outcome, and
// what it does to our own store is committed with it. unit.ts is how a unit is asked for.
//
// Replay does not enter the body of a recorded unit: the outcome is delivered at its place in the journal. One exception
// keeps the promise that a resumed program is the same program: a body that ran code of the program, or changed what
// only this run's memory holds, is entered again, its inner effects are answered from the journal, and memory is re-made.
// A body tells when it does such things; tasks started below it and `local` effects are noticed.
import type { JsonObject } from '../../base/index.ts';
import type { Tx } from '../../store/index.ts';
import type { EffectOp, Outcome } from './op.ts';
import type { OutcomeEntry } from './replay-log.ts';
import type { Scheduler } from './scheduler.ts';
import { addSpent, NOTHING_SPENT, type Spent, type SpentRecord, toSpentRecord } from './spent.ts';
import type { OpenOp, Task } from './task.ts';

/** A fact for a list in the run's memory; see notes.ts. */
export interface UnitNote {
  readonly list: string;
  readonly fact: JsonObject;
}

/** What the body of a unit may say about itself. */
export interface UnitScope {
  /** Operations committed together with the outcome. */
  inTx(ops: (tx: Tx) => void): void;
  /** Replay has to enter this body: it ran code of the program, or changed memory that outlives it. */
  enterOnReplay(): void;
}

/** One unit, known to every task below it. */
export class UnitState implements UnitScope {
  readonly #outer: UnitState | undefined;
  readonly ops: ((tx: Tx) => void)[] = [];
  #entered = false;
  #events = 0;
  #spent = NOTHING_SPENT;
  readonly #notes: UnitNote[] = [];

  constructor(outer: UnitState | undefined) {
    this.#outer = outer;
  }

  get isEntered(): boolean {
    return this.#entered;
  }

  get events(): number {
    return this.#events;
  }

  inTx(ops: (tx: Tx) => void): void {
    this.ops.push(ops);
  }

  enterOnReplay(): void {
    this.#entered = true;
    this.#outer?.enterOnReplay();
  }

  /** Run events emitted in it: a replay that does not enter counts them all the same. */
  countEvents(by: number): void {
    this.#events += by;
    this.#outer?.countEvents(by);
  }

  get notes(): readonly UnitNote[] {
    return this.#notes;
  }

  /** Facts noted in it: who does not enter it notes them all the same. */
  countNote(note: UnitNote): void {
    this.#notes.push(note);
    this.#outer?.countNote(note);
  }

  get spent(): Spent {
    return this.#spent;
  }

  /** What model calls in it have cost: who does not enter it charges that all the same. */
  countSpent(by: Spent): void {
    this.#spent = addSpent(this.#spent, by);
    this.#outer?.countSpent(by);
  }
}

const bodies = new WeakMap<Task, UnitState>();
const states = new WeakMap<EffectOp, UnitState>();

/** The innermost unit that a task belongs to. */
export function unitOf(task: Task | undefined): UnitState | undefined {
  for (let at = task; at !== undefined; at = at.parent) {
    const state = bodies.get(at);
    if (state !== undefined) return state;
  }
  return undefined;
}

/** What an outcome says about its unit: nothing when replay has to enter it. */
export function unitMark(op: EffectOp):
  | {
      readonly unit?: true;
      readonly events?: number;
      readonly spent?: SpentRecord;
      readonly notes?: readonly UnitNote[];
    }
  | undefined {
  const state = op.unit === undefined ? undefined : states.get(op);
  if (state === undefined || state.isEntered) return undefined;
  const { events, spent, notes } = state;
  return {
    unit: true,
    events,
    ...(spent === NOTHING_SPENT ? {} : { spent: toSpentRecord(spent) }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** Runs the body of a unit; `leave` is called once with its end, when that is not in the journal yet. */
export function enterUnit(
  scheduler: Scheduler,
  open: OpenOp,
  past: OutcomeEntry | undefined,
  leave: (state: UnitState, outcome: Outcome) => void,
): undefined {
  const op = open.effect as EffectOp;
  const { body } = op.unit as NonNullable<EffectOp['unit']>;
  const state = new UnitState(unitOf(open.task));
  states.set(op, state);
  open.given = true;
  const id = open.task.nextCallback(open.ordinal);
  const child = scheduler.addTask(id, open.task, (task) => {
    bodies.set(task, state);
    return body(task, state);
  });
  open.cancel = () => scheduler.drop(child);
  child.onDone((outcome) => {
    // A recorded end is delivered at its place; this one only made memory as it was.
    if (past === undefined) scheduler.whenLive(() => leave(state, outcome));
  });
  scheduler.giveUpTurn(open.task);
  return undefined;
}
