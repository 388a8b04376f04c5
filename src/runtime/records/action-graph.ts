// The action graph of a run: what started it, its stages and workers, and how one led to the other. Derived from the
// record alone; a record of this runtime without stages still shows its child runs.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';
import type { GraphEdge, GraphNode } from './observability-shape.ts';
import type { StageRecord, TransitionRecord } from './record-parts.ts';
import { type RunDocument, traceIdOf } from './run-document.ts';
import { textAt } from './shape.ts';

/** Where every new version of a graph is announced. */
export const actionGraphTopic = defineTopic<JsonObject>({
  name: 'observability.action_graph',
  version: 1,
});
export const ACTION_GRAPH_UPDATE = 'action_graph_update';

/** Nodes and edges, in the order of the record. */
export interface ActionGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The graph of a record. */
export function actionGraphOf(run: RunDocument): ActionGraph {
  const trace = traceIdOf(run);
  const origin = originGraph(run, trace);
  const stageById = new Map(run.stages.map((stage) => [stage.id, stage]));
  const last = lastStages(run.stages);
  return {
    nodes: [
      rootNode(run, trace),
      ...origin.nodes,
      ...run.stages.map((stage) => stageNode(stage, trace)),
      ...run.child_runs.map((child) =>
        node(`worker:${child.worker_id}`, 'worker', child.worker_name, trace, {
          status: child.status,
          outcome: child.status,
          stage_id: child.parent_stage_id,
          worker_id: child.worker_id,
          run_id: child.run_id,
          run_path: child.run_path,
          metadata: { worker_name: child.worker_name, task: child.task },
        }),
      ),
    ],
    edges: [
      ...origin.edges,
      ...entryEdges(run, origin.entry, origin.isTriggered),
      ...run.transitions.flatMap(
        (each) => transitionEdge(each, rootId(run), stageById, last) ?? [],
      ),
      ...run.child_runs.map((child) =>
        edge(
          child.parent_stage_id === null ? rootId(run) : stageNodeId(child.parent_stage_id),
          `worker:${child.worker_id}`,
          'delegates',
          child.worker_name,
        ),
      ),
    ],
  };
}

interface Origin extends ActionGraph {
  /** Where the first stages hang. */
  readonly entry: string;
  readonly isTriggered: boolean;
}

function originGraph(run: RunDocument, trace: string | null): Origin {
  const event = run.metadata['trigger_event'];
  const id = textAt(event, 'id') || textAt(event, 'event_id');
  if (!isJsonObject(event) || id === '') {
    return { nodes: [], edges: [], entry: rootId(run), isTriggered: false };
  }
  const label = `${textAt(event, 'provider')}:${textAt(event, 'kind')}`;
  const metadata = {
    provider: textAt(event, 'provider'),
    event_kind: textAt(event, 'kind'),
    dedupe_key: textAt(event, 'dedupe_key'),
    signature_status: signatureOf(event),
  };
  const entry = `trigger:${id}`;
  const nodes = [
    node(entry, 'trigger', label, trace, {
      status: 'received',
      outcome: signatureOf(event),
      metadata,
    }),
  ];
  const edges = [edge(rootId(run), entry, 'entry', id)];
  const original = run.metadata['replay_of_event_id'];
  if (typeof original === 'string') {
    const status = { status: 'historical', outcome: 'replayed_from' };
    nodes.push(
      node(`trigger:${original}`, 'trigger', `${label} (original ${original})`, trace, status),
    );
    edges.push(edge(`trigger:${original}`, entry, 'replay_chain', 'replay chain'));
  }
  return { nodes, edges, entry, isTriggered: true };
}

function signatureOf(event: JsonObject): string {
  const status = event['signature_status'];
  const word =
    typeof status === 'string' ? status : textAt(status, 'state') || textAt(status, 'status');
  if (word.toLowerCase() === 'verified') return 'verified';
  return word === '' || word.toLowerCase() === 'unsigned' ? 'unsigned' : 'failed';
}

function rootId(run: RunDocument): string {
  return `run:${run.id}`;
}

function stageNodeId(stageId: string): string {
  return `stage:${stageId}`;
}

function rootNode(run: RunDocument, trace: string | null): GraphNode {
  return node(rootId(run), 'run', run.workflow_name ?? run.workflow_id, trace, {
    status: run.status,
    outcome: run.status,
    run_id: run.id,
    run_path: run.persisted_path,
    metadata: { workflow_id: run.workflow_id },
  });
}

