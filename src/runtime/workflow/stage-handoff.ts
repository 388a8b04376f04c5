// Handoffs that stages make: work described so that the next stage, a persona or a person can take it over. What a stage
// does not say is filled in from where it stands; what nobody can act on is refused.
import { HarnError, isJsonObject, type JsonObject } from '../../base/index.ts';
import { type Artifact, handoffArtifact } from '../agent/index.ts';
import { workflowErrors } from './errors.ts';
import type { StageInput } from './stage.ts';

/** The artifact of a handoff, from the fields of an artifact of that kind. */
export function stageHandoff(
  input: StageInput,
  index: number,
  createdAt: string,
  fields: JsonObject,
): Artifact {
  const { node, graph, task, selected, stageId } = input;
  const said = isJsonObject(fields['data']) ? fields['data'] : {};
  const next = graph.edges.find(({ from }) => from === node.id)?.to;
  const text = fields['text'];
  const handoff: JsonObject = {
    id: `handoff_${stageId}:${index}`,
    source_persona: node.id,
    task,
    created_at: createdAt,
    evidence_refs: selected.map(({ id, kind, title }) => ({ artifact_id: id, kind, label: title })),
    ...(typeof text === 'string' && text !== '' ? { reason: text } : {}),
    ...(next === undefined ? {} : { target_persona_or_human: next }),
    ...said,
  };
  const origin = { newId: () => `artifact_${stageId}:${index}`, now: () => createdAt };
  const lineage = selected.map(({ id }) => id);
  return { ...handoffArtifact(handoff, origin), stage: node.id, lineage } as Artifact;
}

/** Refuses artifacts of a stage that say they are handoffs and are none. */
export function checkHandoffs(input: StageInput, made: readonly JsonObject[]): void {
  for (const [at, fields] of made.entries()) {
    if (fields['kind'] !== 'handoff') continue;
    try {
      stageHandoff(input, at + 1, '', fields);
    } catch (error) {
      if (!HarnError.is(error)) throw error;
      throw workflowErrors.outputContract({ node: input.node.id, problem: error.message });
    }
  }
}
