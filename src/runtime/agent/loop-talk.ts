// What is said to an agent besides the results of its tools: by its program, by other processes, by the loop itself. It is
// taken up between turns, each with its event; what could be a task is heard by the skills of the loop as well.
import type { RunContext, Suspending } from '../run/index.ts';
import type { AgentEventBody } from './agent-events.ts';
import { Emitter } from './emitter.ts';
import { asUserMessage, type HostMessage, hearEffect } from './host-messages.ts';
import type { LoopSkills } from './loop-skills.ts';
import type { Session } from './session.ts';
import { type TranscriptMessage, textOfContent } from './transcript.ts';

/** What the loop itself says to keep its agent at work is no task that skills could fit. */
const OWN_WORDS: ReadonlySet<string> = new Set(['nudge', 'turn_policy']);

interface Listener {
  readonly ctx: RunContext;
  readonly session: Session;
  /** Whether messages of other processes are taken up. */
  readonly hears: boolean;
  readonly isDaemon: boolean;
}

export class LoopTalk {
  readonly #of: Listener;
  #skills: LoopSkills | undefined;

  constructor(of: Listener) {
    this.#of = of;
  }

  /** From here on the skills hear what is said, too. */
  tellSkills(skills: LoopSkills): void {
    this.#skills = skills;
  }

  *emit(event: AgentEventBody): Suspending<void> {
    const { ctx, session } = this.#of;
    yield* new Emitter(ctx, session, session.outbox).emit(event);
  }

  /** Says something to the agent, with its event. `isNews`: by somebody else than the loop. */
  *say(kind: string, content: string, isNews = !OWN_WORDS.has(kind)): Suspending<void> {
    yield* this.#feedback(kind, content);
    this.#of.session.append({ role: 'user', content });
    if (isNews) this.#skills?.hear(content);
  }

  /** Before a turn: what was said since the last one. */
  *takeUp(): Suspending<void> {
    const { ctx, session, hears, isDaemon } = this.#of;
    if (hears) {
      const heard = yield* ctx.perform(hearEffect, [session.id, 'turn', isDaemon]);
      yield* this.tellHeard(heard);
      session.append(...heard.flatMap(asUserMessage));
    }
    this.takeInbox();
    yield* this.#takeFeedback();
  }

  /** Messages that came while a turn was under way and are in the session already. */
  *tellHeard(heard: readonly HostMessage[]): Suspending<void> {
    this.#skills?.hear(...heard.flatMap(asUserMessage));
    for (const { message_id, mode, content } of heard) {
      yield* this.emit({ type: 'user_message', message_id, mode, content: [content] });
    }
  }

  /** What was to wait until the agent yields; it is left to who started the loop. A daemon has taken it up by itself. */
  *atEnd(): Suspending<readonly string[]> {
    const { ctx, session, hears, isDaemon } = this.#of;
    const own = session.deferred.splice(0).map(({ content }) => textOfContent(content));
    const heard =
      hears && !isDaemon ? yield* ctx.perform(hearEffect, [session.id, 'end', false]) : [];
    yield* this.tellHeard(heard);
    return [...own, ...heard.map(({ content }) => String(content))];
  }

  /** What the run itself has said to a daemon that is idle; false: nothing. */
  *takeOwn(): Suspending<boolean> {
    const { session } = this.#of;
    if (!session.hasNews) return false;
    this.takeInbox();
    this.#take(...session.deferred.splice(0));
    yield* this.#takeFeedback();
    return true;
  }

  takeInbox(): void {
    const { session } = this.#of;
    session.isInterrupted = false;
    this.#take(...session.inbox.splice(0));
  }

  /** Messages that the gate of a worker brings. */
  *takeFromGate(messages: readonly TranscriptMessage[]): Suspending<void> {
    for (const message of messages) {
      yield* this.#feedback('gate', textOfContent(message.content));
      this.#take(message);
    }
  }

  /** Puts what others said into the session. */
  #take(...messages: readonly TranscriptMessage[]): void {
    this.#of.session.append(...messages);
    this.#skills?.hear(...messages.filter(({ role }) => role === 'user'));
  }

  /** What code said since the last turn, each with its event. What subscribers say to that comes after the next turn. */
  *#takeFeedback(): Suspending<void> {
    for (const { kind, content } of this.#of.session.feedback.splice(0)) {
      yield* this.say(kind, content);
    }
  }

  *#feedback(kind: string, content: string): Suspending<void> {
    yield* this.emit({ type: 'feedback_injected', kind, content });
  }
}
