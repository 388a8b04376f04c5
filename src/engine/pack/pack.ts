// Packs: a program and everything it imports in one file that says what it is and who made it. Equal programs give equal
// bytes. Reading one checks all of it before anything of it is used; running it is for others.
import type { JsonObject } from '../../base/index.ts';
import type { CompiledProgram } from '../compile.ts';
import { STD_SOURCES } from '../std-sources.ts';
import { loadBlake3 } from './blake3.ts';
import { checkDistinct, comparePaths } from './entry-path.ts';
import { packErrors } from './errors.ts';
import {
  bundleHash,
  createManifest,
  MANIFEST_PATH,
  type Manifest,
  parseManifest,
  SOURCES,
} from './manifest.ts';
import { checkSignature, keyId, signHash } from './signature.ts';
import { type PackEntry, readTar, writeTar } from './tar.ts';
import { compress, decompress } from './zstd.ts';

/** How a pack is made. */
export interface PackOptions {
  readonly harnVersion: string;
  /** The folder that everything packed lies in, for errors. */
  readonly root: string;
  readonly sign?: { readonly pem: string; readonly path: string } | undefined;
  /** Texts that must not be in a pack, with why they are secret. */
  readonly secrets?: ReadonlyMap<string, string> | undefined;
}

/** A pack that was made. */
export interface MadePack {
  readonly bytes: Uint8Array;
  readonly bundleHash: string;
  readonly manifest: JsonObject;
  readonly keyId: string | undefined;
}

/** A pack that was read and found whole. Whether its key is one to trust has still to be asked. */
export interface Pack {
  readonly manifest: Manifest;
  readonly bundleHash: string;
  /** Who signed it: a key whose signature holds. */
  readonly signer: { readonly keyId: string; readonly publicKey: string } | undefined;
  /** All files but the manifest. */
  readonly entries: readonly PackEntry[];
}

const ENCODER = new TextEncoder();

/** Makes a pack of a program whose modules were loaded relative to `root`. */
export async function makePack(program: CompiledProgram, options: PackOptions): Promise<MadePack> {
  const { harnVersion, root, sign, secrets } = options;
  const blake3 = await loadBlake3();
  const isStd = ({ id, text }: { id: string; text: string }) => STD_SOURCES.get(id) === text;
  const own = program.sources.filter((source) => !isStd(source));
  refuseSecrets(own, secrets ?? new Map());
  const modules = own.map(({ id, text }): PackEntry => ({ path: id, bytes: ENCODER.encode(text) }));
  for (const { path } of modules) {
    if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) throw packErrors.outsideRoot({ module: path, root });
  }
  const unsigned = createManifest(
    {
      entrypoint: program.entry,
      harnVersion,
      edition: program.edition,
      modules,
      std: program.sources.filter(isStd),
    },
    blake3,
  );
  const entries = modules
    .map(({ path, bytes }) => ({ path: SOURCES + path, bytes }))
    .sort((a, b) => comparePaths(a.path, b.path));
  checkDistinct(entries.map(({ path }) => path));
  const hash = bundleHash(
    unsigned,
    entries.map(({ bytes }) => bytes),
    blake3,
  );
  const signature = sign === undefined ? undefined : signHash(hash, sign.pem, sign.path);
  const manifest = { ...unsigned, signature: signature === undefined ? null : { ...signature } };
  const head = { path: MANIFEST_PATH, bytes: ENCODER.encode(JSON.stringify(manifest)) };
  const bytes = await compress(writeTar([head, ...entries]));
  return { bytes, bundleHash: hash, manifest, keyId: signature?.key_id ?? undefined };
}

/** A secret of this environment that stands in a source would be read by everybody who gets the pack. */
function refuseSecrets(
  sources: readonly { readonly id: string; readonly text: string }[],
  secrets: ReadonlyMap<string, string>,
): void {
  for (const { id, text } of sources) {
    for (const [secret, reason] of secrets) {
      const at = text.indexOf(secret);
      if (at === -1) continue;
      const line = text.slice(0, at).split('\n').length;
      throw packErrors.secretInside({ path: id, line, reason });
    }
  }
}

/** The files of an archive, the manifest first. What they are is for `checkPack` to find out. */
export async function unpack(bytes: Uint8Array): Promise<readonly PackEntry[]> {
  return readTar(await decompress(bytes));
}

/** Checks all there is to check about the files of a pack. Throws a coded error at whatever is wrong. */
export async function checkPack([head, ...entries]: readonly PackEntry[]): Promise<Pack> {
  if (head?.path !== MANIFEST_PATH) {
    throw packErrors.notAPack({ reason: `its first file is not ${MANIFEST_PATH}` });
  }
  checkDistinct([head.path, ...entries.map(({ path }) => path)]);
  const manifest = parseManifest(head.bytes);
  const blake3 = await loadBlake3();
  const found = new Map(entries.map((entry) => [entry.path, blake3(entry.bytes)]));
  checkContent(manifest, found);
  const hash = bundleHash(
    manifest.json,
    entries.map((entry) => entry.bytes),
    blake3,
  );
  return { manifest, bundleHash: hash, signer: signerOf(manifest, hash), entries };
}

function checkContent(manifest: Manifest, found: ReadonlyMap<string, string>): void {
  const expected = new Map(
    manifest.modules.map((each) => [SOURCES + each.path, each.source_hash_blake3]),
  );
  for (const [path, hash] of manifest.files ?? []) {
    if ((expected.get(path) ?? hash) !== hash) {
      throw packErrors.badManifest({ reason: `it has two hashes for ${path}` });
    }
    expected.set(path, hash);
  }
  for (const [path, hash] of expected) {
    const actual = found.get(path);
    if (actual === undefined) throw packErrors.missingEntry({ path });
    if (actual !== hash) throw packErrors.contentMismatch({ path, expected: hash, found: actual });
  }
  for (const path of found.keys()) {
    // Other writers add compiled code and lists without naming them; nothing here reads those.
    const isRead = manifest.files !== undefined || path.startsWith(SOURCES);
    if (isRead && !expected.has(path)) throw packErrors.unlistedEntry({ path });
  }
}

function signerOf({ signature }: Manifest, hash: string): Pack['signer'] {
  if (signature === undefined) return undefined;
  checkSignature(hash, signature);
  const publicKey = signature.public_key.toLowerCase();
  return { keyId: keyId(publicKey), publicKey };
}
