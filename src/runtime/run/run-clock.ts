// The clock of one run: the host's, or a virtual one that a program under test has set. Virtual time moves only when
// told to and by sleeping, so a mocked hour takes no time.
import { type Clock, ManualClock } from '../../base/index.ts';

export class RunClock implements Clock {
  readonly #real: Clock;
  #mock: ManualClock | undefined;

  constructor(real: Clock) {
    this.#real = real;
  }

  get isMocked(): boolean {
    return this.#mock !== undefined;
  }

  nowMs(): number {
    return (this.#mock ?? this.#real).nowMs();
  }

  monotonicMs(): number {
    return (this.#mock ?? this.#real).monotonicMs();
  }

  after(delayMs: number, fn: () => void): () => void {
    return (this.#mock ?? this.#real).after(delayMs, fn);
  }

  /** Freezes time at `nowMs`. */
  mock(nowMs: number): void {
    if (this.#mock === undefined) this.#mock = new ManualClock(nowMs);
    else this.#mock.setNow(nowMs);
  }

  /** Moves virtual time; without a mock nothing happens and the answer is false. */
  advance(byMs: number): boolean {
    this.#mock?.advance(byMs);
    return this.#mock !== undefined;
  }

  /** Back to real time. */
  unmock(): void {
    this.#mock = undefined;
  }

  /** Waits; virtual time moves at once instead. */
  sleepUntil(dueMs: number, signal: AbortSignal): Promise<void> {
    const left = dueMs - this.nowMs();
    if (this.advance(Math.max(0, left))) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const cancel = this.#real.after(Math.max(0, left), resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
    });
  }
}
