// Handoffs of a running program: made durable at once, open until settled, delivered by starting a child run in the
// same transaction. While its run has not settled, a handoff belongs to that run alone, so nobody else's write can
// refuse one of ours.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  defineEffect,
  type RunContext,
  type RunStart,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { currentPipelineId } from './audit.ts';
import { type Bucket, bucketOf, itemId } from './bucket.ts';
import {
  appendChildStart,
  appendHandoffFact,
  childInput,
  childRunIdOf,
  type Handoff,
} from './handoff-record.ts';
import { ledgerKey } from './ledger.ts';
import { lifecycleKey } from './state.ts';
import {
  type ActOptions,
  type ActResult,
  programNow,
  type SettleAction,
  type UnsettledItem,
  type UnsettledSource,
  unsettledHubKey,
} from './unsettled.ts';

/** Which pipelines the run's own program has, and how a child run of one starts. Composition provides it. */
export interface HandoffTargets {
  has(pipeline: string): boolean;
  /** The child's start without its input. */
  start(pipeline: string): RunStart;
}

/** The targets of the run; without any, every handoff stays in the queue of its target. */
export const handoffTargetsKey: ServiceKey<HandoffTargets> = {
  name: 'lifecycle.handoff_targets',
  create: () => ({
    has: () => false,
    start: (pipeline) => {
      throw new Error(`no program is at hand for the pipeline ${pipeline}`);
    },
  }),
};

/** Children run the parent's program, with its options, durability and refusals. */
export function programTargets(
  parent: RunStart,
  parentRunId: string,
  pipelines: readonly string[],
): HandoffTargets {
  // An id is of the run that was started with it, not of what that hands over.
  const { start_id: _own, ...inherited } = parent;
  return {
    has: (pipeline) => pipelines.includes(pipeline),
    start: (pipeline) => ({ ...inherited, pipeline, parent_run_id: parentRunId, argv: [] }),
  };
}

const store = { class: 'store', access: 'write' } as const;

const makeHandoff = defineEffect(
  { name: 'lifecycle.handoff_to', ...store },
  (env, made: Handoff) => {
    env.inTx((tx) => appendHandoffFact(tx, 'handoff_made', made.handoff_id, made));
    return null;
  },
);

const closeHandoff = defineEffect(
  { name: 'lifecycle.close_handoff', ...store },
  (
    env,
    kind: 'handoff_queued' | 'handoff_acknowledged' | 'handoff_cancelled',
    handoffId: string,
    facts: JsonObject,
  ) => {
    const atMs = env.host.clock.nowMs();
    env.inTx((tx) => appendHandoffFact(tx, kind, handoffId, { ...facts, at_ms: atMs }));
    return null;
  },
);

const startChild = defineEffect(
  {
    name: 'lifecycle.deliver_handoff',
    ...store,
    identity: ([handoff]: readonly [Handoff]) => [handoff.handoff_id],
    child: (child: { readonly run_id: string; readonly pipeline: string }) => child,
  },
  (env, handoff: Handoff) => {
    const { handoff_id: id, target_pipeline: pipeline } = handoff;
    const child = childRunIdOf(id);
    const atMs = env.host.clock.nowMs();
    const start = { ...env.get(handoffTargetsKey).start(pipeline), input: childInput(handoff) };
    env.inTx((tx) => {
      appendHandoffFact(tx, 'handoff_delivered', id, { child_run_id: child, at_ms: atMs });
      appendChildStart(tx, child, start, atMs);
    });
    return { run_id: child, pipeline };
  },
);

/** The open handoffs of one run, oldest first. */
export class HandoffRegistry {
  readonly #open = new Map<string, Handoff>();
  /** Handoffs made by deferring a trigger: they do not block the acknowledging of further triggers. */
  readonly fromTriggers = new Set<string>();

  add(handoff: Handoff): void {
    this.#open.set(handoff.handoff_id, handoff);
  }

  remove(handoffId: string): void {
    this.#open.delete(handoffId);
  }

  /** By its global id or its short one. */
  find(id: string): Handoff | undefined {
    return this.#open.get(id) ?? this.open().find((handoff) => handoff.envelope_id === id);
  }

