// Installing skills: a folder or a repository becomes a folder of `.harn/skills-cache`, where the package layer finds it. It
// is put together beside its place and moved there when everything about it is right, so that what fails leaves nothing.
import { type Host, joinPath, resolvePath } from '../host/index.ts';
import { assertTrusted } from './calls.ts';
import { skillErrors } from './errors.ts';
import {
  type InstalledEntry,
  readSkillsLock,
  SKILLS_CACHE,
  writeSkillsLock,
} from './install-lock.ts';
import { cloneRepository, copyTree, type SkillSource, sourceOf } from './install-source.ts';
import { provenanceOf, type SkillProvenance } from './provenance.ts';
import { skillId } from './skill.ts';
import { readSkillFile, type SkillCard } from './skill-file.ts';

/** What is to be installed. */
export interface InstallAsk {
  /** A folder, an address of a git repository, or `owner/repo` of GitHub. */
  readonly spec: string;
  /** A branch or tag of the repository. */
  readonly tag?: string | undefined;
  /** Shelves it: its skills are `<namespace>/<skill>` then. */
  readonly namespace?: string | undefined;
  /** Replaces what was installed under the same name. */
  readonly force?: boolean | undefined;
  /** Every skill of it must be signed by somebody who is trusted. */
  readonly requireSignature?: boolean | undefined;
  /** The folder with harn.toml; the cache is below it. */
  readonly project: string;
  /** Where relative folders begin. */
  readonly cwd: string;
  /** Where signers are looked up besides the user's own. */
  readonly signers: string | null;
}

/** What was installed. */
export type Installed = {
  readonly entry: InstalledEntry;
  /** The folder in the cache, absolute. */
  readonly folder: string;
  readonly skills: readonly InstalledSkill[];
};

export type InstalledSkill = {
  readonly id: string;
  readonly short: string;
  readonly provenance: SkillProvenance;
  readonly problems: readonly string[];
};

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;
/** What an install that was killed has left is nobody's any more after this. */
const LEFT_MS = 3_600_000;
const STAGE = '.installing-';

/** What is installed from a source at a tag already; undefined when nothing is. */
export async function installedFrom(
  host: Host,
  { spec, tag, namespace, project, cwd }: InstallAsk,
): Promise<InstalledEntry | undefined> {
  const cache = joinPath(project, SKILLS_CACHE);
  const { shown } = await sourceOf(host, { spec, cwd, tag });
  for (const entry of await readSkillsLock(host, cache)) {
    const isSame = entry.source === shown && entry.tag === (tag ?? null);
    if (!isSame || entry.namespace !== (namespace ?? null)) continue;
    if (await host.fs.exists(joinPath(cache, entry.path))) return entry;
  }
  return undefined;
}

/** Installs skills, or throws and changes nothing. */
export async function installSkills(host: Host, ask: InstallAsk): Promise<Installed> {
  const cache = joinPath(ask.project, SKILLS_CACHE);
  const source = await sourceOf(host, ask);
  const names = [...(ask.namespace?.split('/') ?? []), source.name];
  for (const name of names) if (!NAME.test(name)) throw skillErrors.badName({ name });
  const path = names.join('/');
  const entries = await readSkillsLock(host, cache);
  await assertFree(host, { cache, path, entries, force: ask.force === true });
  await sweep(host, cache);
  const stage = joinPath(cache, `${STAGE}${Buffer.from(host.random.bytes(8)).toString('hex')}`);
  try {
    const tree = joinPath(stage, 'tree');
    let commit: string | null = null;
    if (source.kind === 'folder') await copyTree(host, source.folder, tree);
    else {
      const clone = joinPath(stage, 'clone');
      commit = await cloneRepository(host, { ...source, tag: ask.tag }, clone);
      await copyTree(host, clone, tree);
    }
    const skills = await lookAt(host, tree, source, ask);
    const entry: InstalledEntry = {
      path,
      namespace: ask.namespace ?? null,
      source: source.shown,
      tag: ask.tag ?? null,
      commit,
      installed_at: new Date(host.clock.nowMs()).toISOString(),
    };
    await put(host, { cache, stage, tree, entries, entry });
    return { entry, folder: joinPath(cache, path), skills };
  } finally {
    if (await host.fs.exists(stage)) await host.fs.delete(stage, { recursive: true });
  }
}

