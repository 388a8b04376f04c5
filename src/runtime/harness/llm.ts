// Models in TypeScript: `harness.llm`.
import type { Json, JsonObject } from '../../base/index.ts';
import {
  type LlmCallOptions,
  type LlmCallResult,
  llmCallSafeWithTranscript,
  llmCallWithTranscript,
  startLlmStream,
} from '../agent/index.ts';
import {
  type LlmCallEnvelope,
  type LlmDelta,
  type LlmMessage,
  type LlmParts,
  type LlmResult,
  llmCallStructured,
  llmCallStructuredResult,
  llmCallStructuredSafe,
  llmCompletion,
  llmEffects,
  llmErrors,
  type RateOptions,
  type StructuredEnvelope,
  type StructuredOptions,
  type StructuredResult,
  type StructuredResultOptions,
  withRateLimit,
} from '../llm/index.ts';
import { callHandler, type Handler, type RunContext, type Suspending } from '../run/index.ts';
import { need } from './arguments.ts';
import { type DurableMethod, durableModel } from './durable.ts';
import { createFamily, type Family, notData } from './family.ts';
import { channelValues } from './sync.ts';

/** Options of a call from TypeScript. */
export type LlmAskOptions = LlmCallOptions & {
  readonly system?: string;
  /**
   * Called with every piece of the answer before the call returns, one after another. A resumed run hears again what it
   * heard before, in the same portions; HARN-LLM-117 when the rest of it is lost.
   */
  readonly onDelta?: (delta: LlmDelta) => Promise<void> | void;
  /** Another form of the same prompt, by code: gets the messages just before the call and gives others. */
  readonly experiment?: {
    readonly label: string;
    readonly transform: (shape: {
      readonly system: string | null;
      readonly messages: readonly LlmMessage[];
    }) => Promise<PromptShape> | PromptShape;
  };
};

/** What an experiment makes of a prompt. */
export type PromptShape = {
  readonly system?: string;
  readonly messages?: readonly LlmMessage[];
  readonly metadata?: Json;
} | null;

/** A call that is heard while it arrives. */
export interface LlmStreamHandle extends AsyncIterable<LlmDelta> {
  /** The whole answer, when it is there; throws what the call failed with. */
  result(): Promise<LlmCallResult>;
}

/** Model calls. */
export type LlmHandle = Family<typeof llmEffects> &
  DurableMethod & {
    /** Asks a model once. A recorded answer is never bought again. With `transcript` it goes on from one. */
    call(prompt: string, options?: LlmAskOptions): Promise<LlmCallResult>;
    /** The same, with failures as data. */
    callSafe(prompt: string, options?: LlmAskOptions): Promise<LlmCallEnvelope>;
    /** Asks a model and gives the answer piece by piece: `for await`. Leaving the loop early cuts the call at once. */
    stream(prompt: string, options?: Omit<LlmAskOptions, 'onDelta'>): LlmStreamHandle;
    /** Asks for the text that follows `prefix`, up to `suffix` where there is one. */
    completion(prefix: string, suffix?: string | null, options?: LlmAskOptions): Promise<LlmResult>;
    /** Asks for data that fits a schema and gives the data; asks again up to three times (`retries`), then throws. */
    callStructured(prompt: string, schema: JsonObject, options?: StructuredOptions): Promise<Json>;
    /** The same, with failures as data: `{ok, data, error}`. */
    callStructuredSafe(
      prompt: string,
      schema: JsonObject,
      options?: StructuredOptions,
    ): Promise<StructuredEnvelope>;
    /** The same, with all that is known of how it went; `repair` asks once more for an answer that does not fit. */
    callStructuredResult(
      prompt: string,
      schema: JsonObject,
      options?: StructuredResultOptions,
    ): Promise<StructuredResult>;
    /**
     * Waits for a turn of a provider (`rateLimit`, `HARN_RATE_LIMIT_<PROVIDER>`) and calls `fn`, again after failures that
     * may pass. The result of `fn` must be data.
     */
    withRateLimit<T>(provider: string, fn: () => Promise<T>, options?: RateOptions): Promise<T>;
  };

