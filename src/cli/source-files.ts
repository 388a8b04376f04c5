// Loading a program for a command: what cannot be read becomes a coded error, what is wrong in it is shown with the
// line it is on.
import {
  type Diagnostic,
  HarnError,
  type Json,
  LineIndex,
  renderDiagnostic,
  type Source,
} from '../base/index.ts';
import {
  type CompileCache,
  type LoadedProgram,
  loadProgram,
  type ProgramTarget,
  type SourceFs,
  sourceErrors,
} from '../engine/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { cliErrors, usageErrors } from './errors.ts';
import type { Output } from './output.ts';
import { nearest } from './suggest.ts';

const EDITIONS = ['0.7', '2026'] as const;
export type EditionName = (typeof EDITIONS)[number];

/** A word as an edition; undefined when it is none. */
export function toEdition(text: string | undefined): EditionName | undefined {
  return EDITIONS.find((each) => each === text?.trim());
}

/** The edition that was asked for: `--edition`, else `$HARN_EDITION`; undefined leaves it to each file. */
export function editionOf(host: Host, text: string | undefined): EditionName | undefined {
  const asked = text ?? host.env.get('HARN_EDITION');
  if (asked === undefined || asked === '') return undefined;
  const edition = toEdition(asked);
  if (edition !== undefined) return edition;
  const option = text === undefined ? 'HARN_EDITION' : '--edition';
  throw usageErrors.badChoice({ option, value: asked, choices: EDITIONS.join(', ') });
}

/** A program that does not lie in the working directory: a pack has files of its own. */
export interface SourcePlace {
  readonly path: string;
  readonly cwd: string;
  readonly fs: SourceFs;
  readonly edition: EditionName | undefined;
}

/** Loads a program. Its mistakes are in the result; a file that cannot be read at all is an error. */
export async function loadTarget(
  host: Host,
  target: ProgramTarget,
  options: {
    readonly edition?: EditionName | undefined;
    readonly cache?: CompileCache | undefined;
    readonly cwd?: string;
    readonly fs?: SourceFs;
    readonly hooks?: boolean;
  },
): Promise<LoadedProgram> {
  return guardLoad(host, target, () => loadProgram(target, { cwd: host.system.cwd(), ...options }));
}

/** Loads or checks a program; a file that cannot be read is an error that says what may have been meant. */
export async function guardLoad(
  host: Host,
  target: ProgramTarget,
  load: () => Promise<LoadedProgram>,
): Promise<LoadedProgram> {
  try {
    const loaded = await load();
    const [entry] = loaded.program?.sources ?? loaded.sources;
    const isEmpty = loaded.sources.length === 1 && entry?.text.trim() === '';
    if ('path' in target && isEmpty) throw cliErrors.emptyProgram({ path: target.path });
    return loaded;
  } catch (error) {
    if ('path' in target && isMissing(error)) throw await withNeighbour(host, target.path, error);
    throw readFailure('path' in target ? target.path : '-e', error) ?? error;
  }
}

function isMissing(error: unknown): error is HarnError {
  return HarnError.is(error) && error.code === sourceErrors.$code('notFound');
}

/** The same error with the name of a file that may have been meant. */
async function withNeighbour(host: Host, path: string, error: HarnError): Promise<HarnError> {
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const entries = await host.fs.listDir(folder === '' ? '.' : folder).catch(() => []);
  const names = entries.filter(({ kind }) => kind !== 'directory').map(({ name }) => name);
  const near = nearest(
    path.slice(slash),
    names.filter((name) => name.endsWith('.harn')),
  );
  const hint =
    near === undefined
      ? `check the spelling; paths start at ${host.system.cwd()}`
      : `did you mean ${folder}${near}?`;
  const { code, message, data } = error;
  return new HarnError({ code, message, data, hint });
}

const REASONS: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of its path is not a directory',
  EMFILE: 'too many files are open',
  EISDIR: 'it is a directory',
};

/** What the operating system refused, in words; undefined for errors of other kinds. */
export function readFailure(path: string, error: unknown) {
  const { code, syscall } = error as { readonly code?: string; readonly syscall?: string };
  if (typeof code !== 'string' || typeof syscall !== 'string') return undefined;
  return cliErrors.unreadable({ path, reason: REASONS[code] ?? code }, { cause: error });
}

/** Shows findings on stderr, each with its line. */
export function printDiagnostics(
  output: Output,
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): void {
  const byId = new Map(sources.map((source) => [source.id, source]));
  for (const diagnostic of diagnostics) {
    const source = byId.get(diagnostic.span.source);
    output.remark(`${renderDiagnostic(diagnostic, source, { color: output.colorErr })}\n`);
  }
}

/** A finding as data, with the place as people count it. */
export function diagnosticToJson(diagnostic: Diagnostic, sources: readonly Source[]): Json {
  const { severity, code, message, span, hint, data } = diagnostic;
  const text = sources.find(({ id }) => id === span.source)?.text;
  const index = text === undefined ? undefined : new LineIndex(text);
  const start = index?.positionOf(span.start);
  const end = index?.positionOf(span.end);
  return {
    severity,
    code,
    message,
    file: span.source,
    line: start?.line ?? null,
    column: start?.column ?? null,
    end_line: end?.line ?? null,
    end_column: end?.column ?? null,
    hint: hint ?? null,
    data: data ?? null,
  };
}
