// Reporting while reading: positions for messages (one line index per text), and a cheap path once the sink keeps
// no more, so that garbage with a million errors is not a million Error objects.
import { type DiagnosticSink, type HarnError, LineIndex, type Span } from '../../base/index.ts';

/** Where lexer and parser report to; shared by all ranges of one text. */
export class Reporter {
  readonly sourceId: string;
  readonly sink: DiagnosticSink;
  readonly #text: string;
  #index: LineIndex | undefined;

  constructor(sourceId: string, text: string, sink: DiagnosticSink) {
    this.sourceId = sourceId;
    this.#text = text;
    this.sink = sink;
  }

  /** The same text with another sink. */
  withSink(sink: DiagnosticSink): Reporter {
    const other = new Reporter(this.sourceId, this.#text, sink);
    other.#index = this.#index;
    return other;
  }

  span(start: number, end: number): Span {
    return { source: this.sourceId, start, end };
  }

  positionOf(offset: number): { readonly line: number; readonly column: number } {
    this.#index ??= new LineIndex(this.#text);
    return this.#index.positionOf(offset);
  }

  /** Reports what `make` builds for this place; when the sink is full it is only counted. */
  error(
    start: number,
    end: number,
    make: (position: { line: number; column: number }, span: Span) => HarnError,
  ): void {
    const span = this.span(start, end);
    if (this.sink.isFull) {
      this.sink.report({ severity: 'error', code: '', message: '', span });
      return;
    }
    this.sink.error(make(this.positionOf(start), span));
  }

  warning(
    start: number,
    end: number,
    make: (position: { line: number; column: number }, span: Span) => HarnError,
  ): void {
    const span = this.span(start, end);
    const { code, message, hint, data } = make(this.positionOf(start), span);
    this.sink.report({ severity: 'warning', code, message, span, hint, data });
  }
}
