// Thresholds of an evaluation: what a run may cost at most. Numbers that a record does not have are not judged. A score is
// given by nobody here, so what asks for one does not pass untried.

import type { RunDocument } from './run-document.ts';
import { maybe, number, record, text, type ValueOf } from './shape.ts';
import { durationMs } from './timestamps.ts';

export const thresholdsShape = record(
  {
    severity: maybe(text),
    min_score: maybe(number),
    min_confidence: maybe(number),
    max_cost_usd: maybe(number),
    max_latency_ms: maybe(number),
    max_tokens: maybe(number),
    max_stage_count: maybe(number),
  },
  { kebab: true },
);
export type Thresholds = ValueOf<typeof thresholdsShape>;

/** One thing that is not as it should be. */
export interface Finding {
  readonly text: string;
}

/** Where a run goes beyond what is allowed. */
export function thresholdFailures(run: RunDocument, limits: Thresholds): readonly Finding[] {
  const { usage } = run;
  const tokens = usage === null ? undefined : usage.input_tokens + usage.output_tokens;
  const latency = latencyOf(run);
  const usd = (n: number) => `$${n.toFixed(6)}`;
  const ms = (n: number) => `${n}ms`;
  return [
    ...above('stage count', run.stages.length, limits.max_stage_count, String),
    ...above('latency', latency, limits.max_latency_ms, ms),
    ...above('cost', usage?.total_cost, limits.max_cost_usd, usd),
    ...above('token count', tokens, limits.max_tokens, String),
    ...unchecked('min_score', limits.min_score),
    ...unchecked('min_confidence', limits.min_confidence),
  ];
}

function above(
  what: string,
  value: number | undefined,
  limit: number | null,
  shown: (n: number) => string,
): readonly Finding[] {
  if (limit === null || value === undefined || value <= limit) return [];
  return [{ text: `${what} ${shown(value)} exceeds threshold ${shown(limit)}` }];
}

function unchecked(what: string, limit: number | null): readonly Finding[] {
  if (limit === null) return [];
  return [{ text: `threshold ${what} ${limit} needs a judge and was not checked` }];
}

function latencyOf({ usage, started_at, finished_at }: RunDocument): number | undefined {
  const measured = usage?.total_duration_ms ?? 0;
  return measured > 0 ? measured : durationMs(started_at, finished_at);
}
