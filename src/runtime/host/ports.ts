// The ports through which every effect reaches the outside. Interfaces only: real in node.ts, in memory in mock.ts,
// refusing in null.ts. Nothing here knows of runs, journals or policy; those wrap a Host from above.
// Rules for every implementation: failures are coded (errors.ts), order is deterministic, an aborted call
// rejects with `aborted` and leaves nothing half done that the caller could not see.
import type { Clock, Random } from '../../base/index.ts';

/** Everything outside the process, in one object. The only way to reach it. */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly fs: HostFs;
  readonly process: HostProcess;
  readonly http: HostHttp;
  readonly env: HostEnv;
  readonly stdio: HostStdio;
  readonly system: HostSystem;
}

/** What every call that may take a while accepts. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

// ---- files ----------------------------------------------------------------------------------------------------

export type FileKind = 'file' | 'directory' | 'symlink' | 'other';

/** What `stat` tells. Symbolic links are followed. */
export interface FileStat {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** The permission bits, such as `0o644`. */
  readonly mode: number;
}

/** One name in a directory; a symbolic link is reported as such. */
export interface DirEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/** One thing met by `walk`; `path` is relative to the root of the walk, with `/`. */
export interface WalkEntry {
  readonly path: string;
  readonly kind: FileKind;
}

export interface ReadOptions extends CallOptions {
  /** Refuse (`tooLarge`) rather than read more than this. */
  readonly maxBytes?: number | undefined;
}

export interface ReadBytesOptions extends ReadOptions {
  /** First byte to read; 0 by default. */
  readonly offset?: number | undefined;
  /** How many bytes at most; to the end by default. */
  readonly length?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Permission bits of a new file (before the umask). An existing file keeps its own. */
  readonly mode?: number | undefined;
  /** Refuse (`alreadyExists`) when the file is there. */
  readonly exclusive?: boolean | undefined;
  /**
   * False for a copy of what is kept safely elsewhere: readers still see the old content or the new and the end of the
   * process changes nothing, but it is not waited until the disk has it; after a loss of power the file may be an older one.
   */
  readonly sync?: boolean | undefined;
}

export interface AppendOptions extends CallOptions {
  readonly mode?: number | undefined;
  /** Append only when the file has exactly this size (0 also fits a missing file); otherwise `fileChanged`. */
  readonly expectedSizeBytes?: number | undefined;
}

/** Sizes around an append: what was there before, and what is there now. */
export interface AppendResult {
  readonly sizeBeforeBytes: number;
  readonly sizeAfterBytes: number;
}

export interface WalkOptions extends CallOptions {
  /** 1 lists the root only. Unlimited by default. */
  readonly maxDepth?: number | undefined;
  /** Also names that start with a dot. True by default. */
  readonly includeHidden?: boolean | undefined;
  /** Go into directories that links lead to, each at most once per branch. False by default. */
  readonly followLinks?: boolean | undefined;
  /** Return false to leave a directory out, with all below it. */
  readonly enter?: ((directory: string) => boolean) | undefined;
}

export interface GlobOptions extends CallOptions {
  /** Where relative patterns start; the working directory by default. */
  readonly cwd?: string | undefined;
  /** Let wildcards match names that start with a dot. False by default. */
  readonly includeHidden?: boolean | undefined;
}

/** Who hears that something may have changed. */
export interface WatchHints {
  readonly onChange: () => void;
  /** No more hints come: whoever wants to know has to look now and then. */
  readonly onLost: () => void;
}

