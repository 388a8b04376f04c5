// What the test commands say: a line for each test, failures with their place and output, coverage as a table.
import { isJsonObject, type Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Output } from '../output.ts';
import { type FileCoverage, missedLines, totals } from './coverage.ts';
import type { UnusedAnswer } from './scenarios.ts';
import type { TestResult } from './suite.ts';

const MARKS = {
  passed: ['green', 'ok  '],
  failed: ['red', 'FAIL'],
  timed_out: ['red', 'TIME'],
} as const;

/** Tells of tests as they end. */
export class Reporter {
  readonly #output: Output;
  readonly #options: { readonly isSilent: boolean; readonly isVerbose: boolean };
  #startMs = 0;

  constructor(
    output: Output,
    options: { readonly isSilent: boolean; readonly isVerbose: boolean },
  ) {
    this.#output = output;
    this.#options = options;
  }

  start(host: Host): void {
    this.#startMs = host.clock.monotonicMs();
  }

  /** Milliseconds since the start. */
  ms(host: Host): number {
    return host.clock.monotonicMs() - this.#startMs;
  }

  result(result: TestResult): void {
    const { isSilent, isVerbose } = this.#options;
    if (isSilent) return;
    const output = this.#output;
    const { outcome, file, name, ms, report } = result;
    const [style, mark] = MARKS[outcome];
    const title = name === '' ? `${file} does not compile` : `${file}::${name}`;
    output.line(`${output.style(style, mark)} ${title} ${output.style('dim', `(${timeOf(ms)})`)}`);
    if (report !== undefined) this.#indented(report);
    if (outcome === 'passed' && !isVerbose) return;
    this.#printed('stdout', result.stdout);
    this.#printed('stderr', result.stderr);
  }

  /** Answers of scenarios that no test wanted. */
  unused(answers: readonly UnusedAnswer[]): void {
    for (const { scenario, answer } of answers) {
      this.#output.line(this.#output.style('yellow', `     ${scenario}: no test wanted ${answer}`));
    }
  }

  summary(host: Host, results: readonly TestResult[]): void {
    const output = this.#output;
    const failed = results.filter(({ outcome }) => outcome !== 'passed').length;
    const passed = results.length - failed;
    const counts = failed === 0 ? `${passed} passed` : `${failed} failed, ${passed} passed`;
    output.line();
    output.line(
      `${output.style(failed === 0 ? 'green' : 'red', counts)} in ${timeOf(this.ms(host))}`,
    );
  }

  #printed(stream: string, text: string): void {
    if (text === '') return;
    this.#output.line(this.#output.style('dim', `       ${stream}:`));
    this.#indented(text.trimEnd());
  }

  #indented(text: string): void {
    for (const line of text.split('\n')) this.#output.line(`       ${line}`.trimEnd());
  }
}

/** `3 ms`, `1.2 s`. */
export function timeOf(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** One test for `--json`. */
export function resultJson(result: TestResult): Json {
  const { file, name, line, outcome, ms, stdout, stderr, message, report } = result;
  const error = message === undefined ? null : { message, report: report ?? message };
  return { file, name, line, outcome, ms: Math.round(ms), error, stdout, stderr };
}

/** Coverage for people. */
export function printCoverage(output: Output, files: readonly FileCoverage[]): void {
  output.line();
  const all = files.map(totals);
  const hit = all.reduce((sum, each) => sum + each.hit, 0);
  const found = all.reduce((sum, each) => sum + each.found, 0);
  output.table(
    ['FILE', 'LINES', 'COVERED', 'NOT COVERED'],
    [
      ...files.map((file) => {
        const counts = totals(file);
        return [file.file, ratio(counts.hit, counts.found), percent(counts), missedLines(file)];
      }),
      ['all files', ratio(hit, found), percent({ hit, found }), ''],
    ],
  );
}

function ratio(hit: number, found: number): string {
  return `${hit}/${found}`;
}

function percent({ hit, found }: { readonly hit: number; readonly found: number }): string {
  return found === 0 ? '-' : `${Math.floor((hit / found) * 1_000) / 10}%`;
}

/** Coverage for programs. */
export function coverageJson(files: readonly FileCoverage[]): Json {
  return {
    files: files.map((file) => {
      const { hit, found } = totals(file);
      const lines = Object.fromEntries([...file.lines].map(([line, count]) => [`${line}`, count]));
      return { file: file.file, hit, found, lines: isJsonObject(lines) ? lines : {} };
    }),
  };
}
