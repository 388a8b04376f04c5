// Workers in TypeScript: what the language calls, spelled in camelCase. A worker's body may be an async function.
import type { Json, JsonObject } from '../../base/index.ts';
import { inheritedSkills } from '../agent/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import {
  agentStop,
  closeAgent,
  listAgents,
  parseResumeConditions,
  resumeAgent,
  sendInput,
  spawnAgent,
  subAgentRun,
  suspendAgent,
  waitAgent,
  workerCheckpoint,
  workerTrigger,
} from '../work/index.ts';
import { type AgentTool, asTool } from './agent.ts';
import { type AgentSkill, asSkill } from './agent-skills.ts';
import { keptCallback } from './arguments.ts';
import { type AgentPermissions, detachPermissions } from './permissions.ts';
import type { Harness } from './tree.ts';
import { codeOfNodes, type StageFn, stageHandler } from './workflow.ts';

/** A worker by its handle or its id. */
export type WorkerHandle = string | JsonObject;

/** A worker's body: it runs as a lane with a harness of its own. Its result must be data. */
export type WorkerBody = (harness: Harness, task: string, worker: JsonObject) => Promise<unknown>;

/** Where a worker works: all that is started below it follows. */
export interface Execution {
  /** Relative to that of whoever starts it; beside a worktree, relative to it. */
  readonly cwd?: string;
  /** Variables over those of whoever starts it. */
  readonly env?: { readonly [name: string]: string };
  readonly worktree?: {
    readonly repo: string;
    readonly path?: string;
    readonly branch?: string;
    readonly base_ref?: string;
    /** `remove`: gone at the worker's end. */
    readonly cleanup?: string;
  };
}

/** What a worker is started with; the other fields are those of `spawn_agent`. */
export interface WorkerConfig {
  readonly task: string;
  readonly execution?: Execution;
  /** Names of the only tools it may use, or the tools of its node with their handlers. */
  readonly tools?: readonly string[] | readonly AgentTool[];
  readonly permissions?: AgentPermissions;
  /** The work of the nodes of its `graph`, by node id; nodes without ask a model. */
  readonly nodes?: { readonly [node: string]: StageFn };
  /** Tools of the nodes of its `graph`, by node id. */
  readonly nodeTools?: { readonly [node: string]: readonly AgentTool[] };
  /** The work of its `node`. */
  readonly stage?: StageFn;
  readonly [field: string]: unknown;
}

/** Options of a sub-agent; the other fields are those of `sub_agent_run` and of loops. */
export interface SubAgentOptions {
  readonly execution?: Execution;
  readonly tools?: readonly AgentTool[];
  /** Those of the loop that the caller works for, when none are given. */
  readonly skills?: readonly (AgentSkill | JsonObject)[];
  readonly permissions?: AgentPermissions;
  readonly [field: string]: unknown;
}

/** What the agent handle offers for workers. */
export interface WorkerMethods {
  /**
   * Starts delegated work and gives its handle. It outlives whoever started it; what is still open when the run ends
   * has its line in the receipt.
   */
  workerSpawn(config: WorkerConfig, body?: WorkerBody): Promise<JsonObject>;
  /** Gives a worker that is not at work another task. */
  workerSendInput(worker: WorkerHandle, task: Json): Promise<JsonObject>;
  /** The next piece of work of a retriggerable worker that awaits one. */
  workerTrigger(worker: WorkerHandle, payload: Json): Promise<JsonObject>;
  /** Waits until it has ended or parked. A failure is thrown to the first who waits. */
  workerWait(worker: WorkerHandle): Promise<JsonObject>;
  /** Asks it to stop at its next turn or checkpoint. */
  workerSuspend(worker: WorkerHandle, reason?: string, options?: JsonObject): Promise<JsonObject>;
  /** Goes on with a suspended worker of this run, or with one that nobody holds: by id, snapshot path or snapshot. */
  workerResume(target: Json, input?: Json, continueTranscript?: boolean): Promise<JsonObject>;
  /** Ends it; `{graceful: true}` hands over what it and the workers below it have. */
  workerStop(worker: WorkerHandle, options?: JsonObject): Promise<JsonObject>;
  /** Ends it now. */
  workerClose(worker: WorkerHandle): Promise<JsonObject>;
  workerList(): readonly JsonObject[];
  /** Inside a body: the place where it can be suspended. Null unless it was; then what it was resumed with. */
  workerCheckpoint(state?: Json): Promise<Json>;
  /** One task for a sub-agent: its envelope, or a handle with `background: true`. */
  subAgentRun(task: string, options?: SubAgentOptions): Promise<Json>;
  parseResumeConditions(conditions: Json): Json;
}

