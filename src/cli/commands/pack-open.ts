// From the name of a pack to a pack that has been checked, and whether somebody trusted has signed it. Trust comes from
// the people at this machine, never from the pack or the project it lies in.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { HarnError } from '../../base/index.ts';
import { loadPackTools, type Pack } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Arguments } from '../arguments.ts';

/** Larger files are not even read. */
const MAX_FILE = 100 * 1024 * 1024;

/** A pack with what is known about its maker. */
export interface CheckedPack {
  readonly pack: Pack;
  readonly archive: Uint8Array;
  /** Signed by a key that is trusted here. */
  readonly isTrusted: boolean;
}

/** Bytes of a pack file. */
export async function readArchive(host: Host, file: string): Promise<Uint8Array> {
  const { packErrors } = await loadPackTools();
  const full = path.resolve(host.system.cwd(), file);
  try {
    const { size } = await stat(full);
    if (size > MAX_FILE) throw packErrors.tooBig({ what: 'its file', limit: '100 MiB' });
    return await readFile(full);
  } catch (error) {
    if (HarnError.is(error)) throw error;
    throw packErrors.unreadable({ path: file, reason: codeOf(error) }, { cause: error });
  }
}

/** Says who has signed a pack and refuses it when that is nobody trusted, unless that was allowed. */
export async function judgePack(
  host: Host,
  pack: Pack,
  { file, args }: { readonly file: string; readonly args: Arguments },
): Promise<boolean> {
  const { packErrors } = await loadPackTools();
  const { signer } = pack;
  const trusted = await trustedKeys(host, args.list('trust'));
  if (signer !== undefined && trusted.has(signer.publicKey)) return true;
  if (args.has('allow-unsigned')) return false;
  if (signer === undefined) throw packErrors.unsigned({ path: file });
  const { keyId, publicKey } = signer;
  throw packErrors.untrusted({ path: file, key_id: keyId, public_key: publicKey });
}

/** Keys of `--trust` and of this user's list. */
async function trustedKeys(host: Host, files: readonly string[]): Promise<ReadonlySet<string>> {
  const { parseTrustedKeys } = await loadPackTools();
  const keys: string[] = [];
  for (const file of files) keys.push(...parseTrustedKeys(await readKeyFile(host, file), file));
  const own = userTrustFile(host);
  const text = await readFile(own, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  keys.push(...parseTrustedKeys(text, own));
  return new Set(keys);
}

/** `harn/trusted-keys` in the configuration folder of this user. */
export function userTrustFile(host: Pick<Host, 'env' | 'system'>): string {
  const xdg = host.env.get('XDG_CONFIG_HOME');
  // As for the cache: a relative value counts as unset.
  const base = xdg?.startsWith('/') ? xdg : path.join(host.system.homeDir(), '.config');
  return path.join(base, 'harn', 'trusted-keys');
}

/** The text of a key file that was named. */
export async function readKeyFile(host: Host, file: string): Promise<string> {
  try {
    return await readFile(path.resolve(host.system.cwd(), file), 'utf8');
  } catch (error) {
    const { packErrors } = await loadPackTools();
    throw packErrors.keyUnreadable({ path: file, reason: codeOf(error) }, { cause: error });
  }
}

/** What the operating system calls a failure. */
export function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : String(error);
}
