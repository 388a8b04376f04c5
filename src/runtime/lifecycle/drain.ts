// The settlement loop: decides about every open item exactly once and does what it decided. One item per bucket and
// round, in bucket order; the decisions of a round are made without giving up the turn, so they are one commit.
//
// A round: first undecided item of each bucket -> choices -> OnDrainDecision hooks -> actions with their audits and
// signed receipts (the commit). What was let go on is awaited when everything has its decision, so that slow work takes
// no time from the rest; what comes to be meanwhile has its rounds after that. What is left is abandoned by name.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  fireHooks,
  type HookControl,
  type RunContext,
  type RunSpan,
  runSpansKey,
  type Suspending,
} from '../run/index.ts';
import { SPAN_METADATA } from '../trace/index.ts';
import { askDecisionHooks, messageOf, recordAudit } from './audit.ts';
import { BUCKETS, bucketFacts, bucketOf, isEmptyState, itemId } from './bucket.ts';
import { type SignedChoice, signDecision } from './decision-receipt.ts';
import {
  type Choice,
  chooseActions,
  fallBack,
  settlementDeciderKey,
  tableChoice,
} from './decision-table.ts';
import { type Decision, ledgerKey } from './ledger.ts';
import { auditHandoff, auditId, decisionOf, leave, restOf, tryAct } from './settle-item.ts';
import { parseSettlement, type SettlementOptions } from './settlement-options.ts';
import { itemKey, SettlementQueue } from './settlement-queue.ts';
import { lifecycleKey } from './state.ts';
import {
  type ActOptions,
  type SettleAction,
  type Snapshot,
  takeSnapshot,
  type UnsettledItem,
} from './unsettled.ts';
import { runNow, waitFor } from './wait.ts';

const METHOD = 'spawn_settlement_agent';
const DEFAULT_ROUNDS = 5;

/** `harness.spawn_settlement_agent`: hooks around the loop; answers the drain receipt. */
export function* drain(
  ctx: RunContext,
  unsettled: Json,
  returnValue: Json,
  options: Json = null,
): Suspending<JsonObject> {
  const parsed = parseSettlement(options);
  if (parsed.model !== undefined) ctx.get(settlementDeciderKey)?.check?.(parsed.model);
  let only: ReadonlySet<string> | undefined;
  try {
    const payload = { unsettled, return_value: returnValue, options };
    const control = yield* fireHooks(ctx, 'PreDrain', payload);
    if (control.kind === 'block')
      return { status: 'skipped', method: METHOD, reason: control.reason };
    only = narrowedTo(control);
  } catch (error) {
    return { status: 'error', method: METHOD, error: messageOf(error) };
  }
  const span = openDrainSpan(ctx);
  const loop = new SettlementLoop(ctx, returnValue, { ...parsed, only, spanId: span.spanId });
  const outcome = yield* whileSettling(ctx, span, loop.run(unsettled));
  try {
    yield* fireHooks(ctx, 'PostDrain', { unsettled, outcome }, { onBlock: 'ignore' });
  } catch (error) {
    return { status: 'error', method: METHOD, error: messageOf(error) };
  }
  return outcome;
}

/** Marks the run as settling for as long as `body` runs, also when its task is dropped in the middle. */
function* whileSettling(
  ctx: RunContext,
  span: RunSpan,
  body: Suspending<JsonObject>,
): Suspending<JsonObject> {
  const state = ctx.get(lifecycleKey);
  const outer = state.settling;
  const leave = ctx.get(runSpansKey).enter(ctx.task, span);
  const undo = () => {
    state.settling = outer;
    leave();
    span.end();
  };
  state.settling = true;
  ctx.task.owned.add(undo);
  try {
    const outcome = yield* body;
    span.set({
      [SPAN_METADATA.status]: String(outcome['status']),
      [SPAN_METADATA.iterations]: Number(outcome['iterations']),
    });
    return outcome;
  } finally {
    ctx.task.owned.delete(undo);
    undo();
  }
}

function openDrainSpan(ctx: RunContext): RunSpan {
  const spans = ctx.get(runSpansKey);
  const links = [spans.linkToRun()];
  return spans.start(ctx.task, 'drain', 'settlement_agent', { detached: true, links });
}

/** A PreDrain hook that hands back an `unsettled` narrows the loop to the items in it. */
function narrowedTo(control: HookControl): ReadonlySet<string> | undefined {
  if (control.kind !== 'modify' || !isJsonObject(control.payload)) return undefined;
  const wanted = control.payload['unsettled'];
  if (!isJsonObject(wanted)) return undefined;
  const keys = new Set<string>();
  for (const { bucket } of BUCKETS) {
    for (const view of bucketOf(wanted, bucket)) {
      if (isJsonObject(view)) keys.add(itemKey({ bucket, id: itemId(bucket, view) }));
    }
  }
  return keys;
}

/** What was let go on has to end before the settlement does. */
const GOES_ON: ReadonlySet<SettleAction> = new Set(['drain', 'resume']);

