// `harn`: the orchestration runtime as a TypeScript API. It never loads the language.

// Errors and data
export { HarnError, type Json } from './base/index.ts';
// Pipelines and the runtime that runs them; how a run ends (presets and combinators for
// `harness.agent.pipelineOnFinish`); what a run leaves behind; the outside, for tests and embedding
export {
  type AgentHandle,
  compose,
  createMockHost,
  createNodeHost,
  createRuntime,
  type FinishCallback,
  firstAvailable,
  type Handle,
  type Harness,
  type Hook,
  type Host,
  ifUnsettled,
  type LaneFn,
  type LlmConfig,
  type LlmOptions,
  type LlmResult,
  listHandoffs,
  listRuns,
  loadRecord,
  type MockHost,
  type OnFinish,
  onFinishAbandon,
  onFinishBlockUntilSettled,
  onFinishDrain,
  onFinishHandoffTo,
  type Pipeline,
  type PipelineFn,
  type PoolHandle,
  pipeline,
  type ReceiptItem,
  type Result,
  type RunEvent,
  type RunHandle,
  type RunRecord,
  type RunRow,
  type Runtime,
  type RuntimeOptions,
  type Settled,
  type SettlementReceipt,
  when,
  withTelemetry,
  withTimeout,
} from './runtime/index.ts';
// The store
export { openStore, type Store } from './store/index.ts';
