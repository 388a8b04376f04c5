// The ready queue: which node runs next, where a result leads, when a join has what it waits for. Pure: the same graph
// and the same results give the same order.
import type { WorkflowGraph, WorkflowNode } from './graph.ts';
import { reachableNodes } from './validate.ts';

/** Labels of edges that a result takes when no edge names it exactly. */
const ALSO: { readonly [branch: string]: readonly string[] } = {
  success: ['passed', 'completed', 'retry'],
  passed: ['success'],
  failed: ['failure', 'error'],
};

/** Where a result leads: the edges of its branch, else those without one. */
export function nextNodes(
  graph: WorkflowGraph,
  from: string,
  branch: string | null,
): readonly string[] {
  const out = graph.edges.filter((edge) => edge.from === from);
  const to = (label: string | null) =>
    out.filter((edge) => edge.branch === label).map((edge) => edge.to);
  if (branch !== null) {
    for (const label of [branch, ...(ALSO[branch] ?? [])]) {
      const found = to(label);
      if (found.length > 0) return found;
    }
    // A failure goes nowhere unless an edge is made for it.
    if (branch === 'failed') return [];
  }
  return to(null);
}

export type Arrivals = { readonly [node: string]: number };

/** The place in `ready` of what runs now: a join that has enough, else the first but joins others can still reach. */
export function pickReady(
  graph: WorkflowGraph,
  ready: readonly string[],
  arrivals: Arrivals,
): number {
  const joins = ready.findIndex((id) => {
    const node = graph.nodes[id];
    return node?.kind === 'join' && hasEnough(node, arrivals[id] ?? 0);
  });
  if (joins !== -1) return joins;
  const free = ready.findIndex((id) => !isWaiting(graph, id, ready));
  return free === -1 ? 0 : free;
}

function isWaiting(graph: WorkflowGraph, id: string, ready: readonly string[]): boolean {
  const node = graph.nodes[id];
  if (node?.kind !== 'join') return false;
  return ready.some((other) => other !== id && reachableNodes(graph, other, id).includes(id));
}

/** Whether a join need not wait for more. */
export function hasEnough({ join_policy: policy }: WorkflowNode, arrived: number): boolean {
  if (policy['strategy'] === 'first') return arrived >= 1;
  if (policy['strategy'] === 'quorum') return arrived >= Number(policy['min_completed'] ?? 1);
  return false;
}

/** What a join that goes ahead leaves behind: the branches it no longer waits for are not run. */
export function withoutLosers(
  graph: WorkflowGraph,
  join: string,
  ready: readonly string[],
): readonly string[] {
  const strategy = graph.nodes[join]?.join_policy['strategy'] ?? 'all';
  if (strategy === 'all') return ready;
  return ready.filter((other) => !reachableNodes(graph, other, join).includes(join));
}

/** The problem of a join that runs with less than it asks for. */
export function joinProblem(
  graph: WorkflowGraph,
  node: WorkflowNode,
  arrived: number,
): string | null {
  const { strategy = 'all', min_completed: least, require_all_inputs: all } = node.join_policy;
  const inputs = graph.edges.filter(({ to }) => to === node.id).length;
  if (strategy === 'quorum' && arrived < Number(least ?? 1)) {
    return `${arrived} of at least ${Number(least ?? 1)} inputs arrived`;
  }
  if (strategy === 'all' && all === true && arrived < inputs) {
    return `${arrived} of ${inputs} inputs arrived`;
  }
  return null;
}
