// BLAKE3, which Node's crypto has not.
import { blake3 as digest } from '@noble/hashes/blake3.js';

/** The 32-byte BLAKE3 digest of bytes. */
export function blake3(bytes: Uint8Array): Uint8Array {
  return digest(bytes);
}
