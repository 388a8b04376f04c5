// The root methods of the harness that see and settle open work, with the receipts the language knows. The builtins
// and the TypeScript harness are thin over these; arguments arrive as JSON.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  type Handler,
  hooksKey,
  keptHandler,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { currentPipelineId, emitAudit, recordAudit } from './audit.ts';
import { type Bucket, isEmptyState, stateCounts, stateSummary } from './bucket.ts';
import { drain } from './drain.ts';
import { durationMs } from './duration.ts';
import { lifErrors } from './errors.ts';
import { envelopeView, handoffRegistryKey, queueHandoff } from './handoff.ts';
import { type Decision, ledgerKey } from './ledger.ts';
import { type AuditEntry, lifecycleKey } from './state.ts';
import {
  type ActOptions,
  type ActResult,
  actOn,
  programNow,
  type SettleAction,
  takeSnapshot,
  type UnsettledItem,
} from './unsettled.ts';
import { DEFAULT_WAIT_MS, waitForAnySettlement } from './wait.ts';

const DRN = 'HARN-DRN-001: cannot acknowledge';

/** Every root method by its name in the language. */
export const lifecycleRoot = {
  *unsettled_state(ctx: RunContext): Suspending<JsonObject> {
    return (yield* takeSnapshot(ctx)).state;
  },
  *is_empty(ctx: RunContext, ...given: readonly Json[]): Suspending<boolean> {
    return isEmptyState(yield* stateOf(ctx, given));
  },
  *counts(ctx: RunContext, ...given: readonly Json[]): Suspending<JsonObject> {
    return stateCounts(yield* stateOf(ctx, given));
  },
  *summary(ctx: RunContext, ...given: readonly Json[]): Suspending<string> {
    return stateSummary(yield* stateOf(ctx, given));
  },
  current_pipeline_id: currentPipelineId,
  resume_subagent: resumeSubagent,
  cancel_subagent: cancelSubagent,
  handoff_to: handoffTo,
  acknowledge_handoff: acknowledgeOpenHandoff,
  acknowledge_trigger: acknowledgeTrigger,
  defer_trigger: deferTrigger,
  *wait_for_any_settlement(ctx: RunContext, max: Json = null): Suspending<JsonObject> {
    return yield* waitForAnySettlement(ctx, Math.max(0, durationMs(max) ?? DEFAULT_WAIT_MS));
  },
  *emit_audit(ctx: RunContext, kind: Json = '', payload: Json = null): Suspending<JsonObject> {
    return yield* emitAudit(ctx, textOf(kind), payload);
  },
  *finalize(ctx: RunContext, disposition: Json = null): Suspending<JsonObject> {
    ctx.get(lifecycleKey).disposition = disposition;
    const entry = yield* recordAudit(ctx, 'pipeline_finalized', { disposition });
    return { status: 'finalized', method: 'finalize', entry };
  },
  *spawn_settlement_agent(
    ctx: RunContext,
    unsettled: Json = null,
    returnValue: Json = null,
    options: Json = null,
  ): Suspending<JsonObject> {
    return yield* drain(ctx, unsettled, returnValue, options);
  },
};

/** What is registered and read outside of the root handle. None of it suspends. */
export const lifecycleAgent = {
  /** The callback is called with the value alone; whoever wraps a closure puts the harness before it. */
  pipeline_on_finish(ctx: RunContext, callback: Handler): null {
    ctx.get(lifecycleKey).slots.of(ctx.task).register(keptHandler(ctx, callback));
    return null;
  },
  register_session_hook(
    ctx: RunContext,
    event: string,
    pattern: string | undefined,
    handler: Handler,
  ): null {
    ctx.get(hooksKey).register(event, pattern, keptHandler(ctx, handler));
    return null;
  },
  clear_session_hooks(ctx: RunContext): null {
    ctx.get(hooksKey).clear();
    return null;
  },
  pipeline_lifecycle_audit_log_take(ctx: RunContext): readonly AuditEntry[] {
    return ctx.get(lifecycleKey).takeAudits();
  },
  pipeline_lifecycle_audit_log_snapshot(ctx: RunContext): readonly AuditEntry[] {
    return ctx.get(lifecycleKey).audits();
  },
};

