// What the settlement loop does with an item when nobody else decides: the fixed table, and the port through which a
// model may choose among an item's legal actions instead.
import type { Json } from '../../base/index.ts';
import type { RunContext, ServiceKey, Suspending } from '../run/index.ts';
import type { Bucket } from './bucket.ts';
import type { ModelWish } from './settlement-options.ts';
import type { SettleAction, UnsettledItem } from './unsettled.ts';

/** What is to be done with one item. */
export interface Choice {
  readonly action: SettleAction;
  /** The action's name in the audit. */
  readonly named: string;
  readonly reason: string;
  readonly by: 'settlement' | 'model' | 'callback';
  /** What a resumed worker is told. */
  readonly input?: Json | undefined;
  /** What a model was asked, also when its answer was of no use. */
  readonly prompt?: string | undefined;
  readonly model?: string | undefined;
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

/** An action that someone chose for one item, or why there is none. */
export type Wish =
  | { readonly action: SettleAction; readonly reason: string; readonly input?: Json | undefined }
  | { readonly problem: string };

/** What came of asking about the items of a round, in their order; undefined leaves an item to the table. */
export interface Advice {
  readonly wishes: readonly (Wish | undefined)[];
  /** What was asked, word for word; kept as its hash. */
  readonly prompt?: string | undefined;
  readonly model?: string | undefined;
}

/** What the settlement that asks has said about asking, and what is left of its budget. */
export interface DecideOptions {
  /** What `{model: ...}` of the settlement says; undefined: no model was named. */
  readonly model: ModelWish | undefined;
  /** Time left for the settlement, in ms. */
  readonly leftMs: number;
  /** Counted by who asks. */
  readonly spent: { calls: number; tokens: number };
}

/**
 * Someone who chooses among legal actions, such as a model. What is not legal, missing or said to be a problem leaves
 * its item to the table.
 */
export interface SettlementDecider {
  /** Refuses what a settlement says about its model, before anything happens. */
  check?(model: ModelWish): void;
  decide(
    ctx: RunContext,
    items: readonly UnsettledItem[],
    options: DecideOptions,
  ): Suspending<Advice>;
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
  options: DecideOptions,
): Suspending<readonly (Choice | undefined)[]> {
  const decider = ctx.get(settlementDeciderKey);
  const advice = decider === undefined ? NO_ADVICE : yield* decider.decide(ctx, items, options);
  const { prompt, model } = advice;
  return items.map((item, index) => {
    const wish = advice.wishes[index];
    if (wish === undefined) return tableChoice(item);
    if ('action' in wish && item.actions.includes(wish.action)) {
      const { action, reason, input } = wish;
      const named = action === 'deliver' ? 'handoff' : action;
      return { action, named, reason, by: 'model', input, prompt, model };
    }
    const problem = 'problem' in wish ? wish.problem : `${wish.action} is not legal for it`;
    return fallBack(item, { problem, prompt, model });
  });
}

/** The table's answer where a model's was of no use. */
export function fallBack(
  item: UnsettledItem,
  asked: { readonly problem: string } & Pick<Choice, 'prompt' | 'model'>,
): Choice | undefined {
  const choice = tableChoice(item);
  if (choice === undefined) return undefined;
  const { problem, prompt, model } = asked;
  return { ...choice, reason: `${choice.reason} (the model: ${problem})`, prompt, model };
}

const NO_ADVICE: Advice = { wishes: [] };
