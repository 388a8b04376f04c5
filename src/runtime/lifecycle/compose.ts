// What a runtime does to give each of its runs a lifecycle.
import type { RunCore } from '../run/index.ts';
import { type DecisionSigner, decisionSignerKey } from './decision-receipt.ts';
import { type SettlementDecider, settlementDeciderKey } from './decision-table.ts';
import { type HandoffTargets, handoffSource, handoffTargetsKey } from './handoff.ts';
import { type LifecycleSettings, lifecycleSettingsKey } from './settings.ts';
import { sourceWithService, type UnsettledSource, unsettledHubKey } from './unsettled.ts';

/** What differs from run to run. */
export interface LifecycleParts {
  /** Owners of open work to the right of this room: workers, triggers, model calls, pools. */
  readonly sources?: readonly UnsettledSource[];
  readonly targets?: () => HandoffTargets;
  readonly settings?: LifecycleSettings;
  /** Chooses among legal actions during settlement; without one the table decides. */
  readonly decider?: () => SettlementDecider;
  /** Signs what settlement decided; without one decisions are in audits and the settlement receipt only. */
  readonly signer?: () => DecisionSigner;
}

const handoffs = sourceWithService(
  'lifecycle.handoffs',
  'partial_handoffs',
  () => handoffSource,
  'tell',
);

/** Puts the lifecycle's services in place; before the body begins. */
export function equipLifecycle(run: RunCore, parts: LifecycleParts = {}): void {
  const { targets, settings, decider, signer } = parts;
  if (targets !== undefined) {
    run.provideLater('lifecycle.handoff_targets', () => [handoffTargetsKey, targets()]);
  }
  if (settings !== undefined) run.provide(lifecycleSettingsKey, settings);
  if (decider !== undefined) {
    run.provideLater('lifecycle.decider', () => [settlementDeciderKey, decider()]);
  }
  if (signer !== undefined) {
    run.provideLater('lifecycle.decision_signer', () => [decisionSignerKey, signer()]);
  }
  const hub = run.get(unsettledHubKey);
  hub.add(handoffs);
  for (const source of parts.sources ?? []) hub.add(source);
}
