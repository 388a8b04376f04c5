// Conformance suites: programs with `.expected` (all that is printed) or `.error` (what the failure says) beside them.
// Each case is compiled and run by itself, in a run with a store of its own; what a pipeline returns is no matter.
import path from 'node:path';
import { renderDiagnostic } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { toCliError } from '../errors.ts';
import { isDirectory, programsBelow } from '../program-files.ts';
import { type EditionName, loadTarget } from '../source-files.ts';
import { testErrors } from './errors.ts';
import { readMocks } from './mocks.ts';
import { runTest } from './run-test.ts';
import { ScenarioShelf } from './scenarios.ts';

/** A case, and what it must come to. */
export interface ConformanceCase {
  /** Relative to the suite, with `/`. */
  readonly path: string;
  readonly file: string;
  readonly kind: 'output' | 'failure';
  readonly expected: string;
}

/** How a case ended. */
export interface CaseResult {
  readonly path: string;
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly reason: string | undefined;
  /** Whether the program itself came to a good end. */
  readonly ok: boolean;
  readonly output: string;
  readonly error: string;
  readonly ms: number;
  readonly timedOut: boolean;
}

/** The cases of a suite, or the one case that a file is. */
export async function findCases(host: Host, where: string): Promise<ConformanceCase[]> {
  if (!(await host.fs.exists(where))) throw testErrors.noSuchPath({ path: where });
  const isSuite = await isDirectory(host, where);
  const root = isSuite ? where : path.posix.dirname(where);
  const files = isSuite ? await programsBelow(host, where) : [where];
  const found: ConformanceCase[] = [];
  for (const file of files) {
    const each = await readCase(host, file, path.posix.relative(root, file));
    if (each !== undefined) found.push(each);
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readCase(
  host: Host,
  file: string,
  relative: string,
): Promise<ConformanceCase | undefined> {
  const stem = file.slice(0, -'.harn'.length);
  if (await host.fs.exists(`${stem}.conformance-skip`)) return undefined;
  for (const [ending, kind] of [
    ['.expected', 'output'],
    ['.error', 'failure'],
  ] as const) {
    const beside = stem + ending;
    if (await host.fs.exists(beside)) {
      return { path: relative, file, kind, expected: await host.fs.readText(beside) };
    }
  }
  return undefined;
}

/** How cases are run. */
export interface CaseOptions {
  readonly edition: EditionName | undefined;
  readonly timeoutMs: number;
  readonly skillDirs?: readonly string[] | undefined;
}

/** Runs a case and judges it. Whatever goes wrong is in the result. */
export async function runCase(
  host: Host,
  each: ConformanceCase,
  options: CaseOptions,
): Promise<CaseResult> {
  const startMs = host.clock.monotonicMs();
  const ended = await endingOf(host, each, options).catch((error: unknown) => ({
    ok: false,
    output: '',
    error: `error: ${toCliError(error).message}`,
    timedOut: false,
  }));
  const reason = complaint(each, ended);
  const ms = host.clock.monotonicMs() - startMs;
  return { path: each.path, passed: reason === undefined, reason, ...ended, ms };
}

type Ended = Pick<CaseResult, 'ok' | 'output' | 'error' | 'timedOut'>;

async function endingOf(
  host: Host,
  { file }: ConformanceCase,
  { edition, timeoutMs, skillDirs }: CaseOptions,
): Promise<Ended> {
  const loaded = await loadTarget(host, { path: file }, { edition });
  const { program, diagnostics, sources } = loaded;
  if (program === undefined) {
    const byId = new Map(sources.map((source) => [source.id, source]));
    const error = diagnostics
      .filter(({ severity }) => severity === 'error')
      .map((each) => renderDiagnostic(each, byId.get(each.span.source), { color: false }))
      .join('\n');
    return { ok: false, output: '', error, timedOut: false };
  }
  const found = await new ScenarioShelf(host, undefined).scenarioFor(file, '');
  const ending = await runTest(host, {
    scenario: found?.scenario,
    program,
    origin: file,
    timeoutMs,
    mocks: await readMocks(host, file),
    judgesValue: false,
    skillDirs,
  });
  const { outcome, stdout, message, report } = ending;
  const error = report === undefined ? '' : `${report}\n${message ?? ''}`;
  return {
    ok: outcome === 'passed',
    output: stdout,
    error,
    timedOut: outcome === 'timed_out',
  };
}

/** What is wrong with an ending; undefined when it is as expected. */
export function complaint(
  { kind, expected }: Pick<ConformanceCase, 'kind' | 'expected'>,
  { ok, output, error, timedOut }: Ended,
): string | undefined {
  if (timedOut) return 'it was still running when its time was over';
  if (kind === 'failure') {
    if (ok) return `it ended well; it was to fail with: ${expected.trim()}`;
    return saysOneOf(error, expected) ? undefined : `it failed in another way: ${error.trim()}`;
  }
  if (!ok) return `it failed: ${error.trim()}`;
  const wanted = comparable(expected);
  const printed = comparable(output);
  const at = wanted.findIndex((line, i) => line !== printed[i]);
  const differs = at === -1 && printed.length > wanted.length ? wanted.length : at;
  if (differs === -1) return undefined;
  const show = (line: string | undefined) => (line === undefined ? 'nothing more' : `"${line}"`);
  return `line ${differs + 1} is ${show(printed[differs])}, not ${show(wanted[differs])}`;
}

/** Lines without the end of the text; what a timer measured is masked. */
function comparable(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.replace(/^(\[timer\] [^:]*: ).*ms$/, '$1<ms>'));
}

/** One line must be in the text, or match it after `re:`; of several lines one is enough. */
function saysOneOf(error: string, expected: string): boolean {
  const text = `${error}\n${oldWording(error)}`;
  const lines = expected.trimEnd().split(/\r?\n/);
  return lines.some((line) => {
    const wanted = line.trim();
    return wanted.startsWith('re:') ? matches(text, wanted.slice(3)) : text.includes(wanted);
  });
}

/** A suite with a broken expression has a case that fails, not a runner. */
function matches(text: string, source: string): boolean {
  try {
    return new RegExp(source.trim()).test(text);
  } catch {
    return false;
  }
}

/** Suites name mistakes of syntax as `Expected X, got Y`; people are told `expected X, found Y`. */
function oldWording(error: string): string {
  return error
    .replaceAll(/\bexpected (.*), found (.*)$/gm, 'Expected $1, got $2')
    .replaceAll('unexpected end of file, expected', 'Unexpected end of file, expected');
}
