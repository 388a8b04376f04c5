// Path texts, without looking at any disk. Results use `/`; `\` is understood on the way in where a function says so.

/** `\` as `/`. */
export function toPosix(path: string): string {
  return path.replaceAll('\\', '/');
}

/** Absolute on any system: `/x`, `\x` or `C:/x`. */
export function isAbsolutePath(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** The parts between slashes, without empty ones and `.`. */
export function pathSegments(path: string): string[] {
  return toPosix(path)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
}

/** Without `.`, empty parts and `..` where it can be resolved. */
export function normalizePath(path: string): string {
  const root = /^[A-Za-z]:\//.exec(toPosix(path))?.[0] ?? (isAbsolutePath(path) ? '/' : '');
  const out: string[] = [];
  for (const part of pathSegments(toPosix(path).slice(root.length))) {
    if (part !== '..') out.push(part);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (root === '') out.push('..');
  }
  return root + out.join('/') || '.';
}

/** What is before the last slash: the folder that holds the path. */
export function parentPath(path: string): string {
  const posix = path.replace(/(.)\/+$/, '$1');
  const at = posix.lastIndexOf('/');
  if (at === -1) return '';
  return at === 0 ? '/' : posix.slice(0, at);
}

export function basename(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** From the last dot of the name, dot included; a leading dot is part of the name. */
export function extension(path: string): string {
  const name = basename(path);
  const at = name.lastIndexOf('.');
  return at > 0 ? name.slice(at) : '';
}

/** The name without its extension. */
export function stem(path: string): string {
  const name = basename(path);
  return name.slice(0, name.length - extension(path).length);
}

/** Joins parts; an absolute part starts over. */
export function joinPath(parts: readonly string[]): string {
  let out = '';
  for (const part of parts) {
    if (part === '') continue;
    if (isAbsolutePath(part) || out === '') out = part;
    else out = out.endsWith('/') ? out + part : `${out}/${part}`;
  }
  return out;
}

/** The path from one folder to another. */
export function relativePath(path: string, base: string): string {
  const to = pathSegments(normalizePath(path));
  const from = pathSegments(normalizePath(base));
  let shared = 0;
  while (shared < Math.min(to.length, from.length) && to[shared] === from[shared]) shared += 1;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/') || '.';
}
