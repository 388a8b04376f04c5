// Audits: typed, numbered facts about how a run finishes. Each is appended to its topic in the transaction of its
// outcome, kept in the run's log for programs, and shown to listeners.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  defineEffect,
  fireHooks,
  type HookControl,
  type RunContext,
  runSpansKey,
  type Suspending,
} from '../run/index.ts';
import { linkTo, SPAN_METADATA } from '../trace/index.ts';
import { type AuditEntry, lifecycleKey } from './state.ts';
import { auditTopic } from './topics.ts';

const appendAudit = defineEffect(
  {
    name: 'lifecycle.emit_audit',
    class: 'store',
    access: 'write',
    identity: ([{ seq, kind, payload }]: readonly [AuditEntry]) => [seq, kind, decisive(payload)],
  },
  (env, entry: AuditEntry) => {
    const { seq, kind, pipeline_id: pipelineId } = entry;
    const headers = {
      kind,
      seq: String(seq),
      run_id: env.runId,
      ...(pipelineId === null ? {} : { pipeline_id: pipelineId }),
    };
    const payload = auditTopic.encode({ ...entry, run_id: env.runId });
    env.inTx((tx) => tx.append(auditTopic.name, { kind: 'lifecycle_audit', payload, headers }));
    return null;
  },
);

/** What a payload is checked by on replay: of an item its id, for what it is comes from its owner. */
function decisive(payload: Json): Json {
  if (!isJsonObject(payload) || !isJsonObject(payload['item'])) return payload;
  const { category = null, id = null } = payload['item'];
  return { ...payload, item: { category, id } };
}

/** The run itself: handoffs and audits name it as their origin. */
export function currentPipelineId(ctx: RunContext): string {
  return ctx.runId;
}

/** Records a fact. It never suspends on a living run, so several in a row are one commit. */
export function* recordAudit(ctx: RunContext, kind: string, payload: Json): Suspending<AuditEntry> {
  const state = ctx.get(lifecycleKey);
  const entry = { seq: state.nextSeq(), kind, payload, pipeline_id: currentPipelineId(ctx) };
  state.addAudit(entry);
  yield* ctx.perform(appendAudit, [entry]);
  ctx.run.events.emit({ event_type: 'audit', entry });
  return entry;
}

/** What the hooks make of a drain decision. */
export type DecisionVerdict =
  | { readonly status: 'go'; readonly payload: Json }
  | { readonly status: 'blocked'; readonly reason: string }
  | { readonly status: 'error'; readonly error: string };

/** Asks the OnDrainDecision hooks. They may veto the decision or replace its payload. */
export function* askDecisionHooks(ctx: RunContext, payload: Json): Suspending<DecisionVerdict> {
  const fields: JsonObject = isJsonObject(payload) ? payload : {};
  const { action = null, item = null } = fields;
  let control: HookControl;
  try {
    control = yield* fireHooks(ctx, 'OnDrainDecision', { action, item, payload });
  } catch (error) {
    return { status: 'error', error: messageOf(error) };
  }
  if (control.kind === 'block') return { status: 'blocked', reason: control.reason };
  if (control.kind !== 'modify' || !isJsonObject(control.payload)) return { status: 'go', payload };
  return { status: 'go', payload: control.payload['payload'] ?? payload };
}

/** `harness.emit_audit`. Decisions of a drain pass their hooks first. */
export function* emitAudit(
  ctx: RunContext,
  kind: string,
  given: Json = null,
): Suspending<JsonObject> {
  let payload = given;
  if (kind === 'drain_decision') {
    const verdict = yield* askDecisionHooks(ctx, payload);
    if (verdict.status !== 'go') return { method: 'emit_audit', kind, ...verdict };
    payload = verdict.payload;
    markDecision(ctx, payload);
  }
  const state = ctx.get(lifecycleKey);
  if (kind === 'pipeline_abandoned_unsettled' && state.isFinishing) state.abandoning = true;
  const entry = yield* recordAudit(ctx, kind, payload);
  return { status: 'recorded', method: 'emit_audit', entry };
}

/** A decision that the program itself writes down is a span too; those of a settlement are their signed receipts. */
function markDecision(ctx: RunContext, payload: Json): void {
  const { action = null, item = null } = isJsonObject(payload) ? payload : {};
  const name = typeof action === 'string' ? action : 'drain_decision';
  const itemId = isJsonObject(item) ? item['id'] : null;
  const spans = ctx.get(runSpansKey);
  const span = spans.start(ctx.task, 'drain_decision', name, {
    detached: true,
    links: [linkTo(spans.currentOf(ctx.task), 'drain')],
    attributes: {
      [SPAN_METADATA.action]: name,
      ...(typeof itemId === 'string' ? { [SPAN_METADATA.itemId]: itemId } : {}),
    },
  });
  span.end('ok');
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
