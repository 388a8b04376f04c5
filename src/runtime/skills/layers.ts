// Where skills are looked for, in order: what was asked for on the command line, the environment, the project, harn.toml,
// the user, packages, the system; what the host keeps is added by runs. A name found twice is the higher layer's.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { findProjectDir, type Host, joinPath, resolvePath } from '../host/index.ts';
import { skillErrors } from './errors.ts';
import { readSkillsLock, SKILLS_CACHE } from './install-lock.ts';
import { skillId } from './skill.ts';
import { readSkillFile, type SkillCard } from './skill-file.ts';

export const SKILL_LAYERS = [
  ...['cli', 'env', 'project', 'manifest', 'user', 'package', 'system', 'host'],
];

/** A skill that was found. */
export type FoundSkill = {
  readonly card: SkillCard;
  readonly layer: string;
  readonly folder: string;
  readonly problems: readonly string[];
};

/** All that was found. */
export type SkillCatalog = {
  readonly skills: readonly FoundSkill[];
  /** Of names that a higher layer has. */
  readonly shadowed: readonly FoundSkill[];
  /** Files that are no skills. */
  readonly broken: readonly { readonly path: string; readonly reason: string }[];
  /** Layers that harn.toml takes out. */
  readonly disabled: readonly string[];
  /** Layers that count, the one that wins first; not in what runs of versions without a host layer have recorded. */
  readonly order?: readonly string[];
  /** Where signers are looked up besides the user's own: an address or a folder. */
  readonly signers: string | null;
};

/** Where to look from. */
export interface SkillSearch {
  /** The folder of the program. */
  readonly from: string;
  /** Folders of the command line. */
  readonly dirs: readonly string[];
}

type Outside = Pick<Host, 'fs' | 'env'>;

/** Looks through the layers. Folders that are not there are no error; a manifest that cannot be read is. */
export async function findSkills(host: Outside, search: SkillSearch): Promise<SkillCatalog> {
  const project = await findProjectDir(host, search.from);
  const settings = await settingsOf(host, project);
  const roots = await rootsOf(host, search, project, settings);
  const registry = settings['signer_registry_url'];
  const signers =
    typeof registry !== 'string'
      ? null
      : /^https?:/.test(registry)
        ? registry
        : resolvePath(project ?? search.from, registry);
  const skills = new Map<string, FoundSkill>();
  const shadowed: FoundSkill[] = [];
  const broken: { path: string; reason: string }[] = [];
  const order = orderOf(settings);
  for (const layer of order) {
    for (const { folder, namespace } of await foldersIn(host, roots[layer] ?? [])) {
      const path = joinPath(folder, 'SKILL.md');
      const file = await readSkillFile(await host.fs.readText(path), folder);
      if (typeof file === 'string') {
        broken.push({ path, reason: file });
        continue;
      }
      // What is said of it here comes last: a file does not say by itself whom it is trusted from.
      const about = { source: layer, skill_dir: folder, signer_registry: signers };
      const card = { ...file.card, ...about, ...(namespace === undefined ? {} : { namespace }) };
      const found = { card, layer, folder, problems: file.problems };
      const id = skillId(card);
      if (skills.has(id)) shadowed.push(found);
      else skills.set(id, found);
    }
  }
  const off = texts(settings['disable']);
  const disabled = SKILL_LAYERS.filter((layer) => off.includes(layer));
  return { skills: [...skills.values()], shadowed, broken, disabled, order, signers };
}

/** A repository that harn.toml names: `[[skill.source]]` of the type `git`. */
export interface SkillRepository {
  readonly url: string;
  readonly tag: string | undefined;
  readonly namespace: string | undefined;
}

/** The repositories that harn.toml names, for who installs them. */
export async function skillRepositories(
  host: Outside,
  project: string | undefined,
): Promise<readonly SkillRepository[]> {
  const { source } = await settingsOf(host, project);
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);
  return (Array.isArray(source) ? (source as readonly Json[]) : []).flatMap((one) => {
    if (!isJsonObject(one) || one['type'] !== 'git' || typeof one['url'] !== 'string') return [];
    const { url, tag, namespace } = one;
    return [{ url, tag: text(tag), namespace: text(namespace) }];
  });
}

async function settingsOf(host: Outside, project: string | undefined): Promise<JsonObject> {
  if (project === undefined) return {};
  const path = joinPath(project, 'harn.toml');
  const { parse } = await import('smol-toml');
  try {
    const { skills = {}, skill = {} } = JSON.parse(
      JSON.stringify(parse(await host.fs.readText(path))),
    ) as JsonObject;
    const source = isJsonObject(skill) ? skill['source'] : undefined;
    return { ...(isJsonObject(skills) ? skills : {}), ...(source === undefined ? {} : { source }) };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw skillErrors.badManifest({ path, reason }, { cause: error });
  }
}

