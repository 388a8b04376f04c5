// Front door of lifecycle: how runs end. Every item of work that is still open gets exactly one disposition, and the
// receipt names it.
// Audits
export { currentPipelineId, emitAudit, recordAudit } from './audit.ts';
// Buckets
export {
  BUCKETS,
  type Bucket,
  isEmptyState,
  itemId,
  stateCounts,
  stateSummary,
} from './bucket.ts';
// Callbacks
export { callInline, type FinishCallback, finishCallback } from './call.ts';
export {
  compose,
  firstAvailable,
  ifUnsettled,
  when,
  withTelemetry,
  withTimeout,
} from './combinators.ts';
// Composition
export { equipLifecycle, type LifecycleParts } from './compose.ts';
// Settlement
export { type DecisionSigner, decisionSignerKey } from './decision-receipt.ts';
export {
  type Advice,
  type Choice,
  DECISION_TABLE,
  type DecideOptions,
  type SettlementDecider,
  settlementDeciderKey,
  type Wish,
} from './decision-table.ts';
export { drain } from './drain.ts';
export { durationMs, durationText } from './duration.ts';
export { lifErrors } from './errors.ts';
export { createFinisher } from './finish.ts';
// Handoffs
export {
  type HandoffTargets,
  handoffSource,
  handoffTargetsKey,
  programTargets,
  queueHandoff,
} from './handoff.ts';
export {
  acknowledgeHandoff,
  childInput,
  childRunIdOf,
  type DeliverOptions,
  deliverHandoff,
  type Handoff,
  type HandoffQuery,
  type HandoffRow,
  type HandoffStatus,
  handedInput,
  handoffIndex,
  handoffKeeper,
  listHandoffs,
  showHandoff,
} from './handoff-record.ts';
export type { DecidedBy, Decision, Disposition, ReceiptItem } from './ledger.ts';
export { nestedPipeline } from './nested.ts';
export {
  onFinishAbandon,
  onFinishBlockUntilSettled,
  onFinishDrain,
  onFinishDrainWith,
  onFinishHandoffTo,
} from './presets.ts';
// Receipts
export { isPartial, type ReceiptStatus, receiptLine, type SettlementReceipt } from './receipt.ts';
// Methods as programs call them
export { lifecycleAgent, lifecycleRoot } from './root.ts';
export { type LifecycleSettings, lifecycleSettingsKey, settingsFrom } from './settings.ts';
export type { ModelWish, SettlementCall } from './settlement-options.ts';
export { type AuditEntry, LifecycleState, lifecycleKey } from './state.ts';
export { auditTopic, handoffTopic } from './topics.ts';
// Unsettled work
export {
  type ActOptions,
  type ActResult,
  type SettleAction,
  type Snapshot,
  sourceWithService,
  takeSnapshot,
  type UnsettledHub,
  type UnsettledItem,
  type UnsettledSource,
  unsettledHubKey,
} from './unsettled.ts';
export { waitForAnySettlement } from './wait.ts';
