// Errors that are not an agent's to deal with.
import type { HarnError } from '../../base/index.ts';

/** Interrupts and refusals of the run: they end the task, not only an answer. */
export function isOfTheTask({ code }: HarnError): boolean {
  return code.startsWith('HARN-RUN-') || code.startsWith('HARN-JRN-');
}
