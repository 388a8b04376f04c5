// The sources of a pack as the loader of programs sees them. There is nothing else in its world: an import cannot reach
// the disk, and what runs is what was checked.
import path from 'node:path';
import { sourceErrors } from '../errors.ts';
import type { SourceFs } from '../loader.ts';
import { SOURCES } from './manifest.ts';
import type { PackEntry } from './tar.ts';

/** A file system that holds the sources of a pack below `root` and nothing else. */
export function packSourceFs(entries: readonly PackEntry[], root: string): SourceFs {
  const files = new Map<string, Uint8Array>();
  const folders = new Set<string>();
  for (const entry of entries) {
    if (!entry.path.startsWith(SOURCES)) continue;
    const file = path.join(root, ...entry.path.slice(SOURCES.length).split('/'));
    files.set(file, entry.bytes);
    for (let at = path.dirname(file); at.startsWith(root); at = path.dirname(at)) folders.add(at);
  }
  return {
    kind: (file) => {
      if (files.has(file)) return 'file';
      return folders.has(file) ? 'directory' : undefined;
    },
    read: (file) => {
      const bytes = files.get(file);
      if (bytes === undefined) throw sourceErrors.notFound({ path: file });
      return bytes;
    },
    realPath: (file) => file,
  };
}
