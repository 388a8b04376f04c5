// What kind of project a folder is, from its files alone: no model is asked. One call reads many files and is one entry of the
// journal: a replay has what was found then.
import type { JsonObject } from '../../base/index.ts';
import { joinPath, matchGlob, parseGlob, resolvePath } from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { hashesOrNothing } from './metadata.ts';
import { PROJECT_CATALOG, type ProjectKind } from './project-catalog.ts';
import { operatorMeta } from './project-ci.ts';
import { configOf, packageName } from './project-config.ts';
import { type ContextFile, type ContextOptions, contextFiles } from './project-context.ts';
import { type Folder, folderAt, type WalkOptions, walkFolders } from './project-files.ts';
import { fingerprintOf } from './project-fingerprint.ts';

export type ScanOptions = WalkOptions & {
  /** `ambient` (names of files) and `config` (what some of them say). `["ambient"]` when left out. */
  readonly tiers?: readonly string[] | null;
};

export type DirectoryEntry = {
  /** As the caller named the folder, with the way down from it. */
  readonly path: string;
  readonly name: string;
  readonly is_dir: boolean;
  readonly depth: number;
};

export type DirectoryOptions = {
  /** Part of a name, or a pattern with `*`. */
  readonly pattern?: string | null;
  /** What is in the folder itself with 0; no limit when left out. */
  readonly max_depth?: number | null;
  readonly include_hidden?: boolean | null;
  readonly include_dirs?: boolean | null;
  readonly include_files?: boolean | null;
};

/** A folder by its path from the top (`.`). */
export type FolderHashes = {
  readonly path: string;
  readonly structure_hash: string;
  readonly content_hash: string;
};

const reading = { class: 'read', access: 'read' } as const;
/** A language counts from here. */
const SURE = 0.5;

interface Evidence {
  readonly kind: ProjectKind;
  readonly anchors: readonly string[];
  readonly lockfiles: readonly string[];
  readonly confidence: number;
}

function evidenceFor(
  kind: ProjectKind,
  names: ReadonlySet<string>,
  files: readonly string[],
): Evidence {
  const anchors = kind.anchors.filter((name) => names.has(name));
  const lockfiles = kind.lockfiles.filter((name) => names.has(name));
  const globs = kind.source_globs.map((pattern) => parseGlob(pattern));
  const hasSources = files.some((name) => globs.some((glob) => matchGlob(glob, name)));
  const sum =
    (anchors.length > 0 ? 80 : 0) + (lockfiles.length > 0 ? 15 : 0) + (hasSources ? 20 : 0);
  return { kind, anchors, lockfiles, confidence: Math.min(100, sum) / 100 };
}

/** What is found in a folder, the surest first; JavaScript does not count beside TypeScript. */
export async function evidenceIn(env: EffectEnv, folder: Folder): Promise<readonly Evidence[]> {
  const names = new Set([...folder.files, ...folder.folders]);
  const sources = folder.folders.includes('src')
    ? (await folderAt(env, joinPath(folder.at, 'src'))).files
    : [];
  const found = PROJECT_CATALOG.map((kind) =>
    evidenceFor(kind, names, [...folder.files, ...sources]),
  ).filter(({ confidence }) => confidence > 0);
  return found.sort((a, b) => b.confidence - a.confidence);
}

function languagesOf(found: readonly Evidence[]): readonly string[] {
  const all = unique(
    found.flatMap(({ kind, confidence }) => (confidence >= SURE ? kind.languages : [])),
  );
  return all.includes('typescript') ? all.filter((id) => id !== 'javascript') : all;
}

const unique = (list: readonly string[]): string[] => [...new Set(list)];

/** `git` or `hg` when the folder, or one above it, is a checkout. */
export async function vcsOf(env: EffectEnv, top: string): Promise<string | null> {
  for (let at = top; ; at = joinPath(at, '..')) {
    for (const [name, id] of [
      ['.git', 'git'],
      ['.hg', 'hg'],
    ] as const) {
      if (await env.host.fs.exists(joinPath(at, name))) return id;
    }
    if (at === '/' || at === '.') return null;
  }
}

