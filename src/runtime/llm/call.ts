// llm.call: one request to one model. The call is an effect whose outcome is recorded once and never bought again; what
// comes before it (where it goes, which prepared answer it gets) is settled in the task's own turn.
//
// Life of a call: begun (id and route recorded) -> in flight (in the registry; a paid one with an intent in the journal)
// -> answered or failed (outcome recorded, registry left). Dropped with its task, or given up when the run parks, it
// has no outcome: on resume it counts as lost (lost-call.ts) and is asked again under the same id.
import { HarnError, type JsonObject } from '../../base/index.ts';
import { stdioEffects } from '../io/index.ts';
import {
  accountOf,
  defineEffect,
  type Handler,
  nanoUsdOf,
  payingFrom,
  type RunContext,
  SpendAccount,
  type Suspending,
} from '../run/index.ts';
import { askNetwork } from './ask-in-time.ts';
import { framedCall } from './call-frame.ts';
import { capabilitiesOf, isKnownModel, rulingOf } from './catalog/capabilities.ts';
import { catalogKey } from './catalog/catalog.ts';
import { llmConfigKey } from './config.ts';
import { deltasOf, type LlmDelta } from './delta.ts';
import { categorised, failureOf, type LlmFailure, llmErrors } from './errors.ts';
import { type Experiment, experimented, experimentOf } from './experiment.ts';
import { withFallbacks } from './fallback.ts';
import { answerHere, type Given, givenFor } from './given.ts';
import { endIfLost } from './lost-call.ts';
import { llmMocksKey } from './mock.ts';
import { type LlmOptions, type ParsedCall, parseCall } from './options.ts';
import { persistently } from './persistent.ts';
import { hasImage, type LlmRequest, roleOf, textOf } from './request.ts';
import { requestHash } from './request-text.ts';
import { type LlmAnswer, type LlmResult, toResult } from './result.ts';
import { type LlmRoute, llmBegin } from './route.ts';
import { streamAnswer } from './stream.ts';
import { answerProblems, corrected, mismatch } from './structured.ts';
import { withToolSearch } from './tool-search.ts';
import { trace } from './trace.ts';
import { emitRouting, requestFacts } from './transcript.ts';
import { usageFacts } from './usage.ts';

type CallArgs = readonly [LlmRequest, LlmRoute, Given];

/** The effect itself; `llmCall` below prepares its arguments. */
export const llmCallEffect = defineEffect(
  {
    name: 'llm.call',
    class: 'read',
    access: 'mutate',
    paid: ([, route]: CallArgs) => route.kind === 'network',
    identity: ([request, { provider, model }]) => ({ request: { ...request }, provider, model }),
    identityHash: ([request, { provider, model }]) => requestHash(request, model, provider),
    intent: ([request, { call_id, provider, model }]): JsonObject => ({
      call_id,
      provider,
      model,
      role: roleOf(request),
    }),
  },
  async (env, request: LlmRequest, route: LlmRoute, given: Given): Promise<LlmAnswer> => {
    endIfLost(env, route);
    const { onPiece } = env.get(llmConfigKey);
    const tell = onPiece && ((piece: LlmDelta) => onPiece(piece, route));
    const answer =
      route.kind === 'network'
        ? await askNetwork(env, request, route, env.signal, tell)
        : await answerHere(env, request, route, given);
    if (route.kind !== 'network' && tell !== undefined)
      for (const piece of deltasOf(answer)) tell(piece);
    const facts = usageFacts(answer, route);
    if (facts !== undefined && !env.signal.aborted) await env.note(facts);
    return answer;
  },
);

/** What a caller brings that is no data. */
export type LlmParts = {
  /** Called with every piece of the answer (`LlmDelta`) before the call returns; the answer is then asked for as a stream. */
  readonly onDelta?: Handler | undefined;
  /** Rearranges the messages just before the call; it gets `{system, messages, args}`. Goes before the option of that name. */
  readonly experiment?: Experiment | undefined;
  /** An answer that broke off is asked for again although pieces of it were heard: the listener hears another one from its beginning. */
  readonly mayHearAgain?: boolean;
  /** Told of every failure that is followed by another attempt. */
  readonly onRetry?: ((error: HarnError) => void) | undefined;
};

/** Asks a model. A failure is thrown as a coded error; `llm_retries` asks again after transient ones. */
export function* llmCall(
  ctx: RunContext,
  prompt: string,
  system: string | null = null,
  options: LlmOptions = {},
  parts: LlmParts = {},
): Suspending<LlmResult> {
  const call = parseCall(prompt, system, options, ctx.get(catalogKey).names);
  return yield* callParsed(ctx, call, parts);
}

/** The same for options that are read already. */
export function* callParsed(
  ctx: RunContext,
  call: ParsedCall,
  parts: LlmParts = {},
): Suspending<LlmResult> {
  return yield* withinTotal(ctx, call, (inner) => wholeCall(inner, call, parts));
}

