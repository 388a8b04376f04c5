// Source texts and positions in them. Positions are UTF-16 offsets; lines and columns are computed when shown.

/** A text with a name people recognise: a path as typed, or `std/...`, or `<eval>`. */
export interface Source {
  readonly id: string;
  readonly text: string;
}

/** A half-open range `[start, end)` of UTF-16 offsets in the source named `source`. */
export interface Span {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

/** A 1-based position for people. `column` counts Unicode scalars, as editors show them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Maps offsets of one text to lines; built once per text, O(log lines) per question. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[];

  constructor(text: string) {
    this.#text = text;
    this.#starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** The position of `offset`; offsets outside the text are clamped. */
  positionOf(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    const before = this.#text.slice(this.#starts[low], at);
    return { line: low + 1, column: [...before].length + 1 };
  }

  /** The text of a 1-based line without its line break, or '' when there is no such line. */
  lineText(line: number): string {
    const start = this.#starts[line - 1];
    if (start === undefined) return '';
    const next = this.#starts[line];
    const text = this.#text.slice(start, next === undefined ? undefined : next - 1);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}