async function describe(
  env: EffectEnv,
  folder: Folder,
  tiers: readonly string[],
): Promise<JsonObject> {
  const found = await evidenceIn(env, folder);
  const sure = found.filter(({ confidence }) => confidence >= SURE);
  const confidence: { [id: string]: number } = {};
  for (const { kind, confidence: value } of found) {
    for (const id of kind.frameworks.length > 0 ? kind.frameworks : kind.languages) {
      confidence[id] = Math.max(confidence[id] ?? 0, value);
    }
  }
  const defaults = sure.flatMap(({ kind }) => [kind.default_build_cmd, kind.default_test_cmd]);
  const config = tiers.includes('config')
    ? await configOf(env, folder, unique(defaults.filter((each) => each !== null)))
    : { package_name: await packageName(env, folder) };
  return {
    path: folder.at,
    languages: [...languagesOf(found)],
    frameworks: unique(sure.flatMap(({ kind }) => kind.frameworks)),
    build_systems: unique(sure.flatMap(({ kind }) => kind.build_systems.slice(0, 1))),
    vcs: await vcsOf(env, folder.at),
    anchors: unique(found.flatMap(({ anchors }) => anchors)),
    lockfiles: unique(found.flatMap(({ lockfiles }) => lockfiles)),
    confidence,
    ...config,
  };
}

const tiersOf = ({ tiers }: ScanOptions) => tiers ?? ['ambient'];
const topOf = (env: EffectEnv, path: string) => resolvePath(env.host.system.cwd(), path);

const inScope = (
  scope: ExecutionScope,
  [path = '.', ...rest]: readonly [string?, ...unknown[]],
) => [scope.path(path), ...rest];
const scanned = (scope: ExecutionScope, args: readonly [string?, ScanOptions?]) =>
  inScope(scope, args);
const lookedUp = (scope: ExecutionScope, args: readonly [string?]) => inScope(scope, args);
const quoted = (scope: ExecutionScope, args: readonly [string?, ContextOptions?]) =>
  inScope(scope, args);
const passed = (scope: ExecutionScope, args: readonly [string?, WalkOptions?]) =>
  inScope(scope, args);
const walked = (scope: ExecutionScope, args: readonly [string?, DirectoryOptions?]) =>
  inScope(scope, args);

