// Metrics of a run: named values that its program notes, in its record (`metrics`) and for evaluations. Noting one makes the
// run one that is kept: a number that nobody can look up later is not worth noting.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey } from '../run/index.ts';
import { recErrors } from './errors.ts';
import { METRIC_EFFECT } from './metrics-section.ts';
import { ifGiven, json, record, text, type ValueOf } from './shape.ts';

/** Characters of JSON. A metric is read with every record; what is larger belongs in a file. */
const MAX_CHARS = 8192;

export const metricShape = record({ name: text, value: json, metadata: ifGiven(json) });

/** One noted value; `metadata` only where it was given. */
export type EvalMetric = ValueOf<typeof metricShape>;

const metricsKey: ServiceKey<EvalMetric[]> = { name: 'records.metrics', create: () => [] };

type Noted = readonly [string, Json, (JsonObject | null)?];

/** The record of it: its outcome is what the section of the record folds. */
const noteEffect = defineSyncEffect(
  { name: METRIC_EFFECT, class: 'ambient', access: 'observe' },
  (env, ...noted: Noted): EvalMetric => {
    const metric = metricOf(noted);
    // Nothing here waits for it: a store that cannot be opened ends the run, as it does for whatever else has to last.
    void env.store().catch(() => undefined);
    return metric;
  },
);

/** The memory of it, made again by replay. */
const keepEffect = defineSyncEffect(
  { name: 'obs.eval_metric_kept', class: 'local', access: 'write' },
  (env, metric: EvalMetric) => {
    env.get(metricsKey).push(metric);
    return null;
  },
);

/** Notes a value under a name. The same name may be noted any number of times. */
export function noteMetric(ctx: RunContext, ...noted: Noted): void {
  ctx.sync(keepEffect, [ctx.sync(noteEffect, [...noted])]);
}

export const metricEffects = {
  /** What this run has noted so far, in order. */
  eval_metrics: defineSyncEffect(
    { name: 'obs.eval_metrics', class: 'local', access: 'read' },
    (env): readonly EvalMetric[] => [...env.get(metricsKey)],
  ),
};

function metricOf([name, value, metadata = null]: Noted): EvalMetric {
  if (typeof name !== 'string' || name.trim() === '')
    throw recErrors.badMetric({ reason: 'its name is empty' });
  if (metadata !== null && !isJsonObject(metadata)) {
    throw recErrors.badMetric({ reason: `the metadata of "${name}" is not a dict` });
  }
  const metric = { name, value: value ?? null, ...(metadata === null ? {} : { metadata }) };
  const size = JSON.stringify(metric).length;
  if (size > MAX_CHARS) {
    throw recErrors.badMetric({
      reason: `"${name}" has ${size} characters; ${MAX_CHARS} are the most`,
    });
  }
  return metric as EvalMetric;
}

/** The numbers noted under one name: flags count as 0 and 1, texts and the rest not at all. */
export type MetricSummary = {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
};

/** What runs noted, by name; names without a number are left out. */
export function summarizeMetrics(runs: Iterable<readonly EvalMetric[] | undefined>): {
  readonly [name: string]: MetricSummary;
} {
  const byName = new Map<string, number[]>();
  for (const metrics of runs) {
    for (const { name, value } of metrics ?? []) {
      const number = typeof value === 'boolean' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) continue;
      byName.set(name, [...(byName.get(name) ?? []), number]);
    }
  }
  return Object.fromEntries(
    [...byName].map(([name, numbers]) => {
      const sum = numbers.reduce((total, number) => total + number, 0);
      const range = { min: Math.min(...numbers), max: Math.max(...numbers) };
      return [name, { count: numbers.length, mean: sum / numbers.length, ...range }];
    }),
  );
}

/** Summaries of several runs as one. */
export function mergeSummaries(all: readonly { readonly [name: string]: MetricSummary }[]): {
  readonly [name: string]: MetricSummary;
} {
  const out: { [name: string]: MetricSummary } = {};
  for (const [name, more] of all.flatMap(Object.entries<MetricSummary>)) {
    const before = Object.hasOwn(out, name) ? (out[name] as MetricSummary) : undefined;
    const count = (before?.count ?? 0) + more.count;
    out[name] =
      before === undefined
        ? more
        : {
            count,
            mean: (before.mean * before.count + more.mean * more.count) / count,
            min: Math.min(before.min, more.min),
            max: Math.max(before.max, more.max),
          };
  }
  return out;
}

/** What an evaluation asks of a metric: bounds of its mean, or its last value. */
export interface MetricBounds {
  readonly name: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly expected: Json;
}

/** Why a run's metric is not as expected; undefined: it is. */
export function metricFailure(
  metrics: readonly EvalMetric[] | undefined,
  { name, min, max, expected }: MetricBounds,
): string | undefined {
  const last = metrics?.findLast((metric) => metric.name === name);
  if (last === undefined) return `metric '${name}' was not noted`;
  const value = JSON.stringify(last.value);
  if (expected !== null && value !== JSON.stringify(expected)) {
    return `metric '${name}' is ${value}, expected ${JSON.stringify(expected)}`;
  }
  if (min === null && max === null) return undefined;
  const mean = summarizeMetrics([metrics])[name]?.mean;
  if (mean === undefined) return `metric '${name}' is no number`;
  if (min !== null && mean < min) return `metric '${name}' is ${mean}, below ${min}`;
  return max !== null && mean > max ? `metric '${name}' is ${mean}, above ${max}` : undefined;
}
