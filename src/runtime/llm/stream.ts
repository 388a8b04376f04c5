// Answers that arrive in pieces. Every hand-over of pieces to the program is one recorded outcome, so a resumed run hears
// the same pieces in the same portions; the last one carries the whole answer, which is bought once. A stream that an
// earlier life had begun to hear ends in a coded error after what was heard: its connection is gone, and the answer to a
// second question would be another one. A stream nobody heard anything of is asked again.
import { canonicalJson, checkHash, type HarnError, type JsonObject } from '../../base/index.ts';
import {
  callHandler,
  defineEffect,
  type EffectEnv,
  type Handler,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { askNetwork } from './ask-in-time.ts';
import { deltasOf, joinDelta, type LlmDelta } from './delta.ts';
import { llmErrors } from './errors.ts';
import { answerHere, type Given } from './given.ts';
import { LiveStream, type LiveStreams, listenTo, nextOf } from './live-stream.ts';
import { endIfLost } from './lost-call.ts';
import { type LlmRequest, roleOf } from './request.ts';
import { requestHash } from './request-text.ts';
import type { LlmAnswer } from './result.ts';
import type { LlmRoute } from './route.ts';
import { usageFacts } from './usage.ts';

/** What is handed over at once. `answer` comes with the last portion. */
export type StreamPortion = {
  readonly deltas: readonly LlmDelta[];
  readonly answer: LlmAnswer | null;
};

/** The streams of this process, by call id. */
const streamsKey: LiveStreams<LlmDelta, LlmAnswer> = {
  name: 'llm.streams',
  create: () => new Map(),
};

type PortionArgs = readonly [LlmRequest, LlmRoute, Given, number];

/** The next portion of a stream. The first one begins it. */
const streamPortion = defineEffect(
  {
    name: 'llm.stream',
    class: 'read',
    access: 'mutate',
    paid: ([, route, , portion]: PortionArgs) => route.kind === 'network' && portion === 0,
    identity: ([request, { provider, model }, , portion]) =>
      portion === 0 ? { request: { ...request }, provider, model } : { portion },
    identityHash: ([request, { provider, model }, , portion]) =>
      portion === 0 ? requestHash(request, model, provider) : checkHash(canonicalJson({ portion })),
    intent: ([request, { call_id, provider, model }]): JsonObject => ({
      call_id,
      provider,
      model,
      role: roleOf(request),
    }),
  },
  async (
    env,
    request: LlmRequest,
    route: LlmRoute,
    given: Given,
    portion: number,
  ): Promise<StreamPortion> => {
    if (route.kind !== 'network') {
      const answer = await answerHere(env, request, route, given);
      return { deltas: deltasOf(answer), answer };
    }
    const told = await nextPortion(env, request, route, portion);
    const facts = told.answer === null ? undefined : usageFacts(told.answer, route, told);
    if (facts !== undefined && !env.signal.aborted) await env.note(facts);
    return told;
  },
);

async function nextPortion(
  env: EffectEnv,
  request: LlmRequest,
  route: LlmRoute,
  portion: number,
): Promise<StreamPortion> {
  const { pieces, end } = await nextOf(env, streamsKey, route.call_id, () => {
    if (portion > 0) throw streamCut(route.provider, route.model);
    endIfLost(env, route);
    return new LiveStream({ join: joinDelta }, (signal, tell) =>
      askNetwork(env, request, route, signal, tell),
    );
  });
  return { deltas: pieces, answer: end };
}

/** A stream that an earlier life had begun to hear. */
export function streamCut(provider: string, model: string): HarnError {
  return llmErrors.streamCut({
    category: 'transient_network',
    kind: 'transient',
    reason: 'network_error',
    message: 'the run was interrupted while the answer was arriving',
    provider,
    model,
  });
}

/** Asks for an answer in pieces and calls `listener` with each, in order, before it gives the whole. */
export function* streamAnswer(
  ctx: RunContext,
  request: LlmRequest,
  route: LlmRoute,
  given: Given,
  listener: Handler,
): Suspending<LlmAnswer> {
  const leave = listenTo(ctx, streamsKey, route.call_id);
  try {
    for (let portion = 0; ; portion += 1) {
      const { deltas, answer } = yield* ctx.perform(streamPortion, [
        request,
        route,
        given,
        portion,
      ]);
      for (const delta of deltas) yield* callHandler(ctx, listener, [delta]);
      if (answer !== null) return answer;
    }
  } finally {
    leave();
  }
}
