// Where a program stands: its project, the places of its state, and the files that asset paths (`@/...`) mean. Reads of
// the file system like any other, so a replay finds what was found.
import { isJsonObject } from '../../base/index.ts';
import {
  findProjectDir,
  findStateRoot,
  isAbsolutePath,
  joinPath,
  normalizePath,
  resolvePath,
} from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope } from '../run/index.ts';
import { ioErrors } from './errors.ts';

const reading = { class: 'read', access: 'read' } as const;

/** A folder as the caller means it; the working directory by default. */
const fromHere = (scope: ExecutionScope, [from = '.']: readonly [string?]) => [scope.path(from)];

/** `@/rest` and `@alias/rest`. */
const ASSET = /^@([A-Za-z0-9_-]*)\/(.*)$/s;

function absolute(env: EffectEnv, path: string): string {
  return resolvePath(env.host.system.cwd(), path);
}

/** What `[asset_roots]` of a project says about an alias. */
async function aliasOf(env: EffectEnv, projectDir: string, alias: string): Promise<unknown> {
  const { parse } = await import('smol-toml');
  const file = joinPath(projectDir, 'harn.toml');
  const text = await env.host.fs.readText(file, { signal: env.signal });
  let manifest: unknown;
  try {
    manifest = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw ioErrors.badManifest({ path: file, reason }, { cause: error });
  }
  const roots = isJsonObject(manifest) ? manifest['asset_roots'] : undefined;
  return isJsonObject(roots) ? roots[alias] : undefined;
}

async function assetFile(env: EffectEnv, path: string, from: string): Promise<string> {
  const match = ASSET.exec(path);
  if (match === null) return resolvePath(absolute(env, from), path);
  const [, alias = '', rest = ''] = match;
  if (isAbsolutePath(rest) || rest.split('/').includes('..')) throw ioErrors.assetEscapes({ path });
  const project = await findProjectDir(env.host, absolute(env, from));
  if (project === undefined) throw ioErrors.assetNoProject({ path, from });
  if (alias === '') return joinPath(project, rest);
  const root = await aliasOf(env, project, alias);
  if (typeof root !== 'string') throw ioErrors.assetNoAlias({ path, alias });
  if (isAbsolutePath(root) || root.split('/').includes('..')) throw ioErrors.assetEscapes({ path });
  return joinPath(project, root, rest);
}

/** What is known about a path at the boundary of a workspace. */
export type WorkspaceInfo = {
  readonly input: string;
  readonly kind: 'workspace_relative' | 'host_absolute' | 'invalid';
  /** The path in its own form: relative to the workspace, or absolute. */
  readonly path: string;
  readonly workspace_path: string | null;
  readonly host_path: string | null;
  readonly recovered_root_drift: boolean;
  readonly reason: string | null;
};

async function workspaceInfo(env: EffectEnv, input: string, root: string): Promise<WorkspaceInfo> {
  const invalid = (reason: string): WorkspaceInfo => ({
    input,
    kind: 'invalid',
    path: input,
    workspace_path: null,
    host_path: null,
    recovered_root_drift: false,
    reason,
  });
  if (input.trim() === '') return invalid('empty_path');
  if (input.includes('\0')) return invalid('null_byte');
  const path = normalizePath(input.replaceAll('\\', '/'));
  const inside = (full: string) => (full === root ? '.' : belowOf(root, full));
  const relative = (workspace: string, recovered: boolean): WorkspaceInfo => ({
    input,
    kind: 'workspace_relative',
    path: workspace,
    workspace_path: workspace,
    host_path: joinPath(root, workspace),
    recovered_root_drift: recovered,
    reason: null,
  });
  if (!isAbsolutePath(path)) {
    return path === '..' || path.startsWith('../')
      ? invalid('escapes_workspace')
      : relative(path, false);
  }
  const below = inside(path);
  const drifted = path.replace(/^\/+/, '');
  const { fs } = env.host;
  if (below === null && !(await fs.exists(path)) && (await fs.exists(joinPath(root, drifted)))) {
    return relative(drifted, true);
  }
  return {
    input,
    kind: 'host_absolute',
    path,
    workspace_path: below,
    host_path: path,
    recovered_root_drift: false,
    reason: null,
  };
}

function belowOf(root: string, full: string): string | null {
  const prefix = root.endsWith('/') ? root : `${root}/`;
  return full.startsWith(prefix) ? full.slice(prefix.length) : null;
}

export const placeEffects = {
  /** The nearest directory at or above `from` (the working directory) that holds a `harn.toml`; null for none. */
  project_root: defineEffect(
    { name: 'fs.project_root', ...reading, scoped: fromHere },
    async (env, from: string = '.') =>
      (await findProjectDir(env.host, absolute(env, from))) ?? null,
  ),
  /**
   * How a path stands to a workspace: `{input, kind, path, workspace_path, host_path, recovered_root_drift, reason}`. `kind`
   * is `workspace_relative`, `host_absolute` or `invalid`. An absolute path that is only there when it is taken from the
   * root of the workspace (`/packages/x`) counts as relative, and `recovered_root_drift` says so.
   */
  workspace_info: defineEffect(
    {
      name: 'fs.workspace_info',
      ...reading,
      scoped: (scope, [path, root]: readonly [string, (string | null)?]) => [
        path,
        scope.path(root ?? '.'),
      ],
    },
    async (env, path: string, root: string | null = null) =>
      workspaceInfo(env, path, absolute(env, root ?? '.')),
  ),
  /**
   * The file that an asset path means: `@/rest` below the project of `from`, `@alias/rest` below what `[asset_roots]`
   * of its `harn.toml` says, anything else relative to `from`. Assets do not leave their project.
   */
  asset_file: defineEffect(
    {
      name: 'fs.asset_file',
      ...reading,
      scoped: (scope, [path, from = '.']: readonly [string, string?]) => [path, scope.path(from)],
    },
    (env, path: string, from: string = '.') => assetFile(env, path, from),
  ),
  /** `{execution_root, asset_root, state_root, run_root, worktree_root}`; assets are looked for from `from`. */
  runtime_paths: defineEffect(
    { name: 'fs.runtime_paths', ...reading, scoped: fromHere },
    async (env, from: string = '.') => {
      const { projectDir, stateDir } = await findStateRoot(env.host);
      return {
        asset_root: absolute(env, from),
        execution_root: absolute(env, '.'),
        run_root: joinPath(projectDir, '.harn-runs'),
        state_root: stateDir,
        worktree_root: joinPath(stateDir, 'worktrees'),
      };
    },
  ),
};
