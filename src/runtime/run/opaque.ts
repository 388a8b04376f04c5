// Code whose inside the journal does not see: the body of a step, the handler of a native tool. Only what it comes to is
// recorded, so a replay does not enter it, and an effect asked for in there would be missing from the second life. It is
// refused in the first one, with where it was asked for, instead of by the journal after a kill.
import { AsyncLocalStorage } from 'node:async_hooks';
import { runErrors } from './errors.ts';

const inside = new AsyncLocalStorage<{ readonly runId: string; readonly what: string }>();

/** How many such bodies go on: while there is none, nothing is looked up. */
let open = 0;

/** Runs the code of such a body; `what` names it in errors. */
export async function opaquely<T>(
  runId: string,
  what: string,
  body: () => Promise<T> | T,
): Promise<T> {
  open += 1;
  try {
    return await inside.run({ runId, what }, body);
  } finally {
    open -= 1;
  }
}

/** Runs what is not part of the body that may have set it off. */
export function notInside(go: () => void): void {
  if (open === 0) go();
  else inside.exit(go);
}

/** Refuses what a run is asked for from inside of one of its own bodies. */
export function assertSeen(runId: string, asked: string): void {
  if (open === 0) return;
  const body = inside.getStore();
  if (body !== undefined && body.runId === runId)
    throw runErrors.insideBody({ asked, what: body.what });
}
