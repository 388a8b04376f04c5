// Hashes: the only file of this room that imports node:crypto.
import { createHash, createHmac } from 'node:crypto';
import { sha256OfShort } from './sha256.ts';

/** What is hashed without node:crypto, in bytes of this process; who hashes more gains by loading it. */
let unloaded = 16 * 1024;

/** Hex SHA-256 of a text (UTF-8) or bytes. */
export function sha256(content: string | Uint8Array): string {
  if (content.length < unloaded) {
    unloaded -= content.length;
    return sha256OfShort(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }
  return createHash('sha256').update(content).digest('hex');
}

/** Hex HMAC-SHA-256: how secrets are kept, so that equality shows and content does not. */
export function keyedHash(key: string, content: string): string {
  return createHmac('sha256', key).update(content).digest('hex');
}

/** The first 16 hex digits of SHA-256: enough to notice an accidental change, not a crafted one. */
export function shortHash(content: string | Uint8Array): string {
  return sha256(content).slice(0, 16);
}

/**
 * A fast 53-bit hash as 14 hex digits, for checks that notice accidental change; not for anything an
 * adversary chooses. (Two multiply-xor lanes, in the manner of MurmurHash's finaliser.)
 */
export function checkHash(text: string): string {
  return checkEnd(checkMore(CHECK_START, text));
}

/** Where a `checkHash` stands that is made piece by piece. Never changed: one can be kept, and gone on from twice. */
export interface CheckState {
  readonly a: number;
  readonly b: number;
}

export const CHECK_START: CheckState = { a: 0xdeadbeef, b: 0x41c6ce57 };

/** After more of the text. */
export function checkMore(state: CheckState, text: string): CheckState {
  let { a, b } = state;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  return { a, b };
}

/** The hash of all that came. */
export function checkEnd(state: CheckState): string {
  let { a, b } = state;
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  const value = 4294967296 * (b & 0x1fffff) + (a >>> 0);
  return value.toString(16).padStart(14, '0');
}

/** The digests that programs may ask for. */
export type DigestAlgorithm =
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha3-256'
  | 'sha3-512';

/** The digest of bytes. */
export function digest(algorithm: DigestAlgorithm, content: Uint8Array): Uint8Array {
  return createHash(algorithm).update(content).digest();
}

/** The keyed digest (HMAC) of bytes. */
export function hmac(algorithm: DigestAlgorithm, key: Uint8Array, content: Uint8Array): Uint8Array {
  return createHmac(algorithm, key).update(content).digest();
}
