// Where state lives: one rule for every command. And where caches live, which may vanish at any time.
import { dirName, joinPath, resolvePath } from './paths.ts';
import type { Host } from './ports.ts';

/** The places of one project's state. */
export interface StateRoot {
  /** The directory that holds `harn.toml`, or the working directory when there is none above. */
  readonly projectDir: string;
  readonly stateDir: string;
  /** The one database of every command. */
  readonly databasePath: string;
}

/** What finding the state takes. */
type StateHost = Pick<Host, 'env' | 'fs' | 'system'>;

const MANIFEST = 'harn.toml';
const DATABASE = 'harn.sqlite';

/**
 * `$HARN_STATE_DIR`, else `.harn` beside the nearest `harn.toml` at or above the working directory, else `.harn` in
 * the working directory. Only looks; makes nothing.
 */
export async function findStateRoot(host: StateHost): Promise<StateRoot> {
  const cwd = host.system.cwd();
  const projectDir = (await findProjectDir(host, cwd)) ?? cwd;
  const given = host.env.get('HARN_STATE_DIR');
  const stateDir =
    given === undefined || given === '' ? joinPath(projectDir, '.harn') : resolvePath(cwd, given);
  return { projectDir, stateDir, databasePath: joinPath(stateDir, DATABASE) };
}

/** The nearest directory at or above `from` that holds a `harn.toml` file. */
export async function findProjectDir(
  host: Pick<Host, 'fs'>,
  from: string,
): Promise<string | undefined> {
  for (let directory = from; ; directory = dirName(directory)) {
    const manifest = joinPath(directory, MANIFEST);
    if (await host.fs.exists(manifest)) return directory;
    if (dirName(directory) === directory) return undefined;
  }
}

/**
 * The user's cache directory for Harn: `$XDG_CACHE_HOME/harn`, `~/Library/Caches/harn` on macOS, `%LOCALAPPDATA%\harn` on
 * Windows, else `~/.cache/harn`. The launcher, bin/harn.cjs, finds its cache by the same rule.
 */
export function userCacheDir(host: Pick<Host, 'env' | 'system'>): string {
  const xdg = host.env.get('XDG_CACHE_HOME');
  // The XDG rules: a relative value counts as unset.
  if (xdg?.startsWith('/')) return joinPath(xdg, 'harn');
  const { platform } = host.system.facts();
  const local = host.env.get('LOCALAPPDATA') ?? '';
  if (platform === 'win32' && local !== '') return joinPath(local, 'harn');
  const caches = platform === 'darwin' ? 'Library/Caches' : '.cache';
  return joinPath(host.system.homeDir(), caches, 'harn');
}