type LoopOptions = SettlementOptions & {
  readonly only: ReadonlySet<string> | undefined;
  readonly spanId: string;
};

interface Decided {
  readonly item: UnsettledItem;
  readonly choice: Choice;
  readonly payload: Json;
}

class SettlementLoop {
  readonly #ctx: RunContext;
  readonly #returnValue: Json;
  readonly #options: LoopOptions;
  readonly #spent = { calls: 0, tokens: 0 };
  readonly #queue: SettlementQueue;
  /** Decided, and not ended yet. */
  #goingOn: Decided[] = [];
  #iterations = 0;
  #processed = 0;
  #deadlineMono = 0;

  constructor(ctx: RunContext, returnValue: Json, options: LoopOptions) {
    this.#ctx = ctx;
    this.#returnValue = returnValue;
    this.#options = options;
    this.#queue = new SettlementQueue(ctx, options.only);
  }

  *run(given: Json): Suspending<JsonObject> {
    const ctx = this.#ctx;
    const audited = ctx.get(lifecycleKey).audited;
    let snapshot = yield* this.#queue.look();
    const budget = this.#options.rounds ?? roundsFor(snapshot);
    if (snapshot.items.length === 0 && isEmptyState(isJsonObject(given) ? given : {})) {
      return this.#receipt('no_unsettled', budget, snapshot, 0);
    }
    this.#deadlineMono = ctx.sync(runNow, []) + this.#options.waitMs;
    while (this.#iterations < budget) {
      this.#iterations += 1;
      let next = yield* this.#queue.next();
      if (next.length === 0 && this.#goingOn.length > 0) {
        yield* this.#awaitEnds();
        next = yield* this.#queue.next();
      }
      if (next.length === 0) break;
      yield* this.#round(next);
    }
    yield* this.#awaitEnds();
    snapshot = yield* takeSnapshot(ctx);
    const status = snapshot.items.length === 0 ? 'completed' : 'exhausted';
    if (status === 'exhausted') yield* this.#nameLeftovers(snapshot, budget);
    else {
      const counts = { iterations: this.#iterations, items_processed: this.#processed };
      yield* recordAudit(ctx, 'pipeline_finalized', { reason: 'drained', ...counts });
    }
    const audits = ctx.get(lifecycleKey).audited - audited;
    return this.#receipt(status, budget, snapshot, audits);
  }

  *#round(items: readonly UnsettledItem[]): Suspending<void> {
    const ctx = this.#ctx;
    const { model } = this.#options;
    const options = { model, leftMs: this.#leftMs(), spent: this.#spent };
    const choices = yield* chooseActions(ctx, items, options);
    const decided: Decided[] = [];
    for (const [index, listed] of items.entries()) {
      // It may have moved while a model was thinking.
      const item = this.#queue.refresh(listed);
      const choice = item === undefined ? undefined : stillLegal(item, choices[index]);
      const decision = item === undefined ? undefined : yield* this.#confirm(item, choice);
      if (decision !== undefined) decided.push(decision);
    }
    this.#processed += items.length;
    for (const decision of decided) {
      const done = yield* this.#commit(decision);
      if (done !== undefined && GOES_ON.has(done.choice.action)) this.#goingOn.push(done);
    }
  }

  #leftMs(): number {
    return this.#deadlineMono - this.#ctx.sync(runNow, []);
  }

  /** Lets the hooks see a decision: they may veto it, change its payload, or choose another legal action. */
  *#confirm(item: UnsettledItem, choice: Choice | undefined): Suspending<Decided | undefined> {
    const { category } = bucketFacts(item.bucket);
    if (choice === undefined) {
      yield* this.#leave(item, 'settlement', 'no legal action was left for it');
      return undefined;
    }
    const shown = { category, id: auditId(item), summary: item.view };
    const payload = { action: choice.named, item: shown, reason: choice.reason };
    const verdict = yield* askDecisionHooks(this.#ctx, payload);
    if (verdict.status === 'blocked') {
      yield* this.#leave(item, 'callback', verdict.reason);
      return undefined;
    }
    if (verdict.status === 'error') return { item, choice, payload };
    return { item, choice: amended(item, choice, verdict.payload), payload: verdict.payload };
  }

