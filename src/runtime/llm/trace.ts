// What model calls of a run were like, for its program: one event per answered call, per answer that did not fit its schema, and
// per step to another provider. Memory of the run, made again by replay.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  addNote,
  defineSyncEffect,
  type EffectEnv,
  notesKey,
  type RunContext,
} from '../run/index.ts';

/** One event; `type` says which. */
export type TraceEvent = JsonObject & { readonly type: string };

const LIST = 'llm.trace';

/** Adds an event. */
export function trace(ctx: RunContext, event: TraceEvent): void {
  addNote(ctx, LIST, event);
}

/** What the events add up to. */
export type TraceSummary = {
  readonly llm_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_duration_ms: number;
  readonly schema_retries: number;
  readonly provider_fallbacks: number;
  readonly models: readonly string[];
};

const told = { class: 'local', access: 'read' } as const;

export const llmTraceEffects = {
  trace: defineSyncEffect({ name: 'llm.trace', ...told }, (env): readonly TraceEvent[] => [
    ...events(env),
  ]),
  trace_summary: defineSyncEffect({ name: 'llm.trace_summary', ...told }, (env): TraceSummary => {
    const all = events(env);
    const calls = all.filter(({ type }) => type === 'llm_call');
    const sum = (field: string) =>
      calls.reduce((total, call) => total + numberOf(call[field] ?? null), 0);
    const count = (type: string) => all.filter((event) => event.type === type).length;
    return {
      llm_calls: calls.length,
      input_tokens: sum('input_tokens'),
      output_tokens: sum('output_tokens'),
      total_duration_ms: sum('duration_ms'),
      schema_retries: count('schema_retry'),
      provider_fallbacks: count('provider_fallback'),
      models: [...new Set(calls.map(({ model }) => String(model)))],
    };
  }),
};

function events(env: EffectEnv): readonly TraceEvent[] {
  return (env.get(notesKey).get(LIST) ?? []) as readonly unknown[] as readonly TraceEvent[];
}

function numberOf(value: Json): number {
  return typeof value === 'number' ? value : 0;
}
