// How long tests took: what `--timing` shows, and its JSON.
import type { Json } from '../../base/index.ts';
import type { Output } from '../output.ts';
import { timeOf } from './report.ts';

export interface Timed {
  readonly name: string;
  readonly ms: number;
}

/** How many are named. */
const SLOWEST = 10;

/** Milliseconds over all tests: their sum, their mean, how long half and nearly all of them took at most, the slowest ones. */
export interface Timing {
  readonly sum: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly slowest: readonly Timed[];
}

export function timingOf(tests: readonly Timed[]): Timing {
  const sorted = tests.toSorted((a, b) => b.ms - a.ms || (a.name < b.name ? -1 : 1));
  const sum = tests.reduce((all, { ms }) => all + ms, 0);
  const within = (share: number) =>
    sorted[sorted.length - Math.ceil(sorted.length * share)]?.ms ?? 0;
  return {
    sum,
    mean: tests.length === 0 ? 0 : sum / tests.length,
    p50: within(0.5),
    p95: within(0.95),
    p99: within(0.99),
    slowest: sorted.slice(0, SLOWEST),
  };
}

export function printTiming(output: Output, timing: Timing): void {
  const { sum, mean, p50, p95, p99, slowest } = timing;
  const figures = { sum, mean, p50, p95, p99 };
  const texts = Object.entries(figures).map(([name, ms]) => `${name} ${timeOf(ms)}`);
  output.line();
  output.line(`timing: ${texts.join(', ')}`);
  output.table(
    ['SLOWEST', 'TIME'],
    slowest.map(({ name, ms }) => [name, timeOf(ms)]),
  );
}

/** In whole milliseconds. */
export function timingJson({ sum, mean, p50, p95, p99, slowest }: Timing): Json {
  return {
    sum_ms: Math.round(sum),
    mean_ms: Math.round(mean),
    p50_ms: Math.round(p50),
    p95_ms: Math.round(p95),
    p99_ms: Math.round(p99),
    slowest: slowest.map(({ name, ms }) => ({ name, ms: Math.round(ms) })),
  };
}