/** What is there is replaced only where that is asked for, and never together with what is shelved below it. */
async function assertFree(
  host: Host,
  at: {
    readonly cache: string;
    readonly path: string;
    readonly entries: readonly InstalledEntry[];
    readonly force: boolean;
  },
): Promise<void> {
  const { cache, path, entries, force } = at;
  const target = joinPath(cache, path);
  const other = entries.find(
    (entry) => entry.path.startsWith(`${path}/`) || path.startsWith(`${entry.path}/`),
  );
  if (other !== undefined) throw skillErrors.inTheWay({ path: target, other: other.path });
  if (!force && (await host.fs.exists(target))) throw skillErrors.taken({ path: target });
}

/** Removes what installs have left that were killed. */
async function sweep(host: Host, cache: string): Promise<void> {
  if (!(await host.fs.exists(cache))) return;
  for (const { name } of await host.fs.listDir(cache)) {
    if (!name.startsWith(STAGE)) continue;
    const left = joinPath(cache, name);
    const { modifiedMs } = await host.fs.stat(left);
    if (host.clock.nowMs() - modifiedMs > LEFT_MS) await host.fs.delete(left, { recursive: true });
  }
}

/** The skills of a tree, each of which must be one that can be read, and trusted where that is asked for. */
async function lookAt(
  host: Host,
  tree: string,
  source: SkillSource,
  { namespace, requireSignature, signers }: InstallAsk,
): Promise<readonly InstalledSkill[]> {
  const folders = [
    ...(await skillFolders(host, tree)),
    ...(await skillFolders(host, `${tree}/skills`)),
  ];
  const everySigned =
    requireSignature === true || host.env.get('HARN_REQUIRE_SIGNED_SKILLS') === '1';
  const found: InstalledSkill[] = [];
  for (const folder of folders) {
    const path = joinPath(folder, 'SKILL.md');
    const within = path.slice(tree.length + 1);
    const bytes = await host.fs.readBytes(path);
    const name = folder === tree ? source.name : folder;
    const file = await readSkillFile(new TextDecoder().decode(bytes), name);
    if (typeof file === 'string') throw skillErrors.notRead({ path: within, reason: file });
    const card: SkillCard = namespace === undefined ? file.card : { ...file.card, namespace };
    const { signal } = new AbortController();
    const provenance = await provenanceOf(host, path, bytes, signers, signal);
    const id = skillId(card);
    if (everySigned || card['require_signature'] === true) assertTrusted(id, card, provenance);
    found.push({ id, short: card.short, provenance, problems: file.problems });
  }
  if (found.length === 0) throw skillErrors.noSkills({ source: source.shown });
  return found;
}

/** Where the package layer looks in what is installed: the folder itself, and those in it. */
async function skillFolders(host: Host, root: string): Promise<readonly string[]> {
  if (!(await host.fs.exists(root))) return [];
  const inner = (await host.fs.listDir(root))
    .filter(({ kind }) => kind === 'directory')
    .map(({ name }) => joinPath(root, name));
  const found: string[] = [];
  for (const folder of [root, ...inner]) {
    if (await host.fs.exists(joinPath(folder, 'SKILL.md'))) found.push(folder);
  }
  return found;
}

/**
 * Moves a tree to its place. The lock comes first: one that names what is not there yet does no harm, while a folder that it
 * does not name would be found without its namespace.
 */
async function put(
  host: Host,
  at: {
    readonly cache: string;
    readonly stage: string;
    readonly tree: string;
    readonly entries: readonly InstalledEntry[];
    readonly entry: InstalledEntry;
  },
): Promise<void> {
  const { cache, stage, tree, entries, entry } = at;
  const target = resolvePath(cache, entry.path);
  const aside = joinPath(stage, 'replaced');
  const hadOne = await host.fs.exists(target);
  const others = entries.filter(({ path }) => path !== entry.path);
  await writeSkillsLock(host, cache, [...others, entry]);
  try {
    await host.fs.mkdir(target.slice(0, target.lastIndexOf('/')));
    if (hadOne) await host.fs.rename(target, aside);
    await host.fs.rename(tree, target);
  } catch (error) {
    if (hadOne && !(await host.fs.exists(target))) await host.fs.rename(aside, target);
    await writeSkillsLock(host, cache, entries);
    throw error;
  }
}
