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

/** What goes wrong with proxies, by the code of the system or of `undici`. */
export const PROXY_REASONS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'refuses connections',
  ENOTFOUND: 'has a name that cannot be resolved',
  EAI_AGAIN: 'has a name that cannot be resolved',
  UND_ERR_ABORTED: 'did not let it through',
  UND_ERR_INVALID_ARG: 'did not let it through',
};

/** What happened to a connection, as a coded error. */
export function networkError(error: unknown, url: string, duringBody: boolean): HarnError {
  const inner = innermost(error);
  const at = { cause: error };
  const code = systemCode(inner);
  switch (code) {
    case 'ECONNREFUSED':
      return hostErrors.connectionRefused({ url }, at);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return hostErrors.hostUnknown({ url }, at);
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return hostErrors.connectionLost({ url }, at);
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return hostErrors.httpFailed({ url, reason: 'the host does not answer' }, at);
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return hostErrors.httpFailed({ url, reason: 'the server stopped answering' }, at);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return hostErrors.httpFailed({ url, reason: 'there is no route to the host' }, at);
    default:
  }
  if (isTlsCode(code)) return hostErrors.tlsFailed({ url, reason: plainReason(inner) }, at);
  if (duringBody) return hostErrors.connectionLost({ url }, at);
  // A refusal of the request itself; its text may quote a header, and headers hold secrets.
  const refused = code === '' && inner instanceof TypeError;
  const reason = refused
    ? 'the method or a header of the request is not valid'
    : plainReason(inner);
  return hostErrors.httpFailed({ url, reason }, at);
}

function isTlsCode(code: string): boolean {
  return (
    /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/.test(
      code,
    ) || code === 'ERR_INVALID_PROTOCOL'
  );
}

/** fetch wraps what happened in "fetch failed"; several tried addresses come as a list. */
export function innermost(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 8; depth += 1) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
    else if (at instanceof Error && at.cause !== undefined) at = at.cause;
    else return at;
  }
  return at;
}
