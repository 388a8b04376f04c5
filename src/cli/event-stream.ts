// `harn run --json`: one envelope per line, numbered without gaps, with exactly one terminal event at the end. Child
// runs come as `child_run` events inside the stream of the run that made them.
import type { Json, JsonObject } from '../base/index.ts';
import type { RunEvent, RunEventListener } from '../runtime/index.ts';
import type { Warning } from './output.ts';

/** How a stream ends. */
export type TerminalEvent =
  | {
      readonly event_type: 'result';
      readonly value: Json;
      readonly returned: Json;
      readonly final: Json;
      readonly receipt: Json;
      readonly exit_code: number;
    }
  | {
      readonly event_type: 'error';
      readonly error: { readonly code: string; readonly message: string; readonly details: Json };
      readonly receipt: Json;
      readonly exit_code: number;
    }
  | {
      readonly event_type: 'parked';
      readonly run_id: string;
      readonly reason: string;
      readonly waits: readonly Json[];
      readonly exit_code: number;
    };

export class EventStream {
  readonly #write: (line: string) => void;
  readonly #quiet: boolean;
  readonly #warnings: Warning[] = [];
  #seq: number | undefined;
  #settled: RunEvent | undefined;
  #ended = false;

  constructor(write: (line: string) => void, { quiet }: { readonly quiet: boolean }) {
    this.#write = write;
    this.#quiet = quiet;
  }

  /** Remembers what is worth knowing and no event; it travels in the envelope of the last one. */
  warn(warning: Warning): void {
    this.#warnings.push(warning);
  }

  /** Whether the stream has said its last word. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes the events of the main run. */
  readonly main: RunEventListener = (event) => {
    // A resumed run goes on counting where it stopped.
    this.#seq ??= event.seq - 1;
    // The receipt comes right before the terminal event, after what child runs still had to say.
    if (event.event_type === 'run_settled') this.#settled = event;
    else this.#emit(event);
  };

  /** Takes the events of a child run. */
  child(runId: string): RunEventListener {
    return (event) => {
      if (this.#isDropped(event)) return;
      this.#send({ event_type: 'child_run', run_id: runId, event: { ...event } as JsonObject });
    };
  }

  /** Ends the stream. */
  end(event: TerminalEvent): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#settled !== undefined) this.#emit(this.#settled);
    this.#send({ ...event } as unknown as JsonObject, this.#warnings);
  }

  #emit(event: RunEvent): void {
    if (this.#isDropped(event)) return;
    const { seq: _seq, ...body } = event;
    this.#send({ ...body } as unknown as JsonObject);
  }

  #isDropped({ event_type }: RunEvent): boolean {
    return this.#quiet && (event_type === 'stdout' || event_type === 'stderr');
  }

  #send(body: JsonObject, warnings: readonly Warning[] = []): void {
    this.#seq = (this.#seq ?? 0) + 1;
    const { event_type, ...rest } = body;
    const data = { event_type, seq: this.#seq, ...rest };
    this.#write(`${JSON.stringify({ schemaVersion: 1, ok: true, data, error: null, warnings })}\n`);
  }
}
