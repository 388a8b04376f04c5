// What surrounds every model call, ours (call.ts) and those of model objects of the AI SDK (durable-call.ts): the turn of
// its provider, the budgets around it, the list of open calls, its span and its events, and what it has cost in the end.
import type { RunContext, Suspending } from '../run/index.ts';
import { NOTHING_SPENT } from '../run/index.ts';
import { boundedRequest, type CallBudget, reserveCall } from './call-budget.ts';
import { mayHaveCost, spentOn, spentUnseen } from './call-cost.ts';
import { llmCallsKey } from './call-registry.ts';
import { endCallSpan, openCallSpan } from './call-span.ts';
import { catalogKey } from './catalog/catalog.ts';
import { askedAgain } from './lost-call.ts';
import { waitForTurn } from './rate.ts';
import type { LlmRequest } from './request.ts';
import type { LlmNumbers } from './result.ts';
import type { LlmRoute } from './route.ts';
import { type AskedFacts, emitFailure, emitRequest, emitResponse } from './transcript.ts';

/** A call that is about to be made. */
export interface CallFrame {
  readonly route: LlmRoute;
  /** As budgets see it. */
  readonly request: LlmRequest;
  readonly budget: CallBudget | undefined;
  /** The role of the last message. */
  readonly role: string;
  /** What the events say of the request that goes out. */
  readonly facts: (request: LlmRequest) => AskedFacts;
}

/** How a call ended: its answer, its numbers, and what the events say of it (the numbers at least). */
export interface Answered<T> {
  readonly value: T;
  readonly numbers: LlmNumbers;
  readonly told?: LlmNumbers;
}

/**
 * Makes one call, and another one in place of each that was lost. `body` gets the request, with a longest answer where
 * budgets need one to be known.
 */
export function* framedCall<T>(
  ctx: RunContext,
  frame: CallFrame,
  body: (request: LlmRequest) => Suspending<Answered<T>>,
): Suspending<T> {
  const request = boundedRequest(ctx, frame.request, frame.route, frame.budget);
  return yield* askedAgain(ctx, frame.route, () => paidCall(ctx, frame, request, body));
}

/** One attempt, paid from the budgets around it. */
function* paidCall<T>(
  ctx: RunContext,
  frame: CallFrame,
  request: LlmRequest,
  body: (request: LlmRequest) => Suspending<Answered<T>>,
): Suspending<T> {
  const { route, budget } = frame;
  yield* waitForTurn(ctx, route);
  const { reservation, most } = yield* reserveCall(ctx, request, route, budget);
  let spent = spentUnseen(route, most);
  try {
    const { value, numbers } = yield* watchedCall(ctx, frame, request, body);
    spent = spentOn(numbers, route, most, ctx.get(catalogKey));
    return value;
  } catch (error) {
    if (!mayHaveCost(error)) spent = NOTHING_SPENT;
    throw error;
  } finally {
    reservation.settle(spent);
  }
}

/** The call among the open ones, with its span and its events. */
function* watchedCall<T>(
  ctx: RunContext,
  { route, role, facts }: CallFrame,
  request: LlmRequest,
  body: (request: LlmRequest) => Suspending<Answered<T>>,
): Suspending<Answered<T>> {
  const { call_id, model, started_at_ms } = route;
  const leave = ctx.get(llmCallsKey).enter({ call_id, model, role, started_at_ms }, ctx.task);
  const span = openCallSpan(ctx, route);
  emitRequest(ctx, facts(request), route);
  try {
    const answered = yield* body(request);
    const { numbers, told = numbers } = answered;
    emitResponse(ctx, route, told);
    endCallSpan(span, numbers);
    return answered;
  } catch (error) {
    emitFailure(ctx, route, error);
    throw error;
  } finally {
    span.end('error');
    leave();
  }
}
