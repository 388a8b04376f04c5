// What a walk through a project leaves out: `.gitignore` files on the way, and folders that nobody wrote.
import { type Glob, matchGlob, parseGlob } from '../host/index.ts';

/** Folders with what tools put there. */
export const VENDOR_FOLDERS: ReadonlySet<string> = new Set([
  ...['node_modules', 'target', 'dist', 'build', 'out', 'vendor', 'coverage', 'DerivedData'],
  ...['__pycache__', 'venv', '.venv', '.tox', '.build', '.next', '.gradle', '.harn'],
]);

interface Rule {
  readonly base: string;
  readonly globs: readonly Glob[];
  readonly isForFolders: boolean;
  readonly isKept: boolean;
}

/** The rules of `.gitignore` files; the last one that fits a path decides. */
export class IgnoreRules {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly Rule[] = []) {
    this.#rules = rules;
  }

  /** With those of a file in the folder `base` (relative, empty for the top). */
  with(base: string, text: string): IgnoreRules {
    const more = text.split(/\r?\n/).flatMap((line) => ruleOf(base, line.trim()));
    return more.length === 0 ? this : new IgnoreRules([...this.#rules, ...more]);
  }

  ignores(path: string, isFolder: boolean): boolean {
    let isIgnored = false;
    for (const { base, globs, isForFolders, isKept } of this.#rules) {
      if (isForFolders && !isFolder) continue;
      if (base !== '' && !path.startsWith(`${base}/`)) continue;
      const inside = base === '' ? path : path.slice(base.length + 1);
      if (globs.some((glob) => matchGlob(glob, inside, { includeHidden: true }))) {
        isIgnored = !isKept;
      }
    }
    return isIgnored;
  }
}

function ruleOf(base: string, line: string): readonly Rule[] {
  if (line === '' || line.startsWith('#')) return [];
  const isKept = line.startsWith('!');
  const pattern = isKept ? line.slice(1) : line;
  const bare = pattern.replace(/\/$/, '').replace(/^\//, '');
  if (bare === '') return [];
  const isAnchored = pattern.replace(/\/$/, '').includes('/');
  try {
    const globs = (isAnchored ? [bare] : [bare, `**/${bare}`]).map(parseGlob);
    return [{ base, globs, isForFolders: pattern.endsWith('/'), isKept }];
  } catch {
    // A line that is no pattern ignores nothing, as in git.
    return [];
  }
}