  open(): readonly Handoff[] {
    return [...this.#open.values()];
  }
}

export const handoffRegistryKey: ServiceKey<HandoffRegistry> = {
  name: 'lifecycle.handoffs',
  create: () => new HandoffRegistry(),
};

/** Makes a durable handoff. Open work that its payload lists under `unsettled` goes with it. */
export function* queueHandoff(
  ctx: RunContext,
  target: string,
  payload: Json,
): Suspending<{ readonly handoff: Handoff; readonly envelope: JsonObject }> {
  const seq = ctx.get(lifecycleKey).nextSeq();
  const queuedAtMs = ctx.sync(programNow, []);
  const handoff: Handoff = {
    handoff_id: `handoff_${ctx.runId}_${seq}`,
    envelope_id: `envelope_${seq}`,
    run_id: ctx.runId,
    target_pipeline: target,
    origin_pipeline: currentPipelineId(ctx),
    payload,
    seq,
    queued_at_ms: queuedAtMs,
  };
  ctx.get(handoffRegistryKey).add(handoff);
  yield* ctx.perform(makeHandoff, [handoff]);
  ctx.get(ledgerKey).opened({ bucket: 'partial_handoffs', id: handoff.handoff_id });
  handOver(ctx, handoff);
  ctx.get(unsettledHubKey).changed();
  return { handoff, envelope: envelopeView(handoff, queuedAtMs) };
}

/** Durable open work that a payload describes is its target's from here on; calls and pool tasks end with us. */
function handOver(ctx: RunContext, handoff: Handoff): void {
  const described = isJsonObject(handoff.payload) ? handoff.payload['unsettled'] : undefined;
  if (!isJsonObject(described)) return;
  const ledger = ctx.get(ledgerKey);
  for (const bucket of ['suspended_subagents', 'queued_triggers'] as const) {
    const listed = described[bucket];
    for (const view of Array.isArray(listed) ? bucketOf(described, bucket) : []) {
      const item = { bucket, id: isJsonObject(view) ? itemId(bucket, view) : '' };
      if (!ledger.isOpen(item)) continue;
      ledger.decide(item, {
        disposition: 'handed_off',
        by: ctx.get(lifecycleKey).actor,
        reason: `described in a handoff to ${handoff.target_pipeline}`,
        to: handoff.handoff_id,
      });
    }
  }
}

/** The dict the language sees. */
export function envelopeView(handoff: Handoff, nowMs: number): JsonObject {
  const { origin_pipeline, target_pipeline, payload, seq, queued_at_ms } = handoff;
  return {
    envelope_id: handoff.envelope_id,
    handoff_id: handoff.handoff_id,
    from: origin_pipeline,
    to: target_pipeline,
    payload_summary: payloadSummary(payload),
    queued_at_ms,
    age_ms: Math.max(0, nowMs - queued_at_ms),
    target_pipeline,
    origin_pipeline,
    payload,
    seq,
  };
}

/** A payload in a few words. */
export function payloadSummary(payload: Json): string {
  if (payload === null) return 'nil';
  if (typeof payload === 'string') {
    return payload.length > 80 ? `${payload.slice(0, 80)}...` : payload;
  }
  if (Array.isArray(payload)) return `list(len=${payload.length})`;
  if (!isJsonObject(payload)) return String(payload);
  const keys = Object.keys(payload).sort();
  return `object(keys=${keys.slice(0, 6).join(',')}${keys.length > 6 ? ',...' : ''})`;
}

const BUCKET: Bucket = 'partial_handoffs';

/** The source of the run's own handoffs. */
export const handoffSource: UnsettledSource = {
  bucket: BUCKET,
  *items(ctx, nowMs) {
    yield* [];
    return ctx
      .get(handoffRegistryKey)
      .open()
      .map((handoff) => itemOf(ctx, handoff, nowMs));
  },
  item(ctx, id, nowMs) {
    const handoff = ctx.get(handoffRegistryKey).find(id);
    return handoff === undefined ? undefined : itemOf(ctx, handoff, nowMs);
  },
  *act(ctx, item, action, options) {
    const handoff = ctx.get(handoffRegistryKey).find(item.id);
    if (handoff === undefined) return { status: 'gone' };
    const result = yield* closeWith(ctx, handoff, action, options);
    if (result.status !== 'done') return result;
    ctx.get(handoffRegistryKey).remove(handoff.handoff_id);
    ctx.get(unsettledHubKey).changed();
    return result;
  },
};

function itemOf(ctx: RunContext, handoff: Handoff, nowMs: number): UnsettledItem {
  const atHand = ctx.get(handoffTargetsKey).has(handoff.target_pipeline);
  const closing = ['defer', 'acknowledge', 'cancel', 'abandon'] as const;
  return {
    bucket: BUCKET,
    id: handoff.handoff_id,
    view: envelopeView(handoff, nowMs),
    moves: false,
    actions: atHand ? ['deliver', ...closing] : closing,
  };
}

function* closeWith(
  ctx: RunContext,
  handoff: Handoff,
  action: SettleAction,
  { reason, decision = null }: ActOptions,
): Suspending<ActResult> {
  const { handoff_id: id, target_pipeline: target } = handoff;
  switch (action) {
    case 'deliver': {
      const child = yield* ctx.perform(startChild, [handoff]);
      return { status: 'done', disposition: 'handed_off', to: child.run_id };
    }
    case 'acknowledge':
      yield* ctx.perform(closeHandoff, ['handoff_acknowledged', id, { decision, reason }]);
      return { status: 'done', disposition: 'acknowledged' };
    case 'cancel':
      yield* ctx.perform(closeHandoff, ['handoff_cancelled', id, { reason }]);
      return { status: 'done', disposition: 'cancelled' };
    case 'defer':
    case 'abandon':
      // Either way it waits in the durable queue of its target; only who answers for that differs.
      yield* ctx.perform(closeHandoff, ['handoff_queued', id, { decision, reason }]);
      return {
        status: 'done',
        disposition: action === 'defer' ? 'deferred' : 'abandoned',
        to: target,
      };
    default:
      return { status: 'refused', reason: `a handoff cannot be ended by ${action}` };
  }
}
