// workflow_execute: runs a graph to its end and saves its record. What is ready runs side by side (conduct.ts); each stage
// is a recorded unit, so a run that was killed goes on after the stages that ended, and gives what it would have given.
//
// Ends: completed (nothing is ready any more) | failed (a stage failed and nothing is made for that) | paused (max_steps
// or token_budget reached; `resume_run` or `resume_path` goes on from the ready nodes).
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Artifact, artifactOrigin, readArtifacts, withApprovals } from '../agent/index.ts';
import { randomEffects } from '../io/index.ts';
import { documentJson, type RunDocument, readDocument, recordEffects } from '../records/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import {
  auditOf,
  inheritedAudit,
  resolveExecution,
  underPolicy,
  withExecution,
} from '../work/index.ts';
import { conduct } from './conduct.ts';
import { workflowErrors } from './errors.ts';
import type { ExecuteCode, Execution } from './execution.ts';
import { Flow } from './flow.ts';
import { type WorkflowGraph, workflowGraph } from './graph.ts';
import { type ExecuteOptions, readExecuteOptions } from './options.ts';
import { arrivalsOf, finished, withCheckpoint, withStages } from './progress.ts';
import { replayFlow } from './replay.ts';
import { resumeProblems } from './resume.ts';
import { now } from './stage.ts';
import { readContracts } from './stage-prompt.ts';
import { validateWorkflow } from './validate.ts';

export type WorkflowResult = {
  readonly status: string;
  readonly run: JsonObject;
  readonly artifacts: readonly Json[];
  /** Of the last stage that had one. */
  readonly transcript: Json;
  /** Where the run record is. */
  readonly path: string;
};

/** Where an execution begins. */
interface Start {
  readonly run: RunDocument;
  readonly ready: readonly string[];
  readonly artifacts: readonly Artifact[];
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
  const parsed = placed(ctx, readExecuteOptions(options));
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
  const work = function* (inner: RunContext): Suspending<WorkflowResult> {
    const started = yield* begin(inner, execution, input);
    const session = started.run.metadata['mutation_session'] as JsonObject;
    const within = inner.withScope(inner.scope.with({ mutation: session }));
    return yield* save(ctx, execution, yield* drive(within, execution, started));
  };
  const place = withGivenApprovals(ctx, graph, parsed);
  // A worker's body is in its place already, and its worktree is the worker's.
  if (isPlaced(parsed)) return yield* work(place);
  return yield* withExecution(
    place,
    parsed.execution,
    null,
    work,
    ({ status }) => status === 'paused',
  );
}

/** Where stages work: under the approvals of whoever starts the workflow, and of its graph. */
function withGivenApprovals(
  ctx: RunContext,
  { approval_policy }: WorkflowGraph,
  { approvals }: ExecuteOptions,
): RunContext {
  const given = [approvals, approval_policy].filter((one) => Object.keys(one).length > 0);
  if (given.length === 0) return ctx;
  const policy = given.reduce<JsonObject>((kept, one) => withApprovals(ctx, kept, one), {});
  return underPolicy(ctx, policy);
}

/** Options with an execution that has everything decided. */
function placed(ctx: RunContext, options: ExecuteOptions): ExecuteOptions {
  if (isPlaced(options)) return options;
  const id = `workflow_${ctx.sync(randomEffects.uuid_v7, [])}`;
  return { ...options, execution: resolveExecution(ctx, options.execution, id) };
}

function isPlaced({ execution, facts }: ExecuteOptions): boolean {
  return facts['delegated'] === true || Object.keys(execution).length === 0;
}

/** Runs, or replays, what is ready and all that follows, and gives the finished record. */
function* drive(
  ctx: RunContext,
  execution: Execution,
  { run, ready, artifacts }: Start,
): Suspending<RunDocument> {
  const { graph, options, replay } = execution;
  const start = { ready, artifacts, arrivals: arrivalsOf(run), stages: run.stages.length };
  const flow = new Flow(graph, start);
  if (replay !== null) {
    const most = options.maxSteps ?? Number.POSITIVE_INFINITY;
    const { status, pending } = replayFlow(replay, flow, most);
    const whole = { ...withStages(run, flow), pending_nodes: pending };
    return finished(whole, status, now(ctx));
  }
  const { status, pending, reason, budget } = yield* conduct(ctx, execution, run, flow);
  const whole = withStages(run, flow);
  const facts = {
    ...(reason === null ? {} : { paused_because: reason }),
    ...(budget.facts === null ? {} : { token_budget: budget.facts }),
  };
  const ended = { ...whole, pending_nodes: pending, metadata: { ...whole.metadata, ...facts } };
  return finished(ended, status, now(ctx));
}

function* begin(
  ctx: RunContext,
  execution: Execution,
  artifacts: readonly Artifact[],
): Suspending<Start> {
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
    metadata: { ...metadataOf(execution), mutation_session: sessionOf(ctx, execution, id) },
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

/** The mutation session of an execution: what its caller says of it, and what it inherits of the rest. */
function sessionOf(
  ctx: RunContext,
  { options }: Execution,
  runId: string,
  saved: Json = null,
): JsonObject {
  const before = isJsonObject(saved) ? saved : {};
  const inherited = { ...inheritedAudit(ctx), ...before, run_id: runId };
  const workerId = ctx.scope.mutation?.['worker_id'] ?? null;
  const place = { id: workerId, mode: 'workflow', uuid: runId };
  return auditOf(options.audit, inherited, place);
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
  execution: Execution,
  saved: RunDocument,
  more: readonly Artifact[],
): Start {
  const { graph, task } = execution;
  if (saved.workflow_id !== graph.id) {
    throw workflowErrors.otherWorkflow({
      run: saved.id,
      recorded: saved.workflow_id,
      given: graph.id,
    });
  }
  const reasons = resumeProblems(saved, graph);
  if (reasons.length > 0) {
    throw workflowErrors.otherGraph({ run: saved.id, reasons: reasons.join('; ') });
  }
  const known = readArtifacts(saved.artifacts as unknown as Json, artifactOrigin(ctx));
  const added = more.filter(({ id }) => !known.some((one) => one.id === id));
  const artifacts = [...known, ...added];
  // A run that came to its end begins anew, with what it made, when there is something else to do.
  const ended = saved.pending_nodes.length === 0 && saved.task !== task;
  const ready = ended ? [graph.entry] : saved.pending_nodes;
  const { paused_because: _paused, ...facts } = saved.metadata;
  const run: RunDocument = {
    ...saved,
    task,
    status: 'running',
    finished_at: null,
    pending_nodes: ready,
    artifacts: artifacts as unknown as RunDocument['artifacts'],
    metadata: {
      ...facts,
      mutation_session: sessionOf(ctx, execution, saved.id, facts['mutation_session']),
      workflow_version: graph.version,
      resumed: true,
    },
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
  // Where nobody named a file, the record is the runtime's own: limits of a worker do not reach it.
  const own = path === null ? ctx.withAuthority(ctx.run.authority) : ctx;
  const saved = yield* own.perform(recordEffects.run_record_save, [documentJson(run), path]);
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
