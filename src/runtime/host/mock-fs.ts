// Files in memory, with directories, modes and the same errors as real ones. It acts as an ordinary user who owns
// everything: owner bits count, so permission cases can be tested even by root.
import type { Clock, HarnError } from '../../base/index.ts';
import { throwIfAborted } from './abort.ts';
import { hostErrors } from './errors.ts';
import { expandGlob, parseGlob, placeOf } from './glob.ts';
import { baseName, dirName, joinPath, resolvePath } from './paths.ts';
import type {
  AppendOptions,
  AppendResult,
  CallOptions,
  DirEntry,
  HostFs,
  ReadBytesOptions,
  WriteOptions,
} from './ports.ts';
import { decodeUtf8, encodeUtf8, linesOf } from './utf8.ts';
import { walkFiles } from './walk.ts';

interface FileNode {
  readonly kind: 'file';
  bytes: Uint8Array;
  mode: number;
  modifiedMs: number;
}

interface DirectoryNode {
  readonly kind: 'directory';
  readonly names: Map<string, Node>;
  mode: number;
  modifiedMs: number;
}

type Node = FileNode | DirectoryNode;

const READ = 0o400;
const WRITE = 0o200;
const SEARCH = 0o100;

type AtPlace = <T>(
  operation: string,
  path: string,
  options: CallOptions | undefined,
  fn: (place: string) => T | Promise<T>,
) => Promise<T>;

type ChangingCall = 'writeFile' | 'append' | 'copy' | 'delete' | 'rename' | 'mkdir' | 'makeTempDir';

/** What a mock file system starts with. */
export interface MockFilesOptions {
  readonly clock: Clock;
  readonly cwd: string;
  readonly files?: { readonly [path: string]: string | Uint8Array } | undefined;
}

/** Files in memory. `fs` is the port; the rest is for tests and never refuses. */
export class MockFiles {
  readonly #clock: Clock;
  readonly #cwd: string;
  readonly #root: DirectoryNode;
  #temps = 0;
  readonly #watchers = new Set<{ readonly place: string; readonly onChange: () => void }>();
  readonly fs: HostFs;

  constructor({ clock, cwd, files = {} }: MockFilesOptions) {
    this.#clock = clock;
    this.#cwd = cwd;
    this.#root = this.#newDirectory(0o755);
    this.fs = this.#createPort();
    for (const directory of [cwd, '/tmp']) this.#makeDirectories(directory, 'prepare', 0o755);
    for (const [path, content] of Object.entries(files)) this.put(path, content);
  }

