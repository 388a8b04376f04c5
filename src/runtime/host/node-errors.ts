// Operating system codes → coded errors. The raw code never reaches a message.
import { HarnError } from '../../base/index.ts';
import { hostErrors } from './errors.ts';

/** The operating system's code of an error thrown by node, or '' for anything else. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** The coded form of what a file operation threw. Errors already coded pass unchanged. */
export function fileError(error: unknown, operation: string, path: string): HarnError {
  if (HarnError.is(error)) return error;
  const at = { operation, path };
  const cause = { cause: error };
  if (error instanceof Error && error.name === 'AbortError') {
    return hostErrors.aborted({ operation: `${operation} ${path}` }, cause);
  }
  switch (systemCode(error)) {
    case 'ENOENT':
      return hostErrors.notFound(at, cause);
    case 'EISDIR':
    case 'ERR_FS_EISDIR':
      return hostErrors.isDirectory(at, cause);
    case 'ENOTDIR':
      return hostErrors.notDirectory(at, cause);
    case 'EACCES':
    case 'EPERM':
      return hostErrors.permissionDenied(at, cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return hostErrors.noSpace(at, cause);
    case 'EEXIST':
      return hostErrors.alreadyExists(at, cause);
    case 'ENOTEMPTY':
      return hostErrors.directoryNotEmpty(at, cause);
    case 'EROFS':
      return hostErrors.readOnlyFileSystem(at, cause);
    case 'EMFILE':
    case 'ENFILE':
      return hostErrors.tooManyOpenFiles(at, cause);
    case 'ENAMETOOLONG':
      return hostErrors.invalidPath({ ...at, reason: 'a name in it is too long' }, cause);
    case 'EINVAL':
      return hostErrors.invalidPath({ ...at, reason: 'the system does not accept it' }, cause);
    case 'ELOOP':
      return hostErrors.linkLoop(at, cause);
    default:
      return hostErrors.fileFailed({ ...at, reason: plainReason(error) }, cause);
  }
}

const REASONS: { readonly [code: string]: string } = {
  EAGAIN: 'the system is short of resources at the moment',
  EBADF: 'the file was closed while it was used',
  EBUSY: 'it is in use',
  EFBIG: 'the file would become larger than the system allows',
  EIO: 'the device reported an input/output error',
  ENODEV: 'there is no such device',
  ENOMEM: 'there is not enough memory',
  ENOTSUP: 'this file system cannot do that',
  ENXIO: 'there is no such device, or nobody reads the other end',
  EOPNOTSUPP: 'this file system cannot do that',
  ESTALE: 'the network file system lost track of it',
  ETXTBSY: 'it is a program that is running',
};

/** Words for the rarer codes; the system's own description where we have none. */
export function plainReason(error: unknown): string {
  const code = systemCode(error);
  const known = REASONS[code];
  if (known !== undefined) return known;
  const text = error instanceof Error ? error.message : String(error);
  // node writes `EXYZ: description, call 'path'`; the description is what a person can read.
  return /^E[A-Z0-9]+: ([^,]+)/.exec(text)?.[1] ?? text;
}
