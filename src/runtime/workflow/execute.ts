// workflow_execute: runs a graph to its end. One stage at a time, each a recorded unit: a run that was killed goes on
// after the last stage that ended, and gives what it would have given. The order of stages follows from the graph and
// their results alone.
//
// Ends: completed (nothing is ready any more) | failed (a stage failed and no edge is made for that) | paused (max_steps
// reached; `resume_run` or `resume_path` goes on from the ready nodes).
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  type Artifact,
  artifactOrigin,
  newSession,
  readArtifacts,
  sessionsKey,
  Transcript,
  type TranscriptMessage,
} from '../agent/index.ts';
import { clockEffects, randomEffects } from '../io/index.ts';
import { documentJson, type RunDocument, readDocument, recordEffects } from '../records/index.ts';
import { performUnit, type RunContext, type Suspending } from '../run/index.ts';
import { runDelegated } from './delegate.ts';
import { workflowErrors } from './errors.ts';
import { type WorkflowGraph, type WorkflowNode, workflowGraph } from './graph.ts';
import { type ExecuteOptions, readExecuteOptions } from './options.ts';
import { effectivePolicy } from './policy.ts';
import {
  afterStage,
  arrivalsOf,
  finished,
  nextStageId,
  type Progress,
  withCheckpoint,
} from './progress.ts';
import { joinProblem, nextNodes, pickReady } from './ready.ts';
import { replayedStage } from './replay.ts';
import { runStage } from './run-stage.ts';
import { now, type StageCode, type StageInput, type StageResult, selectFor } from './stage.ts';
import { readContracts, renderContracts } from './stage-prompt.ts';
import { validateWorkflow } from './validate.ts';

/** What an execution needs besides data. */
export interface ExecuteCode {
  /** Code of nodes, by node id. */
  readonly nodes?: { readonly [node: string]: StageCode };
  /** Whether a thrown value ends the program rather than a stage. */
  readonly isAbort?: (error: unknown) => boolean;
}

export type WorkflowResult = {
  readonly status: string;
  readonly run: JsonObject;
  readonly artifacts: readonly Json[];
  /** Of the last stage that had one. */
  readonly transcript: Json;
  /** Where the run record is. */
  readonly path: string;
};

/** What stays the same while a workflow runs. */
interface Execution {
  readonly task: string;
  readonly graph: WorkflowGraph;
  readonly options: ExecuteOptions;
  readonly code: ExecuteCode;
  readonly contracts: readonly JsonObject[];
  readonly replay: RunDocument | null;
}

/**
 * Runs a workflow and saves its record.
 *
 * @example
 * const { status, run } = yield* workflowExecute(ctx, 'Fix the test', graph, [], { max_steps: 8 });
 */
export function* workflowExecute(
  ctx: RunContext,
  task: string,
  given: Json,
  artifacts: Json = [],
  options: JsonObject = {},
  code: ExecuteCode = {},
): Suspending<WorkflowResult> {
  ctx.authority.check({ name: 'agent.workflow_execute', access: 'mutate' });
  const parsed = readExecuteOptions(options);
  const graph = workflowGraph(given, 'workflow_execute');
  const validation = validateWorkflow(graph, parsed.ceiling);
  if (!validation.valid) {
    throw workflowErrors.invalid({ fn: 'workflow_execute', reasons: validation.errors.join('; ') });
  }
  const execution: Execution = {
    task,
    graph,
    options: parsed,
    code,
    contracts: yield* readContracts(ctx, graph),
    replay: yield* savedRun(ctx, parsed.replayRun, parsed.replayPath),
  };
  const input = readArtifacts(artifacts, artifactOrigin(ctx));
  const started = yield* begin(ctx, execution, input);
  const { progress, status } = yield* drive(ctx, execution, started);
  return yield* save(ctx, execution, finished(progress.run, status, now(ctx)));
}

/** Runs stages until nothing is ready, a failure has nowhere to go, or the steps are used up. */
function* drive(
  ctx: RunContext,
  execution: Execution,
  started: Progress,
): Suspending<{ progress: Progress; status: string }> {
  const { graph, options } = execution;
  const most = options.maxSteps ?? Math.max(1, Object.keys(graph.nodes).length * 4);
  let progress = started;
  for (let step = 0; progress.ready.length > 0; step += 1) {
    if (step >= most) return { progress, status: 'paused' };
    const at = pickReady(graph, progress.ready, arrivalsOf(progress));
    const id = progress.ready[at] as string;
    const node = graph.nodes[id] as WorkflowNode;
    const result = yield* oneStage(ctx, execution, progress, node);
    progress = afterStage(progress, graph, id, result);
    const handled = nextNodes(graph, id, result.branch).length > 0;
    if (result.status === 'failed' && !handled) {
      // Tried again when the run is resumed.
      const pending = [id, ...progress.ready];
      return {
        progress: { ...progress, run: { ...progress.run, pending_nodes: pending } },
        status: 'failed',
      };
    }
  }
  return { progress, status: 'completed' };
}

function* oneStage(
  ctx: RunContext,
  execution: Execution,
  progress: Progress,
  node: WorkflowNode,
): Suspending<StageResult> {
  if (execution.replay !== null) {
    return replayedStage(execution.replay, progress.run.stages.length, node);
  }
  const input = stageInput(ctx, execution, progress, node);
  // A delegated stage is a worker of the run, with entries of its own.
  const result =
    node.kind === 'subagent'
      ? yield* runDelegated(ctx, input)
      : yield* performUnit(
          ctx,
          STAGE_UNIT,
          [node.id, progress.run.stages.length + 1],
          function* (inner, unit) {
            // A loop changes sessions, which live in memory.
            if (node.mode === 'agent' || input.code.tools !== undefined) unit.enterOnReplay();
            return yield* runStage(inner, input);
          },
        );
  if (result.said.length > 0)
    ctx
      .get(sessionsKey)
      .find(input.sessionId)
      ?.append(...result.said);
  return result;
}

