// One tool call: arguments checked and completed, the handler called, the result made into text for the model. Nothing
// that a model asks for throws out of here; what ends the program or interrupts its task does.
import { dataText, HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import type { LlmToolCall } from '../llm/index.ts';
import {
  capabilityErrors,
  coerceError,
  defineEffect,
  type Effect,
  journalErrors,
  opaquely,
  type RunContext,
  runErrors,
  runSpansKey,
  type Suspending,
} from '../run/index.ts';
import { GEN_AI } from '../trace/index.ts';
import { withDeadline } from '../work/index.ts';
import type { ToolErrorCategory } from './agent-events.ts';
import { approvalVerdict, askApproval } from './approvals.ts';
import { toolErrors } from './errors.ts';
import { decide, denial, type Permissions } from './permissions.ts';
import { readArguments } from './tool-arguments.ts';
import { afterTool, beforeTool } from './tool-hooks.ts';
import { beyondPolicy, outsideOfRoots } from './tool-policy.ts';
import type { Tool, ToolCallSite } from './tools.ts';
import type { TranscriptEvent } from './transcript.ts';

/** What a call came to. */
export interface ToolOutcome {
  readonly status: 'ok' | 'error' | 'rejected';
  readonly result: Json;
  /** The result as the model reads it. */
  readonly text: string;
  readonly category?: ToolErrorCategory;
  readonly message?: string;
  /** The whole text, where the model reads only its beginning. */
  readonly overflow?: string;
  /** Where the whole text is kept. */
  readonly asset?: JsonObject;
  /** The skill whose text the call gave. */
  readonly skill?: string;
  /** Decisions on permissions, and others, for the history of the session. */
  readonly events?: readonly TranscriptEvent[];
}

export interface RunToolOptions {
  readonly sessionId: string;
  readonly retries: number;
  readonly backoffMs: number;
  readonly permissions?: Permissions | undefined;
  /** What was granted for the session. */
  readonly grants: Set<string>;
}

/** Runs one call. */
export function* runTool(
  ctx: RunContext,
  tools: ReadonlyMap<string, Tool>,
  call: LlmToolCall & { readonly problem?: string },
  options: RunToolOptions,
): Suspending<ToolOutcome> {
  const tool = tools.get(call.name);
  if (call.problem !== undefined) return refused(call.name, 'parse_aborted', call.problem);
  if (tool === undefined) {
    const known = [...tools.keys()].join(', ');
    const message = `there is no tool "${call.name}"; the tools are: ${known === '' ? 'none' : known}`;
    return refused(call.name, 'schema_validation', message);
  }
  const args = readArguments(tool, call.arguments);
  if ('problems' in args) return refusedArguments(ctx, tool, call, args.problems);
  const gated = yield* passGate(ctx, tool, args.args, call, options);
  if ('outcome' in gated) return gated.outcome;
  const outcome = yield* attempts(ctx, tool, gated.args, { call, ...options });
  const events = [...repairEvents(tool, call, args.repaired), ...gated.events];
  if (outcome.category !== 'permission_denied')
    return events.length === 0 ? outcome : { ...outcome, events };
  const about = { tool: tool.name, callId: call.id, args: gated.args };
  return { ...outcome, events: [...events, denial(about, outcome.message ?? 'denied')] };
}

function* attempts(
  ctx: RunContext,
  tool: Tool,
  args: JsonObject,
  options: RunToolOptions & { readonly call: LlmToolCall },
): Suspending<ToolOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = yield* attemptCall(ctx, tool, args, options);
    const again = outcome.category === 'tool_error' || outcome.category === 'timeout';
    if (!again || attempt >= options.retries)
      return yield* afterCall(ctx, tool, args, outcome, options);
    yield* ctx.perform(clockEffects.sleep_ms, [options.backoffMs * 2 ** attempt]);
  }
}

