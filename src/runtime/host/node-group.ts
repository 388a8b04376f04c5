// Ending a process group: TERM, a grace, KILL, and proof that it is gone.
import { readdir } from 'node:fs/promises';
import type { Clock } from '../../base/index.ts';
import { hostErrors } from './errors.ts';
import { systemCode } from './node-errors.ts';
import { lookUp } from './node-identity.ts';

const POLL_MS = 15;
/** How long the system may take to remove what was killed. */
const AFTER_KILL_MS = 5_000;

/** Ends all members of the group led by `pid`. Resolves when none is left; `groupSurvived` when KILL did not help. */
export async function endProcessGroup(pid: number, graceMs: number, clock: Clock): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  if (await waitUntilGone(pid, graceMs, clock)) return;
  if (!signalGroup(pid, 'SIGKILL')) return;
  if (!(await waitUntilGone(pid, AFTER_KILL_MS, clock))) throw hostErrors.groupSurvived({ pid });
}

/** Sends a signal (0 only asks); false when the group has no members. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    // EPERM: there are members, but none we may signal; saying "gone" would be a lie.
    return systemCode(error) !== 'ESRCH';
  }
}

async function waitUntilGone(pid: number, limitMs: number, clock: Clock): Promise<boolean> {
  const deadline = clock.monotonicMs() + limitMs;
  for (;;) {
    if (!signalGroup(pid, 0) || (await onlyZombies(pid))) return true;
    if (clock.monotonicMs() >= deadline) return false;
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
}

/** Zombies still count as members for `kill`, but have ended; in a container without an init nobody collects them. */
async function onlyZombies(groupId: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const names = await readdir('/proc').catch(() => []);
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const seen = await lookUp(Number(name));
    if (seen !== undefined && seen.groupId === groupId && !seen.zombie) return false;
  }
  return true;
}
