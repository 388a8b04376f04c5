// What a failure of SQLite or the file system means for people. The only place that knows error numbers.
import type { HarnError } from '../../base/index.ts';
import { sto } from '../errors.ts';

// https://sqlite.org/rescode.html, primary codes
const ERROR = 1;
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const AUTH = 23;
const NOTADB = 26;

/** How long a statement waits for a lock before it fails. */
export const BUSY_TIMEOUT_MS = 5_000;

/** The primary result code of a driver error; undefined for any other value. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') {
    return undefined;
  }
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : ERROR;
}

/** Whether the database was locked by someone else. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** The coded error for a failure of the driver or of the file system; undefined for anything else. */
export function translateFailure(error: unknown, path: string): HarnError | undefined {
  const code = resultCode(error);
  return code === undefined ? fromFileSystem(error, path) : fromSqlite(code, error as Error, path);
}

function fromSqlite(code: number, cause: Error, path: string): HarnError {
  const at = { cause };
  const reason = cause.message;
  switch (code) {
    case BUSY:
    case LOCKED:
      return sto.busy({ path, waitedMs: BUSY_TIMEOUT_MS }, at);
    case FULL:
      return sto.diskFull({ path }, at);
    case READONLY:
      return sto.readOnly({ path }, at);
    case CORRUPT:
      return sto.corruptFile({ path, reason }, at);
    case NOTADB:
      return sto.notADatabase({ path }, at);
    case CANTOPEN:
      return sto.cannotOpen({ path, reason }, at);
    case PERM:
    case AUTH:
      return sto.permissionDenied({ path, reason }, at);
    default:
      return sto.ioFailed({ path, reason }, at);
  }
}

function fromFileSystem(cause: unknown, path: string): HarnError | undefined {
  if (!(cause instanceof Error) || !('syscall' in cause) || !('code' in cause)) return undefined;
  const at = { cause };
  const reason = String(cause.code);
  switch (reason) {
    case 'ENOSPC':
    case 'EDQUOT':
      return sto.diskFull({ path }, at);
    case 'EACCES':
    case 'EPERM':
      return sto.permissionDenied({ path, reason }, at);
    case 'EROFS':
      return sto.readOnly({ path }, at);
    case 'EIO':
      return sto.ioFailed({ path, reason }, at);
    default:
      return sto.cannotOpen({ path, reason }, at);
  }
}