/** The worker methods of a context. */
export function workerMethods(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): WorkerMethods {
  const call = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('worker'), body);
  return {
    workerSpawn: ({ nodes, nodeTools, stage, ...config }, body) => {
      const { plain, attachments } = split(config as WorkerConfig, harnessFor);
      const code = {
        tools: attachments['tools'] ?? [],
        ...(stage === undefined ? {} : { handler: stageHandler(stage, harnessFor) }),
      };
      const workflow = { nodes: codeOfNodes({ nodes, tools: nodeTools }, harnessFor) };
      const parts = {
        attachments: { ...attachments, code, workflow },
        ...(body === undefined ? {} : { body: workerBodyHandler(body, harnessFor) }),
      };
      return call((inner) => spawnAgent(inner, plain, parts));
    },
    workerSendInput: (worker, task) => call((inner) => sendInput(inner, worker, task)),
    workerTrigger: (worker, payload) => call((inner) => workerTrigger(inner, worker, payload)),
    workerWait: (worker) => call((inner) => waitAgent(inner, worker)),
    workerSuspend: (worker, reason, options) =>
      call((inner) => suspendAgent(inner, worker, reason ?? null, options ?? null)),
    workerResume: (target, input, keep) =>
      call((inner) => resumeAgent(inner, target, input ?? null, keep)),
    workerStop: (worker, options) => call((inner) => agentStop(inner, worker, options ?? null)),
    workerClose: (worker) => call((inner) => closeAgent(inner, worker)),
    workerList: () => listAgents(ctx),
    workerCheckpoint: (state) => call((inner) => workerCheckpoint(inner, state ?? null)),
    subAgentRun: (task, options = {}) => {
      const { skills, ...others } = options as SubAgentOptions;
      const { plain, attachments } = split(others, harnessFor);
      return call((inner) => {
        const own =
          skills === undefined ? undefined : { skills: skills.map(asSkill), options: plain };
        const had = own ?? inheritedSkills(inner, plain);
        const parts = had === undefined ? attachments : { ...attachments, skills: had.skills };
        return subAgentRun(inner, task, had?.options ?? plain, parts);
      });
    },
    parseResumeConditions: (conditions) => parseResumeConditions(conditions) as Json,
  };
}

/** What is data, and what lives in memory only: tools with their handlers, functions among permissions. */
function split(
  { tools, permissions, ...rest }: WorkerConfig | SubAgentOptions,
  harnessFor: (ctx: RunContext) => Harness,
) {
  const { data, code } = detachPermissions(permissions, harnessFor);
  const isTools = Array.isArray(tools) && tools.some((tool) => typeof tool === 'object');
  const plain = {
    ...(rest as JsonObject),
    ...(data === null ? {} : { permissions: data }),
    // Names are a limit, not tools.
    ...(tools === undefined || isTools ? {} : { tools: tools as Json }),
  };
  const given = isTools
    ? (tools as readonly AgentTool[]).map((tool) => asTool(tool, harnessFor))
    : [];
  return { plain, attachments: { tools: given, permissionCode: code } };
}

/** An async function as the body of a worker. */
export function workerBodyHandler(
  body: WorkerBody,
  harnessFor: (ctx: RunContext) => Harness,
): Handler {
  return { ...keptCallback('the body of a worker', body, harnessFor), fn: body };
}
