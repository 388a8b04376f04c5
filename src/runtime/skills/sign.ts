// Signing: what goes beside a SKILL.md, and keys by their fingerprints. Pure; whoever calls reads and writes the files.
import { type JsonObject, publicKey, sha256, signEd25519 } from '../../base/index.ts';
import { skillErrors } from './errors.ts';
import { rawKey, SIGNATURE_SCHEMA } from './provenance.ts';

/** What stands before the 32 bytes of an Ed25519 key in its DER form. */
const PRIVATE_DER = '302e020100300506032b657004220420';
const PUBLIC_DER = '302a300506032b6570032100';

/** A pair of keys in PEM, and the fingerprint by which the public one is known. */
export interface SignerKeys {
  readonly privatePem: string;
  readonly publicPem: string;
  readonly fingerprint: string;
}

/** A pair of keys from 32 random bytes. */
export function signerKeys(secret: Uint8Array): SignerKeys {
  const key = publicKey('ed25519', secret);
  return {
    privatePem: pem('PRIVATE KEY', PRIVATE_DER, secret),
    publicPem: pem('PUBLIC KEY', PUBLIC_DER, key),
    fingerprint: sha256(key),
  };
}

function pem(label: string, der: string, key: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(der, 'hex'), Buffer.from(key)]);
  return `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
}

/** The signature of a SKILL.md. `path` names the key in errors. */
export function signSkill(
  bytes: Uint8Array,
  { privatePem, path, signedAt }: { privatePem: string; path: string; signedAt: string },
): JsonObject {
  const secret = privateKey(privatePem);
  if (secret === undefined) {
    throw skillErrors.badKey({ path, reason: 'it is no private Ed25519 key in PEM' });
  }
  return {
    schema: SIGNATURE_SCHEMA,
    signed_at: signedAt,
    signer_fingerprint: sha256(publicKey('ed25519', secret)),
    ed25519_sig_base64: Buffer.from(signEd25519(secret, bytes)).toString('base64'),
    skill_sha256: sha256(bytes),
  };
}

function privateKey(text: string): Uint8Array | undefined {
  const base64 = /-----BEGIN PRIVATE KEY-----([\s\S]+?)-----END PRIVATE KEY-----/.exec(text)?.[1];
  const der = Buffer.from((base64 ?? '').replace(/\s/g, ''), 'base64');
  return der.toString('hex').startsWith(PRIVATE_DER) && der.length === 48
    ? Uint8Array.from(der.subarray(-32))
    : undefined;
}

/** The fingerprint of a public key in PEM. `path` names it in errors. */
export function fingerprintOf(publicPem: string, path: string): string {
  const key = rawKey(publicPem);
  if (key === undefined) {
    throw skillErrors.badKey({ path, reason: 'it is no public Ed25519 key in PEM' });
  }
  return sha256(key);
}
