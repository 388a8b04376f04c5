// `harn run X.harnpack`: everything that is decided about a pack before its program is loaded.
import { open } from 'node:fs/promises';
import path from 'node:path';
import { loadPackTools, type Pack, type PackOrigin } from '../../engine/index.ts';
import { type Host, userCacheDir } from '../../runtime/host/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Session } from '../session.ts';
import { type SourcePlace, toEdition } from '../source-files.ts';
import { judgePack, readArchive } from './pack-open.ts';

/** A pack that may run. */
export interface OpenedPack {
  readonly place: SourcePlace;
  readonly origin: PackOrigin;
}

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Whether a file is a pack: by its name, else by how it begins. */
export async function isPack(host: Host, file: string): Promise<boolean> {
  if (file.endsWith('.harnpack')) return true;
  const handle = await open(path.resolve(host.system.cwd(), file)).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

/** Checks a pack and says where its program is; an exit code when `--dry-run-verify` wanted no more than that. */
export async function openPackForRun(
  session: Session,
  file: string,
  args: Arguments,
  version: string,
): Promise<OpenedPack | number> {
  const { host } = session;
  const { PackCache, packSourceFs } = await loadPackTools();
  const archive = await readArchive(host, file);
  const cache = new PackCache(path.join(userCacheDir(host), 'packs'));
  const { pack, cacheHit, files } = await findPack(cache, archive);
  const isTrusted = await judgePack(host, pack, { file, args });
  await checkVersion(session, pack, version);
  const origin: PackOrigin = {
    bundle_hash: pack.bundleHash,
    signature_verified: isTrusted,
    ...(pack.signer === undefined ? {} : { key_id: pack.signer.keyId }),
    cache_hit: cacheHit,
  };
  if (args.has('dry-run-verify')) return report(session, origin);
  if (!cacheHit) cache.write(archive, files);
  const cwd = path.join(cache.folderOf(archive), 'sources');
  const fs = packSourceFs(pack.entries, cwd);
  const { entrypoint, edition } = pack.manifest;
  return { place: { path: entrypoint, cwd, fs, edition: toEdition(edition) }, origin };
}

type PackTools = Awaited<ReturnType<typeof loadPackTools>>;

/** The checked pack, from the cache if what is there is whole. */
async function findPack(cache: InstanceType<PackTools['PackCache']>, archive: Uint8Array) {
  const { checkPack, unpack } = await loadPackTools();
  const cached = cache.read(archive);
  if (cached !== undefined) {
    const pack = await checkPack(cached).catch(() => undefined);
    if (pack !== undefined) return { pack, cacheHit: true, files: cached };
  }
  const files = await unpack(archive);
  return { pack: await checkPack(files), cacheHit: false, files };
}

/** Packs of ours run with the version line that made them; what another writer calls its version says little. */
async function checkVersion(
  { stream, output }: Session,
  { manifest }: Pack,
  version: string,
): Promise<void> {
  const { packErrors } = await loadPackTools();
  const line = (text: string) => text.split('.', 2).join('.');
  if (line(manifest.harnVersion) === line(version)) return;
  const mismatch = packErrors.otherVersion({ pack: manifest.harnVersion, here: version });
  if (manifest.files !== undefined) throw mismatch;
  const { code, message } = mismatch;
  if (stream === undefined) output.remark(`warning[${code}]: ${message}`);
  else stream.warn({ code, message });
}

function report({ stream, output }: Session, origin: PackOrigin): number {
  const { bundle_hash: hash, signature_verified: verified, cache_hit: hit } = origin;
  if (stream === undefined) {
    const facts = `bundle_hash=${hash}, signature_verified=${verified}, cache_hit=${hit}`;
    output.remark(`[harn] harnpack verify ok: ${facts}`);
    return 0;
  }
  const value = { ...origin, dry_run_verify: true };
  stream.main({ seq: 1, event_type: 'pack_run', ...value });
  stream.end({
    event_type: 'result',
    value: { ...value, key_id: origin.key_id ?? null },
    returned: null,
    final: null,
    receipt: null,
    exit_code: 0,
  });
  return 0;
}
