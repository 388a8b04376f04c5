// Files. Reads are recorded (large ones by size and hash, and read again on replay); writes are mutations whose intent
// says what will be there, so that after a kill the file itself tells whether they happened.
import { type JsonObject, sha256 } from '../../base/index.ts';
import { baseName, type FileKind, isHostError, joinPath, resolvePath } from '../host/index.ts';
import {
  defineEffect,
  defineSyncEffect,
  type EffectEnv,
  type ExecutionScope,
  type Probe,
} from '../run/index.ts';
import { append, probeAppend } from './append.ts';
import { ioErrors } from './errors.ts';

/** Larger files are not kept in the journal. */
export const KEPT_FILE_BYTES = 16 * 1024 * 1024;

const reading = { class: 'read', access: 'read' } as const;
const writing = { class: 'mutation', access: 'write' } as const;

/** What the journal keeps of a file too large for it; the path is in the arguments, which are checked anyway. */
function largeFile(text: string): JsonObject | undefined {
  if (text.length * 3 <= KEPT_FILE_BYTES) return undefined;
  const sizeBytes = new TextEncoder().encode(text).length;
  return sizeBytes > KEPT_FILE_BYTES ? { size_bytes: sizeBytes, sha256: sha256(text) } : undefined;
}

/** Whether the file now holds exactly this content. */
async function holds(env: EffectEnv, path: string, hash: unknown): Promise<boolean> {
  try {
    return sha256(await env.host.fs.readBytes(path)) === hash;
  } catch (error) {
    if (isHostError(error, 'notFound')) return false;
    throw error;
  }
}

/** A call with one path. */
const onPath = (scope: ExecutionScope, [path]: readonly [string]) => [scope.path(path)];

/** A call with a path and text. */
const onPathOfText = (scope: ExecutionScope, [path, text]: readonly [string, string]) => [
  scope.path(path),
  text,
];

/** A call with two paths. */
const onPaths = (scope: ExecutionScope, [from, to]: readonly [string, string]) => [
  scope.path(from),
  scope.path(to),
];

/** A pattern stays as it is and is looked for from its base; where it leads to is checked like a path. */
function onPattern(
  scope: ExecutionScope,
  [pattern, base]: readonly [string, (string | null)?],
): readonly unknown[] {
  const from = scope.path(base ?? '.');
  scope.path(resolvePath(from, pattern));
  return [pattern, from];
}

/** For effects that end in the same state however often they run. */
const repeatable = { ...writing, onUnknown: 'retry' } as const;

/** What a walk may be told. */
export type WalkFilesOptions = {
  readonly max_depth?: number | null;
  readonly follow_symlinks?: boolean | null;
  /** Also names that start with a dot; true by default. */
  readonly include_hidden?: boolean | null;
};

/** One thing met by a walk. */
export type WalkedFile = {
  readonly path: string;
  readonly name: string;
  readonly is_dir: boolean;
  readonly is_file: boolean;
  readonly depth: number;
};

async function walkFiles(
  env: EffectEnv,
  root: string,
  options: WalkFilesOptions = {},
): Promise<WalkedFile[]> {
  const top = await env.host.fs.stat(root, { signal: env.signal });
  const out = [walked(root, baseName(resolvePath('/', root)), top.kind, 0)];
  if (top.kind !== 'directory') return out;
  const walk = env.host.fs.walk(root, {
    signal: env.signal,
    maxDepth: options.max_depth ?? undefined,
    followLinks: options.follow_symlinks === true,
    includeHidden: options.include_hidden !== false,
  });
  for await (const { path, kind } of walk) {
    out.push(walked(joinPath(root, path), baseName(path), kind, path.split('/').length));
  }
  return out;
}

function walked(path: string, name: string, kind: FileKind, depth: number): WalkedFile {
  return { path, name, is_dir: kind === 'directory', is_file: kind === 'file', depth };
}

