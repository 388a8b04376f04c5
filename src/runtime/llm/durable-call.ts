// Calls of model objects of the AI SDK (`harness.llm.durable`): the same life as a call of ours (call.ts), with the
// model's own request and answer. Neither the bodies nor the headers of the exchange are kept.
import { type Json, type JsonObject, uuidV7 } from '../../base/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { type Answered, framedCall } from './call-frame.ts';
import { llmCallsKey } from './call-registry.ts';
import { catalogKey } from './catalog/catalog.ts';
import { llmConfigKey } from './config.ts';
import { fromKept, toKept } from './durable-data.ts';
import { generatedFrom, recordAnswer, requestOfModel } from './durable-given.ts';
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
import { answerHere, type Given, givenFor } from './given.ts';
import { endIfLost } from './lost-call.ts';
import { llmMocksKey } from './mock.ts';
import { persistently } from './persistent.ts';
import { rateOf } from './rate-env.ts';
import type { LlmRequest } from './request.ts';
import { type LlmNumbers, toNumbers } from './result.ts';
import { type LlmRoute, modelDestination } from './route.ts';
import { modelFacts } from './transcript.ts';
import { numberFacts } from './usage.ts';

/** Before the second attempt of a call. */
const BACKOFF_MS = 1000;

/** Gives a call its id, and decides whether it leaves the machine: where it goes, the model object itself knows. */
const beginModelCall = defineSyncEffect(
  { name: 'llm.begin_model', class: 'ambient', access: 'read' },
  (env, provider: string, model: string, queued: boolean): LlmRoute => {
    const startedAtMs = Math.floor(env.clock.nowMs());
    const to = modelDestination({ provider, model, queued }, env.host.env, env.get(llmConfigKey));
    const rpm = rateOf(env.host.env, provider);
    return {
      call_id: `llm_call_${uuidV7(startedAtMs, env.host.random)}`,
      ...to,
      started_at_ms: startedAtMs,
      ...(rpm === null ? {} : { rpm }),
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
  const cut = env.get(llmCallsKey).controllerOf(route.call_id)?.signal;
  const signals = [task, cut, options.abortSignal];
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** An answer that came at once, as it is recorded. */
type Generated = { readonly result: Json; readonly numbers: LlmNumbers };

type GenerateArgs = readonly [ModelCall, LlmRoute, Given];

const generateEffect = defineEffect(
  {
    name: 'llm.generate',
    class: 'read',
    access: 'mutate',
    paid: ([, route]: GenerateArgs) => route.kind === 'network',
    identity: ([call, route]: GenerateArgs) => modelIdentity(call, route),
    intent: ([call, route]) => modelIntent(call, route),
  },
  async (env, call: ModelCall, route: LlmRoute, given: Given): Promise<Generated> => {
    const generated =
      route.kind === 'network'
        ? await generate(env, call, route)
        : await generateHere(env, call, route, given);
    const facts = numberFacts(generated.numbers, route, generated);
    if (facts !== undefined && !env.signal.aborted) await env.note(facts);
    return generated;
  },
);

async function generate(env: EffectEnv, call: ModelCall, route: LlmRoute): Promise<Generated> {
  endIfLost(env, route);
  const signal = endOfCall(env, call, route);
  const startMs = env.host.clock.monotonicMs();
  try {
    signal.throwIfAborted();
    const answer: object & ModelEnd = await callable(call, signal).generate();
    const durationMs = Math.round(env.host.clock.monotonicMs() - startMs);
    const numbers = numbersOf(answer, call, durationMs, env.get(catalogKey));
    await recordAnswer(env, call, route, (answer as { content?: unknown }).content, numbers);
    return { result: keptAnswer(answer), numbers };
  } catch (error) {
    throw await modelFailure(error, env, route, signal);
  }
}

/** A prepared answer, or one of a tape. */
async function generateHere(
  env: EffectEnv,
  call: ModelCall,
  route: LlmRoute,
  given: Given,
): Promise<Generated> {
  const answer = await answerHere(env, requestOfModel(call), route, given);
  return { result: toKept(generatedFrom(answer, call)), numbers: toNumbers(answer) };
}

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
    framedModelCall(ctx, call, function* (bounded, route, given) {
      const { result, numbers } = yield* ctx.perform(generateEffect, [bounded, route, given]);
      return { value: fromKept(result), numbers };
    }),
  );
}

/** A call of a model object in the frame of every model call. */
export function* framedModelCall<T>(
  ctx: RunContext,
  asked: ModelCall,
  body: (call: ModelCall, route: LlmRoute, given: Given) => Suspending<Answered<T>>,
): Suspending<T> {
  const { model } = asked;
  const { isQueued } = ctx.get(llmMocksKey);
  const route = ctx.sync(beginModelCall, [providerOf(model), model.modelId, isQueued]);
  const boundBy = (request: LlmRequest) => boundedCall(asked, request.max_tokens);
  const frame = {
    route,
    request: budgetRequest(asked),
    budget: undefined,
    role: callRole(asked),
    facts: (request: LlmRequest) => modelFacts(boundBy(request)),
  };
  return yield* framedCall(ctx, frame, function* (request) {
    // Known by what the program asked: a limit that a budget adds is no part of it.
    const given = givenFor(ctx, requestOfModel(asked), route);
    return yield* body(boundBy(request), route, given);
  });
}