type Method<R> = (
  ctx: RunContext,
  prompt: string,
  system: string | null,
  options: LlmCallOptions,
  parts: LlmParts,
) => Suspending<R>;

/** The llm handle of a context. */
export function llmHandle(ctx: RunContext): LlmHandle {
  const run = <T>(body: (inner: RunContext) => Suspending<T>) =>
    ctx.runFromLane(ctx.task.nextGroup('llm'), body);
  const ask =
    <R>(method: Method<R>) =>
    (prompt: string, { system, onDelta, experiment, ...options }: LlmAskOptions = {}) => {
      const parts = { ...partsOf(onDelta), ...experimentBy(experiment) };
      return run((inner) => method(inner, prompt, system ?? null, options, parts));
    };
  return notData('harness.llm', {
    withRateLimit: (provider, fn, options) => limited(ctx, provider, fn, options),
    ...createFamily('harness.llm', llmEffects, ctx),
    call: ask(llmCallWithTranscript),
    callSafe: ask(llmCallSafeWithTranscript),
    durable: (model, options) => durableModel(ctx, model, options),
    completion: (prefix, suffix = null, { system, ...options } = {}) =>
      run((inner) => llmCompletion(inner, prefix, suffix, system ?? null, options)),
    stream: (prompt, { system, ...options } = {}) =>
      streamHandle(ctx, prompt, system ?? null, options),
    callStructured: (prompt, schema, options) =>
      run((inner) => llmCallStructured(inner, prompt, schema, options)),
    callStructuredSafe: (prompt, schema, options) =>
      run((inner) => llmCallStructuredSafe(inner, prompt, schema, options)),
    callStructuredResult: (prompt, schema, options) =>
      run((inner) => llmCallStructuredResult(inner, prompt, schema, options)),
  });
}

function limited<T>(
  ctx: RunContext,
  provider: string,
  fn: () => Promise<T>,
  options: RateOptions = {},
): Promise<T> {
  need('llm.withRateLimit', 'fn', 'a function', fn);
  const handler: Handler = { kind: 'async', name: fn.name, run: async () => fn() };
  return ctx.runFromLane(ctx.task.nextGroup('llm'), (inner) =>
    withRateLimit(inner, ctx.task, provider, options, function* () {
      return (yield* callHandler(inner, handler, [])) as T;
    }),
  );
}

function experimentBy(experiment: LlmAskOptions['experiment']): Pick<LlmParts, 'experiment'> {
  if (experiment === undefined) return {};
  const { label, transform } = experiment;
  need('llm.call', 'experiment.transform', 'a function', transform);
  const handler: Handler = {
    kind: 'async',
    name: label,
    run: async (_lane, [shape]) => (await transform(shape as never)) as never,
  };
  return { experiment: { label, args: {}, transform: handler } };
}

function partsOf(onDelta: LlmAskOptions['onDelta']): LlmParts {
  if (onDelta === undefined) return {};
  need('llm.call', 'onDelta', 'a function', onDelta);
  const handler: Handler = {
    kind: 'async',
    name: onDelta.name,
    run: async (_lane, [delta]) => onDelta(delta as LlmDelta),
  };
  return { onDelta: handler };
}

function streamHandle(
  ctx: RunContext,
  prompt: string,
  system: string | null,
  options: LlmCallOptions,
): LlmStreamHandle {
  const { channel, end } = startLlmStream(ctx, prompt, system, options, (delta) => delta);
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const delta of channelValues(ctx, channel)) yield delta as LlmDelta;
      } finally {
        channel.close();
      }
    },
    result: async () => {
      const ended = await ctx.runFromLane(ctx.task.nextGroup('llm'), end);
      if ('result' in ended) return ended.result;
      throw 'error' in ended ? ended.error : givenUp(options);
    },
  };
}

function givenUp({ provider, model }: LlmCallOptions): Error {
  return llmErrors.cancelled({
    category: 'cancelled',
    kind: 'terminal',
    reason: 'unknown',
    message: 'nobody listened to its stream',
    provider: provider ?? 'auto',
    model: model ?? '',
  });
}
