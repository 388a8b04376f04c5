// The calls of one answer: which run beside each other and which one by one, what is no longer called, and what followers
// see of it. What a call comes to is decided in tool-run.ts.
import type { JsonObject } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import type { LlmToolCall } from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { parallelAll } from '../work/index.ts';
import { CallStreak, type Streak } from './call-streak.ts';
import { throughToolCaller } from './callers.ts';
import type { Emitter } from './emitter.ts';
import { type HostMessage, hearEffect } from './host-messages.ts';
import { progressEvent } from './progress-tool.ts';
import { withLoadedSkill } from './skill-tool.ts';
import { isSubagentCall, subagentAudit } from './subagent-tools.ts';
import { READER_TOOL, readOutput, withOverflow } from './tool-overflow.ts';
import { failure, runTool, type ToolOutcome } from './tool-run.ts';
import { hiddenOutcome, isSearchCall, promote, runSearch } from './tool-search.ts';
import type { Tool } from './tools.ts';
import type { TurnInput } from './turn.ts';

export type Call = LlmToolCall & { readonly problem?: string };

/** What the calls of an answer came to, in their order. */
export interface CalledTools {
  readonly outcomes: readonly ToolOutcome[];
  readonly streak: Streak | null;
  /** The tools that are visible beside the eager ones from here on. */
  readonly promoted: readonly string[];
  /** What was said so urgently that the calls after it were left out. */
  readonly heard?: readonly HostMessage[];
}

/** Runs the calls of an answer. */
export function* runCalls(
  ctx: RunContext,
  calls: readonly Call[],
  input: TurnInput,
  emitter: Emitter,
): Suspending<CalledTools> {
  const { plan } = input;
  const streak = new CallStreak(plan.loopDetect, input.streak);
  const outcomes: ToolOutcome[] = [];
  let { promoted } = input;
  let heard: readonly HostMessage[] = [];
  for (let at = 0; at < calls.length; ) {
    if (at > 0) heard = yield* heardBetween(ctx, input);
    if (heard.length > 0 || (at > 0 && input.session.isInterrupted)) {
      for (const left of calls.slice(at)) {
        outcomes.push(yield* runShown(ctx, left, { emitter }, () => leftOut(left)));
      }
      break;
    }
    const call = calls[at] as Call;
    let end = at;
    while (end < calls.length && isParallel(calls[end] as Call, input)) end += 1;
    if (end - at >= 2 && plan.maxConcurrentTools > 1) {
      const batch = calls.slice(at, end);
      const results = yield* runBeside(ctx, batch, input, emitter);
      for (const [k, one] of batch.entries()) {
        outcomes.push(yield* noted(streak, one, results[k] as ToolOutcome, emitter));
      }
      at = end;
      continue;
    }
    if (isSearchCall(plan, call)) {
      const { found, ...outcome } = yield* runShown(ctx, call, { emitter }, () =>
        runSearch(ctx, plan, call, emitter),
      );
      promoted = promote(plan, promoted, found);
      outcomes.push(outcome);
    } else outcomes.push(yield* runAlone(ctx, call, input, { emitter, streak }));
    at += 1;
  }
  return { outcomes, streak: streak.state, promoted, heard };
}

/** What other processes say that cannot wait until the end of the turn. */
function* heardBetween(
  ctx: RunContext,
  { plan, session }: TurnInput,
): Suspending<readonly HostMessage[]> {
  if (!plan.hears) return [];
  return yield* ctx.perform(hearEffect, [session.id, 'call', plan.daemon !== undefined]);
}

function* leftOut({ name }: Call): Suspending<ToolOutcome> {
  yield* [];
  const message = `${name} was not called: somebody said something that comes first`;
  const result = { error: 'cancelled', tool: name, message };
  const text = JSON.stringify(result);
  return { status: 'error', result, text, category: 'cancelled', message };
}

function isParallel(call: Call, { plan }: TurnInput): boolean {
  return plan.tools.get(call.name)?.parallel === true;
}

/** One call, unless it only repeats what was called before. */
function* runAlone(
  ctx: RunContext,
  call: Call,
  input: TurnInput,
  { emitter, streak }: { readonly emitter: Emitter; readonly streak: CallStreak },
): Suspending<ToolOutcome> {
  const refused = streak.refuse(call);
  if (refused === undefined) {
    return yield* noted(streak, call, yield* runCall(ctx, call, input, emitter), emitter);
  }
  yield* warn(streak, call, emitter);
  return yield* runShown(ctx, call, { emitter }, function* () {
    yield* [];
    return refused;
  });
}

