// What a task may ask of the scheduler. Harn functions that may suspend are generators that yield these; runtime
// functions written as generators do the same, so one driver serves both.
import type { Authority } from './authority.ts';
import type { Effect } from './effect.ts';
import type { Site } from './journal-entry.ts';
import type { SpentRecord } from './spent.ts';
import type { Task } from './task.ts';
import type { UnitNote, UnitState } from './unit-state.ts';

/** A value, or what was thrown. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** Ask for an effect; the journal records it. */
export interface EffectOp {
  readonly kind: 'effect';
  readonly effect: Effect<readonly unknown[], unknown>;
  readonly args: readonly unknown[];
  readonly site?: Site | undefined;
  /** The roots that the caller may reach, where it is bound to any; see bound-host.ts. */
  readonly roots?: readonly (readonly string[])[];
  /** What the caller may do; undefined where nothing was asked of it. */
  readonly authority?: Authority | undefined;
  /** Made when the journal first asks for it; see effect-record.ts. */
  argsHash?: string;
  /** A named step: identity is (lane, name) instead of the ordinal. */
  readonly step?: string;
  /** A unit: the effect is what its body does. */
  readonly unit?: {
    readonly body: (task: Task, state: UnitState) => Generator<Op, unknown, unknown>;
    /** Told when replay does not enter the body: the run events it had emitted, what its calls have cost, what it noted. */
    readonly skipped: (
      events: number,
      spent: SpentRecord | undefined,
      notes: readonly UnitNote[],
    ) => void;
  };
}

/** Wait for something inside this process: a join, a channel, a lock. Never journaled; replay re-makes it. */
export interface BlockOp {
  readonly kind: 'block';
  /** What people see in a report of who waits for what. */
  readonly what: string;
  /** The same as it is when somebody asks, where that changes: who holds the lock that is waited for. */
  readonly describe?: (() => string) | undefined;
  /** Called once; `resume` may be called at once or later; the result cancels the wait. */
  readonly start: (resume: (outcome: Outcome) => void) => (() => void) | undefined;
}

/** Let the event loop turn once: without giving up the turn, or with `turn` after all others who wait for one. */
export interface TickOp {
  readonly kind: 'tick';
  readonly turn?: {
    /** Called when the turn is really given up: not everything that ticks can. */
    readonly begin: () => void;
    readonly op: EffectOp;
  };
}

export type Op = EffectOp | BlockOp | TickOp;

/** A suspending computation: what Harn functions compile to and what runtime functions are written as. */
export type Suspending<T> = Generator<Op, T, unknown>;

export const TICK: TickOp = { kind: 'tick' };
