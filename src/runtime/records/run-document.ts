// A run record as it stands in a file: every field of the published shape, and after them whatever else a writer put
// there. Records of older and newer writers read into the same shape; nothing they hold is lost on the way back.
import type { Json, JsonObject } from '../../base/index.ts';
import { metricShape } from './metrics.ts';
import { observabilityShape } from './observability-shape.ts';
import {
  artifactShape,
  checkpointShape,
  childShape,
  executionShape,
  handoffShape,
  personaShape,
  policyShape,
  questionShape,
  stageShape,
  toolCallShape,
  traceSpanShape,
  transitionShape,
  usageShape,
} from './record-parts.ts';
import {
  ifGiven,
  json,
  listOf,
  mapOf,
  maybe,
  number,
  record,
  stamp,
  text,
  textOr,
  type ValueOf,
} from './shape.ts';

const texts = listOf(text);

export const stageAssertionShape = record({
  node_id: text,
  expected_status: text,
  expected_outcome: text,
  expected_branch: maybe(text),
  required_artifact_kinds: texts,
  visible_text_contains: maybe(text),
});
export type StageAssertion = ValueOf<typeof stageAssertionShape>;

export const clarifyingShape = record({
  expected_question: maybe(text),
  accepted_questions: texts,
  required_terms: texts,
  forbidden_terms: texts,
  min_questions: number,
  max_questions: maybe(number),
});
export type ClarifyingQuestion = ValueOf<typeof clarifyingShape>;

/** What a run is expected to look like: the assertions of a replay fixture. */
export const replayFixtureShape = record({
  _type: textOr('replay_fixture'),
  id: text,
  source_run_id: text,
  workflow_id: text,
  workflow_name: maybe(text),
  created_at: stamp,
  eval_kind: maybe(text),
  clarifying_question: maybe(clarifyingShape),
  expected_status: text,
  stage_assertions: listOf(stageAssertionShape),
});
export type ReplayFixture = ValueOf<typeof replayFixtureShape>;

/** Counts per effect, as the journal's fold keeps them. */
const effectCountShape = record({
  ok: number,
  error: number,
  unknown: number,
  dropped: number,
  reissued: number,
});

export const documentShape = record({
  _type: textOr('run_record'),
  id: text,
  workflow_id: text,
  workflow_name: maybe(text),
  task: text,
  status: text,
  started_at: stamp,
  finished_at: maybe(stamp),
  parent_run_id: maybe(text),
  root_run_id: maybe(text),
  stages: listOf(stageShape),
  transitions: listOf(transitionShape),
  checkpoints: listOf(checkpointShape),
  pending_nodes: texts,
  completed_nodes: texts,
  child_runs: listOf(childShape),
  artifacts: listOf(artifactShape),
  handoffs: listOf(handoffShape),
  policy: policyShape,
  execution: maybe(executionShape),
  transcript: json,
  usage: maybe(usageShape),
  replay_fixture: maybe(replayFixtureShape),
  observability: maybe(observabilityShape),
  trace_spans: listOf(traceSpanShape),
  tool_recordings: listOf(toolCallShape),
  hitl_questions: listOf(questionShape),
  persona_runtime: listOf(personaShape),
  metadata: mapOf(json),
  persisted_path: maybe(text),
  // What runs of this runtime add; records of other writers have none of it.
  returned: ifGiven(json),
  final: ifGiven(json),
  receipt: ifGiven(json),
  error: ifGiven(json),
  effects: ifGiven(mapOf(effectCountShape)),
  metrics: ifGiven(listOf(metricShape)),
});

/** A run record as a document. Extra fields are there at run time and survive every change made by spreading. */
export type RunDocument = ValueOf<typeof documentShape>;

/** Reads a value as a run record. Missing fields get their defaults; a field of the wrong type is a coded error. */
export function readDocument(value: Json): RunDocument {
  return documentShape(value, '');
}

/** The document as plain JSON, for programs and for writing. */
export function documentJson(document: RunDocument): JsonObject {
  return document as unknown as JsonObject;
}

/** The trace id that ties a run to what triggered it. */
export function traceIdOf({ metadata }: RunDocument): string | null {
  const event = metadata['trigger_event'];
  const fromEvent = (event as JsonObject | null | undefined)?.['trace_id'];
  if (typeof fromEvent === 'string') return fromEvent;
  const own = metadata['trace_id'];
  return typeof own === 'string' ? own : null;
}
