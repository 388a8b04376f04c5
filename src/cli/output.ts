// What commands say: lines and tables for people, one envelope for programs. Colours only where a person looks:
// on a terminal, without NO_COLOR. Writing goes through a small port so that a run and its remarks share one queue.
import type { HarnError, Json } from '../base/index.ts';

/** Where text goes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly columns: number | undefined;
  flush(): Promise<void>;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const CODES: { readonly [style in Style]: number } = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/** Something worth knowing that is no failure, in an envelope. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** The document that every `--json` prints: all five keys, always. */
export interface Envelope {
  readonly schemaVersion: 1;
  readonly ok: boolean;
  readonly data: Json;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Json;
  } | null;
  readonly warnings: readonly Warning[];
}

export class Output {
  readonly terminal: Terminal;
  readonly #noColor: boolean;

  constructor(terminal: Terminal, { noColor }: { readonly noColor: boolean }) {
    this.terminal = terminal;
    this.#noColor = noColor;
  }

  get colorOut(): boolean {
    return this.terminal.outIsTty && !this.#noColor;
  }

  get colorErr(): boolean {
    return this.terminal.errIsTty && !this.#noColor;
  }

  /** The same output through another terminal port. */
  on(terminal: Terminal): Output {
    return new Output(terminal, { noColor: this.#noColor });
  }

  /** A line of the answer. */
  line(text = ''): void {
    this.terminal.out(`${text}\n`);
  }

  /** A remark beside the answer. */
  remark(text: string): void {
    this.terminal.err(`${text}\n`);
  }

  /** Styles text for stdout. */
  style(style: Style, text: string): string {
    return this.colorOut ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  /** Styles text for stderr. */
  styleErr(style: Style, text: string): string {
    return this.colorErr ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  /** Columns of the terminal that people look at; undefined where the answer goes elsewhere. */
  get width(): number | undefined {
    return this.terminal.outIsTty ? this.terminal.columns : undefined;
  }

  /**
   * Rows under a head, in columns as wide as they need; the last column is not padded, and cut to what the terminal has
   * room for.
   */
  table(head: readonly string[], given: readonly (readonly string[])[]): void {
    const rows = this.#fitting(head, given);
    const widths = head.map((title, i) =>
      Math.max(width(title), ...rows.map((cells) => width(cells[i] ?? ''))),
    );
    const draw = (cells: readonly string[]) =>
      cells
        .map((cell, i) => (i === cells.length - 1 ? cell : pad(cell, widths[i] ?? 0)))
        .join('  ')
        .trimEnd();
    this.line(this.style('dim', draw(head)));
    for (const cells of rows) this.line(draw(cells));
  }

  #fitting(
    head: readonly string[],
    rows: readonly (readonly string[])[],
  ): readonly (readonly string[])[] {
    const last = head.length - 1;
    const before = head
      .slice(0, last)
      .map((title, i) => Math.max(width(title), ...rows.map((cells) => width(cells[i] ?? ''))) + 2);
    const room =
      (this.width ?? Number.POSITIVE_INFINITY) - before.reduce((sum, one) => sum + one, 0);
    if (room < LEAST_ROOM) return rows;
    return rows.map((cells) => {
      const cell = cells[last] ?? '';
      const isLong = width(cell) > room && !cell.includes(ESCAPE);
      return isLong ? [...cells.slice(0, last), oneLine(cell, room)] : cells;
    });
  }

  /** Names and values below each other. */
  facts(facts: readonly (readonly [string, string])[]): void {
    const widest = Math.max(0, ...facts.map(([name]) => width(name)));
    for (const [name, value] of facts)
      this.line(`${this.style('dim', pad(name, widest))}  ${value}`);
  }

  /** The envelope of a command that worked. */
  json(data: Json, warnings: readonly Warning[] = []): void {
    this.envelope({ schemaVersion: 1, ok: true, data, error: null, warnings });
  }

  envelope(envelope: Envelope): void {
    this.line(JSON.stringify(envelope, null, 2));
  }

  /** An error as people read it: what happened, then what to do. */
  error(error: HarnError): void {
    const head = this.styleErr('red', `error[${error.code}]`);
    const lines = [`${head}: ${error.message}`];
    for (const note of error.notes) lines.push(`  = note: ${note.message}`);
    if (error.hint !== undefined) lines.push(`  = help: ${error.hint}`);
    this.remark(lines.join('\n'));
  }

  /** An error as the answer of a `--json` command. */
  jsonError(error: HarnError, data: Json = null): void {
    this.envelope({
      schemaVersion: 1,
      ok: false,
      data,
      error: { code: error.code, message: error.message, details: errorDetails(error) },
      warnings: [],
    });
  }
}

/** What a program may want to know about an error besides its text. */
export function errorDetails(error: HarnError): Json {
  const { hint, data } = error;
  const details: { [key: string]: Json } = {};
  if (hint !== undefined) details['hint'] = hint;
  if (Object.keys(data).length > 0) details['data'] = data;
  return Object.keys(details).length === 0 ? null : details;
}

/** A last column that has less room than this is left to break as the terminal likes. */
const LEAST_ROOM = 12;

// Built at run time: a control character in a regular expression looks like a mistake to the linter.
const ESCAPE = String.fromCharCode(27);
const ANSI = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g');

function width(text: string): number {
  return [...text.replace(ANSI, '')].length;
}

function pad(text: string, to: number): string {
  return text + ' '.repeat(Math.max(0, to - width(text)));
}

/** `3 min ago`, `in 2 h`: one unit, rounded down. */
export function relativeTime(nowMs: number, atMs: number): string {
  const distance = Math.abs(nowMs - atMs);
  if (distance < 1_000) return 'now';
  const text = roughDuration(distance);
  return atMs <= nowMs ? `${text} ago` : `in ${text}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** `740 ms`, `12 s`, `3 min`: one unit, rounded down. */
export function roughDuration(ms: number): string {
  for (const [size, unit] of UNITS) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return `${Math.round(ms)} ms`;
}

/** Text on one line, cut where it gets long. */
export function oneLine(text: string, max = 120): string {
  const chars = [...text.replaceAll(/\s+/g, ' ').trim()];
  return chars.length <= max ? chars.join('') : `${chars.slice(0, max - 1).join('')}…`;
}

/** The terminal of this process, for commands that start no program. Touches the streams only when they are used. */
export function processTerminal(): Terminal {
  const used = new Set<NodeJS.WriteStream>();
  const use = (stream: NodeJS.WriteStream) => {
    // A reader that went away (`harn runs ls | head`) is not an error of ours.
    if (!used.has(stream)) stream.on('error', () => undefined);
    used.add(stream);
    return stream;
  };
  return {
    out: (text) => {
      use(process.stdout).write(text);
    },
    err: (text) => {
      use(process.stderr).write(text);
    },
    get outIsTty() {
      return use(process.stdout).isTTY === true;
    },
    get errIsTty() {
      return use(process.stderr).isTTY === true;
    },
    get columns() {
      return use(process.stdout).columns;
    },
    flush: async () => {
      for (const stream of used) await drained(stream);
    },
  };
}

async function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });
}
