// The signed receipt of a settlement decision: made by the settlement itself, in the commit of the decision. Signing
// belongs to a room to the right; it registers here. Without a signer nothing is signed, and settling goes on.
import type { JsonObject } from '../../base/index.ts';
import type { RunContext, ServiceKey, Suspending } from '../run/index.ts';
import { currentPipelineId } from './audit.ts';
import { bucketFacts } from './bucket.ts';
import type { DecidedBy } from './ledger.ts';
import { type UnsettledItem, withoutContent } from './unsettled.ts';

/**
 * Signs and keeps `{pipeline_id, item: {category, id, summary}, action, reason, decided_by, model?, prompt?}`; of `prompt` only
 * the hash. Does not suspend on a living run.
 */
export type DecisionSigner = (ctx: RunContext, facts: JsonObject) => Suspending<unknown>;

export const decisionSignerKey: ServiceKey<DecisionSigner | undefined> = {
  name: 'lifecycle.decision_signer',
  create: () => undefined,
};

/** What was decided, as the receipt says it. */
export interface SignedChoice {
  /** `resume`, `cancel`, `handoff`, `acknowledge`, `defer`, `drain`, `abandon`. */
  readonly named: string;
  readonly reason: string;
  readonly by: DecidedBy;
  /** What a model was asked, when one chose. */
  readonly prompt?: string | undefined;
  readonly model?: string | undefined;
  /** The span of the settlement that decided. */
  readonly drainSpanId?: string | undefined;
}

/** Signs what was decided about an item. */
export function* signDecision(
  ctx: RunContext,
  item: UnsettledItem,
  { named, reason, by, prompt, model, drainSpanId }: SignedChoice,
): Suspending<void> {
  const sign = ctx.get(decisionSignerKey);
  if (sign === undefined) return;
  const { category } = bucketFacts(item.bucket);
  yield* sign(ctx, {
    pipeline_id: currentPipelineId(ctx),
    item: { category, id: item.id, summary: withoutContent(item) },
    action: named,
    reason,
    decided_by: by,
    ...(drainSpanId === undefined ? {} : { linked_drain_span_id: drainSpanId }),
    ...(model === undefined ? {} : { model }),
    ...(prompt === undefined ? {} : { prompt }),
  });
}
