// The run record: what an execution begins with, and the record made of the visits it came to. Made anew from them each
// time, in their own order, so that it does not matter which stage ended first. A saved record is enough to go on from.
import { type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import { type Artifact, artifactJson } from '../agent/index.ts';
import type { RunDocument } from '../records/index.ts';
import type { Flow } from './flow.ts';
import type { WorkflowGraph } from './graph.ts';
import { type Arrivals, nextNodes } from './ready.ts';
import type { StageResult } from './stage.ts';
import { sumUsage } from './stage-attempts.ts';
import { inOrder, type Visit } from './visit.ts';

type Stage = RunDocument['stages'][number];

export interface Progress {
  readonly run: RunDocument;
  readonly ready: readonly string[];
  readonly artifacts: readonly Artifact[];
}

/** How many inputs have come to each node since it last did something with them. */
export function arrivalsOf({ stages, transitions }: RunDocument): Arrivals {
  const arrivals: { [node: string]: number } = {};
  const from = new Map<string, number>();
  for (const { id, node_id: node, status, metadata } of stages) {
    const isUsed = status === 'completed' || transitions.some((one) => one.from_stage_id === id);
    if (isUsed) from.set(node, Number(metadata['transitions_before'] ?? 0));
  }
  transitions.forEach(({ to_node_id: to }, index) => {
    if (index >= (from.get(to) ?? 0)) arrivals[to] = (ownEntry(arrivals, to) ?? 0) + 1;
  });
  return arrivals;
}

/** The id of the stage of a visit. */
export function stageIdOf(run: RunDocument, { node, number }: Visit): string {
  return `${run.id}:${node}:${number}`;
}

/** The record with a stage for each visit that has one, its ways on, and a checkpoint after it. */
export function withStages(before: RunDocument, flow: Flow): RunDocument {
  let run = before;
  let ready: readonly Visit[] = flow.first;
  for (const visit of inOrder(flow.visits)) {
    const skipped = visit.losers.filter(({ state }) => state === 'skipped');
    ready = ready.filter((one) => one !== visit && !skipped.includes(one));
    ready = [...ready, ...visit.ways.filter((one) => !ready.includes(one))];
    run = withStage(
      run,
      flow,
      visit,
      ready.map(({ node }) => node),
    );
  }
  return run;
}

function withStage(
  run: RunDocument,
  { graph }: Flow,
  visit: Visit,
  ready: readonly string[],
): RunDocument {
  const { node, state } = visit;
  const result = visit.result as StageResult;
  const stage = stageRecord(run, graph, visit, result);
  const next = state === 'done' ? nextNodes(graph, node, result.branch) : [];
  const transitions = next.map((to, i) => ({
    id: `${run.id}:transition:${run.transitions.length + i + 1}`,
    from_stage_id: stage.id,
    from_node_id: node,
    to_node_id: to,
    branch: result.branch,
    timestamp: result.finished_at,
    consumed_artifact_ids: result.consumed_artifact_ids,
    produced_artifact_ids: stage.produced_artifact_ids,
  }));
  const isKnown = state !== 'done' || run.completed_nodes.includes(node);
  const grown: RunDocument = {
    ...run,
    stages: [...run.stages, stage],
    transitions: [...run.transitions, ...transitions],
    completed_nodes: isKnown ? run.completed_nodes : [...run.completed_nodes, node],
    pending_nodes: ready,
    artifacts: [...run.artifacts, ...result.artifacts],
  };
  const reason = state === 'done' ? 'stage_complete' : 'stage_cancelled';
  return withCheckpoint(grown, reason, result.finished_at);
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
  run: RunDocument,
  graph: WorkflowGraph,
  visit: Visit,
  { said: _said, artifacts, metadata, ...result }: StageResult,
): Stage {
  const facts: JsonObject = {
    ...metadata,
    ...losersFacts(run, visit),
    transitions_before: run.transitions.length,
  };
  return {
    ...result,
    id: stageIdOf(run, visit),
    node_id: visit.node,
    kind: graph.nodes[visit.node]?.kind ?? 'stage',
    artifacts: artifacts as unknown as Stage['artifacts'],
    produced_artifact_ids: artifacts.map(({ id: made }) => made),
    metadata: facts,
  };
}

/** What became of the ways that a join did not wait for. */
function losersFacts(run: RunDocument, { losers }: Visit): JsonObject {
  if (losers.length === 0) return {};
  const cancelled = losers.filter(({ state }) => state === 'cancelled');
  const skipped = losers.filter(({ state }) => state === 'skipped');
  return {
    cancelled_stages: cancelled.map((one) => stageIdOf(run, one)).sort(),
    skipped_nodes: skipped.map(({ node }) => node).sort(),
  };
}

/** Artifacts as plain data. */
export function artifactList(artifacts: readonly Artifact[]): readonly Json[] {
  return artifacts.map(artifactJson);
}
