// Where finished spans go: the port, and the exporter that keeps them in memory, for tests and for programs that look at
// their own trace.
import type { FinishedSpan } from './span.ts';

/** Where finished spans go. What it throws is its own affair: tracing never breaks a run. */
export interface SpanExporter {
  export(span: FinishedSpan): void;
  /** Resolves when everything exported so far is delivered. */
  flush(): Promise<void>;
}

/** An exporter that remembers the last `limit` spans (10,000 by default) and counts what it forgot. */
export class MemoryExporter implements SpanExporter {
  readonly #limit: number;
  #spans: FinishedSpan[] = [];
  #forgotten = 0;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  export(span: FinishedSpan): void {
    this.#spans.push(span);
    // Trimmed in large steps, so that a full memory does not cost a copy for each span.
    if (this.#spans.length < this.#limit * 2) return;
    this.#forgotten += this.#spans.length - this.#limit;
    this.#spans = this.#spans.slice(-this.#limit);
  }

  async flush(): Promise<void> {}

  /** In order of their end. */
  get spans(): readonly FinishedSpan[] {
    return this.#spans.slice(-this.#limit);
  }

  /** How many spans are no longer kept. */
  get forgotten(): number {
    return this.#forgotten + Math.max(0, this.#spans.length - this.#limit);
  }

  /** The only finished span of a name; undefined when there is none or more than one. */
  find(name: string): FinishedSpan | undefined {
    const found = this.spans.filter((span) => span.name === name);
    return found.length === 1 ? found[0] : undefined;
  }

  clear(): void {
    this.#spans = [];
    this.#forgotten = 0;
  }
}
