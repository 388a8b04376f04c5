// Streams of model objects of the AI SDK, by the rules of streams (stream.ts): every portion that is handed over is one
// recorded outcome; a resumed run hears the same portions again; a stream that was cut in the middle ends in a coded
// error; one of which nothing was heard is asked for again. What only announces an answer is nothing that was heard.
import type { Json } from '../../base/index.ts';
import { defineEffect, type EffectEnv, type RunContext, type Suspending } from '../run/index.ts';
import type { Answered } from './call-frame.ts';
import { catalogKey } from './catalog/catalog.ts';
import { endOfCall, framedModelCall, modelIdentity, modelIntent } from './durable-call.ts';
import { fromKept, toKept } from './durable-data.ts';
import { PartsHeard, partsFrom, recordAnswer, requestOfModel } from './durable-given.ts';
import {
  callable,
  type ModelCall,
  type ModelEnd,
  modelFailure,
  numbersOf,
} from './durable-model.ts';
import { answerHere, type Given } from './given.ts';
import { LiveStream, type LiveStreams, listenTo, nextOf } from './live-stream.ts';
import { endIfLost } from './lost-call.ts';
import { persistently } from './persistent.ts';
import { type LlmNumbers, toNumbers } from './result.ts';
import type { LlmRoute } from './route.ts';
import { streamCut } from './stream.ts';
import { numberFacts } from './usage.ts';

/** Before the second attempt of a call. */
const BACKOFF_MS = 1000;

/** A part of a stream, as far as it is read here. */
type Part = { readonly type?: string; readonly id?: string; readonly delta?: string };

/** What is handed over at once, as it is recorded. `numbers` come with the last portion. */
type PartPortion = { readonly parts: readonly Json[]; readonly numbers: LlmNumbers | null };

/** The streams of model objects of this process, by call id. */
const partStreamsKey: LiveStreams<Part, LlmNumbers> = {
  name: 'llm.part_streams',
  create: () => new Map(),
};

/** Parts that only announce an answer. */
const OPENING: readonly unknown[] = ['stream-start', 'response-metadata', 'text-start', 'raw'];

const RULES = {
  join: joinPart,
  worthTelling: (parts: readonly Part[]) => parts.some(({ type }) => !OPENING.includes(type)),
};

type PortionArgs = readonly [ModelCall, LlmRoute, Given, number];

/** The next portion of a stream. The first one begins it. */
const portionEffect = defineEffect(
  {
    name: 'llm.generate_stream',
    class: 'read',
    access: 'mutate',
    paid: ([, route, , portion]: PortionArgs) => route.kind === 'network' && portion === 0,
    identity: ([call, route, , portion]) =>
      portion === 0 ? modelIdentity(call, route) : { portion },
    intent: ([call, route]) => modelIntent(call, route),
  },
  async (
    env,
    call: ModelCall,
    route: LlmRoute,
    given: Given,
    portion: number,
  ): Promise<PartPortion> => {
    if (route.kind !== 'network') {
      const answer = await answerHere(env, requestOfModel(call), route, given);
      return { parts: partsFrom(answer, call).map(toKept), numbers: toNumbers(answer) };
    }
    const { pieces, end: numbers } = await nextPortion(env, call, route, portion);
    const told = { parts: pieces.map(toKept), numbers };
    const facts = numbers === null ? undefined : numberFacts(numbers, route, told);
    if (facts !== undefined && !env.signal.aborted) await env.note(facts);
    return told;
  },
);

function nextPortion(env: EffectEnv, call: ModelCall, route: LlmRoute, portion: number) {
  return nextOf(env, partStreamsKey, route.call_id, () => {
    if (portion > 0) throw streamCut(route.provider, route.model);
    endIfLost(env, route);
    return new LiveStream(RULES, (signal, tell) => readStream(env, call, route, signal, tell));
  });
}

/** Reads a stream to its end. It outlives the effect that begins it, so it ends with its listener. */
async function readStream(
  env: EffectEnv,
  call: ModelCall,
  route: LlmRoute,
  listener: AbortSignal,
  tell: (part: Part) => void,
): Promise<LlmNumbers> {
  const signal = endOfCall(env, call, route, listener);
  const startMs = env.host.clock.monotonicMs();
  let end: ModelEnd = {};
  let modelId: unknown;
  const heard = new PartsHeard();
  try {
    signal.throwIfAborted();
    const { stream } = await callable(call, signal).stream();
    const reader = (stream as ReadableStream<Part>).getReader();
    const stop = () => void reader.cancel(signal.reason).catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    for (;;) {
      const { done, value: part } = await reader.read();
      if (done) break;
      if (part.type === 'finish') end = part as ModelEnd;
      if (part.type === 'response-metadata') modelId = (part as { modelId?: unknown }).modelId;
      heard.add(part);
      tell(part);
    }
    signal.throwIfAborted();
    const durationMs = Math.round(env.host.clock.monotonicMs() - startMs);
    const numbers = numbersOf(
      { ...end, response: { modelId } },
      call,
      durationMs,
      env.get(catalogKey),
    );
    await recordAnswer(env, call, route, heard.content, numbers);
    return numbers;
  } catch (error) {
    throw await modelFailure(error, env, route, signal);
  }
}

/** Adds a part, or makes the last one longer. */
function joinPart(parts: Part[], next: Part): void {
  const last = parts.at(-1);
  const { type, id, delta } = next;
  const isDelta = delta !== undefined && Object.keys(next).length === 3;
  if (isDelta && last?.type === type && last?.id === id && last?.delta !== undefined) {
    parts[parts.length - 1] = { ...last, delta: last.delta + delta };
  } else parts.push(next);
}

/** Asks a model object for a stream and tells what arrives, portion by portion. */
export function* streamDurably(
  ctx: RunContext,
  call: ModelCall,
  retries: number,
  tell: (parts: readonly unknown[]) => void,
): Suspending<null> {
  let left = retries;
  return yield* persistently(
    ctx,
    {
      get retries() {
        return left;
      },
      backoffMs: BACKOFF_MS,
    },
    () =>
      framedModelCall(ctx, call, (bounded, route, given) =>
        portions(ctx, [bounded, route, given], (parts) => {
          // Who has heard something cannot hear it from the beginning again.
          left = 0;
          tell(parts);
        }),
      ),
  );
}

function* portions(
  ctx: RunContext,
  [call, route, given]: readonly [ModelCall, LlmRoute, Given],
  tell: (parts: readonly unknown[]) => void,
): Suspending<Answered<null>> {
  const leave = listenTo(ctx, partStreamsKey, route.call_id);
  try {
    for (let portion = 0; ; portion += 1) {
      const { parts, numbers } = yield* ctx.perform(portionEffect, [call, route, given, portion]);
      tell(parts.map(fromKept));
      if (numbers !== null) return { value: null, numbers };
    }
  } finally {
    leave();
  }
}
