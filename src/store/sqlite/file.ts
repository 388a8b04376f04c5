// The file before SQLite sees it: makes directory and file with narrow rights, and recognises from the first bytes
// what is not ours or cut short. Reading bytes instead of opening keeps a foreign database exactly as it is; even a
// read-only SQLite connection may leave files beside it.
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { sto } from '../errors.ts';
import { translateFailure } from './failures.ts';
import { migrations } from './migrations/all.ts';
import { APPLICATION_ID } from './sql.ts';

// Offsets of https://sqlite.org/fileformat2.html
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const HEADER_BYTES = 100;
const PAGE_SIZE = 16;
const CHANGE_COUNTER = 24;
const PAGE_COUNT = 28;
const USER_VERSION = 60;
const APPLICATION = 68;
const VERSION_VALID_FOR = 92;
/** First page: kind of the b-tree node that holds the schema, then its number of cells. */
const SCHEMA_NODE = 100;
const SCHEMA_CELLS = 103;
const LEAF = 0x0d;

/** `ours`: go on. `unmarked`: an empty database; ours if someone is creating it just now, which only its log tells. */
export type FileState = 'ours' | 'unmarked';

/** Makes sure there is a file that may be opened for writing; throws when it is not ours, cut short or out of reach. */
export function prepareFile(path: string): FileState {
  makeDirectory(dirname(path));
  try {
    if (!createFile(path)) accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    const stat = statSync(path);
    if (!stat.isFile()) throw sto.cannotOpen({ path, reason: 'it is not a file' });
    return recognise(path, stat.size);
  } catch (error) {
    throw translateFailure(error, path) ?? error;
  }
}

function makeDirectory(path: string): void {
  try {
    const firstMade = mkdirSync(path, { recursive: true, mode: 0o700 });
    if (firstMade !== undefined) syncUpTo(path, dirname(firstMade));
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw sto.cannotCreateDirectory({ path, reason }, { cause });
  }
}

/** New directories survive a power loss only when their parents are on the disk too. */
function syncUpTo(path: string, last: string): void {
  for (let at = path; at !== last; ) {
    at = dirname(at);
    try {
      const handle = openSync(at, 'r');
      fsyncSync(handle);
      closeSync(handle);
    } catch {
      // Windows has no handle on directories; their entries are journaled there.
      return;
    }
  }
}

/** True when the file is new. */
function createFile(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function recognise(path: string, size: number): FileState {
  if (size === 0) return 'unmarked';
  const head = readHead(path);
  const magic = head.subarray(0, Math.min(MAGIC.length, head.length));
  if (!MAGIC.subarray(0, magic.length).equals(magic)) throw sto.notADatabase({ path });
  if (head.length < HEADER_BYTES) {
    throw sto.truncated({ path, expectedBytes: 4096, foundBytes: size });
  }
  const applicationId = head.readUInt32BE(APPLICATION);
  const empty =
    head.length > SCHEMA_CELLS + 1 &&
    head[SCHEMA_NODE] === LEAF &&
    head.readUInt16BE(SCHEMA_CELLS) === 0;
  const unmarked = applicationId === 0 && head.readUInt32BE(USER_VERSION) === 0 && empty;
  if (applicationId !== APPLICATION_ID && !unmarked) {
    throw sto.foreignDatabase({ path, applicationId });
  }
  refuseTruncated(path, head, size);
  const found = head.readUInt32BE(USER_VERSION);
  if (found > migrations.length) throw sto.newerSchema({ path, found, known: migrations.length });
  return unmarked ? 'unmarked' : 'ours';
}

/** A log beside the file may hold the missing pages; then SQLite itself must judge. */
function refuseTruncated(path: string, head: Buffer, size: number): void {
  if (logSize(path) > 0) return;
  if (head.readUInt32BE(CHANGE_COUNTER) !== head.readUInt32BE(VERSION_VALID_FOR)) return;
  const pageSize = head.readUInt16BE(PAGE_SIZE);
  const expectedBytes = (pageSize === 1 ? 65_536 : pageSize) * head.readUInt32BE(PAGE_COUNT);
  if (size < expectedBytes) throw sto.truncated({ path, expectedBytes, foundBytes: size });
}

/** Bytes in the write-ahead log beside a database. */
export function logSize(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function readHead(path: string): Buffer {
  const handle = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEADER_BYTES + 8);
    return head.subarray(0, readSync(handle, head, 0, head.length, 0));
  } finally {
    closeSync(handle);
  }
}
