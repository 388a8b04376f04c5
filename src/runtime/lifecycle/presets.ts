// The presets for on_finish. They do what std/lifecycle does in the language, with the same audits.
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { currentPipelineId, emitAudit } from './audit.ts';
import { stateCounts, stateSummary } from './bucket.ts';
import { callInline, type FinishCallback, finishCallback } from './call.ts';
import { drain } from './drain.ts';
import { durationMs, durationText } from './duration.ts';
import { queueHandoff } from './handoff.ts';
import { parseSettlement, type SettlementCall } from './settlement-options.ts';
import { takeSnapshot } from './unsettled.ts';
import { DEFAULT_WAIT_MS, waitForAnySettlement } from './wait.ts';

/** Leaves open work behind and says so; gives the value back. */
export const onFinishAbandon: FinishCallback = finishCallback(
  'on_finish_abandon',
  function* (ctx, value) {
    const { state, items } = yield* takeSnapshot(ctx);
    if (items.length > 0) {
      const payload = { counts: stateCounts(state), summary: stateSummary(state) };
      yield* emitAudit(ctx, 'pipeline_abandoned_unsettled', payload);
    }
    return value;
  },
);

/** Runs the settlement loop over what is open and answers its receipt; with nothing open, the value. */
export const onFinishDrain: FinishCallback = finishCallback('on_finish_drain', (ctx, value) =>
  drainOpen(ctx, value, null),
);

/**
 * The same with options of the settlement: `{model: "name"}` lets a model choose among the legal actions of each item
 * (see `SettlementModel`), `drain_budget_ms` bounds its waiting.
 */
export function onFinishDrainWith(options: SettlementCall): FinishCallback {
  parseSettlement(options as JsonObject);
  return finishCallback('on_finish_drain', (ctx, value) =>
    drainOpen(ctx, value, options as JsonObject),
  );
}

function* drainOpen(ctx: RunContext, value: unknown, options: Json): Suspending<unknown> {
  const { state, items } = yield* takeSnapshot(ctx);
  if (items.length === 0) {
    yield* emitAudit(ctx, 'pipeline_finalized', { reason: 'no_unsettled' });
    return value;
  }
  return yield* drain(ctx, state, (value ?? null) as Json, options);
}

/** Waits for open work to end by itself; then the value, else `fallback` (draining). */
export function onFinishBlockUntilSettled(
  timeout: Json = DEFAULT_WAIT_MS,
  fallback: FinishCallback = onFinishDrain,
): FinishCallback {
  const ms = Math.max(0, durationMs(timeout) ?? DEFAULT_WAIT_MS);
  const shown = durationText(ms);
  return finishCallback('on_finish_block_until_settled', function* (ctx, value) {
    const result = yield* waitForAnySettlement(ctx, ms);
    if (result['status'] === 'settled') {
      const payload = { reason: 'settled_within_timeout', timeout: shown };
      yield* emitAudit(ctx, 'pipeline_finalized', payload);
      return value;
    }
    yield* emitAudit(ctx, 'settlement_timeout', { timeout: shown, result });
    return yield* callInline(ctx, fallback, value);
  });
}

/** Hands what is open to another pipeline and answers the handoff receipt; with nothing open, the value. */
export function onFinishHandoffTo(target: string, options: JsonObject = {}): FinishCallback {
  return finishCallback('on_finish_handoff_to', (ctx, value) =>
    handOff(ctx, value, target, options),
  );
}

function* handOff(
  ctx: RunContext,
  value: unknown,
  target: string,
  options: JsonObject,
): Suspending<unknown> {
  const { state, items } = yield* takeSnapshot(ctx);
  if (items.length === 0) {
    const payload = { reason: 'no_unsettled', handoff_skipped: target };
    yield* emitAudit(ctx, 'pipeline_finalized', payload);
    return value;
  }
  const payload = { unsettled: state, origin: currentPipelineId(ctx), ...options };
  const { envelope } = yield* queueHandoff(ctx, target, payload);
  return { status: 'queued', method: 'handoff_to', envelope };
}
