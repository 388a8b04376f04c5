// Doing something again when programs change: one run at a time, changes in between make one more.
import { watch as watchFiles } from 'node:fs';
import { createDeferred } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { toCliError } from './errors.ts';
import type { Output } from './output.ts';
import { onStopSignal } from './stop-signals.ts';

/** Editors write a file in several steps; what comes within this time is one change. */
const QUIET_MS = 80;

/** Does `act` now and after each change of a program here, until Ctrl-C. An error of it is shown and waited out. */
export async function watchPrograms(
  host: Host,
  output: Output,
  act: () => Promise<void>,
): Promise<number> {
  const stopped = createDeferred();
  let change = createDeferred();
  let cancelQuiet = () => {};
  const onChange = (_kind: string, name: string | Buffer | null) => {
    if (!isWatched(String(name ?? ''))) return;
    cancelQuiet();
    cancelQuiet = host.clock.after(QUIET_MS, () => change.resolve());
  };
  const watcher = watchFiles(host.system.cwd(), { recursive: true }, onChange);
  let isStopped = false;
  const stopListening = onStopSignal(() => {
    isStopped = true;
    stopped.resolve();
  });
  try {
    while (!isStopped) {
      change = createDeferred();
      await act().catch((error: unknown) => output.error(toCliError(error)));
      output.remark(output.styleErr('dim', 'harn: waiting for changes (Ctrl-C ends)'));
      await Promise.race([change.promise, stopped.promise]);
    }
    return 0;
  } finally {
    stopListening();
    cancelQuiet();
    watcher.close();
  }
}

function isWatched(path: string): boolean {
  if (/(?:^|[\\/])(?:node_modules|\.git|\.harn|\.harn-runs)(?:[\\/]|$)/.test(path)) return false;
  return /\.(?:harn|prompt|toml|jsonl)$/.test(path);
}