/** Files. Relative paths are relative to `system.cwd()`; separators are `/`. */
export interface HostFs {
  /** Strict UTF-8 (`notText` otherwise); a leading byte order mark is kept. */
  readText(path: string, options?: ReadOptions): Promise<string>;
  readBytes(path: string, options?: ReadBytesOptions): Promise<Uint8Array>;
  /** Lines without their breaks (`\n` or `\r\n`), read piece by piece; strict UTF-8. */
  readLines(path: string, options?: ReadOptions): AsyncIterable<string>;
  stat(path: string, options?: CallOptions): Promise<FileStat>;
  /** False only when nothing is there; a path that cannot be looked at is an error. */
  exists(path: string, options?: CallOptions): Promise<boolean>;
  /** All or nothing and (unless `sync` is false) on disk when it returns: temp file, fsync, rename, fsync of the directory. */
  writeFile(path: string, content: string | Uint8Array, options?: WriteOptions): Promise<void>;
  /** Adds to the end, creating the file; on disk when it returns. */
  append(
    path: string,
    content: string | Uint8Array,
    options?: AppendOptions,
  ): Promise<AppendResult>;
  /** A file, a link or an empty directory; with `recursive` a whole tree. */
  delete(
    path: string,
    options?: CallOptions & { readonly recursive?: boolean | undefined },
  ): Promise<void>;
  /** Replaces an existing file at `to`. */
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  /** One file, as atomic at `to` as `writeFile`; a new file gets the mode of the old one. */
  copy(from: string, to: string, options?: WriteOptions): Promise<void>;
  /** With missing parents; an existing directory is fine. */
  mkdir(
    path: string,
    options?: CallOptions & { readonly mode?: number | undefined },
  ): Promise<void>;
  /** Sorted by name (code units). */
  listDir(path: string, options?: CallOptions): Promise<readonly DirEntry[]>;
  /** Depth first, each directory before its content, sorted. */
  walk(root: string, options?: WalkOptions): AsyncIterable<WalkEntry>;
  /** Paths that match, sorted; spelled as the pattern is (relative stays relative). */
  glob(pattern: string, options?: GlobOptions): Promise<readonly string[]>;
  /** Makes a new directory that nobody else has. The caller deletes it. */
  makeTempDir(prefix?: string, options?: CallOptions): Promise<string>;
  /**
   * Hints that a file, or anything below a directory, may have changed; it need not be there yet. Called too often rather
   * than not at all: look before believing it. The result ends it.
   */
  watch(path: string, hints: WatchHints): Promise<() => void>;
  /** Absolute, with links resolved. */
  realPath(path: string, options?: CallOptions): Promise<string>;
}

// ---- processes ------------------------------------------------------------------------------------------------

/**
 * Names one process for all time: a pid alone is reused, pid and start time are unique until the machine
 * restarts, and `bootId` tells one start of the machine from the next.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque text; only equality means something. */
  readonly startTime: string;
  readonly bootId: string;
}

export interface ProcessOptions extends CallOptions {
  readonly cwd?: string | undefined;
  /** On top of the host's environment; `undefined` takes a name away. */
  readonly env?: { readonly [name: string]: string | undefined } | undefined;
  /** False starts from an empty environment. */
  readonly inheritEnv?: boolean | undefined;
  readonly stdin?: string | Uint8Array | undefined;
  /** After this the whole group is ended and the result says `timedOut`. */
  readonly timeoutMs?: number | undefined;
  /** Kept of each stream; more is read and dropped, and the result says so. 16 MiB by default. */
  readonly maxOutputBytes?: number | undefined;
  /** Between TERM and KILL. 5 s by default. */
  readonly graceMs?: number | undefined;
  /**
   * Called with the identity before the command itself begins; it begins when the returned promise resolves.
   * When it rejects, or this process dies in between, the command never begins.
   */
  readonly onStarted?: ((identity: ProcessIdentity) => void | Promise<void>) | undefined;
  /** Output as it comes, besides being collected. */
  readonly onOutput?: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined;
}

/** A program with its arguments, or one line for `/bin/sh`. */
export type ProcessRequest = ProcessOptions &
  (
    | { readonly argv: readonly string[]; readonly shell?: undefined }
    | { readonly shell: string; readonly argv?: undefined }
  );

export interface ProcessResult {
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Text; bytes that are not UTF-8 become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly durationMs: number;
  readonly timedOut: boolean;
}

/** How to start a process that is talked with. */
export type LiveProcessRequest = Pick<ProcessOptions, 'cwd' | 'env' | 'inheritEnv' | 'graceMs'> & {
  readonly argv: readonly string[];
};

/** A process that stays and is talked with over its standard streams. */
export interface LiveProcess {
  readonly pid: number;
  /** What it writes to stdout, as it comes; ends when the process does. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The last it wrote to stderr, 4 KiB at most. */
  lastWords(): string;
  /** Resolves when the text is handed over; `closed` when the process no longer listens. */
  write(text: string): Promise<void>;
  /** Closes its input, gives it the grace to leave by itself, then ends its whole group. */
  close(): Promise<void>;
}

/** What became of a process that an earlier life started. */
export type EndGroupResult = 'ended' | 'already_gone' | 'not_ours';

