// What stays the same while a workflow runs, and what each stage is told of it.
import type { Json, JsonObject } from '../../base/index.ts';
import { newSession, sessionsKey, Transcript, type TranscriptMessage } from '../agent/index.ts';
import { clockEffects } from '../io/index.ts';
import type { RunDocument } from '../records/index.ts';
import type { RunContext } from '../run/index.ts';
import type { Skill } from '../skills/index.ts';
import type { Flow } from './flow.ts';
import type { WorkflowGraph, WorkflowNode } from './graph.ts';
import type { ExecuteOptions } from './options.ts';
import { effectivePolicy } from './policy.ts';
import { stageIdOf } from './progress.ts';
import { joinProblem } from './ready.ts';
import { type StageCode, type StageInput, selectFor } from './stage.ts';
import { renderContracts } from './stage-prompt.ts';
import { artifactsFor, type Visit } from './visit.ts';

/** What an execution needs besides data. */
export interface ExecuteCode {
  /** Code of nodes, by node id. */
  readonly nodes?: { readonly [node: string]: StageCode };
  /** Skills of the loops of all stages, with their code. */
  readonly skills?: readonly Skill[] | undefined;
  /** Whether a thrown value ends the program rather than a stage. */
  readonly isAbort?: (error: unknown) => boolean;
}

export interface Execution {
  readonly task: string;
  readonly graph: WorkflowGraph;
  readonly options: ExecuteOptions;
  readonly code: ExecuteCode;
  readonly contracts: readonly JsonObject[];
  readonly replay: RunDocument | null;
}

/** The session of a node: the one it names, else its own in this run. */
export function sessionIdOf(run: RunDocument, node: WorkflowNode): string {
  const configured = node.model_policy['session_id'];
  return typeof configured === 'string' && configured !== '' ? configured : `${run.id}:${node.id}`;
}

/** Everything that the stage of a visit may look at. */
export function stageInput(
  ctx: RunContext,
  { graph, task, code, contracts, options }: Execution,
  { run, flow }: { readonly run: RunDocument; readonly flow: Flow },
  visit: Visit,
): StageInput {
  const node = flow.node(visit);
  const sessionId = sessionIdOf(run, node);
  const arrived = flow.arrived(visit);
  const required = node.kind === 'verify' ? [] : contracts;
  return {
    task,
    graph,
    node,
    stageId: stageIdOf(run, visit),
    code: code.nodes?.[node.id] ?? {},
    selected: selectFor(node, artifactsFor(visit, flow.start.artifacts)),
    arrived,
    joinProblem: node.kind === 'join' ? joinProblem(graph, node, arrived) : null,
    sessionId,
    history: historyOf(ctx, sessionId, options.transcript),
    contracts: renderContracts(required),
    contractList: required,
    execution: options.execution,
    skills: { options: options.skills, list: code.skills },
    effectivePolicy: effectivePolicy(graph, node, options.ceiling),
    isAbort: code.isAbort ?? (() => false),
  };
}

/** What was said in a session. A new one begins with the conversation that was handed over. */
function historyOf(ctx: RunContext, id: string, handed: Json): readonly TranscriptMessage[] {
  const sessions = ctx.get(sessionsKey);
  let session = sessions.find(id);
  if (session === undefined) {
    session = sessions.add(newSession(id, ctx.sync(clockEffects.now_ms, [])));
    const before = Transcript.fromJson(handed)?.messages.toArray() ?? [];
    if (before.length > 0) session.append(...before);
  }
  return session.transcript.messages.toArray();
}