function* stateOf(ctx: RunContext, given: readonly Json[]): Suspending<Json> {
  const [state] = given;
  return state === undefined ? (yield* takeSnapshot(ctx)).state : state;
}

function* resumeSubagent(ctx: RunContext, handle: Json = null, input?: Json): Suspending<Json> {
  const options = { reason: 'resumed by the program', ...(input === undefined ? {} : { input }) };
  return yield* onSubagent(ctx, 'resume', handle, options);
}

function* cancelSubagent(ctx: RunContext, handle: Json = null, reason?: Json): Suspending<Json> {
  const why = reason === undefined || reason === null ? 'cancelled by the program' : textOf(reason);
  return yield* onSubagent(ctx, 'cancel', handle, { reason: why });
}

function* onSubagent(
  ctx: RunContext,
  action: 'resume' | 'cancel',
  handle: Json,
  options: ActOptions,
): Suspending<Json> {
  const method = `${action}_subagent`;
  const id = isJsonObject(handle) ? (handle['handle'] ?? handle['id'] ?? null) : handle;
  if (id === null || id === '') throw lifErrors.needsHandle({ method });
  const item = yield* findItem(ctx, 'suspended_subagents', textOf(id));
  if (item === undefined) throw lifErrors.unknownWorker({ handle: textOf(id) });
  const result = yield* actAndNote(ctx, item, action, options);
  if (result.status === 'done') return result.result ?? item.view;
  if (result.status === 'gone') throw lifErrors.unknownWorker({ handle: item.id });
  throw lifErrors.refused({ method, id: item.id, reason: result.reason });
}

function* handoffTo(
  ctx: RunContext,
  target: Json = null,
  payload: Json = null,
): Suspending<JsonObject> {
  const method = 'handoff_to';
  if (target === null || target === '') {
    return { status: 'rejected', method, reason: 'missing target pipeline argument' };
  }
  const { envelope } = yield* queueHandoff(ctx, textOf(target), payload);
  return { status: 'queued', method, envelope };
}

function* acknowledgeOpenHandoff(
  ctx: RunContext,
  given: Json = null,
  decision: Json = null,
): Suspending<JsonObject> {
  const method = 'acknowledge_handoff';
  if (given === null || given === '') {
    return { status: 'rejected', method, reason: 'missing envelope id' };
  }
  const id = textOf(given);
  const { state, items } = yield* takeSnapshot(ctx);
  const counts = stateCounts(state);
  const before = counts['suspended'] ? 'suspended subagents' : 'queued triggers';
  if (counts['suspended'] || counts['queued']) {
    const reason = `${DRN} handoff while ${before} remain`;
    return { status: 'rejected', method, envelope_id: id, reason };
  }
  const handoff = ctx.get(handoffRegistryKey).find(id);
  const item = items.find((open) => open.id === handoff?.handoff_id);
  if (handoff === undefined || item === undefined) {
    return { status: 'not_found', method, envelope_id: id };
  }
  const deferred = isJsonObject(decision) && decision['disposition'] === 'deferred';
  const reason = deferred ? 'deferred by the program' : 'acknowledged by the program';
  yield* actAndNote(ctx, item, deferred ? 'defer' : 'acknowledge', { reason, decision });
  const facts = { envelope_id: handoff.envelope_id, decision };
  yield* recordAudit(ctx, 'handoff_acknowledged', facts);
  const envelope = envelopeView(handoff, ctx.sync(programNow, []));
  return { status: 'acknowledged', method, envelope };
}

function* acknowledgeTrigger(ctx: RunContext, given: Json = null): Suspending<JsonObject> {
  const receipt = yield* settleTrigger(ctx, given, 'acknowledge', {
    reason: 'acknowledged by the program',
  });
  return { ...receipt, method: 'acknowledge_trigger' };
}

