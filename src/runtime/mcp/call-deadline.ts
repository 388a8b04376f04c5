// How long a call may take. The time in which its server waits for us, for a model or for a person, is not the server's.
import type { Clock } from '../../base/index.ts';
import type { AskingCall } from './asking-call.ts';

/** What requests are given where this deadline stands for theirs: the longest that timers take. */
export const NO_TIMEOUT_MS = 2 ** 31 - 1;

export class CallDeadline {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #leftMs: number;
  #sinceMs: number | undefined;
  #disarm: () => void = () => undefined;

  constructor(clock: Clock, timeoutMs: number, asking: AskingCall) {
    this.#clock = clock;
    this.#leftMs = timeoutMs;
    asking.onWaiting = (isWaiting) => (isWaiting ? this.stop() : this.#start());
    this.#start();
  }

  /** Aborted when the time is up. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  stop(): void {
    this.#disarm();
    if (this.#sinceMs === undefined) return;
    this.#leftMs -= this.#clock.monotonicMs() - this.#sinceMs;
    this.#sinceMs = undefined;
  }

  #start(): void {
    this.#sinceMs = this.#clock.monotonicMs();
    this.#disarm = this.#clock.after(Math.max(0, this.#leftMs), () => this.#over.abort());
  }
}
