// The tool surfaces of a workflow: what a stage tells its model beside what it lets it do, and the rules of the whole
// graph beside all its tools. The findings are those of agent loops, which stages start.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type SurfaceDiagnostic, toolSurface } from '../agent/index.ts';
import type { WorkflowGraph, WorkflowNode } from './graph.ts';
import { effectivePolicy } from './policy.ts';

/** A finding, and the node that it is about; null: the workflow itself. */
export type WorkflowSurfaceDiagnostic = SurfaceDiagnostic & { readonly node_id: string | null };

/** What is odd about the tools of a graph. Nodes without tools have no surface. */
export function surfaceFindings(
  graph: WorkflowGraph,
  ceiling: JsonObject,
): readonly WorkflowSurfaceDiagnostic[] {
  const nodes = Object.values(graph.nodes).filter(({ tools }) => entriesOf(tools).length > 0);
  const found = nodes.flatMap((node) =>
    ofNode(graph, node, ceiling).map((one) => ({ ...one, node_id: node.id })),
  );
  return [...found, ...ofWhole(graph, nodes).map((one) => ({ ...one, node_id: null }))];
}

/** A finding as the lists of reasons have them. */
export function surfaceReason(one: WorkflowSurfaceDiagnostic): string {
  const where = one.node_id === null ? 'the workflow' : `node ${one.node_id}`;
  return `${where}: ${one.code}: ${one.message}`;
}

function ofNode(graph: WorkflowGraph, node: WorkflowNode, ceiling: JsonObject) {
  const own = node.capability_policy;
  // Constraints of the whole graph are looked at beside all its tools, not beside each node's.
  const { tool_arg_constraints, arg_constraints, ...policy } = effectivePolicy(
    graph,
    node,
    ceiling,
  );
  const prompts = [node.system, node.prompt];
  const given = {
    policy: { ...policy, ...constraintsOf(own) },
    approval_policy: node.approval_policy,
    prompts,
    tool_search: node.model_policy['tool_search'] ?? false,
  };
  return check(given, entriesOf(node.tools));
}

/** Rules of the graph that name tools or arguments which no node has. */
function ofWhole(graph: WorkflowGraph, nodes: readonly WorkflowNode[]) {
  const tools = nodes.flatMap(({ tools: own }) => entriesOf(own));
  if (tools.length === 0) return [];
  const given = {
    policy: constraintsOf(graph.capability_policy),
    approval_policy: graph.approval_policy,
  };
  return check(given, tools).filter(({ code }) => WHOLE.has(code));
}

const WHOLE: ReadonlySet<string> = new Set([
  'TOOL_SURFACE_UNKNOWN_ARG_CONSTRAINT_TOOL',
  'TOOL_SURFACE_UNKNOWN_ARG_CONSTRAINT_KEY',
  'TOOL_SURFACE_APPROVAL_PATTERN_NO_MATCH',
]);

function check(given: JsonObject, tools: readonly JsonObject[]) {
  return toolSurface.validate(toolSurface.read(given, tools)).diagnostics;
}

function constraintsOf({ tool_arg_constraints, arg_constraints }: JsonObject): JsonObject {
  return {
    ...(tool_arg_constraints === undefined ? {} : { tool_arg_constraints }),
    ...(arg_constraints === undefined ? {} : { arg_constraints }),
  };
}

/** The tools of a node: declarations, or names whose declarations are elsewhere. */
function entriesOf(tools: Json): readonly JsonObject[] {
  const list = isJsonObject(tools) ? (tools['tools'] ?? []) : tools;
  if (!Array.isArray(list)) return [];
  return list.flatMap((tool: Json) => {
    if (typeof tool === 'string') return [{ name: tool, declared: false }];
    return isJsonObject(tool) ? [tool] : [];
  });
}
