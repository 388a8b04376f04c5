// Seams of a loop: code of the program around its model calls (`llm_caller`) and around its tool calls (`tool_caller`).
// Each gets what is about to be done and `next`, which does it; it may change the one, call the other once, often or
// never, and give another answer. What it does through the run is journaled like anything else.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { LlmOptions, LlmResult, LlmToolCall } from '../llm/index.ts';
import { callHandler, type Handler, type RunContext, type Suspending } from '../run/index.ts';
import { loopErrors } from './errors.ts';
import type { ToolOutcome } from './tool-run.ts';

/** What the second argument of a caller is: does it, in the task that calls. */
export type NextCall = (ctx: RunContext, request: Json) => Suspending<Json>;

/** What a turn needs of an answer. */
export type TurnAnswer = Pick<
  LlmResult,
  | 'text'
  | 'tool_calls'
  | 'thinking'
  | 'reasoning'
  | 'provider'
  | 'model'
  | 'input_tokens'
  | 'output_tokens'
  | 'cost_usd'
  | 'duration_ms'
>;

interface ModelRequest {
  readonly system: string | null;
  readonly options: LlmOptions;
}

type Ask = (ctx: RunContext, request: ModelRequest) => Suspending<TurnAnswer>;

/** Asks the model through the program's caller. */
export function* throughLlmCaller(
  ctx: RunContext,
  caller: Handler,
  about: { readonly request: ModelRequest; readonly iteration: number; readonly sessionId: string },
  ask: Ask,
): Suspending<TurnAnswer> {
  const { system, options } = about.request;
  const { messages = [], tools = [], ...rest } = options;
  const next: NextCall = function* (inner, given) {
    const changed = isJsonObject(given) ? given : {};
    const asked = {
      ...(isJsonObject(changed['options']) ? changed['options'] : rest),
      messages: changed['messages'] ?? messages,
      ...(hasTools(changed['tools'] ?? (tools as Json))
        ? { tools: changed['tools'] ?? tools }
        : {}),
    } as LlmOptions;
    const words = changed['system'] === undefined ? system : changed['system'];
    const to = { system: typeof words === 'string' ? words : null, options: asked };
    return (yield* ask(inner, to)) as unknown as Json;
  };
  const shown: JsonObject = {
    iteration: about.iteration,
    session_id: about.sessionId,
    system,
    messages: messages as Json,
    tools: tools as Json,
    options: rest as JsonObject,
  };
  return answerFrom((yield* callHandler(ctx, caller, [shown, next])) as Json | undefined);
}

const hasTools = (tools: Json): boolean => Array.isArray(tools) && tools.length > 0;

function answerFrom(given: Json | undefined): TurnAnswer {
  const answer = typeof given === 'string' ? { text: given } : given;
  if (!isJsonObject(answer)) throw badAnswer('a text or {text, tool_calls?, ...}');
  const { text = '', tool_calls: calls = [] } = answer;
  if (typeof text !== 'string') throw badAnswer('an answer with `text` as a text');
  if (!Array.isArray(calls)) throw badAnswer('an answer with `tool_calls` as a list');
  return {
    text,
    tool_calls: calls.map(toolCall),
    thinking: typeof answer['thinking'] === 'string' ? answer['thinking'] : null,
    reasoning: (answer['reasoning'] ?? null) as LlmResult['reasoning'],
    provider: textOr(answer['provider'], 'llm_caller'),
    model: textOr(answer['model'], 'llm_caller'),
    input_tokens: numberOr(answer['input_tokens'], 0),
    output_tokens: numberOr(answer['output_tokens'], 0),
    cost_usd: typeof answer['cost_usd'] === 'number' ? answer['cost_usd'] : null,
    duration_ms: numberOr(answer['duration_ms'], 0),
  };
}

function toolCall(given: Json, k: number): LlmToolCall {
  const { id, name, arguments: args = {}, signature } = isJsonObject(given) ? given : {};
  if (typeof name !== 'string' || name === '') throw badAnswer('tool calls that have a name');
  const known = { id: textOr(id, `call_${k + 1}`), name, arguments: args };
  return (typeof signature === 'string' ? { ...known, signature } : known) as LlmToolCall;
}

function textOr(value: Json | undefined, other: string): string {
  return typeof value === 'string' && value !== '' ? value : other;
}

function numberOr(value: Json | undefined, other: number): number {
  return typeof value === 'number' && value >= 0 ? value : other;
}

function badAnswer(expected: string): Error {
  return loopErrors.badOption({
    option: 'llm_caller',
    expected: `a closure that gives ${expected}`,
  });
}

type RunCall = (ctx: RunContext, call: LlmToolCall) => Suspending<ToolOutcome>;

/**
 * Runs a tool through the program's caller. `next` is the whole call with its checks, so that nothing is reached here
 * that the agent may not do. A caller that throws has failed like a tool.
 */
export function* throughToolCaller(
  ctx: RunContext,
  caller: Handler,
  about: {
    readonly call: LlmToolCall;
    readonly iteration: number;
    readonly sessionId: string;
    /** What a caller that throws comes to. */
    readonly failed: (error: unknown) => ToolOutcome;
  },
  run: RunCall,
): Suspending<ToolOutcome> {
  const { call, iteration, sessionId } = about;
  let last: ToolOutcome | undefined;
  const next: NextCall = function* (inner, given) {
    const changed = isJsonObject(given) ? given : {};
    const args = changed['arguments'] ?? call.arguments;
    const outcome = yield* run(inner, {
      ...call,
      name: textOr(changed['name'], call.name),
      arguments: args,
    });
    const events = [...(last?.events ?? []), ...(outcome.events ?? [])];
    last = { ...outcome, ...(events.length === 0 ? {} : { events }) };
    const { status, result, text, category = null } = outcome;
    return { status, result, text, error_category: category };
  };
  const shown = {
    id: call.id,
    name: call.name,
    arguments: call.arguments,
    iteration,
    session_id: sessionId,
  };
  try {
    const given = ((yield* callHandler(ctx, caller, [shown, next])) ?? null) as Json;
    return outcomeFrom(given, last);
  } catch (error) {
    return { ...about.failed(error), ...eventsOf(last) };
  }
}

const STATUSES: ReadonlySet<Json> = new Set(['ok', 'error', 'rejected']);

function outcomeFrom(given: Json, last: ToolOutcome | undefined): ToolOutcome {
  const isOutcome = isJsonObject(given) && STATUSES.has(given['status'] ?? null);
  if (!isOutcome) {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    return { ...eventsOf(last), status: 'ok', result: given, text };
  }
  const { status, result = null, text } = given;
  const isSame = last !== undefined && last.status === status && last.text === text;
  if (isSame) return last;
  const shown = typeof text === 'string' ? text : JSON.stringify(result);
  return {
    ...eventsOf(last),
    status: status as ToolOutcome['status'],
    result,
    text: shown,
    ...(status === 'ok' ? {} : { category: 'tool_error' as const, message: shown }),
  };
}

function eventsOf(outcome: ToolOutcome | undefined): Pick<ToolOutcome, 'events'> {
  return outcome?.events === undefined ? {} : { events: outcome.events };
}