/** Child processes. Each leads its own process group, so a Ctrl-C at the terminal does not reach it. */
export interface HostProcess {
  /**
   * Runs to the end. A failing exit code is a result; not being able to start is an error. Abort ends the whole
   * group (TERM, then KILL) and then rejects with `aborted`.
   */
  run(request: ProcessRequest): Promise<ProcessResult>;
  /** Starts a process to talk with; whoever starts it closes it. It gets the end of its input when this process dies. */
  open(request: LiveProcessRequest): Promise<LiveProcess>;
  /** The identity of a living process; undefined when there is none. */
  identify(pid: number): Promise<ProcessIdentity | undefined>;
  /** Whether exactly this process still lives. */
  isAlive(identity: ProcessIdentity): Promise<boolean>;
  /** Ends a group we once started, and only that: pid, start time and boot id must all match. */
  endGroup(
    identity: ProcessIdentity,
    options?: CallOptions & { readonly graceMs?: number | undefined },
  ): Promise<EndGroupResult>;
}

// ---- http -----------------------------------------------------------------------------------------------------

/** A proxy. */
export interface HttpProxy {
  readonly url: string;
  /** Hosts that are reached without it, with commas, as in `NO_PROXY`. */
  readonly noProxy?: string | undefined;
  /** What it is sent as `proxy-authorization`. */
  readonly authorization?: string | undefined;
}

/** Certificates of one's own, as PEM texts. */
export interface HttpTls {
  /** Authorities besides those that are known. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** SHA-256 of certificates or of their public keys, in hex or base64: no other server is spoken to. */
  readonly pins?: readonly string[] | undefined;
}

export interface HttpRequest extends CallOptions {
  readonly method: string;
  readonly url: string;
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** For the whole exchange with `request`; until the head of the answer with `open`. */
  readonly timeoutMs?: number | undefined;
  /** 0 hands redirects back as they are. 10 by default. */
  readonly maxRedirects?: number | undefined;
  /** The longest body taken. 32 MiB by default, none with `open`. */
  readonly maxBodyBytes?: number | undefined;
  /** Until a connection stands. */
  readonly connectTimeoutMs?: number | undefined;
  /** The longest silence, before the head of the answer and within its body. */
  readonly readTimeoutMs?: number | undefined;
  /** False leaves the body as it came. */
  readonly decompress?: boolean | undefined;
  /** False: none, not even that of the environment. */
  readonly proxy?: HttpProxy | false | undefined;
  readonly tls?: HttpTls | undefined;
  /** Asked about every address before it is connected to, those of redirects included; throws to refuse it. */
  readonly permit?: ((url: string) => void) | undefined;
}

export interface SocketRequest extends CallOptions {
  readonly url: string;
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly protocols?: readonly string[] | undefined;
  /** Until the connection stands. */
  readonly timeoutMs?: number | undefined;
  /** A longer message ends the connection. 32 MiB by default. */
  readonly maxMessageBytes?: number | undefined;
  /** Reached by a tunnel (CONNECT). False: none, not even that of the environment. */
  readonly proxy?: HttpProxy | false | undefined;
  readonly tls?: HttpTls | undefined;
}

/** What arrives on a WebSocket. Pings are answered by the host. */
export type SocketMessage =
  | { readonly type: 'text'; readonly data: string }
  | { readonly type: 'binary' | 'ping' | 'pong'; readonly data: Uint8Array }
  | { readonly type: 'close'; readonly code: number; readonly reason: string };

/** A WebSocket. Messages wait in order; the last one is `close`. */
export interface HostSocket {
  readonly messages: AsyncIterator<SocketMessage>;
  /** False when the connection is closed. */
  send(message: Exclude<SocketMessage, { readonly type: 'close' }>): Promise<boolean>;
  /** Says goodbye; resolves when it is sent. */
  close(code?: number, reason?: string): Promise<void>;
}

