// Who performs a stage, for those who follow a run: a node whose metadata names a persona tells when that persona takes its
// stage up and how it leaves it.
import type { RunContext } from '../run/index.ts';
import type { StageInput, StageResult } from './stage.ts';

/** `started`, then `completed`, `handoff` (it was passed on), `failed` or `cancelled`. */
export type PersonaTransition = 'started' | 'completed' | 'handoff' | 'failed' | 'cancelled';

/** Tells the run's listeners, when the node of a stage names a persona. */
export function tellPersona(
  ctx: RunContext,
  { node }: StageInput,
  transition: PersonaTransition,
): void {
  const { persona } = node.metadata;
  if (typeof persona !== 'string' || persona === '') return;
  ctx.run.events.emit({ event_type: 'persona_stage', persona, stage: node.id, transition });
}

/** How a persona left a stage that came to this. */
export function transitionOf({ status, artifacts }: StageResult): PersonaTransition {
  if (status !== 'completed') return status;
  return artifacts.some(({ kind }) => kind === 'handoff') ? 'handoff' : 'completed';
}
