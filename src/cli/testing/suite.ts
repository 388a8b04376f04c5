// The tests of a project: what was found in which file, running them, and what came of it.
import { renderDiagnostic, type Span } from '../../base/index.ts';
import type { CompileCache, CompiledProgram } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { isDirectory, listPrograms, programsBelow } from '../program-files.ts';
import { type EditionName, loadTarget } from '../source-files.ts';
import { type BenchOptions, TestBench } from './bench.ts';
import type { TestCase, TestPlan } from './cases.ts';
import { testsIn } from './discover.ts';
import { testErrors } from './errors.ts';
import type { TestEnding } from './run-test.ts';
import { ScenarioShelf, type UnusedAnswer } from './scenarios.ts';
import { inParallel, type NameFilter } from './select.ts';

/** A test that can be run. */
export interface FoundTest {
  readonly file: string;
  /** With its case: `adds[small]`. */
  readonly name: string;
  /** The function or pipeline. */
  readonly fn: string;
  readonly line: number;
  readonly span: Span;
  readonly kind: 'pipeline' | 'function';
  readonly plan: TestPlan | undefined;
  /** The case of the plan that this is; its name is part of `name`. */
  readonly at: TestCase | undefined;
}

/** A test with how it ended. A file that does not compile is one failed test without a name. */
export interface TestResult extends TestEnding {
  readonly file: string;
  readonly name: string;
  readonly line: number;
}

/** How tests are run. */
export interface SuiteOptions extends BenchOptions {
  readonly edition: EditionName | undefined;
  readonly parallel: number;
  /** The scenario of every test; without one, that beside its file. */
  readonly scenario?: string | undefined;
  /** Compiled programs of earlier runs. */
  readonly cache?: CompileCache | undefined;
  readonly onResult: (result: TestResult) => void;
}

/** The files that a command line means; `tests`, else everything here, when it names none. */
export async function testFiles(host: Host, paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    if (!(await host.fs.exists(path))) throw testErrors.noSuchPath({ path });
  }
  if (paths.length > 0) return listPrograms(host, paths, 'harn test');
  return programsBelow(host, (await isDirectory(host, 'tests')) ? 'tests' : '.');
}

/** The tests of files, in their order. */
export async function findTests(host: Host, files: readonly string[]): Promise<FoundTest[]> {
  const found: FoundTest[] = [];
  for (const file of files) {
    const text = await host.fs.readText(file);
    for (const test of testsIn({ id: file, text })) {
      for (const at of test.plan?.cases ?? [undefined]) {
        const name = at?.name === undefined ? test.name : `${test.name}[${at.name}]`;
        found.push({ file, ...test, fn: test.name, name, at });
      }
    }
  }
  return found;
}

/** Those that a filter means: by name, or by `file::name`. */
export function selectTests(tests: readonly FoundTest[], filter: NameFilter): FoundTest[] {
  return tests.filter(({ file, name }) => filter(name) || filter(`${file}::${name}`));
}

/** What running tests gave. Results are in the order of the tests. */
export interface SuiteRun {
  readonly results: readonly TestResult[];
  readonly programs: readonly CompiledProgram[];
  /** Answers of scenarios that no test wanted. */
  readonly unused: readonly UnusedAnswer[];
}

/** Runs tests, each in a run of its own. Every file is compiled once. */
export async function runSuite(
  host: Host,
  tests: readonly FoundTest[],
  options: SuiteOptions,
): Promise<SuiteRun> {
  const programs = new Map<string, CompiledProgram>();
  const broken: TestResult[] = [];
  for (const file of new Set(tests.map((test) => test.file))) {
    const loaded = await compile(host, file, options);
    if ('program' in loaded) programs.set(file, loaded.program);
    else {
      broken.push(loaded);
      options.onResult(loaded);
    }
  }
  const sound = tests.filter(({ file }) => programs.has(file));
  const shelf = new ScenarioShelf(host, options.scenario);
  const bench = new TestBench(host, shelf, options);
  const results = await inParallel(sound, options.parallel, async (test) => {
    const ending = await bench.run(test, programs.get(test.file) as CompiledProgram);
    const { file, name, line } = test;
    const result: TestResult = { file, name, line, ...ending };
    options.onResult(result);
    return result;
  });
  return {
    results: [...broken, ...results],
    programs: [...programs.values()],
    unused: shelf.unused(),
  };
}

async function compile(
  host: Host,
  file: string,
  { edition, cache }: SuiteOptions,
): Promise<{ readonly program: CompiledProgram } | TestResult> {
  const startMs = host.clock.monotonicMs();
  const loaded = await loadTarget(host, { path: file }, { edition, cache, hooks: true });
  if (loaded.program !== undefined) return { program: loaded.program };
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  const byId = new Map(loaded.sources.map((source) => [source.id, source]));
  const report = errors
    .map((each) => renderDiagnostic(each, byId.get(each.span.source), { color: false }))
    .join('\n\n');
  return {
    file,
    name: '',
    line: 1,
    outcome: 'failed',
    exitCode: 1,
    unused: [],
    value: null,
    effects: null,
    ms: host.clock.monotonicMs() - startMs,
    stdout: '',
    stderr: '',
    message: errors[0]?.message ?? '',
    report,
  };
}
