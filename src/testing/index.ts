// Front door of `harn/testing`: what programs on the runtime, and backends of the store, are tested with.
// Time and chance
export { ManualClock, seededRandom } from '../base/index.ts';
// The outside
export { createMockHost, type MockHost } from '../runtime/host/index.ts';
// Stores
export { openMemoryStore } from '../store/memory/open.ts';
// Being killed
export {
  type CommitPoints,
  killAfterCommits,
  killBeforeCommit,
  stopAfterCommits,
  watchCommits,
} from './commit-points.ts';
// Errors
export { scenarioErrors } from './errors.ts';
// The outside as data
export { Scenario, type ScenarioOutput } from './scenario.ts';
// A harness for unit tests
export { type TestHarnessOptions, type TestHarnessResult, withHarness } from './with-harness.ts';
