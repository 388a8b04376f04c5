// Calls that were under way when their process ended. Nobody knows whether they were answered, and somebody may have to pay
// for them: the first thing a resumed run does about one is to record that it is lost, so that it counts with the most it
// may have cost, in every budget around it. Then the question is asked again as a call of its own, if that is still
// allowed. Both are in the journal, so a third life counts what the second one did.
import { HarnError } from '../../base/index.ts';
import type { EffectEnv, RunContext, Suspending } from '../run/index.ts';
import { llmCallsKey } from './call-registry.ts';
import { categorised, llmErrors } from './errors.ts';
import type { LlmRoute } from './route.ts';

/** Ends a call that an earlier life had begun. Prepared answers cost nothing and are given again. */
export function endIfLost({ reissued }: EffectEnv, { kind, provider, model }: LlmRoute): void {
  if (!reissued || kind !== 'network') return;
  throw llmErrors.callLost({
    category: 'transient_network',
    kind: 'transient',
    reason: 'network_error',
    message: 'the run was interrupted while the call was under way',
    provider,
    model,
  });
}

/**
 * Asks, and asks again in place of every call that was lost. Each attempt pays for itself. A call that was cut while its
 * loss was being written down stays cut.
 */
export function* askedAgain<T>(
  ctx: RunContext,
  route: LlmRoute,
  attempt: () => Suspending<T>,
): Suspending<T> {
  for (;;) {
    try {
      return yield* attempt();
    } catch (error) {
      if (!isLost(error)) throw error;
      const cut = ctx.get(llmCallsKey).cutReasonOf(route.call_id);
      if (cut !== undefined) throw cutByHand(cut, error, route);
    }
  }
}

/** The error of a call that somebody cut. */
export function cutByHand(why: string, cause: unknown, { provider, model }: LlmRoute): HarnError {
  const message = `the call was cancelled (${why})`;
  return categorised({ category: 'cancelled', message, provider, model }, { cause });
}

function isLost(error: unknown): boolean {
  return HarnError.is(error) && error.code === llmErrors.$code('callLost');
}
