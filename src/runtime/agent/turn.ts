// One turn: ask the model, run the tools it asks for, and say what is to be added to the session. A turn is one recorded
// unit. Its result is all that the loop knows of it, so a turn that replay does not enter and one that it enters leave
// the same session behind.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { isEmptyAnswer, type LlmOptions, llmCall, trace } from '../llm/index.ts';
import { performUnit, type RunContext, type Suspending } from '../run/index.ts';
import { type AgentEventBody, appendAgentEvents } from './agent-events.ts';
import type { Streak } from './call-streak.ts';
import { type TurnAnswer, throughLlmCaller } from './callers.ts';
import { Emitter } from './emitter.ts';
import { eventSidecar } from './event-sidecar.ts';
import { asUserMessage, type HostMessage } from './host-messages.ts';
import type { ParkWish } from './loop-gate.ts';
import type { LoopPlan } from './loop-options.ts';
import { isParkCall, showStructural, structuralOutcomes } from './loop-park.ts';
import { grantsIn } from './permissions.ts';
import { isPlan, planEntries, planRender } from './plan.ts';
import { requestOf } from './prompt.ts';
import { scratchpadAfter } from './scratchpad.ts';
import { type Session, sessionsKey } from './session.ts';
import { appendSessionFacts, sessionFacts } from './session-facts.ts';
import type { ToolOutcome } from './tool-run.ts';
import { formatToolResult, parseToolCalls, withoutTags } from './tool-text.ts';
import type { TranscriptEvent, TranscriptMessage } from './transcript.ts';
import { type Call, runCalls } from './turn-calls.ts';

/** What a turn came to; the recorded outcome of its unit. */
export type TurnResult = {
  readonly text: string;
  readonly visible_text: string;
  readonly messages: readonly TranscriptMessage[];
  readonly tools: readonly TurnTool[];
  /** Facts of the turn that are no messages. */
  readonly events?: readonly TranscriptEvent[];
  /** Calls came as text where the provider's own form was expected. */
  readonly fallback: 'none' | 'accepted' | 'rejected';
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number | null;
  readonly duration_ms: number;
  readonly provider: string;
  readonly model: string;
  /** Answers that were counted and not delivered, and asked for again. */
  readonly empty_completions?: number;
  /** The model asks to be suspended. */
  readonly park?: ParkWish;
  /** Results that were too long for their messages. */
  readonly assets?: readonly JsonObject[];
  /** The calls in a row that are the same, where there are any. */
  readonly streak?: Streak;
  /** The tools that a search has brought up so far. */
  readonly promoted?: readonly string[];
  /** What was said so urgently that it came between the calls; it is among the messages. */
  readonly heard?: readonly HostMessage[];
  /** The skills that the model has loaded. */
  readonly skills?: readonly string[];
  /** The notes of the model, where the turn changed them. */
  readonly scratchpad?: JsonObject;
  /** Plans that tools gave; each is a line of the history. */
  readonly plans?: readonly JsonObject[];
};

export type TurnTool = {
  readonly tool_name: string;
  readonly tool_call_id: string;
  readonly status: 'ok' | 'error' | 'rejected';
  readonly rejected: boolean;
};

/** What the loop tells a turn. */
export interface TurnInput {
  readonly session: Session;
  readonly plan: LoopPlan;
  readonly system: string | null;
  readonly iteration: number;
  /** Textual calls that were let through so far, where native ones were expected. */
  readonly fallbacks: number;
  /** The last call before the turn and how often it was made in a row. */
  readonly streak: Streak | null;
  /** The tools that searches brought up before the turn. */
  readonly promoted: readonly string[];
  /** What the prompt says about the skills in force. */
  readonly skills?: string | undefined;
}

const TURN = { name: 'agent.turn', access: 'mutate' } as const;

/** Takes a turn. The session itself is not changed; see `applyTurn`. */
export function takeTurn(ctx: RunContext, input: TurnInput): Suspending<TurnResult> {
  const { session, iteration } = input;
  const before = session.outbox;
  session.outbox = [];
  const at: [string, number] = [session.id, iteration];
  return performUnit(ctx, TURN, at, function* (inner, unit) {
    const emitter = new Emitter(inner, session, [...before]);
    const sessions = inner.get(sessionsKey);
    sessions.enter(inner.task, session.id);
    try {
      const result = yield* turnBody(inner, input, emitter);
      const facts = sessionFacts(session, inner.runId, result.messages);
      unit.inTx((tx) => appendSessionFacts(tx, session.id, facts));
      return result;
    } finally {
      const where = { runId: inner.runId, sessionId: session.id };
      unit.inTx((tx) => {
        appendAgentEvents(tx, where, emitter.pending);
        eventSidecar(inner)?.soon(session.id);
      });
    }
  });
}

