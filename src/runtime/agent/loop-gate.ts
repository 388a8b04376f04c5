// The port between a loop and whoever may stop it: asked before every turn, so a loop stops between turns and nowhere
// else. What is suspended is resumed by a new loop on the same session.
import type { JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import type { ResumeConditions } from '../work/index.ts';
import type { TranscriptMessage } from './transcript.ts';

/** Where a loop stands when it asks. */
export interface GateMark {
  readonly sessionId: string;
  /** The turn that would come next, from 1. */
  readonly iteration: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What the gate says. `messages` are taken up before the turn. */
export type GateDecision =
  | { readonly kind: 'continue'; readonly messages?: readonly TranscriptMessage[] }
  | {
      readonly kind: 'suspend';
      readonly reason: string;
      readonly initiator: string;
      readonly conditions?: JsonObject | null;
    };

/**
 * Decides between turns. It belongs to the program's own time: what it reads from outside it reads through effects, so
 * that a replay hears the same.
 */
export interface LoopGate {
  next(ctx: RunContext, mark: GateMark): Suspending<GateDecision>;
  /**
   * The model asks to be suspended here. The answer is who is suspended, or why it may not be. A loop whose gate says
   * nothing about it parks as a worker of its own.
   */
  park?(ctx: RunContext, wish: ParkWish): Suspending<ParkAnswer>;
}

/** What a model asks for with `agent_await_resumption`, checked. */
export interface ParkWish {
  readonly reason: string;
  readonly conditions: ResumeConditions | null;
}

export type ParkAnswer = { readonly handle: () => JsonObject } | { readonly denied: string };

/** Lets every turn through. */
export const openGate: LoopGate = {
  *next() {
    yield* [];
    return { kind: 'continue' };
  },
};
