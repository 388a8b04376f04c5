// What the runtime asks the embedding program itself: who approves commands is what a test prepared, or the program, as
// `process.approve_command`. Nobody else may.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { effectOf, hostOfferKey } from './capabilities.ts';
import { type HostMockCall, mockedAnswer } from './mock.ts';

const CAPABILITY = 'process';
const OPERATION = 'approve_command';

/** Whether a command may run; undefined when there is nobody to ask. */
export function* approveCommand(
  ctx: RunContext,
  about: JsonObject,
): Suspending<boolean | undefined> {
  const place = { capability: CAPABILITY, operation: OPERATION };
  const answer = yield* askOffered(ctx, { ...place, params: about });
  return answer === undefined ? undefined : isYes(answer.value);
}

/**
 * Asks the embedding program on behalf of the runtime, whatever the policy of the place lets an agent call; a prepared
 * answer goes before. Undefined when nobody offers the operation.
 */
export function* askOffered(
  ctx: RunContext,
  call: HostMockCall,
): Suspending<{ readonly value: Json } | undefined> {
  const { capability, operation, params } = call;
  const mocked = mockedAnswer(ctx, call);
  if (mocked !== undefined) return mocked;
  const offered = ctx.get(hostOfferKey).capabilities?.[capability]?.operations[operation];
  if (offered === undefined) return undefined;
  const effect = effectOf(`${capability}.${operation}`, offered);
  return { value: (yield* ctx.perform(effect, [params])) ?? null };
}

function isYes(answer: Json): boolean {
  return answer === true || (isJsonObject(answer) && answer['approved'] === true);
}
