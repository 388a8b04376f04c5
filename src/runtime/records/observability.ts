// Derives the observability block of a record. Always made anew when a record is saved or loaded; what others added to
// the block, or to things in it that are still there, is kept.
import type { Json, JsonObject } from '../../base/index.ts';
import { actionGraphOf } from './action-graph.ts';
import {
  type DaemonEvent,
  type Observability,
  type PlannerRound,
  plannerRoundShape,
  type TranscriptPointer,
  type VerificationRecord,
} from './observability-shape.ts';
import type { StageRecord } from './record-parts.ts';
import type { RunDocument } from './run-document.ts';
import { emptyOf, fieldAt, listAt, numberAt, textAt, tryRead } from './shape.ts';
import { compactionsOf, transcriptSidecarPath } from './sidecar.ts';

const SCHEMA_VERSION = 4;

/** What is known beside the record itself. */
export interface Surroundings {
  /** The rows of the sidecar that are daemon events. */
  readonly daemonEvents: readonly DaemonEvent[];
  /** Whether there is a sidecar. */
  readonly hasSidecar: boolean;
}

/** The record with a fresh observability block. */
export function withObservability(run: RunDocument, around: Surroundings): RunDocument {
  const fresh = derive(run, around);
  const observability = run.observability === null ? fresh : keepExtras(run.observability, fresh);
  return { ...run, observability };
}

function derive(run: RunDocument, around: Surroundings): Observability {
  const { nodes, edges } = actionGraphOf(run);
  const planner_rounds = run.stages.flatMap((stage) => plannerRound(stage) ?? []);
  return {
    schema_version: SCHEMA_VERSION,
    planner_rounds,
    research_fact_count: planner_rounds.reduce((sum, r) => sum + r.observations.length, 0),
    action_graph_nodes: nodes,
    action_graph_edges: edges,
    worker_lineage: run.child_runs.map((child) => ({
      worker_id: child.worker_id,
      worker_name: child.worker_name,
      parent_stage_id: child.parent_stage_id,
      task: child.task,
      status: child.status,
      session_id: child.session_id,
      parent_session_id: child.parent_session_id,
      run_id: child.run_id,
      run_path: child.run_path,
      snapshot_path: child.snapshot_path,
    })),
    verification_outcomes: run.stages.flatMap((stage) => verificationOf(stage) ?? []),
    transcript_pointers: pointersOf(run, around.hasSidecar),
    compaction_events: compactionsOf(run),
    daemon_events: around.daemonEvents,
  };
}

/** What tells the items of each list apart, so that additions stay with their item. */
const KEYS: { readonly [list: string]: readonly string[] } = {
  planner_rounds: ['stage_id'],
  action_graph_nodes: ['id'],
  action_graph_edges: ['from_id', 'to_id', 'kind', 'label'],
  worker_lineage: ['worker_id'],
  verification_outcomes: ['stage_id'],
  transcript_pointers: ['id'],
  compaction_events: ['id', 'stage_id'],
  daemon_events: ['daemon_id', 'kind', 'timestamp'],
};

function keepExtras(before: Observability, fresh: Observability): Observability {
  const old = before as unknown as JsonObject;
  const out: { [name: string]: unknown } = { ...old, ...fresh };
  for (const [list, key] of Object.entries(KEYS)) {
    const idOf = (item: Json) => JSON.stringify(key.map((name) => fieldAt(item, name) ?? null));
    const known = new Map(listAt(old, list).map((item) => [idOf(item), item as JsonObject]));
    out[list] = listAt(fresh as unknown as JsonObject, list).map((item) => ({
      ...known.get(idOf(item)),
      ...(item as JsonObject),
    }));
  }
  return out as unknown as Observability;
}

function verificationOf(stage: StageRecord): VerificationRecord | undefined {
  const { verification, visible_text } = stage;
  if (stage.kind !== 'verify' && verification === null) return undefined;
  const text = visible_text?.trim() === '' ? null : visible_text;
  return {
    stage_id: stage.id,
    node_id: stage.node_id,
    status: stage.status,
    passed: passedOf(stage),
    summary: verification === null ? text : JSON.stringify(verification),
  };
}

function passedOf({ verification, status, outcome }: StageRecord): boolean | null {
  const said = fieldAt(verification, 'pass') ?? fieldAt(verification, 'success');
  if (typeof said === 'boolean') return said;
  if (status === 'completed' && outcome === 'success') return true;
  return status === 'failed' || outcome === 'failed' ? false : null;
}

function pointersOf(run: RunDocument, hasSidecar: boolean): readonly TranscriptPointer[] {
  const embedded = (id: string, label: string, location: string): TranscriptPointer => ({
    id,
    label,
    kind: 'embedded_transcript',
    location,
    path: run.persisted_path,
    available: true,
  });
  const pointers = run.stages
    .filter(({ transcript }) => transcript !== null)
    .map(({ id, node_id }) =>
      embedded(`stage:${id}:transcript`, node_id, `run.stages[${node_id}].transcript`),
    );
  if (run.transcript !== null) {
    pointers.push(embedded('run:transcript', 'Run transcript', 'run.transcript'));
  }
  if (run.persisted_path !== null) {
    pointers.push({
      id: 'run:llm_transcript',
      label: 'Model calls',
      kind: 'llm_jsonl',
      location: 'run sidecar',
      path: transcriptSidecarPath(run.persisted_path),
      available: hasSidecar,
    });
  }
  return pointers;
}

const COUNTS = [
  'iterations',
  'llm_calls',
  'tool_executions',
  'tool_rejections',
  'interventions',
  'compactions',
  'native_text_tool_fallbacks',
  'native_text_tool_fallback_rejections',
  'empty_completion_retries',
] as const;

/** What an agent did in a stage, from its artifact that tells most; undefined when none did anything. */
function plannerRound(stage: StageRecord): PlannerRound | undefined {
  const data = stage.artifacts
    .map((artifact) => artifact.data)
    .find(
      (each) => fieldAt(each, 'trace') !== undefined || fieldAt(each, 'task_ledger') !== undefined,
    );
  if (data === undefined) return undefined;
  const [trace, tools, ledger] = ['trace', 'tools', 'task_ledger'].map((n) => fieldAt(data, n));
  const counts = Object.fromEntries(COUNTS.map((name) => [name, numberAt(trace, name)]));
  const deliverables = listAt(ledger, 'deliverables');
  const open = deliverables.filter((each) => ['open', 'blocked'].includes(textAt(each, 'status')));
  const round = tryRead(plannerRoundShape, {
    ...counts,
    stage_id: stage.id,
    node_id: stage.node_id,
    tools_used: listAt(trace, 'tools_used'),
    tool_calls: listAt(tools, 'calls'),
    successful_tools: listAt(tools, 'successful'),
    root_task: textAt(ledger, 'root_task') || null,
    rationale: textAt(ledger, 'rationale') || null,
    deliverables,
    blocking_count: open.length,
    observations: listAt(ledger, 'observations'),
    ledger_done_rejections: numberAt(data, 'ledger_done_rejections'),
  });
  if (round === undefined) return undefined;
  return isAgentic(round) ? round : undefined;
}

function isAgentic(round: PlannerRound): boolean {
  const nothing = emptyOf(plannerRoundShape);
  const { stage_id: _stage, node_id: _node, ...rest } = round;
  const { stage_id: _s, node_id: _n, ...empty } = nothing;
  return JSON.stringify(rest) !== JSON.stringify(empty);
}
