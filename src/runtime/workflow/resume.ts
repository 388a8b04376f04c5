// Whether a recorded run can go on with a graph. A graph may be edited between executions; what has to be as it was is
// what the run stands on: the nodes that are ready, and the ways that led to them.
import type { RunDocument } from '../records/index.ts';
import type { WorkflowGraph } from './graph.ts';

/** Every reason why the run cannot go on with this graph. */
export function resumeProblems(run: RunDocument, graph: WorkflowGraph): readonly string[] {
  const version = run.metadata['workflow_version'];
  const problems: string[] = [];
  if (typeof version === 'number' && graph.version < version) {
    problems.push(`version ${graph.version} is older than the recorded version ${version}`);
  }
  for (const id of run.pending_nodes) {
    const node = Object.hasOwn(graph.nodes, id) ? graph.nodes[id] : undefined;
    if (node === undefined) {
      problems.push(`node "${id}" is pending and is not in the graph`);
      continue;
    }
    const stage = run.stages.findLast((one) => one.node_id === id);
    if (stage !== undefined && stage.kind !== node.kind) {
      problems.push(`node "${id}" is pending and was a ${stage.kind}, not a ${node.kind}`);
    }
    problems.push(...lostWays(run, graph, id));
  }
  return problems;
}

/** Ways that led to a pending node and are not in the graph any more: a join would wait for other inputs than came. */
function lostWays(run: RunDocument, graph: WorkflowGraph, id: string): readonly string[] {
  if (graph.nodes[id]?.kind !== 'join') return [];
  const used = run.stages.findLast((one) => one.node_id === id && one.status === 'completed');
  const came = run.transitions.slice(Number(used?.metadata['transitions_before'] ?? 0));
  const from = came.filter((one) => one.to_node_id === id).map((one) => one.from_node_id ?? '');
  return [...new Set(from)]
    .filter((start) => !graph.edges.some((edge) => edge.from === start && edge.to === id))
    .map((start) => `"${start}" has come to the join "${id}" and no edge leads there any more`);
}
