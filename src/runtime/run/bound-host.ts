// A host that reaches nothing outside of given roots: every path is looked at as where it really leads, links followed,
// before it is touched. It stands behind the check of the text of a path (scope.ts), which links can deceive. Between the
// look and the touch somebody else may still exchange a folder for a link: against that only the system can help.
import { HarnError } from '../../base/index.ts';
import { baseName, dirName, type Host, type HostFs, isHostError, joinPath } from '../host/index.ts';
import { capabilityErrors } from './errors.ts';

/** A path has to be inside of one root of each list. */
export type RootLists = readonly (readonly string[])[];

/** The host within roots. */
export function boundHost(host: Host, lists: RootLists): Host {
  const { fs, process } = host;
  const check = (path: string) => assertInside(fs, path, lists);
  return {
    ...host,
    fs: boundFs(fs, check),
    process: {
      run: async (request) => {
        await check(request.cwd ?? host.system.cwd());
        return process.run(request);
      },
      open: async (request) => {
        await check(request.cwd ?? host.system.cwd());
        return process.open(request);
      },
      identify: (pid) => process.identify(pid),
      isAlive: (identity) => process.isAlive(identity),
      endGroup: (identity, options) => process.endGroup(identity, options),
    },
  };
}

type Check = (path: string) => Promise<void>;

function boundFs(fs: HostFs, check: Check): HostFs {
  const then =
    <A extends readonly [string, ...unknown[]], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await check(args[0]);
      return call(...args);
    };
  // The thing itself is deleted or moved, be it a link: its folder counts, not where it leads.
  const checkPlace = (path: string) => check(dirName(path));
  return {
    ...fs,
    readText: then(fs.readText),
    readBytes: then(fs.readBytes),
    stat: then(fs.stat),
    watch: then(fs.watch),
    exists: then(fs.exists),
    writeFile: then(fs.writeFile),
    append: then(fs.append),
    mkdir: then(fs.mkdir),
    listDir: then(fs.listDir),
    realPath: then(fs.realPath),
    async *readLines(path, options) {
      await check(path);
      yield* fs.readLines(path, options);
    },
    async delete(path, options) {
      await checkPlace(path);
      return fs.delete(path, options);
    },
    async rename(from, to, options) {
      await checkPlace(from);
      await checkPlace(to);
      return fs.rename(from, to, options);
    },
    async copy(from, to, options) {
      await check(from);
      await check(to);
      return fs.copy(from, to, options);
    },
    async *walk(root, options) {
      await check(root);
      // Links are shown and not followed: they may lead anywhere.
      yield* fs.walk(root, { ...options, followLinks: false });
    },
    async glob(pattern, options) {
      const found = await fs.glob(pattern, options);
      const inside: string[] = [];
      for (const path of found) {
        const full = path.startsWith('/') ? path : joinPath(options?.cwd ?? '.', path);
        if (await isInside(() => check(full))) inside.push(path);
      }
      return inside;
    },
  };
}

async function isInside(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    if (HarnError.is(error) && error.code === capabilityErrors.$code('outsideRoots')) return false;
    throw error;
  }
}

/** Refuses a path that really leads out of its roots. */
export async function assertInside(fs: HostFs, path: string, lists: RootLists): Promise<void> {
  const real = await whereItLeads(fs, path);
  if (real === undefined) {
    throw capabilityErrors.outsideRoots({ path, roots: lists.flat().join(', ') });
  }
  for (const roots of lists) {
    const places = await Promise.all(roots.map((root) => whereItLeads(fs, root)));
    if (
      places.some(
        (root) =>
          root !== undefined && (real === root || real.startsWith(root === '/' ? '/' : `${root}/`)),
      )
    ) {
      continue;
    }
    throw capabilityErrors.outsideRoots({ path, roots: roots.join(', ') });
  }
}

/**
 * The path with the links of all that is there resolved; what is not there yet is as it is written. Undefined for a link
 * to what is not there: whoever writes through it creates that.
 */
export async function whereItLeads(fs: HostFs, path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = path; ; at = dirName(at)) {
    try {
      const real = await fs.realPath(at);
      const [next] = missing;
      if (next !== undefined && (await isLink(fs, real, next))) return undefined;
      return joinPath(real, ...missing);
    } catch (error) {
      if (!isHostError(error, 'notFound') || at === dirName(at)) throw error;
      missing.unshift(baseName(at));
    }
  }
}

async function isLink(fs: HostFs, folder: string, name: string): Promise<boolean> {
  const { kind } = await fs.stat(folder);
  if (kind !== 'directory') return false;
  const entries = await fs.listDir(folder);
  return entries.some((entry) => entry.name === name && entry.kind === 'symlink');
}
