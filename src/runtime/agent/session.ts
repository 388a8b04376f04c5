// Sessions of one run: who owns which transcript, where it came from, who listens. They live in the run's memory and are
// re-made by replay, like everything a program holds: turns of a loop are recorded units, everything else is the program
// itself. What other processes may read of a session is written beside the turns; see session-facts.ts.
//
// States: open -> busy (a loop drives a turn; messages for it wait in the inbox) -> open -> closed (gone from here).
import type { Json, JsonObject } from '../../base/index.ts';
import type { Handler, RunContext, ServiceKey, Task } from '../run/index.ts';
import type { PendingEvent } from './agent-events.ts';
import { sessionErrors } from './errors.ts';
import type { SkillPlan } from './skill-options.ts';
import { Transcript, type TranscriptMessage } from './transcript.ts';

/** Opening one session more than this closes the one that was used longest ago. */
const MAX_SESSIONS = 128;

/** Something that code says to the model of a session, and why. */
export interface Feedback {
  readonly kind: string;
  readonly content: string;
}

export class Session {
  readonly id: string;
  readonly createdAtMs: number;
  readonly parentId: string | null;
  readonly branchedAtEventIndex: number | null;
  readonly childIds: string[] = [];
  /** Callbacks of the program, called as tasks of it. */
  readonly subscribers: Handler[] = [];
  /** Messages that came while a turn was under way; the loop takes them up between turns. */
  readonly inbox: TranscriptMessage[] = [];
  /** What code said to the model while a turn was under way; taken up with the inbox. */
  readonly feedback: Feedback[] = [];
  /** Messages that wait until the agent yields. */
  readonly deferred: TranscriptMessage[] = [];
  /** Somebody cannot wait until the turn under way is over. */
  isInterrupted = false;
  /** Calls of tools that were granted for the whole session; see permissions.ts. */
  readonly grants = new Set<string>();
  /** Events that the next transaction of the session writes. */
  outbox: PendingEvent[] = [];
  /** Notes that its model keeps; undefined: nobody has asked for any. */
  scratchpad: JsonObject | undefined;
  /** How often the notes were changed. */
  scratchpadVersion = 0;
  systemPrompt: string | null = null;
  toolFormat: string | null = null;
  /** The skills of the loop that drives it; sub-agents have them too. */
  skills: SkillPlan | undefined;
  /** What of the transcript is in the store: so many messages of the version with this root. */
  written:
    | { readonly root: object; readonly count: number; readonly metadata: JsonObject }
    | undefined;
  #transcript: Transcript;
  /** Changes when the transcript is more than grown; equal roots mean that one extends the other. */
  #root: object = {};
  #drivers = 0;
  readonly #listeners = new Set<() => void>();
  #wasDriven = false;

  constructor(options: {
    readonly id: string;
    readonly createdAtMs: number;
    readonly transcript: Transcript;
    readonly parentId?: string;
    readonly branchedAt?: number;
  }) {
    this.id = options.id;
    this.createdAtMs = options.createdAtMs;
    this.#transcript = options.transcript;
    this.parentId = options.parentId ?? null;
    this.branchedAtEventIndex = options.branchedAt ?? null;
  }

  get transcript(): Transcript {
    return this.#transcript;
  }

  get root(): object {
    return this.#root;
  }

  get isBusy(): boolean {
    return this.#drivers > 0;
  }

  /** Whether something was said to it that no loop has taken up. */
  get hasNews(): boolean {
    return this.inbox.length + this.feedback.length + this.deferred.length > 0;
  }

