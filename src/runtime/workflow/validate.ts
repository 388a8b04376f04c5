// What makes a workflow graph valid, each problem with its reason; and the reports on structure and policies.
import { type Json, type JsonObject, ownEntry } from '../../base/index.ts';
import { policyProblem } from '../work/index.ts';
import { type WorkflowGraph, workflowGraph } from './graph.ts';
import { beyondCeiling, effectivePolicy, requestedPolicy, toolNames } from './policy.ts';
import { surfaceFindings, surfaceReason, type WorkflowSurfaceDiagnostic } from './tool-surfaces.ts';
import { nodeErrors } from './validate-node.ts';

export type Validation = {
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly reachable_nodes: readonly string[];
  /** What is odd about the tools; errors and warnings name it too. */
  readonly diagnostics: readonly WorkflowSurfaceDiagnostic[];
};

/** Checks structure, and policies against the workflow's own and the host's ceiling. */
export function validateWorkflow(given: Json, ceiling: JsonObject = {}): Validation {
  const graph = workflowGraph(given, 'workflow_validate');
  const reachable = reachableNodes(graph);
  const diagnostics = surfaceFindings(graph, ceiling);
  const reasons = (severity: 'warning' | 'error') =>
    diagnostics.filter((one) => one.severity === severity).map(surfaceReason);
  const errors = [
    ...structureErrors(graph),
    ...Object.keys(graph.nodes).flatMap((id) => nodeErrors(graph, id)),
    ...endlessCycles(graph).map(
      (cycle) =>
        `cycle without an exit: ${[...cycle, cycle[0]].join(' -> ')}; no edge of it has a branch`,
    ),
    ...ceilingErrors(graph, ceiling),
    ...reasons('error'),
  ];
  const warnings = [
    ...Object.keys(graph.nodes).flatMap((id) =>
      reachable.includes(id) ? [] : [`node ${id} is not reachable from ${graph.entry}`],
    ),
    ...Object.keys(graph.nodes).flatMap((id) => nodeWarnings(graph, id)),
    ...reasons('warning'),
  ];
  const valid = errors.length === 0;
  return { valid, errors, warnings, reachable_nodes: reachable, diagnostics };
}

/** The graph with what can be said about it. */
export function inspectWorkflow(given: Json, ceiling: JsonObject = {}): JsonObject {
  const graph = workflowGraph(given, 'workflow_inspect');
  const kinds: { [kind: string]: number } = {};
  for (const { kind } of Object.values(graph.nodes)) kinds[kind] = (ownEntry(kinds, kind) ?? 0) + 1;
  return {
    graph,
    validation: validateWorkflow(graph, ceiling),
    node_count: Object.keys(graph.nodes).length,
    edge_count: graph.edges.length,
    node_kinds: kinds,
    exits: Object.keys(graph.nodes).filter((id) => !graph.edges.some(({ from }) => from === id)),
  };
}

/** Every policy beside its ceiling. */
export function policyReport(given: Json, ceiling: JsonObject = {}): JsonObject {
  const graph = workflowGraph(given, 'workflow_policy_report');
  const validation = validateWorkflow(graph, ceiling);
  return {
    workflow_policy: graph.capability_policy,
    ceiling,
    validation,
    diagnostics: validation.diagnostics,
    nodes: Object.values(graph.nodes).map((node) => ({
      node_id: node.id,
      policy: node.capability_policy,
      requested_policy: requestedPolicy(node),
      effective_policy: effectivePolicy(graph, node, ceiling),
      approval_policy: node.approval_policy,
      tools: toolNames(node.tools),
      diagnostics: validation.diagnostics.filter(({ node_id }) => node_id === node.id),
    })),
  };
}

/** The nodes that edges lead to from `start`, itself included; never through `without`. */
export function reachableNodes(
  graph: WorkflowGraph,
  start = graph.entry,
  without?: string,
): readonly string[] {
  const seen = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || !Object.hasOwn(graph.nodes, id)) continue;
    seen.add(id);
    if (id === without) continue;
    for (const { from, to } of graph.edges) if (from === id) open.push(to);
  }
  return Object.keys(graph.nodes).filter((id) => seen.has(id));
}

