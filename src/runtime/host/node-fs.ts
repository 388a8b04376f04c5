// Real files: reading, listing and moving. Writing lives in node-write.ts.

import type { Dirent, Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Random } from '../../base/index.ts';
import { throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { expandGlob, parseGlob, placeOf } from './glob.ts';
import { fileError, systemCode } from './node-errors.ts';
import { appendFile, copyFile, parentOf, syncDirectory, writeFile } from './node-write.ts';
import { isAbsolutePath, joinPath, normalizePath } from './paths.ts';
import type {
  CallOptions,
  DirEntry,
  FileKind,
  HostFs,
  ReadBytesOptions,
  ReadOptions,
} from './ports.ts';
import { decodeUtf8, linesOf } from './utf8.ts';
import { walkFiles } from './walk.ts';

const CHUNK_BYTES = 256 * 1024;

/** The real file system, seen from `cwd()`. */
export function createNodeFs({ cwd, random }: NodeFsOptions): HostFs {
  const place: Place = (path, operation) => {
    if (path === '') throw hostErrors.invalidPath({ operation, path, reason: 'it is empty' });
    if (path.includes('\0')) {
      throw hostErrors.invalidPath({ operation, path, reason: 'it contains a NUL byte' });
    }
    return isAbsolutePath(path) ? path : `${cwd()}/${path}`;
  };
  const at: AtPath = async (operation, path, options, fn) => {
    try {
      throwIfAborted(options?.signal, `${operation} ${path}`);
      return await fn(place(path, operation));
    } catch (error) {
      throw fileError(error, operation, path);
    }
  };
  const fs: HostFs = {
    ...readingCalls(at, place),
    ...changingCalls(at, place, random),
    walk: (root, options) => walkFiles(fs, root, options),
    watch: (path, hints) =>
      at('watch', path, undefined, async (found) => {
        const { watchPath } = await import('./node-watch.ts');
        return watchPath(found, hints);
      }),
    glob: async (pattern, options) => {
      const start = options?.cwd === undefined ? cwd() : joinPath(cwd(), options.cwd);
      const base = options?.cwd !== undefined && isAbsolutePath(options.cwd) ? options.cwd : start;
      return expandGlob(parseGlob(pattern), globFiles(base), options ?? {});
    },
  };
  return fs;
}

interface NodeFsOptions {
  readonly cwd: () => string;
  readonly random: Random;
}

/** Not normalized: `link/..` means the parent of where the link leads, and only the system knows that. */
type Place = (path: string, operation: string) => string;

/** Every operation: checked path, abort at the start, coded errors that name the path as given. */
type AtPath = <T>(
  operation: string,
  path: string,
  options: CallOptions | undefined,
  fn: (real: string) => Promise<T>,
) => Promise<T>;

type ReadingCall =
  | 'readText'
  | 'readBytes'
  | 'readLines'
  | 'stat'
  | 'exists'
  | 'listDir'
  | 'realPath';

function readingCalls(at: AtPath, place: Place): Pick<HostFs, ReadingCall> {
  return {
    readText: (path, options) =>
      at('read', path, options, async (real) => {
        const decoded = decodeUtf8(await readBytes(real, path, options ?? {}));
        if ('text' in decoded) return decoded.text;
        throw hostErrors.notText({ operation: 'read', path, offset: decoded.badOffset });
      }),
    readBytes: (path, options) =>
      at('read', path, options, (real) => readBytes(real, path, options ?? {})),
    readLines: (path, options) => readLines(() => place(path, 'read'), path, options ?? {}),
    stat: (path, options) =>
      at('look at', path, options, async (real) => {
        const stats = await stat(real);
        return {
          kind: kindOf(stats),
          sizeBytes: stats.size,
          modifiedMs: stats.mtimeMs,
          mode: stats.mode & 0o7777,
        };
      }),
    exists: (path, options) =>
      at('look at', path, options, async (real) => {
        try {
          await stat(real);
          return true;
        } catch (error) {
          if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
          throw error;
        }
      }),
    listDir: (path, options) => at('list', path, options, list),
    realPath: (path, options) => at('look at', path, options, (real) => realpath(real)),
  };
}

type ChangingCall = 'writeFile' | 'append' | 'copy' | 'delete' | 'rename' | 'mkdir' | 'makeTempDir';

function changingCalls(at: AtPath, place: Place, random: Random): Pick<HostFs, ChangingCall> {
  return {
    writeFile: (path, content, options) =>
      at('write', path, options, (real) => writeFile(real, path, content, options ?? {}, random)),
    append: (path, content, options) =>
      at('append to', path, options, (real) => appendFile(real, path, content, options ?? {})),
    copy: (from, to, options) =>
      at('copy', from, options, async (realFrom) => {
        if ((await stat(realFrom)).isDirectory()) {
          throw hostErrors.isDirectory({ operation: 'copy', path: from });
        }
        await at('write', to, options, (realTo) =>
          copyFile(realFrom, realTo, to, options ?? {}, random),
        );
      }),
    delete: (path, options) =>
      at('delete', path, options, async (real) => {
        const stats = await lstat(real);
        if (!stats.isDirectory()) await unlink(real);
        else if (options?.recursive === true) await rm(real, { recursive: true });
        else await rmdir(real);
        await syncDirectory(parentOf(real));
      }),
    rename: (from, to, options) =>
      at('rename', from, options, (realFrom) => move(realFrom, from, place(to, 'move to'), to)),
    mkdir: (path, options) =>
      at('make directory', path, options, async (real) => {
        const first = await mkdir(real, {
          recursive: true,
          ...(options?.mode === undefined ? {} : { mode: options.mode }),
        });
        if (first !== undefined) await syncMade(normalizePath(real), normalizePath(first));
      }),
    makeTempDir: (prefix = 'harn-', options) =>
      at('make a directory in', tmpdir(), options, async (root) => mkdtemp(`${root}/${prefix}`)),
  };
}

// ---- reading --------------------------------------------------------------------------------------------------

async function readBytes(
  real: string,
  path: string,
  options: ReadBytesOptions,
): Promise<Uint8Array> {
  const { offset = 0, length = Number.POSITIVE_INFINITY } = options;
  const handle = await open(real, 'r');
  try {
    const stats = await handle.stat();
    const wanted = Math.min(Math.max(0, stats.size - offset), length);
    refuseOver(wanted, path, options.maxBytes);
    const chunks: Uint8Array[] = [];
    let total = 0;
    for await (const chunk of chunksOf(handle, stats, path, options)) {
      chunks.push(chunk);
      total += chunk.length;
    }
    if (chunks.length === 1) return chunks[0] as Uint8Array;
    const bytes = new Uint8Array(total);
    let filled = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

async function* readLines(
  place: () => string,
  path: string,
  options: ReadOptions,
): AsyncGenerator<string> {
  let handle: FileHandle | undefined;
  try {
    throwIfAborted(options.signal, `read ${path}`);
    handle = await open(place(), 'r');
    const chunks = chunksOf(handle, await handle.stat(), path, options);
    yield* linesOf(chunks, (offset) => {
      throw hostErrors.notText({ operation: 'read', path, offset });
    });
  } catch (error) {
    throw fileError(error, 'read', path);
  } finally {
    await handle?.close();
  }
}

/** Reads to the end even when `stat` says 0, as it does for files of /proc and for pipes. */
async function* chunksOf(
  handle: FileHandle,
  stats: Stats,
  path: string,
  options: ReadBytesOptions,
): AsyncGenerator<Uint8Array> {
  if (stats.isDirectory()) throw hostErrors.isDirectory({ operation: 'read', path });
  let at = options.offset ?? 0;
  let left = options.length ?? Number.POSITIVE_INFINITY;
  let total = 0;
  while (left > 0) {
    throwIfAborted(options.signal, `read ${path}`);
    const size = Math.min(left, chunkSize(stats.size - at));
    const position = stats.isFile() ? at : null;
    const { bytesRead, buffer } = await handle.read(new Uint8Array(size), 0, size, position);
    if (bytesRead === 0) return;
    at += bytesRead;
    left -= bytesRead;
    total += bytesRead;
    refuseOver(total, path, options.maxBytes);
    yield buffer.subarray(0, bytesRead);
  }
}

/** One byte more than expected, so that the end of a small file is seen by a short read. */
function chunkSize(expectedBytes: number): number {
  return expectedBytes > 0 ? Math.min(expectedBytes + 1, CHUNK_BYTES) : 4096;
}

function refuseOver(sizeBytes: number, path: string, limitBytes: number | undefined): void {
  if (limitBytes === undefined || sizeBytes <= limitBytes) return;
  throw hostErrors.tooLarge({ operation: 'read', path, sizeBytes, limitBytes });
}

// ---- listing and moving ---------------------------------------------------------------------------------------

async function list(real: string): Promise<DirEntry[]> {
  const entries = await readdir(real, { withFileTypes: true });
  return entries
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(of: Stats | Dirent): FileKind {
  if (of.isFile()) return 'file';
  if (of.isDirectory()) return 'directory';
  return of.isSymbolicLink() ? 'symlink' : 'other';
}

/** What cannot be listed has no matches: a pattern asks what can be found, as in a shell. */
function globFiles(start: string) {
  return {
    async list(directory: string) {
      try {
        return await list(placeOf(start, directory));
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(systemCode(error))) return [];
        throw fileError(error, 'list', directory);
      }
    },
    async kindOf(path: string) {
      try {
        return (await stat(placeOf(start, path))).isDirectory() ? 'directory' : 'other';
      } catch {
        return undefined;
      }
    },
  } as const;
}

async function move(from: string, fromName: string, to: string, toName: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EXDEV') {
      throw hostErrors.crossDevice(
        { operation: 'move', path: fromName, to: toName },
        { cause: error },
      );
    }
    // The system does not say which of the two it means: what is wrong with a source that exists is the target.
    const sourceExists = await lstat(from).then(
      () => true,
      () => false,
    );
    throw sourceExists ? fileError(error, 'move to', toName) : fileError(error, 'rename', fromName);
  }
  await syncDirectory(parentOf(to));
  if (parentOf(from) !== parentOf(to)) await syncDirectory(parentOf(from));
}

/** Makes new directories survive a power loss: each is an entry of its parent. */
async function syncMade(deepest: string, first: string): Promise<void> {
  for (let made = deepest; made.length >= first.length; made = parentOf(made)) {
    await syncDirectory(parentOf(made));
  }
}
