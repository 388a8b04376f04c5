// What `harn fix` needs of a project: its files checked with other texts in place of those on disk, and the manifests
// that say that files are of the older edition.
import path from 'node:path';
import { isJsonObject, type Json } from '../base/index.ts';
import { checkProgram, nodeSourceFs, type SourceFs } from '../engine/index.ts';
import { type CheckedProgram, editionOfRange, toEdition } from '../lang/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { programsBelow } from './program-files.ts';
import type { EditionName } from './source-files.ts';

/** Checks files as they are and as they will be. */
export class FixChecker {
  readonly #host: Host;
  readonly #edition: EditionName | undefined;
  readonly #paths = new Map<string, string>();
  readonly #programs = new Map<string, CheckedProgram>();

  /** `edition` is how the files are read now; afterwards they are of the later one. */
  constructor(host: Host, edition: EditionName | undefined) {
    this.#host = host;
    this.#edition = edition;
  }

  /** The id of every file and its path without links; two names of one file are one file. */
  async identify(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    for (const file of files) {
      const program = await this.#check(file, this.#edition, nodeSourceFs);
      const { id } = program.entry.source;
      if (this.#paths.has(id)) continue;
      this.#paths.set(id, await this.#host.fs.realPath(file));
      this.#programs.set(id, program);
    }
    return this.#paths;
  }

  pathOf(id: string): string {
    return this.#paths.get(id) ?? id;
  }

  async before(id: string): Promise<CheckedProgram> {
    return this.#programs.get(id) ?? this.#check(this.pathOf(id), this.#edition, nodeSourceFs);
  }

  after(id: string, texts: ReadonlyMap<string, string>): Promise<CheckedProgram> {
    const byPath = new Map<string, string>();
    for (const [file, text] of texts) byPath.set(this.pathOf(file), text);
    const edition = this.#edition === undefined ? undefined : '2026';
    return this.#check(this.pathOf(id), edition, withTexts(byPath));
  }

  #check(file: string, edition: EditionName | undefined, fs: SourceFs): Promise<CheckedProgram> {
    return checkProgram(file, { cwd: this.#host.system.cwd(), edition, fs });
  }
}

function withTexts(texts: ReadonlyMap<string, string>): SourceFs {
  return {
    ...nodeSourceFs,
    read: (file) => {
      const text = texts.get(file);
      return text === undefined ? nodeSourceFs.read(file) : new TextEncoder().encode(text);
    },
  };
}

/** Manifests above the files that declare the older edition, with all programs that they speak for. */
export async function olderManifests(
  host: Host,
  files: ReadonlyMap<string, string>,
): Promise<{ path: string; later: string | undefined; files: string[] }[]> {
  const idOf = new Map([...files].map(([id, file]) => [file, id]));
  const found = new Map<string, { path: string; later: string | undefined; files: string[] }>();
  for (const file of files.values()) {
    const manifest = await nearestManifest(host, path.dirname(file));
    if (manifest === undefined || found.has(manifest)) continue;
    const text = await host.fs.readText(manifest);
    if ((await declaredEdition(text)) !== '0.7') continue;
    const own: string[] = [];
    for (const each of await programsBelow(host, path.dirname(manifest))) {
      if ((await nearestManifest(host, path.dirname(each))) === manifest)
        own.push(idOf.get(await host.fs.realPath(each)) ?? each);
    }
    found.set(manifest, { path: manifest, later: await laterManifest(text), files: own });
  }
  return [...found.values()];
}

async function nearestManifest(host: Host, folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, 'harn.toml');
    if (await host.fs.exists(file)) return file;
    if (at === path.dirname(at)) return undefined;
  }
}

async function declaredEdition(text: string): Promise<EditionName | undefined> {
  const { parseToml } = await import('../text/index.ts');
  const manifest: Json = await parseToml(text);
  const declared = isJsonObject(manifest) ? manifest['package'] : undefined;
  if (!isJsonObject(declared)) return undefined;
  const { edition, harn } = declared;
  if (typeof edition === 'string') return toEdition(edition);
  return typeof harn === 'string' ? editionOfRange(harn) : undefined;
}

/** The manifest with the later edition; undefined when a simple change of the text does not do it. */
async function laterManifest(text: string): Promise<string | undefined> {
  const line = /^([ \t]*edition[ \t]*=[ \t]*)(["'])0\.7\2/m;
  const changed = line.test(text)
    ? text.replace(line, '$1"2026"')
    : text.replace(/^([ \t]*\[[ \t]*package[ \t]*\][^\n]*\n)/m, '$1edition = "2026"\n');
  return (await declaredEdition(changed)) === '2026' ? changed : undefined;
}