function structureErrors(graph: WorkflowGraph): readonly string[] {
  const errors: string[] = [];
  const exists = (id: string) => Object.hasOwn(graph.nodes, id);
  if (Object.keys(graph.nodes).length === 0) return ['the workflow has no nodes'];
  if (!exists(graph.entry)) errors.push(`entry node "${graph.entry}" does not exist`);
  const seen = new Set<string>();
  for (const { from, to, branch } of graph.edges) {
    if (!exists(from)) errors.push(`edge ${from} -> ${to}: node "${from}" does not exist`);
    if (!exists(to)) errors.push(`edge ${from} -> ${to}: node "${to}" does not exist`);
    const key = JSON.stringify([from, to, branch]);
    if (seen.has(key)) errors.push(`edge ${from} -> ${to} is there twice`);
    seen.add(key);
  }
  return errors;
}

function nodeWarnings(graph: WorkflowGraph, id: string): readonly string[] {
  const { kind } = graph.nodes[id] as WorkflowGraph['nodes'][string];
  const into = graph.edges.filter(({ to }) => to === id).length;
  const out = graph.edges.filter(({ from }) => from === id).length;
  if (kind === 'join' && into < 2)
    return [`node ${id}: a join with fewer than two inputs joins nothing`];
  if (kind === 'join' && !isForked(graph, id))
    return [`node ${id}: no fork leads to this join; its inputs never come together`];
  if (kind === 'fork' && out === 1) return [`node ${id}: a fork with one way out forks nothing`];
  return [];
}

/** Whether a node that leads to this one has several ways out at once. */
function isForked(graph: WorkflowGraph, id: string): boolean {
  return Object.keys(graph.nodes).some((start) => {
    if (start === id || !reachableNodes(graph, start).includes(id)) return false;
    const out = graph.edges.filter(({ from }) => from === start);
    const branches = out.map(({ branch }) => branch);
    return new Set(branches).size < branches.length;
  });
}

function ceilingErrors(graph: WorkflowGraph, ceiling: JsonObject): readonly string[] {
  const errors: string[] = [];
  const understand = (whose: string, policy: JsonObject) => {
    const wrong = policyProblem(policy);
    if (wrong !== undefined)
      errors.push(`${whose}: capability_policy.${wrong.name} ${wrong.problem}`);
  };
  understand('the workflow', graph.capability_policy);
  for (const problem of beyondCeiling(graph.capability_policy, ceiling)) {
    errors.push(`the workflow asks for more than the host ceiling: ${problem}`);
  }
  for (const node of Object.values(graph.nodes)) {
    const asked = requestedPolicy(node);
    understand(`node ${node.id}`, node.capability_policy);
    for (const problem of beyondCeiling(asked, ceiling)) {
      errors.push(`node ${node.id} asks for more than the host ceiling: ${problem}`);
    }
    for (const problem of beyondCeiling(asked, graph.capability_policy)) {
      errors.push(`node ${node.id} asks for more than its workflow may: ${problem}`);
    }
  }
  return errors;
}

/** Cycles that nothing but a step limit can end: every edge out of every node of it stays in it, unconditionally. */
function endlessCycles(graph: WorkflowGraph): readonly (readonly string[])[] {
  const found: string[][] = [];
  const known = new Set<string>();
  for (const id of Object.keys(graph.nodes)) {
    const path: string[] = [];
    let at: string | undefined = id;
    while (at !== undefined && !path.includes(at) && !known.has(at)) {
      path.push(at);
      const from: string = at;
      const out = graph.edges.filter((edge) => edge.from === from);
      const only = out.length === 1 && out[0]?.branch === null ? out[0] : undefined;
      at = only?.to;
    }
    if (at !== undefined && path.includes(at)) found.push(path.slice(path.indexOf(at)));
    for (const seen of path) known.add(seen);
  }
  return found;
}
