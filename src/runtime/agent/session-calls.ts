// Sessions as programs use them: `agent_session_*` and `harness.agent.*`. Nothing here suspends but `close`, which may
// write, and `compact`, which may ask a model; nothing here opens a store by itself.
import type { Json, JsonObject } from '../../base/index.ts';
import { clockEffects, randomEffects } from '../io/index.ts';
import {
  defineEffect,
  type Handler,
  keptHandler,
  type RunContext,
  type Suspending,
} from '../run/index.ts';
import { type ReplayEvent, readAgentEvents } from './agent-events.ts';
import { compactSession } from './compact.ts';
import { type CompactParts, readCompactOptions } from './compact-options.ts';
import { sessionErrors } from './errors.ts';
import { scratchpadFrom } from './scratchpad.ts';
import { messageFrom, newSession, type Session, sessionsKey } from './session.ts';
import { appendSessionClosed } from './session-facts.ts';
import { settleSession } from './session-settle.ts';
import { activeSkills, skillEvent } from './skill-tool.ts';
import { Transcript } from './transcript.ts';

/** Messages that stay when a session is compacted and nothing is said about it. */
const KEEP_LAST = 12;

/** When a message that is said within the run is heard. */
const MODES: readonly Json[] = ['finish_step', 'interrupt_immediate', 'wait_for_completion'];

type Access = 'read' | 'write';

function registry(ctx: RunContext, method: string, access: Access) {
  ctx.authority.check({ name: `agent.${method}`, access });
  return ctx.get(sessionsKey);
}

function known(ctx: RunContext, verb: string, id: string, access: Access = 'read'): Session {
  return registry(ctx, verb, access).get(verb, id);
}

const closeEffect = defineEffect(
  { name: 'agent.close', class: 'store', access: 'write' },
  (env, sessionId: string, status: string) => {
    env.inTx((tx) => appendSessionClosed(tx, { runId: env.runId, sessionId, status }));
    return null;
  },
);

const replayEventsEffect = defineEffect(
  { name: 'agent.replay_events', class: 'read', access: 'read' },
  async (env, sessionId: string): Promise<readonly ReplayEvent[]> => {
    const { journal } = env.task.ctx.run;
    if (!journal.isDurable) return [];
    await journal.barrier();
    return journal.home === undefined ? [] : readAgentEvents(journal.home.store, sessionId);
  },
);

