// What model calls and loops of a run were like, for its program: one event per answered call, per failure that was followed by
// another attempt, per answer that did not fit its schema, per step to another provider, per tool that a loop ran or
// refused, per compaction and per end of a loop. Memory of the run, made again by replay.
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
  readonly llm_retries: number;
  readonly tool_executions: number;
  readonly tool_rejections: number;
  readonly tools_used: readonly string[];
  readonly compactions: number;
  /** Turns of the loops that have ended. */
  readonly iterations: number;
  readonly models: readonly string[];
};

const told = { class: 'local', access: 'read' } as const;

export const llmTraceEffects = {
  trace: defineSyncEffect({ name: 'llm.trace', ...told }, (env): readonly TraceEvent[] => [
    ...events(env),
  ]),
  trace_summary: defineSyncEffect({ name: 'llm.trace_summary', ...told }, (env): TraceSummary => {
    const all = events(env);
    const of = (type: string) => all.filter((event) => event.type === type);
    const calls = of('llm_call');
    const sum = (field: string, among = calls) =>
      among.reduce((total, event) => total + numberOf(event[field] ?? null), 0);
    const count = (type: string) => of(type).length;
    const names = (type: string, field: string) => [
      ...new Set(of(type).map((event) => String(event[field]))),
    ];
    return {
      llm_calls: calls.length,
      input_tokens: sum('input_tokens'),
      output_tokens: sum('output_tokens'),
      total_duration_ms: sum('duration_ms'),
      schema_retries: count('schema_retry'),
      provider_fallbacks: count('provider_fallback'),
      llm_retries: count('llm_retry'),
      tool_executions: count('tool_execution'),
      tool_rejections: count('tool_rejected'),
      tools_used: names('tool_execution', 'tool_name'),
      compactions: count('context_compaction'),
      iterations: sum('iterations', of('loop_complete')),
      models: names('llm_call', 'model'),
    };
  }),
};

function events(env: EffectEnv): readonly TraceEvent[] {
  return (env.get(notesKey).get(LIST) ?? []) as readonly unknown[] as readonly TraceEvent[];
}

function numberOf(value: Json): number {
  return typeof value === 'number' ? value : 0;
}
