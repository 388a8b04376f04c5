// Agents in TypeScript: the loop with typed tools, and sessions. What the language calls, spelled in camelCase.
import { bug, type Json, type JsonObject } from '../../base/index.ts';
import {
  type AgentEvent,
  type AgentLoopResult,
  agentLoop,
  callTool,
  clearToolHooks,
  daemonCalls,
  declaredMcpHandler,
  type GateDecision,
  type GateMark,
  type LoopGate,
  type LoopOptions,
  type LoopParts,
  lifecycleTools,
  type NextCall,
  type ReplayEvent,
  registerToolHook,
  sessionCalls,
  type Tool,
  type ToolCallSite,
  toTool,
} from '../agent/index.ts';
import type { LlmDelta } from '../llm/index.ts';
import {
  callHandler,
  type Handler,
  plainOf,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { susErrors } from '../work/index.ts';
import { type AgentSkill, asSkill } from './agent-skills.ts';
import { type AgentPermissions, codeHandler, detachPermissions } from './permissions.ts';
import {
  isStandardSchema,
  jsonSchemaOf,
  parsedBy,
  type StandardSchema,
} from './standard-schema.ts';
import type { Harness } from './tree.ts';

/** What the handler of a tool is told besides its arguments. */
export interface ToolCall extends ToolCallSite {
  /** Aborted when the call is given up. */
  readonly signal: AbortSignal;
}

/**
 * A tool with its handler. Arguments are checked against `parameters` before the handler sees them. A handler that
 * changes something is called behind a durable intent; hand `idempotencyKey` on to whoever can use it.
 */
export interface AgentTool<A extends JsonObject = JsonObject> {
  readonly name: string;
  readonly description: string;
  /**
   * A JSON Schema of type object, its short form `{ path: 'string' }`, or a schema of a library that speaks Standard
   * Schema (zod, valibot, arktype, ...): then the handler gets what the schema makes of the arguments.
   */
  readonly parameters?: JsonObject | StandardSchema;
  /** The JSON Schema that models are told, for a library whose schemas do not say it themselves. */
  readonly jsonSchema?: JsonObject;
  /** False for tools that only look. True by default. */
  readonly mutates?: boolean;
  /** May run beside other such calls of the same turn. */
  readonly parallel?: boolean;
  /** What a resumed run does about a call whose end is not known: tell the model (`fail`), or call again (`retry`). */
  readonly onUnknown?: 'retry' | 'fail';
  readonly timeoutMs?: number;
  /** Longer results are cut before the model sees them. 50,000 by default. */
  readonly maxOutputChars?: number;
  /** Kept back until a search of the model finds it; see the option `tool_search` of the loop. */
  readonly deferLoading?: boolean;
  /** A label by which providers group tools that are kept back. */
  readonly namespace?: string;
  /** `kind`, `side_effect_level`, `arg_schema: {path_params, arg_aliases}`, `emits_artifacts`, `result_readers`, ... */
  readonly annotations?: JsonObject;
  /** `capability.operation` of `hostCapabilities` that runs the tool, in place of a handler. */
  readonly hostCapability?: string;
  /**
   * Does the work, as one recorded call: a replay does not enter it, and a harness may not be used in it (`HARN-RUN-024`).
   * Every tool has this or `run`, unless a host runs it.
   */
  readonly handler?: (args: A, call: ToolCall) => Promise<Json> | Json;
  /**
   * Does the work with a harness of its own, in place of `handler`: each of its effects is recorded, under the policy of the
   * loop, and a replay enters it again, as it does the body of a pipeline. What is no effect of the harness happens again then.
   */
  readonly run?: (args: A, harness: Harness, call: ToolCallSite) => Promise<Json> | Json;
}

/** A tool whose handler gets the output of its schema. */
export type SchemaTool<S extends StandardSchema> = Omit<
  AgentTool,
  'parameters' | 'handler' | 'run'
> & {
  readonly parameters: S;
} & (
    | {
        readonly handler: (args: OutputOf<S>, call: ToolCall) => Promise<Json> | Json;
        readonly run?: never;
      }
    | {
        readonly run: (
          args: OutputOf<S>,
          harness: Harness,
          call: ToolCallSite,
        ) => Promise<Json> | Json;
        readonly handler?: never;
      }
  );

type OutputOf<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** Declares a tool; a schema of a library, or else `A`, types the arguments of its handler. */
export function defineTool<S extends StandardSchema>(tool: SchemaTool<S>): AgentTool;
export function defineTool<A extends JsonObject>(
  tool: AgentTool<A> & { readonly parameters?: JsonObject },
): AgentTool;
export function defineTool(tool: unknown): AgentTool {
  return tool as AgentTool;
}

/** A loop as it is started. The other fields are the options of `agent_loop` and of model calls. */
export interface AgentLoopCall extends Omit<LoopOptions, 'permissions' | 'skills'> {
  readonly task: string;
  readonly system?: string;
  /** Tools with handlers, and tools as the list of an MCP server has them. */
  readonly tools?: readonly (AgentTool | JsonObject)[];
  readonly permissions?: AgentPermissions;
  /** Skills that the model can load and that come into force where they fit; see `skill_match`. */
  readonly skills?: readonly (AgentSkill | JsonObject)[];
  /** Asked between turns whether to go on. */
  readonly gate?: (at: GateMark, harness: Harness) => GateDecision | Promise<GateDecision>;
  /** Called after a turn with tool calls: a text is said to the model, true ends the loop, `{message, stop}` does either or both. */
  readonly postTurn?: (turn: JsonObject) => unknown;
  /** Called when the work is said to be done: true accepts it, a text says what is missing. */
  readonly verifyCompletion?: (claim: JsonObject) => unknown;
  /** Called before each turn: other messages, or `{messages, system}`, for the model to see; null changes nothing. */
  readonly context?: (turn: JsonObject) => unknown;
  /** Called with the messages that are archived when `compaction` is `custom`: a text, or `{summary}`. */
  readonly compact?: (messages: readonly JsonObject[]) => unknown;
  /** Called with each archived message where output is masked: what stands for it, or null. */
  readonly mask?: (message: JsonObject) => unknown;
  /** Called with a long result of a tool and the most characters it may have: the text in its place, or null. */
  readonly compress?: (text: string, maxChars: number) => unknown;
  /** Called in place of each model call; `next(request)` makes it. Its answer is `{text, tool_calls?, ...}` or a text. */
  readonly llmCaller?: (request: JsonObject, next: NextStep) => unknown;
  /** Called in place of each tool call, `{id, name, arguments}`; `next(call)` makes it: `{status, result, text}`. */
  readonly toolCaller?: (call: JsonObject, next: NextStep) => unknown;
  /** Called with every piece of an answer, in order; a replay does not hear them again. */
  readonly onDelta?: (delta: LlmDelta) => Promise<void> | void;
}

/** Does what the caller stands in place of, with what it is given or, without anything, with what was asked. */
export type NextStep = (request?: JsonObject) => Promise<JsonObject>;

/** A daemon as it is started: a loop with a name, a folder and a queue. */
export type DaemonCall = Omit<AgentLoopCall, 'gate' | 'daemon' | 'persist_path' | 'resume_path'> & {
  readonly name?: string;
  readonly stateDir: string;
  /** How many events may wait; 1024 by default. */
  readonly eventQueueCapacity?: number;
};

/** The id of a daemon, or anything that has it. */
export type DaemonRef = string | { readonly id: string } | JsonObject;

/** A hook of tools. */
export interface ToolHookSpec {
  /** Names of tools; `*` for any text. Every tool by default. */
  readonly pattern?: string;
  /** Denies every call, for this reason. */
  readonly deny?: string;
  /** Longer results lose their middle before a model sees them, in characters. */
  readonly max_output?: number;
  /** Before a call: false or `{deny}` denies it, `{args}` changes its arguments. */
  readonly pre?: (event: JsonObject) => unknown;
  /** After a call: a text, or `{text}`, stands instead of the result. */
  readonly post?: (event: JsonObject) => unknown;
}

/** Loops and sessions. */
export interface AgentMethods {
  /** Runs an agent until it is done. Each turn is recorded; a resumed run goes on after the last one. */
  loop(call: AgentLoopCall): Promise<AgentLoopResult>;
  /**
   * The tools with those by which a model asks to be suspended and, with `subagents`, pauses, resumes and stops the
   * workers of its run; each once. Only a loop can carry their calls out.
   */
  lifecycleTools(
    tools?: readonly AgentTool[],
    options?: { readonly subagents?: boolean },
  ): readonly AgentTool[];
  /**
   * Calls a tool outside of a loop, behind the same durable intent: arguments are completed and checked (`HARN-TOL-023`), and
   * what the handler throws is thrown.
   */
  callTool(tool: AgentTool, args?: JsonObject): Promise<Json>;
  /** Watches calls of tools from here on, in the order of registration. */
  registerToolHook(hook: ToolHookSpec): void;
  /** Forgets every hook of tools. */
  clearToolHooks(): void;
  /**
   * Starts an agent that is idle instead of over, as a task of the run: `stateDir` is the folder that says how it stands.
   * Gives its handle once it is idle for the first time.
   */
  daemonSpawn(call: DaemonCall): Promise<JsonObject>;
  /** Puts an event into the queue of a daemon, which deals with one at a time. */
  daemonTrigger(daemon: DaemonRef, event: Json): Promise<JsonObject>;
  /** How a daemon stood when it was idle last, with its queue as it is now. */
  daemonSnapshot(daemon: DaemonRef): Promise<JsonObject>;
  /** Ends a daemon; its folder and its queue stay. */
  daemonStop(daemon: DaemonRef): Promise<JsonObject>;
  /** Goes on with the daemon of a folder. */
  daemonResume(stateDir: string): Promise<JsonObject>;
  /** Waits until a daemon has ended and gives what its loop came to. */
  daemonWait(daemon: DaemonRef): Promise<Json>;
  open(id?: string): string;
  exists(id: string): boolean;
  currentId(): string | null;
  length(id: string): number;
  snapshot(id: string): JsonObject | null;
  ancestry(id: string): JsonObject | null;
  /** The notes of the session's model; null when there are none. */
  scratchpad(id: string): JsonObject | null;
  setScratchpad(id: string, notes: JsonObject): void;
  clearScratchpad(id: string): void;
  /** Takes every skill of the session out of force; gives their ids. The next loop begins without them. */
  clearSkills(id: string): readonly string[];
  reset(id: string): void;
  fork(source: string, id?: string): string;
  forkAt(source: string, keepFirst: number, id?: string): string;
  trim(id: string, keepLast: number): number;
  inject(id: string, message: JsonObject): void;
  /** Says something to the model of a session, as a user message before its next turn, with a `feedback_injected` event of this kind. */
  injectFeedback(id: string, kind: string, content: string): void;
  /** Calls `listener` with every event of the session from here on, in order; the loop waits for it. */
  subscribe(id: string, listener: (event: AgentEvent) => Promise<void> | void): void;
  close(id: string, status?: string): Promise<void>;
  replayEvents(id: string): Promise<readonly ReplayEvent[]>;
}

/** The methods of a context. */
export function agentMethods(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
): AgentMethods {
  const run = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('agent'), body);
  return {
    loop: ({ task, system, ...call }) => {
      const { options, parts } = loopParts(call, harnessFor);
      return run((inner) => agentLoop(inner, task, system ?? null, options, parts));
    },
    daemonSpawn: ({ name, stateDir, eventQueueCapacity, task, system, ...call }) => {
      const { options, parts } = loopParts(call, harnessFor);
      const config = {
        ...(options as JsonObject),
        task,
        state_dir: stateDir,
        ...(name === undefined ? {} : { name }),
        ...(system === undefined ? {} : { system }),
        ...(eventQueueCapacity === undefined ? {} : { event_queue_capacity: eventQueueCapacity }),
      };
      return run((inner) => daemonCalls.spawn(inner, config, parts));
    },
    daemonTrigger: (daemon, event) => run((c) => daemonCalls.trigger(c, daemon as Json, event)),
    daemonSnapshot: (daemon) => run((c) => daemonCalls.snapshot(c, daemon as Json)),
    daemonStop: (daemon) => run((c) => daemonCalls.stop(c, daemon as Json)),
    daemonResume: (dir) => run((c) => daemonCalls.resume(c, dir)),
    daemonWait: (daemon) => run((c) => daemonCalls.wait(c, daemon as Json)),
    lifecycleTools: withLifecycle,
    callTool: (tool, args = {}) => run((inner) => callTool(inner, asTool(tool, harnessFor), args)),
    registerToolHook: ({ pre, post, ...hook }) =>
      void registerToolHook(ctx, hook, {
        pre: pre === undefined ? undefined : codeHandler(pre),
        post: post === undefined ? undefined : codeHandler(post),
      }),
    clearToolHooks: () => void clearToolHooks(ctx),
    open: (id) => sessionCalls.open(ctx, id ?? null),
    exists: (id) => sessionCalls.exists(ctx, id),
    currentId: () => sessionCalls.current_id(ctx),
    length: (id) => sessionCalls.length(ctx, id),
    snapshot: (id) => sessionCalls.snapshot(ctx, id),
    ancestry: (id) => sessionCalls.ancestry(ctx, id),
    scratchpad: (id) => sessionCalls.scratchpad(ctx, id),
    setScratchpad: (id, notes) => void sessionCalls.set_scratchpad(ctx, id, notes),
    clearScratchpad: (id) => void sessionCalls.clear_scratchpad(ctx, id),
    clearSkills: (id) => sessionCalls.clear_skills(ctx, id),
    reset: (id) => void sessionCalls.reset(ctx, id),
    fork: (source, id) => sessionCalls.fork(ctx, source, id ?? null),
    forkAt: (source, keepFirst, id) => sessionCalls.fork_at(ctx, source, keepFirst, id ?? null),
    trim: (id, keepLast) => sessionCalls.trim(ctx, id, keepLast),
    inject: (id, message) => void sessionCalls.inject(ctx, id, message),
    injectFeedback: (id, kind, content) =>
      void sessionCalls.inject_feedback(ctx, id, kind, content),
    subscribe: (id, listener) => void sessionCalls.subscribe(ctx, id, listenerOf(listener)),
    close: async (id, status) => void (await run((c) => sessionCalls.close(c, id, status ?? null))),
    replayEvents: (id) => run((inner) => sessionCalls.replay_events(inner, id)),
  };
}

