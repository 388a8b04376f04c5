// Who a process is: pid, start time and boot id, as the system tells them. Linux reads /proc; macOS asks ps and sysctl.
// Elsewhere no process can be named for all time, and nothing is identified (so nothing is ended by mistake).
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { ProcessIdentity } from './ports.ts';

/** What the system says of a pid. A zombie has ended and only waits to be collected. */
export interface Seen {
  readonly identity: ProcessIdentity;
  readonly groupId: number;
  readonly zombie: boolean;
}

/** Looks a pid up; undefined when nothing has it, or when this system cannot tell. */
export async function lookUp(pid: number): Promise<Seen | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return lookUpLinux(pid);
  if (process.platform === 'darwin') return lookUpMac(pid);
  return undefined;
}

/** Differs between two starts of the machine; '' where unknown. */
export async function readBootId(): Promise<string> {
  if (process.platform === 'linux') {
    const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    return text.trim();
  }
  if (process.platform === 'darwin') return ask('sysctl', ['-n', 'kern.bootsessionuuid']);
  return '';
}

async function lookUpLinux(pid: number): Promise<Seen | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , groupId] = fields;
  const startTime = fields[19];
  if (state === undefined || groupId === undefined || startTime === undefined) return undefined;
  return {
    identity: { pid, startTime, bootId: await readBootId() },
    groupId: Number(groupId),
    zombie: state === 'Z' || state === 'X',
  };
}

async function lookUpMac(pid: number): Promise<Seen | undefined> {
  const line = await ask('ps', ['-o', 'stat=,pgid=,lstart=', '-p', String(pid)]);
  const match = /^(\S+)\s+(\d+)\s+(.+)$/.exec(line);
  if (match === null) return undefined;
  const [, state = '', groupId, startTime = ''] = match;
  return {
    identity: { pid, startTime, bootId: await readBootId() },
    groupId: Number(groupId),
    zombie: state.startsWith('Z'),
  };
}

/** The trimmed answer of a system tool; '' when it fails. The C locale keeps dates comparable. */
function ask(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    execFile(program, [...args], { env, timeout: 5000 }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : ''),
    );
  });
}