/** `lookup_order` first, the layers that it does not name after it; `disable` takes layers out. */
function orderOf(settings: JsonObject): readonly string[] {
  const asked = texts(settings['lookup_order']).filter((layer) => SKILL_LAYERS.includes(layer));
  const disabled = texts(settings['disable']);
  return [...new Set([...asked, ...SKILL_LAYERS])].filter((layer) => !disabled.includes(layer));
}

interface Root {
  readonly folder: string;
  readonly namespace?: string | undefined;
}

async function rootsOf(
  host: Outside,
  { from, dirs }: SkillSearch,
  project: string | undefined,
  settings: JsonObject,
): Promise<{ readonly [layer: string]: readonly Root[] }> {
  const home = host.env.get('HOME');
  const config = host.env.get('XDG_CONFIG_HOME') ?? (home && joinPath(home, '.config'));
  const base = project ?? from;
  const at = (folders: readonly (string | undefined | '')[]) =>
    folders.flatMap((folder) => (folder === undefined || folder === '' ? [] : [{ folder }]));
  return {
    cli: at(dirs),
    env: at((host.env.get('HARN_SKILLS_PATH') ?? '').split(':')),
    project: at(upwards(from, base).map((folder) => joinPath(folder, '.harn/skills'))),
    manifest: await manifestRoots(host, base, settings),
    user: at([home && joinPath(home, '.harn/skills')]),
    package: await packageRoots(host, base),
    system: at(['/etc/harn/skills', config && joinPath(config, 'harn/skills')]),
  };
}

/** The folders from one up to another above it. */
function upwards(from: string, to: string): readonly string[] {
  const folders = [from];
  for (let at = from; at !== to && at.startsWith(`${to}/`); ) {
    at = at.slice(0, at.lastIndexOf('/'));
    folders.push(at);
  }
  return folders;
}

async function manifestRoots(
  host: Outside,
  base: string,
  settings: JsonObject,
): Promise<readonly Root[]> {
  const roots: Root[] = [];
  for (const path of texts(settings['paths'])) {
    const [before, after] = path.split('*', 2);
    if (after === undefined) roots.push({ folder: resolvePath(base, path) });
    else {
      const parent = resolvePath(base, before ?? '');
      for (const name of await foldersOf(host, parent)) {
        roots.push({ folder: joinPath(parent, `${name}${after}`) });
      }
    }
  }
  const sources = Array.isArray(settings['source']) ? (settings['source'] as readonly Json[]) : [];
  for (const source of sources) {
    if (!isJsonObject(source) || typeof source['path'] !== 'string') continue;
    const namespace = typeof source['namespace'] === 'string' ? source['namespace'] : undefined;
    roots.push({ folder: resolvePath(base, source['path']), namespace });
  }
  return roots;
}

/** Packages with their skills, and what was installed: under its namespace where the lock says so. */
async function packageRoots(host: Outside, base: string): Promise<readonly Root[]> {
  const cache = joinPath(base, SKILLS_CACHE);
  const shelved = (await readSkillsLock(host, cache)).filter(({ namespace }) => namespace !== null);
  const isShelf = new Set(shelved.map(({ path }) => path.slice(0, path.indexOf('/'))));
  const roots: Root[] = [];
  for (const store of [joinPath(base, '.harn/packages'), cache]) {
    for (const name of await foldersOf(host, store)) {
      if (name.startsWith('.') || (store === cache && isShelf.has(name))) continue;
      const folder = joinPath(store, name);
      roots.push({ folder: joinPath(folder, 'skills') });
      if (store === cache) roots.push({ folder });
      for (const inner of await foldersOf(host, folder)) {
        if (inner !== 'skills') roots.push({ folder: joinPath(folder, `${inner}/skills`) });
      }
    }
  }
  for (const { path, namespace } of shelved) {
    const folder = joinPath(cache, path);
    for (const root of [joinPath(folder, 'skills'), folder]) {
      roots.push({ folder: root, namespace: namespace ?? undefined });
    }
  }
  return roots;
}

/** The skills below roots, in the order of their names; a root may be a skill itself. */
async function foldersIn(host: Outside, roots: readonly Root[]): Promise<readonly Root[]> {
  const found: Root[] = [];
  for (const { folder, namespace } of roots) {
    if (await host.fs.exists(joinPath(folder, 'SKILL.md'))) found.push({ folder, namespace });
    for (const name of await foldersOf(host, folder)) {
      const inner = joinPath(folder, name);
      if (await host.fs.exists(joinPath(inner, 'SKILL.md')))
        found.push({ folder: inner, namespace });
    }
  }
  return found;
}

async function foldersOf(host: Outside, folder: string): Promise<readonly string[]> {
  const entries = await host.fs.listDir(folder).catch(() => []);
  return entries
    .filter(({ kind }) => kind !== 'file')
    .map(({ name }) => name)
    .sort();
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
