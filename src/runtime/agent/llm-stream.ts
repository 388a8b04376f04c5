// Model calls that are heard while they arrive: a channel of pieces, filled by a task of its own, and the answer at the
// end. A call that fails closes the channel with its error; who closes the channel gives the call up.
import type { Json } from '../../base/index.ts';
import type { LlmDelta } from '../llm/index.ts';
import type { Handler, RunContext, Suspending, Task } from '../run/index.ts';
import { Channel, send } from '../work/index.ts';
import {
  type LlmCallOptions,
  type LlmCallResult,
  llmCallWithTranscript,
} from './call-transcript.ts';

/** A call under way. */
export interface LlmStream {
  /** Pieces in order; closed when the answer is complete. */
  readonly channel: Channel;
  /** The task that asks; its value is how the call ended (`LlmStreamEnd`). */
  readonly task: Task;
}

/** How a call ended: with an answer, with an error, or because the channel was closed before. */
export type LlmStreamEnd =
  | { readonly result: LlmCallResult }
  | { readonly error: unknown }
  | { readonly unheard: true };

/** All pieces of an answer find room: a call never waits for its listener. */
const CAPACITY = Number.MAX_SAFE_INTEGER;

/** Begins a call. `pieceOf` says what the channel carries of a piece; undefined leaves it out. */
export function startLlmStream(
  ctx: RunContext,
  prompt: string,
  system: string | null,
  options: LlmCallOptions,
  pieceOf: (delta: LlmDelta) => unknown,
): LlmStream {
  const channel = new Channel('llm_stream', CAPACITY);
  const onDelta: Handler = {
    kind: 'generator',
    name: 'llm_stream',
    *run(inner, [delta]): Suspending<Json> {
      const piece = pieceOf(delta as LlmDelta);
      if (piece !== undefined && !(yield* send(inner, channel, piece))) throw new Unheard();
      return null;
    },
  };
  const task = ctx.startTask(ctx.task.nextGroup('llm_stream'), (inner) =>
    pump(inner, channel, (at) => llmCallWithTranscript(at, prompt, system, options, { onDelta })),
  );
  return { channel, task };
}

/** Nobody listens any more. */
class Unheard extends Error {}

function* pump(
  ctx: RunContext,
  channel: Channel,
  call: (ctx: RunContext) => Suspending<LlmCallResult>,
): Suspending<LlmStreamEnd> {
  try {
    const result = yield* call(ctx);
    channel.close();
    return { result };
  } catch (error) {
    if (error instanceof Unheard) return { unheard: true };
    channel.fail(error);
    return { error };
  }
}
