// Front door of records: what runs leave in files, and what can be asked of it later. Saving and loading records of any
// version, trees, graphs, differences, fixtures that are executed again, evaluation, retention.
// The action graph
export { type ActionGraph, actionGraphOf, actionGraphTopic, mermaidOf } from './action-graph.ts';
// Context packs
export { type ContextPack, readContextPack } from './context-pack.ts';
export {
  type ContextPackSuggestion,
  contextPackSuggestions,
  type FrictionEvalReport,
  frictionEvalFixture,
} from './context-suggestions.ts';
// Differences
export { diffLines, diffRuns, type RunDiff, type SectionDiff } from './diff.ts';
// Effects
export { recordEffects } from './effects.ts';
// Errors
export { recErrors } from './errors.ts';
// Evaluation
export {
  type EvalPack,
  evalPackShape,
  type PackOptions,
  type PackReport,
  readPack,
  runPack,
} from './eval-pack.ts';
export {
  type CaseReport,
  type CaseSpec,
  type EvalRun,
  type EvalSources,
  type EvalSuite,
  evalSuiteShape,
  evaluateCase,
  fixtureIn,
  runFolder,
  runSuite,
  type SuiteReport,
} from './eval-suite.ts';
// Friction
export { type FrictionReceipt, frictionEffects, recordFriction } from './friction.ts';
export { FRICTION_KINDS, type FrictionEvent, frictionEvent } from './friction-event.ts';
// From journals
export { documentOf, factsOf } from './from-journal.ts';
export { checkHandoff } from './handoff-sync.ts';
// Metrics
export {
  type EvalMetric,
  type MetricSummary,
  metricEffects,
  noteMetric,
  summarizeMetrics,
} from './metrics.ts';
export { metricsSection } from './metrics-section.ts';
// Retention
export {
  type KeptRun,
  type PrunedRun,
  type PruneOptions,
  type PruneReport,
  prune,
} from './prune.ts';
// Files
export {
  completeRecord,
  isRunRecord,
  loadRecordFile,
  normalizeRecord,
  parseJson,
  readRecordText,
  runRoot,
  saveRecord,
} from './record-file.ts';
// Redaction
export {
  createRedactor,
  isRedacted,
  knownSecrets,
  type RedactionPolicy,
  type Redactor,
} from './redaction.ts';
// Replay
export {
  type ReplayDifference,
  type ReplayOptions,
  type ReplayReport,
  replayFixture,
} from './replay.ts';
export { evaluateRun, type ReplayEvalReport, replayFixtureOf } from './replay-fixture.ts';
export { listRecordFiles, type RecordFile } from './retention.ts';
// Records
export {
  documentJson,
  type ReplayFixture,
  type RunDocument,
  readDocument,
} from './run-document.ts';
export {
  type FixtureRedaction,
  isFixture,
  makeFixture,
  type RunFixture,
  readFixture,
  redactFixture,
} from './run-fixture.ts';
export { loadRunTree, type RunTree } from './run-tree.ts';
export { createRecordSaver, redactorKey } from './saver.ts';
export { daemonSummary } from './sidecar.ts';
export { durationMs, parseTimestampMs } from './timestamps.ts';