/** The options of a loop that are data, and those that are code. */
function loopParts(
  call: Omit<AgentLoopCall, 'task' | 'system'>,
  harnessFor: (ctx: RunContext) => Harness,
): { readonly options: LoopOptions; readonly parts: LoopParts } {
  const { tools = [], gate, postTurn, verifyCompletion, permissions, ...more } = call;
  const { context, compact, mask, compress, llmCaller, toolCaller, onDelta, ...rest } = more;
  const { skills, ...options } = rest;
  const { data, code } = detachPermissions(permissions, harnessFor);
  const parts = {
    tools: tools.map((tool) => asTool(tool as AgentTool, harnessFor)),
    permissionCode: code,
    ...(skills === undefined ? {} : { skills: skills.map(asSkill) }),
    ...(gate === undefined ? {} : { gate: gateOf(gate, harnessFor) }),
    ...(postTurn === undefined ? {} : { postTurn: codeHandler(postTurn, harnessFor) }),
    ...(verifyCompletion === undefined
      ? {}
      : { verify: codeHandler(verifyCompletion, harnessFor) }),
    ...(context === undefined ? {} : { context: codeHandler(context, harnessFor) }),
    ...(compact === undefined ? {} : { compact: codeHandler(compact, harnessFor) }),
    ...(mask === undefined ? {} : { mask: codeHandler(mask, harnessFor) }),
    ...(compress === undefined ? {} : { compress: codeHandler(compress, harnessFor) }),
    ...(llmCaller === undefined ? {} : { llmCaller: callerHandler(llmCaller) }),
    ...(toolCaller === undefined ? {} : { toolCaller: callerHandler(toolCaller) }),
    ...(onDelta === undefined ? {} : { onDelta: codeHandler(onDelta) }),
  };
  return { options: { ...options, permissions: data }, parts };
}

