// Workflow graphs as data: nodes, edges, policies. Normalised once, then immutable; every edit gives a new graph and
// leaves an entry in its audit log. What makes a graph valid is in validate.ts, what running it means in execute.ts.
import {
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  shortHash,
} from '../../base/index.ts';
import { workflowErrors } from './errors.ts';

export const NODE_KINDS = [
  'stage',
  'verify',
  'join',
  'condition',
  'fork',
  'map',
  'reduce',
  'subagent',
  'escalation',
] as const;

/** What an escalation does, by `escalation_policy.mode`. */
export const ESCALATION_MODES: readonly string[] = ['record', 'ask', 'handoff'];

export type NodeKind = (typeof NODE_KINDS)[number];

/** How often a stage is tried, and what a further attempt is told. */
export type RetryPolicy = {
  readonly max_attempts: number;
  /** Whether a failed check of the stage's own `verify` counts as a failed attempt. */
  readonly verify: boolean;
  /** Whether the next attempt is told what the check found. */
  readonly repair: boolean;
  readonly backoff_ms: number;
};

/** One node. Fields nobody here knows stay where they are. */
export type WorkflowNode = JsonObject & {
  readonly id: string;
  readonly kind: string;
  /** `llm`, `agent` or null. */
  readonly mode: string | null;
  readonly prompt: string | null;
  readonly system: string | null;
  readonly task_label: string | null;
  readonly done_sentinel: string | null;
  readonly tools: Json;
  readonly model_policy: JsonObject;
  readonly auto_compact: JsonObject;
  readonly output_visibility: string | null;
  readonly context_policy: JsonObject;
  readonly context_assembler: Json;
  readonly retry_policy: RetryPolicy;
  readonly capability_policy: JsonObject;
  readonly approval_policy: JsonObject;
  readonly input_contract: JsonObject;
  readonly output_contract: JsonObject;
  readonly map_policy: JsonObject;
  readonly join_policy: JsonObject;
  readonly reduce_policy: JsonObject;
  readonly escalation_policy: JsonObject;
  readonly verify: JsonObject | null;
  readonly metadata: JsonObject;
};

/** A way from one node to another; with a branch it is taken on that result only. */
export type WorkflowEdge = {
  readonly from: string;
  readonly to: string;
  readonly branch: string | null;
  readonly label: string | null;
};

export type WorkflowGraph = JsonObject & {
  readonly _type: 'workflow_graph';
  readonly id: string;
  readonly name: string | null;
  readonly version: number;
  readonly entry: string;
  readonly nodes: { readonly [id: string]: WorkflowNode };
  readonly edges: readonly WorkflowEdge[];
  readonly capability_policy: JsonObject;
  readonly approval_policy: JsonObject;
  readonly metadata: JsonObject;
  readonly audit_log: readonly JsonObject[];
};

/** A graph from what a program wrote. What is normal already comes back equal. */
export function workflowGraph(given: Json | undefined, fn = 'workflow_graph'): WorkflowGraph {
  if (!isJsonObject(given)) throw workflowErrors.notGraph({ fn });
  const { nodes: written, edges: drawn } = given;
  const short = written === undefined ? shorthand(given) : undefined;
  const nodes = nodesOf(short?.nodes ?? written ?? {});
  const edges = listOf('graph', 'edges', drawn ?? short?.edges).map(edgeOf);
  const name = textOf('graph', 'name', given['name']);
  const first = Object.keys(nodes)[0] ?? '';
  const body = { name, nodes, edges };
  const rest = short === undefined ? given : withoutShorthand(given);
  return {
    ...rest,
    _type: 'workflow_graph',
    id: textOf('graph', 'id', given['id']) ?? `workflow_${shortHash(canonicalJson(body as Json))}`,
    name,
    version: typeof given['version'] === 'number' ? given['version'] : 1,
    entry: textOf('graph', 'entry', given['entry']) ?? first,
    nodes,
    edges,
    capability_policy: objectOf('graph', 'capability_policy', given['capability_policy']),
    approval_policy: objectOf('graph', 'approval_policy', given['approval_policy']),
    metadata: objectOf('graph', 'metadata', given['metadata']),
    audit_log: listOf('graph', 'audit_log', given['audit_log']).filter(isJsonObject),
  };
}

const SHORTHAND: readonly string[] = ['act', 'verify', 'repair'];

function withoutShorthand(given: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(given).filter(([field]) => !SHORTHAND.includes(field)));
}

/** `{act, verify?, repair?}`: work, check it, repair what the check found. */
function shorthand(given: JsonObject): { nodes: JsonObject; edges: Json } {
  const nodes: { [id: string]: Json } = {};
  for (const id of SHORTHAND) {
    const node = given[id];
    if (isJsonObject(node)) nodes[id] = id === 'verify' ? verifyShort(node) : node;
  }
  const edges: JsonObject[] = [];
  if (nodes['act'] !== undefined && nodes['verify'] !== undefined) {
    edges.push({ from: 'act', to: 'verify' });
  }
  if (nodes['verify'] !== undefined && nodes['repair'] !== undefined) {
    edges.push({ from: 'verify', to: 'repair', branch: 'failed' });
    edges.push({ from: 'repair', to: 'verify', branch: 'retry' });
  }
  return { nodes, edges };
}

