// The order and rules of `walk`, over any file system that can list.
import { hostErrors } from './errors.ts';
import type { DirEntry, HostFs, WalkEntry, WalkOptions } from './ports.ts';

/** What walking needs. */
type WalkFiles = Pick<HostFs, 'listDir' | 'stat' | 'realPath' | 'exists'>;

/** Depth first, each directory before its content, in code-unit order of names. */
export async function* walkFiles(
  files: WalkFiles,
  root: string,
  options: WalkOptions = {},
): AsyncGenerator<WalkEntry> {
  const { maxDepth = Number.POSITIVE_INFINITY, includeHidden = true } = options;
  const follow = options.followLinks === true;
  const above = follow ? [await files.realPath(root)] : [];
  yield* visit('', 1, above);

  async function* visit(
    prefix: string,
    depth: number,
    ancestors: readonly string[],
  ): AsyncGenerator<WalkEntry> {
    if (depth > maxDepth) return;
    for (const entry of await files.listDir(prefix === '' ? root : `${root}/${prefix}`, options)) {
      if (options.signal?.aborted) throw hostErrors.aborted({ operation: 'walk' });
      if (!includeHidden && entry.name.startsWith('.')) continue;
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      const target = await resolveEntry(entry, `${root}/${path}`);
      if (target.kind === 'directory' && options.enter?.(path) === false) continue;
      yield { path, kind: target.kind };
      if (target.kind !== 'directory') continue;
      if (!follow) yield* visit(path, depth + 1, ancestors);
      else if (!ancestors.includes(target.real)) {
        yield* visit(path, depth + 1, [...ancestors, target.real]);
      }
    }
  }

  async function resolveEntry(
    entry: DirEntry,
    place: string,
  ): Promise<{ readonly kind: WalkEntry['kind']; readonly real: string }> {
    if (!follow) return { kind: entry.kind, real: place };
    if (entry.kind === 'symlink' && !(await files.exists(place))) {
      return { kind: 'symlink', real: place };
    }
    const kind = entry.kind === 'symlink' ? (await files.stat(place)).kind : entry.kind;
    return { kind, real: kind === 'directory' ? await files.realPath(place) : place };
  }
}
