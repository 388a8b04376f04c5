// Delegated stages (`subagent` nodes): the stage runs as a worker with a name, a snapshot and a receipt, and what it
// makes says so. The worker's body is the ordinary stage; see worker-kinds.ts.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Artifact } from '../agent/index.ts';
import { isBudgetSpent } from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { spawnAgent, waitAgent } from '../work/index.ts';
import { failed, now, type StageInput, type StageResult, stageArtifact } from './stage.ts';
import { errorText } from './stage-attempts.ts';
import { endsMore } from './stage-work.ts';

export const DELEGATED_STAGE = 'delegated_stage';

/** Runs a stage as a worker and waits for it. */
export function* runDelegated(ctx: RunContext, input: StageInput): Suspending<StageResult> {
  const startedAt = now(ctx);
  const { node, task, selected, stageId } = input;
  const { metadata } = node;
  const name = metadata['worker_name'];
  const config: JsonObject = {
    ...metadata,
    name: typeof name === 'string' ? name : node.id,
    parent_stage_id: stageId,
    task,
    mode: DELEGATED_STAGE,
    // Code of the program goes along as an attachment; this is what a snapshot keeps.
    config: { node, artifacts: selected as unknown as Json, session_id: input.sessionId },
    // The directory and environment are inherited; the worktree is not the stage's to remove.
    audit: { parent_session_id: node.id, mutation_scope: 'read_only' },
  };
  const worker = yield* spawnAgent(ctx, config, { attachments: { stage: input } });
  try {
    const summary = yield* waitAgent(ctx, worker['id']);
    return withWorker(input, summary, startedAt);
  } catch (error) {
    if (isBudgetSpent(error) || endsMore(ctx, error, input.isAbort)) throw error;
    const facts = { worker_id: worker['id'] ?? null, parent_stage_id: stageId };
    return failed(ctx, input, startedAt, errorText(ctx, error), { metadata: facts });
  }
}

/** The worker's result with the worker in it: its summary, marks on what it made, and one artifact about it. */
function withWorker(input: StageInput, summary: JsonObject, startedAt: string): StageResult {
  const payload = isJsonObject(summary['result']) ? summary['result'] : {};
  const result = payload['result'] as unknown as StageResult;
  const { id = null, name = null, request = null, provenance = null } = summary;
  const marks = { worker_id: id, worker_name: name, delegated: true };
  const made = result.artifacts.map(
    (artifact): Artifact => ({ ...artifact, metadata: { ...artifact.metadata, ...marks } }),
  );
  const { transcript: _whole, artifacts: _all, ...kept } = payload;
  const { said: _said, transcript: _transcript, artifacts: _artifacts, ...compact } = result;
  const about = stageArtifact(input, made.length + 1, startedAt, {
    kind: 'worker_result',
    title: `worker result ${String(name)}`,
    text: result.visible_text,
    data: {
      worker_id: id,
      worker_name: name,
      request,
      provenance,
      execution: summary['execution'] ?? null,
      payload: { ...kept, result: compact as unknown as Json, payload_compacted: true },
      produced_artifact_ids: made.map((artifact) => artifact.id),
    },
    metadata: marks,
  });
  const worker = { ...summary, result: null };
  return {
    ...result,
    artifacts: [...made, about],
    metadata: { ...result.metadata, worker, worker_id: id },
    said: [],
  };
}
