// What workers can run of this room: a whole workflow, one stage, the stage that a workflow delegates. All a body needs
// is in its cycle; code of the program comes as attachments.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  artifactOrigin,
  newSession,
  readArtifacts,
  sessionsKey,
  Transcript,
  type TranscriptMessage,
} from '../agent/index.ts';
import { clockEffects } from '../io/index.ts';
import { type Handler, performUnit, type RunContext, type Suspending } from '../run/index.ts';
import type { CycleEnd, WorkerCycle, WorkerKind } from '../work/index.ts';
import { DELEGATED_STAGE } from './delegate.ts';
import { workflowErrors } from './errors.ts';
import { workflowExecute } from './execute.ts';
import type { ExecuteCode } from './execution.ts';
import { workflowGraph } from './graph.ts';
import { requestedPolicy } from './policy.ts';
import { runStage } from './run-stage.ts';
import { type StageCode, type StageInput, type StageResult, selectFor } from './stage.ts';

const STAGE_UNIT = { name: 'workflow.stage', access: 'mutate' } as const;

const workflowKind: WorkerKind = {
  mode: 'workflow',
  *run(ctx, { worker, task, config, artifacts, transcript, execution, attachments }) {
    const given = isJsonObject(config['options']) ? config['options'] : {};
    const options: JsonObject = {
      ...given,
      delegated: true,
      parent_worker_id: given['parent_worker_id'] ?? worker.id,
      ...parentRunOf(worker.audit, given),
      ...(Object.keys(execution).length === 0 ? {} : { execution }),
      ...(transcript === null ? {} : { transcript }),
    };
    const code = (attachments['workflow'] ?? {}) as ExecuteCode;
    const result = yield* workflowExecute(
      ctx,
      task,
      config['graph'] ?? null,
      artifacts,
      options,
      code,
    );
    return {
      status: 'completed',
      payload: result as unknown as Json,
      transcript: result.transcript,
      artifacts: result.artifacts,
      childRunId: String(result.run['id']),
      childRunPath: result.path,
    };
  },
};

/** The record of a worker's workflow stands below the run that the worker belongs to. */
function parentRunOf(audit: JsonObject, given: JsonObject): JsonObject {
  const named = ['parent_run_id', 'resume_path', 'resume_run'].some(
    (option) => (given[option] ?? null) !== null,
  );
  const run = audit['run_id'] ?? null;
  return named || run === null ? {} : { parent_run_id: run };
}

/** A stage on its own: `spawn_agent({task, node})`. */
const stageKind: WorkerKind = {
  mode: 'stage',
  run: (ctx, cycle) => runStageCycle(ctx, cycle, undefined),
};

const delegatedKind: WorkerKind = {
  mode: DELEGATED_STAGE,
  run: (ctx, cycle) =>
    runStageCycle(ctx, cycle, cycle.attachments['stage'] as StageInput | undefined),
};

function* runStageCycle(
  ctx: RunContext,
  cycle: WorkerCycle,
  given: StageInput | undefined,
): Suspending<CycleEnd> {
  const input = { ...(given ?? ownInput(ctx, cycle)), task: cycle.task };
  const { node, sessionId, code } = input;
  const result: StageResult = yield* performUnit(
    ctx,
    STAGE_UNIT,
    [node.id, cycle.worker.cycle],
    function* (inner, unit) {
      if (node.kind === 'escalation') unit.enterOnReplay();
      if (node.mode === 'agent' || code.tools !== undefined) unit.enterOnReplay();
      return yield* runStage(inner, input);
    },
  );
  sessionOf(ctx, sessionId).append(...result.said);
  // On its own, an agent that was stopped short has still answered; what was thrown is a failure.
  const isAnswer = given === undefined && (result.attempts.at(-1)?.error ?? null) === null;
  if (result.status === 'failed' && !(isAnswer && result.attempts.length > 0)) {
    const error = String(result.metadata['error'] ?? result.outcome);
    throw workflowErrors.stageFailed({ node: node.id, error });
  }
  return {
    status: 'completed',
    payload: {
      status: 'completed',
      mode: cycle.config['mode'] ?? 'stage',
      task: cycle.task,
      result: { ...(result as unknown as JsonObject), tools: result.metadata['tools'] ?? null },
      artifacts: result.artifacts as unknown as Json,
      transcript: result.transcript,
      execution: cycle.execution,
    },
    transcript: result.transcript,
    artifacts: result.artifacts as unknown as readonly Json[],
  };
}

/** The input of a stage that belongs to no running workflow: what the worker was started with. */
function ownInput(
  ctx: RunContext,
  { worker, config, artifacts, transcript, execution, task, attachments }: WorkerCycle,
): StageInput {
  const name = isJsonObject(config['node']) ? config['node']['id'] : undefined;
  const id = typeof name === 'string' && name !== '' ? name : 'delegated_worker';
  const graph = workflowGraph({ entry: id, nodes: { [id]: config['node'] ?? {} } }, 'spawn_agent');
  const node = graph.nodes[id] ?? (Object.values(graph.nodes)[0] as never);
  const configured = node.model_policy['session_id'] ?? config['session_id'];
  const sessionId =
    typeof configured === 'string' ? configured : `worker_session_${worker.id}_${id}`;
  const known = Transcript.fromJson(transcript)?.messages.toArray() ?? [];
  return {
    task,
    graph,
    node,
    stageId: `${worker.id}:${id}:${worker.cycle}`,
    // A worker that was loaded elsewhere has only its data.
    code: {
      ...((attachments['code'] ?? {}) as StageCode),
      permissionCode: (attachments['permissionCode'] ?? []) as readonly Handler[],
    },
    selected: selectFor(node, readArtifacts(artifacts as Json, artifactOrigin(ctx))),
    arrived: 0,
    joinProblem: null,
    sessionId,
    history: historyOf(ctx, sessionId, known),
    contracts: '',
    contractList: [],
    execution,
    effectivePolicy: requestedPolicy(node),
    isAbort: () => false,
  };
}

function historyOf(ctx: RunContext, id: string, before: readonly TranscriptMessage[]) {
  const session = sessionOf(ctx, id);
  if (session.transcript.messages.length === 0) session.append(...before);
  return session.transcript.messages.toArray();
}

function sessionOf(ctx: RunContext, id: string) {
  const sessions = ctx.get(sessionsKey);
  return sessions.find(id) ?? sessions.add(newSession(id, ctx.sync(clockEffects.now_ms, [])));
}

/** What workers can run of this room: workflows and stages. */
export const WORKFLOW_KINDS: readonly WorkerKind[] = [workflowKind, stageKind, delegatedKind];
