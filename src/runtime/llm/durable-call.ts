// Calls of model objects of the AI SDK (`harness.llm.durable`): the same life as a call of ours (call.ts), with the
// model's own request and answer. Neither the bodies nor the headers of the exchange are kept.
import { type Json, type JsonObject, uuidV7 } from '../../base/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  NOTHING_SPENT,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { boundedRequest, reserveCall } from './call-budget.ts';
import { mayHaveCost, spentOn, spentUnseen } from './call-cost.ts';
import { llmCallsKey } from './call-registry.ts';
import { endCallSpan, openCallSpan } from './call-span.ts';
import { fromKept, toKept } from './durable-data.ts';
import {
  boundedCall,
  budgetRequest,
  callable,
  callRole,
  type ModelCall,
  type ModelEnd,
  modelFailure,
  numbersOf,
  providerOf,
} from './durable-model.ts';
import { llmErrors } from './errors.ts';
import { persistently } from './persistent.ts';
import type { LlmNumbers } from './result.ts';
import { DISABLED, type LlmRoute } from './route.ts';
import { emitFailure, emitModelRequest, emitModelResponse } from './transcript.ts';
import { numberFacts } from './usage.ts';

/** Before the second attempt of a call. */
const BACKOFF_MS = 1000;

/** Gives a call its id. The model object itself knows where it goes. */
const beginModelCall = defineSyncEffect(
  { name: 'llm.begin_model', class: 'ambient', access: 'read' },
  (env, provider: string, model: string): LlmRoute => {
    const off = env.host.env.get(DISABLED);
    if (off !== undefined && off !== '') throw llmErrors.disabled({ provider, variable: DISABLED });
    const startedAtMs = Math.floor(env.clock.nowMs());
    return {
      call_id: `llm_call_${uuidV7(startedAtMs, env.host.random)}`,
      kind: 'network',
      provider,
      model,
      tape: null,
      started_at_ms: startedAtMs,
    };
  },
);

/** What the journal says of a call before it is made. */
export function modelIntent(call: ModelCall, { call_id, provider, model }: LlmRoute): JsonObject {
  return { call_id, provider, model, role: callRole(call) };
}

/** What makes two calls the same call. */
export function modelIdentity({ asked }: ModelCall, { provider, model }: LlmRoute): Json {
  return { asked, provider, model };
}

/** The signal that ends a call: its task's, that of settlement, and the program's own. */
export function endOfCall(
  env: EffectEnv,
  { options }: ModelCall,
  route: LlmRoute,
  task: AbortSignal = env.signal,
): AbortSignal {
  const cut = env.get(llmCallsKey).signalOf(route.call_id);
  const signals = [task, cut, options.abortSignal];
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** An answer that came at once, as it is recorded. */
type Generated = { readonly result: Json; readonly numbers: LlmNumbers };

const generateEffect = defineEffect(
  {
    name: 'llm.generate',
    class: 'read',
    access: 'mutate',
    paid: () => true,
    identity: ([call, route]: readonly [ModelCall, LlmRoute]) => modelIdentity(call, route),
    intent: ([call, route]) => modelIntent(call, route),
  },
  async (env, call: ModelCall, route: LlmRoute): Promise<Generated> => {
    const signal = endOfCall(env, call, route);
    const startMs = env.host.clock.monotonicMs();
    try {
      signal.throwIfAborted();
      const answer: object & ModelEnd = await callable(call, signal).generate();
      const durationMs = Math.round(env.host.clock.monotonicMs() - startMs);
      const numbers = numbersOf(answer, call, durationMs);
      const generated = { result: keptAnswer(answer), numbers };
      const facts = numberFacts(numbers, route, generated);
      if (facts !== undefined && !env.signal.aborted) await env.note(facts);
      return generated;
    } catch (error) {
      throw await modelFailure(error, env, route, signal);
    }
  },
);

function keptAnswer(answer: object): Json {
  const { request: _request, response, ...rest } = answer as { [key: string]: unknown };
  const kept =
    typeof response === 'object' && response !== null ? { response: metaOf(response) } : {};
  return toKept({ ...rest, ...kept });
}

function metaOf(response: object): object {
  const { headers: _headers, body: _body, ...meta } = response as { [key: string]: unknown };
  return meta;
}

/** Asks a model object and gives its answer. */
export function* generateDurably(
  ctx: RunContext,
  call: ModelCall,
  retries: number,
): Suspending<unknown> {
  return yield* persistently(ctx, { retries, backoffMs: BACKOFF_MS }, () =>
    framed(ctx, call, function* (bounded, route) {
      const { result, numbers } = yield* ctx.perform(generateEffect, [bounded, route]);
      return { value: fromKept(result), numbers };
    }),
  );
}

/** What surrounds every call of a model object: budgets, the list of open calls, span and events. */
export function* framed<T>(
  ctx: RunContext,
  asked: ModelCall,
  body: (
    call: ModelCall,
    route: LlmRoute,
  ) => Suspending<{ readonly value: T; readonly numbers: LlmNumbers }>,
): Suspending<T> {
  const { model } = asked;
  const route = ctx.sync(beginModelCall, [providerOf(model), model.modelId]);
  const request = boundedRequest(ctx, budgetRequest(asked), route, undefined);
  const call = boundedCall(asked, request.max_tokens);
  const { reservation, most } = yield* reserveCall(ctx, request, route, undefined);
  let spent = spentUnseen(route, most);
  try {
    const { value, numbers } = yield* watched(ctx, call, route, body);
    spent = spentOn(numbers, route, most);
    return value;
  } catch (error) {
    if (!mayHaveCost(error)) spent = NOTHING_SPENT;
    throw error;
  } finally {
    reservation.settle(spent);
  }
}

function* watched<R extends { readonly numbers: LlmNumbers }>(
  ctx: RunContext,
  call: ModelCall,
  route: LlmRoute,
  body: (call: ModelCall, route: LlmRoute) => Suspending<R>,
): Suspending<R> {
  const { call_id, started_at_ms } = route;
  const open = { call_id, model: route.model, role: callRole(call), started_at_ms };
  const leave = ctx.get(llmCallsKey).enter(open, ctx.task);
  const span = openCallSpan(ctx, route);
  emitModelRequest(ctx, call, route);
  try {
    const answered = yield* body(call, route);
    emitModelResponse(ctx, route, answered.numbers);
    endCallSpan(span, answered.numbers);
    return answered;
  } catch (error) {
    emitFailure(ctx, route, error);
    throw error;
  } finally {
    span.end('error');
    leave();
  }
}