  /** Puts a file there, with its directories. */
  put(path: string, content: string | Uint8Array, mode = 0o644): void {
    const place = resolvePath(this.#cwd, path);
    const directory = this.#makeDirectories(dirName(place), 'prepare', 0o755);
    const bytes = encodeUtf8(content).slice();
    directory.names.set(baseName(place), { kind: 'file', bytes, mode, modifiedMs: this.#now() });
    this.#changed(place);
  }

  /** Tells who watches the place, something above it, or something below it. */
  #changed(place: string): void {
    for (const { place: watched, onChange } of [...this.#watchers]) {
      if (watched === place || place.startsWith(`${watched}/`) || watched.startsWith(`${place}/`)) {
        onChange();
      }
    }
  }

  /** Changes permission bits. */
  chmod(path: string, mode: number): void {
    const node = this.#peek(resolvePath(this.#cwd, path));
    if (node === undefined) throw hostErrors.notFound({ operation: 'prepare', path });
    node.mode = mode;
  }

  /** The text of every file, by absolute path, sorted. */
  snapshot(): { readonly [path: string]: string } {
    const out: { [path: string]: string } = {};
    const visit = (directory: DirectoryNode, prefix: string) => {
      for (const [name, node] of [...directory.names].sort(byName)) {
        if (node.kind === 'directory') visit(node, `${prefix}/${name}`);
        else out[`${prefix}/${name}`] = new TextDecoder().decode(node.bytes);
      }
    };
    visit(this.#root, '');
    return out;
  }

  #createPort(): HostFs {
    const at: AtPlace = async (operation, path, options, fn) => {
      throwIfAborted(options?.signal, `${operation} ${path}`);
      return fn(this.#place(path, operation));
    };
    const fs: HostFs = {
      ...this.#readingCalls(at),
      ...this.#changingCalls(at),
      walk: (root, options) => walkFiles(fs, root, options),
      watch: async (path, { onChange }) => {
        const watcher = { place: this.#place(path, 'watch'), onChange };
        this.#watchers.add(watcher);
        return () => void this.#watchers.delete(watcher);
      },
      glob: async (pattern, options) => {
        const start = resolvePath(this.#cwd, options?.cwd ?? '.');
        return expandGlob(parseGlob(pattern), this.#globFiles(start), options ?? {});
      },
    };
    return fs;
  }

  #readingCalls(at: AtPlace): Omit<HostFs, ChangingCall | 'walk' | 'glob' | 'watch'> {
    return {
      readText: (path, options) =>
        at('read', path, options, (place) => {
          const decoded = decodeUtf8(this.#read(place, path, options ?? {}));
          if ('text' in decoded) return decoded.text;
          throw hostErrors.notText({ operation: 'read', path, offset: decoded.badOffset });
        }),
      readBytes: (path, options) =>
        at('read', path, options, (place) => this.#read(place, path, options ?? {}).slice()),
      readLines: (path, options) => this.#readLines(path, options ?? {}),
      stat: (path, options) =>
        at('look at', path, options, (place) => {
          const node = this.#find(place, { operation: 'look at', path });
          const sizeBytes = node.kind === 'file' ? node.bytes.length : 0;
          return { kind: node.kind, sizeBytes, modifiedMs: node.modifiedMs, mode: node.mode };
        }),
      exists: (path, options) => at('look at', path, options, (place) => this.#exists(place, path)),
      listDir: (path, options) => at('list', path, options, (place) => this.#list(place, path)),
      realPath: (path, options) =>
        at('look at', path, options, (place) => {
          this.#find(place, { operation: 'look at', path });
          return place;
        }),
    };
  }

  #changingCalls(at: AtPlace): Pick<HostFs, ChangingCall> {
    return {
      writeFile: (path, content, options) =>
        at('write', path, options, (place) => this.#write(place, path, content, options ?? {})),
      append: (path, content, options) =>
        at('append to', path, options, (place) =>
          this.#append(place, path, content, options ?? {}),
        ),
      delete: (path, options) =>
        at('delete', path, options, (place) =>
          this.#delete(place, path, options?.recursive === true),
        ),
      rename: (from, to, options) =>
        at('rename', from, options, (place) =>
          this.#rename(place, from, this.#place(to, 'move to'), to),
        ),
      copy: (from, to, options) =>
        at('copy', from, options, (place) => {
          const source = this.#find(place, { operation: 'copy', path: from });
          if (source.kind === 'directory') {
            throw hostErrors.isDirectory({ operation: 'copy', path: from });
          }
          const bytes = this.#read(place, from, {});
          this.#write(this.#place(to, 'write'), to, bytes, { mode: source.mode, ...options });
        }),
      mkdir: (path, options) =>
        at('make directory', path, options, (place) => {
          this.#makeDirectories(place, 'make directory', options?.mode ?? 0o755, path);
        }),
      makeTempDir: (prefix = 'harn-', options) =>
        at('make a directory in', '/tmp', options, () => {
          this.#temps += 1;
          const path = `/tmp/${prefix}${String(this.#temps).padStart(6, '0')}`;
          this.#makeDirectories(path, 'make directory', 0o700);
          return path;
        }),
    };
  }

  // ---- finding ------------------------------------------------------------------------------------------------

  #place(path: string, operation: string): string {
    if (path === '') throw hostErrors.invalidPath({ operation, path, reason: 'it is empty' });
    if (path.includes('\0')) {
      throw hostErrors.invalidPath({ operation, path, reason: 'it contains a NUL byte' });
    }
    return resolvePath(this.#cwd, path);
  }

  #peek(place: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of place.split('/').filter((part) => part !== '')) {
      node = node?.kind === 'directory' ? node.names.get(name) : undefined;
    }
    return node;
  }

  /** Walks down as the system does: every directory on the way must be one and be searchable. */
  #find(place: string, at: { readonly operation: string; readonly path: string }): Node {
    let node: Node = this.#root;
    for (const name of place.split('/').filter((part) => part !== '')) {
      if (node.kind !== 'directory') throw hostErrors.notDirectory(at);
      if ((node.mode & SEARCH) === 0) throw hostErrors.permissionDenied(at);
      const next = node.names.get(name);
      if (next === undefined) throw hostErrors.notFound(at);
      node = next;
    }
    return node;
  }

  #findDirectory(
    place: string,
    at: { readonly operation: string; readonly path: string },
  ): DirectoryNode {
    const node = this.#find(place, at);
    if (node.kind !== 'directory') throw hostErrors.notDirectory(at);
    return node;
  }

  /** The directory whose entries are about to change. */
  #findParent(
    place: string,
    at: { readonly operation: string; readonly path: string },
  ): DirectoryNode {
    const parent = this.#findDirectory(dirName(place), at);
    if ((parent.mode & (WRITE | SEARCH)) !== (WRITE | SEARCH))
      throw hostErrors.permissionDenied(at);
    return parent;
  }

  #exists(place: string, path: string): boolean {
    let node: Node | undefined = this.#root;
    for (const name of place.split('/').filter((part) => part !== '')) {
      if (node.kind !== 'directory') return false;
      if ((node.mode & SEARCH) === 0) {
        throw hostErrors.permissionDenied({ operation: 'look at', path });
      }
      node = node.names.get(name);
      if (node === undefined) return false;
    }
    return true;
  }

  // ---- reading ------------------------------------------------------------------------------------------------

  #read(place: string, path: string, options: ReadBytesOptions): Uint8Array {
    const at = { operation: 'read', path };
    const node = this.#find(place, at);
    if (node.kind === 'directory') throw hostErrors.isDirectory(at);
    if ((node.mode & READ) === 0) throw hostErrors.permissionDenied(at);
    const { offset = 0, length = node.bytes.length, maxBytes } = options;
    const bytes = node.bytes.subarray(offset, offset + length);
    if (maxBytes !== undefined && bytes.length > maxBytes) {
      throw hostErrors.tooLarge({ ...at, sizeBytes: bytes.length, limitBytes: maxBytes });
    }
    return bytes;
  }

  async *#readLines(path: string, options: ReadBytesOptions): AsyncGenerator<string> {
    throwIfAborted(options.signal, `read ${path}`);
    const bytes = this.#read(this.#place(path, 'read'), path, options);
    yield* linesOf([bytes], (offset) => {
      throw hostErrors.notText({ operation: 'read', path, offset });
    });
  }

  #list(place: string, path: string): DirEntry[] {
    const at = { operation: 'list', path };
    const directory = this.#findDirectory(place, at);
    if ((directory.mode & READ) === 0) throw hostErrors.permissionDenied(at);
    return [...directory.names].sort(byName).map(([name, node]) => ({ name, kind: node.kind }));
  }

  #globFiles(start: string) {
    return {
      list: async (directory: string): Promise<DirEntry[]> => {
        const place = resolvePath(this.#cwd, placeOf(start, directory));
        const node = this.#peek(place);
        const readable = node?.kind === 'directory' && (node.mode & READ) !== 0;
        return readable ? this.#list(place, directory) : [];
      },
      kindOf: async (path: string): Promise<'directory' | 'other' | undefined> => {
        const node = this.#peek(resolvePath(this.#cwd, placeOf(start, path)));
        if (node === undefined) return undefined;
        return node.kind === 'directory' ? 'directory' : 'other';
      },
    };
  }

  // ---- writing ------------------------------------------------------------------------------------------------

  #write(place: string, path: string, content: string | Uint8Array, options: WriteOptions): void {
    const at = { operation: 'write', path };
    const parent = this.#findParent(place, at);
    const old = parent.names.get(baseName(place));
    if (old !== undefined && options.exclusive === true) throw hostErrors.alreadyExists(at);
    if (old?.kind === 'directory' || place === '/') throw hostErrors.isDirectory(at);
    // As with a real replacement: the file's own mode does not guard it, the directory's does.
    parent.names.set(baseName(place), {
      kind: 'file',
      bytes: encodeUtf8(content).slice(),
      mode: old?.mode ?? options.mode ?? 0o644,
      modifiedMs: this.#now(),
    });
    parent.modifiedMs = this.#now();
    this.#changed(place);
  }

