// Parking a loop that nobody delegated: what it was made of, as a worker. For loops themselves, and for programs that
// drive a session on their own.
import type { Json, JsonObject } from '../../base/index.ts';
import { catalogKey } from '../llm/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { awaitResumption, type LiveWorker, parkTopLevel, summaryOf } from '../work/index.ts';
import { loopAttachments } from './attachments.ts';
import type { ParkWish } from './loop-gate.ts';
import { type LoopOptions, type LoopParts, parseLoopOptions } from './loop-options.ts';
import { type Session, sessionsKey } from './session.ts';

/** A loop as it stands when it parks. */
export interface StandingLoop {
  readonly session: Session;
  readonly task: string;
  readonly system: string | null;
  readonly options: LoopOptions;
  readonly parts: LoopParts;
  readonly wish: ParkWish;
  readonly turn: number;
  readonly text: string;
}

/** Makes the worker that goes on with it. */
export function parkLoop(ctx: RunContext, loop: StandingLoop): Suspending<LiveWorker> {
  const { session, task, system, options, parts, wish, turn, text } = loop;
  const { tools = [], permissionCode = [], ...code } = parts;
  const { session_id: _session, messages: _messages, ...kept } = options as JsonObject;
  const { scratchpad: notes } = session;
  return parkTopLevel(ctx, {
    sessionId: session.id,
    task,
    system,
    options: notes === undefined ? kept : { ...kept, scratchpad: notes },
    ...wish,
    turn,
    transcript: session.transcript.toJson(),
    payload: { status: 'suspended', text, iterations_completed: turn },
    attachments: loopAttachments({ tools, permissionCode, ...code }),
  });
}

/** Parks the loop that a program drives itself over a session of its own; the answer is what a loop gives back. */
export function* suspendTopLevel(
  ctx: RunContext,
  given: Omit<StandingLoop, 'session' | 'wish' | 'turn' | 'text'> & {
    readonly sessionId: string;
    readonly reason: Json;
    readonly conditions: Json;
    readonly iteration: number;
  },
): Suspending<JsonObject> {
  ctx.authority.check({ name: 'agent.loop', access: 'mutate' });
  const { task, system, options, parts, iteration } = given;
  const wish = awaitResumption(given.reason, given.conditions);
  // Refused now rather than when somebody resumes it.
  parseLoopOptions(options, parts, ctx.get(catalogKey).names);
  const session = ctx.get(sessionsKey).get('suspend', given.sessionId);
  const loop = { session, task, system, options, parts, wish, turn: iteration, text: '' };
  const live = yield* parkLoop(ctx, loop);
  return {
    status: 'suspended',
    final_status: 'suspended',
    stop_reason: 'suspended',
    reason: wish.reason,
    initiator: 'self',
    conditions: wish.conditions as Json,
    iterations_completed: iteration,
    session_id: session.id,
    transcript: session.transcript.toJson(),
    handle: summaryOf(live.worker),
  };
}
