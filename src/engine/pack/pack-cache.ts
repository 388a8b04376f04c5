// Unpacked packs in the user's cache folder, each under the hash of its archive, so that running one again does not load
// the codec. Nothing found here is believed: whoever takes files from it checks them as if they came from the archive.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { sha256 } from '../../base/index.ts';
import { comparePaths } from './entry-path.ts';
import { MANIFEST_PATH } from './manifest.ts';
import type { PackEntry } from './tar.ts';

export class PackCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the files of an archive are kept. */
  folderOf(archive: Uint8Array): string {
    return path.join(this.#folder, `sha256_${sha256(archive)}`);
  }

  /** The files of an archive, the manifest first; undefined when they are not here. */
  read(archive: Uint8Array): readonly PackEntry[] | undefined {
    const folder = this.folderOf(archive);
    try {
      if (!existsSync(path.join(folder, MANIFEST_PATH))) return undefined;
      const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .map((file) => file.split(path.sep).join('/'))
        .filter((file) => file !== MANIFEST_PATH)
        .sort(comparePaths);
      return [MANIFEST_PATH, ...paths].map((file) => ({
        path: file,
        bytes: readFileSync(path.join(folder, file)),
      }));
    } catch {
      return undefined;
    }
  }

  /** Keeps the files of an archive: all of them or none. A cache that cannot be written is none. */
  write(archive: Uint8Array, entries: readonly PackEntry[]): void {
    const folder = this.folderOf(archive);
    let staging: string | undefined;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      staging = mkdtempSync(path.join(this.#folder, '.staging-'));
      for (const entry of entries) {
        const file = path.join(staging, ...entry.path.split('/'));
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, entry.bytes, { mode: 0o600, flag: 'wx' });
      }
      // What did not read back as it should is replaced; whoever else puts it there puts the same.
      rmSync(folder, { recursive: true, force: true });
      renameSync(staging, folder);
    } catch {
      if (staging !== undefined) rmSync(staging, { recursive: true, force: true });
    }
  }
}
