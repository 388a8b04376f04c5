// Work that nobody has to wait for, done in steps of some milliseconds: once nobody has committed for a moment, with a turn
// of the event loop and a moment between the steps, and some of it when the store is closed. A step is a transaction of
// its own; one that fails or finds another process writing is left to a later moment.
import type { Clock } from '../base/index.ts';
import type { Tables } from './tables.ts';

/** So long nobody has committed. */
const QUIET_MS = 50;
/** How many steps a close may make. */
const AT_CLOSE = 8;

/** The idle moments of one open store. */
export class IdleWork {
  readonly #clock: Clock;
  readonly #tables: Pick<Tables, 'hasIdleWork' | 'idleStep'>;
  readonly #isBusy: () => boolean;
  #cancel: (() => void) | undefined;
  /** Someone has committed since the timer was set. */
  #committed = false;

  /** `isBusy`: whether someone waits for a commit. */
  constructor(
    clock: Clock,
    tables: Pick<Tables, 'hasIdleWork' | 'idleStep'>,
    isBusy: () => boolean,
  ) {
    this.#clock = clock;
    this.#tables = tables;
    this.#isBusy = isBusy;
  }

  committed(): void {
    this.#committed = true;
    if (this.#cancel === undefined) this.#arm();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = () => undefined;
    for (let step = 0; step < AT_CLOSE && this.#step(); step += 1);
  }

  #arm(): void {
    if (!this.#tables.hasIdleWork) return;
    this.#committed = false;
    this.#cancel = this.#clock.after(QUIET_MS, () => {
      this.#cancel = undefined;
      const quiet = !this.#committed && !this.#isBusy();
      if (!quiet || this.#step()) this.#arm();
    });
  }

  /** False when there is nothing to do, or not now. */
  #step(): boolean {
    try {
      return this.#tables.hasIdleWork && this.#tables.idleStep();
    } catch {
      // Whatever is wrong with the disk is told to whoever commits next.
      return false;
    }
  }
}
