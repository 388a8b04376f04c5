// Folders of a project as a walk sees them: names, a little text, and which folders are below. Errors of single folders and
// files count as nothing there: a project is described by what can be read.
import { joinPath } from '../host/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { IgnoreRules, VENDOR_FOLDERS } from './ignored.ts';

export type WalkOptions = {
  /** How many folders down; the top alone with 0. */
  readonly depth?: number | null;
  readonly respect_gitignore?: boolean | null;
  readonly include_vendor?: boolean | null;
  readonly include_hidden?: boolean | null;
};

/** One folder: its path from the top (`.` for the top itself), and what is in it. */
export interface Folder {
  readonly path: string;
  readonly at: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_FOLDERS = 5000;

/** What a folder holds, sorted; nothing when it cannot be read. */
export async function folderAt(env: EffectEnv, at: string, path = '.'): Promise<Folder> {
  const found = await env.host.fs.listDir(at, { signal: env.signal }).catch(() => []);
  const of = (kind: string) =>
    found
      .filter((each) => each.kind === kind)
      .map(({ name }) => name)
      .sort();
  return { path, at, files: of('file'), folders: of('directory') };
}

/** Text of a file in a folder; undefined when there is none, or more than anybody writes. */
export async function textIn(
  env: EffectEnv,
  folder: Folder,
  name: string,
): Promise<string | undefined> {
  const path = joinPath(folder.at, name);
  try {
    const { sizeBytes } = await env.host.fs.stat(path);
    if (sizeBytes > MAX_TEXT_BYTES) return undefined;
    return await env.host.fs.readText(path, { signal: env.signal });
  } catch {
    env.signal.throwIfAborted();
    return undefined;
  }
}

/** The folders of a project, the top first, each before those in it. */
export async function walkFolders(
  env: EffectEnv,
  top: string,
  options: WalkOptions = {},
): Promise<readonly Folder[]> {
  const out: Folder[] = [];
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  const visit = async (folder: Folder, level: number, before: IgnoreRules): Promise<void> => {
    out.push(folder);
    if (level >= depth || out.length >= MAX_FOLDERS) return;
    const base = folder.path === '.' ? '' : folder.path;
    const reads = options.respect_gitignore !== false && folder.files.includes('.gitignore');
    const text = reads ? await textIn(env, folder, '.gitignore') : undefined;
    const rules = text === undefined ? before : before.with(base, text);
    for (const name of folder.folders) {
      const path = base === '' ? name : `${base}/${name}`;
      if (isLeftOut(name, options) || rules.ignores(path, true)) continue;
      await visit(await folderAt(env, joinPath(top, path), path), level + 1, rules);
    }
  };
  await visit(await folderAt(env, top), 0, new IgnoreRules());
  return out;
}

function isLeftOut(name: string, { include_vendor, include_hidden }: WalkOptions): boolean {
  if (name === '.git') return true;
  if (include_vendor !== true && VENDOR_FOLDERS.has(name)) return true;
  return include_hidden !== true && name.startsWith('.');
}
