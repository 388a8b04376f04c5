// `harn run --json`: one envelope per line, numbered without gaps, with exactly one terminal event at the end. Child
// runs come as `child_run` events inside the stream of the run that made them.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import type { Redactor } from '../runtime/records/index.ts';
import type { RunEvent, RunEventListener } from '../runtime/run/index.ts';
import type { Warning } from './output.ts';

/** How a run that was started under an id was come to. */
export interface StartFact {
  readonly id: string;
  readonly run_id: string;
  readonly how: 'started' | 'joined' | 'resumed' | 'followed' | 'recorded';
}

/** How a stream ends. `start` is there where an id was given. */
export type TerminalEvent = (
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
    }
) & { readonly start?: StartFact };

/** What a child run has to say, inside the stream of its parent. */
export interface ChildRunEvent {
  readonly event_type: 'child_run';
  readonly run_id: string;
  /** An event of the child, with the child's own number. */
  readonly event: JsonObject;
}

/** Where the lines of a stream go. */
export interface LineSink {
  /** Whether a line of this length should rather be left out. */
  isFull(length: number): boolean;
  push(line: string): void;
}

/** What is left out when a reader is slow: much of it, and none of it what a run came to. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'stdout',
  'stderr',
  'transcript',
  'tool_call',
  'tool_result',
  'hook',
]);

export class EventStream {
  readonly #sink: LineSink;
  readonly #quiet: boolean;
  readonly #redactor: Redactor | undefined;
  readonly #warnings: Warning[] = [];
  #left = 0;
  #seq: number | undefined;
  #settled: RunEvent | undefined;
  #start: StartFact | undefined;
  #ended = false;

  constructor(
    sink: LineSink,
    { quiet, redactor }: { readonly quiet: boolean; readonly redactor?: Redactor | undefined },
  ) {
    this.#sink = sink;
    this.#redactor = redactor;
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

  /** Says in the last event how the run was come to. */
  cameBy(start: StartFact): void {
    this.#start = start;
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
      const told: ChildRunEvent = {
        event_type: 'child_run',
        run_id: runId,
        event: { ...event } as JsonObject,
      };
      this.#send({ ...told });
    };
  }

  /** Ends the stream. */
  end(event: TerminalEvent): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#settled !== undefined) this.#emit(this.#settled);
    const start = this.#start === undefined ? {} : { start: { ...this.#start } };
    this.#send({ ...event, ...start } as unknown as JsonObject, this.#warnings);
  }

  #emit(event: RunEvent): void {
    if (this.#isDropped(event)) return;
    const { seq: _seq, ...body } = event;
    this.#send({ ...body } as unknown as JsonObject);
  }

  /** Fields of text stay text, so that every line keeps its published form. */
  #withoutSecrets(body: JsonObject): JsonObject {
    const redactor = this.#redactor;
    if (redactor === undefined) return body;
    const fields = Object.entries(body).map(([name, value]): [string, Json] => {
      if (name === 'event_type') return [name, value];
      if (typeof value === 'string') return [name, redactor.text(value)];
      const isPart = (name === 'event' || name === 'error') && isJsonObject(value);
      if (isPart) return [name, this.#withoutSecrets(value)];
      return [name, redactor.redact(value)];
    });
    return Object.fromEntries(fields);
  }

  #isDropped({ event_type }: RunEvent): boolean {
    return this.#quiet && (event_type === 'stdout' || event_type === 'stderr');
  }

  #send(body: JsonObject, warnings: readonly Warning[] = []): void {
    const seq = (this.#seq ?? 0) + 1;
    const { event_type, ...rest } = this.#withoutSecrets(body);
    const data = { event_type, seq, ...rest };
    const told = this.#left === 0 ? warnings : [...warnings, leftOut(this.#left)];
    const envelope = { schemaVersion: 1, ok: true, data, error: null, warnings: told };
    const line = `${JSON.stringify(envelope)}\n`;
    if (isOptional(body) && this.#sink.isFull(line.length)) {
      this.#left += 1;
      return;
    }
    this.#seq = seq;
    this.#left = 0;
    this.#sink.push(line);
  }
}

function isOptional({ event_type: type, event }: JsonObject): boolean {
  const inner = type === 'child_run' ? (event as JsonObject)['event_type'] : type;
  return OPTIONAL.has(String(inner));
}

function leftOut(count: number): Warning {
  return {
    code: 'events_left_out',
    message: `${count} events before this one were left out: the reader was slow`,
  };
}
