// Where compiled programs are remembered: a folder of this build in the user's cache directory. An optimisation only;
// without a place, or in a program that was not built, there is none.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { CompileCache } from '../engine/index.ts';
import { type Host, userCacheDir } from '../runtime/host/index.ts';

/** The identity of the build, which the build puts in. */
declare const HARN_BUILD: string | undefined;

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** The cache of this build; undefined where there is none. */
export function openProgramCache(
  host: Host,
  edition: string | undefined,
): CompileCache | undefined {
  if (typeof HARN_BUILD === 'undefined') return undefined;
  const build = HARN_BUILD;
  const folder = path.join(userCacheDir(host), 'programs', build);
  const cacheFs = {
    read(name: string) {
      try {
        return readFileSync(path.join(folder, name));
      } catch {
        return undefined;
      }
    },
    write(name: string, content: Uint8Array) {
      const isNew = makeFolder(folder);
      if (isNew) removeOldBuilds(path.dirname(folder), folder, host.clock.nowMs());
      const temporary = path.join(folder, `${name}.${process.pid}.tmp`);
      writeFileSync(temporary, content, { mode: 0o600 });
      renameSync(temporary, path.join(folder, name));
      utimesSync(folder, host.clock.nowMs() / 1000, host.clock.nowMs() / 1000);
    },
  };
  return new CompileCache(cacheFs, { build, edition: edition ?? null });
}

/** Whether it is new. Not mkdir's own `recursive`, which never ends below /proc. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    makeFolder(path.dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
    return true;
  }
}

function removeOldBuilds(all: string, keep: string, nowMs: number): void {
  for (const name of readdirSync(all)) {
    const folder = path.join(all, name);
    if (folder !== keep && nowMs - statSync(folder).mtimeMs > KEEP_MS) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
