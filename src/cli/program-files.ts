// Which programs a command is about: files as typed, and every .harn file below a directory. And reading and
// replacing them.
import type { Host } from '../runtime/host/index.ts';
import { usageErrors } from './errors.ts';
import { readFailure } from './source-files.ts';

const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', '.harn', '.harn-runs']);

const PROGRAMS = ['.harn'] as const;

/** Files as typed; below a directory, every program. Each once. */
export async function listPrograms(
  host: Host,
  paths: readonly string[],
  command: string,
  suffixes: readonly string[] = PROGRAMS,
): Promise<string[]> {
  if (paths.length === 0)
    throw usageErrors.missingArgument({ argument: 'a FILE or directory', command });
  const files: string[] = [];
  for (const path of paths) {
    if (await isDirectory(host, path)) files.push(...(await programsBelow(host, path, suffixes)));
    else files.push(path);
  }
  return [...new Set(files)];
}

/** Whether a directory is there. */
export async function isDirectory(host: Host, path: string): Promise<boolean> {
  return (await host.fs.exists(path)) && (await host.fs.stat(path)).kind === 'directory';
}

/** Every program below a directory, sorted; packages, state and version control left out. */
export async function programsBelow(
  host: Host,
  directory: string,
  suffixes: readonly string[] = PROGRAMS,
): Promise<string[]> {
  const found: string[] = [];
  const enter = (path: string) => !LEFT_OUT.has(path.split('/').at(-1) ?? '');
  const base = directory.replace(/\/+$/, '');
  for await (const { path, kind } of host.fs.walk(directory, { enter })) {
    if (kind === 'file' && suffixes.some((suffix) => path.endsWith(suffix)))
      found.push(base === '.' ? path : `${base}/${path}`);
  }
  return found;
}

/** The text of a program; a file that cannot be read is an error for people. */
export async function readProgram(host: Host, path: string): Promise<string> {
  try {
    return await host.fs.readText(path);
  } catch (error) {
    throw readFailure(path, error) ?? error;
  }
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
