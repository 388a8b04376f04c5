// Front door of run: one durable computation. Journal, scheduler, effects, record; what a run does at its end belongs
// to lifecycle, which plugs in as a Finisher.
// Runs
export { Authority, type Denial } from './authority.ts';
// Waiting for rows of the store
export { type Awaited, awaitNews } from './await-news.ts';
// Roots
export { assertInside, type RootLists, whereItLeads } from './bound-host.ts';
// What holds for work that goes elsewhere
export {
  attachedOfBoth,
  type Bounds,
  boundsOf,
  keptCode,
  keptHandler,
  startBeside,
} from './bounds.ts';
// Errors
// Ending runs that others work on
export { requestCancel } from './cancel-request.ts';
// Contexts, tasks and what they may ask
export {
  type Carried,
  callHandler,
  type Handler,
  RunContext,
  startHandler,
  type TaskOptions,
} from './context.ts';
// Effects
export {
  type AsyncEffect,
  defineEffect,
  defineSyncEffect,
  type Effect,
  type EffectClass,
  type EffectEnv,
  type EffectSpec,
  type OnUnknown,
  type Probe,
  type RunServices,
  type ServiceKey,
  type SyncEffect,
  type WaitFacts,
  type WaitSite,
} from './effect.ts';
export { plainOf } from './effect-record.ts';
export { capabilityErrors, hookErrors, journalErrors, runErrors } from './errors.ts';
// Session hooks
export { globMatches, hookMatches } from './hook-pattern.ts';
export {
  type FireOptions,
  fireHooks,
  HOOK_EVENTS,
  type HookControl,
  type HookEvent,
  HookRegistry,
  hookEvent,
  hooksKey,
  isTruthy,
  readControl,
} from './hooks.ts';
// What is written down
export {
  type EntryBody,
  type EntryHead,
  type EntryKind,
  type JournalEntry,
  journalTopic,
  type RecordedError,
  type RunStart,
  type Site,
} from './journal-entry.ts';
export { readEntry } from './journal-packing.ts';
// Effects with a body
export { addNote, notesKey } from './notes.ts';
export type { BlockOp, EffectOp, Op, Outcome, Suspending, TickOp } from './op.ts';
export { opaquely } from './opaque.ts';
export type { OutputBuffer, OutputSink, OutputStream } from './output.ts';
export {
  type Chain,
  chainItems,
  emptyRecord,
  foldRecord,
  type RecordSection,
  type RunRecord,
  type RunStatus,
  recordOf,
  timestamp,
} from './record.ts';
export {
  coerceError,
  fromRecordedError,
  type ThrownCodec,
  toRecordedError,
} from './recorded-error.ts';
export {
  type Finished,
  type Finisher,
  Run,
  type RunBody,
  type RunDeps,
  type RunResult,
  type RunSpec,
  startOf,
} from './run.ts';
export type { RunBudget } from './run-budget.ts';
export type { RunClock } from './run-clock.ts';
export type { RunCore } from './run-core.ts';
export {
  deleteRun,
  hasEnded,
  type RunKeeper,
  type RunNeed,
  runNeeds,
  sweepTopics,
} from './run-deletion.ts';
export type { RunEvent, RunEventBody, RunEventListener, RunEvents } from './run-events.ts';
export { listRuns, type RunRow, runIndex } from './run-index.ts';
export {
  holderIsAlive,
  type LoadedJournal,
  loadBlobs,
  loadJournal,
  loadRecord,
  loadStart,
  runLeaseName,
  selfAsHolder,
  takeRun,
} from './run-store.ts';
export { ExecutionScope, type ScopeChange } from './scope.ts';
export { type SpanSource, traceSpansSection } from './span-section.ts';
export {
  type RunSpan,
  type RunSpanOptions,
  type RunSpans,
  runSpansKey,
  type SpanFacts,
  spanIdOf,
} from './spans.ts';
// What model calls may cost
export {
  accountOf,
  payingFrom,
  reserveSpend,
  SpendAccount,
  type SpendReservation,
  spendKey,
} from './spend.ts';
export type { BudgetView } from './spend-ledger.ts';
export { NOTHING_SPENT, nanoUsdOf, type Spent, usdOf } from './spent.ts';
// Runs under an id of the caller's
export {
  comeTo,
  type StartById,
  type StartedById,
  startById,
  startDifferences,
  untilFree,
} from './start-by-id.ts';
export { checkStartId, isStartId, runIdOf, START_ID_FORM } from './start-id.ts';
export { type Deadline, Task } from './task.ts';
export { type News, type NewsSource, watchNews } from './topic-news.ts';
export { emitRunEvent, performUnit, type UnitSpec } from './unit.ts';
export { type UnitScope, unitOf } from './unit-state.ts';
export {
  type UnknownAsker,
  type UnknownCall,
  unknownAskerKey,
  type Verdict,
} from './unknown-outcome.ts';
