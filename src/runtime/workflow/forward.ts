// Which nodes lead to which without going back: the graph less the edges that close a loop. It says who may still lead
// to a node that is ready, so that ways that meet are waited for and a loop does not wait for itself. Pure.
import type { WorkflowGraph } from './graph.ts';

/** Whether the first node leads to the second by edges that do not go back. */
export type Leads = (from: string, to: string) => boolean;

/** Made once per graph. */
export function forwardWays(graph: WorkflowGraph): Leads {
  const next = forwardEdges(graph);
  const memo = new Map<string, ReadonlySet<string>>();
  const reach = (start: string): ReadonlySet<string> => {
    const known = memo.get(start);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      open.push(...(next.get(id) ?? []));
    }
    memo.set(start, seen);
    return seen;
  };
  return (from, to) => reach(from).has(to);
}

/** The edges that lead on, by their start: depth first from the entry, an edge into the way already gone goes back. */
function forwardEdges(graph: WorkflowGraph): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  for (const { from, to } of graph.edges) out.set(from, [...(out.get(from) ?? []), to]);
  const forward = new Map<string, string[]>();
  const state = new Map<string, 'open' | 'done'>();
  for (const root of [graph.entry, ...Object.keys(graph.nodes)]) {
    if (state.has(root)) continue;
    const stack = [{ id: root, at: 0 }];
    state.set(root, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const to = out.get(top.id)?.[top.at];
      top.at += 1;
      if (to === undefined) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(to) !== 'open') {
        forward.set(top.id, [...(forward.get(top.id) ?? []), to]);
        if (!state.has(to)) {
          state.set(to, 'open');
          stack.push({ id: to, at: 0 });
        }
      }
    }
  }
  return forward;
}