/** With an account of its own where the call brings a budget for all that it asks. */
function* withinTotal<T>(
  ctx: RunContext,
  { budget }: ParsedCall,
  body: (ctx: RunContext) => Suspending<T>,
): Suspending<T> {
  if (budget?.totalUsd === undefined) return yield* body(ctx);
  const nanoUsd = nanoUsdOf(budget.totalUsd, 'down');
  const account = new SpendAccount(accountOf(ctx), undefined, { isCap: true, nanoUsd });
  try {
    return yield* body(payingFrom(ctx, account));
  } finally {
    account.close();
  }
}

function* wholeCall(ctx: RunContext, call: ParsedCall, parts: LlmParts): Suspending<LlmResult> {
  const { output } = call.request;
  if (call.schemaRetries === undefined || output.kind === 'text') {
    return yield* persistentCall(ctx, call, parts);
  }
  const { result, problems, error } = yield* untilItFits(ctx, call, parts);
  if (error !== undefined || result === undefined) throw error;
  if (problems.length === 0) return result;
  if (!call.onlyWarns) throw mismatch(problems, result);
  const { provider, model } = result;
  const line = `[llm_call] ${provider}/${model}: the answer does not fit the schema: ${problems.join('; ')}`;
  yield* ctx.perform(stdioEffects.eprintln, [line]);
  return result;
}

/** What came of asking until an answer fits: the last answer, if any, with what is wrong with it. */
export type FittingAnswer = {
  readonly result: LlmResult | undefined;
  readonly problems: readonly string[];
  /** How many answers came. */
  readonly attempts: number;
  /** Why the last call had no answer. */
  readonly error: HarnError | undefined;
};

/** Asks for JSON until it fits its schema, as often as `schema_retries` allows. Failed calls are given, not thrown. */
export function* fittingCall(
  ctx: RunContext,
  call: ParsedCall,
  parts: LlmParts = {},
): Suspending<FittingAnswer> {
  return yield* withinTotal(ctx, call, (inner) => untilItFits(inner, call, parts));
}

function* untilItFits(
  ctx: RunContext,
  call: ParsedCall,
  parts: LlmParts,
): Suspending<FittingAnswer> {
  const { output } = call.request;
  const schema = output.kind === 'json' ? output.schema : undefined;
  const retries = call.schemaRetries ?? 0;
  let last: LlmResult | undefined;
  let problems: readonly string[] = [];
  for (let attempts = 0; ; attempts += 1) {
    const asked = attempts === 0 ? call : corrected(call, problems);
    if (attempts > 0) traceRetry(ctx, call, asked, { attempt: attempts, errors: problems });
    try {
      last = yield* persistentCall(ctx, asked, parts);
    } catch (error) {
      if (!HarnError.is(error) || !error.code.startsWith('HARN-LLM-')) throw error;
      return { result: last, problems, attempts, error };
    }
    problems = answerProblems(last.text, schema);
    if (problems.length === 0 || attempts >= retries) {
      return { result: last, problems, attempts: attempts + 1, error: undefined };
    }
  }
}

/** Why it is asked again, and what the model is told. */
function traceRetry(
  ctx: RunContext,
  { nudge }: ParsedCall,
  { request }: ParsedCall,
  why: { readonly attempt: number; readonly errors: readonly string[] },
): void {
  const last = request.messages.at(-1);
  const told = nudge === false || last === undefined ? null : textOf(last);
  trace(ctx, { type: 'schema_retry', ...why, correction_prompt: told, nudge_used: told !== null });
}

/** Asks as often as `llm_retries` allows, and then whoever comes next in the chain. */
function* persistentCall(
  ctx: RunContext,
  call: ParsedCall,
  parts: LlmParts,
): Suspending<LlmResult> {
  const { onDelta } = parts;
  let isHeard = false;
  const listening: LlmParts =
    onDelta === undefined
      ? parts
      : {
          ...parts,
          onDelta: {
            ...onDelta,
            run: (at: RunContext, args: readonly unknown[]) => {
              isHeard = true;
              return onDelta.run(at, args);
            },
          } as Handler,
        };
  return yield* withFallbacks(
    ctx,
    call,
    () => isHeard,
    (asked) =>
      persistently(
        ctx,
        {
          // Who has heard something cannot hear it from the beginning again.
          get retries() {
            return isHeard && parts.mayHearAgain !== true ? 0 : asked.retries;
          },
          backoffMs: asked.backoffMs,
        },
        () => attemptCall(ctx, asked, listening),
        (error, attempt) => {
          const { category } = failureOf(error, { provider: '', model: '' });
          trace(ctx, { type: 'llm_retry', attempt, code: error.code, category });
          parts.onRetry?.(error);
        },
      ),
  );
}

/** The same from an async function. */
export function requestLlmCall(
  ctx: RunContext,
  prompt: string,
  system: string | null = null,
  options: LlmOptions = {},
): Promise<LlmResult> {
  return ctx.runFromLane(ctx.task.nextGroup('llm'), (child) =>
    llmCall(child, prompt, system, options),
  );
}

