// Turning an AbortSignal into our coded error, at the places where a call can stop.
import type { HarnError } from '../../base/index.ts';
import { hostErrors } from './errors.ts';

/** Throws `aborted` when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, operation: string): void {
  if (signal?.aborted) throw abortedError(signal, operation);
}

/** The coded error of an aborted call; the reason of the signal is its cause. */
export function abortedError(signal: AbortSignal, operation: string): HarnError {
  return hostErrors.aborted({ operation }, { cause: signal.reason });
}

/** Calls `fn` once when the signal fires (at once when it has); the result takes the listener away. */
export function onAbort(signal: AbortSignal | undefined, fn: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    fn();
    return () => undefined;
  }
  signal.addEventListener('abort', fn, { once: true });
  return () => signal.removeEventListener('abort', fn);
}
