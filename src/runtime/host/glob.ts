// Glob patterns: `*`, `?`, `**`, `[a-z]`, `[!a-z]`, `{one,two}`, backslash. One matcher for real and mock files, with
// no regular expressions, so no pattern can take exponential time. Directories reached through links are not
// searched by `**`.
import { hostErrors } from './errors.ts';
import { joinPath } from './paths.ts';
import type { DirEntry } from './ports.ts';

type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' }
  | {
      readonly kind: 'set';
      readonly negated: boolean;
      readonly ranges: readonly [string, string][];
    };

type Segment =
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'deep' }
  | { readonly kind: 'wild'; readonly tokens: readonly Token[] };

/** One brace-free spelling of a pattern. */
interface Alternative {
  readonly absolute: boolean;
  readonly directoriesOnly: boolean;
  readonly segments: readonly Segment[];
}

/** A parsed pattern. */
export interface Glob {
  readonly pattern: string;
  readonly alternatives: readonly Alternative[];
}

/** What expanding needs to know of a file system. Paths are as spelled by the pattern; '' is the start. */
export interface GlobFiles {
  /** Names in a directory; empty when it is none or may not be read. */
  list(directory: string): Promise<readonly DirEntry[]>;
  /** What a path leads to, links followed. */
  kindOf(path: string): Promise<'directory' | 'other' | undefined>;
}

const MAX_ALTERNATIVES = 1024;

/** Parses a pattern; `invalidGlob` when it is not one. */
export function parseGlob(pattern: string): Glob {
  if (pattern === '') throw hostErrors.invalidGlob({ pattern, reason: 'it is empty' });
  return {
    pattern,
    alternatives: expandBraces(pattern, pattern).map((text) => parseAlternative(text, pattern)),
  };
}

/** Whether a path (spelled like the pattern: relative or absolute) matches as a whole. */
export function matchGlob(
  glob: Glob,
  path: string,
  options: { readonly includeHidden?: boolean | undefined } = {},
): boolean {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return glob.alternatives.some(
    (one) =>
      one.absolute === path.startsWith('/') &&
      matchSegments(one.segments, names, options.includeHidden === true),
  );
}

/** All paths that match, each once, in code-unit order. */
export async function expandGlob(
  glob: Glob,
  files: GlobFiles,
  options: {
    readonly includeHidden?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const alternative of glob.alternatives) {
    const seen = new Set<string>();
    const visit = async (directory: string, index: number): Promise<void> => {
      if (options.signal?.aborted) throw hostErrors.aborted({ operation: 'glob' });
      // Two `**` reach the same place in many ways; each place is looked at once per position.
      const key = `${index}:${directory}`;
      if (seen.has(key)) return;
      seen.add(key);
      const segment = alternative.segments[index];
      if (segment === undefined) {
        if (directory !== '') found.add(directory);
        return;
      }
      for (const next of await step(segment, directory, alternative, index, files, options)) {
        await visit(next.path, next.index);
      }
    };
    await visit(alternative.absolute ? '/' : '', 0);
  }
  return [...found].sort();
}

interface Next {
  readonly path: string;
  readonly index: number;
}

async function step(
  segment: Segment,
  directory: string,
  alternative: Alternative,
  index: number,
  files: GlobFiles,
  options: { readonly includeHidden?: boolean | undefined },
): Promise<readonly Next[]> {
  const last = index === alternative.segments.length - 1;
  const wantDirectory = !last || alternative.directoriesOnly;
  if (segment.kind === 'literal') {
    const path = below(directory, segment.name);
    if (!last) return [{ path, index: index + 1 }];
    const kind = await files.kindOf(path);
    const fits = kind !== undefined && (!wantDirectory || kind === 'directory');
    return fits ? [{ path, index: index + 1 }] : [];
  }
  const entries = await files.list(directory);
  if (segment.kind === 'deep') {
    const inside = entries.filter(
      (entry) =>
        entry.kind === 'directory' && (options.includeHidden === true || !isHidden(entry.name)),
    );
    return [
      { path: directory, index: index + 1 },
      ...inside.map((entry) => ({ path: below(directory, entry.name), index })),
    ];
  }
  const out: Next[] = [];
  for (const entry of entries) {
    if (!matchName(segment.tokens, entry.name, options.includeHidden === true)) continue;
    const path = below(directory, entry.name);
    if (wantDirectory && !(await leadsToDirectory(entry, path, files))) continue;
    out.push({ path, index: index + 1 });
  }
  return out;
}

async function leadsToDirectory(entry: DirEntry, path: string, files: GlobFiles): Promise<boolean> {
  if (entry.kind !== 'symlink') return entry.kind === 'directory';
  return (await files.kindOf(path)) === 'directory';
}

/** `..` in a pattern is kept as spelled: through a link it is not the same as leaving out a name. */
function below(directory: string, name: string): string {
  if (directory === '') return name;
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

// ---- matching -------------------------------------------------------------------------------------------------

function matchSegments(
  segments: readonly Segment[],
  names: readonly string[],
  includeHidden: boolean,
): boolean {
  // reach[i]: the segments so far can have used up the first i names.
  let reach = new Set([0]);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const at of reach) {
      if (segment.kind === 'deep') {
        for (let i = at; ; i += 1) {
          next.add(i);
          const name = names[i];
          if (name === undefined || (isHidden(name) && !includeHidden)) break;
        }
        continue;
      }
      const name = names[at];
      if (name === undefined) continue;
      const fits =
        segment.kind === 'literal'
          ? segment.name === name
          : matchName(segment.tokens, name, includeHidden);
      if (fits) next.add(at + 1);
    }
    reach = next;
  }
  return reach.has(names.length);
}

