// Model calls as unsettled work of a run: a call that is still open when the body has returned may end by itself, or is
// cut through its signal.
import type { ActResult, UnsettledItem, UnsettledSource } from '../lifecycle/index.ts';
import type { Suspending } from '../run/index.ts';
import { llmCallsKey, type OpenLlmCall } from './call-registry.ts';

const BUCKET = 'in_flight_llm_calls';

/** Feeds the bucket of calls in flight. */
export const llmUnsettledSource: UnsettledSource = {
  bucket: BUCKET,
  *items(ctx, nowMs): Suspending<readonly UnsettledItem[]> {
    yield* [];
    return ctx
      .get(llmCallsKey)
      .list()
      .map((call) => itemOf(call, nowMs));
  },
  item(ctx, id, nowMs) {
    const call = ctx.get(llmCallsKey).get(id);
    return call === undefined ? undefined : itemOf(call, nowMs);
  },
  *act(ctx, item, action, { reason }): Suspending<ActResult> {
    yield* [];
    const calls = ctx.get(llmCallsKey);
    if (!calls.has(item.id)) return { status: 'gone' };
    if (action !== 'cancel') return { status: 'refused', reason: 'a call can only be cancelled' };
    calls.abort(item.id, reason);
    return { status: 'done', disposition: 'cancelled' };
  },
};

function itemOf(call: OpenLlmCall, nowMs: number): UnsettledItem {
  return {
    bucket: BUCKET,
    id: call.call_id,
    view: { ...call, age_ms: Math.max(0, nowMs - call.started_at_ms) },
    // The provider's answer comes without anyone deciding anything.
    moves: true,
    actions: ['drain', 'cancel'],
  };
}
