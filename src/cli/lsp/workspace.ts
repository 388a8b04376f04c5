// The files that an editor works on: open buffers before what is on the disk, programs checked when somebody asks, and
// kept until one of their texts changes. Files are named by their path from the root of the disk, so that all checks of a
// session name one file alike.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Source } from '../../base/index.ts';
import {
  type ManifestSettings,
  manifestSettings,
  nodeSourceFs,
  type SourceFs,
  SourceLoader,
  STD_SOURCES,
} from '../../engine/index.ts';
import {
  type BuiltinSpec,
  type CheckedProgram,
  check,
  type Edition,
  type Exporter,
  type Module,
  ParseCache,
  publicNamesOf,
} from '../../lang/index.ts';
import { stdFileUrl } from '../std-file.ts';

const EXTENSION = '.harn';
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', '.harn', '.harn-runs']);
/** More files than this are not looked through for uses of a name. */
const MAX_FILES = 5_000;

interface Kept {
  readonly program: CheckedProgram;
  /** A file that appears may be the missing one. */
  readonly isComplete: boolean;
}

export class Workspace {
  readonly builtins: readonly BuiltinSpec[];
  /** Folders that the editor has open. */
  roots: readonly string[] = [];
  readonly #edition: Edition | undefined;
  readonly #open = new Map<string, TextDocument>();
  readonly #programs = new Map<string, Kept>();
  readonly #settings = new Map<string, Promise<ManifestSettings>>();
  readonly #cache = new ParseCache();
  readonly #fs: SourceFs;

  /** `edition` is what was asked for; without it manifests and files decide. */
  constructor(builtins: readonly BuiltinSpec[], edition: Edition | undefined) {
    this.builtins = builtins;
    this.#edition = edition;
    this.#fs = {
      kind: (file) => (this.#open.has(realPath(file)) ? 'file' : nodeSourceFs.kind(file)),
      read: (file) => {
        const document = this.#open.get(file);
        return document === undefined
          ? nodeSourceFs.read(file)
          : new TextEncoder().encode(document.getText());
      },
      realPath,
      list: (folder) => nodeSourceFs.list?.(folder) ?? [],
    };
  }

  // ------------------------------------------------------------------ texts

  get openDocuments(): readonly TextDocument[] {
    return [...this.#open.values()];
  }

  document(uri: string): TextDocument | undefined {
    return this.#open.get(keyOf(uri));
  }

  /** Takes the text of a buffer. Programs that have the file in them are checked again when somebody asks. */
  set(document: TextDocument): void {
    const key = keyOf(document.uri);
    this.#open.set(key, document);
    this.#changed(key);
  }

  close(uri: string): void {
    const key = keyOf(uri);
    this.#open.delete(key);
    this.#changed(key);
  }

  /** Something on the disk is not what it was. */
  refresh(): void {
    this.#programs.clear();
    this.#settings.clear();
  }

  #changed(key: string): void {
    if (isManifest(key)) {
      // It says how programs are read.
      this.refresh();
      return;
    }
    const id = idOf(key);
    for (const [entry, { program, isComplete }] of this.#programs) {
      const has = program.modules.some(({ source }) => source.id === id);
      if (has || !isComplete || entry === key) this.#programs.delete(entry);
    }
  }

  /** The program of a file as it is now, when it has been checked. */
  current(uri: string): CheckedProgram | undefined {
    return this.#programs.get(keyOf(uri))?.program;
  }

  // --------------------------------------------------------------- programs

  /** The program that starts at a file, with types. Rejects when there is no such file. */
  async program(uri: string): Promise<CheckedProgram> {
    const key = keyOf(uri);
    const settings = await this.#settingsOf(key);
    const known = this.#programs.get(key);
    if (known !== undefined) return known.program;
    const program = this.#check(this.#sourceOf(key), settings, 'keep');
    const isComplete = program.modules.every(({ imports }) =>
      imports.every(({ moduleId }) => moduleId !== undefined),
    );
    this.#programs.set(key, { program, isComplete });
    return program;
  }

  /** The same program with another text for the file itself: one with a stand-in for what is being typed. */
  async programWith(uri: string, text: string): Promise<CheckedProgram> {
    const key = keyOf(uri);
    const settings = await this.#settingsOf(key);
    return this.#check({ id: idOf(key), text }, settings, 'keep');
  }

  /** Programs of files in the open folders and buffers whose text holds a word; without types unless they are asked for. */
  async *programsWith(
    word: string,
    types: 'keep' | false = false,
  ): AsyncGenerator<CheckedProgram, void, undefined> {
    for (const key of this.#files()) {
      const source = this.#tryRead(key);
      if (source?.text.includes(word) !== true) continue;
      yield this.#check(source, await this.#settingsOf(key), types);
    }
  }

