// Front door of host: the ports and their real, mock and refusing implementations.
// Errors
export { type HostErrorName, hostErrors, isHostError } from './errors.ts';
// Over the ports
export { type Glob, matchGlob, parseGlob } from './glob.ts';
export { createFetch, type FetchFunction, responseText } from './http-fetch.ts';
export { sameProcess } from './identity.ts';
// Implementations
export { createMockHost, type MockCall, type MockHost, type MockHostOptions } from './mock.ts';
export type { MockFiles } from './mock-fs.ts';
export type { MockResponse, MockRouteAnswer } from './mock-http.ts';
export type { MockCommand, MockProcesses, MockRun } from './mock-process.ts';
export { createNodeHost, type NodeHostOptions } from './node.ts';
export { createNullHost, type DeniedCall, type NullHost } from './null.ts';
export {
  baseName,
  dirName,
  isAbsolutePath,
  joinPath,
  normalizePath,
  resolvePath,
} from './paths.ts';
export type {
  AppendOptions,
  AppendResult,
  CallOptions,
  DirEntry,
  EndGroupResult,
  FileKind,
  FileStat,
  GlobOptions,
  HolderIdentity,
  Host,
  HostEnv,
  HostFs,
  HostHttp,
  HostListener,
  HostMachine,
  HostProcess,
  HostSocket,
  HostStdio,
  HostSystem,
  HttpHead,
  HttpProxy,
  HttpRequest,
  HttpResponse,
  HttpStream,
  HttpTls,
  ListenRequest,
  LiveProcess,
  LiveProcessRequest,
  ProcessIdentity,
  ProcessOptions,
  ProcessRequest,
  ProcessResult,
  ReadBytesOptions,
  ReadOptions,
  ServerCertificate,
  SocketMessage,
  SocketRequest,
  StdStream,
  SystemFacts,
  UpgradeRequest,
  WalkEntry,
  WalkOptions,
  WatchHints,
  WriteOptions,
} from './ports.ts';
export { isSecretName } from './secret-names.ts';
export { findProjectDir, findStateRoot, type StateRoot, userCacheDir } from './state-root.ts';
