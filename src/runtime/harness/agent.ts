// Agents in TypeScript: the loop with typed tools, and sessions. What the language calls, spelled in camelCase.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type AgentEvent,
  type AgentLoopResult,
  agentLoop,
  clearToolHooks,
  type LoopGate,
  type LoopOptions,
  lifecycleTools,
  type ReplayEvent,
  registerToolHook,
  sessionCalls,
  type ToolCallSite,
  toTool,
} from '../agent/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import { susErrors } from '../work/index.ts';
import { type AgentPermissions, codeHandler, detachPermissions } from './permissions.ts';

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
  /** A JSON Schema of type object, or its short form `{ path: 'string' }`. */
  readonly parameters?: JsonObject;
  /** False for tools that only look. True by default. */
  readonly mutates?: boolean;
  /** May run beside other such calls of the same turn. */
  readonly parallel?: boolean;
  /** What a resumed run does about a call whose end is not known: tell the model (`fail`), or call again (`retry`). */
  readonly onUnknown?: 'retry' | 'fail';
  readonly timeoutMs?: number;
  readonly handler: (args: A, call: ToolCall) => Promise<Json> | Json;
}

/** Declares a tool; `A` types the arguments of its handler. */
export function defineTool<A extends JsonObject>(tool: AgentTool<A>): AgentTool {
  return tool as unknown as AgentTool;
}

/** A loop as it is started. The other fields are the options of `agent_loop` and of model calls. */
export interface AgentLoopCall extends Omit<LoopOptions, 'permissions'> {
  readonly task: string;
  readonly system?: string;
  readonly tools?: readonly AgentTool[];
  readonly permissions?: AgentPermissions;
  /** Asked between turns whether to go on. */
  readonly gate?: LoopGate;
}

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
  /** Watches calls of tools from here on, in the order of registration. */
  registerToolHook(hook: ToolHookSpec): void;
  /** Forgets every hook of tools. */
  clearToolHooks(): void;
  open(id?: string): string;
  exists(id: string): boolean;
  currentId(): string | null;
  length(id: string): number;
  snapshot(id: string): JsonObject | null;
  ancestry(id: string): JsonObject | null;
  reset(id: string): void;
  fork(source: string, id?: string): string;
  forkAt(source: string, keepFirst: number, id?: string): string;
  trim(id: string, keepLast: number): number;
  inject(id: string, message: JsonObject): void;
  /** Says something to the model of a session, as a user message: now, or after the turn that is under way. */
  injectFeedback(id: string, kind: string, content: string): void;
  /** Calls `listener` with every event of the session from here on, in order; the loop waits for it. */
  subscribe(id: string, listener: (event: AgentEvent) => Promise<void> | void): void;
  close(id: string, status?: string): Promise<void>;
  replayEvents(id: string): Promise<readonly ReplayEvent[]>;
}

/** The methods of a context. */
export function agentMethods(ctx: RunContext): AgentMethods {
  const run = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('agent'), body);
  return {
    loop: ({ task, system, tools = [], gate, permissions, ...options }) => {
      const { data, code } = detachPermissions(permissions);
      const parts = {
        tools: tools.map(asTool),
        permissionCode: code,
        ...(gate === undefined ? {} : { gate }),
      };
      const given = { ...options, permissions: data };
      return run((inner) => agentLoop(inner, task, system ?? null, given, parts));
    },
    lifecycleTools: withLifecycle,
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

/** A tool as loops run it. */
export function asTool({ handler, onUnknown, timeoutMs, ...declared }: AgentTool) {
  const data: JsonObject = {
    ...(declared as JsonObject),
    ...(onUnknown === undefined ? {} : { on_unknown: onUnknown }),
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
  };
  return toTool(data, { kind: 'native', run: handler, fn: handler });
}

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