/** Makes the session what it is after the turn. */
export function applyTurn(ctx: RunContext, session: Session, result: TurnResult): void {
  const { after } = sessionFacts(session, ctx.runId, result.messages);
  session.append(...result.messages);
  const { events = [] } = result;
  for (const event of events) session.note((transcript) => transcript.withEvent(event));
  for (const grant of grantsIn(events)) session.grants.add(grant);
  for (const asset of result.assets ?? [])
    session.note((transcript) => transcript.withAsset(asset));
  session.written = after;
  if (result.scratchpad !== undefined) session.setScratchpad(result.scratchpad);
  for (const plan of result.plans ?? []) {
    const event = { kind: 'plan', role: 'system', visibility: 'public', text: planRender(plan) };
    session.note((transcript) => transcript.withEvent({ ...event, metadata: { plan } }));
  }
}

function* turnBody(ctx: RunContext, input: TurnInput, emitter: Emitter): Suspending<TurnResult> {
  const { session, iteration } = input;
  yield* emitter.emit({ type: 'turn_start', iteration });
  const { system, options } = yield* requestOf(ctx, input);
  let empty = 0;
  const answer = yield* askModel(ctx, input, { system, options }, (error) => {
    if (isEmptyAnswer(error)) empty += 1;
  });
  if (answer.thinking !== null) {
    yield* emitter.emit({ type: 'agent_thought_chunk', content: answer.thinking });
  }
  const { calls, fallback, isText } = callsOf(answer, input);
  const visible = withoutTags(answer.text);
  if (visible !== '') yield* emitter.emit({ type: 'agent_message_chunk', content: visible });
  const said = assistantMessage(answer, calls, isText);
  const structural = structuralOutcomes(ctx, calls);
  if (structural !== undefined) yield* showStructural(emitter, calls, structural);
  const called = structural === undefined ? yield* runCalls(ctx, calls, input, emitter) : undefined;
  const outcomes = structural?.outcomes ?? called?.outcomes ?? [];
  const { streak = input.streak, promoted = input.promoted, heard = [] } = called ?? {};
  for (const [k, call] of calls.entries()) {
    traceTool(ctx, call, outcomes[k] as ToolOutcome, { session_id: session.id, iteration });
  }
  const results = calls.map((call, k) => resultMessage(call, outcomes[k] as ToolOutcome, isText));
  const rejected = fallback === 'rejected' ? [rejection()] : [];
  const plans = outcomes.flatMap(({ result: given }) => (isPlan(given) ? [given] : []));
  const events = outcomes.flatMap((outcome) => outcome.events ?? []);
  const assets = outcomes.flatMap(({ asset }) => (asset === undefined ? [] : [asset]));
  const skills = outcomes.flatMap(({ skill }) => (skill === undefined ? [] : [skill]));
  const notes = scratchpadAfter(session.scratchpad ?? {}, calls, outcomes);
  const result: TurnResult = {
    text: answer.text,
    visible_text: visible,
    messages: [said, ...results, ...rejected, ...heard.flatMap(asUserMessage)],
    tools: calls.map((call, k) => turnTool(call, outcomes[k] as ToolOutcome)),
    ...(events.length === 0 ? {} : { events }),
    fallback,
    input_tokens: answer.input_tokens,
    output_tokens: answer.output_tokens,
    cost_usd: answer.cost_usd,
    duration_ms: answer.duration_ms,
    provider: answer.provider,
    model: answer.model,
    ...(empty === 0 ? {} : { empty_completions: empty }),
    ...(structural?.wish === undefined ? {} : { park: structural.wish }),
    ...(assets.length === 0 ? {} : { assets }),
    ...(streak === null ? {} : { streak }),
    ...(promoted.length === 0 ? {} : { promoted }),
    ...(skills.length === 0 ? {} : { skills }),
    ...(plans.length === 0 ? {} : { plans }),
    ...(heard.length === 0 ? {} : { heard }),
    ...(notes === undefined ? {} : { scratchpad: notes }),
  };
  for (const plan of plans) {
    yield* emitter.emit({ type: 'plan', plan, entries: [...planEntries(plan)] });
  }
  for (const { result: given } of outcomes) {
    if (isHandoff(given)) {
      const { id, data } = given;
      yield* emitter.emit({ type: 'handoff', artifact_id: id, handoff: data });
    }
  }
  const isInvalid = structural !== undefined && structural.wish === undefined;
  yield* emitter.emit(turnEnd(iteration, answer, result, isInvalid));
  for (const message of result.messages) emitter.show(session.id, message);
  return result;
}

