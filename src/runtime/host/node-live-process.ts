// A real process that stays and is talked with: its output as it comes, its input line by line, its end in order (input
// closed, a grace, then the whole group). Loaded when somebody talks to one.
import type { Clock } from '../../base/index.ts';
import { hostErrors } from './errors.ts';
import { type Command, startChild } from './node-command.ts';
import { endProcessGroup } from './node-group.ts';
import type { LiveProcess, LiveProcessRequest } from './ports.ts';

const GRACE_MS = 2_000;
const LAST_WORDS_CHARS = 4096;

/** Starts it; rejects when it cannot be started. */
export async function openProcess(
  command: Command,
  { graceMs = GRACE_MS }: LiveProcessRequest,
  clock: Clock,
): Promise<LiveProcess> {
  const child = await startChild(command, ['pipe', 'pipe', 'pipe']);
  let last = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    last = (last + text).slice(-LAST_WORDS_CHARS);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { stdin } = child;
  // Said to whoever writes next; a process may leave at any moment.
  stdin?.on('error', () => undefined);
  const pid = child.pid as number;
  return {
    pid,
    chunks: child.stdout as AsyncIterable<Uint8Array>,
    lastWords: () => last,
    write: (text) =>
      new Promise((resolve, reject) => {
        const gone = () => reject(hostErrors.processGone({ command: command.name }));
        if (stdin === null || !stdin.writable) gone();
        else stdin.write(text, (error) => (error == null ? resolve() : gone()));
      }),
    close: async () => {
      stdin?.end();
      if (child.exitCode !== null || child.signalCode !== null) return;
      let cancel = () => {};
      const late = new Promise<true>((resolve) => {
        cancel = clock.after(graceMs, () => resolve(true));
      });
      if ((await Promise.race([ended, late])) === true) await endProcessGroup(pid, graceMs, clock);
      cancel();
    },
  };
}
