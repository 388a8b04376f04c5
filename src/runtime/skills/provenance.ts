// Who has signed a SKILL.md: a detached Ed25519 signature beside it (`harn-skill-sig/v1`) over the exact bytes of the file. A
// signer is known by the SHA-256 of the raw public key, and trusted when that key stands where trusted keys stand.
import { isJsonObject, type Json, sha256, verifyEd25519 } from '../../base/index.ts';
import { type Host, joinPath, responseText } from '../host/index.ts';

/** What a signature is worth. */
export type SkillProvenance = {
  readonly signed: boolean;
  readonly trusted: boolean;
  readonly signer_fingerprint: string | null;
  /** Why it is not signed, or not trusted. */
  readonly reason: string | null;
};

export const SIGNATURE_SCHEMA = 'harn-skill-sig/v1';

type Outside = Pick<Host, 'fs' | 'env' | 'http'>;

/** Looks at the signature beside a file. `signers` is where else than at the user's keys are looked up. */
export async function provenanceOf(
  host: Outside,
  path: string,
  bytes: Uint8Array,
  signers: string | null,
  signal: AbortSignal,
): Promise<SkillProvenance> {
  const unsigned = (reason: string): SkillProvenance => ({
    signed: false,
    trusted: false,
    signer_fingerprint: null,
    reason,
  });
  const signature = await readSignature(host, path);
  if (typeof signature === 'string') return unsigned(signature);
  const { signer, hash, bytes: signed } = signature;
  if (hash !== sha256(bytes)) return unsigned('it was changed after it was signed');
  const pem = await keyOf(host, signer, signers, signal);
  if (pem === undefined) {
    const reason = 'whose key is not among the trusted ones';
    return { signed: true, trusted: false, signer_fingerprint: signer, reason };
  }
  const key = rawKey(pem);
  if (key === undefined || sha256(key) !== signer)
    return unsigned('the key of its signer is damaged');
  if (!verifyEd25519(key, bytes, signed)) return unsigned('its signature does not hold');
  return { signed: true, trusted: true, signer_fingerprint: signer, reason: null };
}

interface Signature {
  readonly signer: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
}

async function readSignature(host: Outside, path: string): Promise<Signature | string> {
  const at = `${path}.sig`;
  if (!(await host.fs.exists(at))) return 'there is no SKILL.md.sig';
  let data: Json;
  try {
    data = JSON.parse(await host.fs.readText(at)) as Json;
  } catch {
    return 'its SKILL.md.sig is not JSON';
  }
  if (!isJsonObject(data) || data['schema'] !== SIGNATURE_SCHEMA) {
    return `its SKILL.md.sig is not ${SIGNATURE_SCHEMA}`;
  }
  const { signer_fingerprint: signer, skill_sha256: hash, ed25519_sig_base64: text } = data;
  const isWhole =
    typeof signer === 'string' && typeof hash === 'string' && typeof text === 'string';
  if (!isWhole || !/^[0-9a-f]{64}$/.test(signer)) return 'its SKILL.md.sig is not whole';
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return bytes.length === 64 ? { signer, hash, bytes } : 'its signature is malformed';
}

/** The user's own keys first. */
async function keyOf(
  host: Outside,
  signer: string,
  signers: string | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  const home = host.env.get('HOME');
  const places = [
    ...(home === undefined ? [] : [joinPath(home, '.harn/trusted-signers')]),
    ...(signers === null ? [] : [signers]),
  ];
  for (const place of places) {
    const path = `${place.replace(/\/$/, '')}/${signer}.pub`;
    if (!/^https?:/.test(path)) {
      if (await host.fs.exists(path)) return host.fs.readText(path);
      continue;
    }
    const answer = await host.http
      .request({ method: 'GET', url: path, signal })
      .catch(() => undefined);
    if (answer?.status === 200) return responseText(answer);
  }
  return undefined;
}

/** The 32 bytes of a public key in PEM. */
export function rawKey(pem: string): Uint8Array | undefined {
  const base64 = /-----BEGIN PUBLIC KEY-----([\s\S]+?)-----END PUBLIC KEY-----/.exec(pem)?.[1];
  const der = Buffer.from((base64 ?? '').replace(/\s/g, ''), 'base64');
  return der.length === 44 ? Uint8Array.from(der.subarray(-32)) : undefined;
}
