// Hashes: the only file of this room that imports node:crypto.
import { createHash, createHmac } from 'node:crypto';

/** Hex SHA-256 of a text (UTF-8) or bytes. */
export function sha256(content: string | Uint8Array): string {
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
