// Where the texts of a program come from: files below a root, the embedded standard library, and packages. Synchronous,
// as the module graph needs it. What cannot be read is a coded error for the entry and remembered for imports.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { HarnError, Source } from '../base/index.ts';
import type { ModuleLoader } from '../lang/index.ts';
import { sourceErrors } from './errors.ts';
import { STD_SOURCES } from './std-sources.ts';

/** What reading sources needs of a file system. */
export interface SourceFs {
  /** Undefined when there is nothing at the path. */
  kind(file: string): 'file' | 'directory' | undefined;
  read(file: string): Uint8Array;
  /** The path without symbolic links, so that one file has one name. */
  realPath(file: string): string;
  /** The names in a folder, for suggestions; empty for what cannot be listed. */
  list?(folder: string): readonly string[];
}

/** The file system of the machine. */
export const nodeSourceFs: SourceFs = {
  kind(file) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.isDirectory() ? 'directory' : 'file';
  },
  read: (file) => readFileSync(file),
  realPath: (file) => realpathSync(file),
  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      // Suggestions are made of what can be seen.
      return [];
    }
  },
};

export interface LoaderOptions {
  /** Sources below it are named relative to it. */
  readonly root: string;
  readonly fs?: SourceFs;
  /** The standard library; the embedded one by default. */
  readonly std?: ReadonlyMap<string, string>;
  /** The file that an import of a package means, seen from a folder. */
  readonly packages?: (importPath: string, fromFolder: string) => string | undefined;
}

const EXTENSION = '.harn';
/** How much is looked through for a suggestion: files, and folders below a folder. */
const MAX_NEAR = 1000;
const MAX_DEPTH = 2;

/** Reads sources by path. One per program, because it remembers what it read. */
export class SourceLoader implements ModuleLoader {
  readonly #root: string;
  readonly #fs: SourceFs;
  readonly #given: ReadonlyMap<string, string> | undefined;
  readonly #packages: LoaderOptions['packages'];
  readonly #files = new Map<string, string>();
  readonly #refused = new Map<string, HarnError>();

  constructor({ root, fs = nodeSourceFs, std, packages }: LoaderOptions) {
    this.#root = path.resolve(root);
    this.#fs = fs;
    this.#given = std;
    this.#packages = packages;
  }

  /** Looked up late: most programs that run are compiled already, and the library is long. */
  get #std(): ReadonlyMap<string, string> {
    return this.#given ?? STD_SOURCES;
  }

  /** Imports that name something which is there but no source (a folder, a binary file), by path. */
  get refused(): ReadonlyMap<string, HarnError> {
    return this.#refused;
  }

  /** The entry source. Throws a coded error when it cannot be read. */
  entry(file: string): Source {
    const full = path.resolve(this.#root, file);
    switch (this.#fs.kind(full)) {
      case 'file':
        return this.#read(full);
      case 'directory':
        throw sourceErrors.isDirectory({ path: file });
      default:
        throw sourceErrors.notFound({ path: file });
    }
  }

  readonly known = (): Iterable<string> => this.#std.keys();

  load(importPath: string, from: Source): Source | undefined {
    const isStd = this.#given !== undefined || importPath.startsWith('std/');
    const std = isStd ? this.#std.get(importPath) : undefined;
    if (std !== undefined) return { id: importPath, text: std };
    if (importPath.startsWith('std/')) return undefined;
    const folder = path.dirname(this.fileOf(from) ?? path.join(this.#root, from.id));
    for (const candidate of this.#candidates(importPath, folder)) {
      const found = this.#tryRead(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The file behind a source; undefined for std and for texts that are no file. */
  fileOf(source: Source): string | undefined {
    return this.#files.get(source.id);
  }

  /** What could have been meant by a path that leads nowhere: files near the importing one, and packages. */
  readonly near = (importPath: string, from: Source): Iterable<string> => {
    const own = this.fileOf(from) ?? path.join(this.#root, from.id);
    const folder = path.dirname(own);
    const prefix = /^(?:\.{1,2}\/)*/.exec(importPath)?.[0] ?? '';
    const found = new Map<string, string>();
    this.#walk(path.resolve(folder, prefix), prefix, found, MAX_DEPTH);
    if (prefix === './') this.#walk(path.dirname(folder), '../', found, 0);
    found.delete(own);
    const names = [...found.values()];
    if (prefix === '') {
      for (const base of packageFolders(this.#fs, folder)) {
        for (const name of this.#namesIn(base)) names.push(name.replace(/\.harn$/, ''));
      }
    }
    return names;
  };

  /** Notes what can be imported below a folder: file → its name from where `prefix` leads there. */
  #walk(folder: string, prefix: string, found: Map<string, string>, depth: number): void {
    for (const name of this.#namesIn(folder).slice(0, MAX_NEAR)) {
      if (found.size >= MAX_NEAR) return;
      if (name.startsWith('.') || name === 'node_modules') continue;
      const file = path.join(folder, name);
      const kind = this.#fs.kind(file);
      if (kind === 'file' && name.endsWith(EXTENSION))
        found.set(file, prefix + name.slice(0, -EXTENSION.length));
      if (kind === 'directory' && depth > 0)
        this.#walk(file, `${prefix}${name}/`, found, depth - 1);
    }
  }

  #namesIn(folder: string): readonly string[] {
    return this.#fs.list?.(folder).toSorted() ?? [];
  }

  /** In order: beside the importing file, then in a package. */
  *#candidates(importPath: string, folder: string): Generator<string> {
    const beside = path.resolve(folder, importPath);
    if (!importPath.endsWith(EXTENSION)) yield beside + EXTENSION;
    yield beside;
    const inPackage = this.#packages?.(importPath, folder);
    if (inPackage !== undefined) yield inPackage;
    for (const packages of packageFolders(this.#fs, folder)) {
      const base = path.join(packages, importPath);
      yield base + EXTENSION;
      yield path.join(base, `lib${EXTENSION}`);
    }
  }

  #tryRead(file: string): Source | undefined {
    const kind = this.#fs.kind(file);
    if (kind === undefined) return undefined;
    try {
      if (kind === 'directory') throw sourceErrors.isDirectory({ path: this.#nameOf(file) });
      return this.#read(file);
    } catch (error) {
      this.#refused.set(file, error as HarnError);
      return undefined;
    }
  }

  #read(file: string): Source {
    const real = this.#fs.realPath(file);
    const id = this.#nameOf(real);
    const bytes = this.#fs.read(real);
    const text = decode(bytes);
    if (text === undefined) throw sourceErrors.notText({ path: id });
    this.#files.set(id, real);
    return { id, text };
  }

  #nameOf(file: string): string {
    const below = path.relative(this.#root, file);
    const isOutside = below.startsWith('..') || path.isAbsolute(below);
    return (isOutside ? file : below).split(path.sep).join('/');
  }
}

/** Where packages may be, seen from a folder. */
function* packageFolders(fs: SourceFs, folder: string): Generator<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    yield path.join(at, '.harn', 'packages');
    // A repository is where the search for packages ends.
    if (fs.kind(path.join(at, '.git')) !== undefined || at === path.dirname(at)) return;
  }
}

/** UTF-8 text without its byte order mark; undefined for anything that is no text. */
function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
