// `harn`: the orchestration runtime as a TypeScript API. It never loads the language.
// Pipelines and the runtime that runs them

// Errors
export { HarnError, type Json } from './base/index.ts';
export {
  createMockHost,
  createNodeHost,
  createRuntime,
  type Handle,
  type Harness,
  type Host,
  type LaneFn,
  listRuns,
  loadRecord,
  type MockHost,
  type Pipeline,
  type PipelineFn,
  pipeline,
  type Result,
  type RunEvent,
  type RunHandle,
  type RunRecord,
  type RunRow,
  type Runtime,
  type RuntimeOptions,
  type Settled,
} from './runtime/index.ts';
// The store
export { openStore, type Store } from './store/index.ts';
