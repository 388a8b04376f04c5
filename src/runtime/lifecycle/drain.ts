// The settlement loop: decides about every open item exactly once and does what it decided. One item per bucket and
// round, in bucket order; the decisions of a round are made without giving up the turn, so they are one commit.
//
// A round: snapshot -> first undecided item of each bucket -> choices -> OnDrainDecision hooks -> actions with their
// audits (the commit) -> waiting for what was left to end by itself. The loop ends when every item is decided or its
// rounds are spent; what is left then is abandoned by name.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { fireHooks, type HookControl, type RunContext, type Suspending } from '../run/index.ts';
import { askDecisionHooks, messageOf, recordAudit } from './audit.ts';
import { BUCKETS, bucketFacts, bucketOf, isEmptyState, itemId } from './bucket.ts';
import { type Choice, chooseActions } from './decision-table.ts';
import { durationMs } from './duration.ts';
import { type Decision, ledgerKey } from './ledger.ts';
import { lifecycleKey } from './state.ts';
import {
  type ActResult,
  actOn,
  type SettleAction,
  type Snapshot,
  takeSnapshot,
  type UnsettledItem,
} from './unsettled.ts';
import { runNow, waitFor } from './wait.ts';

const METHOD = 'spawn_settlement_agent';
const DEFAULT_ROUNDS = 5;
const MOST_ROUNDS = 20;
const DEFAULT_WAIT_MS = 30_000;

/** `harness.spawn_settlement_agent`: hooks around the loop; answers the drain receipt. */
export function* drain(
  ctx: RunContext,
  unsettled: Json,
  returnValue: Json,
  options: Json = null,
): Suspending<JsonObject> {
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
  const loop = new SettlementLoop(ctx, returnValue, options, only);
  const outcome = yield* whileSettling(ctx, loop.run(unsettled));
  try {
    yield* fireHooks(ctx, 'PostDrain', { unsettled, outcome }, { onBlock: 'ignore' });
  } catch (error) {
    return { status: 'error', method: METHOD, error: messageOf(error) };
  }
  return outcome;
}

/** Marks the run as settling for as long as `body` runs, also when its task is dropped in the middle. */
function* whileSettling<T>(ctx: RunContext, body: Suspending<T>): Suspending<T> {
  const state = ctx.get(lifecycleKey);
  const outer = state.settling;
  const undo = () => {
    state.settling = outer;
  };
  state.settling = true;
  ctx.task.owned.add(undo);
  try {
    return yield* body;
  } finally {
    ctx.task.owned.delete(undo);
    undo();
  }
}

/** A PreDrain hook that hands back an `unsettled` narrows the loop to the items in it. */
function narrowedTo(control: HookControl): ReadonlySet<string> | undefined {
  if (control.kind !== 'modify' || !isJsonObject(control.payload)) return undefined;
  const wanted = control.payload['unsettled'];
  if (!isJsonObject(wanted)) return undefined;
  const keys = new Set<string>();
  for (const { bucket } of BUCKETS) {
    for (const view of bucketOf(wanted, bucket)) {
      if (isJsonObject(view)) keys.add(`${bucket} ${itemId(bucket, view)}`);
    }
  }
  return keys;
}

interface Decided {
  readonly item: UnsettledItem;
  readonly choice: Choice;
  readonly payload: Json;
}

class SettlementLoop {
  readonly #ctx: RunContext;
  readonly #returnValue: Json;
  readonly #options: Json;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #handled = new Set<string>();
  #iterations = 0;
  #processed = 0;
  #deadlineMono = 0;

  constructor(
    ctx: RunContext,
    returnValue: Json,
    options: Json,
    only: ReadonlySet<string> | undefined,
  ) {
    this.#ctx = ctx;
    this.#returnValue = returnValue;
    this.#options = options;
    this.#only = only;
  }

  *run(given: Json): Suspending<JsonObject> {
    const ctx = this.#ctx;
    const audited = ctx.get(lifecycleKey).audited;
    let snapshot = yield* takeSnapshot(ctx);
    const budget = roundsOf(this.#options, snapshot);
    if (snapshot.items.length === 0 && isEmptyState(isJsonObject(given) ? given : {})) {
      return this.#receipt('no_unsettled', budget, snapshot, 0);
    }
    this.#deadlineMono = ctx.sync(runNow, []) + waitMsOf(this.#options);
    while (this.#iterations < budget) {
      this.#iterations += 1;
      if (this.#iterations > 1) snapshot = yield* takeSnapshot(ctx);
      const next = this.#nextOfEach(snapshot);
      if (next.length === 0) break;
      yield* this.#round(next);
    }
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

  /** The first item of each bucket that has no decision yet. */
  #nextOfEach({ items }: Snapshot): readonly UnsettledItem[] {
    const next: UnsettledItem[] = [];
    for (const { bucket } of BUCKETS) {
      const first = items.find((item) => item.bucket === bucket && this.#isOurs(item));
      if (first !== undefined) next.push(first);
    }
    return next;
  }

  #isOurs(item: UnsettledItem): boolean {
    const key = keyOf(item);
    return !this.#handled.has(key) && (this.#only === undefined || this.#only.has(key));
  }

  *#round(items: readonly UnsettledItem[]): Suspending<void> {
    const ctx = this.#ctx;
    for (const item of items) this.#handled.add(keyOf(item));
    const choices = yield* chooseActions(ctx, items);
    const decided: Decided[] = [];
    for (const [index, item] of items.entries()) {
      const decision = yield* this.#confirm(item, choices[index]);
      if (decision !== undefined) decided.push(decision);
    }
    this.#processed += items.length;
    for (const decision of decided) yield* this.#commit(decision);
    for (const { item, choice } of decided) {
      if (choice.action === 'drain') yield* this.#awaitEnd(item, choice);
    }
  }

  /** Lets the hooks see a decision: they may veto it, change its payload, or choose another legal action. */
  *#confirm(item: UnsettledItem, choice: Choice | undefined): Suspending<Decided | undefined> {
    const { category } = bucketFacts(item.bucket);
    if (choice === undefined) {
      this.#leave(item, 'settlement', 'no legal action was left for it');
      return undefined;
    }
    const shown = { category, id: auditId(item), summary: item.view };
    const payload = { action: choice.named, item: shown, reason: choice.reason };
    const verdict = yield* askDecisionHooks(this.#ctx, payload);
    if (verdict.status === 'blocked') {
      this.#leave(item, 'callback', verdict.reason);
      return undefined;
    }
    if (verdict.status === 'error') return { item, choice, payload };
    return { item, choice: amended(item, choice, verdict.payload), payload: verdict.payload };
  }

  *#commit({ item, choice, payload }: Decided): Suspending<void> {
    const ctx = this.#ctx;
    if (choice.action !== 'drain') {
      const { action, reason, by } = choice;
      const decision = {
        disposition: action === 'defer' ? 'deferred' : action,
        source: 'settlement_agent',
      };
      const result = yield* tryAct(ctx, item, action, reason, decision);
      if (result.status === 'gone') return;
      if (item.bucket === 'partial_handoffs' && result.status === 'done') {
        const facts = { envelope_id: auditId(item), decision };
        const kind = action === 'deliver' ? 'handoff_delivered' : 'handoff_acknowledged';
        yield* recordAudit(
          ctx,
          kind,
          action === 'deliver' ? { ...facts, to: result.to ?? null } : facts,
        );
      }
      ctx.get(ledgerKey).decide(item, decisionOf(item, result, by, reason));
    }
    yield* recordAudit(ctx, 'drain_decision', payload);
  }

