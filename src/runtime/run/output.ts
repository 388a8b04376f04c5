// Text to stdout and stderr: counted byte by byte, so that a resumed run repeats nothing that was already written.
// Tasks that run beside each other collect their text; it appears where they are joined, in a fixed order.
import type { OutputCounts } from './journal.ts';
import type { RunEvents } from './run-events.ts';

export type OutputStream = 'stdout' | 'stderr';

/** Where text goes in the end: the terminal, or nowhere while a stream of events carries it. */
export interface OutputSink {
  write(stream: OutputStream, text: string): void;
}

/** Text that waits for its task to be joined. */
export type OutputBuffer = string[];

const ENCODER = new TextEncoder();

export class RunOutput {
  readonly #sink: OutputSink;
  readonly #events: RunEvents;
  readonly #counts: OutputCounts;
  /** What earlier lives of this run had written. */
  readonly #already: { readonly out: number; readonly err: number };

  constructor(sink: OutputSink, events: RunEvents, counts: OutputCounts, already: OutputCounts) {
    this.#sink = sink;
    this.#events = events;
    this.#counts = counts;
    this.#already = { out: already.out, err: already.err };
  }

  /** Emits text, less what was emitted before the run was resumed. */
  write(stream: OutputStream, text: string): void {
    if (text === '') return;
    const key = stream === 'stdout' ? 'out' : 'err';
    const before = this.#counts[key];
    const already = this.#already[key];
    this.#events.emit({ event_type: stream, payload: text });
    if (before >= already) {
      this.#counts[key] = before + byteLength(text);
      this.#sink.write(stream, text);
      return;
    }
    const bytes = ENCODER.encode(text);
    this.#counts[key] = before + bytes.length;
    if (this.#counts[key] <= already) return;
    this.#sink.write(stream, new TextDecoder().decode(bytes.subarray(already - before)));
  }
}

function byteLength(text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > 127) return ENCODER.encode(text).length;
  }
  return text.length;
}