  #append(
    place: string,
    path: string,
    content: string | Uint8Array,
    options: AppendOptions,
  ): AppendResult {
    const at = { operation: 'append to', path };
    const added = encodeUtf8(content);
    const expected = options.expectedSizeBytes;
    const there = this.#exists(place, path);
    if (!there && (expected === undefined || expected === 0)) {
      this.#write(place, path, added, { mode: options.mode });
      return { sizeBeforeBytes: 0, sizeAfterBytes: added.length };
    }
    const node = this.#find(place, at);
    if (node.kind === 'directory') throw hostErrors.isDirectory(at);
    if ((node.mode & WRITE) === 0) throw hostErrors.permissionDenied(at);
    const sizeBeforeBytes = node.bytes.length;
    if (expected !== undefined && expected !== sizeBeforeBytes) {
      const sizes = { expectedSizeBytes: expected, actualSizeBytes: sizeBeforeBytes };
      throw hostErrors.fileChanged({ ...at, ...sizes });
    }
    const bytes = new Uint8Array(sizeBeforeBytes + added.length);
    bytes.set(node.bytes);
    bytes.set(added, sizeBeforeBytes);
    node.bytes = bytes;
    node.modifiedMs = this.#now();
    this.#changed(place);
    return { sizeBeforeBytes, sizeAfterBytes: bytes.length };
  }

  #delete(place: string, path: string, recursive: boolean): void {
    const at = { operation: 'delete', path };
    const node = this.#find(place, at);
    const parent = this.#findParent(place, at);
    if (node.kind === 'directory' && node.names.size > 0 && !recursive) {
      throw hostErrors.directoryNotEmpty(at);
    }
    parent.names.delete(baseName(place));
    parent.modifiedMs = this.#now();
    this.#changed(place);
  }

  #rename(from: string, fromName: string, to: string, toName: string): void {
    const node = this.#find(from, { operation: 'rename', path: fromName });
    const oldParent = this.#findParent(from, { operation: 'rename', path: fromName });
    const at = { operation: 'move to', path: toName };
    const newParent = this.#findParent(to, at);
    const refusal = renameRefusal(node, newParent.names.get(baseName(to)), from, to, at);
    if (refusal !== undefined) throw refusal;
    oldParent.names.delete(baseName(from));
    newParent.names.set(baseName(to), node);
    this.#changed(from);
    this.#changed(to);
  }

  #makeDirectories(place: string, operation: string, mode: number, path = place): DirectoryNode {
    const at = { operation, path };
    let node: DirectoryNode = this.#root;
    for (const name of place.split('/').filter((part) => part !== '')) {
      if ((node.mode & SEARCH) === 0) throw hostErrors.permissionDenied(at);
      let next = node.names.get(name);
      if (next === undefined) {
        if ((node.mode & WRITE) === 0) throw hostErrors.permissionDenied(at);
        next = this.#newDirectory(mode);
        node.names.set(name, next);
      }
      if (next.kind !== 'directory') {
        throw place.endsWith(`/${name}`)
          ? hostErrors.alreadyExists(at)
          : hostErrors.notDirectory(at);
      }
      node = next;
    }
    return node;
  }

  #newDirectory(mode: number): DirectoryNode {
    return { kind: 'directory', names: new Map(), mode, modifiedMs: this.#now() };
  }

  #now(): number {
    return this.#clock.nowMs();
  }
}

function renameRefusal(
  node: Node,
  old: Node | undefined,
  from: string,
  to: string,
  at: { readonly operation: string; readonly path: string },
): HarnError | undefined {
  if (node.kind === 'directory' && joinPath(to, '/').startsWith(`${from}/`)) {
    return hostErrors.invalidPath({ ...at, reason: 'the system does not accept it' });
  }
  if (old === undefined || old === node) return undefined;
  if (old.kind === 'file') {
    return node.kind === 'directory' ? hostErrors.notDirectory(at) : undefined;
  }
  if (node.kind === 'file') return hostErrors.isDirectory(at);
  return old.names.size > 0 ? hostErrors.directoryNotEmpty(at) : undefined;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
