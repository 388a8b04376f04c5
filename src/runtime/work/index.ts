// Front door of work: tasks that run beside each other, pools that bound how many, and workers that outlive their
// starters.
// Pools

export { currentSessionKey } from './current-session.ts';
export { parkTopLevel, TOP_LEVEL_MODE } from './park.ts';
export {
  type PoolRef,
  type PoolTaskRef,
  poolCancel,
  poolCreate,
  poolGet,
  poolList,
  poolResult,
  poolSize,
  poolSnapshot,
  poolSubmit,
  poolsKey,
  poolWait,
  poolWaitAll,
} from './pool.ts';
export { poolErrors } from './pool-errors.ts';
export type { PoolOptions, SubmitOptions } from './pool-options.ts';
export type { PoolTaskStatus } from './pool-state.ts';
export { poolUnsettledSource } from './pool-unsettled.ts';
export type { PoolSnapshot, PoolTaskHandle, PoolTaskSnapshot } from './pool-view.ts';
// Queues between processes
export {
  ackClaim,
  ackJob,
  appendUnconditionalAck,
  type ClaimedJob,
  claimJob,
  type EnqueueReceipt,
  enqueueJob,
  type Job,
  knownQueues,
  listJobs,
  purgeQueue,
  type QueueSummary,
  queueSummary,
  releaseClaim,
  renewClaim,
  showJob,
} from './queue.ts';
export { enqueueFromRun, queueEffects } from './queue-effects.ts';
export { queueErrors } from './queue-errors.ts';
export {
  isClaimable,
  type JobClaim,
  type JobPriority,
  type JobRow,
  type JobState,
  jobIndex,
  jobKey,
} from './queue-record.ts';
export { type QueuedWork, queuedWorkId, queuedWorkKey } from './queued-work.ts';
// Workers: suspension
export { receiptsSection } from './receipts-section.ts';
export { type ResumeInitiator, type ResumeOptions, resumeWorker } from './resume.ts';
export { resumeAgent } from './snapshot.ts';
export {
  awaitResumption,
  functionWorkerOf,
  type SuspendOptions,
  suspendAgent,
  suspendSelf,
  suspendWorker,
} from './suspend.ts';
export { parseResumeConditions, type ResumeConditions } from './suspend-conditions.ts';
export { spansSection } from './suspend-spans.ts';
export { checkWake, type ResumeSource, resumeSourceKey } from './suspend-wake.ts';
// What tasks share and wait for
export {
  acquire,
  DEFAULT_MUTEX,
  type LockRequest,
  lockMetrics,
  release,
} from './sync/acquire.ts';
export {
  Atomic,
  atomicCas,
  atomicGet,
  atomicSet,
  atomicUpdate,
  makeAtomic,
} from './sync/atomic.ts';
export {
  Channel,
  channelIsClosed,
  closeChannel,
  makeChannel,
  receive,
  type Selected,
  select,
  send,
  tryReceive,
} from './sync/channel.ts';
export {
  type CircuitState,
  circuitCheck,
  circuitFailure,
  circuitReset,
  circuitSuccess,
  makeCircuit,
} from './sync/circuit.ts';
export { deadlockErrors, syncErrors } from './sync/errors.ts';
export { type Filling, fillChannel } from './sync/fill.ts';
export { type LockKind, type LockMetrics, Permit } from './sync/lock.ts';
export {
  closeMailbox,
  lookupMailbox,
  Mailbox,
  type MailboxMetrics,
  type MailboxName,
  mailboxMetrics,
  mailboxReceive,
  mailboxSend,
  mailboxTryReceive,
  openMailbox,
} from './sync/mailbox.ts';
export { parallelRace, type RaceOptions } from './sync/race.ts';
export {
  contextClear,
  contextGet,
  contextSet,
  contextValues,
  type RuntimeContextView,
  runtimeContext,
} from './sync/runtime-context.ts';
export {
  readShared,
  Shared,
  type SharedCas,
  SharedCell,
  SharedMap,
  type SharedMetrics,
  type SharedName,
  type Snapshot,
  sharedCell,
  sharedMap,
  sharedMetrics,
  writeShared,
} from './sync/shared.ts';
export { stopTask } from './sync/stop.ts';
export {
  type SupervisorRef,
  startSupervisor,
  stopSupervisor,
  supervisorEvents,
  supervisorMetrics,
  supervisorState,
} from './sync/supervisor.ts';
export type {
  RestartOptions,
  SupervisorChildSpec,
  SupervisorSpec,
} from './sync/supervisor-spec.ts';
export type {
  SupervisorEvent,
  SupervisorMetrics,
  SupervisorView,
} from './sync/supervisor-state.ts';
export { Handover, pause as sleepMs, waitFor } from './sync/wait.ts';
// Tasks
export {
  awaitSpawned,
  cancelSpawned,
  type ParallelOptions,
  parallelAll,
  parallelSettle,
  parallelStream,
  type Spawned,
  spawnTask,
  withDeadline,
} from './task.ts';
// Workers
export {
  closeAgent,
  listAgents,
  sendInput,
  spawnAgent,
  startWorker,
  waitAgent,
  waitAgents,
  workerTrigger,
} from './worker.ts';
export { approvalLayersKey, auditOf, inheritedAudit } from './worker-audit.ts';
export { budgetLeft, spendTokens, workerBudgetsKey } from './worker-budget.ts';
export {
  type AttachmentKeeper,
  attachmentKeeperKey,
  type CodeRef,
  type CodeSource,
  codeSourceKey,
  type SavedAttachments,
} from './worker-code.ts';
export {
  type CarryPolicy,
  executionOf,
  parseCarry,
  type SpawnRequest,
  type WorkerConfig,
} from './worker-config.ts';
export { workerCheckpoint } from './worker-cycle.ts';
export { susErrors, workerErrors } from './worker-errors.ts';
export { resolveExecution, underPolicy, withExecution } from './worker-execution.ts';
export { workerKeeper } from './worker-keeper.ts';
export {
  type CycleEnd,
  type SuspendRequest,
  type TurnGate,
  type WorkerCycle,
  type WorkerKind,
  WorkerKinds,
  type WorkerUpdate,
  WorkerUpdates,
  workerKindsKey,
  workerUpdatesKey,
} from './worker-kinds.ts';
export { intersect, policyProblem, SIDE_EFFECT_LEVELS } from './worker-policy.ts';
// Workers: receipts
export {
  contentHash,
  type ReceiptEntry,
  type ReceiptKind,
  receiptsSnapshot,
  receiptTopic,
  recordDrainDecisionReceipt,
  recordResumptionReceipt,
  recordSuspensionReceipt,
  replayDrainDecision,
  replayResumeInput,
  verifyReceipt,
} from './worker-receipts.ts';
// Workers: what is kept
export {
  listWorkers,
  showWorker,
  type WorkerQuery,
  type WorkerRow,
  workerIndex,
  workerStoreKey,
  workerTopic,
} from './worker-record.ts';
export {
  type Attachments,
  type LiveWorker,
  type ResumeContinuity,
  type Workers,
  workersKey,
} from './worker-registry.ts';
export {
  runWorker,
  WORKER_RUN,
  type WorkerRunRequest,
  workerRequestOf,
} from './worker-run.ts';
export type { CycleFacts, Suspension, Worker, WorkerStatus } from './worker-state.ts';
export { agentStop } from './worker-stop.ts';
export {
  type DueWorker,
  dueWorkers,
  endStoredWorker,
  findWorker,
  loadStoredWorker,
  type OperatorEnd,
  type StoredWorker,
  workerOrigin,
} from './worker-store.ts';
export { subAgentRequest, subAgentRun } from './worker-sub-agent.ts';
export { workerUnsettledSource } from './worker-unsettled.ts';
export { snapshotOf, summaryOf, workerFromSnapshot } from './worker-view.ts';
