// Model objects of the AI SDK whose calls are recorded: `harness.llm.durable(model)`. A model that looks and is called
// like the one it stands for, so that `generateText`, `streamText` and agents of the SDK need not know.
import { HarnError } from '../../base/index.ts';
import {
  assertModel,
  type DurableModel,
  generateDurably,
  llmErrors,
  type ModelOptions,
  modelCall,
  streamDurably,
} from '../llm/index.ts';
import type { RunContext } from '../run/index.ts';
import { Channel, fillChannel } from '../work/index.ts';
import { need } from './arguments.ts';
import { channelValues } from './sync.ts';

/** How a durable model asks. */
export interface DurableOptions {
  /**
   * How often a call is asked again after a failure that may pass (429, 5xx, a broken connection); 2 by default. The pauses
   * are recorded waits. Failures reach the SDK as coded errors, which it does not retry by itself.
   */
  readonly retries?: number;
}

/** What `harness.llm` offers for model objects. */
export interface DurableMethod {
  /**
   * The same model, with calls that are recorded: never bought twice, counted in the run's record, open ones in its
   * receipt. Takes models of the AI SDK (specification v2 and v3) and gives one for `generateText`, `streamText` and agents.
   * What the model says about itself is untouched; headers and bodies of the exchange are not kept.
   */
  durable<M extends DurableModel>(model: M, options?: DurableOptions): M;
}

const RETRIES = 2;

/** All parts of an answer find room: a call never waits for its listener. */
const CAPACITY = Number.MAX_SAFE_INTEGER;

/** The model with recorded calls, for the lane of a context. */
export function durableModel<M extends DurableModel>(
  ctx: RunContext,
  model: M,
  { retries = RETRIES }: DurableOptions = {},
): M {
  assertModel(model);
  need('llm.durable', 'retries', 'a number', retries);
  const calls: { readonly [method: string]: (options: ModelOptions) => Promise<unknown> } = {
    doGenerate: (options) =>
      outward(
        ctx.runFromLane(ctx.task.nextGroup('llm'), (inner) =>
          generateDurably(inner, modelCall(model, options), retries),
        ),
      ),
    doStream: (options) => outward(openStream(ctx, model, options, retries)),
  };
  return new Proxy(model, {
    get(target, key) {
      const ours = typeof key === 'string' ? calls[key] : undefined;
      if (ours !== undefined) return ours;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * The same model, with calls that are recorded in the run of this harness: an answer is bought once, whatever the run is
 * killed after. A short form of `harness.llm.durable(model)`.
 *
 * @example
 * const { text } = await generateText({ model: durable(harness, openai('gpt-4o')), prompt: 'Why?' });
 */
export function durable<M extends DurableModel>(
  harness: { readonly llm: DurableMethod },
  model: M,
  options?: DurableOptions,
): M {
  return harness.llm.durable(model, options);
}

/** A stream whose first parts are there. */
async function openStream(
  ctx: RunContext,
  model: DurableModel,
  options: ModelOptions,
  retries: number,
): Promise<{ readonly stream: ReadableStream<unknown> }> {
  const channel = new Channel('llm_parts', CAPACITY);
  fillChannel(ctx, 'llm_parts', channel, (inner) =>
    streamDurably(inner, modelCall(model, options), retries, (parts) => {
      channel.offer(parts);
    }),
  );
  const portions = channelValues(ctx, channel);
  let first: IteratorResult<unknown, undefined> | undefined = await portions.next();
  const stream = new ReadableStream<unknown>(
    {
      async pull(controller) {
        // Who reads is only asked again after it got something, and the last portion may be empty.
        for (let told = 0; told === 0; ) {
          const next = first ?? (await outward(portions.next()));
          first = undefined;
          if (next.done === true) {
            controller.close();
            return;
          }
          const parts = next.value as readonly unknown[];
          for (const part of parts) controller.enqueue(part);
          told = parts.length;
        }
      },
      cancel: () => channel.close(),
    },
    { highWaterMark: 0 },
  );
  return { stream };
}

/** A call that was given up ends as the SDK expects it: with an error named `AbortError`. */
async function outward<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!HarnError.is(error) || error.code !== llmErrors.$code('cancelled')) throw error;
    throw new DOMException(error.message, 'AbortError');
  }
}
