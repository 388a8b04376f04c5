// Hints of the system that something below a path may have changed. A file is watched by its folder, since editors put
// new files in place of old ones; what is not there yet is watched by the nearest folder that is.
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { baseName, dirName } from './paths.ts';
import type { WatchHints } from './ports.ts';

/** Watches until the result is called. */
export async function watchPath(
  path: string,
  { onChange, onLost }: WatchHints,
): Promise<() => void> {
  let stopped = false;
  let current: FSWatcher | undefined;
  const lost = () => {
    if (!stopped) onLost();
  };
  const arm = async (): Promise<void> => {
    const { folder, only, isThere } = await placeToWatch(path);
    if (stopped) return;
    try {
      current = watch(folder, { recursive: isThere && only === undefined }, (_kind, name) => {
        if (stopped || (only !== undefined && name !== null && name !== only)) return;
        onChange();
        // What was not there may be there now, and then there is a better place to watch.
        if (isThere) return;
        current?.close();
        void arm().catch(lost);
      });
      current.on('error', lost);
    } catch {
      lost();
    }
  };
  await arm();
  return () => {
    stopped = true;
    current?.close();
  };
}

/** The folder to watch, and the one name in it that counts. */
async function placeToWatch(path: string): Promise<{
  readonly folder: string;
  readonly only: string | undefined;
  readonly isThere: boolean;
}> {
  const kind = await kindOf(path);
  if (kind === 'directory') return { folder: path, only: undefined, isThere: true };
  if (kind === 'file') return { folder: dirName(path), only: baseName(path), isThere: true };
  let below = path;
  let at = dirName(path);
  while (at !== below && (await kindOf(at)) !== 'directory') {
    below = at;
    at = dirName(at);
  }
  return { folder: at, only: baseName(below), isThere: false };
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return undefined;
  }
}
