// Escalations: a stage that says a person is needed, with what they have to know. By its policy it only says so
// (`record`), asks and waits for the answer (`ask`), or hands the work over (`handoff`).
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type AskOptions, askUser } from '../human/index.ts';
import { queueHandoff } from '../lifecycle/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import {
  failed,
  outputKind,
  type StageInput,
  type StageResult,
  simple,
  stageArtifact,
} from './stage.ts';
import { errorText } from './stage-attempts.ts';
import { stageHandoff } from './stage-handoff.ts';
import { endsMore } from './stage-work.ts';

/** Runs an escalation. */
export function* escalate(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
): Suspending<StageResult> {
  const facts = factsOf(input);
  try {
    switch (input.node.escalation_policy['mode'] ?? 'record') {
      case 'ask':
        return yield* ask(ctx, input, startedAt, facts);
      case 'handoff':
        return yield* handOver(ctx, input, startedAt, facts);
      default:
        return say(ctx, input, startedAt, facts, {});
    }
  } catch (error) {
    if (endsMore(ctx, error, input.isAbort)) throw error;
    const metadata = { escalation: facts };
    return failed(ctx, input, startedAt, errorText(ctx, error), { metadata });
  }
}

type Facts = JsonObject & { readonly reason: string };

function factsOf({ node, task, selected }: StageInput): Facts {
  const { level = 'person', queue = null, reason = null } = node.escalation_policy;
  const why = typeof reason === 'string' ? reason : (node.prompt ?? `"${task}" needs a person`);
  return { level, queue, reason: why, task, evidence: selected.map(({ id }) => id) };
}

/** The question waits as long as the policy says; the answer chooses the way on when an edge has its name. */
function* ask(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
  facts: Facts,
): Suspending<StageResult> {
  const { node, graph } = input;
  const { timeout, schema, choices } = node.escalation_policy;
  const expected = Array.isArray(choices) ? { enum: choices } : schema;
  const options: AskOptions = {
    ...(expected === undefined ? {} : { schema: expected }),
    ...(typeof timeout === 'string' || typeof timeout === 'number' ? { timeout } : {}),
    ...(node.escalation_policy['default'] === undefined
      ? {}
      : { default: node.escalation_policy['default'] }),
  };
  const details = { ...facts, stage_id: input.stageId, node_id: node.id };
  const answer = yield* askUser(ctx, facts.reason, options, details);
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const isWay = graph.edges.some(({ from, branch }) => from === node.id && branch === text);
  return say(
    ctx,
    input,
    startedAt,
    { ...facts, answer },
    {
      text,
      branch: isWay ? text : 'success',
      outcome: 'answered',
    },
  );
}

/** The handoff is durable before the stage ends; the run's settlement delivers it or says where it waits. */
function* handOver(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
  facts: Facts,
): Suspending<StageResult> {
  const target = input.node.escalation_policy['target'] ?? null;
  const made = stageHandoff(input, 1, startedAt, {
    text: facts.reason,
    data: { target_persona_or_human: target },
  });
  const { handoff } = yield* queueHandoff(ctx, targetName(target), made.data as Json);
  const result = say(
    ctx,
    input,
    startedAt,
    { ...facts, handoff_id: handoff.handoff_id },
    {
      outcome: 'handed_off',
    },
  );
  return { ...result, artifacts: [made, ...result.artifacts] };
}

function targetName(target: Json): string {
  const name = isJsonObject(target) ? (target['id'] ?? target['label']) : target;
  return typeof name === 'string' ? name : '';
}

function say(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
  facts: Facts,
  {
    text = facts.reason,
    branch = 'success',
    outcome = 'escalated',
  }: { readonly text?: string; readonly branch?: string; readonly outcome?: string },
): StageResult {
  const { node } = input;
  const artifact = stageArtifact(input, 1, startedAt, {
    kind: outputKind(node, 'escalation'),
    title: `Escalation: ${node.id}`,
    text,
    data: facts,
    priority: 95,
  });
  return simple(ctx, input, startedAt, {
    outcome,
    branch,
    visible_text: text,
    artifacts: [artifact],
    metadata: { escalation: facts },
  });
}
