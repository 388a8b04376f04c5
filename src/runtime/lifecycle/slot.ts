// The on_finish slots of a run: its own, and one for each call of a pipeline by the run's own code, for as long as that
// call lasts. A registration goes to the innermost call that the registering task is part of.
import type { Handler, Task } from '../run/index.ts';
import { lifErrors } from './errors.ts';

/** One slot. Phases: open -> finishing (taken; registering is refused). */
export class FinishSlot {
  #callback: Handler | undefined;
  #finishing = false;

  /** The last registration counts. */
  register(callback: Handler): void {
    if (this.#finishing) throw lifErrors.finishing({});
    this.#callback = callback;
  }

  get isFinishing(): boolean {
    return this.#finishing;
  }

  /** Empties the slot; from here on what it belongs to is finishing. */
  take(): Handler | undefined {
    const callback = this.#callback;
    this.#callback = undefined;
    this.#finishing = true;
    return callback;
  }
}

export class FinishSlots {
  readonly run = new FinishSlot();
  readonly #nested = new WeakMap<Task, FinishSlot[]>();

  /** The slot that a registration by this task goes to. */
  of(task: Task): FinishSlot {
    for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
      const innermost = this.#nested.get(at)?.at(-1);
      if (innermost !== undefined) return innermost;
    }
    return this.run;
  }

  /** Opens a slot for a call that this task makes; the second result closes it. */
  open(task: Task): readonly [FinishSlot, () => void] {
    const slot = new FinishSlot();
    const slots = this.#nested.get(task) ?? [];
    this.#nested.set(task, [...slots, slot]);
    return [slot, () => this.#nested.set(task, slots)];
  }
}