  /** Does what was decided and writes it down; answers what was done in the end. */
  *#commit(decided: Decided): Suspending<Decided | undefined> {
    const ctx = this.#ctx;
    const { item, choice, payload } = decided;
    const { action, reason, by } = choice;
    if (action !== 'drain') {
      const decision = {
        disposition: action === 'defer' ? 'deferred' : action,
        source: 'settlement_agent',
      };
      const result = yield* tryAct(ctx, item, action, { reason, decision, ...inputOf(choice) });
      if (result.status === 'gone') return undefined;
      if (result.status === 'refused' && by === 'model') {
        return yield* this.#commitInstead(item, choice, result.reason);
      }
      if (item.bucket === 'partial_handoffs' && result.status === 'done') {
        yield* auditHandoff(ctx, item, action, decision, result.to ?? null);
      }
      ctx.get(ledgerKey).decide(item, decisionOf(item, result, by, reason));
    }
    yield* recordAudit(ctx, 'drain_decision', payload);
    yield* this.#sign(item, choice);
    return decided;
  }

  /** The owner refused what a model chose: the table decides. */
  *#commitInstead(
    item: UnsettledItem,
    { action, prompt, model }: Choice,
    refusal: string,
  ): Suspending<Decided | undefined> {
    const asked = { problem: `${action} was refused: ${refusal}`, prompt, model };
    const decided = yield* this.#confirm(item, fallBack(item, asked));
    return decided === undefined ? undefined : yield* this.#commit(decided);
  }

  *#awaitEnds(): Suspending<void> {
    const goingOn = this.#goingOn;
    this.#goingOn = [];
    for (const { item, choice } of goingOn) yield* this.#awaitEnd(item, choice);
  }

  /** Waits for an item to end by itself for as long as the budget lasts, then cancels it. */
  *#awaitEnd(item: UnsettledItem, { action, by, reason }: Choice): Suspending<void> {
    const ctx = this.#ctx;
    const ledger = ctx.get(ledgerKey);
    const isResumed = action === 'resume';
    const ended = { disposition: isResumed ? 'resumed' : 'drained', by, reason } as const;
    const end = yield* waitFor(ctx, this.#leftMs(), (at) => restOf(at, item, isResumed));
    if (end.status === 'done') {
      // One that has parked again is open work again, for whoever looks next.
      const isSaid = ledger.dispositionOf(item) === ended.disposition;
      if (end.value === 'ended' && !isSaid) ledger.decide(item, ended);
      return;
    }
    const late = 'it did not end within the time of the settlement';
    if (!item.actions.includes('cancel')) {
      leave(ctx, item, by, late);
      return;
    }
    const result = yield* tryAct(ctx, item, 'cancel', { reason: late });
    ledger.decide(item, result.status === 'gone' ? ended : decisionOf(item, result, by, late));
  }

  *#nameLeftovers(snapshot: Snapshot, budget: number): Suspending<void> {
    const ledger = this.#ctx.get(ledgerKey);
    for (const item of snapshot.items) {
      if (ledger.isDecided(item)) continue;
      const reason = this.#queue.hasGiven(item)
        ? 'open again after it was resumed'
        : 'the rounds of the settlement were spent';
      yield* this.#leave(item, 'settlement', reason);
    }
    yield* recordAudit(this.#ctx, 'drain_unsettled_remaining', {
      iterations: this.#iterations,
      budget,
      items_processed: this.#processed,
      remaining: snapshot.state,
    });
  }

  *#sign(item: UnsettledItem, choice: SignedChoice): Suspending<void> {
    yield* signDecision(this.#ctx, item, { ...choice, drainSpanId: this.#options.spanId });
  }

  /** Decides that an item stays as it is. */
  *#leave(item: UnsettledItem, by: Decision['by'], reason: string): Suspending<void> {
    leave(this.#ctx, item, by, reason);
    yield* this.#sign(item, { named: 'abandon', reason, by });
  }

  #receipt(status: string, budget: number, { state }: Snapshot, audits: number): JsonObject {
    return {
      status,
      method: METHOD,
      iterations: this.#iterations,
      items_processed: this.#processed,
      budget,
      remaining: state,
      return_value: this.#returnValue,
      audit_count: audits,
    };
  }
}

/** A choice that the item no longer allows is left to the table. */
function stillLegal(item: UnsettledItem, choice: Choice | undefined): Choice | undefined {
  if (choice === undefined || item.actions.includes(choice.action)) return choice;
  if (choice.by !== 'model') return tableChoice(item);
  const { prompt, model, action } = choice;
  return fallBack(item, { problem: `${action} is no longer legal for it`, prompt, model });
}

/** A hook that changed the payload's action to another legal one is obeyed. */
function amended(item: UnsettledItem, choice: Choice, payload: Json): Choice {
  const action = isJsonObject(payload) ? payload['action'] : undefined;
  const wanted = item.actions.find((legal) => legal === action);
  if (wanted === undefined || action === choice.named) return choice;
  const given = isJsonObject(payload) ? payload['reason'] : undefined;
  const reason = typeof given === 'string' ? given : choice.reason;
  const { prompt, model } = choice;
  return { action: wanted, named: wanted, reason, by: 'callback', prompt, model };
}

/** Enough rounds for what is there. */
function roundsFor(snapshot: Snapshot): number {
  const sizes = BUCKETS.map(({ bucket }) => bucketOf(snapshot.state, bucket).length);
  return Math.max(DEFAULT_ROUNDS, ...sizes.map((size) => size + 1));
}

function inputOf({ input }: Choice): Pick<ActOptions, 'input'> {
  return input === undefined ? {} : { input };
}