  #check(source: Source, settings: ManifestSettings, types: 'keep' | false): CheckedProgram {
    const loader = new SourceLoader({ root: ROOT, fs: this.#fs });
    const { builtins } = this;
    return check(source, { loader, builtins, ...settings, types, parse: this.#cache.parse });
  }

  #sourceOf(key: string): Source {
    const document = this.#open.get(key);
    if (document !== undefined) return { id: idOf(key), text: document.getText() };
    return new SourceLoader({ root: ROOT, fs: this.#fs }).entry(key);
  }

  #tryRead(key: string): Source | undefined {
    try {
      return this.#sourceOf(key);
    } catch {
      // It may be gone, or no text: then it names nothing.
      return undefined;
    }
  }

  async #settingsOf(key: string): Promise<ManifestSettings> {
    const folder = path.isAbsolute(key) ? path.dirname(key) : (this.roots[0] ?? ROOT);
    let found = this.#settings.get(folder);
    if (found === undefined) {
      // A manifest that is wrong is told by `harn check`; here its files decide for themselves.
      found = manifestSettings(folder, this.#fs).catch(() => UNSAID);
      this.#settings.set(folder, found);
    }
    const { edition, strictTypes } = await found;
    return { edition: this.#edition ?? edition, strictTypes };
  }

  // ------------------------------------------------------------------ names

  /** The URI of a module; the one that the editor uses when it has the file open. Undefined for what is no file. */
  uriOf(id: string): string | undefined {
    if (STD_SOURCES.has(id)) return stdFileUrl(id);
    const open = this.#open.get(id) ?? this.#open.get(path.join(ROOT, id));
    return open?.uri ?? pathToFileURL(path.join(ROOT, id)).href;
  }

  idOfUri(uri: string): string {
    return idOf(keyOf(uri));
  }

  /** Whether a module may be changed by an editor: the standard library may not. */
  isOwn(id: string): boolean {
    return !STD_SOURCES.has(id);
  }

  /** The files of the open folders and buffers, parsed and not checked. */
  *parsed(): Generator<{ uri: string; source: Source; module: Module }, void, undefined> {
    for (const key of this.#files()) {
      const source = this.#tryRead(key);
      const uri = source === undefined ? undefined : this.uriOf(source.id);
      if (source !== undefined && uri !== undefined)
        yield { uri, source, module: this.#cache.parse(source).module };
    }
  }

  /** Paths that an import in a file can name, given what is typed of it. */
  importPaths(uri: string, typed: string): readonly string[] {
    const std = typed.startsWith('.') ? [] : [...STD_SOURCES.keys()];
    const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
    const here = keyOf(uri);
    if (!path.isAbsolute(here) || typed.startsWith('std/')) return std;
    const found = listFolder(path.resolve(path.dirname(here), folder)).flatMap((entry) => {
      if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : [`${folder}${entry.name}/`];
      const isModule = entry.name.endsWith(EXTENSION) && entry.name !== path.basename(here);
      return isModule ? [folder + entry.name.slice(0, -EXTENSION.length)] : [];
    });
    return [...std, ...found];
  }

  /** Modules that offer a name, as a file would import them. */
  exporters(uri: string, name: string): readonly Exporter[] {
    const found: Exporter[] = [];
    for (const [id, text] of STD_SOURCES)
      if (this.#offers({ id, text }, name)) found.push({ path: id, name });
    const here = keyOf(uri);
    for (const key of this.#files()) {
      const source = key === here ? undefined : this.#tryRead(key);
      if (source === undefined || !this.#offers(source, name)) continue;
      const relative = path.relative(path.dirname(here), key).split(path.sep).join('/');
      const from = relative.startsWith('.') ? relative : `./${relative}`;
      found.push({ path: from.slice(0, -EXTENSION.length), name });
    }
    return found;
  }

  #offers(source: Source, name: string): boolean {
    if (!source.text.includes(name)) return false;
    return publicNamesOf(this.#cache.parse(source).module).includes(name);
  }

  /** Open buffers, then the programs below the open folders. */
  #files(): string[] {
    const found = new Set([...this.#open.keys()].filter((key) => !isManifest(key)));
    for (const root of this.roots) {
      const folders = [root];
      for (const folder of folders) {
        for (const entry of listFolder(folder)) {
          if (found.size >= MAX_FILES) return [...found];
          const file = path.join(folder, entry.name);
          if (entry.isFile() && file.endsWith(EXTENSION)) found.add(realPath(file));
          else if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) folders.push(file);
        }
      }
    }
    return [...found];
  }
}

/** What holds where no manifest can be read. */
const UNSAID: ManifestSettings = { edition: undefined, strictTypes: false };

/** Files have ids that are paths below it. */
const ROOT = path.parse(path.resolve('.')).root;

function listFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The path without symbolic links; as it is when there is no such file yet. */
function realPath(file: string): string {
  try {
    return nodeSourceFs.realPath(file);
  } catch {
    return file;
  }
}

/** Whether a file or buffer is a manifest and no program. */
export function isManifest(uri: string): boolean {
  return /(?:^|[/\\])harn\.toml$/.test(uri);
}

/** The path of a file, or the URI of a buffer that is none. */
export function keyOf(uri: string): string {
  if (!uri.startsWith('file:')) return uri;
  try {
    return realPath(fileURLToPath(uri));
  } catch {
    return uri;
  }
}

function idOf(key: string): string {
  if (!path.isAbsolute(key)) return key;
  return path.relative(ROOT, key).split(path.sep).join('/');
}
