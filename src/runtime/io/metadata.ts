// Facts about the directories of a project, by namespace: `metadata/<namespace>/entries.json` of the state folder. A
// directory has what those above it have, unless it says otherwise. With a fact goes, once asked for, a hash of what the
// directory held; when that is another one now, the fact is stale.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { isHostError, joinPath, normalizePath } from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope } from '../run/index.ts';
import { changeState, fileNameOf, readState, stateFile } from './state-file.ts';

const reading = { class: 'read', access: 'read' } as const;
const writing = { class: 'mutation', access: 'write', onUnknown: 'retry' } as const;
/** Files larger than this count by size and time. */
const HASHED_BYTES = 1024 * 1024;

/** What runs themselves leave in a directory is nothing that it holds. */
const OWN_FOLDERS: ReadonlySet<string> = new Set(['.harn', '.harn-runs']);

/** One directory of a namespace as it is kept. */
type Entry = {
  readonly data: JsonObject;
  /** Of the names in the directory, and of what they hold; null until asked for. */
  readonly structure_hash: string | null;
  readonly content_hash: string | null;
  /** Set by hand: the facts are not to be trusted any more. */
  readonly invalidated: boolean;
};

const NEW: Entry = { data: {}, structure_hash: null, content_hash: null, invalidated: false };

async function namespaces(env: EffectEnv): Promise<readonly string[]> {
  try {
    const names = await env.host.fs.listDir(await stateFile(env, 'metadata'));
    return names.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
  } catch (error) {
    if (isHostError(error, 'notFound')) return [];
    throw error;
  }
}

const fileOf = (env: EffectEnv, namespace: string) =>
  stateFile(env, 'metadata', fileNameOf(namespace), 'entries.json');

async function entriesOf(env: EffectEnv, namespace: string): Promise<Map<string, Entry>> {
  const state = await readState(env, await fileOf(env, namespace));
  return new Map(
    Object.entries(state).map(([dir, entry]) => [dir, { ...NEW, ...(entry as object) }]),
  );
}

/** The directories from the root of the project to this one. */
function lineTo(dir: string): readonly string[] {
  const parts = normalizePath(dir).split('/');
  const line = parts.map((_, i) => parts.slice(0, i + 1).join('/') || '/');
  return line[0] === '.' || line[0] === '/' ? line : ['.', ...line];
}

function resolved(entries: ReadonlyMap<string, Entry>, dir: string): JsonObject | null {
  const found = lineTo(dir).flatMap((each) => entries.get(each)?.data ?? []);
  return found.length === 0 ? null : Object.assign({}, ...found);
}

async function resolve(env: EffectEnv, dir: string, namespace: string | null) {
  const names = namespace === null ? await namespaces(env) : [namespace];
  const out: { [namespace: string]: JsonObject } = {};
  for (const name of names) {
    const facts = resolved(await entriesOf(env, name), dir);
    if (facts !== null) out[name] = facts;
  }
  return out;
}

/** Hashes of what a directory holds, not of what is below it. */
async function hashesOf(env: EffectEnv, dir: string): Promise<{ names: string; content: string }> {
  const names: string[] = [];
  const content: string[] = [];
  for (const { name, kind } of await env.host.fs.listDir(dir, { signal: env.signal })) {
    if (OWN_FOLDERS.has(name)) continue;
    names.push(`${kind} ${name}`);
    if (kind !== 'file') continue;
    const path = joinPath(dir, name);
    const { sizeBytes, modifiedMs } = await env.host.fs.stat(path);
    const held =
      sizeBytes > HASHED_BYTES
        ? `${sizeBytes} ${modifiedMs}`
        : sha256(await env.host.fs.readBytes(path));
    content.push(`${name} ${held}`);
  }
  return { names: sha256(names.join('\n')), content: sha256([...names, ...content].join('\n')) };
}

export async function hashesOrNothing(env: EffectEnv, dir: string) {
  try {
    return await hashesOf(env, dir);
  } catch (error) {
    if (isHostError(error, 'notFound') || isHostError(error, 'notDirectory')) return undefined;
    throw error;
  }
}

async function changeAll(
  env: EffectEnv,
  change: (dir: string, entry: Entry) => Promise<Entry>,
): Promise<null> {
  for (const namespace of await namespaces(env)) {
    const next: { [dir: string]: Json } = {};
    for (const [dir, entry] of await entriesOf(env, namespace))
      next[dir] = await change(dir, entry);
    await changeState(env, await fileOf(env, namespace), (state) => ({ ...state, ...next }));
  }
  return null;
}

/** Directories with other names in them than then, and those with other content. A hash among the facts counts as well. */
async function staleness(
  env: EffectEnv,
  project: string,
  namespace: string | null,
): Promise<JsonObject> {
  const tier1 = new Set<string>();
  const tier2 = new Set<string>();
  for (const name of namespace === null ? await namespaces(env) : [namespace]) {
    for (const [dir, entry] of await entriesOf(env, name)) {
      if (entry.invalidated) tier1.add(dir);
      const names = entry.structure_hash ?? entry.data['structureHash'] ?? null;
      const content = entry.content_hash ?? entry.data['contentHash'] ?? null;
      if (names === null && content === null) continue;
      const now = await hashesOrNothing(env, joinPath(project, dir));
      if (names !== null && now?.names !== names) tier1.add(dir);
      else if (content !== null && now?.content !== content) tier2.add(dir);
    }
  }
  return {
    any_stale: tier1.size + tier2.size > 0,
    tier1: [...tier1].sort(),
    tier2: [...tier2].sort(),
  };
}

