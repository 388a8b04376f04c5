// Errors of the host: what the outside refused, in words a person can act on. Operating system codes are mapped
// to these in node-errors.ts and never shown raw.
import { defineErrors, HarnError, row } from '../../base/index.ts';

type AtPath = { readonly operation: string; readonly path: string };

/** What the operations of a file are called by people. */
const THINGS: { readonly [operation: string]: string } = {
  read: 'read file',
  write: 'write file',
  'append to': 'append to file',
  delete: 'delete file',
  copy: 'copy file',
  list: 'list directory',
};

/** What makes something at a path: nothing being there is no trouble for these, so what lacks is its directory. */
const MAKING = new Set(['write', 'move to']);

function thing(operation: string): string {
  return THINGS[operation] ?? operation;
}

function failedTo({ operation, path }: AtPath): string {
  return `Failed to ${thing(operation)} ${path}`;
}

function missing({ operation, path }: AtPath): string {
  if (!MAKING.has(operation)) return 'there is nothing at this path';
  return `there is no directory ${path.replace(/\/*[^/]*\/*$/, '') || (path.startsWith('/') ? '/' : '.')}`;
}

export const hostErrors = defineErrors('HST', {
  // Files
  notFound: row<AtPath>({
    number: 1,
    message: (p) => `${failedTo(p)}: ${missing(p)}`,
    hint: 'check the spelling and the working directory; a missing directory must be made first',
  }),
  isDirectory: row<AtPath>({
    number: 2,
    message: (p) => `${failedTo(p)}: it is a directory`,
    hint: 'name a file, or list the directory',
  }),
  notDirectory: row<AtPath>({
    number: 3,
    message: (p) => `${failedTo(p)}: it, or a part of its path, is not a directory`,
    hint: 'one of the names before a slash is a file',
  }),
  permissionDenied: row<AtPath>({
    number: 4,
    message: (p) => `${failedTo(p)}: permission denied`,
    hint: 'the user this runs as may not do that here; check owner and mode of the file and of its directory',
  }),
  noSpace: row<AtPath>({
    number: 5,
    message: (p) => `${failedTo(p)}: no space left (disk or quota)`,
    hint: 'free some space and run again; a file that existed before is unchanged',
  }),
  tooLarge: row<AtPath & { readonly sizeBytes: number; readonly limitBytes: number }>({
    number: 6,
    message: (p) => `${failedTo(p)}: ${p.sizeBytes} bytes is over the limit of ${p.limitBytes}`,
    hint: 'read it line by line or in ranges, or raise the limit of this call',
  }),
  alreadyExists: row<AtPath>({
    number: 7,
    message: (p) => `${failedTo(p)}: something is already there`,
    hint: 'choose another name, or delete it first',
  }),
  notText: row<AtPath & { readonly offset: number }>({
    number: 8,
    message: (p) => `${failedTo(p)} as text: it is not valid UTF-8 (near byte ${p.offset})`,
    hint: 'read it as bytes, or convert the file to UTF-8',
  }),
  directoryNotEmpty: row<AtPath>({
    number: 9,
    message: (p) => `${failedTo(p)}: the directory is not empty`,
    hint: 'delete recursively if all of its content may go',
  }),
  fileChanged: row<
    AtPath & { readonly expectedSizeBytes: number; readonly actualSizeBytes: number }
  >({
    number: 10,
    message: (p) =>
      `${failedTo(p)}: it has ${p.actualSizeBytes} bytes where ${p.expectedSizeBytes} were expected`,
    hint: 'someone else wrote to it in the meantime',
  }),
  readOnlyFileSystem: row<AtPath>({
    number: 11,
    message: (p) => `${failedTo(p)}: this file system is read-only`,
  }),
  tooManyOpenFiles: row<AtPath>({
    number: 12,
    message: (p) => `${failedTo(p)}: too many files are open`,
    hint: 'raise the limit (ulimit -n) or do less at once',
    retry: { afterMs: 1000 },
  }),
  invalidPath: row<AtPath & { readonly reason: string }>({
    number: 13,
    message: (p) => `Failed to ${thing(p.operation)} ${JSON.stringify(p.path)}: ${p.reason}`,
  }),
  crossDevice: row<AtPath & { readonly to: string }>({
    number: 14,
    message: (p) => `${failedTo(p)} to ${p.to}: they are on different file systems`,
    hint: 'copy, then delete the old one',
  }),
  linkLoop: row<AtPath>({
    number: 15,
    message: (p) => `${failedTo(p)}: its symbolic links go in a circle`,
  }),
  invalidGlob: row<{ readonly pattern: string; readonly reason: string }>({
    number: 16,
    message: (p) => `the pattern ${JSON.stringify(p.pattern)} is not valid: ${p.reason}`,
    hint: 'patterns know * ? ** [a-z] [!a-z] {one,two}; put a backslash before a sign meant literally',
  }),
  fileFailed: row<AtPath & { readonly reason: string }>({
    number: 19,
    message: (p) => `${failedTo(p)}: ${p.reason}`,
  }),
  // Processes
  commandNotFound: row<{ readonly command: string }>({
    number: 20,
    message: (p) => `cannot start ${JSON.stringify(p.command)}: there is no such program`,
    hint: 'check the spelling and PATH; a line with shell syntax must be given as a shell command',
  }),
  notExecutable: row<{ readonly command: string }>({
    number: 21,
    message: (p) => `cannot start ${JSON.stringify(p.command)}: it may not be executed`,
    hint: 'make the file executable (chmod +x), or start it through its interpreter',
  }),
  badWorkingDirectory: row<{ readonly command: string; readonly cwd: string }>({
    number: 22,
    message: (p) => `cannot start ${JSON.stringify(p.command)}: ${p.cwd} is not a directory`,
  }),
  startFailed: row<{ readonly command: string; readonly reason: string }>({
    number: 23,
    message: (p) => `cannot start ${JSON.stringify(p.command)}: ${p.reason}`,
  }),
  groupSurvived: row<{ readonly pid: number }>({
    number: 24,
    message: (p) => `process group ${p.pid} did not end, not even by KILL`,
    hint: 'it is probably stuck in the kernel (a dead network mount?); look at it with ps',
  }),
  processGone: row<{ readonly command: string }>({
    number: 25,
    message: (p) => `${p.command} no longer listens`,
    retry: {},
  }),
  // HTTP
  invalidUrl: row<{ readonly url: string }>({
    number: 30,
    message: (p) => `${JSON.stringify(p.url)} is not an http or https address`,
  }),
  connectionRefused: row<{ readonly url: string }>({
    number: 31,
    message: (p) => `${p.url}: connection refused`,
    hint: 'nothing listens there; check host, port and whether the server runs',
    retry: {},
  }),
  hostUnknown: row<{ readonly url: string }>({
    number: 32,
    message: (p) => `${p.url}: the name of the host cannot be resolved`,
    hint: 'check the spelling of the host and the network (DNS, proxy)',
    retry: {},
  }),
  httpTimeout: row<{ readonly url: string; readonly timeoutMs: number }>({
    number: 33,
    message: (p) => `${p.url}: no complete answer within ${p.timeoutMs} ms`,
    retry: {},
  }),
  tlsFailed: row<{ readonly url: string; readonly reason: string }>({
    number: 34,
    message: (p) => `${p.url}: no secure connection (${p.reason})`,
    hint: 'check the certificate of the server; for a private authority set NODE_EXTRA_CA_CERTS',
  }),
  connectionLost: row<{ readonly url: string }>({
    number: 35,
    message: (p) => `${p.url}: the connection broke before the answer was complete`,
    retry: {},
  }),
  noConnection: row<{ readonly url: string; readonly timeoutMs: number }>({
    number: 41,
    message: (p) => `${p.url}: no connection within ${p.timeoutMs} ms`,
    retry: {},
  }),
  silent: row<{ readonly url: string; readonly timeoutMs: number }>({
    number: 42,
    message: (p) => `${p.url}: the server sent nothing for ${p.timeoutMs} ms`,
    retry: {},
  }),
  proxyFailed: row<{ readonly url: string; readonly proxy: string; readonly reason: string }>({
    number: 43,
    message: (p) => `${p.url}: the proxy ${p.proxy} ${p.reason}`,
    hint: 'check HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or the option `proxy`',
    retry: {},
  }),
  badProxy: row<{ readonly proxy: string }>({
    number: 44,
    message: (p) => `${JSON.stringify(p.proxy)} is not the address of an http or https proxy`,
  }),
  tooManyRedirects: row<{ readonly url: string; readonly limit: number }>({
    number: 36,
    message: (p) => `${p.url}: more than ${p.limit} redirects`,
  }),
  responseTooLarge: row<{ readonly url: string; readonly limitBytes: number }>({
    number: 37,
    message: (p) => `${p.url}: the answer is longer than ${p.limitBytes} bytes`,
    hint: 'raise the limit of this call, or read the answer as a stream',
  }),
  httpFailed: row<{ readonly url: string; readonly reason: string }>({
    number: 39,
    message: (p) => `${p.url}: ${p.reason}`,
    retry: {},
  }),
  cannotListen: row<{ readonly url: string; readonly reason: string }>({
    number: 38,
    message: (p) => `cannot listen at ${p.url}: ${p.reason}`,
    hint: 'take another port, 0 for any free one, or end who holds it',
    retry: {},
  }),
  badCertificate: row<{ readonly url: string }>({
    number: 45,
    message: (p) =>
      `cannot listen at ${p.url}: its certificate and key are not a pair of PEM texts`,
    hint: 'the certificate comes first in its file, with those that vouch for it after it; the key has no password',
  }),
  // Any call
  aborted: row<{ readonly operation: string }>({
    number: 40,
    message: (p) => `${p.operation} was aborted`,
    retry: false,
  }),
  // Stand-ins
  denied: row<{ readonly port: string; readonly method: string }>({
    number: 50,
    message: (p) => `NullHarness denied ${p.port}.${p.method}`,
    hint: 'this harness refuses every effect; give the function a real or a mock one',
    retry: false,
  }),
  mockMissing: row<{ readonly port: string; readonly method: string; readonly asked: string }>({
    number: 51,
    message: (p) => `the mock host has no answer for ${p.port}.${p.method}(${p.asked})`,
    hint: 'add one before the call',
    retry: false,
  }),
});

/** The names of host errors, as `isHostError` takes them. */
export type HostErrorName = Exclude<keyof typeof hostErrors, `$${string}`>;

/** Whether an error is a particular one of the host; of any copy of this package. */
export function isHostError(error: unknown, name: HostErrorName): error is HarnError {
  return HarnError.is(error) && error.code === hostErrors.$code(name);
}
