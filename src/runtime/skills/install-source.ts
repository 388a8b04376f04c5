// Where skills are installed from: a folder of this machine, or a git repository, which the user's own `git` fetches.
import { HarnError } from '../../base/index.ts';
import { type Host, joinPath, resolvePath } from '../host/index.ts';
import { skillErrors } from './errors.ts';

/** What was named. `shown` has no credentials; `name` is what its folder is called. */
export type SkillSource =
  | {
      readonly kind: 'folder';
      readonly folder: string;
      readonly name: string;
      readonly shown: string;
    }
  | { readonly kind: 'git'; readonly url: string; readonly name: string; readonly shown: string };

const CLONE_MS = 300_000;
/** What others cannot change on the way. */
const ADDRESS = /^(?:https|ssh|file):\/\/\S+$/;
/** As `ssh` spells it: `git@example.com:acme/skills.git`. */
const REMOTE = /^[\w.-]+@[\w.-]+:\S+$/;
const SHORTHAND = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
/** Not copied: what belongs to the other project and not to its skills. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', '.harn']);

/** What a specification names. A folder that is there comes before `owner/repo`. */
export async function sourceOf(
  host: Host,
  {
    spec,
    cwd,
    tag,
  }: { readonly spec: string; readonly cwd: string; readonly tag?: string | undefined },
): Promise<SkillSource> {
  if (tag !== undefined && !/^[A-Za-z0-9][\w./+-]*$/.test(tag)) {
    throw skillErrors.badSource({ source: spec, reason: `"${tag}" is no branch or tag` });
  }
  if (ADDRESS.test(spec) || REMOTE.test(spec)) return repository(spec);
  if (/^[a-z][a-z+.-]*:\/\//.test(spec)) {
    const reason = 'repositories are reached over https, ssh or file';
    throw skillErrors.badSource({ source: withoutCredentials(spec), reason });
  }
  const home = host.env.get('HOME');
  const path = spec.startsWith('~/') && home !== undefined ? joinPath(home, spec.slice(2)) : spec;
  const folder = resolvePath(cwd, path);
  if (!(await host.fs.exists(folder))) {
    if (SHORTHAND.test(spec)) return repository(`https://github.com/${spec}.git`);
    throw skillErrors.badSource({ source: spec, reason: 'there is no such folder' });
  }
  if ((await host.fs.stat(folder)).kind !== 'directory') {
    throw skillErrors.badSource({ source: spec, reason: 'it is no folder' });
  }
  if (tag !== undefined) return repository(folder);
  return { kind: 'folder', folder, name: nameOf(folder), shown: folder };
}

function repository(url: string): SkillSource {
  return {
    kind: 'git',
    url,
    name: nameOf(url).replace(/\.git$/, ''),
    shown: withoutCredentials(url),
  };
}

const nameOf = (path: string) => path.replace(/\/+$/, '').replace(/^.*[/:]/, '');

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+.-]+:\/\/)[^/@]*@/, '$1');
}

/** Fetches a repository into a folder; gives the commit that is checked out. Nobody is asked for a password. */
export async function cloneRepository(
  host: Host,
  {
    url,
    shown,
    tag,
  }: { readonly url: string; readonly shown: string; readonly tag: string | undefined },
  into: string,
): Promise<string> {
  const env = {
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
  };
  const git = async (...words: readonly string[]): Promise<string> => {
    const asked = { argv: ['git', ...words], env, timeoutMs: CLONE_MS };
    const { exitCode, stdout, stderr, timedOut } = await host.process.run(asked);
    if (exitCode === 0) return stdout.trim();
    const last = stderr.trim().split('\n').at(-1) ?? '';
    const reason = timedOut ? 'git did not answer in five minutes' : last.replaceAll(url, shown);
    throw skillErrors.badSource({ source: shown, reason });
  };
  await host.fs.mkdir(into);
  const branch = tag === undefined ? [] : ['--branch', tag];
  await git('clone', '--quiet', '--depth', '1', ...branch, '--', url, into);
  return git('-C', into, 'rev-parse', 'HEAD');
}

/** Copies a tree. A link to a file of it becomes that file; one that leads out of it is refused. */
export async function copyTree(host: Host, from: string, to: string): Promise<void> {
  const root = await host.fs.realPath(from);
  const isCopied = (path: string) => !LEFT_OUT.has(path.slice(path.lastIndexOf('/') + 1));
  await host.fs.mkdir(to);
  for await (const { path, kind } of host.fs.walk(root, { enter: isCopied })) {
    if (!isCopied(path)) continue;
    const [source, target] = [joinPath(root, path), joinPath(to, path)];
    if (kind === 'directory') await host.fs.mkdir(target);
    else if (kind === 'file') await host.fs.copy(source, target, { sync: false });
    else if (await isFileWithin(host, root, source))
      await host.fs.copy(source, target, { sync: false });
    else
      throw skillErrors.badSource({ source: path, reason: 'it is no file of what is installed' });
  }
}

async function isFileWithin(host: Host, root: string, path: string): Promise<boolean> {
  try {
    const real = await host.fs.realPath(path);
    return real.startsWith(`${root}/`) && (await host.fs.stat(real)).kind === 'file';
  } catch (error) {
    if (HarnError.is(error)) return false;
    throw error;
  }
}
