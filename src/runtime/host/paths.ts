// Paths as text, with `/` on every platform. Pure: what is really there is the business of HostFs.

/** Whether a path starts at the root (`/x`; on Windows also `C:/x`). */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

/** Takes out `.`, `..`, doubled and trailing slashes. The empty path is `.`. */
export function normalizePath(path: string): string {
  // A backslash is an ordinary sign of a name, except after a drive letter.
  const text = /^[A-Za-z]:[\\/]/.test(path) ? path.replaceAll('\\', '/') : path;
  const root = /^(?:[A-Za-z]:)?\//.exec(text)?.[0] ?? '';
  const out: string[] = [];
  for (const part of text.slice(root.length).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (root === '') out.push(part);
  }
  return root + out.join('/') || '.';
}

/** Joins and normalizes; a later absolute part does not start over. */
export function joinPath(...parts: readonly string[]): string {
  return normalizePath(parts.filter((part) => part !== '').join('/'));
}

/** `path` as seen from `cwd`: absolute when `cwd` is. */
export function resolvePath(cwd: string, path: string): string {
  return isAbsolutePath(path) ? normalizePath(path) : joinPath(cwd, path);
}

/** The path without its last name; `.` for a bare name, the root for the root. */
export function dirName(path: string): string {
  const text = normalizePath(path);
  const at = text.lastIndexOf('/');
  if (at === -1) return '.';
  const root = /^(?:[A-Za-z]:)?\//.exec(text)?.[0] ?? '';
  return at < root.length ? root : text.slice(0, at);
}

/** The last name of a path; empty for the root. */
export function baseName(path: string): string {
  const text = normalizePath(path);
  return text.slice(text.lastIndexOf('/') + 1);
}
