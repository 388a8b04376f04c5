// Publishing from a program: an event into the inbox, and a request to cancel a dispatch. What a run has published is
// its open work until a dispatcher begins it.
import { type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { unsettledHubKey } from '../lifecycle/index.ts';
import { defineEffect, type RunContext, type Suspending } from '../run/index.ts';
import { queuedWorkKey } from '../work/index.ts';
import { completeEvent, textOf } from './event.ts';
import { type PublishReceipt, publishEvent, queuedOf } from './inbox.ts';
import { appendCancelRequest } from './outbox.ts';

/** For whom an event is, and how it is kept apart from others like it. */
export type PublishOptions = {
  readonly trigger_id?: string;
  readonly binding_version?: number;
  /** Drops further events with the same dedupe key of this trigger for so long. */
  readonly dedupe_for_ms?: number;
};

const publishEffect = defineEffect(
  // It depends on what is in the store, so it cannot ride in its outcome's transaction; the event's id makes issuing
  // it again harmless.
  { name: 'triggers.publish', class: 'mutation', access: 'write', onUnknown: 'retry' },
  async (env, given: JsonObject, options: PublishOptions): Promise<PublishReceipt> => {
    const { random, clock } = env.host;
    const nowMs = Math.floor(clock.nowMs());
    const id = textOf(given['id']) ?? `trigger_evt_${sha256(env.idempotencyKey).slice(0, 32)}`;
    const event = completeEvent({ ...given, id }, { nowMs, random });
    const store = await env.store();
    const receipt = await publishEvent(store, {
      event,
      triggerId: options.trigger_id,
      bindingVersion: options.binding_version,
      dedupeForMs: options.dedupe_for_ms,
      nowMs,
      runId: env.runId,
    });
    if (receipt.status === 'queued' || !env.reissued) return receipt;
    // An earlier life may have published it: then it is there in this run's name.
    const found = await queuedOf(store, receipt.event_id);
    const isOurs = found.some(({ run_id }) => run_id === env.runId);
    return isOurs ? { ...receipt, status: 'queued' } : receipt;
  },
);

const cancelEffect = defineEffect(
  { name: 'triggers.request_cancel', class: 'store', access: 'write' },
  (env, event_id: string, binding_key: string | null, requested_by: string) => {
    const nowMs = Math.floor(env.host.clock.nowMs());
    env.inTx((tx) => appendCancelRequest(tx, { event_id, binding_key, requested_by, nowMs }));
    return null;
  },
);

/** Puts an event into the inbox, once. */
export function* publishFromRun(
  ctx: RunContext,
  event: JsonObject,
  options: PublishOptions = {},
): Suspending<PublishReceipt> {
  const receipt = yield* ctx.perform(publishEffect, [event, options]);
  if (receipt.status === 'queued') {
    const { event_id, binding_key } = receipt;
    ctx.get(queuedWorkKey).add({ source: 'trigger_inbox', event_id, binding_key });
    ctx.get(unsettledHubKey).changed();
  }
  return receipt;
}

/** Asks that the dispatch of an event be stopped, or never begun. */
export function* requestCancelFromRun(
  ctx: RunContext,
  eventId: string,
  bindingKey: string | null = null,
): Suspending<Json> {
  return yield* ctx.perform(cancelEffect, [eventId, bindingKey, `run:${ctx.runId}`]);
}
