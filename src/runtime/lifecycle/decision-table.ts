// What the settlement loop does with an item when nobody else decides: the fixed table, and the port through which a
// model may choose among an item's legal actions instead.
import type { RunContext, ServiceKey, Suspending } from '../run/index.ts';
import type { Bucket } from './bucket.ts';
import type { SettleAction, UnsettledItem } from './unsettled.ts';

/** What is to be done with one item. */
export interface Choice {
  readonly action: SettleAction;
  /** The action's name in the audit. */
  readonly named: string;
  readonly reason: string;
  readonly by: 'settlement' | 'model' | 'callback';
}

interface TableRow {
  readonly action: SettleAction;
  readonly named: string;
  readonly reason: string;
}

const DRAIN_CALL = 'default disposition: let in-flight llm call end, cancel it when time is up';
const DRAIN_WORKER = 'default disposition: let running subagent end, cancel it when time is up';
const DRAIN_TASK = 'default disposition: let pool pending task end, cancel it when time is up';

/** For each bucket, in order of preference; the first action that is legal for the item is taken. */
export const DECISION_TABLE: { readonly [B in Bucket]: readonly TableRow[] } = {
  suspended_subagents: [
    // Only one that is still at work can end by itself.
    { action: 'drain', named: 'drain', reason: DRAIN_WORKER },
    {
      action: 'cancel',
      named: 'cancel',
      reason: 'default disposition: cancel suspended subagent at drain',
    },
  ],
  queued_triggers: [
    {
      action: 'acknowledge',
      named: 'acknowledge',
      reason: 'default disposition: acknowledge stale queued trigger at drain',
    },
    {
      action: 'defer',
      named: 'defer',
      reason: 'default disposition: defer queued trigger at drain',
    },
  ],
  partial_handoffs: [
    {
      action: 'deliver',
      named: 'handoff',
      reason: 'default disposition: deliver partial handoff to a pipeline of this program',
    },
    {
      action: 'defer',
      named: 'acknowledge',
      reason: 'default disposition: acknowledge partial handoff as deferred',
    },
  ],
  in_flight_llm_calls: [
    { action: 'drain', named: 'drain', reason: DRAIN_CALL },
    { action: 'cancel', named: 'cancel', reason: 'default disposition: cancel in-flight llm call' },
  ],
  pool_pending_tasks: [
    { action: 'drain', named: 'drain', reason: DRAIN_TASK },
    { action: 'cancel', named: 'cancel', reason: 'default disposition: cancel pool pending task' },
  ],
};

/** The table's answer; undefined when nothing of it is legal for the item. */
export function tableChoice(item: UnsettledItem): Choice | undefined {
  const found = DECISION_TABLE[item.bucket].find(({ action }) => item.actions.includes(action));
  return found === undefined ? undefined : { ...found, by: 'settlement' };
}

/**
 * Someone who chooses among legal actions, such as a model with constrained tools. Answers one action per item, in
 * order; undefined, or one that is not legal, leaves that item to the table.
 */
export interface SettlementDecider {
  decide(
    ctx: RunContext,
    items: readonly UnsettledItem[],
  ): Suspending<
    readonly ({ readonly action: SettleAction; readonly reason: string } | undefined)[]
  >;
}

/** The decider of the run; without one the table decides. */
export const settlementDeciderKey: ServiceKey<SettlementDecider | undefined> = {
  name: 'lifecycle.decider',
  create: () => undefined,
};

/** What to do with each item of a round. */
export function* chooseActions(
  ctx: RunContext,
  items: readonly UnsettledItem[],
): Suspending<readonly (Choice | undefined)[]> {
  const decider = ctx.get(settlementDeciderKey);
  const asked = decider === undefined ? [] : yield* decider.decide(ctx, items);
  return items.map((item, index) => {
    const wish = asked[index];
    if (wish === undefined || !item.actions.includes(wish.action)) return tableChoice(item);
    return { action: wish.action, named: wish.action, reason: wish.reason, by: 'model' };
  });
}