/** Names of kinds that the walk below a folder keeps. */
async function listed(env: EffectEnv, path: string, options: DirectoryOptions) {
  const out: DirectoryEntry[] = [];
  const { pattern, max_depth, include_hidden, include_dirs, include_files } = options;
  if (pattern != null && typeof pattern !== 'string') {
    throw ioErrors.badPattern({ got: typeof pattern });
  }
  const glob = pattern?.includes('*') === true ? parseGlob(pattern) : undefined;
  const fits = (name: string, below: string) =>
    pattern == null ||
    (glob === undefined
      ? name.includes(pattern)
      : matchGlob(glob, name, { includeHidden: true }) ||
        matchGlob(glob, below, { includeHidden: true }));
  const visit = async (below: string, depth: number): Promise<void> => {
    const at = below === '' ? path : joinPath(path, below);
    for (const { name, kind } of await env.host.fs.listDir(at, { signal: env.signal })) {
      if (name.startsWith('.') && include_hidden !== true) continue;
      const isDir = kind === 'directory';
      const next = below === '' ? name : `${below}/${name}`;
      if ((isDir ? include_dirs : include_files) !== false && fits(name, next)) {
        out.push({ path: joinPath(path, next), name, is_dir: isDir, depth });
      }
      if (isDir && depth < (max_depth ?? Number.POSITIVE_INFINITY)) await visit(next, depth + 1);
    }
  };
  await visit('', 0);
  return out.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const projectEffects = {
  /** What kind of project a folder is: `{path, languages, frameworks, build_systems, vcs, anchors, lockfiles, confidence, ...}`. */
  scan: defineEffect(
    { name: 'project.scan', ...reading, scoped: scanned },
    async (env, path: string = '.', options: ScanOptions = {}): Promise<JsonObject> =>
      describe(env, await folderAt(env, topOf(env, path)), tiersOf(options)),
  ),
  /** The same of a folder (`.`) and of every folder below it that is a project of some kind, by relative path. */
  scan_tree: defineEffect(
    { name: 'project.scan_tree', ...reading, scoped: scanned },
    async (env, path: string = '.', options: ScanOptions = {}): Promise<JsonObject> => {
      const out: { [path: string]: JsonObject } = {};
      for (const folder of await walkFolders(env, topOf(env, path), options)) {
        const isProject = folder.path === '.' || (await evidenceIn(env, folder)).some(isAnchored);
        if (isProject) out[folder.path] = await describe(env, folder, tiersOf(options));
      }
      return out;
    },
  ),
  /** What builds and tests a project of the kind that a folder is: `{build, test}`; null for what is not known. */
  default_commands: defineEffect(
    { name: 'project.default_commands', ...reading, scoped: lookedUp },
    async (
      env,
      path: string = '.',
    ): Promise<{ readonly build: string | null; readonly test: string | null }> => {
      const found = await evidenceIn(env, await folderAt(env, topOf(env, path)));
      const sure = found.filter(({ confidence }) => confidence >= SURE).map(({ kind }) => kind);
      const first = (of: (kind: ProjectKind) => string | null) =>
        sure.map(of).find((command) => command !== null) ?? null;
      return {
        build: first((kind) => kind.default_build_cmd),
        test: first((kind) => kind.default_test_cmd),
      };
    },
  ),
  /** One line about a project: `{primary_language, frameworks, package_manager, test_runner, build_tool, vcs, ci, ...}`. */
  fingerprint: defineEffect(
    { name: 'project.fingerprint', ...reading, scoped: lookedUp },
    async (env, path: string = '.'): Promise<JsonObject> => {
      const top = topOf(env, path);
      const folders = await walkFolders(env, top, { depth: 4 });
      const found = new Map<string, readonly string[]>();
      for (const folder of folders) {
        found.set(folder.path, languagesOf((await evidenceIn(env, folder)).filter(isAnchored)));
      }
      return fingerprintOf(env, folders, found, await vcsOf(env, top));
    },
  ),
  /** The files that tell most about a project, within bounds, in an order that is always the same. */
  context_files: defineEffect(
    { name: 'project.context_files', ...reading, scoped: quoted },
    (env, path: string = '.', options: ContextOptions = {}): Promise<ContextFile[]> =>
      contextFiles(env, topOf(env, path), options),
  ),
  /** What people who run a project know of it: `{workflows, hooks, package_manifests, merge_policy}`. */
  operator_meta: defineEffect(
    { name: 'project.operator_meta', ...reading, scoped: lookedUp },
    (env, path: string = '.'): Promise<JsonObject> => operatorMeta(env, topOf(env, path)),
  ),
  /** The folders of a project with hashes of the names in each and of what they hold; nothing below them counts. */
  folders: defineEffect(
    { name: 'project.folders', ...reading, scoped: passed },
    async (env, path: string = '.', options: WalkOptions = {}): Promise<FolderHashes[]> => {
      const out: FolderHashes[] = [];
      for (const folder of await walkFolders(env, topOf(env, path), options)) {
        const hashes = await hashesOrNothing(env, folder.at);
        if (hashes === undefined) continue;
        out.push({
          path: folder.path,
          structure_hash: hashes.names,
          content_hash: hashes.content,
        });
      }
      return out;
    },
  ),
  /** Files and folders below a folder. Options: `pattern`, `max_depth`, `include_hidden`, `include_dirs`, `include_files`. */
  scan_directory: defineEffect(
    { name: 'project.scan_directory', ...reading, scoped: walked },
    (env, path: string = '.', options: DirectoryOptions = {}): Promise<DirectoryEntry[]> =>
      listed(env, path, options),
  ),
};

const isAnchored = ({ anchors }: Evidence) => anchors.length > 0;
