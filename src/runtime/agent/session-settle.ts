// Writing what the store does not know of a session yet, outside of its turns: at the end of a loop, and when it is closed.
import { defineEffect, type RunContext, type Suspending } from '../run/index.ts';
import { appendAgentEvents, type PendingEvent } from './agent-events.ts';
import { eventSidecar } from './event-sidecar.ts';
import type { Session } from './session.ts';
import { appendSessionFacts, type SessionFacts, sessionFacts } from './session-facts.ts';

/** Writes what is left of a session when its loop ends: in one transaction, and only our own store. */
const settleEffect = defineEffect(
  {
    name: 'agent.loop_settled',
    class: 'store',
    access: 'write',
    identity: ([sessionId]: readonly [string, SessionFacts, readonly PendingEvent[]]) => [
      sessionId,
    ],
  },
  (env, sessionId: string, facts: SessionFacts, pending: readonly PendingEvent[]) => {
    env.inTx((tx) => {
      appendSessionFacts(tx, sessionId, facts);
      appendAgentEvents(tx, { runId: env.runId, sessionId }, pending);
    });
    return null;
  },
);

/** Brings the store up to the session. */
export function* settleSession(ctx: RunContext, session: Session): Suspending<void> {
  const sidecar = eventSidecar(ctx);
  sidecar?.follow(session.id);
  const facts = sessionFacts(session, ctx.runId);
  const pending = session.outbox;
  session.outbox = [];
  session.written = facts.after;
  if (facts.kind === undefined && pending.length === 0) return;
  yield* ctx.perform(settleEffect, [session.id, facts, pending]);
  sidecar?.soon(session.id);
}
