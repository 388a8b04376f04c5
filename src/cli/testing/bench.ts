// Running one found test: with its scenario, its fixture, the answers of models that were kept for it, and twice when the
// question is whether it does the same each time.
import { canonicalJson, type Json } from '../../base/index.ts';
import type { CompiledProgram, Instrument } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { modelTables } from '../project-settings.ts';
import { callOf, type Fixture } from './cases.ts';
import { testErrors } from './errors.ts';
import { readMocks } from './mocks.ts';
import { runTest, type TestEnding, type TestRun } from './run-test.ts';
import type { ScenarioShelf } from './scenarios.ts';
import type { FoundTest } from './suite.ts';

/** How each test is run. */
export interface BenchOptions {
  readonly timeoutMs: number;
  /** Whether the answers of models are kept, or those that were kept are given. */
  readonly answers?: 'record' | 'replay' | undefined;
  /** Whether each test runs twice, and fails when the second run differs. */
  readonly determinism?: boolean | undefined;
  readonly instrument?: Instrument | undefined;
  /** Folders of skills before all others. */
  readonly skillDirs?: readonly string[] | undefined;
}

/** Where answers of models are kept: a folder, in it one per file, in it one tape per test. */
const FOLDER = '.harn-fixtures';

/** Runs the tests of a suite. Fixtures of a file are made once. */
export class TestBench {
  readonly #host: Host;
  readonly #shelf: ScenarioShelf;
  readonly #options: BenchOptions;
  readonly #made = new Map<string, Promise<TestEnding>>();

  constructor(host: Host, shelf: ScenarioShelf, options: BenchOptions) {
    this.#host = host;
    this.#shelf = shelf;
    this.#options = options;
  }

  /** Runs a test to its end. What goes wrong in it is in the result. */
  async run(test: FoundTest, program: CompiledProgram): Promise<TestEnding> {
    const { answers, determinism } = this.#options;
    if (determinism !== true) return this.#once(test, program, answers);
    const first = await this.#once(test, program, answers);
    if (first.outcome !== 'passed') return first;
    const second = await this.#once(test, program, answers === undefined ? undefined : 'replay');
    return differing(first, second);
  }

  async #once(
    test: FoundTest,
    program: CompiledProgram,
    answers: BenchOptions['answers'],
  ): Promise<TestEnding> {
    const found = await this.#shelf.scenarioFor(test.file, test.name);
    const { plan, at } = test;
    const base: TestRun = {
      scenario: found?.scenario,
      program,
      origin: test.file,
      timeoutMs: this.#options.timeoutMs,
      mocks: await readMocks(this.#host, test.file),
      llm: await modelTables(this.#host, test.file),
      judgesValue: true,
      instrument: this.#options.instrument,
      skillDirs: this.#options.skillDirs,
    };
    const tape = answers === undefined ? undefined : await this.#tape(test, answers);
    if (tape instanceof Error) return failed(tape);
    let ending: TestEnding;
    if (plan === undefined || at === undefined) {
      const place = test.kind === 'function' ? { fn: test.fn } : { pipeline: test.fn };
      ending = await runTest(this.#host, { ...base, ...place, tape });
    } else {
      const made = await this.#fixture(plan.fixture, base);
      if (made !== undefined && made.outcome !== 'passed') {
        const fixture = plan.fixture?.fn ?? '';
        const error = testErrors.fixtureFailed({ fixture, reason: made.message ?? '' });
        return { ...made, message: error.message };
      }
      const call = callOf(plan, at, made?.value);
      ending = await runTest(this.#host, { ...base, fn: test.fn, call, tape });
    }
    if (found !== undefined) this.#shelf.note(found.path, ending.unused);
    return ending;
  }

  /** What a fixture of the whole file gave; undefined when each test makes its own. */
  async #fixture(fixture: Fixture | undefined, base: TestRun): Promise<TestEnding | undefined> {
    if (fixture?.scope !== 'file') return undefined;
    const key = `${base.origin}\n${fixture.fn}`;
    let made = this.#made.get(key);
    if (made === undefined) {
      const { fn, harness } = fixture;
      const scenario = (await this.#shelf.scenarioFor(base.origin, ''))?.scenario;
      made = runTest(this.#host, { ...base, scenario, fn, call: { harness } });
      this.#made.set(key, made);
    }
    return made;
  }

  /** The tape of a test; an empty one when it is recorded anew. */
  async #tape(test: FoundTest, mode: 'record' | 'replay'): Promise<TestRun['tape'] | Error> {
    const { fs } = this.#host;
    const folder = `${FOLDER}/${test.file.replace(/\.harn$/, '').replace(/^(?:\.{0,2}\/)+/, '')}`;
    const path = `${folder}/${test.name.replaceAll(/[^\w.[\]-]/g, '_')}.jsonl`;
    if (mode === 'record') {
      await fs.mkdir(folder);
      await fs.writeFile(path, '');
      return { path, mode };
    }
    if (!(await fs.exists(path))) return testErrors.noRecording({ path });
    // A test that asked no real model has nothing to be given.
    return (await fs.readText(path)).trim() === '' ? undefined : { path, mode };
  }
}

function failed(error: Error): TestEnding {
  return {
    outcome: 'failed',
    ms: 0,
    stdout: '',
    stderr: '',
    message: error.message,
    report: `error: ${error.message}`,
    exitCode: 1,
    unused: [],
    value: null,
    effects: null,
  };
}

/** What is held against each other; times and ids that a test does not show do not count. */
const COMPARED = ['outcome', 'message', 'stdout', 'stderr', 'value', 'effects'] as const;

function differing(first: TestEnding, second: TestEnding): TestEnding {
  const text = (value: Json | undefined) => canonicalJson(value ?? null);
  const what = COMPARED.filter((key) => text(first[key]) !== text(second[key]));
  const ms = first.ms + second.ms;
  if (what.length === 0) return { ...first, ms };
  const error = testErrors.differs({ what: what.join(', ') });
  const lines = what.map((key) => `  ${key}: ${text(first[key])}\n  then: ${text(second[key])}`);
  const report = [`error[${error.code}]: ${error.message}`, ...lines].join('\n');
  return { ...first, ms, outcome: 'failed', message: error.message, report };
}
