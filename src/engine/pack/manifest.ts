// The manifest of a pack (`harnpack.json`, version 2 of the workflow bundle): which modules, what they hash to, what made
// it, and the signature over all of that. Every file in the pack is named with its hash, so none can be put in another's
// place: the hash of the whole, which knows no paths, would not notice that by itself.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Blake3 } from './blake3.ts';
import { checkEntryPath, comparePaths } from './entry-path.ts';
import { packErrors } from './errors.ts';
import type { PackEntry } from './tar.ts';

export const MANIFEST_PATH = 'harnpack.json';
export const SOURCES = 'sources/';
const VERSION = 2;
/** Names us in the manifest; other writers list only their modules. */
const PRODUCER = 'harn-typescript';

/** What is asked of the manifest of any pack. */
export interface Manifest {
  readonly entrypoint: string;
  readonly harnVersion: string;
  readonly modules: readonly ModuleHash[];
  /** Hashes of all files by path; undefined when another writer made the pack. */
  readonly files: ReadonlyMap<string, string> | undefined;
  readonly edition: string | undefined;
  readonly signature: Signature | undefined;
  /** All of it, as read. */
  readonly json: JsonObject;
}

export interface ModuleHash {
  readonly path: string;
  readonly source_hash_blake3: string;
}

/** Who vouches for a pack. */
export interface Signature {
  readonly key_id: string | null;
  readonly public_key: string;
  readonly signature: string;
  readonly manifest_hash_blake3: string;
  readonly algorithm: string;
}

/** What a manifest is made of. */
export interface ManifestSpec {
  readonly entrypoint: string;
  readonly harnVersion: string;
  readonly edition: string;
  readonly modules: readonly PackEntry[];
  /** Modules of the standard library that the program imports; they come with harn and are not packed. */
  readonly std: readonly { readonly id: string; readonly text: string }[];
}

/** An unsigned manifest. Equal programs give equal text. */
export function createManifest(spec: ManifestSpec, blake3: Blake3): JsonObject {
  const { entrypoint, harnVersion, edition } = spec;
  const modules = spec.modules
    .map(({ path, bytes }) => ({ path, hash: blake3(bytes) }))
    .sort((a, b) => comparePaths(a.path, b.path));
  const id = (entrypoint.split('/').at(-1) ?? entrypoint).replace(/\.harn$/, '');
  return {
    schema_version: VERSION,
    entrypoint,
    transitive_modules: modules.map(({ path, hash }) => ({
      path,
      source_hash_blake3: hash,
      harnbc_hash_blake3: '',
    })),
    stdlib_version: harnVersion,
    harn_version: harnVersion,
    provider_catalog_hash: '',
    tool_manifest: [],
    sbom: { format: 'spdx-lite', version: '2.3', ...createSbom(id, spec, blake3) },
    signature: null,
    parent_trust_record_id: null,
    id,
    name: null,
    version: '0',
    triggers: [],
    workflow: {},
    prompt_capsules: {},
    policy: {
      autonomy_tier: 'act_with_approval',
      tool_policy: {},
      approval_required: [],
      retry: { max_attempts: 1, backoff: 'none' },
      catchup: { mode: 'latest', max_events: 1 },
    },
    connectors: [],
    environment: { repo_setup_profile: null, worktree_policy: 'host_managed', command_gates: [] },
    receipts: { run_id: null, event_ids: [], workflow_version: null, graph_digest: null },
    metadata: {
      edition,
      files: modules.map(({ path, hash }) => ({ path: SOURCES + path, hash_blake3: hash })),
      producer: PRODUCER,
    },
  };
}

function createSbom(id: string, { harnVersion, std, modules }: ManifestSpec, blake3: Blake3) {
  const hash = blake3(modules.map(({ bytes }) => blake3(bytes)).join('\n'));
  const part = (name: string, packageHash: string): JsonObject => ({
    name,
    version: harnVersion,
    package_hash_blake3: packageHash,
    license: null,
  });
  const libraries = std
    .toSorted((a, b) => comparePaths(a.id, b.id))
    .map((each) => part(each.id, blake3(each.text)));
  return {
    packages: [{ ...part(id, hash), version: null }, ...libraries],
    relationships: libraries.map(({ name = null }) => ({
      from: id,
      to: name,
      relationship_type: 'DEPENDS_ON',
    })),
  };
}

/** What a pack is known by: a hash over the manifest without its signature and over all content. */
export function bundleHash(
  json: JsonObject,
  contents: readonly Uint8Array[],
  blake3: Blake3,
): string {
  // The order of keys is that of the writer: the text is hashed as it stands.
  const text = JSON.stringify({ ...json, signature: null });
  const hashes = contents.map((bytes) => `\n${blake3(bytes)}`).sort();
  return blake3(text + hashes.join(''));
}

/** Reads a manifest: what is used of it is checked, the rest is kept as it is. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const json = parseJson(bytes);
  const version = json['schema_version'];
  if (typeof version !== 'number') throw bad('it has no schema_version');
  if (version !== VERSION) throw packErrors.unknownVersion({ found: version, known: VERSION });
  const entrypoint = textField(json, 'entrypoint');
  checkEntryPath(entrypoint);
  const modules = listField(json, 'transitive_modules').map((each) => ({
    path: textField(each, 'path'),
    source_hash_blake3: textField(each, 'source_hash_blake3'),
  }));
  for (const { path } of modules) checkEntryPath(path);
  if (!modules.some(({ path }) => path === entrypoint)) {
    throw bad(`its entry ${entrypoint} is not among its modules`);
  }
  const metadata = isJsonObject(json['metadata']) ? json['metadata'] : {};
  const edition = metadata['edition'];
  return {
    entrypoint,
    harnVersion: textField(json, 'harn_version'),
    modules,
    files: metadata['producer'] === PRODUCER ? filesOf(metadata) : undefined,
    edition: typeof edition === 'string' ? edition : undefined,
    signature: signatureOf(json['signature'] ?? null),
    json,
  };
}

function parseJson(bytes: Uint8Array): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw packErrors.badManifest({ reason: 'it is no JSON text' }, { cause: error });
  }
  if (!isJsonObject(json)) throw bad('it is no JSON object');
  return json;
}

function filesOf(metadata: JsonObject): ReadonlyMap<string, string> {
  const rows = listField(metadata, 'files');
  const files = new Map(rows.map((row) => [textField(row, 'path'), textField(row, 'hash_blake3')]));
  if (files.size !== rows.length) throw bad('it names a file twice');
  return files;
}

function signatureOf(json: Json): Signature | undefined {
  if (json === null) return undefined;
  if (!isJsonObject(json)) throw bad('its signature is malformed');
  const keyId = json['key_id'] ?? null;
  if (keyId !== null && typeof keyId !== 'string') throw bad('its signature is malformed');
  return {
    key_id: keyId,
    public_key: textField(json, 'public_key'),
    signature: textField(json, 'signature'),
    manifest_hash_blake3: textField(json, 'manifest_hash_blake3'),
    algorithm: textField(json, 'algorithm'),
  };
}

function textField(json: JsonObject, name: string): string {
  const value = json[name];
  if (typeof value !== 'string') throw bad(`${name} is no text`);
  return value;
}

function listField(json: JsonObject, name: string): readonly JsonObject[] {
  const value = json[name];
  if (!Array.isArray(value) || !value.every(isJsonObject))
    throw bad(`${name} is no list of objects`);
  return value;
}

function bad(reason: string) {
  return packErrors.badManifest({ reason });
}