function* afterCall(
  ctx: RunContext,
  tool: Tool,
  args: JsonObject,
  outcome: ToolOutcome,
  { call, sessionId }: RunToolOptions & { readonly call: LlmToolCall },
): Suspending<ToolOutcome> {
  const site = { tool_call_id: call.id, session_id: sessionId };
  const { text, status } = outcome;
  try {
    const shown = yield* afterTool(ctx, { name: tool.name, args }, { text, status }, site);
    return shown === text ? outcome : { ...outcome, text: shown };
  } catch (error) {
    // What a hook was to change is not shown unchanged.
    return failure(ctx, tool, error);
  }
}

interface Allowed {
  readonly args: JsonObject;
  readonly events: readonly TranscriptEvent[];
}

interface Refused {
  readonly reason: string;
  readonly events: readonly TranscriptEvent[];
}

type Gated = Allowed | { readonly outcome: ToolOutcome };

/** Whether a call is made, and with which arguments: hooks first, then all who may say no. */
function* passGate(
  ctx: RunContext,
  tool: Tool,
  given: JsonObject,
  call: LlmToolCall,
  { sessionId, permissions, grants }: RunToolOptions,
): Suspending<Gated> {
  const refuse = (args: JsonObject, reason: string, events: readonly TranscriptEvent[] = []) => {
    const about = { tool: tool.name, callId: call.id, args };
    return { outcome: denied(tool.name, reason, [...events, denial(about, reason)]) };
  };
  try {
    const site = { tool_call_id: call.id, session_id: sessionId };
    const hooked = yield* beforeTool(ctx, tool.name, given, site);
    if ('denied' in hooked) return refuse(given, hooked.denied);
    const fitting = hooked.args === given ? { args: given } : readArguments(tool, hooked.args);
    if ('problems' in fitting) {
      const problem = 'the arguments that a hook put in place do not fit';
      return { outcome: refused(tool.name, 'schema_validation', problem, fitting.problems) };
    }
    const asked = { ...call, sessionId, permissions, grants };
    const gated = yield* mayCall(ctx, tool, fitting.args, asked);
    if ('reason' in gated) return refuse(fitting.args, gated.reason, gated.events);
    return gated;
  } catch (error) {
    // Code that decides and fails has decided nothing: the call is not made.
    return { outcome: failure(ctx, tool, error) };
  }
}

/** The policy in force, what is denied outright, the agent's own permissions; then, where that is called for, somebody is asked. */
function* mayCall(
  ctx: RunContext,
  tool: Tool,
  args: JsonObject,
  asked: Pick<RunToolOptions, 'sessionId' | 'permissions' | 'grants'> & { readonly id: string },
  approved = false,
): Suspending<Allowed | Refused> {
  const { sessionId, permissions, grants, id: callId } = asked;
  const beyond =
    beyondPolicy(ctx.scope.policy, tool, args) ?? (yield* outsideOfRoots(ctx, tool, args));
  if (beyond !== undefined) return { reason: beyond, events: [] };
  const verdict = yield* approvalVerdict(ctx, { tool, callId, sessionId, args });
  if (verdict.kind === 'denied') return { reason: verdict.reason, events: [] };
  let events: readonly TranscriptEvent[] = [];
  if (permissions !== undefined) {
    const about = { tool: tool.name, callId, args, sessionId, grants };
    const decision = yield* decide(ctx, permissions, about);
    events = decision.events;
    if (!decision.allowed) return { reason: decision.reason, events };
  }
  if (verdict.kind === 'approved' || approved) return { args, events };
  const answer = yield* askApproval(ctx, { tool, callId, sessionId, args }, verdict.reason);
  events = [...events, ...answer.events];
  if (!answer.granted) return { reason: answer.reason, events };
  if (answer.args === args) return { args, events };
  // Whoever approves may put other arguments in place; these have to fit and to be allowed like any.
  const fitting = readArguments(tool, answer.args);
  if ('problems' in fitting) {
    const problems = fitting.problems.join('; ');
    return { reason: `the arguments put in place do not fit: ${problems}`, events };
  }
  const again = yield* mayCall(ctx, tool, fitting.args, asked, true);
  return { ...again, events: [...events, ...again.events] };
}

