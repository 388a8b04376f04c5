// The nested records of a run record: stages, transitions, children, artifacts, handoffs and the rest. Field names and
// their order are those of the published shape.
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

const texts = listOf(text);
const metadata = mapOf(json);

/** Tokens, calls and cost. Fields after `models` are of later writers. */
export const usageShape = record({
  input_tokens: number,
  output_tokens: number,
  total_duration_ms: number,
  call_count: number,
  total_cost: number,
  models: texts,
});
export type UsageRecord = ValueOf<typeof usageShape>;

export const artifactShape = record({
  _type: textOr('artifact'),
  id: text,
  kind: text,
  title: maybe(text),
  text: maybe(text),
  data: json,
  source: maybe(text),
  created_at: stamp,
  freshness: maybe(text),
  priority: maybe(number),
  lineage: texts,
  relevance: maybe(number),
  estimated_tokens: maybe(number),
  stage: maybe(text),
  metadata,
});
export type ArtifactRecord = ValueOf<typeof artifactShape>;

export const attemptShape = record({
  attempt: number,
  status: text,
  outcome: text,
  branch: maybe(text),
  error: maybe(text),
  verification: json,
  started_at: stamp,
  finished_at: maybe(stamp),
});
export type StageAttemptRecord = ValueOf<typeof attemptShape>;

export const stageShape = record({
  id: text,
  node_id: text,
  kind: text,
  status: text,
  outcome: text,
  branch: maybe(text),
  started_at: stamp,
  finished_at: maybe(stamp),
  visible_text: maybe(text),
  private_reasoning: maybe(text),
  transcript: json,
  verification: json,
  usage: maybe(usageShape),
  artifacts: listOf(artifactShape),
  consumed_artifact_ids: texts,
  produced_artifact_ids: texts,
  attempts: listOf(attemptShape),
  metadata,
});
export type StageRecord = ValueOf<typeof stageShape>;

export const transitionShape = record({
  id: text,
  from_stage_id: maybe(text),
  from_node_id: maybe(text),
  to_node_id: text,
  branch: maybe(text),
  timestamp: stamp,
  consumed_artifact_ids: texts,
  produced_artifact_ids: texts,
});
export type TransitionRecord = ValueOf<typeof transitionShape>;

export const checkpointShape = record({
  id: text,
  ready_nodes: texts,
  completed_nodes: texts,
  last_stage_id: maybe(text),
  persisted_at: stamp,
  reason: text,
});
export type CheckpointRecord = ValueOf<typeof checkpointShape>;

export const executionShape = record({
  cwd: maybe(text),
  project_root: maybe(text),
  source_dir: maybe(text),
  env: mapOf(json),
  adapter: maybe(text),
  repo_path: maybe(text),
  worktree_path: maybe(text),
  branch: maybe(text),
  base_ref: maybe(text),
  cleanup: maybe(text),
});
export type ExecutionRecord = ValueOf<typeof executionShape>;

export const childShape = record({
  worker_id: text,
  worker_name: text,
  parent_stage_id: maybe(text),
  session_id: maybe(text),
  parent_session_id: maybe(text),
  mutation_scope: maybe(text),
  approval_policy: json,
  task: text,
  request: json,
  provenance: json,
  status: text,
  started_at: stamp,
  finished_at: maybe(stamp),
  run_id: maybe(text),
  run_path: maybe(text),
  snapshot_path: maybe(text),
  execution: maybe(executionShape),
});
export type ChildRecord = ValueOf<typeof childShape>;

/** `parent_id` is how writers before span ids had names called `parent_span_id`. */
export const traceSpanShape = record(
  {
    span_id: json,
    parent_span_id: json,
    kind: text,
    name: text,
    start_ms: number,
    duration_ms: number,
    metadata,
    cost_usd: ifGiven(maybe(number)),
    ttft_ms: ifGiven(maybe(number)),
  },
  { renamed: { parent_id: 'parent_span_id' } },
);
export type TraceSpanRecord = ValueOf<typeof traceSpanShape>;

export const toolCallShape = record({
  tool_name: text,
  tool_use_id: text,
  args_hash: text,
  result: text,
  is_rejected: flag,
  duration_ms: number,
  iteration: number,
  timestamp: stamp,
});
export type ToolCallRecord = ValueOf<typeof toolCallShape>;

export const questionShape = record({
  request_id: text,
  prompt: text,
  agent: text,
  trace_id: maybe(text),
  asked_at: stamp,
});
export type QuestionRecord = ValueOf<typeof questionShape>;

export const personaShape = record({
  name: text,
  role: text,
  template_ref: maybe(text),
  state: text,
  entry_workflow: text,
  current_assignment: json,
  queued_work: listOf(json),
  handoff_inbox: listOf(json),
  budget: json,
  value_receipts: listOf(json),
  last_run: json,
  last_error: maybe(text),
});
export type PersonaRecord = ValueOf<typeof personaShape>;

export const policyShape = record({
  tools: texts,
  capabilities: mapOf(json),
  workspace_roots: texts,
  side_effect_level: maybe(text),
  recursion_limit: maybe(number),
  tool_arg_constraints: listOf(record({ tool: text, arg_patterns: texts, arg_key: maybe(text) })),
  tool_annotations: metadata,
});
export type PolicyRecord = ValueOf<typeof policyShape>;

const receiptLinkShape = record({
  kind: textOr('run_receipt'),
  label: maybe(text),
  run_id: maybe(text),
  artifact_id: maybe(text),
  path: maybe(text),
  href: maybe(text),
});
export type ReceiptLink = ValueOf<typeof receiptLinkShape>;

const evidenceRefShape = record({
  artifact_id: maybe(text),
  kind: maybe(text),
  label: maybe(text),
  path: maybe(text),
  uri: maybe(text),
});

export const handoffShape = record({
  _type: textOr('handoff_artifact'),
  id: text,
  parent_run_id: maybe(text),
  source_persona: text,
  target_persona_or_human: record({ kind: textOr('persona'), id: maybe(text), label: maybe(text) }),
  task: text,
  reason: text,
  evidence_refs: listOf(evidenceRefShape),
  files_or_entities_touched: texts,
  open_questions: texts,
  blocked_on: texts,
  requested_capabilities: texts,
  allowed_side_effects: texts,
  budget_remaining: maybe(
    record({ tokens: maybe(number), tool_calls: maybe(number), dollars: maybe(number) }),
  ),
  deadline_checkback: maybe(record({ deadline: maybe(stamp), checkback_at: maybe(stamp) })),
  confidence: maybe(number),
  receipt_links: listOf(receiptLinkShape),
  created_at: stamp,
  metadata,
});
export type HandoffRecord = ValueOf<typeof handoffShape>;
