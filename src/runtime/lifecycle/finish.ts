// How a run ends. Order: take the slot, snapshot, PreFinish, OnUnsettledDetected when something is open, the callback
// (its result replaces the value), the last look, the receipt from a fresh snapshot, PostFinish. A body that threw or
// was cancelled calls no hook and no callback; its open work follows the declared policy and it gets a receipt too.
//
// The Finisher itself never throws: an error of a hook or callback, a cancellation and the finish timeout become the
// run's final outcome, and the receipt is still written.
import { HarnError, isJsonObject, type Json } from '../../base/index.ts';
import {
  defineSyncEffect,
  type Finished,
  type Finisher,
  fireHooks,
  type Handler,
  type Outcome,
  type RunContext,
  runErrors,
  type Suspending,
  toRecordedError,
} from '../run/index.ts';
import { callAsChild } from './call.ts';
import { type CloseMode, closeOut } from './close-out.ts';
import { lifErrors } from './errors.ts';
import { ledgerKey } from './ledger.ts';
import { buildReceipt, type SettlementReceipt } from './receipt.ts';
import { lifecycleSettingsKey } from './settings.ts';
import { lifecycleKey } from './state.ts';
import { type Snapshot, takeSnapshot } from './unsettled.ts';
import { runNow } from './wait.ts';

/** The machine's wall time, recorded: receipts do not follow a mocked clock. */
const wallNow = defineSyncEffect(
  { name: 'lifecycle.wall_ms', class: 'ambient', access: 'read' },
  (env) => Math.floor(env.host.clock.nowMs()),
);

/** The lifecycle's Finisher: what `createRuntime` hands to every run. */
export function createFinisher(): Finisher {
  return finish;
}

function* finish(ctx: RunContext, main: Outcome): Suspending<Finished> {
  const mainReturnedAtMs = ctx.sync(wallNow, []);
  const state = ctx.get(lifecycleKey);
  const callback = state.slots.run.take();
  ctx.get(ledgerKey).begin();
  const disarm = armTimeout(ctx, ctx.sync(runNow, []));
  try {
    let final = main.ok ? yield* finishReturned(ctx, main, callback) : main;
    const last = yield* closeOut(ctx, closeMode(ctx, final, callback));
    const settledAtMs = ctx.sync(wallNow, []);
    const receipt = () => receiptOf(ctx, { main, final, mainReturnedAtMs, settledAtMs });
    if (main.ok && final.ok) {
      const after = yield* postFinish(ctx, final.value, last, receipt());
      if (!after.ok) final = after;
      // The hooks may have opened something; nothing of the program runs after this look.
      yield* closeOut(ctx, closeMode(ctx, final, callback));
    }
    return { final, receipt: receipt() };
  } finally {
    disarm();
  }
}

function* finishReturned(
  ctx: RunContext,
  main: Outcome & { readonly ok: true },
  callback: Handler | undefined,
): Suspending<Outcome> {
  try {
    const snapshot = yield* takeSnapshot(ctx);
    let value = yield* preFinish(ctx, main.value, snapshot, callback !== undefined);
    if (snapshot.items.length > 0) {
      const payload = { unsettled: snapshot.state };
      const control = yield* fireHooks(ctx, 'OnUnsettledDetected', payload);
      if (control.kind === 'block') throw lifErrors.detectedBlocked({ reason: control.reason });
    }
    if (callback !== undefined) value = yield* callAsChild(ctx, callback, value);
    return { ok: true, value: value ?? null };
  } catch (error) {
    return { ok: false, error };
  }
}

/** PreFinish may change the value that on_finish gets; it may not block. */
function* preFinish(
  ctx: RunContext,
  returned: unknown,
  { state }: Snapshot,
  hasOnFinish: boolean,
): Suspending<unknown> {
  const value = (returned ?? null) as Json;
  const payload = { return_value: value, unsettled: state, has_on_finish: hasOnFinish };
  const control = yield* fireHooks(ctx, 'PreFinish', payload);
  if (control.kind === 'block') throw lifErrors.preFinishBlocked({ reason: control.reason });
  if (control.kind !== 'modify' || !isJsonObject(control.payload)) return value;
  const changed = control.payload['return_value'];
  return changed === undefined ? value : changed;
}

/** PostFinish is advisory: a block means nothing, a throw fails the run. */
function* postFinish(
  ctx: RunContext,
  value: unknown,
  last: Snapshot | undefined,
  receipt: SettlementReceipt,
): Suspending<Outcome> {
  try {
    const unsettled = last?.state ?? {};
    const payload = { return_value: (value ?? null) as Json, unsettled, receipt };
    yield* fireHooks(ctx, 'PostFinish', payload, { onBlock: 'ignore' });
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error };
  }
}

function closeMode(ctx: RunContext, final: Outcome, callback: Handler | undefined): CloseMode {
  const { onFailure } = ctx.get(lifecycleSettingsKey);
  if (!final.ok) return onFailure === 'keep' ? 'failed_keep' : 'failed_cancel';
  if (callback === undefined) return 'no_callback';
  return ctx.get(lifecycleKey).abandoning ? 'abandoned_by_callback' : 'after_callback';
}

interface Ends {
  readonly main: Outcome;
  readonly final: Outcome;
  readonly mainReturnedAtMs: number;
  readonly settledAtMs: number;
}

function receiptOf(ctx: RunContext, ends: Ends): SettlementReceipt {
  const { main, final, mainReturnedAtMs, settledAtMs } = ends;
  const ended = final.ok ? 'well' : isCancelled(final.error) ? 'cancelled' : 'failed';
  const failedHere = main.ok && !final.ok;
  return buildReceipt({
    runId: ctx.runId,
    items: ctx.get(ledgerKey).items(),
    ended,
    mainReturnedAtMs,
    settledAtMs,
    finishError: failedHere ? toRecordedError(final.error, ctx.run.codec) : undefined,
  });
}

function isCancelled(error: unknown): boolean {
  return HarnError.is(error) && error.code === runErrors.$code('cancelled');
}

/**
 * Bounds all of the program's part in finishing. Not a deadline of the task: that would count as work under way, and
 * a callback that waits for something nobody will do must be told at once, not at the end of the day.
 */
function armTimeout(ctx: RunContext, startMono: number): () => void {
  const { finishTimeoutMs } = ctx.get(lifecycleSettingsKey);
  const { scheduler, interrupts, journal, host } = ctx.run;
  let cancel: (() => void) | undefined;
  const arm = (ms: number) => {
    cancel = host.clock.after(ms, () => {
      const open = [...ctx.task.open.values()][0];
      // Replay speaks from the journal; look again soon.
      if (scheduler.isReplaying || open === undefined) return arm(1000);
      const reason = lifErrors.finishTimeout({ ms: finishTimeoutMs }).message;
      interrupts.cancelBlocked(ctx.task, open, reason);
    });
  };
  arm(Math.max(0, startMono + finishTimeoutMs - journal.monoMs()));
  return () => cancel?.();
}