/** `verify: {assert_text}` is the check itself. */
function verifyShort(node: JsonObject): JsonObject {
  if (node['verify'] !== undefined) return { kind: 'verify', ...node };
  const { mode, model_policy, prompt, system, kind, ...check } = node;
  const known = { mode, model_policy, prompt, system };
  const own = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { ...own, kind: kind ?? 'verify', verify: check } as JsonObject;
}

function nodesOf(given: Json): { readonly [id: string]: WorkflowNode } {
  if (!isJsonObject(given)) throw wrong('graph', 'nodes', 'a dict of nodes');
  return Object.fromEntries(
    Object.entries(given).map(([id, node]) => [id, workflowNode(id, node)]),
  );
}

/** One node, completed. */
export function workflowNode(id: string, given: Json | undefined): WorkflowNode {
  const where = `node ${id}`;
  if (!isJsonObject(given)) throw wrong(where, 'it', 'a dict');
  const text = (field: string) => textOf(where, field, given[field]);
  const object = (field: string) => objectOf(where, field, given[field]);
  const { verify } = given;
  return {
    ...given,
    id,
    kind: text('kind') ?? 'stage',
    mode: text('mode'),
    prompt: text('prompt'),
    system: text('system'),
    task_label: text('task_label'),
    done_sentinel: text('done_sentinel'),
    tools: given['tools'] ?? null,
    model_policy: object('model_policy'),
    auto_compact: object('auto_compact'),
    output_visibility: text('output_visibility'),
    context_policy: object('context_policy'),
    context_assembler: given['context_assembler'] ?? null,
    retry_policy: retryOf(where, object('retry_policy')),
    capability_policy: object('capability_policy'),
    approval_policy: object('approval_policy'),
    input_contract: object('input_contract'),
    output_contract: object('output_contract'),
    map_policy: object('map_policy'),
    join_policy: object('join_policy'),
    reduce_policy: object('reduce_policy'),
    escalation_policy: object('escalation_policy'),
    verify: verify === undefined || verify === null ? null : objectOf(where, 'verify', verify),
    metadata: object('metadata'),
  };
}

function retryOf(where: string, policy: JsonObject): RetryPolicy {
  const attempts = policy['max_attempts'] ?? 1;
  if (typeof attempts !== 'number' || !Number.isInteger(attempts) || attempts < 1) {
    throw wrong(where, 'retry_policy.max_attempts', 'an int of at least 1');
  }
  const backoff = policy['backoff_ms'] ?? 0;
  if (typeof backoff !== 'number' || backoff < 0) {
    throw wrong(where, 'retry_policy.backoff_ms', 'a number of at least 0');
  }
  const repair = policy['repair'] === true;
  const verify = policy['verify'] === true || repair;
  return { ...policy, max_attempts: attempts, verify, repair, backoff_ms: backoff };
}

function edgeOf(given: Json, index = 0): WorkflowEdge {
  const where = `edge ${index}`;
  if (!isJsonObject(given)) throw wrong(where, 'it', 'a dict with from and to');
  const from = textOf(where, 'from', given['from']);
  const to = textOf(where, 'to', given['to']);
  if (from === null || to === null) throw wrong(where, 'from and to', 'names of nodes');
  const branch = textOf(where, 'branch', given['branch']);
  return { from, to, branch, label: textOf(where, 'label', given['label']) };
}

/** The graph with one more line in its audit log. */
function audited(graph: WorkflowGraph, op: string, facts: JsonObject = {}): WorkflowGraph {
  const entry = { id: `audit_${graph.audit_log.length + 1}`, op, version: graph.version, ...facts };
  return { ...graph, audit_log: [...graph.audit_log, entry] };
}

function changed(graph: WorkflowGraph, op: string, facts: JsonObject): WorkflowGraph {
  return audited({ ...graph, version: graph.version + 1 }, op, facts);
}

