// What is wrong with one node of a graph, by its kind: each problem as a reason that names the node.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  ESCALATION_MODES,
  NODE_KINDS,
  type WorkflowEdge,
  type WorkflowGraph,
  type WorkflowNode,
} from './graph.ts';

/** The problems of a node; none when it can run. */
export function nodeErrors(graph: WorkflowGraph, id: string): readonly string[] {
  const node = graph.nodes[id] as WorkflowNode;
  const out = graph.edges.filter(({ from }) => from === id);
  const inputs = new Set(graph.edges.filter(({ to }) => to === id).map(({ from }) => from)).size;
  if (!(NODE_KINDS as readonly string[]).includes(node.kind)) {
    return [`node ${id}: unknown kind "${node.kind}"; kinds are ${NODE_KINDS.join(', ')}`];
  }
  if (node.mode !== null && !['llm', 'agent'].includes(node.mode)) {
    return [`node ${id}: unknown mode "${node.mode}"; modes are llm and agent`];
  }
  return [...policyErrors(node), ...kindErrors(node, out, inputs)].map(
    (problem) => `node ${id}: ${problem}`,
  );
}

function policyErrors(node: WorkflowNode): readonly string[] {
  const policy = node['error_policy'];
  if (policy === undefined || policy === null || policy === 'fail' || policy === 'continue') {
    return [];
  }
  return [`unknown error policy "${String(policy)}"; error policies are fail and continue`];
}

function kindErrors(
  node: WorkflowNode,
  out: readonly WorkflowEdge[],
  inputs: number,
): readonly string[] {
  switch (node.kind) {
    case 'condition':
      return conditionErrors(out);
    case 'fork':
      return forkErrors(out);
    case 'join':
      return [...strategyErrors(node.join_policy), ...quorumErrors(node, inputs, 'inputs')];
    case 'map':
      return mapErrors(node);
    case 'escalation':
      return escalationErrors(node.escalation_policy);
    default:
      return [];
  }
}

function conditionErrors(out: readonly WorkflowEdge[]): readonly string[] {
  const known = [null, 'true', 'false'];
  const strange = out.filter(({ branch }) => !known.includes(branch));
  const problems = strange.map(
    ({ to, branch }) =>
      `the edge to ${to} has the branch "${branch}"; a condition is true or false`,
  );
  if (strange.length < out.length) return problems;
  return [...problems, 'a condition needs an edge for "true" or "false"'];
}

function forkErrors(out: readonly WorkflowEdge[]): readonly string[] {
  if (out.length === 0) return ['a fork leads nowhere'];
  return out.flatMap(({ to, branch }) =>
    branch === null ? [] : [`the edge to ${to} has the branch "${branch}"; a fork takes every way`],
  );
}

function mapErrors(node: WorkflowNode): readonly string[] {
  const { items, item_artifact_kind: kind, max_concurrent: most } = node.map_policy;
  const problems: string[] = [...strategyErrors(node.join_policy)];
  if (Array.isArray(items)) problems.push(...quorumErrors(node, items.length, 'items'));
  const input = node.context_policy['include_kinds'] ?? node.input_contract['input_kinds'];
  if (!Array.isArray(items) && typeof kind !== 'string' && !Array.isArray(input)) {
    problems.push('a map needs map_policy.items or map_policy.item_artifact_kind');
  }
  if (!isCount(most ?? null, 0)) {
    problems.push('map_policy.max_concurrent must be an int of at least 0');
  }
  return problems;
}

function strategyErrors({ strategy = 'all', min_completed: least = null }: JsonObject) {
  if (strategy === 'all' || strategy === 'first') return [];
  if (strategy !== 'quorum') return [`unknown join strategy "${String(strategy)}"`];
  if (least !== null && isCount(least, 1)) return [];
  return ['the strategy quorum needs join_policy.min_completed of at least 1'];
}

/** A quorum of more than there can be never comes together. */
function quorumErrors(node: WorkflowNode, most: number, what: string): readonly string[] {
  const { strategy, min_completed: least } = node.join_policy;
  if (strategy !== 'quorum' || typeof least !== 'number' || least <= most) return [];
  return [`the quorum of ${least} is more than its ${most} ${what}`];
}

function escalationErrors(policy: JsonObject): readonly string[] {
  const { mode = 'record', target = null, choices = null } = policy;
  const problems: string[] = [];
  if (typeof mode !== 'string' || !ESCALATION_MODES.includes(mode)) {
    const modes = ESCALATION_MODES.join(', ');
    problems.push(`unknown escalation mode "${String(mode)}"; modes are ${modes}`);
  }
  if (mode === 'handoff' && !isTarget(target)) {
    problems.push('the mode handoff needs escalation_policy.target: a name, or {kind, id, label}');
  }
  if (choices !== null && !(Array.isArray(choices) && choices.length > 0)) {
    problems.push('escalation_policy.choices must be a list of answers');
  }
  return problems;
}

function isTarget(target: Json): boolean {
  const name =
    typeof target === 'object' && target !== null && !Array.isArray(target)
      ? ((target as JsonObject)['id'] ?? (target as JsonObject)['label'])
      : target;
  return typeof name === 'string' && name.trim() !== '';
}

function isCount(value: Json, least: number): boolean {
  return value === null || (typeof value === 'number' && Number.isInteger(value) && value >= least);
}
