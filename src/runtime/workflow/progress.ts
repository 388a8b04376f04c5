// Where an execution stands: the run record as it grows, and the ready queue. Immutable; each step gives the next. What
// a saved record holds is enough to go on from it.
import type { Json, JsonObject } from '../../base/index.ts';
import { type Artifact, artifactJson } from '../agent/index.ts';
import type { RunDocument } from '../records/index.ts';
import type { WorkflowGraph } from './graph.ts';
import { type Arrivals, nextNodes, withoutLosers } from './ready.ts';
import type { StageResult } from './stage.ts';
import { sumUsage } from './stage-attempts.ts';

type Stage = RunDocument['stages'][number];

export interface Progress {
  readonly run: RunDocument;
  readonly ready: readonly string[];
  readonly artifacts: readonly Artifact[];
}

/** How many inputs have come to each join since it last ran. */
export function arrivalsOf({ run }: Progress): Arrivals {
  const arrivals: { [node: string]: number } = {};
  const from = new Map<string, number>();
  for (const { node_id: node, metadata } of run.stages) {
    from.set(node, Number(metadata['transitions_before'] ?? 0));
  }
  run.transitions.forEach(({ to_node_id: to }, index) => {
    if (index >= (from.get(to) ?? 0)) arrivals[to] = (arrivals[to] ?? 0) + 1;
  });
  return arrivals;
}

/** The id of the next stage. */
export function nextStageId({ run }: Progress, node: string): string {
  return `${run.id}:${node}:${run.stages.length + 1}`;
}

/** The progress after a stage: recorded, its way on chosen, a checkpoint made. */
export function afterStage(
  progress: Progress,
  graph: WorkflowGraph,
  node: string,
  result: StageResult,
): Progress {
  const { run } = progress;
  const id = nextStageId(progress, node);
  const stage = stageRecord(id, node, graph, result, run.transitions.length);
  const left = withoutLosers(graph, node, without(progress.ready, node));
  const next = nextNodes(graph, node, result.branch);
  const transitions = next.map((to, i) => ({
    id: `${run.id}:transition:${run.transitions.length + i + 1}`,
    from_stage_id: id,
    from_node_id: node,
    to_node_id: to,
    branch: result.branch,
    timestamp: result.finished_at,
    consumed_artifact_ids: result.consumed_artifact_ids,
    produced_artifact_ids: stage.produced_artifact_ids,
  }));
  const ready = [...left, ...next.filter((to, i) => !left.includes(to) && next.indexOf(to) === i)];
  const completed = run.completed_nodes.includes(node)
    ? run.completed_nodes
    : [...run.completed_nodes, node];
  const grown: RunDocument = {
    ...run,
    stages: [...run.stages, stage],
    transitions: [...run.transitions, ...transitions],
    completed_nodes: completed,
    pending_nodes: ready,
    artifacts: [...run.artifacts, ...result.artifacts],
  };
  const checked = withCheckpoint(grown, 'stage_complete', result.finished_at);
  return { run: checked, ready, artifacts: [...progress.artifacts, ...result.artifacts] };
}

/** The record with one more checkpoint: what is ready, what is done. */
export function withCheckpoint(run: RunDocument, reason: string, at: string): RunDocument {
  const checkpoint = {
    id: `${run.id}:checkpoint:${run.checkpoints.length + 1}`,
    ready_nodes: run.pending_nodes,
    completed_nodes: run.completed_nodes,
    last_stage_id: run.stages.at(-1)?.id ?? null,
    persisted_at: at,
    reason,
  };
  return { ...run, checkpoints: [...run.checkpoints, checkpoint] };
}

/** The finished record. */
export function finished(run: RunDocument, status: string, at: string): RunDocument {
  const usage = sumUsage(
    run.stages.flatMap((stage) => (stage.usage === null ? [] : [stage.usage])),
  );
  const ended: RunDocument = {
    ...run,
    status,
    finished_at: at,
    usage: usage as RunDocument['usage'],
    // Made anew from what the run has become.
    replay_fixture: null,
    observability: null,
  };
  return withCheckpoint(ended, 'finalize', at);
}

function stageRecord(
  id: string,
  node: string,
  graph: WorkflowGraph,
  { said: _said, artifacts, metadata, ...result }: StageResult,
  transitionsBefore: number,
): Stage {
  const facts: JsonObject = { ...metadata, transitions_before: transitionsBefore };
  return {
    ...result,
    id,
    node_id: node,
    kind: graph.nodes[node]?.kind ?? 'stage',
    artifacts: artifacts as unknown as Stage['artifacts'],
    produced_artifact_ids: artifacts.map(({ id: made }) => made),
    metadata: facts,
  };
}

function without(ready: readonly string[], node: string): readonly string[] {
  const at = ready.indexOf(node);
  return ready.filter((_, i) => i !== at);
}

/** Artifacts as plain data. */
export function artifactList(artifacts: readonly Artifact[]): readonly Json[] {
  return artifacts.map(artifactJson);
}