  /** Calls whoever waits for news. */
  tellNews(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Listens until the result is called. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether a loop has ever worked in it; only then it is written. */
  get wasDriven(): boolean {
    return this.#wasDriven;
  }

  /** Takes the session for a loop; the result gives it back. */
  drive(): () => void {
    if (this.#drivers > 0) throw sessionErrors.busy({ id: this.id });
    this.#drivers += 1;
    this.#wasDriven = true;
    return () => {
      this.#drivers -= 1;
    };
  }

  /** Adds messages at the end; what it was stays part of it. */
  append(...messages: readonly TranscriptMessage[]): void {
    this.#transcript = this.#transcript.append(...messages);
  }

  /** Adds facts that are no messages. */
  note(change: (transcript: Transcript) => Transcript): void {
    this.#transcript = change(this.#transcript);
  }

  /** Puts another transcript in place: reset, trimmed, compacted. */
  replace(transcript: Transcript): void {
    this.#transcript = transcript;
    this.#root = {};
  }

  /** Puts other notes in place; undefined takes them away. */
  setScratchpad(notes: JsonObject | undefined): void {
    this.scratchpad = notes;
    this.scratchpadVersion += 1;
  }

  snapshot(): JsonObject {
    return {
      ...this.#transcript.toJson(),
      id: this.id,
      length: this.#transcript.messages.length,
      created_at: this.createdAtMs,
      parent_id: this.parentId,
      child_ids: [...this.childIds],
      branched_at_event_index: this.branchedAtEventIndex,
      system_prompt: this.systemPrompt,
      tool_format: this.toolFormat,
      scratchpad: this.scratchpad ?? null,
      scratchpad_version: this.scratchpadVersion,
    };
  }
}

/** What belongs to sessions and is kept elsewhere. */
export interface SessionWatcher {
  /** A loop takes the session up. */
  readonly driven: (ctx: RunContext, session: Session) => void;
  /** It is over for this run. */
  readonly ended: (session: Session) => void;
}

/** The sessions of one run. */
export class SessionRegistry {
  readonly watchers = new Set<SessionWatcher>();
  readonly #sessions = new Map<string, Session>();
  readonly #current = new WeakMap<Task, string>();

  /** The session, which becomes the most recently used one. */
  find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session !== undefined) {
      this.#sessions.delete(id);
      this.#sessions.set(id, session);
    }
    return session;
  }

  get(verb: string, id: string): Session {
    const session = this.find(id);
    if (session === undefined) throw sessionErrors.unknown({ verb, id });
    return session;
  }

  add(session: Session): Session {
    if (this.#sessions.size >= MAX_SESSIONS) {
      const idle = [...this.#sessions.values()].find((one) => !one.isBusy);
      if (idle !== undefined) this.remove(idle.id);
    }
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Takes a session for a loop; the result gives it back, and ends it when nobody goes on with it. */
  drive(ctx: RunContext, session: Session): (isOver: boolean) => void {
    const giveBack = session.drive();
    for (const watcher of this.watchers) watcher.driven(ctx, session);
    return (isOver) => {
      giveBack();
      if (isOver) this.#end(session);
    };
  }

  remove(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (session !== undefined) this.#end(session);
  }

  #end(session: Session): void {
    for (const watcher of this.watchers) watcher.ended(session);
  }

  /** Says that a task and everything below it works in a session. */
  enter(task: Task, id: string): void {
    this.#current.set(task, id);
  }

  /** The innermost session a task works in. */
  currentOf(task: Task): string | null {
    for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
      const id = this.#current.get(at);
      if (id !== undefined) return id;
    }
    return null;
  }

  /** Copies a session under a new id and links both. Subscribers stay where they are. */
  fork(source: Session, id: string, createdAtMs: number, keepFirst?: number): Session {
    if (this.#sessions.has(id)) throw sessionErrors.taken({ id });
    const kept =
      keepFirst === undefined ? source.transcript : source.transcript.keepFirst(keepFirst);
    const child = new Session({
      id,
      createdAtMs,
      transcript: kept.fork(id, { parent_session_id: source.id }),
      parentId: source.id,
      ...(keepFirst === undefined ? {} : { branchedAt: kept.messages.length }),
    });
    child.systemPrompt = source.systemPrompt;
    child.toolFormat = source.toolFormat;
    child.scratchpad = source.scratchpad;
    source.childIds.push(id);
    return this.add(child);
  }

  /** Where a session came from, as far as this run still knows. */
  ancestry(session: Session): JsonObject {
    let root = session;
    for (let parent = root.parentId; parent !== null; parent = root.parentId) {
      const next = this.#sessions.get(parent);
      if (next === undefined) break;
      root = next;
    }
    return { parent_id: session.parentId, child_ids: [...session.childIds], root_id: root.id };
  }
}

/** The sessions of this run. */
export const sessionsKey: ServiceKey<SessionRegistry> = {
  name: 'agent.sessions',
  create: () => new SessionRegistry(),
};

/** Makes a session with an empty transcript. */
export function newSession(id: string, createdAtMs: number): Session {
  return new Session({ id, createdAtMs, transcript: Transcript.empty(id) });
}

/** A message as a program gives it. */
export function messageFrom(verb: string, value: Json | undefined): TranscriptMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw sessionErrors.badArgument({ verb, name: 'message', expected: 'a dict' });
  }
  const message = value as JsonObject;
  if (!ROLES.has(message['role'] ?? null)) throw sessionErrors.badRole({ verb });
  return { content: '', ...message } as TranscriptMessage;
}

const ROLES: ReadonlySet<Json> = new Set(['user', 'assistant', 'tool_result', 'tool', 'system']);

/** The task's session, for callbacks that are not told. */
export function currentSessionId(ctx: RunContext): string | null {
  return ctx.get(sessionsKey).currentOf(ctx.task);
}
