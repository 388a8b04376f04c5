// Identity and making of open operations: where an effect stands in the call tree, under which key its task keeps it, and
// the signal that ends with it.
import type { EffectOp, Outcome } from './op.ts';
import type { OpenOp, Task } from './task.ts';

/** Where an effect stands: its task (with the step's name, for named steps) and its number there. */
export interface Identity {
  readonly id: string;
  readonly ordinal: number;
}

/** The next identity of the task for this operation; named steps count by name. */
export function identityOf(task: Task, op: EffectOp): Identity {
  if (op.step === undefined) return { id: task.id, ordinal: task.nextOrdinal() };
  return { id: `${task.id}~${op.step}`, ordinal: task.nextStep(op.step) };
}

export function keyOf(at: Identity): string {
  return `${at.id}#${at.ordinal}`;
}

/** What a new operation is made of. */
export interface Opening {
  readonly what: string;
  readonly describe?: (() => string) | undefined;
  readonly effect: EffectOp | undefined;
  readonly resume: (outcome: Outcome) => void;
}

/** An operation of `task` that is open from now on. */
export function openOp(
  task: Task,
  at: Identity,
  { what, describe, effect, resume }: Opening,
): OpenOp {
  const open: OpenOp = {
    task,
    id: at.id,
    ordinal: at.ordinal,
    what,
    describe,
    effect,
    controller: undefined,
    given: false,
    settled: false,
    started: false,
    cancel: undefined,
    resolving: false,
    awaitsPeople: false,
    rereading: undefined,
    reread: undefined,
    resume,
  };
  task.open.set(keyOf(at), open);
  return open;
}

export function signalOf(open: OpenOp): AbortSignal {
  open.controller ??= new AbortController();
  // Whoever asks late for the signal of a call that was given up finds it aborted.
  if (open.settled) open.controller.abort();
  return open.controller.signal;
}

/** The signal of calls that answer at once. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
