// Who approves commands: what a test prepared, or the embedding program, as `process.approve_command`. Nobody else may.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { effectOf, hostOfferKey } from './capabilities.ts';
import { mockedAnswer } from './mock.ts';

const CAPABILITY = 'process';
const OPERATION = 'approve_command';

/** Whether a command may run; undefined when there is nobody to ask. */
export function* approveCommand(
  ctx: RunContext,
  about: JsonObject,
): Suspending<boolean | undefined> {
  const mocked = mockedAnswer(ctx, { capability: CAPABILITY, operation: OPERATION, params: about });
  if (mocked !== undefined) return isYes(mocked.value);
  const offered = ctx.get(hostOfferKey).capabilities?.[CAPABILITY]?.operations[OPERATION];
  if (offered === undefined) return undefined;
  return isYes(yield* ctx.perform(effectOf(`${CAPABILITY}.${OPERATION}`, offered), [about]));
}

function isYes(answer: Json): boolean {
  return answer === true || (isJsonObject(answer) && answer['approved'] === true);
}
