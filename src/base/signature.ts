// Signatures and key agreement over keys that are plain bytes or PEM texts. Beside hash.ts the only file of this room
// that imports node:crypto.
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** The curves whose private keys are any 32 bytes. */
export type KeyCurve = 'ed25519' | 'x25519';

/** What stands before the 32 bytes of a key in its DER form (RFC 8410). */
const PRIVATE_DER: { readonly [K in KeyCurve]: string } = {
  ed25519: '302e020100300506032b657004220420',
  x25519: '302e020100300506032b656e04220420',
};
const PUBLIC_DER: { readonly [K in KeyCurve]: string } = {
  ed25519: '302a300506032b6570032100',
  x25519: '302a300506032b656e032100',
};
export const KEY_BYTES = 32;

/** The public key of a private one. */
export function publicKey(curve: KeyCurve, secret: Uint8Array): Uint8Array {
  const der = createPublicKey(privateOf(curve, secret)).export({ type: 'spki', format: 'der' });
  return Uint8Array.from(der.subarray(-KEY_BYTES));
}

/** The Ed25519 signature of a message, 64 bytes. */
export function signEd25519(secret: Uint8Array, message: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(null, message, privateOf('ed25519', secret)));
}

/** Whether a signature is that of the message by the owner of the key. */
export function verifyEd25519(
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(null, message, publicOf('ed25519', key), signature);
}

/** The secret that two owners of X25519 keys share; undefined for a public key that gives none. */
export function agreeX25519(secret: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  try {
    const [privateKey, other] = [privateOf('x25519', secret), publicOf('x25519', key)];
    return Uint8Array.from(diffieHellman({ privateKey, publicKey: other }));
  } catch {
    return undefined;
  }
}

/** The algorithms of JSON Web Signatures with key pairs that are offered. */
export type JwsAlgorithm = 'ES256' | 'RS256';

/** Signs with a PEM private key; undefined when the key is none of the algorithm's. */
export function signJws(
  algorithm: JwsAlgorithm,
  pem: string,
  message: Uint8Array,
): Uint8Array | undefined {
  const key = keyOf(() => createPrivateKey(pem), algorithm);
  if (key === undefined) return undefined;
  return Uint8Array.from(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
}

/** Whether the signature fits; undefined when the key is none of the algorithm's. Takes a public or private PEM key. */
export function verifyJws(
  algorithm: JwsAlgorithm,
  pem: string,
  message: Uint8Array,
  signature: Uint8Array,
): boolean | undefined {
  const key = keyOf(() => createPublicKey(pem), algorithm);
  if (key === undefined) return undefined;
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function keyOf(read: () => KeyObject, algorithm: JwsAlgorithm): KeyObject | undefined {
  try {
    const key = read();
    if (algorithm === 'RS256') return key.asymmetricKeyType === 'rsa' ? key : undefined;
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return key.asymmetricKeyType === 'ec' && curve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

function privateOf(curve: KeyCurve, secret: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(PRIVATE_DER[curve], 'hex'), secret]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicOf(curve: KeyCurve, bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(PUBLIC_DER[curve], 'hex'), bytes]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}
