// The observability block of a run record: what is derived from the rest for people who look at the run.
import {
  flag,
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

export const graphNodeShape = record({
  id: text,
  label: text,
  kind: text,
  status: text,
  outcome: text,
  trace_id: maybe(text),
  stage_id: maybe(text),
  node_id: maybe(text),
  worker_id: maybe(text),
  run_id: maybe(text),
  run_path: maybe(text),
  metadata: mapOf(json),
});
export type GraphNode = ValueOf<typeof graphNodeShape>;

export const graphEdgeShape = record({
  from_id: text,
  to_id: text,
  kind: text,
  label: maybe(text),
});
export type GraphEdge = ValueOf<typeof graphEdgeShape>;

export const lineageShape = record({
  worker_id: text,
  worker_name: text,
  parent_stage_id: maybe(text),
  task: text,
  status: text,
  session_id: maybe(text),
  parent_session_id: maybe(text),
  run_id: maybe(text),
  run_path: maybe(text),
  snapshot_path: maybe(text),
});
export type LineageRecord = ValueOf<typeof lineageShape>;

export const verificationShape = record({
  stage_id: text,
  node_id: text,
  status: text,
  passed: json,
  summary: maybe(text),
});
export type VerificationRecord = ValueOf<typeof verificationShape>;

export const pointerShape = record({
  id: text,
  label: text,
  kind: text,
  location: text,
  path: maybe(text),
  available: flag,
});
export type TranscriptPointer = ValueOf<typeof pointerShape>;

export const compactionShape = record({
  id: text,
  transcript_id: maybe(text),
  stage_id: maybe(text),
  node_id: maybe(text),
  mode: text,
  strategy: text,
  archived_messages: number,
  estimated_tokens_before: number,
  estimated_tokens_after: number,
  snapshot_asset_id: maybe(text),
  snapshot_location: text,
  snapshot_path: maybe(text),
  available: flag,
  instruction_mode: text,
  instruction_source: maybe(text),
  compaction_policy: json,
  schema_version: ifGiven(number),
  reason: ifGiven(maybe(text)),
});
export type CompactionRecord = ValueOf<typeof compactionShape>;

export const daemonEventShape = record({
  daemon_id: text,
  name: text,
  kind: textOr('spawned'),
  timestamp: stamp,
  persist_path: text,
  payload_summary: maybe(text),
});
export type DaemonEvent = ValueOf<typeof daemonEventShape>;

const deliverableShape = record({ id: text, text, status: text, note: maybe(text) });

export const plannerRoundShape = record({
  stage_id: text,
  node_id: text,
  iterations: number,
  llm_calls: number,
  tool_executions: number,
  tool_rejections: number,
  interventions: number,
  compactions: number,
  native_text_tool_fallbacks: number,
  native_text_tool_fallback_rejections: number,
  empty_completion_retries: number,
  tools_used: listOf(text),
  tool_calls: listOf(json),
  successful_tools: listOf(json),
  root_task: maybe(text),
  rationale: maybe(text),
  deliverables: listOf(deliverableShape),
  blocking_count: number,
  observations: listOf(text),
  ledger_done_rejections: number,
});
export type PlannerRound = ValueOf<typeof plannerRoundShape>;

export const observabilityShape = record({
  schema_version: number,
  planner_rounds: listOf(plannerRoundShape),
  research_fact_count: number,
  action_graph_nodes: listOf(graphNodeShape),
  action_graph_edges: listOf(graphEdgeShape),
  worker_lineage: listOf(lineageShape),
  verification_outcomes: listOf(verificationShape),
  transcript_pointers: listOf(pointerShape),
  compaction_events: listOf(compactionShape),
  daemon_events: listOf(daemonEventShape),
});
export type Observability = ValueOf<typeof observabilityShape>;
