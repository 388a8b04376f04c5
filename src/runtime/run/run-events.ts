// The live, ordered view of one run: `harn run --json` prints it, a portal follows it. Sequence numbers start at 1,
// have no gaps, and go on where they stopped when a run is resumed: events an earlier life had sent are not sent again.
import type { Json } from '../../base/index.ts';
import type { OutputCounts } from './journal.ts';

/** What can happen in a run, as listeners see it. */
export type RunEventBody =
  | { readonly event_type: 'stdout' | 'stderr'; readonly payload: string }
  | {
      readonly event_type: 'transcript';
      readonly agent_id?: string;
      readonly kind: string;
      readonly payload: Json;
    }
  | {
      readonly event_type: 'tool_call';
      readonly call_id: string;
      readonly name: string;
      readonly args: Json;
      readonly started_at: string;
    }
  | {
      readonly event_type: 'tool_result';
      readonly call_id: string;
      readonly ok: boolean;
      readonly result: Json;
    }
  | {
      readonly event_type: 'hook';
      readonly name: string;
      readonly phase: string;
      readonly payload?: Json;
    }
  | {
      readonly event_type: 'persona_stage';
      readonly persona: string;
      readonly stage: string;
      readonly transition: string;
    }
  | {
      readonly event_type: 'pack_run';
      readonly bundle_hash: string;
      readonly signature_verified: boolean;
      readonly key_id?: string;
      readonly cache_hit: boolean;
      readonly dry_run_verify: boolean;
    }
  | { readonly event_type: 'audit'; readonly entry: Json }
  | { readonly event_type: 'main_returned'; readonly value: Json }
  | { readonly event_type: 'main_failed'; readonly error: Json }
  | {
      readonly event_type: 'run_settled';
      readonly receipt: Json;
      readonly returned: Json;
      readonly final: Json;
    };

export type RunEvent = RunEventBody & { readonly seq: number };

/**
 * A listener. It is called in the run's own turn, so it must take the event and return: one that has to wait (for a pipe,
 * a socket) keeps a queue with a bound of its own. One that throws, or whose promise is rejected, is removed and cannot
 * hurt the run.
 */
export type RunEventListener = (event: RunEvent) => void;

export class RunEvents {
  readonly #counts: OutputCounts;
  readonly #already: number;
  readonly #listeners = new Set<RunEventListener>();

  constructor(counts: OutputCounts, already: OutputCounts) {
    this.#counts = counts;
    this.#already = already.events;
  }

  /** Follows the run from here; the result stops it. */
  listen(listener: RunEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get lastSeq(): number {
    return this.#counts.events;
  }

  /** Counts events of an earlier life whose cause is not re-made. */
  skip(count: number): void {
    this.#counts.events += count;
  }

  emit(body: RunEventBody): void {
    this.#counts.events += 1;
    if (this.#listeners.size === 0 || this.#counts.events <= this.#already) return;
    const event: RunEvent = { seq: this.#counts.events, ...body };
    for (const listener of [...this.#listeners]) {
      try {
        const answer: unknown = listener(event);
        if (answer instanceof Promise) answer.catch(() => this.#listeners.delete(listener));
      } catch {
        this.#listeners.delete(listener);
      }
    }
  }
}