/** Edits by the name that programs use. None changes the graph it is given. */
export const workflowEdits = {
  clone: (given: Json): WorkflowGraph => {
    const graph = workflowGraph(given, 'workflow_clone');
    return audited(graph, 'clone', { cloned_from: graph.id });
  },

  insert_node(given: Json, node: Json, edge: Json = null): WorkflowGraph {
    const graph = workflowGraph(given, 'workflow_insert_node');
    const id = isJsonObject(node) ? node['id'] : undefined;
    if (typeof id !== 'string' || id === '') throw workflowErrors.noNodeId({});
    if (Object.hasOwn(graph.nodes, id)) throw workflowErrors.nodeExists({ node: id });
    const nodes = { ...graph.nodes, [id]: workflowNode(id, node) };
    const edges = edge === null ? graph.edges : [...graph.edges, edgeOf(edge)];
    return changed({ ...graph, nodes, edges }, 'insert_node', { node_id: id });
  },

  replace_node(given: Json, id: string, node: Json): WorkflowGraph {
    const graph = workflowGraph(given, 'workflow_replace_node');
    known(graph, 'workflow_replace_node', id);
    const nodes = { ...graph.nodes, [id]: workflowNode(id, node) };
    return changed({ ...graph, nodes }, 'replace_node', { node_id: id });
  },

  /** Leads `from` (on `branch`) to `to`, in place of where it led. */
  rewire(given: Json, from: string, to: string, branch: string | null = null): WorkflowGraph {
    const graph = workflowGraph(given, 'workflow_rewire');
    const stay = graph.edges.filter((edge) => edge.from !== from || edge.branch !== branch);
    const edges = [...stay, { from, to, branch, label: null }];
    return changed({ ...graph, edges }, 'rewire', { from, to, branch });
  },

  set_model_policy: setter('model_policy'),
  set_context_policy: setter('context_policy'),
  set_auto_compact: setter('auto_compact'),

  set_output_visibility(given: Json, id: string, visibility: string | null): WorkflowGraph {
    const graph = workflowGraph(given, 'workflow_set_output_visibility');
    const node = known(graph, 'workflow_set_output_visibility', id);
    const nodes = { ...graph.nodes, [id]: { ...node, output_visibility: visibility } };
    return changed({ ...graph, nodes }, 'set_output_visibility', { node_id: id, visibility });
  },

  /** Marks a version. Refused when the graph is not valid; `check` gives the reasons. */
  commit(
    given: Json,
    reason: string | null,
    check: (graph: WorkflowGraph) => readonly string[],
  ): WorkflowGraph {
    const graph = workflowGraph(given, 'workflow_commit');
    const problems = check(graph);
    if (problems.length > 0) {
      throw workflowErrors.invalid({ fn: 'workflow_commit', reasons: problems.join('; ') });
    }
    return audited(graph, 'commit', { reason });
  },
} as const;

function setter(field: 'model_policy' | 'context_policy' | 'auto_compact') {
  return (given: Json, id: string, policy: Json): WorkflowGraph => {
    const fn = `workflow_set_${field}`;
    const graph = workflowGraph(given, fn);
    const node = known(graph, fn, id);
    const value = objectOf(`node ${id}`, field, policy);
    const nodes = { ...graph.nodes, [id]: { ...node, [field]: value } };
    return changed({ ...graph, nodes }, `set_${field}`, { node_id: id });
  };
}

/** What is different between two graphs. */
export function workflowDiff(left: Json, right: Json): JsonObject {
  const [a, b] = [workflowGraph(left, 'workflow_diff'), workflowGraph(right, 'workflow_diff')];
  const ids = (graph: WorkflowGraph) => Object.keys(graph.nodes);
  const same = (x: Json | undefined, y: Json | undefined) =>
    canonicalJson(x ?? null) === canonicalJson(y ?? null);
  const lacks = (edges: readonly WorkflowEdge[], edge: WorkflowEdge) =>
    !edges.some((other) => same(other, edge));
  const parts = {
    added_nodes: ids(b).filter((id) => !Object.hasOwn(a.nodes, id)),
    removed_nodes: ids(a).filter((id) => !Object.hasOwn(b.nodes, id)),
    changed_nodes: ids(a).filter(
      (id) => Object.hasOwn(b.nodes, id) && !same(a.nodes[id], b.nodes[id]),
    ),
    added_edges: b.edges.filter((edge) => lacks(a.edges, edge)),
    removed_edges: a.edges.filter((edge) => lacks(b.edges, edge)),
    changed_fields: ['name', 'entry', 'capability_policy', 'approval_policy', 'metadata'].filter(
      (field) => !same(a[field], b[field]),
    ),
  };
  const identical = Object.values(parts).every((part) => part.length === 0);
  return { left_id: a.id, right_id: b.id, identical, ...parts };
}

function known(graph: WorkflowGraph, fn: string, id: string): WorkflowNode {
  const node = Object.hasOwn(graph.nodes, id) ? graph.nodes[id] : undefined;
  if (node === undefined) throw workflowErrors.unknownNode({ fn, node: id });
  return node;
}

function wrong(where: string, field: string, expected: string): Error {
  return workflowErrors.wrongField({ where, field, expected });
}

function textOf(where: string, field: string, value: Json | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value === '' ? null : value;
  throw wrong(where, field, 'a text');
}

function objectOf(where: string, field: string, value: Json | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  throw wrong(where, field, 'a dict');
}

function listOf(where: string, field: string, value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly Json[];
  throw wrong(where, field, 'a list');
}