/** What became of a call, for the trace of the run. */
function traceTool(ctx: RunContext, call: Call, outcome: ToolOutcome, at: JsonObject): void {
  const { status, category = null, message } = outcome;
  const about = { tool_name: call.name, tool_call_id: call.id, ...at };
  if (status === 'rejected') {
    trace(ctx, { type: 'tool_rejected', ...about, reason: message ?? null, category });
  } else trace(ctx, { type: 'tool_execution', ...about, status, category });
}

/** Asks the model, through the program's own caller where it has one. */
function* askModel(
  ctx: RunContext,
  { plan, session, iteration }: TurnInput,
  request: { readonly system: string | null; readonly options: LlmOptions },
  onRetry: (error: unknown) => void,
): Suspending<TurnAnswer> {
  const { llmCaller, onDelta } = plan.parts;
  const heard = { onRetry, mayHearAgain: true, ...(onDelta === undefined ? {} : { onDelta }) };
  const ask = (at: RunContext, { system, options }: typeof request) =>
    llmCall(at, '', system, options, heard);
  if (llmCaller === undefined) return yield* ask(ctx, request);
  const about = { request, iteration, sessionId: session.id };
  return yield* throughLlmCaller(ctx, llmCaller, about, ask);
}

function turnEnd(
  iteration: number,
  answer: TurnAnswer,
  result: TurnResult,
  isInvalidPark: boolean,
): AgentEventBody {
  const { text, provider, model } = result;
  const turn_info: JsonObject = {
    tool_count: result.tools.length,
    text,
    provider,
    model,
    response_ms: answer.duration_ms,
    input_tokens: answer.input_tokens,
    output_tokens: answer.output_tokens,
    cost_usd: answer.cost_usd,
    thinking_chars: answer.thinking?.length ?? 0,
    ...(isInvalidPark
      ? { dispatch_skipped: true, skip_reason: 'invalid_agent_await_resumption' }
      : {}),
  };
  return { type: 'turn_end', iteration, turn_info };
}

/** The calls of an answer: the provider's own, else those written into the text. */
function callsOf(
  answer: TurnAnswer,
  { plan, iteration, fallbacks }: TurnInput,
): {
  readonly calls: readonly Call[];
  readonly fallback: TurnResult['fallback'];
  readonly isText: boolean;
} {
  const none = { calls: [], fallback: 'none', isText: false } as const;
  if (plan.tools.size === 0 && !answer.tool_calls.some(isParkCall)) return none;
  if (answer.tool_calls.length > 0) return { ...none, calls: answer.tool_calls };
  const calls = parseToolCalls(answer.text).map((call, k) => ({
    ...call,
    id: `text_call_${iteration}_${k + 1}`,
  }));
  if (calls.length === 0) return none;
  if (plan.toolFormat === 'text') return { calls, fallback: 'none', isText: true };
  const refused = plan.fallback === 'reject' || (plan.fallback === 'allow_once' && fallbacks > 0);
  if (refused) return { calls: [], fallback: 'rejected', isText: true };
  return { calls, fallback: 'accepted', isText: true };
}

/** Whether a tool gave an artifact that carries a handoff. */
function isHandoff(given: Json): given is { readonly id: string; readonly data: JsonObject } {
  if (!isJsonObject(given) || given['kind'] !== 'handoff') return false;
  return typeof given['id'] === 'string' && isJsonObject(given['data']);
}

function assistantMessage(
  answer: TurnAnswer,
  calls: readonly Call[],
  isText: boolean,
): TranscriptMessage {
  const native = calls.map(({ id, name, arguments: args, signature }) => ({
    id,
    name,
    arguments: args,
    ...(signature === undefined ? {} : { signature }),
  }));
  return {
    role: 'assistant',
    content: answer.text,
    ...(answer.reasoning === null ? {} : { reasoning: answer.reasoning as unknown as Json }),
    ...(isText || native.length === 0 ? {} : { tool_calls: native as unknown as Json }),
  };
}

function resultMessage(call: Call, outcome: ToolOutcome, isText: boolean): TranscriptMessage {
  if (isText) return { role: 'user', content: formatToolResult(call.name, outcome.text) };
  return { role: 'tool', tool_call_id: call.id, name: call.name, content: outcome.text };
}

function rejection(): TranscriptMessage {
  const content =
    'The tool calls in your last answer were written as text and were not run. Use the tool interface of this conversation instead.';
  return { role: 'user', content };
}

function turnTool(call: Call, { status }: ToolOutcome): TurnTool {
  return {
    tool_name: call.name,
    tool_call_id: call.id,
    status,
    rejected: status === 'rejected',
  };
}