/** Operations on sessions, by the verb that programs use. */
export const sessionCalls = {
  /** The id of an open session; made when it is not there. Without an id a new one is drawn. */
  open(ctx: RunContext, id: string | null = null): string {
    const sessions = registry(ctx, 'open', 'write');
    const wanted = id === null || id === '' ? ctx.sync(randomEffects.uuid_v7, []) : id;
    if (sessions.find(wanted) === undefined) {
      sessions.add(newSession(wanted, ctx.sync(clockEffects.now_ms, [])));
    }
    return wanted;
  },

  exists: (ctx: RunContext, id: string): boolean =>
    registry(ctx, 'exists', 'read').find(id) !== undefined,

  current_id: (ctx: RunContext): string | null =>
    registry(ctx, 'current_id', 'read').currentOf(ctx.task),

  length: (ctx: RunContext, id: string): number =>
    known(ctx, 'length', id).transcript.messages.length,

  snapshot: (ctx: RunContext, id: string): JsonObject | null =>
    registry(ctx, 'snapshot', 'read').find(id)?.snapshot() ?? null,

  ancestry(ctx: RunContext, id: string): JsonObject | null {
    const sessions = registry(ctx, 'ancestry', 'read');
    const session = sessions.find(id);
    return session === undefined ? null : sessions.ancestry(session);
  },

  /** The notes of a session's model; null when there are none. */
  scratchpad: (ctx: RunContext, id: string): JsonObject | null =>
    known(ctx, 'scratchpad', id).scratchpad ?? null,

  /** Puts notes in place of those there are; they stand in the prompts of loops that ask for a scratchpad. */
  set_scratchpad(ctx: RunContext, id: string, notes: Json): JsonObject {
    const session = known(ctx, 'set_scratchpad', id, 'write');
    session.setScratchpad(scratchpadFrom(notes));
    return { ok: true, version: session.scratchpadVersion, scratchpad: session.scratchpad ?? null };
  },

  /** Takes the notes away. */
  clear_scratchpad(ctx: RunContext, id: string): null {
    known(ctx, 'clear_scratchpad', id, 'write').setScratchpad(undefined);
    return null;
  },

  /** Takes every skill out of force; gives their ids. The next loop begins without them. */
  clear_skills(ctx: RunContext, id: string): readonly string[] {
    const session = known(ctx, 'clear_skills', id, 'write');
    if (session.isBusy) throw sessionErrors.busy({ id });
    const active = activeSkills(session.transcript.metadata).map((one) => one.id);
    if (active.length === 0) return [];
    session.note((transcript) => {
      const without = transcript.withMetadata({ active_skills: [] });
      return active.reduce(
        (last, name) => last.withEvent(skillEvent('skill_deactivated', { name })),
        without,
      );
    });
    return active;
  },

  /** Forgets what was said; id and subscribers stay. */
  reset(ctx: RunContext, id: string): null {
    known(ctx, 'reset', id, 'write').replace(Transcript.empty(id));
    return null;
  },

  /** A copy under a new id, linked to where it came from. */
  fork(ctx: RunContext, source: string, id: string | null = null): string {
    return forkOf(ctx, 'fork', source, id);
  },

  /** A copy that keeps the first messages only. */
  fork_at(ctx: RunContext, source: string, keepFirst: number, id: string | null = null): string {
    if (!(keepFirst >= 0)) {
      throw sessionErrors.badArgument({ verb: 'fork_at', name: 'keep_first', expected: '>= 0' });
    }
    return forkOf(ctx, 'fork_at', source, id, keepFirst);
  },

  /** Keeps the last messages; gives how many there are now. */
  trim(ctx: RunContext, id: string, keepLast: number): number {
    if (!(keepLast >= 0)) {
      throw sessionErrors.badArgument({ verb: 'trim', name: 'keep_last', expected: '>= 0' });
    }
    const session = known(ctx, 'trim', id, 'write');
    session.replace(session.transcript.keepLast(keepLast));
    return session.transcript.messages.length;
  },

  /** Compacts what was said; gives how many messages stay. */
  *compact(
    ctx: RunContext,
    id: string,
    options: Json,
    parts: CompactParts = {},
  ): Suspending<number> {
    const session = known(ctx, 'compact', id, 'write');
    if (session.isBusy) throw sessionErrors.busy({ id });
    const plan = readCompactOptions('agent_session_compact', options, parts, KEEP_LAST);
    yield* compactSession(ctx, session, plan, 'manual');
    return session.transcript.messages.length;
  },

  /** Adds a message: now, or after the turn that is under way. */
  inject(ctx: RunContext, id: string, message: Json): null {
    const session = known(ctx, 'inject', id, 'write');
    const { mode, ...said } = messageFrom('inject', message);
    if (mode !== undefined && !MODES.includes(mode)) {
      const expected = `one of ${MODES.join(', ')}`;
      throw sessionErrors.badArgument({ verb: 'inject', name: 'mode', expected });
    }
    if (mode === 'wait_for_completion' && session.isBusy) session.deferred.push(said);
    else if (session.isBusy) session.inbox.push(said);
    else session.append(said);
    if (mode === 'interrupt_immediate' && session.isBusy) session.isInterrupted = true;
    session.tellNews();
    return null;
  },

  /**
   * Says something to the model of a session: a user message that stands before its next turn, whether one is under way or no
   * loop runs yet, with a `feedback_injected` event of this kind. An idle daemon is woken by it.
   */
  inject_feedback(ctx: RunContext, id: string, kind: string, content: string): null {
    const session = known(ctx, 'inject_feedback', id, 'write');
    if (content === '') {
      throw sessionErrors.badArgument({
        verb: 'inject_feedback',
        name: 'content',
        expected: 'a text that is not empty',
      });
    }
    session.feedback.push({ kind, content });
    session.tellNews();
    return null;
  },

  /** Calls `handler(event)` for every event of the session from here on. */
  subscribe(ctx: RunContext, id: string, handler: Handler): null {
    sessionCalls.open(ctx, id);
    known(ctx, 'subscribe', id, 'write').subscribers.push(keptHandler(ctx, handler));
    return null;
  },

  /** Ends a session here. Where an agent has worked in it, all of it stays readable in the store. */
  *close(ctx: RunContext, id: string, status: string | null = null): Suspending<null> {
    const session = known(ctx, 'close', id, 'write');
    if (session.isBusy) throw sessionErrors.busy({ id });
    if (session.wasDriven) {
      yield* settleSession(ctx, session);
      yield* ctx.perform(closeEffect, [id, status ?? 'closed']);
    }
    ctx.get(sessionsKey).remove(id);
    return null;
  },

  /** The events of a session as the store has them. */
  *replay_events(ctx: RunContext, id: string): Suspending<readonly ReplayEvent[]> {
    return yield* ctx.perform(replayEventsEffect, [id]);
  },
};

function forkOf(
  ctx: RunContext,
  verb: 'fork' | 'fork_at',
  source: string,
  id: string | null,
  keepFirst?: number,
): string {
  const session = known(ctx, verb, source, 'write');
  const wanted = id === null || id === '' ? ctx.sync(randomEffects.uuid_v7, []) : id;
  ctx.get(sessionsKey).fork(session, wanted, ctx.sync(clockEffects.now_ms, []), keepFirst);
  return wanted;
}
