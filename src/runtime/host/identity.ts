// When two process identities name the same process.
import type { ProcessIdentity } from './ports.ts';

/** All three parts must agree; a pid alone proves nothing. */
export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime && a.bootId === b.bootId;
}
