// The outbox: what came of dispatches, and requests to cancel one. The dispatcher writes the first; anyone the second.
import type { Json } from '../../base/index.ts';
import type { Store, Tx } from '../../store/index.ts';
import { timestamp } from '../run/index.ts';
import { cancelTopic, outboxTopic } from './topics.ts';

/** What can come of a dispatch. Each of them takes the event out of the queue. */
export type DispatchOutcome =
  | 'dispatch_started'
  | 'dispatch_succeeded'
  | 'dispatch_failed'
  | 'dispatch_waiting'
  | 'dispatch_skipped'
  | 'dispatch_cancelled'
  | 'dispatch_deferred';

/** Which dispatch, and what is known about its outcome. */
export interface Dispatch {
  readonly event_id: string;
  readonly binding_key: string | null;
  readonly trigger_id?: string | null;
  readonly attempt?: number;
  /** `result`, `error`, `message`, `skip_stage`, `handler_kind`, ... by kind. */
  readonly facts?: { readonly [name: string]: Json };
  readonly nowMs: number;
}

/** Writes an outcome in somebody's transaction; the same outcome of the same attempt is written once. */
export function appendOutcome(tx: Tx, outcome: DispatchOutcome, dispatch: Dispatch): void {
  const { event_id, binding_key, trigger_id = null, attempt = 1, facts = {}, nowMs } = dispatch;
  tx.append(outboxTopic.name, {
    kind: outcome,
    payload: outboxTopic.encode({ ...facts, event_id, binding_key, trigger_id, attempt }),
    headers: {
      event_id,
      ...(binding_key === null ? {} : { binding_key }),
      ...(trigger_id === null ? {} : { trigger_id }),
      attempt: String(attempt),
    },
    key: `${outcome}:${binding_key ?? ''}:${event_id}:${attempt}`,
    occurredAtMs: nowMs,
  });
}

/** Says durably what came of a dispatch. */
export async function markOutcome(
  store: Store,
  outcome: DispatchOutcome,
  dispatch: Dispatch,
): Promise<void> {
  await store.tx((tx) => appendOutcome(tx, outcome, dispatch));
}

/** Who wants which dispatch stopped. */
export interface CancelRequest {
  readonly event_id: string;
  readonly binding_key: string | null;
  readonly requested_by?: string | undefined;
  readonly audit_id?: string | undefined;
  readonly nowMs: number;
}

/** Asks in somebody's transaction that a dispatch be stopped, or never begun. */
export function appendCancelRequest(tx: Tx, request: CancelRequest): void {
  const { event_id, binding_key, requested_by, audit_id, nowMs } = request;
  tx.append(cancelTopic.name, {
    kind: 'dispatch_cancel_requested',
    payload: cancelTopic.encode({
      binding_key,
      event_id,
      requested_at: timestamp(nowMs),
      requested_by: requested_by ?? null,
      audit_id: audit_id ?? null,
    }),
    headers: { event_id, ...(binding_key === null ? {} : { binding_key }) },
    occurredAtMs: nowMs,
  });
}

/** Asks that a dispatch be stopped, or never begun. */
export async function requestCancel(store: Store, request: CancelRequest): Promise<void> {
  await store.tx((tx) => appendCancelRequest(tx, request));
}
