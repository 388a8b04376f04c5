// Where compiled programs are remembered: a folder of this build in the user's cache directory. An optimisation only;
// without a place, or in a program that was not built, there is none. What is in it will run, so a folder that somebody
// else could write to is none either. bin/harn.cjs keeps its own cache by the same rules.
import {
  existsSync,
  lstatSync,
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

const HOUR_MS = 60 * 60 * 1000;
const KEEP_MS = 30 * 24 * HOUR_MS;
/** Programs of this many other builds stay. */
const KEEP_BUILDS = 7;
/** Above this many files of one build, the older half goes. */
const MOST_FILES = 2000;

/** The cache of this build; undefined where there is none. */
export function openProgramCache(
  host: Host,
  edition: string | undefined,
): CompileCache | undefined {
  if (typeof HARN_BUILD === 'undefined') return undefined;
  const build = HARN_BUILD;
  const folder = path.join(userCacheDir(host), 'programs', build);
  if (!isOurs(folder)) return undefined;
  const cacheFs = {
    read(name: string) {
      try {
        return readFileSync(path.join(folder, name));
      } catch {
        return undefined;
      }
    },
    write(name: string, content: Uint8Array) {
      const nowMs = host.clock.nowMs();
      const isNew = makeFolder(folder);
      if (isNew) removeOldBuilds(path.dirname(folder), folder, nowMs);
      else removeOldFiles(folder, nowMs);
      const temporary = path.join(folder, `${name}.${process.pid}.tmp`);
      writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, path.join(folder, name));
      utimesSync(folder, nowMs / 1000, nowMs / 1000);
    },
  };
  return new CompileCache(cacheFs, { build, edition: edition ?? null });
}

/**
 * Whether a folder is not there or nobody but this user can put anything into it. Windows keeps the user's folders apart
 * by other means.
 */
function isOurs(folder: string): boolean {
  try {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat === undefined || process.geteuid === undefined) return true;
    return stat.isDirectory() && stat.uid === process.geteuid() && (stat.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/**
 * Whether it is new. Not mkdir's own `recursive`, which never ends below /proc. Root makes nothing in a home of somebody
 * else, who could not use it then nor make their own.
 */
function makeFolder(folder: string): boolean {
  if (existsSync(folder)) return false;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  if (process.geteuid?.() === 0 && statSync(above).uid !== 0) throw new Error('not ours');
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** What nobody has added to for long, and all but the newest. */
function removeOldBuilds(all: string, keep: string, nowMs: number): void {
  const others = byAge(all).filter(({ file }) => file !== keep);
  for (const [place, { file, mtimeMs }] of others.entries()) {
    if (place < KEEP_BUILDS && nowMs - mtimeMs <= KEEP_MS) continue;
    rmSync(file, { recursive: true, force: true });
  }
}

/** What was left by those who were killed while they wrote, and the older half of too many programs. */
function removeOldFiles(folder: string, nowMs: number): void {
  const names = readdirSync(folder);
  const isCrowded = names.length > MOST_FILES;
  if (!isCrowded && !names.some((name) => name.endsWith('.tmp'))) return;
  for (const [place, { file, mtimeMs }] of byAge(folder).entries()) {
    const isLeft = file.endsWith('.tmp') && nowMs - mtimeMs > HOUR_MS;
    if (isLeft || (isCrowded && place >= MOST_FILES / 2)) rmSync(file, { force: true });
  }
}

/** The files of a folder, the newest first. */
function byAge(folder: string): { readonly file: string; readonly mtimeMs: number }[] {
  return readdirSync(folder)
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, mtimeMs: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
}
