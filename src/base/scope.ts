// Releasers run last in, first out, and all of them run even when one throws.

/** A stack of things to undo. `close` is idempotent; concurrent callers share one promise. */
export class Scope {
  readonly #releasers: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  /** Registers a releaser; call it the moment the resource exists. */
  add(release: () => void | Promise<void>): void {
    this.#releasers.push(release);
  }

  close(): Promise<void> {
    this.#closing ??= this.#releaseAll();
    return this.#closing;
  }

  async #releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#releasers.pop(); release; release = this.#releasers.pop()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, 'several releasers failed');
  }
}