/** A call that was not made because it may not be. */
function denied(tool: string, reason: string, events: readonly TranscriptEvent[]): ToolOutcome {
  const result = { error: 'permission_denied', tool, reason };
  const text = JSON.stringify(result);
  return {
    status: 'rejected',
    result,
    text,
    category: 'permission_denied',
    message: reason,
    events,
  };
}

/** Arguments that do not fit. What the policy would not let pass is refused for that reason, fitting or not. */
function refusedArguments(
  ctx: RunContext,
  tool: Tool,
  call: LlmToolCall,
  problems: readonly string[],
): ToolOutcome {
  const args = isJsonObject(call.arguments) ? call.arguments : {};
  const beyond = beyondPolicy(ctx.scope.policy, tool, args);
  if (beyond === undefined) {
    return refused(tool.name, 'schema_validation', 'the arguments do not fit', problems);
  }
  const about = { tool: tool.name, callId: call.id, args };
  return denied(tool.name, beyond, [denial(about, beyond)]);
}

/** That arguments were mended, for the history: the call that was made is not quite the one that was asked for. */
function repairEvents(
  { name }: Tool,
  { id }: LlmToolCall,
  repaired: readonly string[],
): readonly TranscriptEvent[] {
  if (repaired.length === 0) return [];
  const metadata = { tool: name, tool_call_id: id, repaired };
  const text = `${name}: ${repaired.join('; ')}`;
  return [
    { kind: 'tool_arguments_repaired', role: 'system', visibility: 'internal', text, metadata },
  ];
}

function* attemptCall(
  ctx: RunContext,
  tool: Tool,
  args: JsonObject,
  { call, sessionId }: RunToolOptions & { readonly call: LlmToolCall },
): Suspending<ToolOutcome> {
  const { cwd = ctx.host.system.cwd(), env } = ctx.scope;
  const site = { callId: call.id, sessionId, cwd, env };
  const spans = ctx.get(runSpansKey);
  const span = spans.start(ctx.task, 'tool_call', tool.name, {
    attributes: {
      [GEN_AI.toolName]: tool.name,
      [GEN_AI.toolCallId]: call.id,
      tool_name: tool.name,
    },
  });
  const leave = spans.enter(ctx.task, span);
  const work = (inner: RunContext) => callHandler(inner, tool, args, site);
  try {
    const { timeoutMs } = tool;
    const value =
      timeoutMs === undefined ? yield* work(ctx) : yield* withDeadline(ctx, timeoutMs, work);
    span.end('ok');
    const text = textOf(value);
    const shown = cut(text, tool.maxOutputChars);
    return {
      status: 'ok',
      result: value,
      text: shown,
      ...(shown === text ? {} : { overflow: text }),
    };
  } catch (error) {
    return failure(ctx, tool, error);
  } finally {
    span.end('error');
    leave();
  }
}

/**
 * One call of a tool outside of a loop: its arguments checked and completed, its handler behind a durable intent and within its
 * time. Throws what the handler throws, `HARN-TOL-009` for a tool without one.
 */
export function* callTool(ctx: RunContext, tool: Tool, given: JsonObject): Suspending<Json> {
  if (tool.handler === undefined) {
    throw toolErrors.noExecutor({ tool: tool.name, executor: tool.executor });
  }
  const read = readArguments(tool, given);
  if ('problems' in read) {
    throw toolErrors.badArguments({ tool: tool.name, problems: read.problems.join('; ') });
  }
  const { cwd = ctx.host.system.cwd(), env } = ctx.scope;
  const site = { callId: ctx.runId, sessionId: ctx.runId, cwd, env };
  const work = (inner: RunContext) => callHandler(inner, tool, read.args, site);
  const { timeoutMs } = tool;
  return timeoutMs === undefined ? yield* work(ctx) : yield* withDeadline(ctx, timeoutMs, work);
}

