// Real files: writes that are all or nothing and on disk when they return. A reader sees the old content or the new;
// after a crash the same holds, and at worst a `.harn-*.tmp` is left beside the file.
import { constants, fstatSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as nodeFs from 'node:fs/promises';
import type { Random } from '../../base/index.ts';
import { throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { systemCode } from './node-errors.ts';
import { isAbsolutePath } from './paths.ts';
import type { AppendOptions, AppendResult, WriteOptions } from './ports.ts';
import { encodeUtf8 } from './utf8.ts';

/** Replaces or makes the file at `real`; `path` is its name in errors. */
export async function writeFile(
  real: string,
  path: string,
  content: string | Uint8Array,
  options: WriteOptions,
  random: Random,
): Promise<void> {
  const bytes = encodeUtf8(content);
  await replace(real, path, options, random, {
    async fill(handle) {
      for (let at = 0; at < bytes.length; ) {
        throwIfAborted(options.signal, `write ${path}`);
        const { bytesWritten } = await handle.write(
          bytes,
          at,
          Math.min(bytes.length - at, 1 << 24),
        );
        at += bytesWritten;
      }
    },
    mode: options.mode ?? 0o666,
  });
}

/** As `writeFile`, with the content and (for a new file) the mode of another file. */
export async function copyFile(
  from: string,
  real: string,
  path: string,
  options: WriteOptions,
  random: Random,
): Promise<void> {
  const source = await nodeFs.open(from, 'r');
  try {
    const stats = await source.stat();
    // Onto itself through another name: the content is already there.
    const target = await nodeFs.stat(real).catch(() => undefined);
    if (target !== undefined && target.ino === stats.ino && target.dev === stats.dev) return;
    await replace(real, path, options, random, {
      async fill(handle) {
        const buffer = new Uint8Array(256 * 1024);
        for (;;) {
          throwIfAborted(options.signal, `write ${path}`);
          const { bytesRead } = await source.read(buffer, 0, buffer.length, null);
          if (bytesRead === 0) return;
          await writeAll(handle, buffer.subarray(0, bytesRead));
        }
      },
      mode: options.mode ?? stats.mode & 0o777,
    });
  } finally {
    await source.close();
  }
}

/** Adds to the end of the file at `real`. When not all fits, what was added is taken away again. */
export async function appendFile(
  real: string,
  path: string,
  content: string | Uint8Array,
  options: AppendOptions,
): Promise<AppendResult> {
  const bytes = encodeUtf8(content);
  const expected = options.expectedSizeBytes;
  const create = expected === undefined || expected === 0 ? constants.O_CREAT : 0;
  const flags = constants.O_WRONLY | constants.O_APPEND | create;
  const handle = await nodeFs.open(real, flags, options.mode ?? 0o666);
  let sizeBeforeBytes: number;
  try {
    // Nothing of this process comes between this look and the first piece of text, and hardly anyone else does.
    const stats = fstatSync(handle.fd);
    sizeBeforeBytes = stats.size;
    if (expected !== undefined && expected !== sizeBeforeBytes) {
      throw hostErrors.fileChanged({
        operation: 'append to',
        path,
        expectedSizeBytes: expected,
        actualSizeBytes: sizeBeforeBytes,
      });
    }
    try {
      await writeAll(handle, bytes, stats.isFile() ? writeFirst(handle, bytes) : 0);
    } catch (error) {
      await takeBack(handle, sizeBeforeBytes, bytes.length);
      throw error;
    }
    await syncFile(handle);
  } finally {
    await handle.close();
  }
  if (sizeBeforeBytes === 0) await syncDirectory(parentOf(real));
  return { sizeBeforeBytes, sizeAfterBytes: sizeBeforeBytes + bytes.length };
}

/** Makes the entries of a directory durable. Where the system cannot do that, its own order must be enough. */
export async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await nodeFs.open(directory, 'r');
    await handle.sync();
  } catch (error) {
    // Not readable by us, or a system (Windows, some network mounts) that does not open or sync directories.
    if (!['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOENT'].includes(systemCode(error))) {
      throw error;
    }
  } finally {
    await handle?.close();
  }
}

interface NewContent {
  readonly fill: (handle: FileHandle) => Promise<void>;
  /** For a new file; the umask applies. */
  readonly mode: number;
}