function* deferTrigger(
  ctx: RunContext,
  given: Json = null,
  wanted: Json = null,
): Suspending<JsonObject> {
  const method = 'defer_trigger';
  const name = wanted === null ? '' : textOf(wanted).trim();
  const target = name === '' ? 'deferred-triggers' : name;
  const ended = yield* settleTrigger(ctx, given, 'acknowledge', {
    reason: `deferred to ${target}`,
    target,
  });
  const acknowledgement = { ...ended, method: 'acknowledge_trigger' };
  if (given === null || given === '') return { ...ended, method };
  const id = textOf(given);
  if (ended['status'] !== 'acknowledged') {
    return { status: ended['status'] ?? null, method, trigger_id: id, acknowledgement };
  }
  const item = ended['item'] ?? null;
  const payload = { deferred_trigger: item, acknowledgement };
  const { handoff, envelope } = yield* queueHandoff(ctx, target, payload);
  ctx.get(handoffRegistryKey).fromTriggers.add(handoff.handoff_id);
  ctx.get(ledgerKey).decide(
    { bucket: 'queued_triggers', id },
    {
      disposition: 'deferred',
      by: ctx.get(lifecycleKey).actor,
      reason: `deferred to ${target}`,
      to: handoff.handoff_id,
    },
  );
  const facts = { trigger_id: id, envelope_id: handoff.envelope_id };
  yield* recordAudit(ctx, 'trigger_deferred', facts);
  return { status: 'deferred', method, trigger_id: id, acknowledgement, envelope };
}

/** Ends a queued trigger. Suspended workers and the program's own handoffs come first. */
function* settleTrigger(
  ctx: RunContext,
  given: Json,
  action: SettleAction,
  options: ActOptions,
): Suspending<JsonObject> {
  if (given === null || given === '') return { status: 'rejected', reason: 'missing trigger id' };
  const id = textOf(given);
  const { items } = yield* takeSnapshot(ctx);
  const blockers = blockersOfTriggers(ctx, items);
  if (blockers.length > 0) {
    const reason = `${DRN} trigger while suspended subagents remain`;
    return { status: 'rejected', trigger_id: id, reason, blocked_by: blockers };
  }
  const item = items.find((open) => open.bucket === 'queued_triggers' && open.id === id);
  if (item === undefined) return { status: 'not_found', trigger_id: id };
  const result = yield* actAndNote(ctx, item, action, options);
  if (result.status === 'gone') return { status: 'not_found', trigger_id: id };
  if (result.status === 'refused') {
    return { status: 'rejected', trigger_id: id, item: item.view, reason: result.reason };
  }
  yield* recordAudit(ctx, 'trigger_acknowledged', { trigger_id: id, item: item.view });
  return { status: 'acknowledged', trigger_id: id, item: item.view };
}

/** Buckets that must be empty first; handoffs that are deferred triggers themselves do not count. */
function blockersOfTriggers(ctx: RunContext, items: readonly UnsettledItem[]): readonly Bucket[] {
  const { fromTriggers } = ctx.get(handoffRegistryKey);
  const isBlocker = ({ bucket, id }: UnsettledItem) =>
    bucket === 'suspended_subagents' || (bucket === 'partial_handoffs' && !fromTriggers.has(id));
  return [...new Set(items.filter(isBlocker).map(({ bucket }) => bucket))];
}

function* findItem(
  ctx: RunContext,
  bucket: Bucket,
  id: string,
): Suspending<UnsettledItem | undefined> {
  const { items } = yield* takeSnapshot(ctx);
  return items.find((item) => item.bucket === bucket && item.id === id);
}

/** Does an action for the program and writes down who decided it. */
function* actAndNote(
  ctx: RunContext,
  item: UnsettledItem,
  action: SettleAction,
  options: ActOptions,
): Suspending<ActResult> {
  const result = yield* actOn(ctx, item, action, options);
  if (result.status === 'done') {
    const { disposition, to, resumeToken } = result;
    const by: Decision['by'] = ctx.get(lifecycleKey).actor;
    ctx.get(ledgerKey).decide(item, { disposition, by, reason: options.reason, to, resumeToken });
  }
  return result;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
