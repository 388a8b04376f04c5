// Signatures of packs: Ed25519 over the text of the bundle hash. Whether a signature holds and whether its key is trusted are
// two questions; a key that comes with the pack answers only the first. The one file here that imports node:crypto.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { packErrors } from './errors.ts';
import type { Signature } from './manifest.ts';

const ALGORITHM = 'ed25519';
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** The fixed beginning of an Ed25519 public key in DER. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Signs a bundle hash with a private key in PEM. `path` names the key in errors. */
export function signHash(hash: string, pem: string, path: string): Signature {
  const key = readPrivateKey(pem, path);
  const publicKey = rawPublicKey(createPublicKey(key));
  return {
    key_id: keyId(publicKey),
    public_key: publicKey,
    signature: sign(null, Buffer.from(hash), key).toString('hex'),
    manifest_hash_blake3: hash,
    algorithm: ALGORITHM,
  };
}

/** Checks that a signature was made for this hash by the key it carries. Throws when it was not. */
export function checkSignature(hash: string, signature: Signature): void {
  const { algorithm, manifest_hash_blake3: signed, public_key: publicKey } = signature;
  if (algorithm !== ALGORITHM) throw packErrors.badSignature({ reason: 'its kind is not known' });
  if (signed !== hash) {
    throw packErrors.badSignature({ reason: `it was made for ${signed}, the pack is ${hash}` });
  }
  const key = fromHex(publicKey, KEY_BYTES);
  const bytes = fromHex(signature.signature, SIGNATURE_BYTES);
  if (key === undefined || bytes === undefined) {
    throw packErrors.badSignature({ reason: 'it is malformed' });
  }
  const spki = createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' });
  if (!verify(null, Buffer.from(hash), spki, bytes)) {
    throw packErrors.badSignature({ reason: 'somebody else made it, or the pack was changed' });
  }
}

/** The fingerprint of a public key in hex; computed, because what a pack calls its key proves nothing. */
export function keyId(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex');
  return `sha256:${digest}`;
}

/** Public keys by fingerprint out of a text: PEM blocks, or one key of 64 hex digits per line, `#` starts a remark. */
export function parseTrustedKeys(text: string, path: string): readonly string[] {
  const keys: string[] = [];
  const rest = text.replace(/-----BEGIN [A-Z ]+-----[^-]*-----END [A-Z ]+-----/g, (pem) => {
    keys.push(readPublicKey(pem, path));
    return '';
  });
  for (const line of rest.split(/\r?\n/)) {
    const word = line.replace(/#.*/, '').trim();
    if (word === '') continue;
    if (fromHex(word, KEY_BYTES) === undefined) throw notAPublicKey(path);
    keys.push(word.toLowerCase());
  }
  return keys;
}

function notAPublicKey(path: string) {
  return packErrors.notAKey({ path, wanted: 'Ed25519 public key' });
}

function readPublicKey(pem: string, path: string): string {
  // Node would make the public key of a private one; whoever trusts a private key has mixed up two files.
  if (!pem.includes('BEGIN PUBLIC KEY')) throw notAPublicKey(path);
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === ALGORITHM) return rawPublicKey(key);
  } catch (error) {
    throw packErrors.notAKey({ path, wanted: 'Ed25519 public key' }, { cause: error });
  }
  throw notAPublicKey(path);
}

function readPrivateKey(pem: string, path: string): KeyObject {
  const wanted = 'Ed25519 private key without a password';
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === ALGORITHM) return key;
  } catch (error) {
    throw packErrors.notAKey({ path, wanted }, { cause: error });
  }
  throw packErrors.notAKey({ path, wanted });
}

function rawPublicKey(key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return der.subarray(SPKI.length).toString('hex');
}

function fromHex(text: string, bytes: number): Buffer | undefined {
  return text.length === 2 * bytes && /^[0-9a-f]+$/i.test(text)
    ? Buffer.from(text, 'hex')
    : undefined;
}