/** Greedy with one point of return (the last `*`): quadratic at worst. */
function matchName(tokens: readonly Token[], name: string, includeHidden: boolean): boolean {
  if (isHidden(name) && !includeHidden) {
    const first = tokens[0];
    if (first?.kind !== 'char' || first.char !== '.') return false;
  }
  const chars = [...name];
  let t = 0;
  let c = 0;
  let starAt = -1;
  let starFrom = 0;
  while (c < chars.length) {
    const token = tokens[t];
    if (token?.kind === 'many') {
      starAt = t;
      starFrom = c;
      t += 1;
    } else if (token !== undefined && matchChar(token, chars[c] as string)) {
      t += 1;
      c += 1;
    } else if (starAt !== -1) {
      starFrom += 1;
      t = starAt + 1;
      c = starFrom;
    } else return false;
  }
  while (tokens[t]?.kind === 'many') t += 1;
  return t === tokens.length;
}

function matchChar(token: Token, char: string): boolean {
  if (token.kind === 'char') return token.char === char;
  if (token.kind !== 'set') return token.kind === 'one';
  const inside = token.ranges.some(([low, high]) => low <= char && char <= high);
  return inside !== token.negated;
}

// ---- parsing --------------------------------------------------------------------------------------------------

function parseAlternative(text: string, pattern: string): Alternative {
  const segments: Segment[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '**') segments.push(parseSegment(part, pattern));
    else if (segments.at(-1)?.kind !== 'deep') segments.push({ kind: 'deep' });
  }
  // `a/**` means everything below a.
  if (segments.at(-1)?.kind === 'deep') segments.push({ kind: 'wild', tokens: [{ kind: 'many' }] });
  return { absolute: text.startsWith('/'), directoriesOnly: text.endsWith('/'), segments };
}

function parseSegment(part: string, pattern: string): Segment {
  const tokens: Token[] = [];
  const chars = [...part];
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i] as string;
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'many') tokens.push({ kind: 'many' });
    } else if (char === '?') tokens.push({ kind: 'one' });
    else if (char === '[') {
      const end = closingBracket(chars, i);
      if (end === undefined) {
        throw hostErrors.invalidGlob({ pattern, reason: 'a [ is not closed' });
      }
      tokens.push(parseSet(chars.slice(i + 1, end)));
      i = end;
    } else if (char === '\\') {
      i += 1;
      const next = chars[i];
      if (next === undefined) {
        throw hostErrors.invalidGlob({ pattern, reason: 'it ends in a backslash' });
      }
      tokens.push({ kind: 'char', char: next });
    } else tokens.push({ kind: 'char', char });
  }
  const plain = tokens.every((token) => token.kind === 'char');
  if (!plain) return { kind: 'wild', tokens };
  return { kind: 'literal', name: tokens.map((t) => (t.kind === 'char' ? t.char : '')).join('') };
}

/** A `]` right after the opening (or its `!`) is a member, as in every shell. */
function closingBracket(chars: readonly string[], open: number): number | undefined {
  let at = open + 1;
  if (chars[at] === '!' || chars[at] === '^') at += 1;
  if (chars[at] === ']') at += 1;
  const end = chars.indexOf(']', at);
  return end === -1 ? undefined : end;
}

function parseSet(inner: readonly string[]): Token {
  const negated = inner[0] === '!' || inner[0] === '^';
  const chars = negated ? inner.slice(1) : inner;
  const ranges: [string, string][] = [];
  for (let i = 0; i < chars.length; i += 1) {
    const low = chars[i] as string;
    const high = chars[i + 1] === '-' ? chars[i + 2] : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) i += 2;
  }
  return { kind: 'set', negated, ranges };
}

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`. Braces without a comma are ordinary signs. */
function expandBraces(text: string, pattern: string): string[] {
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '{') {
      const group = readBraces(text, i);
      if (group === undefined) continue;
      const head = text.slice(0, i);
      const out = group.choices.flatMap((choice) =>
        expandBraces(choice, pattern).flatMap((middle) =>
          expandBraces(text.slice(group.end + 1), pattern).map((tail) => head + middle + tail),
        ),
      );
      if (out.length > MAX_ALTERNATIVES) {
        throw hostErrors.invalidGlob({ pattern, reason: 'its braces make too many patterns' });
      }
      return out;
    }
  }
  return [text];
}

function readBraces(
  text: string,
  open: number,
): { readonly choices: readonly string[]; readonly end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open + 1; i < text.length; i += 1) {
    const char = text[i];
    if (char === '\\') i += 1;
    else if (char === '{') depth += 1;
    else if (char === ',' && depth === 0) {
      choices.push(text.slice(from, i));
      from = i + 1;
    } else if (char === '}' && depth > 0) depth -= 1;
    else if (char === '}') {
      if (choices.length === 0) return undefined;
      choices.push(text.slice(from, i));
      return { choices, end: i };
    }
  }
  return undefined;
}

/** Where a path of the pattern lies, given where relative ones start. */
export function placeOf(cwd: string, path: string): string {
  if (path === '') return cwd;
  return path.startsWith('/') ? path : joinPath(cwd, path);
}
