// Model calls that are heard while they arrive: a channel of pieces, filled by a task of its own, and the answer at the
// end. A call that fails closes the channel with its error; who closes the channel gives the call up at once, wherever it is.
import type { Json } from '../../base/index.ts';
import type { LlmDelta } from '../llm/index.ts';
import type { Handler, RunContext, Suspending } from '../run/index.ts';
import { Channel, fillChannel, send } from '../work/index.ts';
import {
  type LlmCallOptions,
  type LlmCallResult,
  llmCallWithTranscript,
} from './call-transcript.ts';

/** A call under way. */
export interface LlmStream {
  /** Pieces in order; closed when the answer is complete. */
  readonly channel: Channel;
  /** How the call ended, when it has; `given_up` when the channel was closed before. */
  end(ctx: RunContext): Suspending<LlmStreamEnd>;
}

/** How a call ended: with an answer, with an error, or because nobody wanted to hear the rest. */
export type LlmStreamEnd =
  | { readonly result: LlmCallResult }
  | { readonly error: unknown }
  | { readonly given_up: true };

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
      if (piece !== undefined) yield* send(inner, channel, piece);
      return null;
    },
  };
  const { end } = fillChannel(ctx, 'llm_stream', channel, (inner) =>
    llmCallWithTranscript(inner, prompt, system, options, { onDelta }),
  );
  return {
    channel,
    *end(asking) {
      const ended = yield* end(asking);
      return ended === undefined ? { given_up: true } : (ended as LlmStreamEnd);
    },
  };
}
