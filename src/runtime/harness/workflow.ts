// Workflows in TypeScript: graphs with functions as the work of their nodes, artifacts, messages between workflows.
import type { Json, JsonObject } from '../../base/index.ts';
import { type Artifact, artifactOrigin, deriveArtifact, readArtifact } from '../agent/index.ts';
import type { Handler, RunContext } from '../run/index.ts';
import {
  type StageCode,
  type WorkflowResult,
  workflowExecute,
  workflowMessages,
  workflowUpdate,
} from '../workflow/index.ts';
import { type AgentTool, asTool } from './agent.ts';
import { type AgentSkill, asSkill } from './agent-skills.ts';
import { keptCallback } from './arguments.ts';
import { createFamily, type Family, notData } from './family.ts';
import type { Harness } from './tree.ts';

/** What the work of a node is told: task, prompt, artifacts, what the check of the last attempt found. */
export type StageCall = {
  readonly task: string;
  readonly prompt: string;
  readonly context: string;
  readonly node_id: string;
  readonly stage_id: string;
  readonly attempt: number;
  readonly feedback: string | null;
  readonly item: string | null;
  readonly artifacts: readonly Artifact[];
};

/** Does the work of a node: text, true or false, or `{text, ok, branch, artifacts, data}`. */
export type StageFn = (harness: Harness, stage: StageCall) => Promise<Json> | Json;

/** A workflow as it is executed. */
export interface WorkflowCall {
  readonly task: string;
  /** A graph, or what `workflow_graph` makes one of. */
  readonly graph: Json;
  readonly artifacts?: readonly JsonObject[];
  /** `max_steps`, `persist_path`, `resume_path`, `replay_run`, ... */
  readonly options?: JsonObject;
  /** The work of nodes, by node id; nodes without ask a model. */
  readonly nodes?: { readonly [node: string]: StageFn };
  /** Tools of nodes in mode `agent`, by node id. */
  readonly tools?: { readonly [node: string]: readonly AgentTool[] };
  /** Skills of the loops of all stages; `skill_match` is among the options. */
  readonly skills?: readonly (AgentSkill | JsonObject)[];
}

/** Workflows and artifacts. */
export interface WorkflowMethods {
  /** Runs a workflow. Each stage is recorded; a resumed run goes on after the last one. */
  workflowExecute(call: WorkflowCall): Promise<WorkflowResult>;
  artifact(fields: JsonObject): Artifact;
  artifactDerive(parent: Artifact, kind: string, extra?: JsonObject): Artifact;
  /** Messages to workflows of any run and process. */
  readonly workflow: Family<typeof workflowMessages> & {
    update(workflow: string, name: string, payload?: Json, timeoutMs?: number): Promise<Json>;
  };
}

/** The code of nodes, by node id. */
export function codeOfNodes(
  {
    nodes = {},
    tools = {},
  }: {
    readonly nodes: { readonly [node: string]: StageFn } | undefined;
    readonly tools: { readonly [node: string]: readonly AgentTool[] } | undefined;
  },
  harnessFor: (ctx: RunContext) => Harness,
): { readonly [node: string]: StageCode } {
  const code: { [node: string]: StageCode } = {};
  for (const [id, fn] of Object.entries(nodes))
    code[id] = { handler: stageHandler(fn, harnessFor) };
  for (const [id, list] of Object.entries(tools)) {
    code[id] = { ...code[id], tools: list.map((tool) => asTool(tool, harnessFor)) };
  }
  return code;
}

/** A function as the work of a stage. */
export function stageHandler(fn: StageFn, harnessFor: (ctx: RunContext) => Harness): Handler {
  const called = keptCallback('the work of a stage', fn as StageWork, harnessFor);
  return { ...called, fn };
}

type StageWork = (harness: Harness, stage: StageCall) => unknown;

/** The methods of a context. */
export function workflowMethods(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): WorkflowMethods {
  return {
    workflowExecute: ({ task, graph, artifacts = [], options = {}, nodes, tools, skills }) => {
      const code = {
        nodes: codeOfNodes({ nodes, tools }, harnessFor),
        ...(skills === undefined ? {} : { skills: skills.map(asSkill) }),
      };
      return ctx.runFromLane(ctx.task.nextGroup('workflow'), (inner) =>
        workflowExecute(inner, task, graph, artifacts, options, code),
      );
    },
    artifact: (fields) => readArtifact(fields, artifactOrigin(ctx)),
    artifactDerive: (parent, kind, extra = {}) =>
      deriveArtifact(parent as unknown as Json, kind, extra, artifactOrigin(ctx)),
    workflow: notData('harness.agent.workflow', {
      ...createFamily('harness.agent.workflow', workflowMessages, ctx),
      update: (workflow: string, name: string, payload: Json = null, timeoutMs?: number) =>
        ctx.runFromLane(ctx.task.nextGroup('workflow'), (inner) =>
          workflowUpdate(inner, workflow, name, payload, timeoutMs),
        ),
    }),
  };
}