function* noted(
  streak: CallStreak,
  call: Call,
  outcome: ToolOutcome,
  emitter: Emitter,
): Suspending<ToolOutcome> {
  const shown = streak.note(call, outcome);
  yield* warn(streak, call, emitter);
  return shown;
}

function* warn(streak: CallStreak, call: Call, emitter: Emitter): Suspending<void> {
  const warning = streak.warning(call);
  if (warning !== undefined) yield* emitter.emit({ type: 'agent_loop_stall_warning', warning });
}

/** Calls that may run at the same time; results in the order of the calls. */
function* runBeside(
  ctx: RunContext,
  calls: readonly Call[],
  input: TurnInput,
  emitter: Emitter,
): Suspending<readonly ToolOutcome[]> {
  const handler = {
    kind: 'generator' as const,
    name: 'tool',
    run: (child: RunContext, [call]: readonly unknown[]) =>
      runCall(child, call as Call, input, emitter.in(child)),
  };
  const { maxConcurrentTools } = input.plan;
  const maxConcurrent = Number.isFinite(maxConcurrentTools) ? maxConcurrentTools : undefined;
  const outcomes = yield* parallelAll(ctx, calls, handler, { form: 'tools', maxConcurrent });
  return outcomes as readonly ToolOutcome[];
}

function* runCall(
  ctx: RunContext,
  call: Call,
  { plan, session, promoted, iteration }: TurnInput,
  emitter: Emitter,
): Suspending<ToolOutcome> {
  const tool = plan.tools.get(call.name);
  const called = yield* runShown(ctx, call, { emitter, tool }, function* () {
    if (call.name === READER_TOOL && !plan.tools.has(READER_TOOL)) {
      return readOutput(session, call);
    }
    const hidden = hiddenOutcome(plan, call.name, promoted);
    if (hidden !== undefined) return hidden;
    const options = {
      sessionId: session.id,
      retries: plan.toolRetries,
      backoffMs: plan.toolBackoffMs,
      permissions: plan.permissions,
      grants: session.grants,
    };
    const run = (at: RunContext, one: Call) => runTool(at, plan.tools, one, options);
    const { toolCaller } = plan.parts;
    if (toolCaller === undefined) return yield* run(ctx, call);
    const { name } = call;
    const shown = tool ?? { name, handler: undefined, timeoutMs: undefined };
    const failed = (error: unknown) => failure(ctx, shown, error);
    const about = { call, iteration, sessionId: session.id, failed };
    return yield* throughToolCaller(ctx, toolCaller, about, run);
  });
  const outcome = yield* withLoadedSkill(called, call.id, plan.skills, emitter);
  if (outcome.overflow !== undefined) return withOverflow(outcome, call, iteration);
  if (outcome.status === 'ok' && call.name === plan.progressTool) {
    yield* emitter.emit(progressEvent(call.arguments));
  }
  if (outcome.status === 'ok' && isSubagentCall(call)) {
    const audit = subagentAudit(call.arguments, outcome.result);
    yield* emitter.emit({ type: 'tool_call_audit', tool_name: call.name, audit });
  }
  return outcome;
}

/** Does the work of a call between its two events. */
function* runShown<O extends ToolOutcome>(
  ctx: RunContext,
  call: Call,
  { emitter, tool }: { readonly emitter: Emitter; readonly tool?: Tool | undefined },
  work: () => Suspending<O>,
): Suspending<O> {
  const about = { tool_call_id: call.id, tool_name: call.name };
  yield* emitter.emit({
    type: 'tool_call',
    ...about,
    status: 'in_progress',
    raw_input: call.arguments,
  });
  const startMs = ctx.sync(clockEffects.monotonic_ms, []);
  const outcome = yield* work();
  const durationMs = ctx.sync(clockEffects.monotonic_ms, []) - startMs;
  yield* emitter.emit({
    type: 'tool_call_update',
    ...about,
    duration_ms: durationMs,
    executor: executorFact(tool),
    ...(outcome.status === 'ok'
      ? { status: 'completed', raw_output: outcome.result }
      : {
          status: 'failed',
          error: outcome.message ?? 'failed',
          error_category: outcome.category ?? 'unknown',
        }),
  });
  return outcome;
}

/** Who does the work of a tool, for followers. */
function executorFact(tool: Tool | undefined): JsonObject {
  const mcp = tool?.handler?.kind === 'program' ? tool.handler.mcp : undefined;
  if (mcp !== undefined) return { kind: 'mcp_server', server_name: mcp.server };
  const host = tool?.hostCapability;
  if (host === undefined) return { kind: 'harn_builtin' };
  return { kind: 'host_bridge', host_capability: host };
}
