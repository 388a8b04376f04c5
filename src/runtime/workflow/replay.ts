// Deterministic replay: the stages of a recorded run instead of work. No model, tool or code is asked; where the graph
// leads elsewhere than the record went, it says so.
import type { Json } from '../../base/index.ts';
import type { Artifact } from '../agent/index.ts';
import type { RunDocument } from '../records/index.ts';
import { workflowErrors } from './errors.ts';
import type { WorkflowNode } from './graph.ts';
import type { StageAttempt, StageResult } from './stage.ts';

/** The recorded result for the stage at `index`. */
export function replayedStage(run: RunDocument, index: number, node: WorkflowNode): StageResult {
  const recorded = run.stages[index];
  if (recorded === undefined) throw workflowErrors.replayExhausted({ node: node.id });
  if (recorded.node_id !== node.id) {
    throw workflowErrors.replayMismatch({ node: node.id, recorded: recorded.node_id });
  }
  return {
    status: recorded.status === 'failed' ? 'failed' : 'completed',
    outcome: recorded.outcome,
    branch: recorded.branch,
    started_at: recorded.started_at,
    finished_at: recorded.finished_at ?? recorded.started_at,
    visible_text: recorded.visible_text,
    private_reasoning: recorded.private_reasoning,
    transcript: recorded.transcript,
    verification: recorded.verification,
    usage: recorded.usage,
    artifacts: recorded.artifacts as unknown as readonly Artifact[],
    consumed_artifact_ids: recorded.consumed_artifact_ids,
    attempts: recorded.attempts as unknown as readonly StageAttempt[],
    metadata: recorded.metadata as { readonly [key: string]: Json },
    said: [],
  };
}