  /** Waits for an item to end by itself for as long as the budget lasts, then cancels it. */
  *#awaitEnd(item: UnsettledItem, { by, reason }: Choice): Suspending<void> {
    const ctx = this.#ctx;
    const left = this.#deadlineMono - ctx.sync(runNow, []);
    const end = yield* waitFor(ctx, left, function* (at) {
      const { items } = yield* takeSnapshot(at);
      return items.some((other) => keyOf(other) === keyOf(item)) ? undefined : true;
    });
    if (end.status === 'done') {
      ctx.get(ledgerKey).decide(item, { disposition: 'drained', by, reason });
      return;
    }
    const late = 'it did not end within the time of the settlement';
    if (!item.actions.includes('cancel')) {
      this.#leave(item, by, late);
      return;
    }
    const result = yield* tryAct(ctx, item, 'cancel', late, null);
    if (result.status === 'gone') {
      ctx.get(ledgerKey).decide(item, { disposition: 'drained', by, reason });
    } else ctx.get(ledgerKey).decide(item, decisionOf(item, result, by, late));
  }

  *#nameLeftovers(snapshot: Snapshot, budget: number): Suspending<void> {
    const ledger = this.#ctx.get(ledgerKey);
    for (const item of snapshot.items) {
      if (!ledger.isDecided(item)) {
        this.#leave(item, 'settlement', 'the rounds of the settlement were spent');
      }
    }
    yield* recordAudit(this.#ctx, 'drain_unsettled_remaining', {
      iterations: this.#iterations,
      budget,
      items_processed: this.#processed,
      remaining: snapshot.state,
    });
  }

  #leave(item: UnsettledItem, by: Decision['by'], reason: string): void {
    const { resumeToken } = item;
    this.#ctx.get(ledgerKey).decide(item, { disposition: 'abandoned', by, reason, resumeToken });
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

/** An action that cannot break the loop: what throws is an end nobody knows. */
export function* tryAct(
  ctx: RunContext,
  item: UnsettledItem,
  action: SettleAction,
  reason: string,
  decision: Json,
): Suspending<ActResult | { readonly status: 'failed'; readonly reason: string }> {
  try {
    return yield* actOn(ctx, item, action, { reason, decision });
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

/** A hook that changed the payload's action to another legal one is obeyed. */
function amended(item: UnsettledItem, choice: Choice, payload: Json): Choice {
  const action = isJsonObject(payload) ? payload['action'] : undefined;
  const wanted = item.actions.find((legal) => legal === action);
  if (wanted === undefined || action === choice.named) return choice;
  const given = isJsonObject(payload) ? payload['reason'] : undefined;
  const reason = typeof given === 'string' ? given : choice.reason;
  return { action: wanted, named: wanted, reason, by: 'callback' };
}

/** The id that decisions show: the short one of a handoff. */
function auditId(item: UnsettledItem): string {
  const envelope = item.view['envelope_id'];
  return typeof envelope === 'string' ? envelope : item.id;
}

/** Rounds: a number, `{drain_budget_iterations}`, else enough for what is there. Given ones are 1 to 20. */
function roundsOf(options: Json, snapshot: Snapshot): number {
  const given = isJsonObject(options) ? options['drain_budget_iterations'] : options;
  if (typeof given === 'number' && Number.isInteger(given) && given > 0) {
    return Math.min(given, MOST_ROUNDS);
  }
  const sizes = BUCKETS.map(({ bucket }) => bucketOf(snapshot.state, bucket).length);
  return Math.max(DEFAULT_ROUNDS, ...sizes.map((size) => size + 1));
}

function waitMsOf(options: Json): number {
  const given = isJsonObject(options) ? durationMs(options['drain_budget_ms']) : undefined;
  return given !== undefined && given >= 0 ? given : DEFAULT_WAIT_MS;
}

function keyOf({ bucket, id }: UnsettledItem): string {
  return `${bucket} ${id}`;
}
