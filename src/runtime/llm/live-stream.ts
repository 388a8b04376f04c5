// A stream of this process: pieces that nobody took yet, and how it ended. What is recorded of it is somebody else's
// business (stream.ts, durable-stream.ts).
import type { EffectEnv, RunContext, ServiceKey } from '../run/index.ts';

/** What is handed over at once. `end` comes with the last portion. */
export type Portion<P, E> = { readonly pieces: readonly P[]; readonly end: E | null };

/** How the pieces of a stream are kept until somebody takes them. */
export interface PieceRules<P> {
  /** Adds a piece to those that wait, or makes the last one longer. */
  readonly join: (pieces: P[], next: P) => void;
  /** Whether these are worth a hand-over; all are, by default. */
  readonly worthTelling?: (pieces: readonly P[]) => boolean;
}

export class LiveStream<P, E> {
  readonly #cut = new AbortController();
  readonly #rules: PieceRules<P>;
  #pieces: P[] = [];
  #end: { readonly end: E } | { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(
    rules: PieceRules<P>,
    start: (signal: AbortSignal, tell: (piece: P) => void) => Promise<E>,
  ) {
    this.#rules = rules;
    const tell = (piece: P) => {
      rules.join(this.#pieces, piece);
      this.#wake();
    };
    start(this.#cut.signal, tell).then(
      (end) => this.#finish({ end }),
      (error: unknown) => this.#finish({ error }),
    );
  }

  /** What came since the last time; waits for something. */
  async next(): Promise<Portion<P, E>> {
    while (!this.#isWorthTelling() && this.#end === undefined) {
      await new Promise<void>((ok) => {
        this.#wake = ok;
      });
    }
    const end = this.#end;
    // An opening without anything behind it is nothing that was heard.
    if (end !== undefined && 'error' in end && !this.#isWorthTelling()) throw end.error;
    const pieces = this.#pieces;
    this.#pieces = [];
    return { pieces, end: end !== undefined && 'end' in end ? end.end : null };
  }

  cut(): void {
    this.#cut.abort('its listener is gone');
  }

  #isWorthTelling(): boolean {
    if (this.#pieces.length === 0) return false;
    return this.#rules.worthTelling?.(this.#pieces) ?? true;
  }

  #finish(end: { readonly end: E } | { readonly error: unknown }): void {
    this.#end = end;
    this.#wake();
  }
}

/** The streams of this process, by call id. */
export type LiveStreams<P, E> = ServiceKey<Map<string, LiveStream<P, E>>>;

/** The next portion of a call's stream, which `begin` makes when there is none; it is cut when its listener goes. */
export async function nextOf<P, E>(
  env: EffectEnv,
  key: LiveStreams<P, E>,
  callId: string,
  begin: () => LiveStream<P, E>,
): Promise<Portion<P, E>> {
  const streams = env.get(key);
  const stream = streams.get(callId) ?? begin();
  streams.set(callId, stream);
  const cut = () => stream.cut();
  env.signal.addEventListener('abort', cut, { once: true });
  if (env.signal.aborted) cut();
  try {
    return await stream.next();
  } finally {
    env.signal.removeEventListener('abort', cut);
  }
}

/**
 * From now on the stream of this call ends with its task, which may go while it is busy with what it heard: then nobody
 * waits for the next portion. Call the result when the stream has ended.
 */
export function listenTo<P, E>(
  ctx: RunContext,
  key: LiveStreams<P, E>,
  callId: string,
): () => void {
  const { task } = ctx;
  const leave = () => {
    const streams = ctx.get(key);
    streams.get(callId)?.cut();
    streams.delete(callId);
    task.owned.delete(leave);
  };
  task.owned.add(leave);
  return leave;
}
