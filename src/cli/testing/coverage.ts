// Which lines ran: V8 counts blocks of the generated code, and the source map of each module says where in them each
// statement begins. Lines are counted on which a statement begins; the tests themselves are left out. A module is linked anew for every test; the counts of all its copies are added up.
import { type Profiler, Session } from 'node:inspector/promises';
import { LineIndex, type Source, type Span } from '../../base/index.ts';
import type { CompiledModule, CompiledProgram } from '../../engine/index.ts';
import { decodeMappings, parse } from '../../lang/index.ts';

/** How often each line of a file ran; lines without code are not there. Lines count from 1. */
export interface FileCoverage {
  readonly file: string;
  readonly lines: ReadonlyMap<number, number>;
}

/** A file with its texts that are not to be counted: the tests themselves. */
export interface LeftOut {
  readonly file: string;
  readonly spans: readonly Span[];
}

/** Counts what runs between `start` and `stop`. One at a time in a process. */
export class CoverageRecorder {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Lines of the project's own modules of these programs, sorted by file. */
  async stop(
    programs: readonly CompiledProgram[],
    leftOut: readonly LeftOut[],
  ): Promise<FileCoverage[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
    return coverageOf(result, programs, leftOut);
  }
}

/** Adds the counts of V8 up to lines. */
export function coverageOf(
  scripts: readonly Profiler.ScriptCoverage[],
  programs: readonly CompiledProgram[],
  leftOut: readonly LeftOut[],
): FileCoverage[] {
  const byUrl = new Map<string, Profiler.ScriptCoverage[]>();
  for (const script of scripts) {
    const all = byUrl.get(script.url) ?? [];
    byUrl.set(script.url, all);
    all.push(script);
  }
  const files = new Map<string, Map<number, number>>();
  const done = new Set<string>();
  for (const program of programs) {
    for (const module of program.modules) {
      const url = `harn:${module.hash.slice(0, 12)}:${module.id}`;
      if (done.has(url) || !isOwn(module.id)) continue;
      done.add(url);
      const lines = files.get(module.id) ?? new Map<number, number>();
      files.set(module.id, lines);
      const text = program.sources.find(({ id }) => id === module.id)?.text ?? '';
      const spans = leftOut.filter(({ file }) => file === module.id).flatMap((each) => each.spans);
      const begins = statementStarts({ id: module.id, text }, linesOf(spans, text));
      addLines(lines, module, byUrl.get(url) ?? [], begins);
    }
  }
  return [...files]
    .filter(([, lines]) => lines.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, lines]) => ({ file, lines: new Map([...lines].sort(([a], [b]) => a - b)) }));
}

/** The standard library and installed packages are not the project's to test. */
function isOwn(id: string): boolean {
  return !id.startsWith('std/') && !id.includes('node_modules/') && !id.startsWith('.harn/');
}

function linesOf(spans: readonly Span[], text: string): ReadonlySet<number> {
  const index = new LineIndex(text);
  const lines = new Set<number>();
  for (const { start, end } of spans) {
    const last = index.positionOf(end).line;
    for (let line = index.positionOf(start).line; line <= last; line += 1) lines.add(line);
  }
  return lines;
}

/** Where statements begin, as `line:column` from 0, except on these lines. */
function statementStarts(source: Source, leftOut: ReadonlySet<number>): ReadonlySet<string> {
  const index = new LineIndex(source.text);
  const starts = new Set<string>();
  const add = (statements: readonly { readonly span: Span }[]) => {
    for (const { span } of statements) {
      const { line, column } = index.positionOf(span.start);
      if (!leftOut.has(line)) starts.add(`${line - 1}:${column - 1}`);
    }
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    else if (typeof value === 'object' && value !== null) {
      const { statements } = value as { readonly statements?: readonly { readonly span: Span }[] };
      if (Array.isArray(statements)) add(statements);
      for (const each of Object.values(value)) visit(each);
    }
  };
  const { body } = parse(source).module;
  add(body);
  visit(body);
  return starts;
}

/** A line ran as often as the statement on it that ran most. */
function addLines(
  lines: Map<number, number>,
  { code, map }: CompiledModule,
  copies: readonly Profiler.ScriptCoverage[],
  begins: ReadonlySet<string>,
): void {
  const starts = lineStarts(code);
  const own = new Map<number, number>();
  const counters = copies.map(counterOf);
  for (const at of decodeMappings(map.mappings)) {
    const line = at.sourceLine + 1;
    if (!begins.has(`${at.sourceLine}:${at.sourceColumn}`)) continue;
    const offset = (starts[at.line] ?? 0) + at.column;
    let count = 0;
    for (const counter of counters) count += counter(offset);
    own.set(line, Math.max(own.get(line) ?? 0, count));
  }
  for (const [line, count] of own) lines.set(line, (lines.get(line) ?? 0) + count);
}

function lineStarts(code: string): number[] {
  const starts = [0];
  for (let at = code.indexOf('\n'); at !== -1; at = code.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** How often the code at an offset ran: the count of the smallest range around it. */
function counterOf({ functions }: Profiler.ScriptCoverage): (offset: number) => number {
  // Outer ranges begin earlier and, at the same place, end later; the last that holds an offset is the innermost.
  const ranges = functions
    .flatMap((fn) => fn.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  return (offset) => {
    let count = 0;
    for (const range of ranges) {
      if (range.startOffset > offset) break;
      if (offset < range.endOffset) count = range.count;
    }
    return count;
  };
}

/** Lines that ran, and all that could. */
export function totals({ lines }: FileCoverage): { readonly hit: number; readonly found: number } {
  let hit = 0;
  for (const count of lines.values()) if (count > 0) hit += 1;
  return { hit, found: lines.size };
}

/** The lines that did not run, as `3-5, 9`. */
export function missedLines({ lines }: FileCoverage): string {
  const ranges: [number, number][] = [];
  let open: [number, number] | undefined;
  for (const [line, count] of lines) {
    if (count > 0) open = undefined;
    else if (open === undefined) {
      open = [line, line];
      ranges.push(open);
    } else open[1] = line;
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

/** The report in the format of lcov, which editors and coverage services read. */
export function lcovOf(files: readonly FileCoverage[]): string {
  const records = files.map((file) => {
    const { hit, found } = totals(file);
    const rows = [...file.lines].map(([line, count]) => `DA:${line},${count}`);
    return ['TN:', `SF:${file.file}`, ...rows, `LF:${found}`, `LH:${hit}`, 'end_of_record'];
  });
  return records.flat().join('\n').concat('\n');
}