function* callHandler(
  ctx: RunContext,
  tool: Tool,
  args: JsonObject,
  site: Omit<ToolCallSite, 'idempotencyKey'>,
): Suspending<Json> {
  const { handler } = tool;
  if (handler === undefined) return null;
  if (handler.kind === 'native')
    return yield* ctx.perform(nativeCall(ctx.runId, tool, site), [tool.name, args]);
  const id = ctx.task.nextCallback(ctx.task.lastOrdinal);
  const idempotencyKey = `${ctx.runId}/${id}`;
  const child = ctx.startTask(id, (inner) => handler.run(inner, args, { ...site, idempotencyKey }));
  try {
    return ((yield* ctx.join(child)) ?? null) as Json;
  } finally {
    ctx.run.scheduler.drop(child);
  }
}

/** A call of a TypeScript handler as one effect of the class that the tool declares. */
function nativeCall(
  runId: string,
  tool: Tool,
  site: Omit<ToolCallSite, 'idempotencyKey'>,
): Effect<[string, JsonObject], Json> {
  const { handler, mutates, onUnknown } = tool;
  const kind = mutates
    ? ({ class: 'mutation', access: 'mutate', onUnknown } as const)
    : ({ class: 'read', access: 'read' } as const);
  return defineEffect(
    { name: 'tool.call', ...kind },
    async (env, _name: string, args: JsonObject) => {
      if (handler?.kind !== 'native') return null;
      const { idempotencyKey, signal } = env;
      const work = () => handler.run(args, { ...site, idempotencyKey, signal });
      const result = (await opaquely(runId, `tool "${tool.name}"`, work)) ?? null;
      assertTellable(result, `the result of tool "${tool.name}"`);
      return result;
    },
  );
}

/** Refuses a Map or a Set, however deep: as JSON they are empty, and a model would be told that nothing was found. */
function assertTellable(result: unknown, what: string): void {
  if (typeof result !== 'object') return;
  JSON.stringify(result, (key, value: unknown) => {
    const type = value instanceof Map ? 'a Map' : value instanceof Set ? 'a Set' : undefined;
    if (type !== undefined) {
      throw runErrors.notJson({ what, type, ...(key === '' ? {} : { at: `.${key}` }) });
    }
    return value;
  });
}

/** A failed call as data, unless it is not the call that failed but the task. */
export function failure(
  ctx: RunContext,
  tool: Pick<Tool, 'name' | 'handler' | 'timeoutMs'>,
  error: unknown,
): ToolOutcome {
  if (tool.handler?.kind === 'program' && tool.handler.isAbort?.(error) === true) throw error;
  const unknown = HarnError.is(error) && error.code === journalErrors.$code('outcomeUnknown');
  if (HarnError.is(error) && !unknown) {
    if (error.code.startsWith('HARN-JRN-')) throw error;
    if (error.code === runErrors.$code('cancelled')) throw error;
    if (error.code === runErrors.$code('deadline')) {
      // A deadline around the loop is not for the model to hear about.
      if (error.data['ms'] !== tool.timeoutMs) throw error;
      const message = `no result within ${tool.timeoutMs} ms`;
      return failed(tool.name, 'timeout', message);
    }
  }
  const thrown = ctx.run.codec?.toJson(error);
  const message = thrown === undefined ? coerceError(error).message : dataText(thrown);
  return failed(tool.name, unknown ? 'unknown' : categoryOf(error), message);
}

function categoryOf(error: unknown): ToolErrorCategory {
  if (HarnError.is(error) && error.code === toolErrors.$code('badArguments')) {
    return 'schema_validation';
  }
  return HarnError.is(error) && error.code === capabilityErrors.$code('denied')
    ? 'permission_denied'
    : 'tool_error';
}

function failed(tool: string, category: ToolErrorCategory, message: string): ToolOutcome {
  const result = { error: category, tool, message };
  const status = category === 'permission_denied' ? 'rejected' : 'error';
  return { status, result, text: JSON.stringify(result), category, message };
}

function refused(
  tool: string,
  category: ToolErrorCategory,
  message: string,
  problems: readonly string[] = [],
): ToolOutcome {
  const result = { error: category, tool, message, ...(problems.length > 0 ? { problems } : {}) };
  const told = problems.length === 0 ? message : `${message}: ${problems.join('; ')}`;
  return { status: 'error', result, text: JSON.stringify(result), category, message: told };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit)}\n[${text.length - limit} more characters were left out]`;
}
