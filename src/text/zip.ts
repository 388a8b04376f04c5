// Zip archives. The same files always give the same bytes: entries have the earliest time that the format can say.
import { unzipSync, zipSync } from 'fflate';
import { MOST_UNPACKED } from './compress.ts';
import { FormatError } from './format-error.ts';

/** One file of an archive. */
export interface ZipEntry {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Local noon, so that no time zone makes it a day of 1979, which the format cannot say. */
const EARLIEST = '1980-01-01T12:00:00';

/** The library keeps files in an object under their names. */
const NO_NAME = '__proto__';

/** An archive of files. A path that comes twice is refused. */
export function createZip(entries: readonly ZipEntry[], level = 6): Uint8Array {
  const files: { [path: string]: Uint8Array } = Object.create(null);
  for (const { path, content } of entries) {
    if (path === NO_NAME) throw new FormatError(`an archive cannot have a file called ${path}`);
    if (path in files) throw new FormatError(`two entries are called ${path}`);
    files[path] = content;
  }
  return zipSync(files, { level: level as 6, mtime: EARLIEST });
}

/** The files of an archive. Folders have no entries of their own. */
export function extractZip(bytes: Uint8Array, most = MOST_UNPACKED): ZipEntry[] {
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name === NO_NAME) throw new FormatError(`a file of the archive is called ${name}`);
        total += originalSize;
        if (total > most) throw new FormatError(`the content is larger than ${most} bytes`);
        return !name.endsWith('/');
      },
    });
    return Object.entries(files).map(([path, content]) => ({ path, content }));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(error instanceof Error ? error.message : String(error));
  }
}
