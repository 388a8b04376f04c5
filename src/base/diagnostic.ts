// Diagnostics: what is wrong with a program text, as data. Phases report to a sink and go on; rendering as a
// code frame is separate, so the CLI, an editor and JSON show the same finding.
import type { ErrorNote } from './error.ts';
import { HarnError } from './error.ts';
import type { Json } from './json.ts';
import { LineIndex, type Source, type Span } from './source.ts';

export type Severity = 'error' | 'warning' | 'info';

/** One finding in a program text. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly hint?: string | undefined;
  readonly notes?: readonly ErrorNote[] | undefined;
  /** The parameters of the message, for tools. */
  readonly data?: { readonly [key: string]: Json } | undefined;
}

/** Collects findings; keeps the first `limit` (50 by default) and counts the rest. */
export class DiagnosticSink {
  readonly #kept: Diagnostic[] = [];
  readonly #limit: number;
  #dropped = 0;
  #errors = 0;

  constructor(limit = 50) {
    this.#limit = limit;
  }

  report(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.#errors += 1;
    if (this.#kept.length < this.#limit) this.#kept.push(diagnostic);
    else this.#dropped += 1;
  }

  /** Reports a coded error that knows its span. */
  error(error: HarnError): void {
    if (error.span === undefined) throw error;
    const { code, message, span, hint, notes, data } = error;
    this.report({ severity: 'error', code, message, span, hint, notes, data });
  }

  get all(): readonly Diagnostic[] {
    return this.#kept;
  }

  /** Whether further findings are only counted. */
  get isFull(): boolean {
    return this.#kept.length >= this.#limit;
  }

  /** How many findings were counted but not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  get errorCount(): number {
    return this.#errors;
  }
}

/** Thrown where a program cannot go on to be compiled; holds every finding. */
export class CompileError extends HarnError {
  readonly diagnostics: readonly Diagnostic[];
  readonly dropped: number;

  constructor(diagnostics: readonly Diagnostic[], dropped = 0) {
    const first = diagnostics.find((d) => d.severity === 'error') ?? diagnostics[0];
    super({
      code: first?.code ?? 'HARN-CMP-001',
      message: first?.message ?? 'the program does not compile',
      span: first?.span,
      hint: first?.hint,
    });
    this.name = 'CompileError';
    this.diagnostics = diagnostics;
    this.dropped = dropped;
  }
}

const PAINT = { error: 31, warning: 33, info: 36, dim: 90, bold: 1 } as const;

/** How to draw: `color` adds ANSI codes. */
export interface FrameOptions {
  readonly color?: boolean;
}

/**
 * Draws one finding as people read it:
 * the message with its code, `--> file:line:col`, the line with a caret below it, hint and notes.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  source: Source | undefined,
  { color = false }: FrameOptions = {},
): string {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const head = `${paint(PAINT[diagnostic.severity], `${diagnostic.severity}[${diagnostic.code}]`)}: ${paint(PAINT.bold, diagnostic.message)}`;
  const lines = [head];
  if (source !== undefined) lines.push(...frame(diagnostic.span, source, paint));
  for (const note of diagnostic.notes ?? []) lines.push(`  = note: ${note.message}`);
  if (diagnostic.hint !== undefined) lines.push(`  = help: ${diagnostic.hint}`);
  return lines.join('\n');
}

/** The longest piece of a source line that a frame shows. */
const MAX_SHOWN = 160;

function frame(
  span: Span,
  source: Source,
  paint: (code: number, text: string) => string,
): string[] {
  const index = new LineIndex(source.text);
  const { line, column } = index.positionOf(span.start);
  const text = index.lineText(line);
  const chars = [...text];
  const from = column > MAX_SHOWN ? column - MAX_SHOWN / 2 : 0;
  const shown = chars
    .slice(from, from + MAX_SHOWN)
    .join('')
    .replaceAll('\t', ' ');
  const width = Math.max(
    1,
    Math.min(
      [
        ...(source.text
          .slice(span.start, Math.min(span.end, span.start + MAX_SHOWN))
          .split('\n', 1)[0] ?? ''),
      ].length,
      MAX_SHOWN,
    ),
  );
  const gutter = String(line).padStart(4);
  const blank = ' '.repeat(gutter.length);
  return [
    `${blank}${paint(PAINT.dim, '-->')} ${source.id}:${line}:${column}`,
    `${blank} ${paint(PAINT.dim, '|')}`,
    `${paint(PAINT.dim, `${gutter} |`)} ${shown}`,
    `${blank} ${paint(PAINT.dim, '|')} ${' '.repeat(column - 1 - from)}${paint(PAINT.error, '^'.repeat(width))}`,
  ];
}
