// One stage: what it is given and what comes of it. The kinds are run by run-stage.ts.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type Artifact,
  readArtifact,
  readContextPolicy,
  selectArtifacts,
  type Tool,
  type TranscriptMessage,
} from '../agent/index.ts';
import { clockEffects } from '../io/index.ts';
import type { Handler, RunContext } from '../run/index.ts';
import type { Skill } from '../skills/index.ts';
import { workflowErrors } from './errors.ts';
import type { WorkflowGraph, WorkflowNode } from './graph.ts';

/** Code of a program that a stage runs. */
export interface StageCode {
  /** Does the work of a stage, or decides a check. */
  readonly handler?: Handler | undefined;
  /** What an agent may call. */
  readonly tools?: readonly Tool[] | undefined;
  /** The code in `model_policy.permissions`. */
  readonly permissionCode?: readonly Handler[] | undefined;
}

/** Everything a stage may look at. */
export interface StageInput {
  readonly task: string;
  readonly graph: WorkflowGraph;
  readonly node: WorkflowNode;
  readonly stageId: string;
  readonly code: StageCode;
  /** Chosen under the node's context policy. */
  readonly selected: readonly Artifact[];
  readonly arrived: number;
  /** Problem of a join that has too few inputs. */
  readonly joinProblem: string | null;
  readonly sessionId: string;
  /** What was said in the session before. */
  readonly history: readonly TranscriptMessage[];
  /** Requirements of later checks, as text for the prompt. */
  readonly contracts: string;
  readonly contractList: readonly JsonObject[];
  readonly execution: JsonObject;
  /** Skills of its loop: what is data, and those with code. */
  readonly skills?: { readonly options: JsonObject; readonly list?: readonly Skill[] | undefined };
  readonly effectivePolicy: JsonObject;
  /** Whether a thrown value ends the program rather than the stage. */
  readonly isAbort: (error: unknown) => boolean;
}

export type StageUsage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_duration_ms: number;
  readonly call_count: number;
  readonly total_cost: number;
  readonly models: readonly string[];
};

export type StageAttempt = {
  readonly attempt: number;
  readonly status: string;
  readonly outcome: string;
  readonly branch: string | null;
  readonly error: string | null;
  readonly verification: Json;
  readonly started_at: string;
  readonly finished_at: string;
};

/** What came of a stage: data, recorded as the outcome of one unit. */
export type StageResult = {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly outcome: string;
  readonly branch: string | null;
  readonly started_at: string;
  readonly finished_at: string;
  readonly visible_text: string | null;
  readonly private_reasoning: string | null;
  readonly transcript: Json;
  readonly verification: Json;
  readonly usage: StageUsage | null;
  readonly artifacts: readonly Artifact[];
  readonly consumed_artifact_ids: readonly string[];
  readonly attempts: readonly StageAttempt[];
  readonly metadata: JsonObject;
  /** Messages that the stage added to its session. */
  readonly said: readonly TranscriptMessage[];
};

/** The artifacts that a node is shown. */
export function selectFor(node: WorkflowNode, artifacts: readonly Artifact[]): readonly Artifact[] {
  const kinds = node.input_contract['input_kinds'];
  const policy =
    node.context_policy['include_kinds'] === undefined && Array.isArray(kinds)
      ? { ...node.context_policy, include_kinds: kinds as Json }
      : node.context_policy;
  return selectArtifacts(artifacts, readContextPolicy(policy));
}

/** Refuses a stage whose inputs are not what its contract says. */
export function checkInputs({ node, selected }: StageInput): void {
  const { min_inputs: least, max_inputs: most } = node.input_contract;
  const count = selected.length;
  const refuse = (problem: string) => workflowErrors.inputContract({ node: node.id, problem });
  if (typeof least === 'number' && count < least)
    throw refuse(`${count} of at least ${least} inputs`);
  if (typeof most === 'number' && count > most) throw refuse(`${count} of at most ${most} inputs`);
}

/** The kind that a node's output has. */
export function outputKind(node: WorkflowNode, otherwise: string): string {
  const kinds = node.output_contract['output_kinds'];
  const first = Array.isArray(kinds) ? kinds[0] : undefined;
  return typeof first === 'string' ? first : otherwise;
}

/** An artifact made by a stage. Its id follows from the stage, so that a replay gives the same. */
export function stageArtifact(
  { node, stageId, selected }: StageInput,
  index: number,
  createdAt: string,
  fields: JsonObject,
): Artifact {
  const origin = { newId: () => `${stageId}:artifact:${index}`, now: () => createdAt };
  return readArtifact(
    {
      title: `${node.id} output`,
      source: 'stage',
      freshness: 'fresh',
      relevance: 1,
      stage: node.id,
      lineage: selected.map(({ id }) => id),
      ...fields,
    },
    origin,
  );
}

/** The result of a stage that asked nobody. */
export function simple(
  ctx: RunContext,
  { node, selected }: StageInput,
  startedAt: string,
  given: Partial<StageResult> & { readonly outcome: string },
): StageResult {
  return {
    status: 'completed',
    branch: null,
    started_at: startedAt,
    finished_at: now(ctx),
    visible_text: null,
    private_reasoning: null,
    transcript: null,
    verification: null,
    usage: null,
    artifacts: [],
    consumed_artifact_ids: selected.map(({ id }) => id),
    attempts: [],
    said: [],
    ...given,
    metadata: { ...nodeFacts(node), ...given.metadata },
  };
}

/** The result of a stage that could not do what it is for. */
export function failed(
  ctx: RunContext,
  input: StageInput,
  startedAt: string,
  error: string,
  more: Partial<StageResult> = {},
): StageResult {
  return simple(ctx, input, startedAt, {
    status: 'failed',
    outcome: 'error',
    branch: 'failed',
    ...more,
    metadata: { ...more.metadata, error },
  });
}

/** What the record says about a node's policies. */
export function nodeFacts(node: WorkflowNode): JsonObject {
  const { model_policy, auto_compact, output_visibility, context_policy, retry_policy } = node;
  const { input_contract, output_contract, metadata } = node;
  const policies = { model_policy, auto_compact, context_policy, retry_policy };
  const visible = output_visibility === null ? {} : { output_visibility };
  return { ...policies, ...visible, input_contract, output_contract, node_metadata: metadata };
}

export function now(ctx: RunContext): string {
  return ctx.sync(clockEffects.date_iso, []);
}
