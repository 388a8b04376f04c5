// The files of a project that tell a reader most, within a bound: what a prompt about the project can quote. The order is the
// same every time, so equal folders give equal prompts.
import { joinPath } from '../host/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { PROJECT_CATALOG } from './project-catalog.ts';
import { type Folder, folderAt, textIn, walkFolders } from './project-files.ts';

export type ContextOptions = {
  /** 24 when left out. */
  readonly max_files?: number | null;
  /** Characters of one file, beyond which it is cut; 8000 when left out. */
  readonly max_chars_per_file?: number | null;
  /** Characters of all files; 64000 when left out. */
  readonly max_chars?: number | null;
  /** False for the files of the folder itself; true when left out. */
  readonly recursive?: boolean | null;
  /** Workflows, hooks and rules of merging first; true when left out. */
  readonly operator_first?: boolean | null;
};

/** A file of the project, by its path from the top. */
export type ContextFile = {
  readonly path: string;
  readonly content: string;
  readonly truncated: boolean;
};

/** Whatever asks, more than this is never given. */
const MOST_FILES = 500;
const MOST_CHARS = 1_000_000;

const LOCKFILES: ReadonlySet<string> = new Set(PROJECT_CATALOG.flatMap((kind) => kind.lockfiles));
const ANCHORS: ReadonlySet<string> = new Set(PROJECT_CATALOG.flatMap((kind) => kind.anchors));
/** Folders that begin with a dot and that people write in. */
const OPERATOR_FOLDERS = ['.github/workflows', '.githooks', '.husky'];
const OPERATOR_FILES =
  /^(?:\.pre-commit-config\.ya?ml|\.?lefthook\.ya?ml|\.gitlab-ci\.yml|(?:\.github\/|docs\/)?(?:CODEOWNERS|CONTRIBUTING(?:\.\w+)?))$/;
const OPAQUE =
  /\.(?:png|jpe?g|gif|webp|ico|svg|pdf|zip|gz|tgz|xz|zst|jar|wasm|so|dylib|dll|exe|bin|o|a|class|pyc|woff2?|ttf|mp[34]|mov|db|sqlite|map|min\.js)$/i;

/** The files in their order, each at most as long as the bounds allow. */
export async function contextFiles(
  env: EffectEnv,
  top: string,
  options: ContextOptions,
): Promise<ContextFile[]> {
  const most = bounded(options.max_files, 24, MOST_FILES);
  const perFile = bounded(options.max_chars_per_file, 8000, MOST_CHARS);
  let left = bounded(options.max_chars, 64_000, MOST_CHARS);
  const out: ContextFile[] = [];
  for (const path of await candidates(env, top, options)) {
    if (out.length >= most || left <= 0) break;
    const slash = path.lastIndexOf('/');
    const folder = {
      path: '.',
      at: joinPath(top, path.slice(0, slash + 1)),
      files: [],
      folders: [],
    };
    const text = await textIn(env, folder, path.slice(slash + 1));
    if (text === undefined || text.includes('\0')) continue;
    const content = cut(text, Math.min(perFile, left));
    left -= content.length;
    out.push({ path, content, truncated: content.length < text.length });
  }
  return out;
}

function bounded(given: number | null | undefined, usual: number, most: number): number {
  return Number.isFinite(given) ? Math.max(0, Math.min(Math.floor(given as number), most)) : usual;
}

/** The beginning of a text; no half of a surrogate pair at its end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

async function candidates(env: EffectEnv, top: string, options: ContextOptions) {
  const isDeep = options.recursive !== false;
  const folders = isDeep ? await walkFolders(env, top) : [await folderAt(env, top)];
  const wantsOperator = isDeep && options.operator_first !== false;
  const hidden = wantsOperator ? await operatorFolders(env, top) : [];
  const paths = [...hidden, ...folders].flatMap(pathsIn).filter(isReadable);
  const rank = (path: string) => rankOf(path, wantsOperator);
  return paths
    .filter((path) => !isHidden(path) || rank(path) === 0)
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function pathsIn({ path, files }: Folder): readonly string[] {
  return files.map((name) => (path === '.' ? name : `${path}/${name}`));
}

export async function operatorFolders(env: EffectEnv, top: string): Promise<readonly Folder[]> {
  return Promise.all(
    [...OPERATOR_FOLDERS, '.github'].map((path) => folderAt(env, joinPath(top, path), path)),
  );
}

function isReadable(path: string): boolean {
  return !OPAQUE.test(path) && !LOCKFILES.has(path.slice(path.lastIndexOf('/') + 1));
}

const isHidden = (path: string) => path.split('/').some((part) => part.startsWith('.'));

function rankOf(path: string, wantsOperator: boolean): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isOperator =
    OPERATOR_FILES.test(path) || OPERATOR_FOLDERS.some((folder) => path.startsWith(`${folder}/`));
  if (wantsOperator && isOperator) return 0;
  const depth = path.split('/').length;
  if (ANCHORS.has(name)) return depth === 1 ? 1 : 3;
  if (/^readme(?:\.|$)/i.test(name)) return depth === 1 ? 2 : 3;
  return 4;
}
