// The structural tool `agent_await_resumption`: a model calls it to be suspended. It is never dispatched: the loop takes
// the call, closes every call of that answer with a placeholder (no call stays without its result), and stops between
// turns. Arguments that mean nothing are the model's to mend.
import { HarnError, isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import {
  awaitResumption,
  checkWake,
  functionWorkerOf,
  summaryOf,
  suspendSelf,
} from '../work/index.ts';
import type { Emitter } from './emitter.ts';
import type { ParkAnswer, ParkWish } from './loop-gate.ts';
import { currentSessionId } from './session.ts';
import type { ToolOutcome } from './tool-run.ts';
import { type Tool, toTool } from './tools.ts';

export const PARK_TOOL = 'agent_await_resumption';

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: Json;
  readonly problem?: string;
}

export function isParkCall({ name }: { readonly name: string }): boolean {
  return name === PARK_TOOL;
}

/** The tool as models are told of it. The loop takes its calls before any handler is looked for. */
export const parkTool: Tool = toTool(
  {
    name: PARK_TOOL,
    description:
      'Stop here until someone or something lets you go on: call it alone when nothing useful can be done before that. Say why in `reason`.',
    parameters: {
      type: 'object',
      properties: {
        reason: { type: 'string', description: 'What you wait for.' },
        conditions: {
          type: 'object',
          description:
            'What may wake you: {timeout?: {duration_minutes, on_timeout?}, on_event?, trigger?}. Without it you are resumed by hand.',
        },
      },
      required: ['reason'],
    },
    annotations: { kind: 'think' },
  },
  { kind: 'native', run: () => null },
);

/** What becomes of the calls of an answer in which one asks to be suspended. */
export interface Structural {
  readonly outcomes: readonly ToolOutcome[];
  /** Undefined when what was asked for means nothing. */
  readonly wish: ParkWish | undefined;
  readonly problem: string;
}

/** Undefined when no call of the answer asks for it. */
export function structuralOutcomes(
  ctx: RunContext,
  calls: readonly Call[],
): Structural | undefined {
  const call = calls.find(isParkCall);
  if (call === undefined) return undefined;
  const { wish, problem } = read(ctx, call);
  const skipped = notDispatched('skipped');
  const own = wish === undefined ? refused(problem) : notDispatched('awaiting_resumption', wish);
  return { outcomes: calls.map((one) => (one === call ? own : skipped)), wish, problem };
}

function read(
  ctx: RunContext,
  call: Call,
): { readonly wish: ParkWish | undefined; readonly problem: string } {
  if (call.problem !== undefined) return { wish: undefined, problem: call.problem };
  const given = isJsonObject(call.arguments) ? call.arguments : {};
  try {
    const wish = awaitResumption(given['reason'] ?? null, given['conditions'] ?? null);
    checkWake(ctx, wish.conditions);
    return { wish, problem: '' };
  } catch (error) {
    if (!HarnError.is(error)) throw error;
    return { wish: undefined, problem: error.message };
  }
}

function notDispatched(why: string, wish?: ParkWish): ToolOutcome {
  const more = wish === undefined ? '' : ` (${wish.reason})`;
  const text = `This call was not dispatched: ${why}${more}`;
  return { status: wish === undefined ? 'rejected' : 'ok', result: text, text };
}

function refused(problem: string): ToolOutcome {
  const text = `This call was not dispatched: ${problem}`;
  return {
    status: 'rejected',
    result: text,
    text,
    category: 'schema_validation',
    message: problem,
  };
}

/** Tells followers: what was asked for, or why it means nothing; and every call with its end. */
export function* showStructural(
  emitter: Emitter,
  calls: readonly Call[],
  { outcomes, wish, problem }: Structural,
): Suspending<void> {
  for (const [k, call] of calls.entries()) {
    const about = { tool_call_id: call.id, tool_name: call.name };
    const raw_input = call.arguments;
    yield* emitter.emit({ type: 'tool_call', ...about, status: 'pending', raw_input });
    const { status, text } = outcomes[k] as ToolOutcome;
    yield* emitter.emit({
      type: 'tool_call_update',
      ...about,
      ...(status === 'ok'
        ? { status: 'completed', raw_output: text }
        : { status: 'failed', error: text, error_category: 'cancelled' }),
    });
  }
  if (wish === undefined) {
    yield* emitter.emit({ type: 'feedback_injected', kind: 'tool_call', content: problem });
    return;
  }
  const { reason, conditions } = wish;
  const audit = { reason, initiator: 'self', conditions: conditions as Json };
  yield* emitter.emit({ type: 'tool_call_audit', tool_name: PARK_TOOL, audit });
}

/** A worker, written as a function, whose body runs this loop itself: the loop's wish is the worker's. */
export function* parkInFunctionWorker(
  ctx: RunContext,
  wish: ParkWish,
): Suspending<ParkAnswer | undefined> {
  const live = functionWorkerOf(ctx);
  // A loop inside of a tool of another loop is nobody's but its own.
  if (live === undefined || currentSessionId(ctx) !== null) return undefined;
  return yield* parkWorker(ctx, wish, () => summaryOf(live.worker));
}

/** Suspends the worker whose body this is. */
export function* parkWorker(
  ctx: RunContext,
  { reason, conditions }: ParkWish,
  handle: () => JsonObject,
): Suspending<ParkAnswer> {
  const denied = yield* suspendSelf(ctx, reason, conditions as Json);
  return denied === undefined ? { handle } : { denied };
}
