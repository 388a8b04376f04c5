// What a TypeScript pipeline notes about its own work: metrics of the run and friction reports, as `harness.obs`.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type EvalMetric,
  type FrictionEvent,
  type FrictionReceipt,
  frictionEffects,
  metricEffects,
  noteMetric,
  recordFriction,
} from '../records/index.ts';
import type { RunContext } from '../run/index.ts';

/** How to report friction. */
export interface FrictionOptions {
  /** False: nothing is reported. */
  readonly enabled?: boolean;
  /** A file that gets the report as a line of JSON, too; `$HARN_FRICTION_LOG` when left out. */
  readonly log_path?: string;
}

/** Metrics and friction. */
export interface NoteMethods {
  /** Notes a named value of the run; it stands in the record under `metrics`. Throws HARN-REC-013 above 8192 characters. */
  evalMetric(name: string, value: Json, metadata?: JsonObject): void;
  /** The metrics so far, in order. */
  evalMetrics(): readonly EvalMetric[];
  /** Reports what got in the way. Rejects with HARN-REC-021 or HARN-REC-022 when it cannot be read. */
  frictionRecord(
    payload: { readonly kind: string; readonly redacted_summary: string } & JsonObject,
    options?: FrictionOptions,
  ): Promise<FrictionReceipt>;
  /** The friction that this run has reported so far. */
  frictionEvents(): readonly FrictionEvent[];
  /** Forgets it; lines in files stay. */
  frictionClear(): void;
}

export function noteMethods(ctx: RunContext): NoteMethods {
  return {
    evalMetric: (name, value, metadata) => noteMetric(ctx, name, value, metadata ?? null),
    evalMetrics: () => ctx.sync(metricEffects.eval_metrics, []),
    frictionRecord: (payload, options) =>
      ctx.runFromLane(ctx.task.nextGroup('friction'), (inner) =>
        recordFriction(inner, payload, { ...options } as JsonObject),
      ),
    frictionEvents: () => ctx.sync(frictionEffects.friction_events, []),
    frictionClear: () => void ctx.sync(frictionEffects.friction_clear, []),
  };
}