const STAGE_UNIT = { name: 'workflow.stage', access: 'mutate' } as const;

function stageInput(
  ctx: RunContext,
  execution: Execution,
  progress: Progress,
  node: WorkflowNode,
): StageInput {
  const { graph, task, code, contracts, options } = execution;
  const configured = node.model_policy['session_id'];
  const own = `${progress.run.id}:${node.id}`;
  const sessionId = typeof configured === 'string' && configured !== '' ? configured : own;
  const arrived = arrivalsOf(progress)[node.id] ?? 0;
  const required = node.kind === 'verify' ? [] : contracts;
  return {
    task,
    graph,
    node,
    stageId: nextStageId(progress, node.id),
    code: code.nodes?.[node.id] ?? {},
    selected: selectFor(node, progress.artifacts),
    arrived,
    joinProblem: node.kind === 'join' ? joinProblem(graph, node, arrived) : null,
    sessionId,
    history: historyOf(ctx, sessionId, options.transcript),
    contracts: renderContracts(required),
    contractList: required,
    execution: options.execution,
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

function* begin(
  ctx: RunContext,
  execution: Execution,
  artifacts: readonly Artifact[],
): Suspending<Progress> {
  const { graph, options, task } = execution;
  const saved = yield* savedRun(ctx, options.resumeRun, options.resumePath);
  if (saved !== null) return resumed(ctx, execution, saved, artifacts);
  const id = ctx.sync(randomEffects.uuid_v7, []);
  const startedAt = now(ctx);
  const ready = [graph.entry];
  const run = readDocument({
    id,
    workflow_id: graph.id,
    workflow_name: graph.name,
    task,
    status: 'running',
    started_at: startedAt,
    parent_run_id: options.parentRunId,
    root_run_id: options.rootRunId ?? options.parentRunId ?? id,
    pending_nodes: ready,
    artifacts: artifacts as unknown as Json,
    policy: graph.capability_policy,
    execution:
      Object.keys(options.execution).length === 0 ? null : recordedExecution(options.execution),
    metadata: metadataOf(execution),
  });
  return { run: withCheckpoint(run, 'start', startedAt), ready, artifacts };
}

/** What the record says about where it ran; a worktree is described by its own fields. */
function recordedExecution({ cwd, env, worktree }: JsonObject): JsonObject {
  const tree = isJsonObject(worktree) ? worktree : {};
  const { repo, path, branch, base_ref, cleanup } = tree;
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : null);
  return {
    cwd: text(cwd),
    env: isJsonObject(env) ? env : {},
    adapter: isJsonObject(worktree) ? 'worktree' : null,
    repo_path: text(repo),
    worktree_path: text(path),
    branch: text(branch),
    base_ref: text(base_ref),
    cleanup: text(cleanup),
  };
}

function metadataOf({ graph, options, replay }: Execution): JsonObject {
  return {
    ...options.facts,
    workflow_metadata: graph.metadata,
    workflow_version: graph.version,
    max_steps: options.maxSteps ?? null,
    ...(replay === null ? {} : { replay_mode: 'deterministic', replayed_from: replay.id }),
  };
}

function resumed(
  ctx: RunContext,
  { graph, task }: Execution,
  saved: RunDocument,
  more: readonly Artifact[],
): Progress {
  if (saved.workflow_id !== graph.id) {
    throw workflowErrors.otherWorkflow({
      run: saved.id,
      recorded: saved.workflow_id,
      given: graph.id,
    });
  }
  const known = readArtifacts(saved.artifacts as unknown as Json, artifactOrigin(ctx));
  const added = more.filter(({ id }) => !known.some((one) => one.id === id));
  const artifacts = [...known, ...added];
  // A run that came to its end begins anew, with what it made, when there is something else to do.
  const ended = saved.pending_nodes.length === 0 && saved.task !== task;
  const ready = ended
    ? [graph.entry]
    : saved.pending_nodes.filter((id) => graph.nodes[id] !== undefined);
  const run: RunDocument = {
    ...saved,
    task,
    status: 'running',
    finished_at: null,
    pending_nodes: ready,
    artifacts: artifacts as unknown as RunDocument['artifacts'],
    metadata: { ...saved.metadata, resumed: true },
  };
  return { run, ready, artifacts };
}

function* savedRun(
  ctx: RunContext,
  given: Json,
  path: string | undefined,
): Suspending<RunDocument | null> {
  if (given !== null) return readDocument(given);
  if (path === undefined) return null;
  return readDocument((yield* ctx.perform(recordEffects.run_record_load, [path])) as Json);
}

function* save(
  ctx: RunContext,
  { options }: Execution,
  run: RunDocument,
): Suspending<WorkflowResult> {
  const path = options.persistPath ?? options.resumePath ?? null;
  const saved = yield* ctx.perform(recordEffects.run_record_save, [documentJson(run), path]);
  const transcript = [...run.stages]
    .reverse()
    .find((stage) => stage.transcript !== null)?.transcript;
  return {
    status: run.status,
    run: saved.run as JsonObject,
    artifacts: run.artifacts as unknown as readonly Json[],
    transcript: transcript ?? null,
    path: saved.path,
  };
}
