// Where a result leads and when a join has what it waits for. Pure: the same graph and the same results give the same.
import { ownEntry } from '../../base/index.ts';
import type { WorkflowGraph, WorkflowNode } from './graph.ts';

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
    for (const label of [branch, ...(ownEntry(ALSO, branch) ?? [])]) {
      const found = to(label);
      if (found.length > 0) return found;
    }
    // A failure goes nowhere unless an edge is made for it.
    if (branch === 'failed') return [];
  }
  return to(null);
}

export type Arrivals = { readonly [node: string]: number };

/** Whether a join need not wait for more. */
export function hasEnough(node: WorkflowNode, arrived: number): boolean {
  const needed = neededOf(node);
  return needed !== undefined && arrived >= needed;
}

/** How many inputs a join goes ahead with; undefined when it waits for all that may come. */
export function neededOf({ join_policy: policy }: WorkflowNode): number | undefined {
  if (policy['strategy'] === 'first') return 1;
  if (policy['strategy'] === 'quorum') return Number(policy['min_completed'] ?? 1);
  return undefined;
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