/** The code that says whether to go on, as loops ask it. */
function gateOf(
  gate: NonNullable<AgentLoopCall['gate']>,
  harnessFor: (ctx: RunContext) => Harness,
): LoopGate {
  const handler = codeHandler(gate, harnessFor);
  return {
    *next(ctx, mark) {
      const decision = (yield* callHandler(ctx, handler, [mark])) as GateDecision | null;
      return decision ?? { kind: 'continue' };
    },
  };
}

/** Code around calls: `next` works in the lane of the code. */
function callerHandler(code: (asked: JsonObject, next: NextStep) => unknown): Handler {
  return {
    kind: 'async',
    name: code.name,
    run: async (lane, [asked, given]) => {
      const runtimeNext = given as NextCall;
      const next: NextStep = (request) =>
        lane.runFromLane(lane.task.nextGroup('agent'), (inner) =>
          runtimeNext(inner, request ?? null),
        ) as Promise<JsonObject>;
      return ((await code(asked as JsonObject, next)) ?? null) as Json;
    },
  };
}

function withLifecycle(
  tools: readonly AgentTool[] = [],
  options: { readonly subagents?: boolean } = {},
): readonly AgentTool[] {
  const own = lifecycleTools(options).map(
    ({ name, description, parameters }): AgentTool => ({
      name,
      description,
      parameters,
      handler: () => {
        throw susErrors.awaitOutsideLoop({ problem: `${name} is carried out by a loop only` });
      },
    }),
  );
  const names = new Set(own.map(({ name }) => name));
  return [...tools.filter(({ name }) => !names.has(name)), ...own];
}

