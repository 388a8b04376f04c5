// Emits the events of one stretch of a session: to its subscribers, to whoever watches the run, and into the list that
// its transaction writes. Within a unit the list belongs to the unit, so that an event is written exactly once.
import { clockEffects } from '../io/index.ts';
import {
  callHandler,
  emitRunEvent,
  type Handler,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import {
  type AgentEvent,
  type AgentEventBody,
  type PendingEvent,
  showEvent,
} from './agent-events.ts';
import type { Session } from './session.ts';
import type { TranscriptMessage } from './transcript.ts';

export class Emitter {
  readonly #ctx: RunContext;
  readonly #session: Session;
  /** What is still to be written, in order. */
  readonly pending: PendingEvent[];

  constructor(ctx: RunContext, session: Session, pending: PendingEvent[]) {
    this.#ctx = ctx;
    this.#session = session;
    this.pending = pending;
  }

  /** The same for another task of the stretch. */
  in(ctx: RunContext): Emitter {
    return new Emitter(ctx, this.#session, this.pending);
  }

  /** Emits an event and waits for the program's subscribers. */
  *emit(body: AgentEventBody): Suspending<void> {
    const event: AgentEvent = { session_id: this.#session.id, ...body };
    const pending = { event, at_ms: this.#ctx.sync(clockEffects.now_ms, []) };
    this.pending.push(pending);
    showEvent(this.#ctx, pending);
    for (const handler of [...this.#session.subscribers]) yield* this.#tell(handler, event);
  }

  /** Shows a message of the transcript to whoever watches the run. */
  show(agentId: string, message: TranscriptMessage): void {
    emitRunEvent(this.#ctx, {
      event_type: 'transcript',
      agent_id: agentId,
      kind: 'message',
      payload: message,
    });
  }

  *#tell(handler: Handler, event: AgentEvent): Suspending<void> {
    yield* callHandler(this.#ctx, handler, [event]);
  }
}
