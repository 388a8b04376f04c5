// The kinds of stages: those that decide or combine without asking anybody are here; those that work (stage, verify, the
// items of a map) are in stage-attempts.ts, stage-map.ts and stage-work.ts.
import { assertNever } from '../../base/index.ts';
import { bodyOf } from '../agent/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { escalate } from './escalate.ts';
import type { NodeKind } from './graph.ts';
import {
  failed,
  now,
  outputKind,
  type StageInput,
  type StageResult,
  simple,
  stageArtifact,
} from './stage.ts';
import { runAttempts } from './stage-attempts.ts';
import { runMap } from './stage-map.ts';

/** Runs the body of a stage. */
export function* runStage(ctx: RunContext, input: StageInput): Suspending<StageResult> {
  const startedAt = now(ctx);
  const kind = input.node.kind as NodeKind;
  switch (kind) {
    case 'stage':
    case 'verify':
    case 'subagent':
      return yield* runAttempts(ctx, input, startedAt);
    case 'map':
      return yield* runMap(ctx, input, startedAt);
    case 'condition':
      return decide(ctx, input, startedAt);
    case 'fork':
      return simple(ctx, input, startedAt, { outcome: 'forked' });
    case 'join':
      return input.joinProblem === null
        ? simple(ctx, input, startedAt, { outcome: 'joined' })
        : failed(ctx, input, startedAt, input.joinProblem);
    case 'reduce':
      return reduce(ctx, input, startedAt);
    case 'escalation':
      return yield* escalate(ctx, input, startedAt);
    default:
      return assertNever(kind);
  }
}

/** True when a text or a kind is among what the node is shown; without a rule, when anything is. */
function decide(ctx: RunContext, input: StageInput, startedAt: string): StageResult {
  const { node, selected, task } = input;
  const { contains_text: text, artifact_kind: kind } = node.metadata;
  const holds =
    typeof text === 'string'
      ? selected.some((artifact) => bodyOf(artifact).includes(text)) ||
        (selected.length === 0 && task.includes(text))
      : typeof kind === 'string'
        ? selected.some((artifact) => artifact.kind === kind)
        : selected.length > 0;
  const branch = String(holds);
  return simple(ctx, input, startedAt, {
    outcome: `condition_${branch}`,
    branch,
    visible_text: branch,
  });
}

/** One artifact of all that is shown, in that order. */
function reduce(ctx: RunContext, input: StageInput, startedAt: string): StageResult {
  const { node, selected } = input;
  const separator = node.reduce_policy['separator'];
  const text = selected.map(bodyOf).join(typeof separator === 'string' ? separator : '\n\n');
  const named = node.reduce_policy['output_kind'];
  const kind = typeof named === 'string' ? named : outputKind(node, 'summary');
  const artifact = stageArtifact(input, 1, startedAt, { kind, text });
  return simple(ctx, input, startedAt, {
    outcome: 'reduced',
    branch: 'success',
    visible_text: text,
    artifacts: [artifact],
  });
}
