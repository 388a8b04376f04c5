// Where a failed call of an effect stands. What an effect throws was made in the runtime, often in another turn of the
// event loop, so its stack knows nothing of the program; the call that hands it on does.
import { HarnError } from '../../base/index.ts';

/**
 * The same error; its stack goes on with the calls that are open here. Called where an error comes back from an effect,
 * so calls that succeed pay nothing. Lines that the stack has already, from a call further in, are not repeated.
 */
export function placed(error: unknown): unknown {
  if (!HarnError.is(error)) return error;
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, placed);
  const stack = error.stack ?? String(error);
  const known = new Set(stack.split('\n'));
  const more = (here.stack ?? '').split('\n').slice(1);
  const added = more.filter((line) => !known.has(line));
  if (added.length > 0) error.stack = [stack, ...added].join('\n');
  return error;
}