export const fsEffects = {
  /** The whole file as UTF-8 text. */
  read_text: defineEffect(
    { name: 'fs.read_text', ...reading, scoped: onPath, reread: largeFile },
    (env, path: string) => env.host.fs.readText(path, { signal: env.signal }),
  ),
  /** The whole file as base64. */
  read_base64: defineEffect(
    { name: 'fs.read_base64', ...reading, scoped: onPath },
    async (env, path: string) =>
      toBase64(
        await env.host.fs.readBytes(path, { signal: env.signal, maxBytes: KEPT_FILE_BYTES }),
      ),
  ),
  exists: defineEffect({ name: 'fs.exists', ...reading, scoped: onPath }, (env, path: string) =>
    env.host.fs.exists(path, { signal: env.signal }),
  ),
  /** `{kind, size, modified, modified_ms, readonly, is_file, is_dir}`; `modified` is in seconds. */
  stat: defineEffect({ name: 'fs.stat', ...reading, scoped: onPath }, async (env, path: string) => {
    const { kind, sizeBytes, modifiedMs, mode } = await env.host.fs.stat(path, {
      signal: env.signal,
    });
    return {
      kind,
      size: sizeBytes,
      modified: modifiedMs / 1000,
      modified_ms: Math.floor(modifiedMs),
      // As its permissions say, whoever asks.
      readonly: (mode & 0o222) === 0,
      is_file: kind === 'file',
      is_dir: kind === 'directory',
    };
  }),
  /** Names in a directory, sorted. */
  list_dir: defineEffect(
    {
      name: 'fs.list_dir',
      ...reading,
      scoped: (scope, [path = '.']: readonly [string?]) => [scope.path(path)],
    },
    async (env, path: string = '.') =>
      (await env.host.fs.listDir(path, { signal: env.signal })).map(({ name }) => name),
  ),
  glob: defineEffect(
    {
      name: 'fs.glob',
      ...reading,
      scoped: onPattern,
    },
    async (env, pattern: string, base: string | null = null) => [
      ...(await env.host.fs.glob(pattern, {
        signal: env.signal,
        ...(base === null ? {} : { cwd: base }),
      })),
    ],
  ),
  /**
   * `{path, name, is_dir, is_file, depth}` of a directory and of all below it, each directory before what it holds, sorted.
   * `max_depth` 1 is what it holds itself; links are gone into with `follow_symlinks`.
   */
  walk: defineEffect(
    {
      name: 'fs.walk',
      ...reading,
      scoped: (scope, [root, options]: readonly [string, WalkFilesOptions?]) => [
        scope.path(root),
        options ?? {},
      ],
    },
    walkFiles,
  ),
  /** Replaces the file: old content or new, never half. */
  write_text: defineEffect(
    {
      name: 'fs.write_text',
      ...writing,
      scoped: onPathOfText,
      onUnknown: 'probe',
      intent: ([, text]: readonly [string, string]) => ({ sha256: sha256(text) }),
      probe: async (env, [path], facts): Promise<Probe<null>> =>
        (await holds(env, path, facts['sha256']))
          ? { status: 'done', value: null }
          : { status: 'not_done' },
    },
    async (env, path: string, text: string) => {
      await env.host.fs.writeFile(path, text, { signal: env.signal });
      return null;
    },
  ),
  /** Replaces the file by bytes, given in base64: old content or new, never half. */
  write_base64: defineEffect(
    {
      name: 'fs.write_base64',
      ...writing,
      scoped: onPathOfText,
      identity: ([path, content]: readonly [string, string]) => [path, sha256(content)],
      onUnknown: 'probe',
      intent: ([, content]: readonly [string, string]) => ({ sha256: sha256(fromBase64(content)) }),
      probe: async (env, [path], facts): Promise<Probe<null>> =>
        (await holds(env, path, facts['sha256']))
          ? { status: 'done', value: null }
          : { status: 'not_done' },
    },
    async (env, path: string, content: string) => {
      await env.host.fs.writeFile(path, fromBase64(content), { signal: env.signal });
      return null;
    },
  ),
  /** Adds to the end of the file, making it when it is not there. */
  append: defineEffect(
    { name: 'fs.append', ...writing, scoped: onPathOfText, onUnknown: 'probe', probe: probeAppend },
    append,
  ),
  delete: defineEffect(
    { name: 'fs.delete', ...repeatable, scoped: onPath },
    async (env, path: string) => {
      // After a restart the file may be gone because this very call removed it.
      if (env.reissued && !(await env.host.fs.exists(path))) return null;
      await env.host.fs.delete(path, { recursive: true, signal: env.signal });
      return null;
    },
  ),
  rename: defineEffect(
    {
      name: 'fs.rename',
      ...writing,
      scoped: onPaths,
      onUnknown: 'probe',
      probe: async (env, [from, to]: readonly [string, string]): Promise<Probe<null>> => {
        const [source, target] = [await env.host.fs.exists(from), await env.host.fs.exists(to)];
        if (source) return { status: 'not_done' };
        return target ? { status: 'done', value: null } : { status: 'unknown' };
      },
    },
    async (env, from: string, to: string) => {
      await env.host.fs.rename(from, to, { signal: env.signal });
      return null;
    },
  ),
  copy: defineEffect(
    { name: 'fs.copy', ...repeatable, scoped: onPaths },
    async (env, from: string, to: string) => {
      await env.host.fs.copy(from, to, { signal: env.signal });
      return null;
    },
  ),
  mkdir: defineEffect(
    { name: 'fs.mkdir', ...repeatable, scoped: onPath },
    async (env, path: string) => {
      await env.host.fs.mkdir(path, { signal: env.signal });
      return null;
    },
  ),
  /** A new directory nobody else has. */
  mkdtemp: defineEffect({ name: 'fs.mkdtemp', ...repeatable }, (env, prefix: string = 'harn-') =>
    env.host.fs.makeTempDir(prefix, { signal: env.signal }),
  ),
  cwd: defineSyncEffect(
    {
      name: 'fs.cwd',
      class: 'ambient',
      access: 'read',
      answered: (scope): string | undefined => scope.cwd,
    },
    (env) => env.host.system.cwd(),
  ),
  home_dir: defineSyncEffect({ name: 'fs.home_dir', class: 'ambient', access: 'read' }, (env) =>
    env.host.system.homeDir(),
  ),
  temp_dir: defineSyncEffect({ name: 'fs.temp_dir', class: 'ambient', access: 'read' }, (env) =>
    env.host.system.tempRoot(),
  ),
};

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch (error) {
    throw ioErrors.notBase64({}, { cause: error });
  }
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