/** A call that does not throw. */
export type LlmCallEnvelope =
  | { readonly ok: true; readonly response: LlmResult; readonly error: null }
  | { readonly ok: false; readonly response: null; readonly error: LlmFailure };

/** Asks a model and gives failures as data. Interrupts of the task still interrupt. */
export function* llmCallSafe(
  ctx: RunContext,
  prompt: string,
  system: string | null = null,
  options: LlmOptions = {},
  parts: LlmParts = {},
): Suspending<LlmCallEnvelope> {
  try {
    const response = yield* llmCall(ctx, prompt, system, options, parts);
    return { ok: true, response, error: null };
  } catch (error) {
    if (!HarnError.is(error) || !error.code.startsWith('HARN-LLM-')) throw error;
    const route = { provider: options.provider ?? 'auto', model: options.model ?? '' };
    return { ok: false, response: null, error: failureOf(error, route) };
  }
}

/** One request, in the frame of every model call. */
function* attemptCall(
  ctx: RunContext,
  call: ParsedCall,
  { onDelta, experiment = call.experiment }: LlmParts,
): Suspending<LlmResult> {
  const { provider, model, tape, budget, routePolicy: policy } = call;
  const { active: mocked, isQueued: queued } = ctx.get(llmMocksKey);
  const wish = {
    provider,
    model,
    tape,
    mocked,
    queued,
    ...(policy === undefined ? {} : { policy }),
  };
  const route = ctx.sync(llmBegin, [wish]);
  if (route.routing !== undefined) emitRouting(ctx, route, route.routing);
  needVision(ctx, call, route);
  const isForced = call.forcedSearch.includes(route.provider);
  const to = { provider: route.provider, model: route.model, isForced };
  const whole = {
    ...ctx.get(catalogKey).defaultsFor(route.model),
    ...call.request,
    ...fieldsFor(call, route.provider),
  };
  const formed = yield* formedBy(ctx, whole, route, experiment);
  const asked = withToolSearch(formed.request, call.toolSearch, to);
  const frame = { route, request: asked, budget, role: roleOf(asked), facts: requestFacts };
  let isEmpty = false;
  const result = yield* framedCall(ctx, frame, function* (request) {
    const given = givenFor(ctx, request, route);
    const answer =
      onDelta === undefined
        ? yield* ctx.perform(llmCallEffect, [request, route, given])
        : yield* streamAnswer(ctx, request, route, given, onDelta);
    traceAnswer(ctx, answer, route);
    isEmpty = answer.is_empty === true;
    const value = { ...toResult(answer, route, request.output), ...formed.facts };
    return { value, numbers: answer, told: answer };
  });
  // The answer is recorded and paid for; it is no answer all the same.
  if (isEmpty) throw emptyAnswer(result);
  return result;
}

function emptyAnswer({ provider, model, output_tokens: tokens }: LlmResult): HarnError {
  const message = `the model counted ${tokens} tokens and delivered no text, thought or tool call`;
  return categorised({ category: 'empty_completion', message, provider, model });
}

/** The request as an experiment has it: that of the call, else that of the environment. */
function* formedBy(
  ctx: RunContext,
  request: LlmRequest,
  route: LlmRoute,
  given: Experiment | undefined,
): Suspending<{
  readonly request: LlmRequest;
  readonly facts: Pick<LlmResult, 'structural_experiment'>;
}> {
  const experiment = given ?? experimentOf(route.experiment);
  if (experiment === undefined) return { request, facts: {} };
  const formed = yield* experimented(ctx, request, experiment);
  return { request: formed.request, facts: { structural_experiment: formed.facts } };
}

function traceAnswer(ctx: RunContext, answer: LlmAnswer, { provider, call_id }: LlmRoute): void {
  const { model, input_tokens, output_tokens, cost_usd, duration_ms } = answer;
  const numbers = { input_tokens, output_tokens, cost_usd, duration_ms };
  trace(ctx, { type: 'llm_call', call_id, provider, model, ...numbers });
}

/** Fields that the call has for this provider alone. */
function fieldsFor({ providerFields }: ParsedCall, provider: string): Partial<LlmRequest> {
  const fields = providerFields[provider];
  return fields === undefined ? {} : { provider_fields: fields };
}

/** A model that is known not to take images is not sent any; one that has to is known to. */
function needVision(ctx: RunContext, { vision, request }: ParsedCall, route: LlmRoute): void {
  const hasImages = request.messages.some(hasImage);
  if ((!vision && !hasImages) || route.kind === 'tape') return;
  const { provider, model } = route;
  const ruling = rulingOf(ctx);
  if (capabilitiesOf(provider, model, ruling).vision_supported) return;
  if (vision || isKnownModel(provider, model, ruling))
    throw llmErrors.noVision({ provider, model });
}
