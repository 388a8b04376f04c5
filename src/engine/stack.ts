// From a JavaScript error to places in Harn. An error of the language is a JavaScript error made at the failing
// operation, so its stack is read once, when someone wants to see it, through the source maps. A thrown value carries
// the number of its throw, and a stack only while the program has some to spare.
import { HarnError, LineIndex, type Source } from '../base/index.ts';
import { decodeMappings, harnNameOf, lookUp, type Mapping } from '../lang/index.ts';
import { HarnThrow, translateError, uncaughtText } from '../values/index.ts';
import { type LiveModule, type LiveProgram, SITES_PER_MODULE } from './link.ts';

/** One open call. Lines and columns start at 1. */
export interface HarnFrame {
  /** The function; `<script>` for statements of a module, undefined for closures. */
  readonly function: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The functions that hold the statements of a module. */
const TOP_LEVEL = new Set(['$main', '$init']);

/** Names of functions that have none in the program. */
const ANONYMOUS = new Set(['closure', 'spawn', 'parallel', 'deadline']);

/** `    at name (harn:hash:file:12:34)`; lines of other code are something else. */
const FRAME = /^\s+at (?:(.*?) \()?(harn:.*):(\d+):(\d+)\)?$/;

/** Reads stacks of one linked program. */
export class StackReader {
  readonly #byFile: ReadonlyMap<string, LiveModule>;
  readonly #modules: readonly LiveModule[];
  readonly #mappings = new Map<LiveModule, readonly Mapping[]>();

  constructor(program: Pick<LiveProgram, 'modules'>) {
    this.#modules = [...program.modules.values()];
    this.#byFile = new Map(this.#modules.map((module) => [module.filename, module]));
  }

  /** The open calls where the error was made, innermost first; empty when they are not known. */
  frames(error: unknown): HarnFrame[] {
    if (HarnThrow.is(error) && error.site !== undefined)
      return [...this.#site(error.site), ...this.#stack(error.origin).slice(1).flat()];
    return this.#stack(HarnThrow.is(error) ? error.origin : causeOf(error)).flat();
  }

  /** One entry for each call of the program; empty where its place is not known. */
  #stack(error: unknown): HarnFrame[][] {
    if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
    const calls = error.stack.split('\n').map((line) => FRAME.exec(line));
    return calls.flatMap((call) => (call === null ? [] : [this.#frame(call)]));
  }

  #site(site: number): HarnFrame[] {
    const module = this.#modules.find((m) => m.siteBase === site - (site % SITES_PER_MODULE));
    const at = (site % SITES_PER_MODULE) * 2;
    const line = module?.compiled.sites[at];
    const column = module?.compiled.sites[at + 1];
    if (module === undefined || line === undefined || column === undefined) return [];
    return [{ function: undefined, file: module.id, line, column }];
  }

  #frame(match: RegExpExecArray): HarnFrame[] {
    const module = this.#byFile.get(match[2] as string);
    if (module === undefined) return [];
    const at = lookUp(this.#mapOf(module), Number(match[3]) - 1, Number(match[4]) - 1);
    if (at === undefined) return [];
    const jsName = (match[1] ?? '').replace(/ \[as .*\]$/, '').replace(/^.*\./, '');
    const name = TOP_LEVEL.has(jsName) ? '<script>' : harnNameOf(jsName);
    return [
      {
        function: name === undefined || ANONYMOUS.has(name) ? undefined : name,
        file: module.id,
        line: at.line + 1,
        column: at.column + 1,
      },
    ];
  }

  #mapOf(module: LiveModule): readonly Mapping[] {
    let mappings = this.#mappings.get(module);
    if (mappings === undefined) {
      mappings = decodeMappings(module.compiled.map.mappings);
      this.#mappings.set(module, mappings);
    }
    return mappings;
  }
}

/** The error whose stack has the place: for what JavaScript raised by itself, that of before its translation. */
function causeOf(error: unknown): unknown {
  const raised = translateError(error);
  return raised === error ? error : (raised as Error).cause;
}

/** Shown frames; deep recursion says no more with more of them. */
const MAX_NOTES = 12;

/**
 * An uncaught error as people read it:
 * the message, `--> file:line:col`, the line with a caret, and `note: called from NAME at file:line` for each caller.
 */
export function renderUncaught(
  error: unknown,
  frames: readonly HarnFrame[],
  sources: ReadonlyMap<string, Source>,
): string {
  const raised = translateError(error);
  const code = HarnError.is(raised) ? `[${raised.code}]` : '';
  const lines = [`error${code}: ${uncaughtText(raised)}`];
  const [top, ...callers] = frames;
  if (top !== undefined) lines.push(...codeFrame(top, sources.get(top.file)));
  // A frame says where its function was; the function itself is what the frame below was called from.
  for (const { function: name, file, line } of callers.slice(0, MAX_NOTES))
    lines.push(`  = note: called from ${name ?? 'a closure'} at ${file}:${line}`);
  if (callers.length > MAX_NOTES) lines.push(`  = note: and ${callers.length - MAX_NOTES} more`);
  if (HarnError.is(raised) && raised.hint !== undefined) lines.push(`  = help: ${raised.hint}`);
  return lines.join('\n');
}

function codeFrame({ file, line, column }: HarnFrame, source: Source | undefined): string[] {
  const number = String(line);
  const blank = ' '.repeat(number.length);
  const head = `${blank}--> ${file}:${line}:${column}`;
  if (source === undefined) return [head];
  const text = new LineIndex(source.text).lineText(line).replaceAll('\t', ' ');
  return [head, `${blank} |`, `${number} | ${text}`, `${blank} | ${' '.repeat(column - 1)}^`];
}
