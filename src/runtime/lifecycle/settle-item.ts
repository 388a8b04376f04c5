// One item of a settlement: doing to it what was decided, without ever breaking the loop, and writing down what came
// of it.
import type { Json } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { messageOf, recordAudit } from './audit.ts';
import { type Decision, ledgerKey } from './ledger.ts';
import { itemKey } from './settlement-queue.ts';
import {
  type ActOptions,
  type ActResult,
  actOn,
  canTell,
  findOpen,
  type SettleAction,
  takeSnapshot,
  type UnsettledItem,
} from './unsettled.ts';

/** An action that cannot break the loop: what throws is an end nobody knows. */
export function* tryAct(
  ctx: RunContext,
  item: UnsettledItem,
  action: SettleAction,
  options: ActOptions,
): Suspending<ActResult | { readonly status: 'failed'; readonly reason: string }> {
  try {
    return yield* actOn(ctx, item, action, options);
  } catch (error) {
    return { status: 'failed', reason: messageOf(error) };
  }
}

/** The ledger's form of what an action brought. */
export function decisionOf(
  item: UnsettledItem,
  result: Exclude<ActResult, { status: 'gone' }> | { status: 'failed'; reason: string },
  by: Decision['by'],
  reason: string,
): Decision {
  if (result.status === 'done') {
    const { disposition, to } = result;
    const stays = disposition === 'abandoned' || disposition === 'deferred';
    const resumeToken = result.resumeToken ?? (stays ? item.resumeToken : undefined);
    return { disposition, by, reason, to, resumeToken };
  }
  const disposition = result.status === 'refused' ? 'abandoned' : 'unknown';
  return { disposition, by, reason: result.reason, resumeToken: item.resumeToken };
}

/** Writes down that an item stays as it is. */
export function leave(
  ctx: RunContext,
  item: UnsettledItem,
  by: Decision['by'],
  reason: string,
): void {
  const { resumeToken } = item;
  ctx.get(ledgerKey).decide(item, { disposition: 'abandoned', by, reason, resumeToken });
}

/** Whether an item has ended, or (when asked) come to rest so that nothing wakes it; undefined while it goes on. */
export function* restOf(
  ctx: RunContext,
  listed: UnsettledItem,
  orParked: boolean,
): Suspending<'ended' | 'parked' | undefined> {
  let item = findOpen(ctx, listed, 0);
  if (item !== undefined && !canTell(ctx, listed.bucket)) {
    const { items } = yield* takeSnapshot(ctx);
    item = items.find((other) => itemKey(other) === itemKey(listed));
  }
  if (item === undefined) return 'ended';
  return orParked && !item.moves ? 'parked' : undefined;
}

/** The audit of a handoff that settlement ended. */
export function* auditHandoff(
  ctx: RunContext,
  item: UnsettledItem,
  action: SettleAction,
  decision: Json,
  to: string | null,
): Suspending<void> {
  const facts = { envelope_id: auditId(item), decision };
  if (action === 'deliver') yield* recordAudit(ctx, 'handoff_delivered', { ...facts, to });
  else yield* recordAudit(ctx, 'handoff_acknowledged', facts);
}

/** The id that decisions show: the short one of a handoff. */
export function auditId(item: UnsettledItem): string {
  const envelope = item.view['envelope_id'];
  return typeof envelope === 'string' ? envelope : item.id;
}
