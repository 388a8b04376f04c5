// Who holds money for a call under way and who waits for some, in one tree of accounts. A call that hears its answer
// calls its listener before it ends; a call that the listener makes must not wait for what the first one holds.
import type { Task } from './task.ts';

/** What pays for a call. */
interface Payer {
  sharesLimit(other: this): boolean;
}

export class SpendWaits {
  readonly #holders = new Set<{ readonly task: Task; readonly account: Payer }>();
  readonly #waiting = new Map<() => void, Task>();

  /** Something is put aside for a call of this task; the result says that it has ended. */
  hold(task: Task, account: Payer): () => void {
    const holder = { task, account };
    this.#holders.add(holder);
    return () => this.#holders.delete(holder);
  }

  /** Calls `fn` once, when something was given back anywhere in the tree. */
  wait(task: Task, fn: () => void): () => void {
    this.#waiting.set(fn, task);
    return () => this.#waiting.delete(fn);
  }

  tell(): void {
    const waiting = [...this.#waiting.keys()];
    this.#waiting.clear();
    for (const fn of waiting) fn();
  }

  /** Whether every call under the same limits waits, by its listener, for this task or for one that waits like it. */
  isInVain(task: Task, account: Payer): boolean {
    const waiting = [task, ...this.#waiting.values()];
    return [...this.#holders]
      .filter((holder) => holder.account.sharesLimit(account))
      .every((holder) => waiting.some((waiter) => waitsFor(holder.task, waiter)));
  }
}

/** Whether a task called something back, and waits for it, that this one is part of. */
function waitsFor(holder: Task, waiter: Task): boolean {
  for (let at = waiter; at.parent !== undefined; at = at.parent) {
    const place = at.id.slice(at.parent.id.length);
    if (at.parent === holder) return place.startsWith('/');
    // Nobody needs to wait for what was spawned.
    if (place.startsWith(':spawn:')) return false;
  }
  return false;
}