function stageNode(stage: StageRecord, trace: string | null): GraphNode {
  const worker = textAt(stage.metadata['worker'], 'id') || textAt(stage.metadata, 'worker_id');
  const branch: JsonObject = stage.branch === null ? {} : { branch: stage.branch };
  const kind = stage.kind === 'condition' ? 'predicate' : 'stage';
  return node(stageNodeId(stage.id), kind, stage.node_id, trace, {
    status: stage.status,
    outcome: stage.outcome,
    stage_id: stage.id,
    node_id: stage.node_id,
    worker_id: worker || null,
    metadata: {
      stage_kind: stage.kind,
      ...branch,
      ...(worker === '' ? {} : { worker_id: worker }),
    },
  });
}

/** Stages that no transition leads to hang on what started the run. */
function entryEdges(run: RunDocument, entry: string, isTriggered: boolean): readonly GraphEdge[] {
  const reached = new Set(run.transitions.map(({ to_node_id }) => to_node_id));
  return run.stages
    .filter(({ node_id }) => !reached.has(node_id))
    .map(({ id }) =>
      edge(entry, stageNodeId(id), isTriggered ? 'trigger_dispatch' : 'entry', null),
    );
}

function transitionEdge(
  transition: TransitionRecord,
  root: string,
  byId: ReadonlyMap<string, StageRecord>,
  last: ReadonlyMap<string, StageRecord>,
): GraphEdge | undefined {
  const target = last.get(transition.to_node_id);
  if (target === undefined) return undefined;
  const source =
    (transition.from_stage_id === null ? undefined : byId.get(transition.from_stage_id)) ??
    (transition.from_node_id === null ? undefined : last.get(transition.from_node_id));
  const kind = source?.kind === 'condition' ? 'predicate_gate' : 'transition';
  const from = source === undefined ? root : stageNodeId(source.id);
  return edge(from, stageNodeId(target.id), kind, transition.branch);
}

function lastStages(stages: readonly StageRecord[]): ReadonlyMap<string, StageRecord> {
  return new Map(stages.map((stage) => [stage.node_id, stage]));
}

function node(
  id: string,
  kind: string,
  label: string,
  trace_id: string | null,
  fields: Partial<GraphNode>,
): GraphNode {
  return {
    id,
    label,
    kind,
    status: '',
    outcome: '',
    trace_id,
    stage_id: null,
    node_id: null,
    worker_id: null,
    run_id: null,
    run_path: null,
    metadata: {},
    ...fields,
  };
}

function edge(from_id: string, to_id: string, kind: string, label: string | null): GraphEdge {
  return { from_id, to_id, kind, label };
}

/** The announcement of a saved record's graph. */
export function actionGraphUpdate(run: RunDocument): {
  readonly headers: { readonly [name: string]: string };
  readonly payload: JsonObject;
} {
  const trace = traceIdOf(run);
  return {
    headers: {
      run_id: run.id,
      workflow_id: run.workflow_id,
      ...(trace === null ? {} : { trace_id: trace }),
    },
    payload: {
      run_id: run.id,
      workflow_id: run.workflow_id,
      persisted_path: run.persisted_path,
      status: run.status,
      observability: (run.observability ?? null) as Json,
    },
  };
}

/** A graph as Mermaid text, which most viewers of Markdown draw. */
export function mermaidOf({ nodes, edges }: ActionGraph): string {
  const names = new Map(nodes.map((each, i) => [each.id, `n${i}`]));
  const lines = nodes.map(({ id, kind, label, status }) => {
    const [open, close] =
      kind === 'run' ? ['([', '])'] : kind === 'predicate' ? ['{', '}'] : ['[', ']'];
    const text = status === '' ? label : `${label}: ${status}`;
    return `  ${names.get(id)}${open}${quoted(`${kind} ${text}`)}${close}`;
  });
  for (const { from_id, to_id, kind, label } of edges) {
    const [from, to] = [names.get(from_id), names.get(to_id)];
    if (from === undefined || to === undefined) continue;
    const text = label === null || label === '' ? kind : `${kind}: ${label}`;
    lines.push(`  ${from} -->|${quoted(text)}| ${to}`);
  }
  return ['flowchart TD', ...lines].join('\n');
}

/** Mermaid knows entities, not escapes. */
function quoted(text: string): string {
  return `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('\n', ' ')}"`;
}
