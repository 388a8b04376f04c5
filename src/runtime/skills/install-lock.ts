// `.harn/skills-cache/skills.lock`: what was installed there, from where and at which commit. It also says which folders are
// shelved under a namespace, so those who look for skills read it, too.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Host, joinPath } from '../host/index.ts';
import { skillErrors } from './errors.ts';

export const SKILLS_CACHE = '.harn/skills-cache';
const LOCK = 'skills.lock';
const HEAD = '# Written by `harn skills install`.\n\n';

/** Something that was installed. */
export type InstalledEntry = {
  /** Its folder below the cache: `harn-skills`, or `acme/harn-skills` under a namespace. */
  readonly path: string;
  readonly namespace: string | null;
  /** Where it is from: an address without credentials, or a folder. */
  readonly source: string;
  /** The branch or tag that was asked for. */
  readonly tag: string | null;
  /** Of a repository: what was checked out. */
  readonly commit: string | null;
  readonly installed_at: string;
};

/** The entries of a cache, sorted by their paths; none where nothing was installed. */
export async function readSkillsLock(
  host: Pick<Host, 'fs'>,
  cache: string,
): Promise<readonly InstalledEntry[]> {
  const path = joinPath(cache, LOCK);
  if (!(await host.fs.exists(path))) return [];
  const { parse } = await import('smol-toml');
  let read: Json;
  try {
    read = JSON.parse(JSON.stringify(parse(await host.fs.readText(path)))) as Json;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw skillErrors.badManifest({ path, reason }, { cause: error });
  }
  const entries = isJsonObject(read) && Array.isArray(read['skill']) ? read['skill'] : [];
  return (entries as readonly Json[]).flatMap((one) => {
    if (!isJsonObject(one) || typeof one['path'] !== 'string') return [];
    return [entryOf(one, one['path'])];
  });
}

function entryOf(one: JsonObject, path: string): InstalledEntry {
  const text = (field: string) => (typeof one[field] === 'string' ? String(one[field]) : null);
  return {
    path,
    namespace: text('namespace'),
    source: text('source') ?? '',
    tag: text('tag'),
    commit: text('commit'),
    installed_at: text('installed_at') ?? '',
  };
}

/** Replaces the entries of a cache. */
export async function writeSkillsLock(
  host: Pick<Host, 'fs'>,
  cache: string,
  entries: readonly InstalledEntry[],
): Promise<void> {
  const { stringify } = await import('smol-toml');
  const skill = [...entries]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((entry) =>
      Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null)),
    );
  await host.fs.writeFile(joinPath(cache, LOCK), HEAD + stringify({ version: 1, skill }));
}