const onDirectory = (scope: ExecutionScope, [dir]: readonly [string]) => [scope.path(dir)];

export const metadataEffects = {
  /** The facts about a directory, with what it has from those above; of all namespaces together when none is given. */
  metadata_get: defineEffect(
    { name: 'project.metadata_get', ...reading },
    async (env, dir: string, namespace: string | null = null): Promise<JsonObject | null> => {
      const found = Object.values(await resolve(env, dir, namespace));
      return found.length === 0 ? null : Object.assign({}, ...found);
    },
  ),
  /** The same by namespace; those of one namespace as they are. */
  metadata_resolve: defineEffect(
    { name: 'project.metadata_resolve', ...reading },
    async (env, dir: string, namespace: string | null = null): Promise<JsonObject | null> => {
      const found = await resolve(env, dir, namespace);
      if (namespace !== null) return found[namespace] ?? null;
      return Object.keys(found).length === 0 ? null : found;
    },
  ),
  /** Adds facts to a directory; a name that is there gets the new value. */
  metadata_set: defineEffect(
    { name: 'project.metadata_set', ...writing },
    async (env, dir: string, namespace: string, data: JsonObject) => {
      await changeState(env, await fileOf(env, namespace), (state) => {
        const key = normalizePath(dir);
        const before = { ...NEW, ...(isJsonObject(state[key]) ? state[key] : {}) } as Entry;
        const entry: Entry = { ...before, data: { ...before.data, ...data }, invalidated: false };
        return { ...state, [key]: entry };
      });
      return null;
    },
  ),
  /** Replaces the facts of many directories of a namespace by one change of its file. */
  metadata_put: defineEffect(
    { name: 'project.metadata_put', ...writing },
    async (env, namespace: string, facts: { readonly [dir: string]: JsonObject }) => {
      await changeState(env, await fileOf(env, namespace), (state) => {
        const next: { [dir: string]: Json } = { ...state };
        for (const [dir, data] of Object.entries(facts)) {
          const key = normalizePath(dir);
          const before = isJsonObject(state[key]) ? state[key] : {};
          next[key] = { ...NEW, ...before, data, invalidated: false };
        }
        return next;
      });
      return null;
    },
  ),
  /** `{dir, namespace, local, resolved}` of every directory that has facts of its own. */
  metadata_entries: defineEffect(
    { name: 'project.metadata_entries', ...reading },
    async (env, namespace: string | null = null): Promise<JsonObject[]> => {
      const names = namespace === null ? await namespaces(env) : [namespace];
      const out: JsonObject[] = [];
      for (const name of names) {
        const entries = await entriesOf(env, name);
        for (const [dir, { data }] of entries) {
          out.push({ dir, namespace: name, local: data, resolved: resolved(entries, dir) });
        }
      }
      return out;
    },
  ),
  /** `{any_stale, tier1, tier2}`: directories with other names in them than then, and those with other content. */
  metadata_stale: defineEffect(
    { name: 'project.metadata_stale', ...reading },
    (env, project: string = '.'): Promise<JsonObject> => staleness(env, project, null),
  ),
  /** How the facts stand: `{directory_count, namespace_count, namespaces, missing_structure_hash, missing_content_hash, stale}`. */
  metadata_status: defineEffect(
    { name: 'project.metadata_status', ...reading },
    async (env, namespace: string | null = null): Promise<JsonObject> => {
      const names = await namespaces(env);
      const dirs = new Map<string, Entry>();
      for (const name of namespace === null ? names : [namespace]) {
        for (const [dir, entry] of await entriesOf(env, name)) dirs.set(dir, entry);
      }
      const without = (field: 'structure_hash' | 'content_hash') =>
        [...dirs].flatMap(([dir, entry]) => (entry[field] === null ? [dir] : [])).sort();
      return {
        directory_count: dirs.size,
        namespace_count: names.length,
        namespaces: [...names].sort(),
        missing_structure_hash: without('structure_hash'),
        missing_content_hash: without('content_hash'),
        stale: await staleness(env, '.', namespace),
      };
    },
  ),
  /** Remembers what every directory with facts holds now; from here on they are stale when that changes. */
  metadata_refresh_hashes: defineEffect(
    { name: 'project.metadata_refresh_hashes', ...writing },
    (env) =>
      changeAll(env, async (dir, entry) => {
        const now = await hashesOrNothing(env, dir);
        return {
          ...entry,
          structure_hash: now?.names ?? null,
          content_hash: now?.content ?? null,
          invalidated: false,
        };
      }),
  ),
  /** Says that the facts about a directory are stale. */
  invalidate_facts: defineEffect(
    { name: 'project.invalidate_facts', ...writing },
    (env, dir: string) =>
      changeAll(env, async (each, entry) =>
        each === normalizePath(dir) ? { ...entry, invalidated: true } : entry,
      ),
  ),
  /** A hash of what a directory holds, not of what is below it. */
  content_hash: defineEffect(
    { name: 'project.content_hash', ...reading, scoped: onDirectory },
    async (env, dir: string) => (await hashesOf(env, dir)).content,
  ),
};
