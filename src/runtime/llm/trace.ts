// What model calls of a run were like, for its program: one event per answered call, per answer that did not fit its schema, and
// per step to another provider. Memory of the run, made again by replay.
import type { Json, JsonObject } from '../../base/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey } from '../run/index.ts';

/** One event; `type` says which. */
export type TraceEvent = JsonObject & { readonly type: string };

const traceKey: ServiceKey<{ readonly events: TraceEvent[] }> = {
  name: 'llm.trace',
  create: () => ({ events: [] }),
};

/** The last so many are kept. */
const KEPT = 10_000;

const note = defineSyncEffect(
  { name: 'llm.trace_note', class: 'local', access: 'read' },
  (env, event: JsonObject) => {
    const { events } = env.get(traceKey);
    events.push(event as TraceEvent);
    if (events.length > KEPT) events.splice(0, events.length - KEPT);
    return null;
  },
);

/** Adds an event. */
export function trace(ctx: RunContext, event: TraceEvent): void {
  ctx.sync(note, [event]);
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
    ...env.get(traceKey).events,
  ]),
  trace_summary: defineSyncEffect({ name: 'llm.trace_summary', ...told }, (env): TraceSummary => {
    const { events } = env.get(traceKey);
    const calls = events.filter(({ type }) => type === 'llm_call');
    const sum = (field: string) =>
      calls.reduce((all, call) => all + numberOf(call[field] ?? null), 0);
    const count = (type: string) => events.filter((event) => event.type === type).length;
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

function numberOf(value: Json): number {
  return typeof value === 'number' ? value : 0;
}