/** What models and other callers are told of a tool: the JSON Schema of its arguments. */
export function toolSchema(tool: AgentTool): JsonObject {
  return asTool(tool).parameters;
}

/** A tool as loops run it; without `harnessFor` only to look at. */
export function asTool(
  tool: AgentTool,
  harnessFor: (ctx: RunContext) => Harness = () => bug('this tool is only looked at'),
): Tool {
  const data = toolDeclaration(tool);
  const { name, handler, run, parameters } = tool;
  const isLibrary = isStandardSchema(parameters);
  if (run !== undefined) return toTool(data, programHandler(tool, run, harnessFor));
  if (handler === undefined) return toTool(data, declaredMcpHandler(data));
  if (!isLibrary) return toTool(data, { kind: 'native', run: handler, fn: handler });
  return toTool(data, {
    kind: 'native',
    fn: handler,
    run: async (args, call) =>
      handler((await parsedBy(name, parameters, args)) as JsonObject, call),
  });
}

/** Work whose effects are recorded one by one, as a lane of the loop. */
function programHandler(
  { name, parameters }: AgentTool,
  work: NonNullable<AgentTool['run']>,
  harnessFor: (ctx: RunContext) => Harness,
): NonNullable<Tool['handler']> {
  const enter = async (args: JsonObject, site: ToolCallSite, harness: Harness) => {
    const read = isStandardSchema(parameters) ? await parsedBy(name, parameters, args) : args;
    return plainOf(
      (await work(read as JsonObject, harness, site)) ?? null,
      `the result of tool "${name}"`,
    );
  };
  const lane = codeHandler(enter, harnessFor);
  return {
    kind: 'program',
    fn: work,
    run: function* (ctx, args, site) {
      return (yield* callHandler(ctx, lane, [args, site])) as Json;
    },
  };
}

/** A tool as data, without its code. */
export function toolDeclaration(tool: AgentTool): JsonObject {
  const { handler: _code, run: _run, parameters, jsonSchema, ...declared } = tool;
  const data: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(declared)) {
    if (value !== undefined) data[SPELLED[key] ?? key] = value as Json;
  }
  const { name, hostCapability } = declared;
  if (hostCapability !== undefined) data['executor'] = 'host_bridge';
  if (isStandardSchema(parameters)) data['parameters'] = jsonSchemaOf(name, parameters, jsonSchema);
  else if (parameters !== undefined) data['parameters'] = parameters;
  return data;
}

/** Fields that the runtime spells otherwise. */
const SPELLED: { readonly [key: string]: string | undefined } = {
  onUnknown: 'on_unknown',
  timeoutMs: 'timeout_ms',
  maxOutputChars: 'max_output_chars',
  deferLoading: 'defer_loading',
  hostCapability: 'host_capability',
};

function listenerOf(listener: (event: AgentEvent) => Promise<void> | void): Handler {
  return {
    kind: 'async',
    name: listener.name,
    run: async (_lane, [event]) => {
      await listener(event as AgentEvent);
      return null;
    },
  };
}