async function replace(
  real: string,
  path: string,
  options: WriteOptions,
  random: Random,
  content: NewContent,
): Promise<void> {
  const target = await behindLink(real);
  const existing = await nodeFs.stat(target).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (existing !== undefined && options.exclusive === true) {
    throw hostErrors.alreadyExists({ operation: 'write', path });
  }
  if (existing?.isDirectory()) throw hostErrors.isDirectory({ operation: 'write', path });
  if (existing !== undefined && !existing.isFile()) return fillInPlace(target, content);
  const directory = parentOf(target);
  const { handle, temp } = await openTemp(directory, content.mode, random);
  try {
    try {
      await content.fill(handle);
      if (existing !== undefined) await keepOwnership(handle, existing);
      if (options.sync !== false) await syncFile(handle);
    } finally {
      await handle.close();
    }
    throwIfAborted(options.signal, `write ${path}`);
    // `link` refuses an existing name, `rename` replaces it: both are one step.
    if (options.exclusive === true) await nodeFs.link(temp, target);
    else await nodeFs.rename(temp, target);
  } catch (error) {
    await nodeFs.unlink(temp).catch(() => undefined);
    throw error;
  }
  if (options.exclusive === true) await nodeFs.unlink(temp);
  if (options.sync !== false) await syncDirectory(directory);
}

/** Devices and pipes cannot be replaced, only written to. */
async function fillInPlace(target: string, content: NewContent): Promise<void> {
  const handle = await nodeFs.open(target, 'w');
  try {
    await content.fill(handle);
  } finally {
    await handle.close();
  }
}

/** Writing to a link changes the file it leads to, even one that is not there yet. */
async function behindLink(real: string): Promise<string> {
  let place = real;
  for (let hops = 0; hops < 40; hops += 1) {
    const link = await nodeFs.readlink(place).catch((error: unknown) => {
      if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(systemCode(error))) return undefined;
      throw error;
    });
    if (link === undefined) return place;
    place = isAbsolutePath(link) ? link : `${parentOf(place)}/${link}`;
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

async function openTemp(
  directory: string,
  mode: number,
  random: Random,
): Promise<{ readonly handle: FileHandle; readonly temp: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const name = Buffer.from(random.bytes(8)).toString('hex');
    const temp = `${directory}/.harn-${name}.tmp`;
    try {
      return { handle: await nodeFs.open(temp, 'wx', mode), temp };
    } catch (error) {
      // A repeatable random source in two processes can collide; chance alone cannot.
      if (systemCode(error) !== 'EEXIST' || attempt === 100) throw error;
    }
  }
}

/** The new file takes over mode and, as far as we may, owner and group of the one it replaces. */
async function keepOwnership(
  handle: FileHandle,
  old: { readonly uid: number; readonly gid: number; readonly mode: number },
): Promise<void> {
  const now = await handle.stat();
  if (now.uid !== old.uid || now.gid !== old.gid) {
    await handle.chown(old.uid, old.gid).catch(() => undefined);
  }
  await handle.chmod(old.mode & 0o7777);
}

/** The largest piece that is written while everything else waits. */
const FIRST_BYTES = 64 * 1024;

function writeFirst(handle: FileHandle, bytes: Uint8Array): number {
  return writeSync(handle.fd, bytes, 0, Math.min(bytes.length, FIRST_BYTES));
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, from = 0): Promise<void> {
  for (let at = from; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at);
    at += bytesWritten;
  }
}

/** Only when nobody appended after us; their text is worth more than our tidiness. */
async function takeBack(handle: FileHandle, sizeBefore: number, wanted: number): Promise<void> {
  const { size } = await handle.stat();
  if (size > sizeBefore && size < sizeBefore + wanted) await handle.truncate(sizeBefore);
}

async function syncFile(handle: FileHandle): Promise<void> {
  await handle.sync().catch((error: unknown) => {
    // Pipes and devices have nothing to sync.
    if (!['EINVAL', 'ENOTSUP', 'EROFS'].includes(systemCode(error))) throw error;
  });
}

/** The directory a path is an entry of. Cuts text only: `..` after a link is for the system to resolve. */
export function parentOf(real: string): string {
  const path = real.replace(/\/+$/, '');
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';
}
