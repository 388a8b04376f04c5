// Combinators over on_finish callbacks. std/lifecycle/combinators has the same in the language; both are held to the
// cases of combinator-cases.fixture.ts.
import { HarnError, isJsonObject, type Json } from '../../base/index.ts';
import { isTruthy, type RunContext, runErrors, type Suspending } from '../run/index.ts';
import { emitAudit } from './audit.ts';
import { callInline, type FinishCallback, finishCallback } from './call.ts';
import { durationMs } from './duration.ts';
import { lifErrors } from './errors.ts';
import { programNow, takeSnapshot } from './unsettled.ts';
import { runNow } from './wait.ts';

/** One after the other; each gets what the one before gave. A throw ends it. */
export function compose(...callbacks: readonly FinishCallback[]): FinishCallback {
  return finishCallback('compose', function* (ctx, value) {
    let next = value;
    for (const callback of callbacks) next = yield* callInline(ctx, callback, next);
    return next;
  });
}

/** The first result that is not nil; each callback gets the original value. With none, that value. */
export function firstAvailable(...callbacks: readonly FinishCallback[]): FinishCallback {
  return finishCallback('first_available', function* (ctx, value) {
    for (const callback of callbacks) {
      const result = yield* callInline(ctx, callback, value);
      if (result !== null && result !== undefined) return result;
    }
    return value;
  });
}

/** Audits around a callback: `<name>_started`, then `<name>_completed` or `<name>_errored`. */
export function withTelemetry(
  callback: FinishCallback,
  name = 'lifecycle_callback',
): FinishCallback {
  return finishCallback('with_telemetry', function* (ctx, value) {
    yield* emitAudit(ctx, `${name}_started`, {});
    let result: unknown;
    try {
      result = yield* callInline(ctx, callback, value);
    } catch (error) {
      yield* emitAudit(ctx, `${name}_errored`, { error: errorText(error) });
      throw error;
    }
    yield* emitAudit(ctx, `${name}_completed`, { result_summary: resultSummary(result) });
    return result;
  });
}

/**
 * Ends a callback that takes longer than `limit` (ms, "30s", {ms}, {seconds}) and answers a marked dict instead of
 * its result. Real time interrupts it; time mocked by the program is compared when it ends. Zero: no limit.
 */
export function withTimeout(callback: FinishCallback, limit: Json): FinishCallback {
  const ms = limit === null ? 0 : durationMs(limit);
  if (ms === undefined) throw lifErrors.notDuration({ given: JSON.stringify(limit) });
  return finishCallback('with_timeout', function* (ctx, value) {
    if (ms <= 0) return yield* callInline(ctx, callback, value);
    const started = ctx.sync(programNow, []);
    const end = yield* interruptible(ctx, callback, value, ms);
    const read = ctx.sync(programNow, []) - started;
    const elapsed = end.late ? Math.max(read, ms) : read;
    if (!end.late && elapsed <= ms) return end.value;
    yield* emitAudit(ctx, 'lifecycle_callback_timed_out', { timeout_ms: ms, elapsed_ms: elapsed });
    const kept = (value ?? null) as Json;
    return { __timed_out: true, timeout_ms: ms, elapsed_ms: elapsed, return_value: kept };
  });
}

type Timed = { readonly late: true } | { readonly late: false; readonly value: unknown };

function* interruptible(
  ctx: RunContext,
  callback: FinishCallback,
  value: unknown,
  ms: number,
): Suspending<Timed> {
  const startMono = ctx.sync(runNow, []);
  let late = false;
  const child = ctx.startTask(ctx.task.nextGroup('with_timeout'), function* (inner) {
    const deadline = inner.run.interrupts.push(inner.task, ms, startMono);
    try {
      return yield* callInline(inner, callback, value);
    } catch (error) {
      // The task has one deadline of its own; a callback's inner deadline is caught by nobody else either.
      late = isDeadline(error, ms);
      if (!late) throw error;
      return null;
    } finally {
      inner.run.interrupts.pop(inner.task, deadline);
    }
  });
  try {
    const result = yield* ctx.join(child);
    return late ? { late: true } : { late: false, value: result };
  } finally {
    ctx.run.scheduler.drop(child);
  }
}

function isDeadline(error: unknown, ms: number): boolean {
  if (!HarnError.is(error) || error.code !== runErrors.$code('deadline')) return false;
  return error.data['ms'] === ms;
}

/** Calls it only when something is open. */
export function ifUnsettled(callback: FinishCallback): FinishCallback {
  return finishCallback('if_unsettled', function* (ctx, value) {
    const { items } = yield* takeSnapshot(ctx);
    return items.length === 0 ? value : yield* callInline(ctx, callback, value);
  });
}

/** Calls it only when the predicate (called with the value) says something true. */
export function when(predicate: FinishCallback, callback: FinishCallback): FinishCallback {
  return finishCallback('when', function* (ctx, value) {
    const answer = (yield* callInline(ctx, predicate, value)) as Json | undefined;
    return isTruthy(answer) ? yield* callInline(ctx, callback, value) : value;
  });
}

/** A result in a few words. */
export function resultSummary(result: unknown): string {
  if (result === null || result === undefined) return 'nil';
  if (typeof result === 'string') {
    return `string:${result.length > 80 ? `${result.slice(0, 80)}...` : result}`;
  }
  if (typeof result === 'boolean') return `bool:${result}`;
  if (typeof result === 'number') return `${Number.isInteger(result) ? 'int' : 'float'}:${result}`;
  if (Array.isArray(result)) return `list:len=${result.length}`;
  return isJsonObject(result) ? `dict:keys=${Object.keys(result).length}` : typeof result;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
