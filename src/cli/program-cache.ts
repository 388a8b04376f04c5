// Where compiled programs are remembered: a folder of this build in the user's cache directory. An optimisation only;
// without a place, or in a program that was not built, there is none.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompileCache } from '../engine/index.ts';
import { type Host, userCacheDir } from '../runtime/index.ts';

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** The cache of this build; undefined where there is none. */
export function openProgramCache(
  host: Host,
  edition: string | undefined,
): CompileCache | undefined {
  const build = readBuild();
  if (build === undefined) return undefined;
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
      const isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
      if (isNew) removeOldBuilds(path.dirname(folder), folder, host.clock.nowMs());
      const temporary = path.join(folder, `${name}.${process.pid}.tmp`);
      writeFileSync(temporary, content, { mode: 0o600 });
      renameSync(temporary, path.join(folder, name));
      utimesSync(folder, host.clock.nowMs() / 1000, host.clock.nowMs() / 1000);
    },
  };
  return new CompileCache(cacheFs, { build, edition: edition ?? null });
}

/** The identity that the build wrote into the first line of its main part. */
function readBuild(): string | undefined {
  let file: number | undefined;
  try {
    const main = path.join(path.dirname(fileURLToPath(import.meta.url)), 'harn.cjs');
    file = openSync(main, 'r');
    const head = Buffer.alloc(18);
    readSync(file, head, 0, head.length, 0);
    return /^\/\/([0-9a-f]{16})$/.exec(head.toString('latin1'))?.[1];
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
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
