// Asking again after failures that may pass, with pauses that are recorded waits.
import { HarnError } from '../../base/index.ts';
import { clockEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';

/** Longest pause between two attempts. */
const MAX_BACKOFF_MS = 30_000;

/** How often, and how long to wait. */
export interface Persistence {
  /** Read after every failure. */
  readonly retries: number;
  /** Before the second attempt; twice as long each time after it. */
  readonly backoffMs: number;
}

/** Tries until it works, the failure is one that stays, or the attempts are used up. */
export function* persistently<T>(
  ctx: RunContext,
  how: Persistence,
  attempt: () => Suspending<T>,
  onRetry?: (error: HarnError, nth: number) => void,
): Suspending<T> {
  for (let nth = 0; ; nth += 1) {
    try {
      return yield* attempt();
    } catch (error) {
      if (nth >= how.retries || !isTransient(error)) throw error;
      onRetry?.(error, nth + 1);
      yield* ctx.perform(clockEffects.sleep_ms, [pauseMs(error, how.backoffMs, nth)]);
    }
  }
}

function isTransient(error: unknown): error is HarnError {
  return HarnError.is(error) && error.data['kind'] === 'transient';
}

/** How long to wait before the next attempt: what the provider asks for, else twice as long each time. */
function pauseMs(error: HarnError, backoffMs: number, nth: number): number {
  const asked = error.data['retry_after_ms'];
  const ms = typeof asked === 'number' ? asked : backoffMs * 2 ** nth;
  return Math.min(ms, MAX_BACKOFF_MS);
}
