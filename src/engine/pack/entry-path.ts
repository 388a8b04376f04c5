// Paths inside of packs: relative, plain, and one file each on every file system, also on those that take `A` and `a`
// for the same name.
import { packErrors } from './errors.ts';

const MAX_PATH = 1024;
const MAX_PART = 255;
// Control characters, and what Windows gives a meaning to.
const FORBIDDEN = /[\p{Cc}\\:*?"<>|]/u;

/** Refuses a path that could lead anywhere but below the folder it is unpacked in. */
export function checkEntryPath(path: string): void {
  const reason = faultOf(path);
  if (reason !== undefined) throw packErrors.badPath({ path: JSON.stringify(path), reason });
}

function faultOf(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.startsWith('/')) return 'it is absolute';
  if (Buffer.byteLength(path) > MAX_PATH) return 'it is too long';
  if (FORBIDDEN.test(path)) return 'it has a character that file names do not have everywhere';
  for (const part of path.split('/')) {
    if (part === '') return 'a part of it is empty';
    if (part === '..' || part === '.') return `it has the part ${part}`;
    if (part.endsWith('.') || part.endsWith(' ')) return 'a part of it ends in a dot or a space';
    if (Buffer.byteLength(part) > MAX_PART) return 'a part of it is too long';
  }
  return undefined;
}

/** Refuses two paths of which one would overwrite the other, or one would have to be a file and a folder. */
export function checkDistinct(paths: readonly string[]): void {
  const files = new Map<string, string>();
  for (const path of paths) {
    const folded = fold(path);
    const other = files.get(folded);
    if (other !== undefined) throw packErrors.duplicate({ path, other });
    files.set(folded, path);
  }
  for (const [folded, path] of files) {
    for (let at = folded.lastIndexOf('/'); at > 0; at = folded.lastIndexOf('/', at - 1)) {
      const other = files.get(folded.slice(0, at));
      if (other !== undefined) throw packErrors.duplicate({ path, other });
    }
  }
}

function fold(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase();
}

/** By the bytes of their UTF-8 form, as every language can sort. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
