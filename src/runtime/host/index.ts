// Front door of host: the ports and their real, mock and refusing implementations.
// Ports
// Errors
export { type HostErrorName, hostErrors, isHostError } from './errors.ts';
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
  HostProcess,
  HostStdio,
  HostSystem,
  HttpHead,
  HttpRequest,
  HttpResponse,
  HttpStream,
  ProcessIdentity,
  ProcessOptions,
  ProcessRequest,
  ProcessResult,
  ReadBytesOptions,
  ReadOptions,
  StdStream,
  SystemFacts,
  WalkEntry,
  WalkOptions,
  WriteOptions,
} from './ports.ts';
// Helpers over the ports
export { isSecretName } from './secret-names.ts';