export interface HttpHead {
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case; repeated ones joined with `, ` (`set-cookie`: with a line break). */
  readonly headers: { readonly [name: string]: string };
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

export interface HttpResponse extends HttpHead {
  readonly body: Uint8Array;
}

/** An answer whose body is still coming. Leaving the loop early closes the connection. */
export interface HttpStream extends HttpHead {
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** HTTP. Every status is a result; not getting an answer is an error. */
export interface HostHttp {
  request(request: HttpRequest): Promise<HttpResponse>;
  /** For answers that are read as they come (server-sent events, model streams). */
  open(request: HttpRequest): Promise<HttpStream>;
  /** WebSockets (`ws:`, `wss:`), where the host has them. */
  readonly connect?: ((request: SocketRequest) => Promise<HostSocket>) | undefined;
  /** Listens for WebSockets, where the host can. */
  readonly listen?: ((request: ListenRequest) => Promise<HostListener>) | undefined;
  /** Makes a certificate that is signed by itself, where the host can. */
  readonly selfSigned?: ((request: SelfSignedRequest) => Promise<ServerCertificate>) | undefined;
}

/** A certificate to be made. */
export interface SelfSignedRequest {
  /** Names it is for, in ASCII. */
  readonly names: readonly string[];
  /** IP addresses it is for, 4 or 16 bytes each. */
  readonly addresses: readonly Uint8Array[];
  /** 32 bytes of chance, from which the private key follows. */
  readonly key: Uint8Array;
  /** The serial number, 16 bytes of chance. */
  readonly serial: Uint8Array;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A certificate (with those that vouch for it) and its private key, as PEM texts. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Where to listen, and who is let in. */
export interface ListenRequest {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  /** Speaks TLS (`wss:`) with it; in clear without. */
  readonly tls?: ServerCertificate | undefined;
  /** Asked about every upgrade; a number refuses it with that status. */
  readonly admit: (upgrade: UpgradeRequest) => number | undefined;
}

/** A client that asks for a WebSocket. */
export interface UpgradeRequest {
  readonly path: string;
  /** What stands behind `?`, without it. */
  readonly search: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  /** `address:port` of the client. */
  readonly peer: string;
}

/** Something that listens. */
export interface HostListener {
  readonly host: string;
  readonly port: number;
  /** The connections that were let in, in order; ends when the listener is closed. */
  readonly connections: AsyncIterator<UpgradeRequest & { readonly socket: HostSocket }>;
  /** Stops listening and ends what is connected. */
  close(): Promise<void>;
}

// ---- the rest -------------------------------------------------------------------------------------------------

/** The environment, read only. See `isSecretName` for what must not be kept in clear text. */
export interface HostEnv {
  get(name: string): string | undefined;
  /** Sorted. */
  names(): readonly string[];
}

export type StdStream = 'stdin' | 'stdout' | 'stderr';

/** The terminal. Output appears in the order of the calls and survives an exit right after `flush`. */
export interface HostStdio {
  /** Returns when the text is handed over, or queued because the reader is slow; see `flush`. */
  writeOut(text: string): void;
  writeErr(text: string): void;
  /** Resolves when all output so far is handed over. Await it where output can be long, and before leaving. */
  flush(): Promise<void>;
  /** Whether the reader of a stream went away; further text to it is dropped without an error. */
  isClosed(stream: 'stdout' | 'stderr'): boolean;
  /** The next line of stdin without its break; undefined at the end. */
  readLine(options?: CallOptions): Promise<string | undefined>;
  /** All of stdin that is left. */
  readAll(options?: CallOptions): Promise<string>;
  isTty(stream: StdStream): boolean;
  /** Width of the terminal at stdout; undefined when it is none. */
  columns(): number | undefined;
  /** Its lines; undefined when it is none. Not every host knows. */
  readonly rows?: (() => number | undefined) | undefined;
}

/** Facts about this process and machine that do not change while it lives. */
export interface SystemFacts {
  /** `linux`, `darwin`, `win32`, ... */
  readonly platform: string;
  readonly arch: string;
  readonly hostname: string;
  readonly userName: string;
  readonly pid: number;
  /** Arguments after the program. */
  readonly argv: readonly string[];
  readonly execPath: string;
  readonly nodeVersion: string;
}

/** The processor of this machine, as it was just now. */
export interface ProcessorFacts {
  /** Threads that can run at once. */
  readonly count: number;
  /** Cores; undefined where the system does not tell. */
  readonly physicalCount: number | undefined;
  readonly model: string;
  readonly frequencyMhz: number;
  /** Of all threads together, from 0 to 100, over a tenth of a second. */
  readonly usagePercent: number;
}

/** The memory of this machine, in bytes. */
export interface MemoryFacts {
  readonly totalBytes: number;
  /** What programs can still take, caches that would make room included. */
  readonly availableBytes: number;
}

/** What a machine tells about itself while it works. */
export interface HostMachine {
  processor(options?: CallOptions): Promise<ProcessorFacts>;
  memory(): Promise<MemoryFacts>;
}

/** Names this process across machines, restarts and reuse of pids: the holder of a lease. */
export interface HolderIdentity extends ProcessIdentity {
  readonly hostname: string;
}

export interface HostSystem {
  facts(): SystemFacts;
  identity(): Promise<HolderIdentity>;
  cwd(): string;
  homeDir(): string;
  /** Where temporary files go; see `fs.makeTempDir`. */
  tempRoot(): string;
  /** Where the host knows its machine. */
  readonly machine?: HostMachine | undefined;
}
